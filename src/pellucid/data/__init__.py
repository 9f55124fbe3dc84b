"""Tables: read them, frame the problem, split the rows, encode the columns."""

from __future__ import annotations

from importlib import import_module
from typing import Any

HOMES = {
    "Column": "table",
    "Framing": "framing",
    "Kind": "table",
    "Split": "splits",
    "Table": "table",
    "TableEncoder": "encoder",
    "folds": "splits",
    "frame": "framing",
    "linear_sample": "samples",
    "read_table": "reading",
    "split_rows": "splits",
    "suggest_codes": "suggestions",
    "Suggestion": "suggestions",
}

__all__ = sorted(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.data' has no attribute {name!r}")
    return getattr(import_module(f"pellucid.data.{HOMES[name]}"), name)

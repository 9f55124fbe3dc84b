"""The lab: every idea of the notes as a live page over one's own data.

Notes: §1.0.3
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

HOMES = {
    "Data": "data",
    "Page": "contract",
    "Scene": "scene",
    "page_named": "catalogue",
    "run_lab": "running",
    "write_page": "export",
    "write_all": "export",
}
__all__ = sorted(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.lab' has no attribute {name!r}")
    return getattr(import_module(f"pellucid.lab.{HOMES[name]}"), name)

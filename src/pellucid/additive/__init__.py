"""Additive curves: a curve for each column, and surfaces for pairs; names are imported when used.

Notes: §5.1, §5.2, KE 71
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "CurvesClassifier": "pellucid.additive.curves_classifier",
    "CurvesRegressor": "pellucid.additive.curves_regressor",
}

__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.additive' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

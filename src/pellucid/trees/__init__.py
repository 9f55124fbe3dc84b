"""Boosted trees of scikit-learn, as yardstick and candidate; names are imported when first used.

Notes: Concept 87, §1.4
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "BoostedTreesClassifier": "pellucid.trees.boosted_trees",
    "BoostedTreesRegressor": "pellucid.trees.boosted_trees",
}

__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.trees' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

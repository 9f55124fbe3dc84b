"""Additive curves: a curve for each column, and surfaces for pairs; names are imported when used.

Notes: §5.1, §5.2, KE 71
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "CurvesClassifier": "pellucid.additive.curves_classifier",
    "CurvesRegressor": "pellucid.additive.curves_regressor",
}

__all__ = list(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES)

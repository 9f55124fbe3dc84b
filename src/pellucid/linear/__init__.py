"""Linear machines of chapters 1, 2 and 4; names are imported when first used.

Notes: KE 29, §2.3, §4.2
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "LeastSquares": "pellucid.linear.least_squares",
    "LinearClassifier": "pellucid.linear.linear_classifier",
    "LogisticCV": "pellucid.linear.logistic_cv",
    "LogisticClassifier": "pellucid.linear.logistic_classifier",
    "MajorityBaseline": "pellucid.linear.majority_baseline",
    "MeanBaseline": "pellucid.linear.mean_baseline",
    "NearestNeighbor": "pellucid.linear.nearest_neighbor",
    "NearestNeighborClassifier": "pellucid.linear.nearest_neighbor",
    "NearestNeighborRegressor": "pellucid.linear.nearest_neighbor",
    "RandomRegression": "pellucid.linear.random_regression",
    "Ridge": "pellucid.linear.ridge",
    "RidgeCV": "pellucid.linear.ridge_cv",
    "Separation": "pellucid.linear.separability",
    "SigmoidsClassifier": "pellucid.linear.sigmoids_classifier",
    "SoftmaxCV": "pellucid.linear.softmax_cv",
    "SoftmaxClassifier": "pellucid.linear.softmax_classifier",
    "feet": "pellucid.linear.hyperplane",
    "separate": "pellucid.linear.separability",
    "signed_distance": "pellucid.linear.hyperplane",
}

__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.linear' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

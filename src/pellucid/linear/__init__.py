"""Linear machines of chapters 1, 2 and 4; names are imported when first used.

Notes: KE 29, §2.3, §4.2
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

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
    "Separation": "pellucid.linear.solvers.separability",
    "SigmoidsClassifier": "pellucid.linear.sigmoids_classifier",
    "SoftmaxCV": "pellucid.linear.softmax_cv",
    "SoftmaxClassifier": "pellucid.linear.softmax_classifier",
    "TransformedTarget": "pellucid.linear.transformed_target",
    "projections": "pellucid.linear.hyperplane",
    "separate": "pellucid.linear.solvers.separability",
    "signed_distance": "pellucid.linear.hyperplane",
}

__all__ = list(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES, {"feet": "projections"})

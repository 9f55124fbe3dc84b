"""The hyperparameters of radial features, each declared once.

Notes: Def 81, Def 190, Def 191
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.hyperparameters import Hyperparameter


def _metric(value: Any) -> bool:
    if callable(value):
        return True
    from scipy.spatial.distance import cdist

    try:
        cdist(np.eye(2), np.eye(2), value)
    except (ValueError, TypeError):
        return False
    return True


N_CENTERS = Hyperparameter(
    "n_centers",
    None,
    "int",
    "How many reference points; None takes every training row, as the notes do.",
    low=1,
    optional=True,
)
CENTERS = Hyperparameter(
    "centers",
    "k-means",
    "str",
    "How fewer centres than rows are chosen: the means of clusters, or rows drawn at random.",
    choices=("k-means", "random"),
)
BETA = Hyperparameter(
    "beta",
    "median",
    "float",
    "Decay with distance; 'median' is 1/median distance between rows, 'tuned' the multiple of it "
    "under which a ridge regression predicts left-out targets best.",
    symbol="β",
    unit="1/distance",
    low=0,
    open_low=True,
    choices=("median", "tuned"),
)
METRIC = Hyperparameter(
    "metric",
    "sqeuclidean",
    "any",
    "The distance D: squared Euclidean, another that SciPy's cdist knows, or a function (x, p).",
    accepts=_metric,
    described="the name of a distance (such as 'sqeuclidean' or 'cityblock') or a function",
)
RANDOM_STATE = Hyperparameter(
    "random_state", 0, "int", "Seed of the choice of centres and of the rows looked at.", low=0
)

"""The hyperparameters of k-means.

Notes: Def 81, Def 225, Concept 232
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.descent_settings import STEP_SIZE as DESCENT_STEP

STARTS = ("k-means++", "k-means||", "random", "positions")


def _numbers(value: Any) -> bool:
    if callable(value):
        return True
    try:
        return np.ndim(np.asarray(value, dtype=np.float64)) == 2
    except (TypeError, ValueError):
        return False


def _seed(value: Any) -> bool:
    if isinstance(value, np.random.RandomState | np.random.Generator):
        return True
    return isinstance(value, int | np.integer) and 0 <= int(value) < 2**32


N_CLUSTERS = Hyperparameter("n_clusters", 8, "int", "Number of clusters.", symbol="k", low=1)
INIT = Hyperparameter(
    "init",
    "k-means++",
    "any",
    "Where the means start: spread over the data ('k-means++', 'k-means||'), at random points "
    "('random'), at random positions in the box of the data ('positions'), or given.",
    choices=STARTS,
    accepts=_numbers,
    described=(
        "'k-means++', 'k-means||', 'random', 'positions', an array of shape (k, d), or a function "
        "of (X, k, random_state)"
    ),
)
N_INIT = Hyperparameter(
    "n_init",
    "auto",
    "int",
    "Starts that are tried; the run of lowest loss is kept. 'auto': 1 for spread or given starts, "
    "10 for random ones and functions.",
    low=1,
    choices=("auto",),
)
MAX_ITER = Hyperparameter("max_iter", 300, "int", "Most cycles of a run.", symbol="τ", low=1)
TOL = Hyperparameter(
    "tol",
    1e-4,
    "float",
    "Stop when Σ‖Δμ‖² is at most this share of the mean variance of the columns; 0 waits until "
    "nothing moves.",
    low=0,
)
STOP = Hyperparameter(
    "stop",
    "means",
    "str",
    "What has to stay for a run to end: the means (within tol), or all labels.",
    choices=("means", "labels"),
)
RANDOM_STATE = Hyperparameter(
    "random_state",
    0,
    "any",
    "Seed of the starts.",
    optional=True,
    accepts=_seed,
    described="a whole number ≥ 0, a NumPy random generator, or None",
)
VERBOSE = Hyperparameter("verbose", 0, "int", "Above 0, the losses of the runs are logged.", low=0)
COPY_X = Hyperparameter(
    "copy_x", True, "bool", "For callers of scikit-learn's KMeans; X is never written to."
)
ALGORITHM = Hyperparameter(
    "algorithm",
    "lloyd",
    "str",
    "'lloyd' and 'elkan' both name the k-means algorithm, which skips distances wherever bounds "
    "settle the label; 'plain' computes them all, with the same result; 'descent' moves the means "
    "against the gradient of the loss.",
    choices=("lloyd", "elkan", "plain", "descent"),
)
RECORD = Hyperparameter(
    "record",
    False,
    "bool",
    "Whether every half-step is kept for replay: means, labels and loss in `trace_`.",
)
STEP_SIZE = replace(
    DESCENT_STEP, meaning="Step size of descent; None: a line search, or 0.1 for other rules."
)

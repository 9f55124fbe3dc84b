"""Starts, runs and the choice among them: what a fit does, apart from the estimator around it.

Notes: §6.3.1, Concept 231
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.clusters.k_means_loss import Array
from pellucid.clusters.plain import Run, plain_k_means
from pellucid.clusters.starts import STARTS, given_start, row_order

LARGE, SMALL = 2.0**200, 2.0**-200


@dataclass(frozen=True)
class Plan:
    """What to run: settings of `KMeans`, checked, the seed drawn.

    Parameters
    ----------
    init : str, ndarray or callable
    n_init, max_iter, seed : int
    tol : float
    stop, algorithm : str
    record : bool
    """

    init: Any = "k-means++"
    n_init: int = 1
    max_iter: int = 300
    tol: float = 1e-4
    seed: int = 0
    stop: str = "means"
    algorithm: str = "lloyd"
    record: bool = False


def unit_of(*arrays: Array) -> float:
    """The power of 2 by which to divide, so that squares neither overflow nor vanish; else 1.

    Examples
    --------
    >>> unit_of(np.array([3.0])), unit_of(np.array([2.0**300])) == 2.0**300
    (1.0, True)

    Notes: Concept 217
    """
    largest = max(float(np.abs(a).max(initial=0.0)) for a in arrays)
    if largest == 0 or SMALL <= largest <= LARGE:
        return 1.0
    return float(np.ldexp(1.0, int(np.frexp(largest)[1]) - 1))


def best_runs(
    X: Array, ks: Sequence[int], plan: Plan, weights: Array | None = None
) -> list[list[Run]]:
    """Every restart of every k, side by side.

    Parameters
    ----------
    X : array of shape (n, d)
        Rows that count; squares of the numbers must not overflow (`unit_of`).
    ks : sequence of int
        Numbers of clusters.
    plan : Plan
    weights : array of shape (n,), optional

    Returns
    -------
    list of list of Run
        For each k its restarts, in order.

    Notes: Concept 231, Concept 232
    """
    order, even = row_order(X), np.ones(len(X)) if weights is None else weights
    least_move = plan.tol * float(X.var(axis=0).mean())
    found = []
    for k in ks:
        starts = [start_of(X, k, plan, restart, even, order) for restart in range(plan.n_init)]
        found.append(
            [
                plain_k_means(
                    X, start, weights, max_iter=plan.max_iter, least_move=least_move,
                    stop=plan.stop, record=plan.record,
                )
                for start in starts
            ]
        )  # fmt: skip
    return found


def start_of(X: Array, k: int, plan: Plan, restart: int, weights: Array, order: Any) -> Array:
    """The means from which a restart begins.

    Notes: Concept 215
    """
    if not isinstance(plan.init, str):
        return given_start(plan.init, X, k, plan.seed + restart)
    rng = np.random.default_rng([plan.seed, restart, k])
    return STARTS[plan.init](X, k, rng, weights, order)


def lowest(runs: Sequence[Run]) -> Run:
    """The run of lowest loss, the first of equals.

    Notes: Concept 231
    """
    return min(runs, key=lambda run: run.loss)

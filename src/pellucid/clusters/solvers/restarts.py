"""Starts, runs and the choice among them: what a fit does, apart from the estimator around it.

Notes: §6.3.1, Concept 231, Concept 232
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.points import panels_from_rows, piece_runner
from pellucid.clusters.solvers.bounded_kmeans import bounded_k_means
from pellucid.clusters.solvers.descent_kmeans import descended_k_means
from pellucid.clusters.solvers.initialization import STARTS, Source, custom_initial_means
from pellucid.clusters.solvers.lloyd import Run, plain_k_means
from pellucid.clusters.solvers.subsampling import order_of_rows

LARGE, SMALL = 2.0**100, 2.0**-100
HELD_AT_ONCE = 1 << 28  # bytes of labels and slacks of the runs that go side by side


@dataclass(frozen=True)
class Plan:
    """What to run: the settings of `KMeans`, checked, the seed drawn.

    Parameters
    ----------
    init : str, ndarray or callable
    n_init, max_iter, seed : int
    tol : float
    stop, algorithm : str
    record : bool
    rule, step_size
        Of descent.
    """

    init: Any = "k-means++"
    n_init: int = 1
    max_iter: int = 300
    tol: float = 1e-4
    seed: int = 0
    stop: str = "means"
    algorithm: str = "lloyd"
    record: bool = False
    rule: str = "gradient descent"
    step_size: Any = None


def safe_unit(*arrays: Array) -> float:
    """The power of 2 by which to divide, so that squares neither overflow nor vanish; else 1.

    Examples
    --------
    >>> safe_unit(np.array([3.0])), safe_unit(np.array([2.0**300])) == 2.0**300
    (1.0, True)

    Notes: Concept 217
    """
    largest = max(max(-float(a.min()), float(a.max())) for a in arrays)
    if largest == 0 or SMALL <= largest <= LARGE:
        return 1.0
    return float(np.ldexp(1.0, int(np.frexp(largest)[1]) - 1))


def all_runs(
    X: Array, ks: Sequence[int], plan: Plan, weights: Array | None = None
) -> list[list[Run]]:
    """Every restart of every k, side by side.

    Each run is the one that `KMeans` with this k alone would make. The panels, the order and the
    starts of k-means++ are made once for all of them.

    Parameters
    ----------
    X : array of shape (n, d), in C order
        Rows that count; squares of the numbers must not overflow (`safe_unit`).
    ks : sequence of int
        Numbers of clusters.
    plan : Plan
    weights : array of shape (n,), optional
        > 0.

    Returns
    -------
    list of list of Run
        For each k its restarts, in order.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [9.0], [10.0]])
    >>> [lowest_loss_run(runs).loss for runs in all_runs(X, [1, 2, 4], Plan())]
    [82.0, 1.0, 0.0]

    Notes: Concept 231, Concept 232
    """
    with piece_runner(*X.shape) as over:
        points = panels_from_rows(X, weights, over)
        starts = _starts(X, ks, plan, points, over)
        settings: dict[str, Any] = {
            "max_iter": plan.max_iter,
            "least_move": plan.tol * points.spread,
            "stop": plan.stop,
        }
        if plan.algorithm == "descent":
            runs = [
                descended_k_means(
                    X, means, weights, rule=plan.rule, step_size=plan.step_size,
                    max_iter=plan.max_iter, record=plan.record,
                    least_slope=plan.tol * float(np.sqrt(points.spread)),
                )
                for means in starts
            ]  # fmt: skip
        elif plan.record or plan.algorithm == "plain":
            runs = [
                plain_k_means(X, means, weights, record=plan.record, **settings) for means in starts
            ]
        else:
            at_once = max(1, HELD_AT_ONCE // (8 * len(X)))
            runs = []
            for i in range(0, len(starts), at_once):
                runs += bounded_k_means(points, starts[i : i + at_once], over, **settings)
    return [runs[i : i + plan.n_init] for i in range(0, len(runs), plan.n_init)]


def _starts(X: Array, ks: Sequence[int], plan: Plan, points: Any, over: Any) -> list[Array]:
    """Where the restarts of each k begin, one k after the other."""
    restarts = range(plan.n_init)
    if not isinstance(plan.init, str):
        return [custom_initial_means(plan.init, X, k, plan.seed + r) for k in ks for r in restarts]
    source = Source(points, order_of_rows(X, over), over)
    made = STARTS[plan.init]
    if plan.init == "k-means++":  # those of fewer clusters are the first ones of more
        longest = [made(source, max(ks), _rng(plan, r)) for r in restarts]
        return [longest[r][:k].copy() for k in ks for r in restarts]
    return [made(source, k, _rng(plan, r)) for k in ks for r in restarts]


def initial_means(
    X: Array, ks: Sequence[int], plan: Plan, weights: Array | None = None
) -> list[list[Array]]:
    """For each k the means from which its restarts begin: what `all_runs` sets out from.

    Notes: Concept 215
    """
    with piece_runner(*X.shape) as over:
        made = _starts(X, ks, plan, panels_from_rows(X, weights, over), over)
    return [made[i : i + plan.n_init] for i in range(0, len(made), plan.n_init)]


def _rng(plan: Plan, restart: int) -> np.random.Generator:
    return np.random.default_rng([plan.seed, restart])


def lowest_loss_run(runs: Sequence[Run]) -> Run:
    """The run of lowest loss, the first of equals.

    Notes: Concept 231
    """
    return min(runs, key=lambda run: run.loss)

"""The k-means algorithm as the notes write it, one half-step after the other: readable, and exact.

`followed.py` gives the same means and labels, faster.

Notes: Def 225, §6.2.13
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.clusters.kernels.compensated_sums import compensated_sum
from pellucid.clusters.kernels.k_means_loss import (
    Array,
    Labels,
    means_and_counts,
    nearest_mean,
    squared_distances,
)


@dataclass(frozen=True)
class Run:
    """One run of the algorithm, ended.

    Parameters
    ----------
    means : ndarray, shape (k, d)
    labels : ndarray of int, shape (n,)
        The nearest of `means` for each point.
    loss : float
    cycles : int
        Times that points were assigned and means moved.
    reason : {"labels", "means", "cycles"}
        Why it stopped.
    refilled : int
        Empty clusters that were given a point of their own.
    empty : int
        Clusters without points at the end: there are fewer distinct points than clusters.
    history : list of dict
        Half-steps, where they were asked for: "what" happened ("start", "assigned", "refilled",
        "moved"), and the "means", "labels" and "loss" after it.
    """

    means: Array
    labels: Labels
    loss: float
    cycles: int
    reason: str
    refilled: int = 0
    empty: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


def plain_k_means(
    X: Array,
    means: Array,
    weights: Array | None = None,
    *,
    max_iter: int = 300,
    least_move: float = 0.0,
    stop: str = "means",
    record: bool = False,
) -> Run:
    """Assign each point to the nearest mean, move each mean to its points' average; repeat.

    The first assignment is compared with no other: a start whose labels happen to be the nearest
    ones would else stop after one cycle. Whatever ends the run, the labels are those of the means
    that are returned.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)
        Where the means start; they are not averages yet.
    weights : array of shape (n,), optional
        How often each point counts, > 0.
    max_iter : int
        τ, the most cycles.
    least_move : float
        Σⱼ ‖Δμ⁽ʲ⁾‖² that counts as no move.
    stop : {"means", "labels"}
        What has to stay: the means (the definition's reading) or the labels (the program's).
    record : bool
        Whether to keep every half-step.

    Returns
    -------
    Run

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0], [11.0]])
    >>> run = plain_k_means(X, np.array([[0.0], [1.0]]))
    >>> run.means.ravel().tolist(), run.loss
    ([1.0, 10.0], 4.0)

    Notes: Def 225, Concept 226
    """
    history: list[dict[str, Any]] = []

    def keep(what: str, means: Array, y: Labels, D: Array) -> None:
        if record:
            loss = compensated_sum(D, weights)
            history.append({"what": what, "means": means.copy(), "labels": y.copy(), "loss": loss})

    y: Labels
    y_before: Labels = np.full(len(X), -1)
    refilled, reason = 0, "cycles"
    for cycle in range(1, max_iter + 1):  # noqa: B007
        y, D = nearest_mean(X, means)
        keep("assigned", means, y, D)
        means, y, D, filled = refill(X, means, y, D)
        if filled:
            refilled += filled
            keep("refilled", means, y, D)
        moved = moved_means(X, y, means, weights)
        move = compensated_sum(((moved - means) ** 2).ravel())
        means = moved
        if record:
            keep("moved", means, y, squared_to_own(X, means, y))
        if not filled and (y == y_before).all():
            reason = "labels"
            break
        if stop == "means" and move <= least_move:
            reason = "means"
            break
        y_before = y
    y, D = nearest_mean(X, means)
    means, y, D, filled = refill(X, means, y, D)
    if reason != "labels" or filled:
        keep("refilled" if filled else "assigned", means, y, D)
    empty = len(means) - len(np.unique(y))
    loss = compensated_sum(D, weights)
    return Run(means, y, loss, cycle, reason, refilled + filled, empty, history)


def squared_to_own(X: Array, means: Array, y: Labels) -> Array:
    """‖x⁽ⁱ⁾ − μ⁽ʸ⁾‖² with y the label of the point, summed column by column: shape (n,).

    Notes: Concept 217
    """
    D = np.zeros(len(X))
    for t in range(X.shape[1]):
        gap = X[:, t] - means[y, t]
        D += gap * gap
    return D


def moved_means(X: Array, y: Labels, means: Array, weights: Array | None) -> Array:
    """The average of each cluster's points; the mean of an empty one stays where it is.

    Notes: Concept 222
    """
    moved, counts = means_and_counts(X, y, len(means), weights)
    return np.where(counts[:, None] > 0, moved, means)


def refill(X: Array, means: Array, y: Labels, D: Array) -> tuple[Array, Labels, Array, int]:
    """Give each empty cluster a point, and assign again: the rule for empty clusters.

    The first empty cluster's mean is put on the point farthest from its own mean (the first row of
    equals); points nearer to it than to their own mean join it. This is repeated until no cluster
    is empty, or every point lies on a mean: there are then fewer distinct points than clusters. The
    loss falls each time, since the mean of an empty cluster served nobody.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)
    y : array of int, shape (n,)
        The nearest mean of each point.
    D : array of shape (n,)
        The squared distance to it.

    Returns
    -------
    means, y, D
        After it.
    filled : int
        How many means were put on a point.

    Examples
    --------
    >>> X, means = np.array([[0.0], [1.0], [7.0]]), np.array([[0.5], [99.0]])
    >>> means, y, D, filled = refill(X, means, *nearest_mean(X, means))
    >>> means.ravel().tolist(), y.tolist(), filled
    ([0.5, 7.0], [0, 0, 1], 1)

    Notes: Concept 222
    """
    filled = 0
    while True:
        empty = np.flatnonzero(np.bincount(y, minlength=len(means)) == 0)
        if not len(empty) or not D.max() > 0:
            return means, y, D, filled
        filled += 1
        j, farthest = int(empty[0]), int(D.argmax())
        means = means.copy()
        means[j] = X[farthest]
        D_j = squared_distances(X, means[j : j + 1])[:, 0]
        joins = (D_j < D) | ((D_j == D) & (j < y))
        y, D = np.where(joins, j, y), np.where(joins, D_j, D)

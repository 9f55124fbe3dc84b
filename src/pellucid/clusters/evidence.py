"""The evidence for a number of groups: one sweep over k on the whole, on halves, on references.

Each split deals the rows into two halves and clusters both. Three of the notes' questions are
answered by these same fits: what the rows of one half lose to the means of the other (validation),
whether both halves cut the whole alike (consistency), and whether rows that were not used in
placing two means thin out between them (separation).

Notes: §6.3, Concept 237, Concept 238
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from pellucid.clusters.kernels.k_means_loss import nearest_mean
from pellucid.clusters.null_reference import Columns, null_reference
from pellucid.clusters.quality import (
    consistency,
    group_consistency,
    loss_per_point,
    silhouettes,
)
from pellucid.clusters.separation import (
    best_directions,
    lines_between_means,
    valley_counts,
    valley_depths,
    valley_p_values,
)
from pellucid.clusters.solvers.lloyd import Run
from pellucid.clusters.solvers.restarts import Plan, all_runs, lowest_loss_run

Array = NDArray[np.float64]
WHOLE, HALVES, REFERENCES = 0, 1, 2  # streams of random numbers
MOST_COLUMNS = 64  # beyond, a best direction takes longer than it tells


@dataclass(frozen=True)
class Sweep:
    """k-means on all rows: for each k its loss, a sum, and the labels."""

    ks: tuple[int, ...]
    losses: Array
    labels: list[NDArray[np.intp]]


@dataclass(frozen=True)
class Halves:
    """What the splits tell: arrays of shape (splits, number of ks).

    `worst_consistency` is how well the group that comes back worst does (`group_consistency`);
    `valleys` is the p-value of the weakest valley between two groups, `depths` how full it is.
    """

    consistency: Array
    worst_consistency: Array
    held_out: Array
    training: Array
    valleys: Array
    depths: Array


def best_of_starts(X: Array, ks: Sequence[int], starts: int, seed: Sequence[int]) -> list[Run]:
    """The best of several starts of k-means for each k; all ks share their starts.

    Rows must be centred and of a size whose squares can be added.
    """
    state = int(np.random.default_rng(list(seed)).integers(2**31))
    plan = Plan(n_init=starts, seed=state)
    return [lowest_loss_run(runs) for runs in all_runs(np.ascontiguousarray(X), list(ks), plan)]


def cluster_each_k(X: Array, ks: Sequence[int], starts: int, seed: int) -> Sweep:
    """Cluster all rows with each k.

    Notes: Concept 232
    """
    found = best_of_starts(X, ks, starts, (seed, WHOLE))
    return Sweep(
        tuple(ks),
        np.array([run.loss for run in found]),
        [nearest_mean(X, run.means)[0] for run in found],
    )


def compare_halves(
    X: Array, ks: Sequence[int], splits: int, starts: int, seed: int, categories: Columns = ()
) -> Halves:
    """Deal the rows into halves again and again, and compare what is found in each.

    Notes: Concept 237, Concept 238
    """
    coded = [column for block in categories for column in block]
    numbers = np.setdiff1d(np.arange(X.shape[1]), coded)
    rows = []
    for r in range(splits):
        one, other = _random_halves(X, seed, r)
        pairs = zip(*_labels_by_other(one, other, ks, starts, (seed, HALVES, r)), strict=True)
        rows.append([_compared(X, one, other, a.means, b.means, numbers) for a, b in pairs])
    return Halves(*np.moveaxis(np.array(rows), 2, 0))


def _random_halves(X: Array, seed: int, split: int) -> tuple[Array, Array]:
    order = np.random.default_rng([seed, HALVES, split]).permutation(len(X))
    return X[order[: len(X) // 2]], X[order[len(X) // 2 :]]


def _labels_by_other(
    one: Array, other: Array, ks: Sequence[int], starts: int, seed: tuple[int, ...]
) -> tuple[list[Run], list[Run]]:
    return best_of_starts(one, ks, starts, (*seed, 0)), best_of_starts(
        other, ks, starts, (*seed, 1)
    )


def labels_by_halves(
    X: Array, k: int, splits: int, starts: int, seed: int
) -> list[NDArray[np.intp]]:
    """The rows clustered again and again by means that half of them placed.

    Notes: Concept 238
    """
    found = []
    for r in range(splits):
        for (run,) in _labels_by_other(
            *_random_halves(X, seed, r), (k,), starts, (seed, HALVES, r)
        ):
            found.append(nearest_mean(X, run.means)[0])
    return found


def _compared(
    X: Array, one: Array, other: Array, means: Array, others: Array, numbers: NDArray[np.intp]
) -> tuple[float, ...]:
    """The figures of one split, in the order of `Halves`."""
    _, partner = linear_sum_assignment(cdist(means, others, "sqeuclidean"))
    others = others[partner]
    cuts = nearest_mean(X, means)[0], nearest_mean(X, others)[0]
    alike = consistency(*cuts)
    weakest_group = float(min(group_consistency(*cuts).min(), group_consistency(*cuts[::-1]).min()))
    crossed = ((one, other, means), (other, one, others))  # learned from, judged on, means
    held_out = np.mean([loss_per_point(half, m) for _, half, m in crossed])
    training = np.mean([loss_per_point(half, m) for half, _, m in crossed])
    if len(means) < 2:
        return alike, weakest_group, float(held_out), float(training), 0.0, 0.0
    seen = [_counted(*each, numbers) for each in crossed]
    counts = np.sum(seen, axis=0)  # ways×pairs×3
    p_values = np.min([valley_p_values(way) for way in counts], axis=0) * len(counts)
    depths = np.min([valley_depths(way) for way in counts], axis=0)
    weakest = min(float(p_values.max()), 1.0)
    return (
        alike,
        weakest_group,
        float(held_out),
        float(training),
        weakest,
        float(depths.max()),
    )


def _counted(fitted_rows: Array, half: Array, means: Array, numbers: NDArray[np.intp]) -> Array:
    """Rows of the half in the windows, along lines and best directions: ways×pairs×3."""
    ways = [lines_between_means(means)]
    if 1 < len(numbers) <= MOST_COLUMNS:
        ways.append(
            best_directions(fitted_rows, means, nearest_mean(fitted_rows, means)[0], numbers)
        )
    labels = nearest_mean(half, means)[0]
    return np.array([valley_counts(half, means, labels, way) for way in ways])


def log_shares(X: Array, losses: Array) -> Array:
    """log of the loss as a share of the loss with one mean: how far each k compresses the table."""
    total = float(((X - X.mean(axis=0)) ** 2).sum())
    floor = np.finfo(float).tiny
    return np.asarray(np.log(np.maximum(losses / max(total, floor), 1e-300)))


def reference_shares(
    X: Array,
    ks: Sequence[int],
    categories: Columns,
    numbers: range,
    starts: int,
    seed: int,
) -> Array:
    """`log_shares` of tables without groups: shape (tables, number of ks).

    Each of the `numbers` names one table, the same whichever others are drawn.

    Notes: Concept 238
    """
    draws = [np.random.default_rng([seed, REFERENCES, b]) for b in numbers]
    found = []
    for b, Z in zip(numbers, null_reference(X, categories, draws), strict=True):
        losses = [run.loss for run in best_of_starts(Z, ks, starts, (seed, REFERENCES, b))]
        found.append(log_shares(Z, np.array(losses)))
    return np.array(found)


def beyond_chance(shares: Array, references: Array) -> tuple[Array, float]:
    """How far each k compresses the table beyond tables without groups, and the p-value of it all.

    Parameters
    ----------
    shares : ndarray, shape (number of ks,)
    references : ndarray, shape (count, number of ks)

    Returns
    -------
    beyond : ndarray, shape (number of ks,)
        In standard deviations of the references.
    p_value : float
        Share of tables, the given one among them, that stand out at their best k as far as the
        given one does. Looking at several k is paid for: the references look at as many.

    Notes: Concept 238
    """
    centre = references.mean(axis=0)
    spread = np.maximum(references.std(axis=0, ddof=1), 1e-9)
    beyond = (centre - shares) / spread
    others = ((centre - references) / spread).max(axis=1)
    tied = 1e-6  # rounding is no difference
    p = (1 + int((others >= beyond.max() - tied).sum())) / (1 + len(references))
    return np.asarray(beyond), p


def mean_silhouettes(X: Array, sweep: Sweep) -> Array:
    """Mean silhouette for each k; NaN for a single group."""
    return np.array(
        [silhouettes(X, y).mean() if len(np.unique(y)) > 1 else np.nan for y in sweep.labels]
    )

"""The k-means algorithm, fast: what is known of each point is followed from cycle to cycle.

Means, labels, loss and number of cycles are those of `plain.plain_k_means`, to the last bit. Runs
go side by side, so that a piece of the table is in the cache for all of them.

Notes: Def 225, Concept 231
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.bound_pass import update_labels
from pellucid.clusters.kernels.compensated_sums import cluster_sums_parts
from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.means_step import add_moves, add_parts, averages, pack_means
from pellucid.clusters.kernels.nearest import loss_with_labels, squared_distance_to_own_mean
from pellucid.clusters.kernels.points import Points
from pellucid.clusters.solvers.lloyd import Run, refill

AFRESH = 64  # cycles after which the sums are made afresh


@dataclass
class BoundedRun:
    """A run under way.

    Parameters
    ----------
    means : ndarray, shape (k, d)
    labels : ndarray of int32, shape (n,)
        k where there is none yet.
    ends : ndarray of float32, shape (n,)
    moved : ndarray, shape (k + 1,)
        As `bound_pass.follow` takes them.
    high, low : ndarray, shape (k, d + 1)
        Sums of the clusters' rows and, last, their counts.
    members : ndarray of int, shape (k,)
    """

    means: Array
    labels: NDArray[np.int32]
    ends: NDArray[np.float32]
    moved: Array
    high: Array
    low: Array
    members: NDArray[np.int64]
    cycles: int = 0
    refilled: int = 0
    reason: str = ""

    @property
    def k(self) -> int:
        return len(self.means)


def initial_run(points: Points, means: Array) -> BoundedRun:
    """A run before its first cycle."""
    (n, d), k = points.X.shape, len(means)
    high, low = np.zeros((2, k, d + 1))
    return BoundedRun(
        means.copy(), np.full(n, k, dtype=np.int32), np.full(n, -np.inf, dtype=np.float32),
        np.zeros(k + 1), high, low, np.zeros(k, dtype=np.int64),
    )  # fmt: skip


def bounded_k_means(
    points: Points,
    starts: Sequence[Array],
    over: Any,
    *,
    max_iter: int = 300,
    least_move: float = 0.0,
    stop: str = "means",
) -> list[Run]:
    """Several runs, side by side.

    Parameters
    ----------
    points : Points
    starts : sequence of array, each of shape (k, d)
        k may differ.
    over : as `points.piece_runner` yields it
    max_iter, least_move, stop
        As `plain.plain_k_means` takes them.

    Returns
    -------
    list of Run
        One a start.

    Notes: Def 225, Concept 231
    """
    runs = [initial_run(points, means) for means in starts]
    going = list(runs)
    while going:
        changed = assign(points, going, over)
        for run, count in zip(going, changed, strict=True):
            _cycle(points, run, count, max_iter, least_move, stop)
        going = [run for run in going if not run.reason]
    assign(points, runs, over)
    for run in runs:
        run.refilled += _refilled(points, run)
    losses = loss_with_labels(points, [(run.means, run.labels) for run in runs], over)
    return [
        Run(run.means, run.labels, loss, run.cycles, run.reason, run.refilled,
            int((run.members == 0).sum()))
        for run, loss in zip(runs, losses, strict=True)
    ]  # fmt: skip


def assign(points: Points, runs: Sequence[BoundedRun], over: Any) -> list[int]:
    """Each point of each run goes to its nearest mean; how many changed in each run."""
    packs = [pack_means(run.means, points.centre, points.scale) for run in runs]
    table = (
        points.X, points.weights, points.panels, points.sizes, points.centre, points.scale,
    )  # fmt: skip

    def piece(first: int, last: int) -> list[Any]:
        made = []
        for run, (single, exact) in zip(runs, packs, strict=True):
            high, low = np.zeros((2, *run.high.shape))
            change = (high, low, np.zeros(run.k, dtype=np.int64))
            state = (run.labels, run.ends, run.moved)
            found = update_labels(table, state, change, single, exact, first, last)
            made.append((found[0], *change))
        return made

    totals = [0] * len(runs)
    for made in over(piece):
        for r, (changed, high, low, members) in enumerate(made):
            run = runs[r]
            if changed:
                add_parts(run.high, run.low, high, low)
                run.members += members
                totals[r] += changed
    return totals


def _cycle(
    points: Points, run: BoundedRun, changed: int, max_iter: int, least_move: float, stop: str
) -> None:
    """Move the means of a run to the averages of their points, and see whether it ends here."""
    run.cycles += 1
    filled = _refilled(points, run)
    run.refilled += filled
    if run.cycles % AFRESH == 0:
        recompute_sums(points, run)
    means, move = averages(run.high, run.low, run.members, run.means)
    move_means(points, run, means)
    if not changed and not filled:
        run.reason = "labels"
    elif stop == "means" and move <= least_move:
        run.reason = "means"
    elif run.cycles == max_iter:
        run.reason = "cycles"


def move_means(points: Points, run: BoundedRun, means: Array) -> None:
    """Take the new means; each slack is used up by how far its mean and the others moved.

    Notes: Def 225
    """
    add_moves(means, run.means, points.scale, run.moved)
    run.means = means


def _refilled(points: Points, run: BoundedRun) -> int:
    """The rule for empty clusters, as the plain algorithm has it; how many were given a point."""
    if run.members.all():
        return 0
    D = squared_distance_to_own_mean(points.X, run.means, run.labels)
    means, y, _, filled = refill(points.X, run.means, run.labels, D)
    if filled:
        run.means, run.labels = means, y.astype(np.int32)
        run.ends[:] = -np.inf
        recompute_sums(points, run)
    return filled


def recompute_sums(points: Points, run: BoundedRun) -> None:
    """The sums of a run from its labels alone: what changes added up to is forgotten.

    Notes: §6.2.7
    """
    weights = points.weights if len(points.weights) else None
    run.high[:], run.low[:] = cluster_sums_parts(points.X, run.labels, run.k, weights)
    run.members[:] = np.bincount(run.labels, minlength=run.k)

"""One pass of k-means over rows in blocks: every row to its nearest mean, exact sums of clusters.

Several runs are answered by one pass. Sums are carried in twice the working precision, so that
means are those of rows in memory.

Notes: Def 225, §6.2.7
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.compensated_sums import NO_WEIGHTS, compensated_parts
from pellucid.clusters.kernels.distance_kernel import POINTS_32
from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.nearest import squared_distance_to_own_mean
from pellucid.clusters.kernels.points import panels_from_rows
from pellucid.clusters.solvers.bounded_kmeans import assign, initial_run
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tile_arrays import rows_with_weight
from pellucid.data.blocks.tiles import Tile


@dataclass(frozen=True)
class Assignment:
    """What the rows add to a run's sums.

    Parameters
    ----------
    high, low : ndarray, shape (k, d + 1)
        Sums of the clusters' rows in two parts and, last, of their weights.
    members : ndarray of int, shape (k,)
    loss : tuple of float
        Σ w ‖x − μ‖² in two parts.
    farthest : tuple of float, int, ndarray
        The largest squared distance from the own mean, and the row: the first of equals.

    Notes: §6.2.7
    """

    high: Array
    low: Array
    members: NDArray[np.int64]
    loss: tuple[float, float]
    farthest: tuple[float, Array]

    @property
    def counts(self) -> Array:
        """Weight of each cluster."""
        return np.asarray(self.high[:, -1] + self.low[:, -1])

    def moved(self, means: Array) -> Array:
        """The average of each cluster's rows; the mean of an empty one stays where it is."""
        total = self.high + self.low
        with np.errstate(invalid="ignore"):
            averages = total[:, :-1] / total[:, -1:]
        return np.where(self.members[:, None] > 0, averages, means)


def assignments(
    passes: Passes, source: RowBlocks, runs: Sequence[Array], unit: float, *, judged: bool = False
) -> list[Assignment]:
    """One pass: the rows assigned to the means of each run.

    Parameters
    ----------
    runs : sequence of ndarray, shape (k, d)
        Means, in `unit`s.
    unit : float
        By which the rows are divided.
    judged : bool
        Whether losses and farthest rows are wanted; else they are 0.

    Notes: Def 225
    """

    def partial(tile: Tile) -> list[Assignment | None]:
        return _assigned(tile, runs, unit, judged)

    return [each for each in passes.reduce(source, partial, _merged) if each is not None]


def _assigned(
    tile: Tile, runs: Sequence[Array], unit: float, judged: bool
) -> list[Assignment | None]:
    X, weights, _ = rows_with_weight(tile)
    if not len(X):
        return [None] * len(runs)
    X = X if unit == 1 else X / unit

    def over(job: Any) -> list[Any]:
        return [job(0, -(-len(X) // POINTS_32))]

    points = panels_from_rows(X, weights, over)
    followed = [initial_run(points, means) for means in runs]
    assign(points, followed, over)
    found: list[Assignment | None] = []
    for run in followed:
        loss, farthest = (0.0, 0.0), (0.0, X[0])
        if judged:
            D = squared_distance_to_own_mean(X, run.means, run.labels)
            loss = compensated_parts(D, NO_WEIGHTS if weights is None else weights)
            farthest = float(D.max()), X[int(D.argmax())].copy()
        found.append(Assignment(run.high, run.low, run.members, loss, farthest))
    return found


def _merged(a: list[Assignment | None], b: list[Assignment | None]) -> list[Assignment | None]:
    return [_merged_assignments(x, y) if x and y else x or y for x, y in zip(a, b, strict=True)]


def _merged_assignments(a: Assignment, b: Assignment) -> Assignment:
    high, low = add_two_part_sums(a.high, a.low, b.high, b.low)
    losses: Any = add_two_part_sums(*(np.array(each) for each in (*a.loss, *b.loss)))
    return Assignment(
        high,
        low,
        a.members + b.members,
        (float(losses[0]), float(losses[1])),
        b.farthest if b.farthest[0] > a.farthest[0] else a.farthest,
    )


def add_two_part_sums(high: Array, low: Array, more: Array, rest: Array) -> tuple[Array, Array]:
    """Sums in two parts plus sums in two parts.

    Examples
    --------
    >>> one, small = np.array(1.0), np.array(1e-20)
    >>> [float(part) for part in add_two_part_sums(one, 0 * one, small, 0 * one)]
    [1.0, 1e-20]

    Notes: §6.2.7
    """
    total = high + more
    back = total - high
    return total, low + ((high - (total - back)) + (more - back) + rest)

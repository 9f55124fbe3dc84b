"""One pass of k-means over rows in blocks: every row to its nearest mean, exact sums of clusters.

Several runs are answered by one pass. Sums are carried in twice the working precision, so that
means are those of rows in memory.

Notes: Def 225, §6.2.7
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.compensated_sums import NO_WEIGHTS, compensated_parts
from pellucid.clusters.kernels.distance_kernel import POINTS_32
from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.nearest import squared_distance_to_own_mean
from pellucid.clusters.kernels.points import Frame, Points, panels_from_rows
from pellucid.clusters.solvers.bounded_kmeans import (
    AFRESH,
    BoundedRun,
    assign,
    initial_run,
    move_means,
    recompute_sums,
)
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tile_arrays import checked_rows
from pellucid.data.blocks.tiles import Tile

CACHE_BYTES = 1 << 28  # bytes at most that are kept of the rows from pass to pass


@dataclass
class CachedTile:
    """What this process knows of a tile's rows from the pass before.

    Parameters
    ----------
    points : Points
        Without the rows themselves.
    runs : dict of int to BoundedRun
        Labels, and how far means may move before they change.

    Notes: Def 225
    """

    points: Points
    runs: dict[int, BoundedRun] = field(default_factory=dict)


class TileCache:
    """What is known of the first tiles, as many as go into so many bytes.

    It only saves work: a row's nearest mean is the same whether or not something is known of it, so
    other processes begin with nothing.

    Parameters
    ----------
    max_bytes : int
        Bytes.
    frame : centre and scale, or None
        Of all rows, where they are known.

    Notes: Def 225
    """

    def __init__(self, max_bytes: int = CACHE_BYTES, frame: Frame | None = None) -> None:
        self.max_bytes, self.frame = max_bytes, frame
        self.tiles: dict[int, CachedTile] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return TileCache, (0, self.frame)

    def of(self, tile: Tile, size: int, X: Array, weights: Array | None, runs: int) -> CachedTile:
        """What is known of a tile; made, and kept where there is room, at the first pass."""
        cached = self.tiles.get(tile.number)
        if cached is not None:
            w = NO_WEIGHTS if weights is None else weights
            return CachedTile(replace(cached.points, X=X, weights=w), cached.runs)
        cached = CachedTile(panels_from_rows(X, weights, _over(len(X)), self.frame))
        row = 4 * (X.shape[1] + 1) + 8 * runs
        if (tile.number + 1) * size * row <= self.max_bytes:
            without = replace(cached.points, X=X[:0], weights=NO_WEIGHTS)
            self.tiles[tile.number] = CachedTile(without, cached.runs)
        return cached


def _over(n: int) -> Any:
    return lambda job: [job(0, -(-n // POINTS_32))]


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
    passes: Passes,
    source: RowBlocks,
    runs: Mapping[int, Array],
    unit: float,
    *,
    with_losses: bool = False,
    cache: TileCache | None = None,
) -> list[Assignment]:
    """One pass: the rows assigned to the means of each run.

    Parameters
    ----------
    runs : mapping of int to ndarray, shape (k, d)
        Means, in `unit`s, by the number of the run.
    unit : float
        By which the rows are divided.
    with_losses : bool
        Whether losses and farthest rows are wanted; else they are 0.
    cache : TileCache or None
        What the passes before found out about these runs.

    Notes: Def 225
    """
    cache = TileCache(0) if cache is None else cache
    size = source.tile

    def partial(tile: Tile) -> list[Assignment | None]:
        return _assigned(tile, size, runs, unit, with_losses, cache)

    return [each for each in passes.reduce(source, partial, _merged) if each is not None]


def _assigned(
    tile: Tile,
    size: int,
    runs: Mapping[int, Array],
    unit: float,
    with_losses: bool,
    cache: TileCache,
) -> list[Assignment | None]:
    X, weights = checked_rows(tile)
    if not len(X):
        return [None] * len(runs)
    X = X if unit == 1 else X / unit
    here = cache.of(tile, size, X, weights, len(runs))
    followed = [_followed(here, number, means) for number, means in runs.items()]
    assign(here.points, followed, _over(len(X)))
    found: list[Assignment | None] = []
    for run in followed:
        loss, farthest = (0.0, 0.0), (0.0, X[0])
        if with_losses:
            D = squared_distance_to_own_mean(X, run.means, run.labels)
            loss = compensated_parts(D, NO_WEIGHTS if weights is None else weights)
            farthest = float(D.max()), X[int(D.argmax())].copy()
        sums = run.high.copy(), run.low.copy(), run.members.copy()
        found.append(Assignment(*sums, loss, farthest))
    return found


def _followed(tile: CachedTile, number: int, means: Array) -> BoundedRun:
    """A run with these means: as the last pass left it, its slacks shortened."""
    run = tile.runs.get(number)
    if run is None:
        run = tile.runs[number] = initial_run(tile.points, means)
        return run
    run.cycles += 1
    if run.cycles % AFRESH == 0:
        recompute_sums(tile.points, run)
    move_means(tile.points, run, means)
    return run


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

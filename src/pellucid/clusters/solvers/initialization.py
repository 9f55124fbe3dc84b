"""Where the means start: at random points, at random positions, or spread by k-means++ or k-means‖.

Notes: Concept 215, §6.3.1
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.nearest import nearest_of_rows
from pellucid.clusters.kernels.points import Points, panels_from_rows
from pellucid.clusters.solvers.kmeans_plus_plus import (
    initial_distances,
    losses_with_candidates,
    update_distances,
)
from pellucid.clusters.solvers.subsampling import BUCKETS, Order, order_of_rows, sample_rows
from pellucid.errors import HyperparameterError

OVERSAMPLING, ROUNDS = 2, 5
PATIENCE = 100  # points in vain, before those that are left are counted


@dataclass(frozen=True)
class Source:
    """Points to draw from, and the order in which they are drawn.

    Parameters
    ----------
    points : Points
    order : Order
    over : as `points.piece_runner` yields it
    """

    points: Points
    order: Order
    over: Any

    def weighed(self, rows: Any) -> Array:
        """Weights of some rows."""
        weights = self.points.weights
        return weights[rows] if len(weights) else np.ones(len(rows))

    @property
    def held(self) -> Array:
        """Sum of weights in each bucket of the order."""
        weights = self.points.weights if len(self.points.weights) else None
        return np.bincount(self.order.bucket, weights, BUCKETS).astype(np.float64)


Start = Callable[[Source, int, np.random.Generator], Array]


def random_points(source: Source, k: int, rng: np.random.Generator) -> Array:
    """k distinct points of the data, drawn at random; where there are fewer, some come twice.

    Notes: Concept 215
    """
    X, order = source.points.X, source.order
    held = source.held
    means = np.empty((k, X.shape[1]))
    for j in range(k):
        for _ in range(PATIENCE):
            row = sample_rows(order, held, source.weighed, rng.random(1))[0]
            if not (means[:j] == X[row]).all(axis=1).any():
                break
        else:
            return _completed(X, means, j)
        means[j] = X[row]
    return means


def _completed(X: Array, means: Array, j: int) -> Array:
    """The first j means and further distinct points, as far as there are any."""
    known = {row.tobytes() for row in means[:j] + 0.0}
    more = [row for row in np.unique(X, axis=0) + 0.0 if row.tobytes() not in known]
    chosen = np.vstack([means[:j], *more[: len(means) - j]])
    return np.resize(chosen, means.shape)


def random_positions(source: Source, k: int, rng: np.random.Generator) -> Array:
    """k positions drawn evenly from the box that holds the data.

    Notes: Concept 215
    """
    low, high = source.points.X.min(axis=0), source.points.X.max(axis=0)
    return np.asarray(low + rng.random((k, len(low))) * (high - low))


def plus_plus(source: Source, k: int, rng: np.random.Generator) -> Array:
    """k-means++, greedy: mean j is the best of 2 + ln j points drawn by squared distance.

    A point is drawn in proportion to its squared distance from the means so far; of the points
    drawn, that one is kept which lowers the loss most. The means for k are the first k of those for
    k + 1.

    Notes: Concept 215, Concept 231
    """
    points, order, over = source.points, source.order, source.over
    D = initial_distances(points)
    chosen = sample_rows(order, source.held, source.weighed, rng.random(1))
    held = update_distances(points, D, chosen, order, over)
    for j in range(1, k):
        u = rng.random(2 + int(np.log(j + 1)))
        if not held.any():
            break
        rows = sample_rows(order, held, lambda some: source.weighed(some) * D[some], u)
        best = rows[int(losses_with_candidates(points, D, rows, over).argmin())]
        chosen.append(best)
        held = update_distances(points, D, [best], order, over)
    if len(chosen) < k:
        return _completed(
            points.X, np.resize(points.X[chosen], (k, points.X.shape[1])), len(chosen)
        )
    return points.X[chosen]


def k_means_parallel(source: Source, k: int, rng: np.random.Generator) -> Array:
    """k-means‖: a few rounds draw many points at once; k-means++ on these, weighted, gives k.

    A point drawn weighs as much as the points nearest to it.

    Notes: Concept 215, Concept 231
    """
    points, order, over = source.points, source.order, source.over
    D = initial_distances(points)
    chosen = sample_rows(order, source.held, source.weighed, rng.random(1))
    held = update_distances(points, D, chosen, order, over)
    for _ in range(ROUNDS):
        u = rng.random(OVERSAMPLING * k)
        if not held.any():
            break
        more = sorted(set(sample_rows(order, held, lambda some: source.weighed(some) * D[some], u)))
        chosen += more
        held = update_distances(points, D, more, order, over)
    means = np.unique(points.X[chosen], axis=0)
    y, _ = nearest_of_rows(points.X, means)
    weights = points.weights if len(points.weights) else None
    served = np.bincount(y, weights, len(means)).astype(np.float64)
    means, served = means[served > 0], served[served > 0]

    def alone(job: Any) -> list[Any]:
        return [job(0, -(-len(means) // points.panels.shape[2]))]

    few = Source(panels_from_rows(means, served, alone), order_of_rows(means, alone), alone)
    start = plus_plus(few, k, rng)
    return start if len(means) >= k else _completed(points.X, start, len(means))


STARTS: dict[str, Start] = {
    "k-means++": plus_plus,
    "k-means||": k_means_parallel,
    "random": random_points,
    "positions": random_positions,
}


def custom_initial_means(init: object, X: Array, k: int, seed: int) -> Array:
    """Means from an array, or from a function of (X, k, random_state), checked.

    Raises
    ------
    HyperparameterError
        Where they are not k finite points of d numbers.
    """
    made = init(X, k, random_state=np.random.RandomState(seed)) if callable(init) else init
    means = np.array(made, dtype=np.float64, order="C")
    if means.shape != (k, X.shape[1]):
        raise HyperparameterError(
            f"KMeans: init has shape {means.shape}; {k} means of {X.shape[1]} columns have "
            f"shape {(k, X.shape[1])}."
        )
    if not np.isfinite(means).all():
        raise HyperparameterError("KMeans: init holds NaN or infinity; means are finite numbers.")
    return means

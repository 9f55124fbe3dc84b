"""Where the means start: at random points, at random positions, or spread by k-means++ or k-means‖.

Rows are drawn along an order that follows from their values alone. The start then does not depend
on the order of the rows, and a row of weight 2 is drawn as two equal rows would be.

Notes: Concept 215, §6.3.1
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.k_means_loss import Array, nearest_mean, squared_distances
from pellucid.errors import HyperparameterError

Order = NDArray[np.intp]
OVERSAMPLING, ROUNDS = 2.0, 5


def row_order(X: Array) -> Order:
    """An order of the rows that depends on their values and not on where they stand.

    Rows are sorted by a fixed random combination of their columns.

    Notes: Concept 215
    """
    mixing = np.random.default_rng(0).normal(size=X.shape[1])
    key = np.zeros(len(X))
    for t in range(X.shape[1]):
        key += X[:, t] * mixing[t]
    return np.argsort(key, kind="stable")


def drawn(chance: Array, order: Order, u: Array) -> NDArray[np.intp]:
    """Rows drawn with probability in proportion to `chance`, by numbers u in [0, 1)."""
    reached = np.cumsum(chance[order])
    at = np.searchsorted(reached, u * reached[-1], side="right")
    return order[np.minimum(at, len(order) - 1)]


def random_points(
    X: Array, k: int, rng: np.random.Generator, weights: Array, order: Order
) -> Array:
    """k distinct points of the data, drawn at random; fewer than k distinct ones are repeated.

    Notes: Concept 215
    """
    chance = weights.copy()
    means = np.empty((k, X.shape[1]))
    for j in range(k):
        if not chance.any():
            means[j:] = means[: k - j] if 2 * j >= k else np.resize(means[:j], (k - j, X.shape[1]))
            break
        means[j] = X[drawn(chance, order, rng.random(1))[0]]
        chance[(X == means[j]).all(axis=1)] = 0.0
    return means


def random_positions(
    X: Array, k: int, rng: np.random.Generator, weights: Array, order: Order
) -> Array:
    """k positions drawn evenly from the box that holds the data.

    Notes: Concept 215
    """
    low, high = X.min(axis=0), X.max(axis=0)
    return np.asarray(low + rng.random((k, X.shape[1])) * (high - low))


def plus_plus(X: Array, k: int, rng: np.random.Generator, weights: Array, order: Order) -> Array:
    """k-means++, greedy: each next mean is the best of 2 + ln k points drawn by squared distance.

    A point is drawn with probability in proportion to its squared distance from the means so far;
    of the points drawn, that one is kept which lowers the loss most.

    Notes: Concept 215, Concept 231
    """
    tries = 2 + int(np.log(k))
    means = np.empty((k, X.shape[1]))
    means[0] = X[drawn(weights, order, rng.random(1))[0]]
    D = squared_distances(X, means[:1])[:, 0]
    for j in range(1, k):
        u = rng.random(tries)
        if not D.any():
            means[j:] = np.resize(means[:j], (k - j, X.shape[1]))
            break
        rows = drawn(weights * D, order, u)
        after = np.minimum(D[:, None], squared_distances(X, X[rows]))
        best = int((weights[:, None] * after).sum(axis=0).argmin())
        means[j], D = X[rows[best]], after[:, best]
    return means


def parallel(X: Array, k: int, rng: np.random.Generator, weights: Array, order: Order) -> Array:
    """k-means‖: a few rounds draw many points at once; k-means++ on these, weighted, gives k.

    A point drawn weighs as much as the points nearest to it.

    Notes: Concept 215, Concept 231
    """
    chosen = X[drawn(weights, order, rng.random(1))]
    D = squared_distances(X, chosen)[:, 0]
    for _ in range(ROUNDS):
        share = weights * D
        if not share.any():
            break
        u = rng.random(max(1, int(OVERSAMPLING * k)))
        more = np.unique(X[drawn(share, order, u)], axis=0)
        chosen = np.vstack([chosen, more])
        D = np.minimum(D, nearest_mean(X, more)[1])
    served = np.bincount(nearest_mean(X, chosen)[0], weights, minlength=len(chosen))
    kept = served > 0
    return plus_plus(chosen[kept], k, rng, served[kept], row_order(chosen[kept]))


Start = Callable[[Array, int, np.random.Generator, Array, Order], Array]
STARTS: dict[str, Start] = {
    "k-means++": plus_plus,
    "k-means||": parallel,
    "random": random_points,
    "positions": random_positions,
}


def given_start(init: object, X: Array, k: int, seed: int) -> Array:
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

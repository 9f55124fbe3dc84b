"""How often `choose_k` is right: rates over many seeds, run by hand (`pytest -m slow`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid.clusters.axes import axis_with_groups
from pellucid.clusters.choosing_k import choose_k

Array = NDArray[np.float64]
SEEDS = 20
pytestmark = pytest.mark.slow


def _standardised(X: Array) -> Array:
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0))


def _clouds(r: np.random.Generator, k: int, d: int, apart: float, n: int) -> Array:
    """k clouds of spread 1 with means `apart` from their neighbours: a polygon, or a simplex."""
    turn = 2 * np.pi * np.arange(k) / k
    polygon = apart / (2 * np.sin(np.pi / k)) * np.column_stack([np.cos(turn), np.sin(turn)])
    means = polygon if d == 2 else apart / np.sqrt(2) * np.eye(d)[:k]
    return np.concatenate([r.normal(size=(n // k, d)) + mean for mean in means])


def _ring(r: np.random.Generator, n: int) -> Array:
    angle, radius = r.uniform(0, 2 * np.pi, n), r.normal(3, 0.2, n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _lanes(r: np.random.Generator, lanes: int, sizes: tuple[float, float], gap: float) -> Array:
    X = r.normal(size=(300, 2)) * sizes
    X[:, 1] += gap * (np.arange(300) % lanes)
    return _standardised(X)


# What is drawn, the right answer, and the least share of seeds that must tell it.
CASES: dict[str, tuple[Callable[[np.random.Generator], Array], int, float]] = {
    "one round cloud": (lambda r: r.normal(size=(300, 2)), 1, 0.95),
    "60 rows of one cloud": (lambda r: r.normal(size=(60, 2)), 1, 0.95),
    "one long cloud": (lambda r: r.normal(size=(300, 2)) * [5, 1], 1, 0.95),
    "ten columns": (lambda r: r.normal(size=(200, 10)), 1, 0.95),
    "a square": (lambda r: r.uniform(size=(300, 2)), 1, 0.95),
    "a cube": (lambda r: r.uniform(size=(300, 3)), 1, 0.95),
    "skewed": (lambda r: _standardised(r.exponential(size=(300, 2))), 1, 0.95),
    "very skewed": (lambda r: _standardised(np.exp(r.normal(size=(300, 3)))), 1, 0.95),
    "heavy tails": (lambda r: _standardised(r.standard_t(3, size=(300, 2))), 1, 0.95),
    "a ring": (lambda r: _ring(r, 300), 1, 0.95),
    "ring and disc": (
        lambda r: np.concatenate([_ring(r, 200), 0.4 * r.normal(size=(100, 2))]), 1, 0.95
    ),
    "two clouds": (lambda r: _clouds(r, 2, 2, 5, 200), 2, 0.95),
    "three clouds": (lambda r: _clouds(r, 3, 2, 5, 300), 3, 0.95),
    "three near clouds": (lambda r: _clouds(r, 3, 2, 4, 300), 3, 0.8),
    "five clouds": (lambda r: _clouds(r, 5, 2, 5, 400), 5, 0.95),
    "three of ten columns": (lambda r: _clouds(r, 3, 10, 6, 90), 3, 0.95),
    "eight of eight columns": (lambda r: _clouds(r, 8, 8, 6, 400), 8, 0.95),
    "one small group": (
        lambda r: np.concatenate([r.normal(size=(280, 2)), r.normal(size=(20, 2)) + [8, 0]]),
        2, 0.95,
    ),
    "two lanes": (lambda r: _lanes(r, 2, (4.0, 0.4), 4.0), 2, 0.95),
    "three lanes": (lambda r: _lanes(r, 3, (2.0, 0.5), 4.0), 3, 0.9),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_right_number_is_told(name: str) -> None:
    make, right, least = CASES[name]
    told = [_told(make(np.random.default_rng(seed)), seed) for seed in range(SEEDS)]
    assert np.mean(np.array(told) == right) >= least, told


def _told(X: Array, seed: int) -> int:
    found = choose_k(X, range(2, 9), random_state=seed)
    if not found.no_clusters:
        return found.k
    centred = X - X.mean(axis=0)
    axis = axis_with_groups(centred, list(range(X.shape[1])), seed)
    if axis is None:
        return 1
    return choose_k((centred @ axis.weights)[:, None], range(2, 9), random_state=seed).k

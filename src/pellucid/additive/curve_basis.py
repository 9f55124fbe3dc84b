"""The features of one column's curve: waves along its ranks, or one entry a category.

A curve is piecewise linear between quantiles of the column. Its features are waves along the ranks
of the rows, the slow ones large and the fast ones small, so that one penalty for all of them asks
for a smooth curve: the k-th wave has size k^−3/2.

Notes: §5.1, Def 188, KE 71
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

Array = NDArray[np.float64]
Learned = dict[str, Any]
KNOTS = 48  # quantiles between which a curve is straight
DECAY = 0.75  # size of a wave: its roughness to this power, downwards
MOST_LEVELS = 120


def learn_numeric_basis(x: Array, weights: Array, waves: int) -> Learned:
    """Knots, waves at the knots, mean and deviation of an amount (NaN where missing).

    Parameters
    ----------
    x, weights : ndarray, shape (n,)
    waves : int
        Most waves.

    Returns
    -------
    dict
        `knots` (g,), `waves` (g, m), `mean` and `deviation` of the values.
    """
    there = np.isfinite(x)
    values, mass = _masses(x[there], weights[there])
    if len(values) < 2:
        at = values if len(values) else np.zeros(1)
        return {
            "knots": at,
            "waves": np.zeros((1, 0)),
            "mean": float(at[0]),
            "deviation": 1.0,
        }
    mean = float(values @ mass / mass.sum())
    deviation = float(np.sqrt((values - mean) ** 2 @ mass / mass.sum())) or 1.0
    knots = _knots(values, mass)
    shares = _knot_masses(knots, values, mass)
    return {
        "knots": knots,
        "waves": _waves(shares, waves),
        "mean": mean,
        "deviation": deviation,
    }


def _masses(x: Array, weights: Array) -> tuple[Array, Array]:
    values, place = np.unique(x, return_inverse=True)
    return values, np.asarray(np.bincount(place, weights, len(values)), dtype=np.float64)


def _knots(values: Array, mass: Array) -> Array:
    """Distinct values at equal steps of rank, both ends among them."""
    if len(values) <= KNOTS:
        return values
    rank = np.cumsum(mass) - mass / 2
    wanted = np.linspace(rank[0], rank[-1], KNOTS)
    return np.unique(values[np.searchsorted(rank, wanted, side="left").clip(max=len(values) - 1)])


def knot_weights(knots: Array, x: Array) -> tuple[NDArray[np.intp], Array]:
    """For each value its knot to the left, and how far it lies towards the next (0 to 1)."""
    if len(knots) == 1:
        return np.zeros(len(x), dtype=np.intp), np.zeros(len(x))
    inside = np.clip(np.nan_to_num(x, nan=knots[0]), knots[0], knots[-1])
    left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 2)
    return left, (inside - knots[left]) / (knots[left + 1] - knots[left])


def interpolate_at_knots(knots: Array, table: Array, x: Array) -> Array:
    """The functions in the columns of `table`, between knots by straight lines; 0 where missing."""
    left, part = knot_weights(knots, x)
    right = np.minimum(left + 1, len(knots) - 1)
    found = table[left] * (1 - part)[:, None] + table[right] * part[:, None]
    found[~np.isfinite(x)] = 0.0
    return found


def _knot_masses(knots: Array, values: Array, mass: Array) -> Array:
    left, part = knot_weights(knots, values)
    total = np.bincount(left, mass * (1 - part), len(knots))
    total += np.bincount(np.minimum(left + 1, len(knots) - 1), mass * part, len(knots))
    return np.asarray(np.maximum(total / total.sum(), 1e-9))


def _waves(shares: Array, max_waves: int) -> Array:
    """Waves along ranks at the knots: of unit size under the shares, times their decay."""
    g = len(shares)
    steps = (shares[1:] + shares[:-1]) / 2
    differences = np.diff(np.eye(g), axis=0) / np.sqrt(steps)[:, None]
    root = 1 / np.sqrt(shares)
    roughness, vectors = eigh(
        root[:, None] * (differences.T @ differences) * root,
        subset_by_index=[0, min(max_waves, g - 1)],
    )
    waves = root[:, None] * vectors[:, 1:]
    decay = (np.maximum(roughness[1:], 1e-12) / max(roughness[1], 1e-12)) ** -DECAY
    # Signs of eigenvectors are anyone's choice: each wave begins upwards.
    first = np.sign(waves[np.abs(waves).argmax(axis=0), np.arange(waves.shape[1])])
    return np.asarray(waves * decay * np.where(first == 0, 1.0, first))


def learn_category_basis(places: Array, weights: Array) -> Learned:
    """Which categories have an entry: those met, the commonest where there are very many.

    `places` holds numbers of categories, NaN where missing; a missing one is a category too.
    """
    places = np.where(np.isfinite(places), places, -1.0)
    met, mass = _masses(places, weights)
    order = np.argsort(-mass, kind="stable")[:MOST_LEVELS]
    return {"places": np.sort(met[order])}


def category_entries(learned: Learned, places: Array) -> Array:
    """One column a category: 1 where the row is of it."""
    places = np.where(np.isfinite(places), places, -1.0)
    known = learned["places"]
    at = np.searchsorted(known, places).clip(max=len(known) - 1)
    found = np.zeros((len(places), len(known)))
    rows = np.flatnonzero(known[at] == places)
    found[rows, at[rows]] = 1.0
    return found

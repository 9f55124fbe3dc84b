"""Centring and standardising: means and deviations of columns, mergeable, at any scale.

Notes: Def 207, Def 208, Def 209, §5.3.3
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError

Floats = NDArray[np.float64]
LARGEST = 1e150  # squares of larger numbers overflow
NEAR_OVERFLOW = 2.0**1000
ROUNDING = 10 * np.finfo(float).eps


@dataclass(frozen=True)
class Spread:
    """What is known of d columns: total weight, mean and standard deviation (divisor n) of each.

    Notes: Def 208, Def 209
    """

    weight: Floats
    mean: Floats
    deviation: Floats


def spread(values: Floats, weights: Floats) -> Spread:
    """Weight, mean and deviation of each column, missing values (NaN) left out.

    Each column is first divided by a power of two, so that no square overflows or vanishes.

    Parameters
    ----------
    values : ndarray, shape (n, d)
    weights : ndarray, shape (n,)

    Examples
    --------
    >>> found = spread(np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]), np.ones(6))
    >>> float(found.mean[0]), round(float(found.deviation[0]), 4)
    (3.5, 1.7078)

    Notes: Def 208, Def 209, eq 5.32, eq 5.33, eq 5.34
    """
    there = ~np.isnan(values) & (weights > 0)[:, None]
    known = np.where(there, values, 0.0)
    _, exponents = np.frexp(np.abs(known).max(axis=0, initial=0.0))
    known = np.ldexp(known, -exponents)
    total = (weights[:, None] * there).sum(axis=0)
    share = weights[:, None] * there / np.where(total > 0, total, 1.0)
    mean = (share * known).sum(axis=0)
    centred = np.where(there, known - mean, 0.0)
    # What rounding left of the mean is taken out of the deviation too.
    mean = mean + (share * centred).sum(axis=0)
    centred = np.where(there, known - mean, 0.0)
    _, inner = np.frexp(np.abs(centred).max(axis=0, initial=0.0))
    deviation = np.sqrt((share * np.ldexp(centred, -inner) ** 2).sum(axis=0))
    # Rounding alone makes a constant column vary by about one unit in its last digit.
    deviation = np.ldexp(deviation, inner)
    deviation = np.where(deviation > ROUNDING * np.abs(mean), deviation, 0.0)
    return Spread(total, np.ldexp(mean, exponents), np.ldexp(deviation, exponents))


def merged(one: Spread, other: Spread) -> Spread:
    """The spread of both sets of rows together.

    Notes: Def 208
    """
    total = one.weight + other.weight
    safe = np.where(total > 0, total, 1.0)
    a, b = one.weight / safe, other.weight / safe
    gap = other.mean / 2 - one.mean / 2  # halves: the difference of the largest numbers is finite
    mean = one.mean + 2 * (b * gap)
    within = np.hypot(np.sqrt(a) * one.deviation, np.sqrt(b) * other.deviation)
    between = 2 * (np.sqrt(a * b) * np.abs(gap))
    between = np.where(between > ROUNDING * np.abs(mean), between, 0.0)
    return Spread(total, np.where(one.weight > 0, mean, other.mean), np.hypot(within, between))


def moments(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean and standard deviation (divisor n) of each column, missing values left out.

    A column that does not vary gets the scale 1: it becomes zeros.

    Notes: §5.3.3, Def 208, Def 209
    """
    found = spread(values, weights)
    return found.mean, np.where(found.deviation > 0, found.deviation, 1.0)


def center(values: Floats, mean: Floats) -> Floats:
    """x − mean.

    Notes: eq 5.30
    """
    return np.asarray(values - mean)


def scaled(values: Floats, mean: Floats, scale: Floats) -> Floats:
    """(x − mean) / standard deviation, of numbers of any size; NaN stays NaN.

    Notes: Def 207, eq 5.31
    """
    if np.abs(mean).max(initial=0.0) < NEAR_OVERFLOW and scale.max(initial=0.0) < NEAR_OVERFLOW:
        return np.asarray((values - mean) / scale)
    return np.asarray(2 * ((values / 2 - mean / 2) / scale))


def standardize(values: Floats, mean: Floats, scale: Floats) -> Floats:
    """(x − mean) / standard deviation, with missing values at the mean.

    Notes: §5.3.3
    """
    return np.asarray(np.nan_to_num(scaled(values, mean, scale), nan=0.0))


def refuse_huge(name: str, values: Floats) -> None:
    """Refuse numbers whose squares overflow, by column and row."""
    sizes = np.abs(np.nan_to_num(values)).reshape(len(values), -1).max(axis=1, initial=0.0)
    if sizes.max(initial=0.0) > LARGEST:
        row = int(sizes.argmax())
        raise TableError(
            f"Column {name!r}, row {row + 1} holds {sizes[row]:g}: numbers beyond 1e150 cannot be "
            "standardised (their squares overflow). Rescale the column, or leave it out (--drop)."
        )

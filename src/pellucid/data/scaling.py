"""Centring and standardising: means and deviations of columns, mergeable, at any scale.

Notes: Def 207, Def 208, Def 209, §5.3.3
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError

Floats = NDArray[np.float64]
LARGEST = 1e150  # squares of larger numbers overflow
NEAR_OVERFLOW = 2.0**1000
SMALLEST = 1e-140  # and of smaller ones vanish
TURNED = 2**17  # numbers that are turned from columns into rows in one go
BLOCK = 2**16  # numbers looked at in one go: they stay in the cache
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

    Two passes, block by block: means, then squares about them. Columns so large or so small that
    squares overflow or vanish are taken again, divided by a power of two first.

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
    with np.errstate(over="ignore", invalid="ignore"):
        found = _two_passes(values, weights)
    plain = (found.deviation > SMALLEST) & (found.deviation < LARGEST)
    if plain.all():
        return found
    again = _scaled_first(values[:, ~plain], weights)
    for part, mended in ((found.mean, again.mean), (found.deviation, again.deviation)):
        part[~plain] = mended
    return found


def _two_passes(values: Floats, weights: Floats) -> Spread:
    """Weight, mean and deviation, with a correction for what rounding left of the mean."""
    d = values.shape[1]
    step = max(BLOCK // max(d, 1), 1)
    starts = range(0, len(values), step)
    total, mean, rest, squares = np.zeros(d), np.zeros(d), np.zeros(d), np.zeros(d)
    for at in starts:
        block, w = values[at : at + step], weights[at : at + step]
        part = w @ block
        if np.isnan(part).any():
            there = ~np.isnan(block)
            part = w @ np.where(there & (w > 0)[:, None], block, 0.0)
            total += w @ there
        else:
            total += w.sum()
        mean += part
    safe = np.where(total > 0, total, 1.0)
    mean /= safe
    for at in starts:
        block, w = values[at : at + step], weights[at : at + step]
        centred = block - mean
        part = w @ centred
        if np.isnan(part).any():
            centred = np.where(np.isnan(centred) | (w == 0)[:, None], 0.0, centred)
            part = w @ centred
        rest += part
        squares += w @ np.square(centred, out=centred)
    rest /= safe
    mean += rest
    deviation = np.sqrt(np.maximum(squares / safe - rest**2, 0.0))
    return Spread(total, mean, without_rounding(deviation, mean))


def without_rounding(deviation: Floats, mean: Floats) -> Floats:
    """The deviation, 0 where rounding alone made a constant column vary.

    Notes: Def 208
    """
    return np.where(deviation > ROUNDING * np.abs(mean), deviation, 0.0)


def _scaled_first(values: Floats, weights: Floats) -> Spread:
    """The same for any size that a float holds: each column is divided by a power of two."""
    counted = (weights > 0)[:, None]
    known = np.where(counted, values, 0.0)
    _, exponents = np.frexp(np.abs(np.nan_to_num(known)).max(axis=0, initial=0.0))
    first = _two_passes(np.ldexp(known, -exponents), weights)
    # What remains about the mean may be small again.
    centred = np.ldexp(known, -exponents) - first.mean
    centred = np.where(counted, centred, 0.0)
    _, inner = np.frexp(np.abs(np.nan_to_num(centred)).max(axis=0, initial=0.0))
    second = _two_passes(np.ldexp(centred, -inner), weights)
    deviation = without_rounding(np.ldexp(second.deviation, inner), first.mean)
    return Spread(first.weight, np.ldexp(first.mean, exponents), np.ldexp(deviation, exponents))


def merge_spreads(one: Spread, other: Spread) -> Spread:
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


def pooled_moments(columns: Spread) -> tuple[Floats, Floats]:
    """Mean and standard deviation of columns of equal weight taken as one.

    Parameters
    ----------
    columns : Spread of p×c or (p,) columns
        Those along the first axis are taken together.

    Returns
    -------
    mean, scale : array of shape (c,) or ()
        The scale is 1 where nothing varies.

    Notes: Def 208, Def 209
    """
    # Divided by a power of two first, as squares of very large and very small numbers are lost.
    _, exponents = np.frexp(np.maximum(np.abs(columns.mean), columns.deviation).max(axis=0))
    means, deviations = (np.ldexp(p, -exponents) for p in (columns.mean, columns.deviation))
    mean = means.mean(axis=0)
    variance = (deviations**2 + (means - mean) ** 2).mean(axis=0)
    deviation = without_rounding(np.sqrt(variance), mean)
    scale = np.where(deviation > 0, np.ldexp(deviation, exponents), 1.0)
    return np.ldexp(mean, exponents), scale


def center(values: Floats, mean: Floats) -> Floats:
    """x − mean.

    Notes: eq 5.30
    """
    return np.asarray(values - mean)


def scale_columns(values: Floats, mean: Floats, scale: Floats) -> Floats:
    """(x − mean) / standard deviation, of numbers of any size; NaN stays NaN.

    Notes: Def 207, eq 5.31
    """
    if np.abs(mean).max(initial=0.0) < NEAR_OVERFLOW and scale.max(initial=0.0) < NEAR_OVERFLOW:
        shifted = values - mean
        return np.asarray(np.divide(shifted, scale, out=shifted))
    return np.asarray(2 * ((values / 2 - mean / 2) / scale))


def scaled_columns(columns: Sequence[Floats], mean: Floats, scale: Floats) -> Floats:
    """`scale_columns`, of columns that stand by themselves, side by side.

    Parameters
    ----------
    columns : sequence of ndarray, shape (n,)
    mean, scale : ndarray, shape (d,)

    Returns
    -------
    ndarray, shape (n, d)
        Row after row in memory.

    Examples
    --------
    >>> columns = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    >>> scaled_columns(columns, np.zeros(2), np.ones(2)).tolist()
    [[1.0, 3.0], [2.0, 4.0]]

    Notes: Def 207
    """
    found = np.empty((len(columns[0]), len(columns)))
    # Some rows at a time: columns become rows where the cache holds them.
    step = max(TURNED // len(columns), 256) - 8
    for first in range(0, len(found), step):
        rows = slice(first, first + step)
        values = np.array([column[rows] for column in columns], dtype=np.float64)
        found[rows] = scale_columns(values.T, mean, scale)
    return found


def standardize(values: Floats, mean: Floats, scale: Floats) -> Floats:
    """(x − mean) / standard deviation, with missing values at the mean.

    Notes: §5.3.3
    """
    return zero_where_missing(scale_columns(values, mean, scale))


def zero_where_missing(found: Floats) -> Floats:
    """0 for NaN; the same array where there is none.

    Notes: §5.3.3
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(found.sum()):  # so is each of them
            return found
    return np.asarray(np.nan_to_num(found, nan=0.0))


def refuse_huge(name: str, values: Floats) -> None:
    """Refuse numbers whose squares overflow, by column and row."""
    sizes = np.abs(np.nan_to_num(values)).reshape(len(values), -1).max(axis=1, initial=0.0)
    if sizes.max(initial=0.0) > LARGEST:
        row = int(sizes.argmax())
        raise TableError(
            f"Column {name!r}, row {row + 1} holds {sizes[row]:g}: numbers beyond 1e150 cannot be "
            "standardised (their squares overflow). Rescale the column, or leave it out (--drop)."
        )

"""What a model predicts as one column moves and all others stay as they are.

Notes: §1.0.5, Def 31
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table import CODED, Column, Kind, Table
from pellucid.former_names import renamed_arguments

Array = NDArray[Any]
POINTS = 20
MOST_LEVELS = 12
MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class Dependence:
    """The mean prediction along one column.

    Parameters
    ----------
    column : str
        Which column.
    kind : str
        Its kind.
    values : tuple
        Numbers, categories, or ISO dates.
    mean, low, high : ndarray, shape (g, k)
        Mean prediction at each value, and the band in which eight rows in ten lie; k is 1 for
        numbers and for the second of two classes, else the number of classes.
    counts : ndarray, shape (g,)
        Rows of the table at (numbers: nearest to) each value.
    """

    column: str
    kind: str
    values: tuple[Any, ...]
    mean: Array
    low: Array
    high: Array
    counts: Array


@renamed_arguments(answers="predict")
def partial_dependence(predict: Callable[[Table], Array], X: Table, name: str) -> Dependence:
    """Set one column to each of its values in turn, in every row, and average the predictions.

    Parameters
    ----------
    predict : callable Table -> ndarray, shape (n,) or (n, k)
        Numbers, or probabilities.
    X : Table, n rows
        Rows to average over.
    name : str
        The column that moves.

    Returns
    -------
    Dependence
        At most 20 values of a number (quantiles), 12 categories (the commonest).

    Examples
    --------
    >>> from pellucid.data import read_table
    >>> X = read_table(np.random.default_rng(0).normal(size=(50, 2)))
    >>> found = partial_dependence(lambda t: 2 * t["x0"].values + t["x1"].values, X, "x0")
    >>> slope = np.polyfit(found.values, found.mean[:, 0], 1)[0]
    >>> round(float(slope), 6)
    2.0

    Notes: Def 31
    """
    column = X[name]
    grid = _grid(column)
    n = len(X)
    most = max(MOST_CELLS // max(len(grid) * len(X.columns), 1), 20)
    if n > most:
        X = X.take(np.linspace(0, n - 1, most).round().astype(np.intp))
        n = most
    repeated = X.take(np.tile(np.arange(n), len(grid)))
    moved = replace(
        repeated,
        columns=tuple(
            replace(c, values=np.repeat(grid, n).astype(column.values.dtype), unseen=())
            if c.name == name
            else c
            for c in repeated.columns
        ),
    )
    found = np.asarray(predict(moved), dtype=np.float64).reshape(len(grid), n, -1)
    low, high = np.quantile(found, [0.1, 0.9], axis=1)
    return Dependence(
        name,
        str(column.kind),
        _spelled(column, grid),
        found.mean(axis=1),
        low,
        high,
        _counts(column, grid),
    )


def _grid(column: Column) -> Array:
    values = column.values[~column.missing]
    if column.kind in CODED:
        codes, counts = np.unique(values[values >= 0], return_counts=True)
        common = codes[np.argsort(-counts, kind="stable")[:MOST_LEVELS]]
        return np.sort(common)
    distinct = np.unique(values)
    if len(distinct) <= POINTS:
        return distinct
    ends = np.linspace(0.01, 0.99, POINTS)
    return np.unique(np.quantile(values, ends, method="nearest"))


def _spelled(column: Column, grid: Array) -> tuple[Any, ...]:
    if column.levels is not None:
        return tuple(column.levels[int(code)] for code in grid)
    if column.kind is Kind.DATE:
        return tuple(str(value.astype("datetime64[D]")) for value in grid)
    return tuple(float(value) for value in grid)


def _counts(column: Column, grid: Array) -> Array:
    values = column.values[~column.missing]
    if column.kind in CODED:
        return np.array([int((values == code).sum()) for code in grid])
    places = values.astype(np.float64) if values.dtype.kind == "f" else values.astype(np.int64)
    at = grid.astype(places.dtype)
    between = at[:-1] + (at[1:] - at[:-1]) / 2
    return np.bincount(np.searchsorted(between, places), minlength=len(grid))

"""Rows unlike any of training: outside the range of a column, of an unknown category, with gaps.

Notes: Def 12, §1.2.8
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table import CODED, UNSEEN, Column, Kind, Table
from pellucid.formatting import number

MOST_NAMED = 3  # columns named in a caution


def training_ranges(X: Table) -> dict[str, Any]:
    """What the columns of training rows held: plain values that a model file can hold.

    Returns
    -------
    dict
        "low" and "high" by column (dates in microseconds), and "complete", the columns that no
        row lacked.

    Examples
    --------
    >>> from pellucid.data import read_table
    >>> training_ranges(read_table(np.array([[1.0], [2.0], [3.0]])))
    {'low': {'x0': 1.0}, 'high': {'x0': 3.0}, 'complete': ['x0']}
    """
    low, high = {}, {}
    for column in X.columns:
        if column.kind in (Kind.NUMERIC, Kind.DATE):
            there = _amounts(column)[~column.missing]
            if len(there):
                low[column.name], high[column.name] = float(there.min()), float(there.max())
    complete = [c.name for c in X.columns if not c.missing.any()]
    return {"low": low, "high": high, "complete": complete}


def _amounts(column: Column) -> NDArray[np.float64]:
    values = column.values
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]").astype(np.int64).astype(np.float64)
    return np.asarray(values, dtype=np.float64)


def extrapolation_warnings(ranges: dict[str, Any], X: Table) -> list[str]:
    """A caution for each row that training gave no example of; empty text where there is none.

    Parameters
    ----------
    ranges : dict
        From `training_ranges`.
    X : Table, n rows
        New rows, read by the schema of training.

    Returns
    -------
    list of str, length n

    Examples
    --------
    >>> from pellucid.data import read_table
    >>> X = read_table(np.array([[1.0], [2.0], [3.0]]))
    >>> new = read_table(np.array([[2.0], [9.0]]), schema=X.schema)
    >>> extrapolation_warnings(training_ranges(X), new)
    ['', 'x0 = 9 is above all of training (1 to 3)']

    Notes: Def 12
    """
    told = [""] * len(X)
    for row, words in _found(ranges, X).items():
        told[row] = _joined(words)
    return told


def warnings_by_row(ranges: dict[str, Any], X: Table) -> list[list[str]]:
    """All cautions of each row, n lists; arguments as in `extrapolation_warnings`.

    Notes: Def 12
    """
    found = _found(ranges, X)
    return [found.get(row, []) for row in range(len(X))]


def _found(ranges: dict[str, Any], X: Table) -> dict[int, list[str]]:
    """Cautions by row, of the rows that have any."""
    found: dict[int, list[str]] = {}
    for column in X.columns:
        for row, words in _of_column(ranges, column):
            found.setdefault(row, []).append(words)
    return found


def _joined(words: list[str]) -> str:
    more = len(words) - MOST_NAMED
    return "; ".join(words[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _of_column(ranges: dict[str, Any], column: Column) -> list[tuple[int, str]]:
    name, found = column.name, []
    if name in ranges["low"] and column.kind in (Kind.NUMERIC, Kind.DATE):
        values, low, high = _amounts(column), ranges["low"][name], ranges["high"][name]
        there = ~column.missing
        for side, outside in (("below", values < low), ("above", values > high)):
            for row in np.flatnonzero(outside & there):
                ends = f"({_written(column, low)} to {_written(column, high)})"
                value = _written(column, float(values[row]))
                found.append((int(row), f"{name} = {value} is {side} all of training {ends}"))
    if column.kind in CODED:
        for row in np.flatnonzero(column.values <= UNSEEN):
            value = column.unseen[UNSEEN - int(column.values[row])]
            found.append((int(row), f"{name} = {value!r} was not met in training"))
    if name in ranges["complete"]:
        found += [
            (int(row), f"{name} is missing, and never was in training")
            for row in np.flatnonzero(column.missing)
        ]
    return found


def _written(column: Column, value: float) -> str:
    if column.kind is Kind.DATE:
        return str(np.datetime64(int(value), "us").astype("datetime64[D]"))
    text = number(value, 6)
    return text.rstrip("0").rstrip(".") if "." in text else text

"""What a person says of how rows belong together: a column that orders them, or groups them.

Notes: §1.2.8, Clar 79
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.ordinal_scales import recognized_scale
from pellucid.data.table import Column, Table
from pellucid.errors import ColumnError
from pellucid.findings import Finding
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.jobs.fit.fit_result import Settings

Array = NDArray[Any]
Rows = NDArray[np.bool_]


def marking_columns(table: Table, settings: Settings) -> dict[str, Column]:
    """The column that orders the rows, as "order"; the one whose groups stay whole, as "groups".

    Raises
    ------
    ColumnError
        Where one is the target, or no column of the table.

    Notes: Clar 79
    """
    found = {}
    for name, use in ((settings.order_by, "order"), (settings.group, "groups")):
        if name is not None:
            if name == settings.target:
                raise ColumnError(f"{name!r} is the target; it cannot order or group the rows.")
            found[use] = table[name]
    return found


def place_in_order(column: Column, known: Rows) -> tuple[Array, list[Finding]]:
    """For each row a number or a date that rises with its place in the order, and what to know.

    Parameters
    ----------
    column : Column, n rows
        Numbers, dates, or words: of a scale that people know (months, sizes), or of the alphabet.
    known : ndarray of bool, shape (n,)
        Rows that are used.

    Raises
    ------
    ColumnError
        Where a row that is used has no value, or all have the same.

    Notes: §1.2.8
    """
    gone = np.flatnonzero(column.missing & known)
    if len(gone):
        raise ColumnError(
            f"--order-by {column.name}: {len(gone):,} row(s) have no value there (first: row "
            f"{gone[0] + 1:,}), so their place in the order is not known. Fill them in, or leave "
            "these rows out."
        )
    words = column.levels is not None or column.values.dtype == object
    values = column.texts() if words and not column.ordered else column.values
    different = np.unique(values[known])
    if len(different) < 2:
        raise ColumnError(
            f"--order-by {column.name}: all rows have the same value there, which orders nothing. "
            "Name another column."
        )
    if values.dtype != object:
        return values, []
    levels, told = _levels_in_order(column.name, different.tolist())
    ranks = {level: rank for rank, level in enumerate(levels)}
    return np.array([ranks.get(value, -1) for value in values]), told


def _levels_in_order(name: str, levels: list[str]) -> tuple[list[str], list[Finding]]:
    with contextlib.suppress(ValueError):
        return sorted(levels, key=float), []
    scale = recognized_scale(name, levels)
    if scale is not None:
        return list(scale.levels), []
    return levels, [_alphabet(name, levels[0], levels[-1])]


def _alphabet(name: str, first: str, last: str) -> Finding:
    return Finding(
        "rows in the order of words",
        "caution",
        f"{name!r} holds words, so rows are in the order of the alphabet, from {first!r} to "
        f"{last!r}.",
        (name,),
        "If that is not their order in time, give --order-by a column of dates or numbers.",
    )


def group_of_rows(column: Column, known: Rows) -> tuple[Array, list[Finding]]:
    """For each row its group; rows without one are a group together.

    Notes: §1.2.8
    """
    gone = int((column.missing & known).sum())
    values = column.values
    if column.levels is None and values.dtype == object:
        values = np.unique(values.astype(str), return_inverse=True)[1]
    if not gone:
        return values, []
    return values, [
        Finding(
            "rows without a group",
            "note",
            f"{gone:,} row(s) have no {column.name!r}: they are kept together, as one group.",
            (column.name,),
        )
    ]


WHY = {
    "order": "orders the rows: the last are the test, and it is no input",
    "groups": "its groups stay whole on one side of the split; it is no input",
}


def marks_told(columns: dict[str, Column], known: Rows) -> tuple[ColumnSummary, ...]:
    """How the table of columns tells of those that order or group the rows."""
    return tuple(
        ColumnSummary(c.name, str(c.kind), int((c.missing & known).sum()), False, WHY[use])
        for use, c in columns.items()
    )

"""Rows of a block: a table of Arrow, or arrays side by side; cut and joined alike.

Notes: §2.1.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Rows: TypeAlias = "pa.Table | tuple[NDArray[Any], ...]"


def length(rows: Rows) -> int:
    """How many rows there are."""
    return len(rows[0]) if isinstance(rows, tuple) else int(rows.num_rows)


def slice_rows(rows: Rows, start: int, stop: int) -> Rows:
    """Rows from `start` up to `stop`, not copied."""
    if isinstance(rows, tuple):
        return tuple(each[start:stop] for each in rows)
    return rows.slice(start, stop - start)


def concatenate_rows(pieces: Sequence[Rows]) -> Rows:
    """Pieces one below the other.

    Examples
    --------
    >>> [a.tolist() for a in concatenate_rows([(np.array([1.0]),), (np.array([2.0]),)])]
    [[1.0, 2.0]]

    Notes: §2.1.3
    """
    if len(pieces) == 1:
        return pieces[0]
    if isinstance(pieces[0], tuple):
        arrays: list[Any] = list(pieces)
        return tuple(np.concatenate(each) for each in zip(*arrays, strict=True))
    tables: list[Any] = list(pieces)
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.concat_tables([_with_common_types(table, tables) for table in tables])


def _with_common_types(table: pa.Table, tables: Sequence[pa.Table]) -> pa.Table:
    """The table with columns as text where the tables hold different types."""
    from pellucid.data.columns.arrow_values import as_texts, plain_values

    columns = {}
    for name in tables[0].column_names:
        column = table[name]
        if len({t.schema.field(name).type for t in tables}) > 1:
            column = as_texts(plain_values(column).values)
        columns[name] = column
    return pa.table(columns)

"""Arrays, Arrow tables and data frames as one Arrow table, column by column.

Notes: §2.1.3
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from pellucid.data.sources.csv_files import refuse_duplicates
from pellucid.data.sources.python_cells import array_column, column_of_cells
from pellucid.errors import TableError

UNREAD = (pa.ArrowException, TypeError, ValueError, NotImplementedError, AttributeError, KeyError)


def from_array(array: np.ndarray[Any, Any]) -> pa.Table:
    """Columns x0, x1, … of a 2-D array.

    Raises
    ------
    TableError
        When it has not two axes, or holds complex numbers.

    Notes: Notation 7
    """
    plain: np.ndarray[Any, Any] = np.asarray(array)
    if isinstance(array, np.ma.MaskedArray):
        plain = plain.astype(object)
        plain[np.ma.getmaskarray(array)] = None
    if plain.dtype.names is not None:
        return pa.table({name: array_column(plain[name]) for name in plain.dtype.names})
    if plain.ndim != 2:
        raise TableError(f"A table has two axes, rows and columns; the array has {plain.ndim}.")
    if plain.dtype.kind == "c":
        raise TableError("The array holds complex numbers: give their real and imaginary parts.")
    return pa.table({f"x{i}": array_column(plain[:, i]) for i in range(plain.shape[1])})


def from_arrow(table: pa.Table) -> pa.Table:
    """An Arrow table whose names mean one column each.

    Notes: §2.1.3
    """
    refuse_duplicates(table.column_names)
    return table


def from_frame(frame: Any) -> pa.Table:
    """A data frame of any library that narwhals knows.

    Raises
    ------
    ColumnError
        When a name is used more than once.
    TableError
        When it is no data frame, or a column cannot be read.

    Notes: §2.1.3
    """
    import narwhals as nw
    from narwhals.exceptions import NarwhalsError

    names = _names(frame)
    try:
        held = nw.from_native(frame)
        eager: Any = held.collect() if isinstance(held, nw.LazyFrame) else held
        names = [str(name) for name in eager.columns]
        refuse_duplicates(names)
        columns = [_column(name, s) for name, s in zip(names, eager.iter_columns(), strict=True)]
    except (NarwhalsError, TypeError) as error:
        raise TableError(
            f"Cannot read a table from a {type(frame).__name__}: give a path, a data frame, an "
            "Arrow table or a 2-D array."
        ) from error
    return pa.table(columns, names=names)


def _names(frame: Any) -> list[str]:
    """Names before narwhals looks at them, which refuses doubled ones in words of its own."""
    names = getattr(frame, "columns", None)
    told = [] if names is None or callable(names) else [str(name) for name in names]
    refuse_duplicates(told)
    return told


def _column(name: str, series: Any) -> Any:
    native = series.to_native()
    kind = str(getattr(native, "dtype", ""))
    if kind.startswith("period["):  # a span of time is told by its first moment
        native = native.dt.to_timestamp()
        return array_column(native.to_numpy())
    try:
        column = series.to_arrow()
        if pa.types.is_dictionary(column.type):
            if not isinstance(column.type.value_type, pa.BaseExtensionType):
                return column
        elif not isinstance(column.type, pa.BaseExtensionType):
            return column
    except UNREAD:
        pass
    return _cell_by_cell(name, series, native)


def _cell_by_cell(name: str, series: Any, native: Any) -> Any:
    try:
        categories = getattr(getattr(native, "cat", None), "categories", None)
        if categories is None:
            return column_of_cells(list(native))
        levels = pa.array([str(level) for level in categories], pa.string())
        codes = np.asarray(native.cat.codes, dtype=np.int32)
        indices = pa.array(codes, mask=codes < 0)
        ordered = bool(native.cat.ordered)
        return pa.DictionaryArray.from_arrays(indices, levels, ordered=ordered)
    except UNREAD as error:
        raise TableError(
            f"Column {name!r} holds {getattr(native, 'dtype', 'values')} that no table can hold: "
            "make it text or numbers, or leave it out (--drop)."
        ) from error

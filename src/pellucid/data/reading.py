"""`read_table`: any source to a `Table`, every column's kind inferred with a reason, or as asked.

Notes: §2.1.3, Def 32, §5.3
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from pellucid.data.inference import as_kind, column_of
from pellucid.data.sources import arrow_of
from pellucid.data.table import CODED, Column, Kind, Table, absent_column
from pellucid.errors import ColumnError, TableError

Schema = Sequence[dict[str, Any]]


def read_table(
    source: Any,
    *,
    numeric: Iterable[str] = (),
    binary: Iterable[str] = (),
    category: Iterable[str] = (),
    text: Iterable[str] = (),
    date: Iterable[str] = (),
    identifier: Iterable[str] = (),
    drop: Iterable[str] = (),
    missing: Iterable[str] = (),
    encoding: str = "utf-8",
    schema: Schema | None = None,
) -> Table:
    """Read a table; each column gets a kind, with the reason in its note.

    Parameters
    ----------
    source : str, Path, data frame, Arrow table, 2-D array or Table
        A file (.csv, .tsv, .txt, .parquet, .jsonl, .ndjson, .json, file.sqlite::table), "-" for
        CSV on standard input, or what is already in memory. The first line of a CSV names columns.
    numeric, binary, category, text, date, identifier : iterable of str
        Columns whose kind you say yourself.
    drop : iterable of str
        Columns to leave out.
    missing : iterable of str
        Spellings of "missing" beside the usual ones (empty, NA, N/A, NaN, null).
    encoding : str
        Encoding of a text file.
    schema : list of dict or None
        `Table.schema` of training: the columns are read as they were then.

    Returns
    -------
    Table
        n rows, in the order of the source.

    Raises
    ------
    TableError
        When the source cannot be read.
    ColumnError
        When a column named here, or by the schema, is not there or does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> read_table(np.array([[1.5, 0.0], [2.5, 1.0], [4.0, 0.0]]))["x1"].kind
    <Kind.BINARY: 'binary'>

    Notes: §2.1.3, Def 32
    """
    spelled = tuple(_names(missing))
    if isinstance(source, Table):
        return _reread(source, schema)
    arrow, name = arrow_of(source, spelled, encoding)
    if arrow.num_columns == 0:
        raise TableError(f"{name} has no columns.")
    if schema is not None:
        return _by_schema(arrow, name, schema, spelled)
    asked = {
        column: kind
        for kind, columns in (
            (Kind.NUMERIC, numeric),
            (Kind.BINARY, binary),
            (Kind.CATEGORY, category),
            (Kind.TEXT, text),
            (Kind.DATE, date),
            (Kind.IDENTIFIER, identifier),
        )
        for column in _names(columns)
    }
    left_out = set(_names(drop))
    for column in [*asked, *left_out]:
        if column not in arrow.column_names:
            raise ColumnError(absent_column(column, arrow.column_names))
    if arrow.num_rows == 0:
        raise TableError(f"{name} has column names but no rows.")
    columns = tuple(
        column_of(column, arrow[column], asked.get(column), spelled)
        for column in arrow.column_names
        if column not in left_out
    )
    if not columns:
        raise TableError(f"{name}: every column was dropped.")
    return Table(columns, name)


def _names(columns: Iterable[str]) -> Iterable[str]:
    """A lone string is one name, not its letters."""
    return (columns,) if isinstance(columns, str) else columns


def read_as_written(source: Any, encoding: str = "utf-8") -> pa.Table:
    """The source as an Arrow table whose text cells are as a person typed them, 007 and 1.50.

    Parameters, errors: see `read_table`.
    """
    return arrow_of(source, (), encoding, as_written=True)[0]


def _by_schema(arrow: pa.Table, name: str, schema: Schema, missing: tuple[str, ...]) -> Table:
    _refuse_absent([entry["name"] for entry in schema], arrow.column_names, name)
    columns = tuple(
        as_kind(
            entry["name"],
            arrow[entry["name"]],
            Kind(entry["kind"]),
            missing,
            None if entry["levels"] is None else tuple(entry["levels"]),
        )
        for entry in schema
    )
    return Table(columns, name)


def _refuse_absent(wanted: list[str], there: Sequence[str], source: str) -> None:
    absent = [column for column in wanted if column not in there]
    if absent:
        raise ColumnError(
            f"{source} lacks {len(absent)} column(s) that the model was trained on: "
            f"{', '.join(map(repr, absent))}. {absent_column(absent[0], there)}"
        )


def as_another_kind(column: Column, kind: Kind) -> Column:
    """A column read as another kind: numbers as categories, text as numbers, …

    Raises
    ------
    ColumnError
        When its values cannot be of that kind; names the first row that is not.
    """
    if column.kind is kind:
        return column
    if column.levels is not None and kind in CODED:
        return replace(column, kind=kind)
    return as_kind(column.name, pa.chunked_array([_arrow(column)]), kind, (), note="as you said")


def _reread(table: Table, schema: Schema | None) -> Table:
    if schema is None:
        return table
    _refuse_absent([e["name"] for e in schema], table.names, table.source or "the table")
    kept = table.select(e["name"] for e in schema)
    if [(e["kind"], e["levels"]) for e in kept.schema] == [
        (e["kind"], e["levels"]) for e in schema
    ]:
        return kept
    arrow = pa.table({c.name: _arrow(c) for c in kept.columns})
    return _by_schema(arrow, table.source, schema, ())


def _arrow(column: Column) -> pa.Array:
    if column.levels is not None or column.values.dtype == object:
        return pa.array(list(column.texts()), type=pa.string())
    return pa.array(column.values, from_pandas=True)

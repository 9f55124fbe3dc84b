"""`read_table`: any source to a `Table`, every column's kind inferred with a reason, or as asked.

Notes: §2.1.3, Def 32, §5.3
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from pellucid.data.columns.inference import Cells, InferredColumn, column_of
from pellucid.data.columns.kind_conversion import convert_as_in_training, convert_to_kind, texts_of
from pellucid.data.columns.notation import (
    DECIMALS,
    PLAIN_NOTATION,
    THOUSANDS,
    Notation,
    NotationHints,
    per_column,
)
from pellucid.data.columns.table_findings import table_findings
from pellucid.data.sources.any_source import SourceCells, read_source
from pellucid.data.table import CODED, Column, Kind, Table, absent_column
from pellucid.errors import ColumnError, TableError
from pellucid.findings import Finding

Schema = Sequence[dict[str, Any]]
NotationOption = str | Iterable[str] | Mapping[str, str]


@dataclass(frozen=True)
class Notations:
    """What was said of how cells are written, by column; the empty name is every column."""

    decimal: Mapping[str, str]
    thousands: Mapping[str, str]
    date_format: Mapping[str, str]

    @classmethod
    def of(
        cls, decimal: NotationOption, thousands: NotationOption, date_format: NotationOption
    ) -> Notations:
        """From what `read_table` takes."""
        return cls(
            per_column("decimal", decimal, DECIMALS),
            per_column("thousands", thousands, THOUSANDS),
            per_column("date_format", date_format),
        )

    def named(self) -> list[str]:
        """The columns named."""
        each = (self.decimal, self.thousands, self.date_format)
        return [name for found in each for name in found if name]

    def hints(self, column: str, default_notation: Notation = PLAIN_NOTATION) -> NotationHints:
        """What was said of one column."""
        decimal, thousands, date_format = (f.get(column, f.get("", "")) for f in self._each())
        return NotationHints(decimal, thousands, date_format, default_notation)

    def told(self, column: str, notation: Notation) -> Notation:
        """The notation of training, but for what is said otherwise of these cells."""
        decimal, thousands, date_format = (f.get(column, f.get("", "")) for f in self._each())
        if not (decimal or thousands or date_format):
            return PLAIN_NOTATION
        return replace(
            notation,
            decimal=decimal or notation.decimal,
            thousands=thousands or ("" if decimal else notation.thousands),
            date_format=date_format or notation.date_format,
        )

    def _each(self) -> tuple[Mapping[str, str], ...]:
        return self.decimal, self.thousands, self.date_format


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
    decimal: NotationOption = (),
    thousands: NotationOption = (),
    date_format: NotationOption = (),
    encoding: str = "utf-8",
    schema: Schema | None = None,
) -> Table:
    """Read a table; each column gets a kind, with the reason in its note.

    Every cell is looked at. A column with at least 95 % numbers holds numbers, and the other cells
    are missing; each is named in the table's findings. So are notations that could be read in more
    than one way.

    Parameters
    ----------
    source : str, Path, data frame, Arrow table, 2-D array or Table
        A file (.csv, .tsv, .txt, .parquet, .feather, .arrow, .jsonl, .ndjson, .json, .xlsx and
        other workbooks, file.sqlite::table; text and JSON also as .gz, .bz2, .xz, .zst, or .zip
        with one table), "-" for CSV on standard input, or what is already in memory. The first
        line of a CSV names columns; lines of comment begin with #.
    numeric, binary, category, text, date, identifier : iterable of str
        Columns whose kind you say yourself. A category said keeps every spelling apart.
    drop : iterable of str
        Columns to leave out.
    missing : iterable of str
        Spellings of "missing" beside the usual ones: empty, and in text files NA, N/A, NaN, null.
        Among words they are named in the findings; NA among codes of two letters is a code, unless
        it is said here.
    decimal, thousands : str, iterable of str, or mapping
        What stands before decimals ("," or "."), and between thousands, where the cells do not
        show it: of all columns (","), or of one ("price=,", or {"price": ","}).
    date_format : str, iterable of str, or mapping
        How dates are written, as `datetime.strptime` takes it; of all columns or of one.
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
    HyperparameterError
        When a decimal mark or a format of dates is none.

    Examples
    --------
    >>> import numpy as np
    >>> read_table(np.array([[1.5, 0.0], [2.5, 1.0], [4.0, 0.0]]))["x1"].kind
    <Kind.BINARY: 'binary'>

    Notes: §2.1.3, Def 32
    """
    spelled = tuple(_names(missing))
    notations = Notations.of(decimal, thousands, date_format)
    if isinstance(source, Table):
        return _read_again(source, schema)
    found = source if isinstance(source, SourceCells) else read_source(source, encoding)
    names = found.table.column_names
    if not names:
        raise TableError(f"{found.name} has no columns.")
    if schema is not None:
        return read_by_schema(found, schema, spelled, notations)
    kinds = (numeric, binary, category, text, date, identifier)
    asked = {
        column: kind
        for kind, columns in zip(KINDS, kinds, strict=True)
        for column in _names(columns)
    }
    wanted = wanted_columns(names, [*asked, *notations.named()], _names(drop), found.name)
    if found.table.num_rows == 0:
        raise TableError(f"{found.name} has column names but no rows.")
    columns, findings = inferred_columns(found, wanted, asked, spelled, notations)
    return Table(columns, found.name, (*findings, *table_findings(columns)))


def wanted_columns(
    names: Sequence[str], named: Iterable[str], drop: Iterable[str], source: str
) -> list[str]:
    """The columns that are not dropped.

    Raises
    ------
    ColumnError
        When one that is named or dropped is not there.
    TableError
        When none is left.
    """
    left_out = set(drop)
    for column in [*named, *left_out]:
        if column not in names:
            raise ColumnError(absent_column(column, names))
    wanted = [name for name in names if name not in left_out]
    if not wanted:
        raise TableError(f"{source}: every column was dropped.")
    return wanted


KINDS = (Kind.NUMERIC, Kind.BINARY, Kind.CATEGORY, Kind.TEXT, Kind.DATE, Kind.IDENTIFIER)


def inferred_columns(
    source: SourceCells,
    names: list[str],
    requested_kinds: Mapping[str, Kind],
    missing: tuple[str, ...],
    notations: Notations,
) -> tuple[tuple[Column, ...], list[Finding]]:
    """Each column by its own cells; where these leave a doubt, as the other columns are written."""

    def read(name: str, default_notation: Notation = PLAIN_NOTATION) -> InferredColumn:
        hints = notations.hints(name, default_notation)
        cells = Cells(name, source.table[name], source.typed, missing, hints)
        with _readable_error(cells):
            return (
                convert_to_kind(cells, requested_kinds[name])
                if name in requested_kinds
                else column_of(cells)
            )

    found = {name: read(name) for name in names}
    default_notation = _common_notation(
        [each for each in found.values() if not each.doubt], source.delimiter
    )
    if default_notation != PLAIN_NOTATION:
        doubtful = [
            name for name, each in found.items() if each.doubt or _is_open(each, default_notation)
        ]
        found |= {name: read(name, default_notation) for name in doubtful}
    columns = tuple(each.column for each in found.values())
    findings = [sentence for each in found.values() for sentence in each.findings]
    return columns, findings


@contextmanager
def _readable_error(cells: Cells) -> Iterator[None]:
    """An error of Arrow that no rule foresaw, as ours: with the column and its type."""
    try:
        yield
    except pa.ArrowException as error:
        raise ColumnError(
            f"Column {cells.name!r} holds {cells.values.type}, which cannot be read: {error}. Make "
            "it text or numbers, or leave it out (--drop)."
        ) from error


def _is_open(inferred: InferredColumn, default_notation: Notation) -> bool:
    """Plain numbers in a table whose other columns have decimal commas: 1.234 may be 1234."""
    plain = inferred.column.notation == PLAIN_NOTATION and inferred.column.values.dtype.kind == "f"
    return plain and default_notation.thousands == "."


def _common_notation(columns: list[InferredColumn], delimiter: str) -> Notation:
    """The notation that most columns without a doubt have in common."""
    orders = Counter(f.column.notation.order for f in columns if f.column.notation.order)
    commas = sum(f.column.notation.decimal == "," for f in columns)
    order = orders.most_common(1)[0][0] if orders else ""
    return Notation(
        decimal="," if commas or delimiter == ";" else ".",
        thousands="." if commas else "",
        order=order,
    )


def _names(columns: Iterable[str]) -> Iterable[str]:
    """A lone string is one name, not its letters."""
    return (columns,) if isinstance(columns, str) else columns


def read_as_written(source: Any, encoding: str = "utf-8") -> pa.Table:
    """The source as an Arrow table whose text cells are as a person typed them, 007 and 1.50.

    Parameters, errors: see `read_table`.
    """
    return read_source(source, encoding).table


def read_by_schema(
    source: SourceCells,
    schema: Schema,
    missing: tuple[str, ...] = (),
    notations: Notations | None = None,
    first: int = 0,
) -> Table:
    """The columns of a schema, read as in training.

    Parameters
    ----------
    source : SourceCells
    schema : list of dict
    missing : tuple of str
        Further spellings of "missing".
    notations : Notations or None
        What is said of the notation of these cells.
    first : int
        Rows that stand before these, for messages.

    Raises
    ------
    ColumnError
        When a column is absent, or a cell cannot be read so; names the row.

    Notes: §2.1.3
    """
    refuse_absent([entry["name"] for entry in schema], source.table.column_names, source.name)
    columns = []
    for entry in schema:
        name, levels = entry["name"], entry["levels"]
        notation = Notation.of(entry.get("notation"))
        cells = Cells(name, source.table[name], source.typed, missing, first=first)
        known = None if levels is None else tuple(levels)
        told = PLAIN_NOTATION if notations is None else notations.told(name, notation)
        with _readable_error(cells):
            columns.append(
                convert_as_in_training(cells, Kind(entry["kind"]), known, notation, told)
            )
    return Table(tuple(columns), source.name)


def refuse_absent(required: list[str], present: Sequence[str], source: str) -> None:
    """Refuse rows that lack columns of training.

    Raises
    ------
    ColumnError
        Names them, and the nearest name.
    """
    there = set(present)
    absent = [column for column in required if column not in there]
    if absent:
        raise ColumnError(
            f"{source} lacks {len(absent)} column(s) that the model was trained on: "
            f"{', '.join(map(repr, absent))}. {absent_column(absent[0], present)}"
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
    cells = Cells(column.name, pa.chunked_array([texts_of(column)]))
    with _readable_error(cells):
        return convert_to_kind(cells, kind).column


def _read_again(table: Table, schema: Schema | None) -> Table:
    """A table that was read already, by a schema: from its cells as written, where they differ."""
    if schema is None:
        return table
    refuse_absent([e["name"] for e in schema], table.names, table.source or "the table")
    kept = table.select(e["name"] for e in schema)
    columns = tuple(
        _as_entry(column, entry) for column, entry in zip(kept.columns, schema, strict=True)
    )
    return replace(kept, columns=columns)


def _as_entry(column: Column, entry: dict[str, Any]) -> Column:
    kind, levels = Kind(entry["kind"]), entry["levels"]
    notation = Notation.of(entry.get("notation"))
    same_levels = list(column.levels or ()) == list(levels or ())
    same = column.notation == notation or (
        replace(column.notation, missing=()) == replace(notation, missing=())
    )
    if column.kind is kind and same_levels and (same or column.note == "as in training"):
        return column
    cells = Cells(column.name, pa.chunked_array([texts_of(column)]))
    with _readable_error(cells):
        return convert_as_in_training(
            cells, kind, None if levels is None else tuple(levels), notation
        )

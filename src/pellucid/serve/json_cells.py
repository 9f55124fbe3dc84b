"""Cells of JSON rows as columns of a table: what each kind of column takes, and what it refuses.

Both routes to an answer read cells here, one row at a time or all at once, so that a row means the
same on either.

Notes: §2.1.3, Def 32
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from pellucid.data.columns.inference import Cells
from pellucid.data.columns.kind_conversion import convert_as_in_training
from pellucid.data.columns.notation import Notation
from pellucid.data.columns.spellings import SPELLINGS, number_spelling
from pellucid.data.table import Column, Kind, Table, absent_column
from pellucid.errors import ColumnError, TableError
from pellucid.serve.request_error import RequestError

Entry = dict[str, Any]  # of a schema: name, kind, levels

IN_WORDS = {
    int: "a number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    list: "a list",
    type(None): "null",
}
WANTED = {
    Kind.NUMERIC: "a number, or null where it is missing",
    Kind.DATE: 'a date as "2026-11-24", with the time after a space, or null',
}


def wanted_of(entry: Entry) -> str:
    """What a cell of the column should hold, in words."""
    found = WANTED.get(Kind(entry["kind"]))
    if found:
        return found
    levels = entry["levels"]
    if not levels:
        return "text, or null where it is missing"
    shown = ", ".join(map(repr, levels[:6])) + (" …" if len(levels) > 6 else "")
    return f"one of {shown}, or null where it is missing"


def wrong_cell(entry: Entry, row: int, value: Any) -> RequestError:
    """The refusal of one cell; `row` counts from 0."""
    wanted = wanted_of(entry)
    shown = repr(value)
    shown = shown if len(shown) <= 60 else f"{shown[:59]}…"
    return RequestError(
        422,
        f"Row {row + 1}, column {entry['name']!r}: {shown} is not {wanted}.",
        row=row + 1,
        column=entry["name"],
        wanted=wanted,
    )


def absent_cell(entry: Entry, row: int, names: Sequence[str]) -> RequestError:
    """The refusal of a row that lacks a column; `row` counts from 0."""
    return RequestError(
        422,
        f"Row {row + 1} lacks the column {entry['name']!r}: give it {wanted_of(entry)}. "
        f"{absent_column(entry['name'], names) if names else 'The row is empty.'}",
        row=row + 1,
        column=entry["name"],
        wanted=wanted_of(entry),
    )


def text_of(value: Any) -> str | None:
    """A JSON value as the text that a table would hold; None for null.

    Raises
    ------
    ValueError
        For what is no single value.

    Examples
    --------
    >>> [text_of(v) for v in ("a", 2, 2.0, 2.5, True, None)]
    ['a', '2', '2', '2.5', 'true', None]
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return number_spelling(value)
    raise ValueError(f"{type(value).__name__} is no single value")


def column_of_cells(entry: Entry, cells: Sequence[Any], missing: tuple[str, ...]) -> Column:
    """A column of the kind of training from JSON values.

    Parameters
    ----------
    entry : mapping
        Name, kind and levels, of the machine's schema.
    cells : sequence of n values
    missing : tuple of str
        Spellings of "missing" beside the usual ones.

    Returns
    -------
    Column
        n values.

    Raises
    ------
    RequestError
        For a cell that the column cannot hold; names row, column and what is wanted.
    """
    kind = Kind(entry["kind"])
    column = _read(entry, kind, cells, missing)
    absent = {*SPELLINGS, *missing}
    for row in np.flatnonzero(column.missing):
        value = cells[int(row)]
        # In a table an odd cell counts as missing, and is reported; who sends a row can mend it.
        if value is not None and not (isinstance(value, str) and value.strip() in absent):
            raise wrong_cell(entry, int(row), value)
    return column


def _read(entry: Entry, kind: Kind, cells: Sequence[Any], missing: tuple[str, ...]) -> Column:
    try:
        return _all_alike(entry, kind, cells, missing)
    except (pa.ArrowException, TableError, UnicodeError, TypeError, ValueError, OverflowError):
        for row, value in enumerate(cells):
            _refuse_wrong(entry, kind, row, value, missing)
    if kind is Kind.NUMERIC:
        numbers = [_number(entry, value, missing) for value in cells]
        return Column(entry["name"], kind, np.array(numbers, dtype=np.float64))
    return _of_texts(entry, kind, [text_of(value) for value in cells], missing)


def _all_alike(entry: Entry, kind: Kind, cells: Sequence[Any], missing: tuple[str, ...]) -> Column:
    """The quick way, for columns of numbers alone or of texts alone."""
    if kind is not Kind.NUMERIC:
        return _of_texts(entry, kind, cells, missing)
    values = pa.array(cells, type=pa.float64())
    return _as_in_training(entry, kind, values, missing)


def _of_texts(entry: Entry, kind: Kind, texts: Sequence[Any], missing: tuple[str, ...]) -> Column:
    return _as_in_training(entry, kind, pa.array(texts, type=pa.string()), missing)


def _as_in_training(entry: Entry, kind: Kind, values: Any, missing: tuple[str, ...]) -> Column:
    cells = Cells(entry["name"], pa.chunked_array([values]), typed=False, missing=missing)
    levels = None if entry["levels"] is None else tuple(entry["levels"])
    return convert_as_in_training(cells, kind, levels, Notation.of(entry.get("notation")))


def _number(entry: Entry, value: Any, missing: tuple[str, ...]) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str):
        return float(_of_texts(entry, Kind.NUMERIC, [value], missing).values[0])
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isinf(value):
        raise ValueError("no number")
    return float(value)


def _refuse_wrong(entry: Entry, kind: Kind, row: int, value: Any, missing: tuple[str, ...]) -> None:
    try:
        if kind is Kind.NUMERIC:
            _number(entry, value, missing)
        else:
            _of_texts(entry, kind, [text_of(value)], missing)
    except (pa.ArrowException, ColumnError, TableError, ValueError, OverflowError) as error:
        raise wrong_cell(entry, row, value) from error


def table_of_rows(
    rows: Sequence[Mapping[str, Any]], schema: Sequence[Entry], missing: tuple[str, ...] = ()
) -> Table:
    """The columns that a machine wants from JSON rows; other names are left aside.

    Parameters
    ----------
    rows : sequence of n dicts
    schema : sequence of dict
        `machine.input_schema`.
    missing : tuple of str
        Further spellings of "missing".

    Returns
    -------
    Table
        n rows.

    Raises
    ------
    RequestError
        For what is no row, an absent column, or a cell of the wrong kind.
    """
    for place, row in enumerate(rows):
        if type(row) is not dict:
            raise no_row(place, row)
    columns = []
    for entry in schema:
        name = entry["name"]
        try:
            cells = list(map(itemgetter(name), rows))
        except KeyError as error:
            place = next(i for i, row in enumerate(rows) if name not in row)
            raise absent_cell(entry, place, list(rows[place])) from error
        columns.append(column_of_cells(entry, cells, missing))
    return Table(tuple(columns), "the request")


def no_row(place: int, value: Any) -> RequestError:
    """The refusal of what is no row."""
    return RequestError(
        422,
        f"Row {place + 1} is {IN_WORDS.get(type(value), 'something else')}: a row is an object of "
        "column names and values.",
        row=place + 1,
        wanted="an object of column names and values",
    )

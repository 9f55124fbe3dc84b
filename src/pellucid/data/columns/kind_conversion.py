"""A column made to be of a kind: said by a person, or as the column was in training.

A cell is read by what was said or learned, never by the cells beside it.

Notes: §2.1.3, §5.3
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns import date_formats
from pellucid.data.columns.arrow_values import (
    PlainValues,
    all_numbers,
    as_floats,
    as_texts,
    plain_values,
    refuse_infinite,
    without_missing,
)
from pellucid.data.columns.categories import category_column, stated_levels
from pellucid.data.columns.inference import Cells, InferredColumn, column_of
from pellucid.data.columns.lengths_of_time import read_durations
from pellucid.data.columns.missing_words import WORDS
from pellucid.data.columns.notation import PLAIN_NOTATION, Notation
from pellucid.data.columns.number_formats import numbers_in_notation
from pellucid.data.columns.spellings import CODE, SIGNS, canonical_number, normalized_spelling
from pellucid.data.table import CODED, Column, Kind
from pellucid.errors import ColumnError
from pellucid.findings import option

Levels = tuple[str, ...]
NAT = np.datetime64("NaT", "us")


def convert_to_kind(cells: Cells, kind: Kind) -> InferredColumn:
    """The column of the kind that a person said; numbers and dates in the notation it shows.

    A category keeps every spelling apart.

    Raises
    ------
    ColumnError
        When its values cannot be of that kind; names the first row that is not.

    Notes: §5.3
    """
    note = "as you said"
    held = plain_values(cells.values)
    if kind in CODED:
        stated = stated_levels(cells.values)
        if stated and kind is Kind.CATEGORY:
            return column_of(cells)
        keep = _words_kept(held, cells) if kind is Kind.CATEGORY else ()
        texts = without_missing(held.values, cells.typed, cells.missing, keep)
        return InferredColumn(category_column(cells.name, kind, _as_categories(texts), note))
    if kind in (Kind.NUMERIC, Kind.DATE):
        return _numbers_or_dates(cells, held, kind, note)
    texts = as_texts(without_missing(held.values, cells.typed, cells.missing))
    return InferredColumn(
        Column(cells.name, kind, np.array(texts.to_pylist(), dtype=object), note=note)
    )


def _words_kept(plain: PlainValues, cells: Cells) -> Levels:
    """NA and its kin are categories like others where these are words; among numbers, missing."""
    found = without_missing(plain.values, cells.typed, cells.missing)
    if not plain.is_text or all_numbers(found) is not None:
        return ()
    return tuple(word for word in WORDS if word not in {m.strip() for m in cells.missing})


def _numbers_or_dates(cells: Cells, plain: PlainValues, kind: Kind, note: str) -> InferredColumn:
    """As inferred where that is numbers or dates; else by the usual notation, or an error."""
    found = column_of(cells)
    column = found.column
    if column.kind is kind:
        return replace(found, column=replace(column, note=_joined(note, column.note)))
    values = without_missing(plain.values, cells.typed, cells.missing)
    if kind is Kind.DATE:
        notation = Notation(date_format=cells.hints.date_format, zone=plain.zone)
        return InferredColumn(_dates(cells.name, values, notation, note, any_zone=True))
    texts = column.written if column.written is not None else None
    if column.values.dtype.kind == "f" and column.kind is not Kind.DATE:
        return replace(found, column=replace(column, kind=kind, note=_joined(note, column.note)))
    if column.kind is Kind.BINARY and texts is not None and column.notation != PLAIN_NOTATION:
        numbers = _numbers(cells.name, values, column.notation, True)
        kept = Column(cells.name, kind, numbers, note=note, notation=column.notation)
        return InferredColumn(replace(kept, written=texts), found.findings)
    return InferredColumn(
        Column(cells.name, kind, _numbers(cells.name, values, PLAIN_NOTATION, True), note=note)
    )


def _joined(note: str, inferred: str) -> str:
    return (
        f"{note}: {inferred}"
        if inferred.startswith(("numbers with", "lengths", "times", "dates,"))
        else note
    )


def _as_categories(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers as they are spelled everywhere, unless two spellings of a column are one number."""
    if not pa.types.is_string(values.type):
        return as_texts(values)
    distinct = [t for t in values.unique().to_pylist() if t is not None]
    short = {t: canonical_number(t.strip()) for t in distinct}
    if len(set(short.values())) < len(distinct):
        return values
    encoded = values.combine_chunks().dictionary_encode()
    named = pa.array([short[t] for t in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([named.take(encoded.indices)])


def convert_as_in_training(
    cells: Cells,
    kind: Kind,
    levels: Levels | None,
    notation: Notation,
    new_notation: Notation = PLAIN_NOTATION,
) -> Column:
    """The column as it was read in training: its kind, its categories, its notation.

    `new_notation` is what a person says of the notation of these cells: decimal and thousands
    marks, or a format of dates, that are others than in training.

    Raises
    ------
    ColumnError
        When a cell cannot be read so; names the first row.

    Notes: §2.1.3
    """
    note = "as in training"
    held = plain_values(cells.values)
    keep = levels or ()
    absent = (*cells.missing, *(() if kind in CODED else notation.missing))
    if kind is Kind.NUMERIC and held.is_text and not absent and new_notation == PLAIN_NOTATION:
        # Where all cells are numbers there is nothing else to ask: no spelling of missing is one.
        found = all_numbers(held.values) if notation.plain_number else None
        if found is not None:
            numbers = as_floats(cells.name, found, cells.first)
            return Column(cells.name, kind, numbers, note=note, notation=notation)
    values = without_missing(held.values, cells.typed, absent, keep)
    if kind in CODED:
        texts = _coded_texts(cells.name, values, notation, keep, cells.first)
        column = category_column(cells.name, kind, texts, note, levels)
        return column if notation.plain_number else replace(column, notation=notation)
    if kind is Kind.NUMERIC:
        _refuse_other_lengths(cells.name, held, values, notation)
        by = (
            replace(notation, decimal=new_notation.decimal, thousands=new_notation.thousands)
            if new_notation != PLAIN_NOTATION
            else notation
        )
        numbers = _numbers(cells.name, values, by, first=cells.first)
        return Column(cells.name, kind, numbers, note=note, notation=notation)
    if kind is Kind.DATE:
        _refuse_other_zone(cells.name, held, values, notation)
        by = (
            replace(notation, date_format=new_notation.date_format)
            if new_notation.date_format
            else notation
        )
        return _dates(cells.name, values, by, note, first=cells.first)
    texts = as_texts(values)
    return Column(cells.name, kind, np.array(texts.to_pylist(), dtype=object), note=note)


def _coded_texts(
    name: str, values: pa.ChunkedArray, notation: Notation, levels: Levels, first: int = 0
) -> pa.ChunkedArray:
    """Texts of categories; two values that were numbers in another notation become these again."""
    if notation.plain_number or not pa.types.is_string(values.type):
        return as_texts(values)
    known = pa.array([*levels], pa.string())
    if pc.all(pc.is_in(values.drop_null(), value_set=known)).as_py():
        return values
    numbers = _numbers(name, values, notation, first=first)
    return as_texts(pa.chunked_array([pa.array(numbers, from_pandas=True)]))


def _refuse_other_lengths(
    name: str, plain: PlainValues, values: pa.ChunkedArray, notation: Notation
) -> None:
    """Lengths of time and bare numbers are not to be mixed: nobody tells the unit of the latter."""
    if plain.is_text or values.null_count == len(values) or plain.duration == notation.duration:
        return
    was, now = (
        ("lengths of time", "numbers") if notation.duration else ("numbers", "lengths of time")
    )
    raise ColumnError(
        f"Column {name!r} held {was} in training, and holds {now} here: their unit is not told. "
        "Write them as in training."
    )


def _refuse_other_zone(
    name: str, plain: PlainValues, values: pa.ChunkedArray, notation: Notation
) -> None:
    if not plain.is_time or values.null_count == len(values) or plain.zone == notation.zone:
        return
    raise ColumnError(_zone_words(name, notation.zone))


def _zone_words(name: str, in_training: bool) -> str:
    if in_training:
        return (
            f"Column {name!r} held times with their zone in training, and holds times without one "
            "here: hours would shift unseen. Write the zone, as in 2026-11-24T10:30+01:00 (Z for "
            "UTC)."
        )
    return (
        f"Column {name!r} held times without a zone in training, and holds times with one here: "
        "hours would shift unseen. Leave the zone out, as the clock on the wall tells them."
    )


def _numbers(
    name: str,
    values: pa.ChunkedArray,
    notation: Notation,
    strict: bool = False,
    first: int = 0,
) -> NDArray[np.float64]:
    """Numbers in a notation, or an error that names the first cell that is none."""
    if not pa.types.is_string(values.type):
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.int64())
        return as_floats(name, values, first)
    if notation.plain_number:
        found = all_numbers(values)
        if found is not None:
            return as_floats(name, found, first)
    if notation.duration:
        texts = values.combine_chunks()
        texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        numbers, read = read_durations(texts, notation.order)
    else:
        numerals = numbers_in_notation(values, notation)
        numbers, read = numerals.values, numerals.read
    _refuse_unread(name, values, read, "numbers", notation, strict, first)
    refuse_infinite(name, numbers, first)
    return numbers


def _refuse_unread(
    name: str,
    values: pa.ChunkedArray,
    read: NDArray[np.bool_],
    expected: str,
    notation: Notation,
    strict: bool = False,
    first: int = 0,
) -> None:
    left = np.flatnonzero(np.asarray(values.is_valid()) & ~read)
    texts = values.take(pa.array(left)).to_pylist()
    # Signs such as "?" are no value in a column that held numbers; of a new one nobody knows.
    signs: frozenset[str] = frozenset() if strict else SIGNS
    bad = [
        (row, t)
        for row, t in zip(left.tolist(), texts, strict=True)
        if normalized_spelling(t) not in signs
    ]
    if not bad:
        return
    row, text = bad[0]
    written = ""
    if expected == "numbers" and "," in text and notation.decimal == ".":
        written = " If the comma is a decimal comma, say --decimal ','."
    if expected == "dates":
        written = " Or say how dates are written, as --date-format '%d.%m.%Y'."
    raise ColumnError(
        f"Column {name!r} should hold {expected}, but row {first + row + 1} holds {text!r}. Mend "
        f"it, or say that it means missing: {option('missing', text, cell=True)}.{written}"
    )


def _dates(
    name: str,
    values: pa.ChunkedArray,
    notation: Notation,
    note: str,
    any_zone: bool = False,
    first: int = 0,
) -> Column:
    if pa.types.is_timestamp(values.type):
        stamps = np.array(values.to_numpy(zero_copy_only=False)).astype("datetime64[us]")
        return Column(name, Kind.DATE, stamps, note=note, notation=notation)
    texts = as_texts(values)
    if pc.any(pc.match_substring_regex(texts, CODE)).as_py() and not notation.date_format:
        texts = pc.utf8_trim_whitespace(texts)
    distinct = texts.unique()
    distinct = distinct.combine_chunks() if isinstance(distinct, pa.ChunkedArray) else distinct
    found = date_formats.dates_in_notation(distinct, notation)
    place = {text: at for at, text in enumerate(distinct.to_pylist())}
    places = np.array([place[t] for t in texts.to_pylist()], dtype=np.intp)
    read = found.read[places] if len(places) else np.zeros(0, dtype=bool)
    _refuse_unread(name, texts, read, "dates", notation, first=first)
    if any_zone:
        notation = replace(notation, zone=bool(found.zoned.any()), order=found.order)
    elif found.zoned.any() != notation.zone and found.read.any():
        raise ColumnError(_zone_words(name, notation.zone))
    stamps = (
        np.where(found.read, found.values, NAT)[places] if len(places) else np.array([], NAT.dtype)
    )
    return Column(name, Kind.DATE, stamps.astype("datetime64[us]"), note=note, notation=notation)


def texts_of(column: Column) -> Any:
    """The cells of a column as Arrow holds them: as written, where that is known.

    Notes: §2.1.3
    """
    if column.written is not None:
        return pa.array(list(column.written), type=pa.string())
    if column.levels is not None or column.values.dtype == object:
        return pa.array(list(column.texts()), type=pa.string())
    if column.kind is Kind.DATE and column.notation.zone:
        return pa.array(column.values, pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    if column.notation.duration:
        micro = np.where(np.isnan(column.values), 0.0, column.values * 1e6)
        lengths = pa.array(micro.astype(np.int64), mask=np.isnan(column.values))
        return lengths.cast(pa.duration("us"))
    return pa.array(column.values, from_pandas=True)

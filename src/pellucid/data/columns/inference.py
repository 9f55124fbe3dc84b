"""The kind of a column, inferred with a reason in words.

Every cell is looked at: a column of numbers is one in which each cell is a number, or nearly each
(then the others are named).

Notes: §5.3, Concept 192, §2.1.3
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns import date_formats
from pellucid.data.columns.amounts_in_words import amounts_in_words
from pellucid.data.columns.arrow_values import (
    FEW_CELLS,
    all_numbers,
    as_floats,
    as_texts,
    plain_values,
    refuse_infinite,
    too_long_for_numbers,
    without_missing,
)
from pellucid.data.columns.categories import category_column, stated_levels
from pellucid.data.columns.digit_names import are_names, has_codes
from pellucid.data.columns.lengths_of_time import lengths_of
from pellucid.data.columns.missing_words import (
    CODE_OR_MISSING,
    are_codes,
    counted_as_missing,
    kept_as_code,
    missing_words,
)
from pellucid.data.columns.notation import NO_HINTS, PLAIN_NOTATION, Notation, NotationHints
from pellucid.data.columns.number_doubts import (
    OPEN,
    doubts_of_cells,
    numeral_doubts,
    points_in_groups,
)
from pellucid.data.columns.number_formats import Numerals, describe_notation, read_numerals
from pellucid.data.columns.row_numbers import COUNTED, FEW_ROWS, counts_rows
from pellucid.data.columns.spellings import canonical_number, merge_spellings, number_spelling
from pellucid.data.columns.unparsed_cells import mostly_parsed, unparsed_cells, unparsed_finding
from pellucid.data.table import Column, Kind
from pellucid.findings import Finding

MOST_LEVELS = 1_000  # more categories than this are not one-hot columns a person could read
FEW_DISTINCT = 10_000
MOST_SPELLINGS = (
    20_000  # a column with more different cells was no category when a model was fitted
)
SAMPLE = 1_000  # cells that show whether a notation is worth trying on all
WORDS = (Kind.BINARY, Kind.CATEGORY, Kind.TEXT, Kind.IDENTIFIER, Kind.CONSTANT)
AMOUNTS = (Kind.NUMERIC, Kind.BINARY)
COMPACT = (19_000_101, 21_001_231)


@dataclass(frozen=True)
class Cells:
    """The cells of a column as a source holds them, and what was said about them.

    Parameters
    ----------
    name : str
    values : pa.ChunkedArray
    typed : bool
        Whether the source tells missing values itself.
    missing : tuple of str
        Further spellings of "missing".
    hints : NotationHints
        Notation that was said, or that the other columns show.
    first : int
        Rows of the table that stand before these, for messages.
    """

    name: str
    values: pa.ChunkedArray
    typed: bool = True
    missing: tuple[str, ...] = ()
    hints: NotationHints = NO_HINTS
    first: int = 0


@dataclass(frozen=True)
class InferredColumn:
    """A column, what is to be said about it, and whether its notation is open."""

    column: Column
    findings: tuple[Finding, ...] = ()
    doubt: str = ""


def column_of(cells: Cells) -> InferredColumn:
    """A column of the kind that its cells show."""
    name = cells.name
    stated = stated_levels(cells.values)
    if stated and cells.values.null_count < len(cells.values):
        note = f"{len(stated)} levels, in the order that the column states"
        texts = as_texts(plain_values(cells.values).values)
        ordered = category_column(name, Kind.CATEGORY, texts, note, stated)
        return InferredColumn(replace(ordered, ordered=True))
    held = plain_values(cells.values)
    if held.is_text and not cells.missing and (found := _plain_numbers(cells, held.values)):
        return found
    values = without_missing(held.values, cells.typed, cells.missing)
    if values.null_count == len(values):
        return InferredColumn(_constant(name, values, "no row has a value; not used"))
    if held.is_time:
        return InferredColumn(
            _date_or_constant(name, _stamps(values), replace(PLAIN_NOTATION, zone=held.zone))
        )
    if too_long_for_numbers(values):
        return _from_words(name, as_texts(values), codes=True)
    if held.is_text:
        found = _from_text(replace(cells, values=values))
        return _with_words(found, cells, held.values, values)
    notation = replace(PLAIN_NOTATION, duration=held.duration)
    note = "lengths of time, in seconds" if held.duration else "numbers"
    note = "times of the day, in seconds since midnight" if held.of_the_day else note
    return InferredColumn(_from_numbers(name, as_floats(name, values), note, notation))


def _with_words(
    inferred: InferredColumn, cells: Cells, raw: pa.ChunkedArray, values: pa.ChunkedArray
) -> InferredColumn:
    """What is said of a column of words: NA among them, and amounts that are none."""
    if inferred.column.kind not in WORDS or all_numbers(values) is not None:
        return inferred
    absent = missing_words(raw, cells.missing) if not cells.typed else {}
    if CODE_OR_MISSING in absent and are_codes(values):
        kept = without_missing(raw, cells.typed, cells.missing, keep=(CODE_OR_MISSING,))
        others = sorted(values.drop_null().unique().to_pylist())
        told = kept_as_code(cells.name, absent.pop(CODE_OR_MISSING), others)
        inferred = _from_words(cells.name, kept)
        inferred = replace(inferred, findings=(*inferred.findings, told))
    if absent:
        told = counted_as_missing(cells.name, absent)
        inferred = replace(inferred, findings=(*inferred.findings, told))
    if "codes" in inferred.column.note or values.null_count == len(values):
        return inferred
    return replace(inferred, findings=(*inferred.findings, *amounts_in_words(cells.name, values)))


def _from_numbers(
    name: str,
    numbers: NDArray[np.float64],
    note: str = "numbers",
    notation: Notation = PLAIN_NOTATION,
) -> Column:
    there = numbers[~np.isnan(numbers)]
    distinct = np.unique(there[:FEW_DISTINCT])
    if len(distinct) <= 2:
        distinct = np.unique(there)
    if len(distinct) == 0:
        return _constant(name, pa.chunked_array([pa.nulls(len(numbers), pa.string())]), NOTHING)
    if len(distinct) == 1:
        said = f"always {number_spelling(distinct[0])}; not used"
        return Column(name, Kind.CONSTANT, numbers, note=said, notation=notation)
    if len(distinct) == 2:
        texts = as_texts(pa.chunked_array([pa.array(numbers, from_pandas=True)]))
        two = category_column(name, Kind.BINARY, texts, "two different values")
        return replace(two, notation=notation)
    if notation == PLAIN_NOTATION and (dates := _compact_dates(there, numbers)) is not None:
        written = np.array([None if np.isnan(v) else str(int(v)) for v in numbers], dtype=object)
        found = _date_or_constant(name, dates, PLAIN_NOTATION, "dates written as 20261124")
        return replace(found, written=written)
    ends = float(there.min()), float(there.max())
    if len(there) == len(numbers) and counts_rows(there, *ends, len(numbers)):
        return Column(name, Kind.IDENTIFIER, numbers, note=COUNTED)
    return Column(name, Kind.NUMERIC, numbers, note=note, notation=notation)


NOTHING = "no row has a value; not used"


def _compact_dates(shown: NDArray[np.float64], numbers: NDArray[np.float64]) -> NDArray[Any] | None:
    """Whole numbers that are all days of the calendar, such as 20261124."""
    low, high = COMPACT
    if shown.min() < low or shown.max() > high or (shown != np.round(shown)).any():
        return None
    texts = pa.array([None if np.isnan(v) else str(int(v)) for v in numbers], pa.string())
    found = date_formats.read_dates(texts)
    return found.values if found.read.sum() == len(shown) else None


def _from_text(cells: Cells) -> InferredColumn:
    """Text that holds numbers, dates, or words; a code is a word."""
    name, values = cells.name, cells.values
    if (plain_numbers := _plain_numbers(cells, values)) is not None:
        return plain_numbers
    if has_codes(values):
        return _from_words(name, values, codes=True)
    numerals = _numerals(values, cells.hints)
    if numerals is not None:
        return _from_numerals(name, values, numerals)
    if (lengths := _durations(name, values)) is not None:
        return lengths
    dates = _dates(name, values, cells.hints)
    return dates or _from_words(name, values)


def _plain_numbers(cells: Cells, values: pa.ChunkedArray) -> InferredColumn | None:
    """A column in which each cell is a number as Python writes it, and none a name of digits."""
    if _says_number(cells.hints) or values.null_count == len(values):
        return None
    if cells.hints.default_notation.thousands == "." and points_in_groups(values):
        return None
    found = all_numbers(values)
    if found is None:
        return None
    numbers = as_floats(cells.name, found)
    if are_names(values, numbers):
        return _from_words(cells.name, values, codes=True)
    column = _with_written(_from_numbers(cells.name, numbers), values)
    plain = column.kind in AMOUNTS
    findings = doubts_of_cells(cells.name, values, numbers, cells.hints) if plain else ()
    doubt = "the points might part thousands" if any(f.name == OPEN for f in findings) else ""
    return InferredColumn(column, findings, doubt)


def _says_number(hints: NotationHints) -> bool:
    return hints.decimal == "," or hints.thousands == "."


def _sampled(values: pa.ChunkedArray) -> pa.ChunkedArray:
    there = values.drop_null()
    step = max(len(there) // SAMPLE, 1)
    return there.take(pa.array(np.arange(0, len(there), step)))


def _numerals(values: pa.ChunkedArray, hints: NotationHints) -> Numerals | None:
    some = _sampled(values)
    if read_numerals(some, hints).read.mean() < 0.3:
        return None
    found = read_numerals(values, hints)
    return found if mostly_parsed(values, found.read) else None


def _from_numerals(name: str, values: pa.ChunkedArray, numerals: Numerals) -> InferredColumn:
    refuse_infinite(name, numerals.values)
    odd = unparsed_cells(values, numerals.read)
    notation = replace(numerals.notation, missing=tuple(odd))
    words = describe_notation(notation)
    note = f"numbers with {words}" if words else "numbers"
    column = _from_numbers(name, numerals.values, note, notation)
    column = replace(column, written=_objects(values))
    findings = (
        [unparsed_finding(name, odd, len(values) - values.null_count, "numbers")] if odd else []
    )
    findings += numeral_doubts(name, values, numerals.read, numerals.notation)
    if words and column.kind is not Kind.CONSTANT:
        findings.append(
            Finding(
                "notation",
                "caution" if numerals.doubt else "note",
                f"Column {name!r} is read as numbers with {words}"
                + (f"; nothing decides, and {numerals.doubt}." if numerals.doubt else "."),
                (name,),
                "If that is wrong, say how they are written: --decimal, --thousands.",
            )
        )
    return InferredColumn(column, tuple(findings), numerals.doubt)


def _durations(name: str, values: pa.ChunkedArray) -> InferredColumn | None:
    """Times of the day and lengths of time, in seconds."""
    distinct, places = _distinct(values)
    some = distinct.take(pa.array(np.arange(0, len(distinct), max(len(distinct) // 200, 1))))
    if not len(distinct) or lengths_of(some).read.mean() < 0.3:
        return None
    found = lengths_of(distinct)
    read = np.append(found.read, False)[places]
    if not mostly_parsed(values, read):
        return None
    odd = unparsed_cells(values, read)
    numbers = np.append(found.seconds, np.nan)[places]
    notation = replace(found.notation, missing=tuple(odd))
    column = _from_numbers(name, numbers, found.note, notation)
    at = int(np.flatnonzero(read)[0])
    findings = (
        [unparsed_finding(name, odd, len(values) - values.null_count, "times")] if odd else []
    )
    findings.append(found.finding(name, values[at].as_py().strip(), float(numbers[at])))
    return InferredColumn(replace(column, written=_objects(values)), tuple(findings))


def _dates(name: str, values: pa.ChunkedArray, hints: NotationHints) -> InferredColumn | None:
    stamps = None if hints.date_format else _iso_dates(values)
    if stamps is not None:
        return InferredColumn(
            _date_or_constant(name, stamps[0], replace(PLAIN_NOTATION, zone=stamps[1]))
        )
    distinct, places = _distinct(values)
    if not len(distinct):
        return None
    some = distinct.take(pa.array(np.arange(0, len(distinct), max(len(distinct) // 200, 1))))
    if _read_dates(some, hints).read.mean() < 0.3:
        return None
    found = _read_dates(distinct, hints)
    if found.zoned.any():  # with a zone and without one, times cannot be compared
        found = replace(found, read=found.read & found.zoned)
    read = np.append(found.read, False)[places]
    if not mostly_parsed(values, read):
        return None
    stamped = np.append(np.where(found.read, found.values, NAT), NAT)[places]
    odd = unparsed_cells(values, read)
    notation = Notation(
        order=found.order,
        date_format=hints.date_format,
        zone=bool(found.zoned.any()),
        missing=tuple(odd),
    )
    return _dates_with_findings(name, values, stamped, found, notation, odd)


NAT = np.datetime64("NaT", "us")


def _read_dates(texts: pa.Array, hints: NotationHints) -> date_formats.Dates:
    if hints.date_format:
        return date_formats.dates_by_format(texts, hints.date_format)
    return date_formats.read_dates(texts, default_order=hints.default_notation.order)


def _dates_with_findings(
    name: str,
    values: pa.ChunkedArray,
    stamped: NDArray[Any],
    dates: date_formats.Dates,
    notation: Notation,
    failed: dict[str, list[int]],
) -> InferredColumn:
    words = f"dates, {dates.order}" if dates.order else "dates"
    column = _date_or_constant(name, stamped, notation, words)
    column = replace(column, written=_objects(values))
    findings = (
        [unparsed_finding(name, failed, len(values) - values.null_count, "dates")] if failed else []
    )
    if dates.doubt:
        at = int(np.flatnonzero(~np.isnat(stamped))[0])
        findings.append(
            Finding(
                "order of day and month",
                "caution",
                f"Column {name!r} is read as {words} ({values[at].as_py()!r} is "
                f"{np.datetime_as_string(stamped[at], unit='D')}): {dates.doubt}.",
                (name,),
                "If that is wrong, say how they are written, as --date-format '%m/%d/%Y'.",
            )
        )
    if dates.short_years:
        findings.append(
            Finding(
                "years of two digits",
                "note",
                f"Column {name!r} writes years with two digits: 69 to 99 are read as 1969 to "
                "1999, 0 to 68 as 2000 to 2068.",
                (name,),
                "If that is wrong, write them with four.",
            )
        )
    return InferredColumn(column, tuple(findings), dates.doubt)


def _iso_dates(values: pa.ChunkedArray) -> tuple[NDArray[Any], bool] | None:
    """Dates and times as ISO 8601 spells them, and whether with a zone; these are taken to UTC."""
    for zone in (None, "UTC"):
        try:
            stamped = pc.cast(values, pa.timestamp("us", zone)).cast(pa.timestamp("us"))
        except pa.ArrowInvalid:
            continue
        return _stamps(stamped), zone is not None
    return None


def _stamps(values: pa.ChunkedArray) -> NDArray[Any]:
    return np.array(values.to_numpy(zero_copy_only=False)).astype("datetime64[us]")


def _distinct(values: pa.ChunkedArray) -> tuple[pa.Array, NDArray[np.int64]]:
    """Different texts, and the place of each row's among them; −1 where missing."""
    encoded = values.combine_chunks().dictionary_encode()
    places = np.asarray(encoded.indices.cast(pa.int64()).fill_null(-1))
    return encoded.dictionary, places


def _objects(values: pa.ChunkedArray) -> NDArray[Any]:
    """Cells as Python strings, equal ones one object."""
    distinct, places = _distinct(values)
    return np.asarray(np.array([*distinct.to_pylist(), None], dtype=object)[places])


def _with_written(column: Column, values: pa.ChunkedArray) -> Column:
    """The column with its cells as written, where a category might be lost otherwise.

    A model may hold 1.10 and 1.1 as two categories, though this file holds only numbers.
    """
    if len(values) <= FEW_CELLS:
        cells = values.to_pylist()
        if all(cell is None or canonical_number(cell) == cell for cell in set(cells)):
            return column
        return replace(column, written=np.array(cells, dtype=object))
    if pc.count_distinct(values.slice(0, FEW_DISTINCT)).as_py() > FEW_DISTINCT // 2:
        return column
    distinct, places = _distinct(values)
    texts = distinct.to_pylist()
    if len(texts) > MOST_SPELLINGS or all(canonical_number(t) == t for t in texts):
        return column
    return replace(column, written=np.array([*texts, None], dtype=object)[places])


def _from_words(name: str, values: pa.ChunkedArray, codes: bool = False) -> InferredColumn:
    n, present = len(values), len(values) - values.null_count
    distinct = pc.count_distinct(values, mode="only_valid").as_py()
    findings: tuple[Finding, ...] = ()
    if distinct <= MOST_SPELLINGS and distinct < max(n, FEW_ROWS):
        values, findings = _merged(name, values)
        distinct = pc.count_distinct(values, mode="only_valid").as_py()
    words = pc.mean(pc.count_substring(pc.drop_null(values), " ")).as_py()
    if distinct == 1:
        said = f"always {pc.drop_null(values)[0].as_py()!r}; not used"
        return InferredColumn(_constant(name, values, said), findings)
    what = "codes" if codes else "words"
    why = " (leading zeros, or more digits than a number keeps)" if codes else ""
    if distinct == 2:
        column = category_column(name, Kind.BINARY, values, f"two different values{why}")
        return InferredColumn(column, findings)
    if distinct == n and n >= FEW_ROWS and words < 2:
        note = f"different in every row{why}; not used"
        return InferredColumn(_texts(name, Kind.IDENTIFIER, values, note))
    if words >= 3 and distinct > present / 2:
        return InferredColumn(_texts(name, Kind.TEXT, values, "sentences"))
    if distinct > MOST_LEVELS:
        note = f"{distinct:,} categories{why}, too many for one column each"
        return InferredColumn(_texts(name, Kind.TEXT, values, note), findings)
    note = f"{distinct} different {what}{why}"
    return InferredColumn(category_column(name, Kind.CATEGORY, values, note), findings)


def _merged(name: str, values: pa.ChunkedArray) -> tuple[pa.ChunkedArray, tuple[Finding, ...]]:
    """Spellings of one category put together, and what is said of it."""
    counted = pc.value_counts(values)
    counts = {
        text: count
        for text, count in zip(
            counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True
        )
        if text is not None
    }
    found = merge_spellings(name, counts)
    if all(text == category for text, category in found.category.items()):
        return values, ()
    distinct, places = _distinct(values)
    renamed = pa.array([found.category[t] for t in distinct.to_pylist()], pa.string())
    indices = pa.array(places, mask=places < 0)
    return pa.chunked_array([renamed.take(indices)]), found.findings


def _date_or_constant(
    name: str, stamps: NDArray[Any], notation: Notation, note: str = "dates"
) -> Column:
    there = stamps[~np.isnat(stamps)]
    if len(there) == 0 or (there == there[0]).all():
        texts = as_texts(pa.chunked_array([pa.array(stamps)]))
        if notation.zone:
            told = [None if np.isnat(v) else f"{v}Z" for v in stamps]
            texts = pa.chunked_array([pa.array(told, pa.string())])
        return _constant(name, texts, "always the same date; not used")
    zone = " with a zone, taken to UTC" if notation.zone else ""
    return Column(name, Kind.DATE, stamps, note=f"{note}{zone}", notation=notation)


def _constant(name: str, values: pa.ChunkedArray, note: str) -> Column:
    return _texts(name, Kind.CONSTANT, values, note)


def _texts(name: str, kind: Kind, values: pa.ChunkedArray, note: str) -> Column:
    return Column(name, kind, np.array(as_texts(values).to_pylist(), dtype=object), note=note)

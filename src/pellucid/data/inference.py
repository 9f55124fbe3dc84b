"""The kind of a column, inferred with a reason in words; and a column made to be of a kind.

Notes: §5.3, Concept 192, §2.1.3
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.csv_files import SPELLINGS
from pellucid.data.table import MISSING, UNSEEN, Column, Kind
from pellucid.errors import ColumnError, TableError

MOST_LEVELS = 1_000  # more categories than this are not one-hot columns a person could read
FEW_ROWS = 10  # below this, uniqueness says nothing
LARGEST_WHOLE = 2**53  # beyond it not every whole number is a 64-bit float
# Digits that are a name, not an amount: 02134, or more of them than arithmetic keeps.
CODE = r"^\s*[+-]?(0\d+|\d{17,})\s*$"
DAY_AND_MONTH = r"^\s*\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b"
Levels = tuple[str, ...]


def column_of(
    name: str, values: pa.ChunkedArray, asked: Kind | None, missing: tuple[str, ...]
) -> Column:
    """A column of the kind asked for, or of the kind its values show."""
    stated = _stated_order(values)
    values = _plain(values, missing)
    if stated and asked in (None, Kind.CATEGORY) and values.null_count < len(values):
        note = f"{len(stated)} levels, in the order that the column states"
        column = _coded(name, Kind.CATEGORY, _as_text(values), note, stated)
        return replace(column, ordered=True)
    if asked is not None:
        return as_kind(name, values, asked, missing, note="as you said")
    if values.null_count == len(values):
        return _constant(name, values, "no row has a value; not used")
    if pa.types.is_temporal(values.type) and not pa.types.is_duration(values.type):
        return _date_or_constant(name, values)
    if _too_long_for_numbers(values):
        return _from_text(name, _as_text(values), codes=True)
    if pa.types.is_string(values.type):
        return _from_text(name, values)
    return _from_numbers(name, values)


def _stated_order(values: pa.ChunkedArray) -> Levels:
    """The levels of an ordered categorical, from low to high; nothing for any other column."""
    kind = values.type
    if not pa.types.is_dictionary(kind) or not kind.ordered or not values.num_chunks:
        return ()
    levels = values.unify_dictionaries().chunk(0).dictionary
    named = tuple(spelled(v) if isinstance(v, float) else str(v) for v in levels.to_pylist())
    return named if len(named) > 2 else ()


def _too_long_for_numbers(values: pa.ChunkedArray) -> bool:
    """Whole numbers beyond 2⁵³: as 64-bit floats, neighbours would become equal."""
    if not pa.types.is_integer(values.type) or values.null_count == len(values):
        return False
    span = pc.min_max(values).as_py()
    return bool(max(abs(span["min"]), abs(span["max"])) > LARGEST_WHOLE)


def _plain(values: pa.ChunkedArray, missing: tuple[str, ...]) -> pa.ChunkedArray:
    """Strings, floats, dates or nulls: text that spells "missing" becomes null."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_boolean(values.type):
        values = pc.if_else(values, "true", "false")
    kind = values.type
    if pa.types.is_decimal(kind) or pa.types.is_duration(kind):
        values = values.cast(pa.float64() if pa.types.is_decimal(kind) else pa.int64())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        values = values.cast(pa.string())
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        texts = [None if v is None else str(v) for v in values.to_pylist()]
        values = pa.chunked_array([pa.array(texts, type=pa.string())])
    if pa.types.is_string(values.type):
        spelled = pc.is_in(values, value_set=pa.array([*SPELLINGS, *missing]))
        values = pc.if_else(spelled, pa.scalar(None, pa.string()), values)
    return values


def _numbers(name: str, values: pa.ChunkedArray) -> NDArray[np.float64]:
    cast = values if pa.types.is_floating(values.type) else values.cast(pa.float64(), safe=False)
    numbers: NDArray[np.float64] = np.array(cast.to_numpy(zero_copy_only=False), np.float64)
    _refuse_infinite(name, numbers)
    return numbers


def _refuse_infinite(name: str, numbers: NDArray[np.float64]) -> None:
    # One pass: the sum is finite unless a value is not (or the values are absurdly large).
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.nansum(numbers)):
            return
    bad = np.flatnonzero(np.isinf(numbers))
    if len(bad):
        raise TableError(
            f"Column {name!r}, row {bad[0] + 1}: the value is infinite ({len(bad)} such row(s)). "
            "Mend it, or leave the column out (--drop)."
        )


def _from_numbers(name: str, values: pa.ChunkedArray) -> Column:
    numbers = _numbers(name, values)
    there = numbers[~np.isnan(numbers)]
    distinct = np.unique(there[:FEW_DISTINCT])
    if len(distinct) <= 2:
        distinct = np.unique(there)
    if len(distinct) == 0:
        return _constant(name, values, "no row has a value; not used")
    if len(distinct) == 1:
        note = f"always {spelled(distinct[0])}; not used"
        return Column(name, Kind.CONSTANT, numbers, note=note)
    if len(distinct) == 2:
        return _coded(name, Kind.BINARY, _as_text(values), "two different values")
    if _counts_rows(there, len(numbers)):
        return Column(name, Kind.IDENTIFIER, numbers, note="counts the rows; not used")
    return Column(name, Kind.NUMERIC, numbers, note="numbers")


FEW_DISTINCT = 10_000


def _counts_rows(there: NDArray[np.float64], n: int) -> bool:
    if len(there) != n or n < FEW_ROWS or there.max() - there.min() != n - 1:
        return False
    return bool(np.all(there == np.round(there)) and len(np.unique(there)) == n)


def spelled(number: float) -> str:
    """A number as the text of a category: whole numbers without a point."""
    return (
        str(int(number)) if abs(number) < 1e15 and number == round(number) else repr(float(number))
    )


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_floating(values.type):
        numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
        distinct, codes = np.unique(numbers, return_inverse=True)
        names = np.array([None if np.isnan(v) else spelled(v) for v in distinct], dtype=object)
        return pa.chunked_array([pa.array(names[codes], type=pa.string())])
    return values.cast(pa.string())


def _from_text(name: str, values: pa.ChunkedArray, codes: bool = False) -> Column:
    codes = codes or pc.any(pc.match_substring_regex(values, CODE)).as_py()
    as_numbers = None if codes else _all_numbers(values)
    if as_numbers is not None:
        return _from_numbers(name, as_numbers)
    n, present = len(values), len(values) - values.null_count
    distinct = pc.count_distinct(values, mode="only_valid").as_py()
    words = pc.mean(pc.count_substring(pc.drop_null(values), " ")).as_py()
    if distinct == 1:
        return _constant(name, values, f"always {pc.drop_null(values)[0].as_py()!r}; not used")
    dates = None if codes else _all_dates(values)
    if dates is not None:
        return _date_or_constant(name, dates)
    what, why = "words", ""
    if codes:
        what, why = "codes", " (leading zeros, or more digits than a number keeps)"
    elif pc.all(pc.match_substring_regex(values, DAY_AND_MONTH)).as_py():
        why = " (dates? write them as 2026-11-24: day and month cannot be told apart)"
    if distinct == 2:
        return _coded(name, Kind.BINARY, values, f"two different values{why}")
    if distinct == n and n >= FEW_ROWS and words < 2:
        return _texts(name, Kind.IDENTIFIER, values, f"different in every row{why}; not used")
    if words >= 3 and distinct > present / 2:
        return _texts(name, Kind.TEXT, values, "sentences; not used yet")
    if distinct > MOST_LEVELS:
        note = f"{distinct:,} categories{why}, too many for one column each; not used"
        return _texts(name, Kind.TEXT, values, note)
    return _coded(name, Kind.CATEGORY, values, f"{distinct} different {what}{why}")


def _all_numbers(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    try:
        return pc.cast(pc.utf8_trim_whitespace(values), pa.float64())
    except pa.ArrowInvalid:
        return None


def _all_dates(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Dates and times as ISO 8601 spells them; with a zone they are taken to UTC."""
    for stamp in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            return pc.cast(pc.cast(values, stamp), pa.timestamp("us"))
        except pa.ArrowInvalid:
            continue
    return None


def _date_or_constant(name: str, values: pa.ChunkedArray) -> Column:
    column = _dates(name, values, "dates")
    there = column.values[~np.isnat(column.values)]
    if len(there) == 0 or (there == there[0]).all():
        return _constant(name, values, "always the same date; not used")
    return column


def _dates(name: str, values: pa.ChunkedArray, note: str) -> Column:
    if pa.types.is_time(values.type):
        stamped = values.cast(pa.time64("us")).cast(pa.int64()).cast(pa.timestamp("us"))
    else:
        stamped = values.cast(pa.timestamp("us"), safe=False)
    return Column(
        name, Kind.DATE, stamped.to_numpy(zero_copy_only=False).astype("datetime64[us]"), note=note
    )


def _constant(name: str, values: pa.ChunkedArray, note: str) -> Column:
    return _texts(name, Kind.CONSTANT, values, note)


def _texts(name: str, kind: Kind, values: pa.ChunkedArray, note: str) -> Column:
    texts = np.array(_as_text(values).to_pylist(), dtype=object)
    return Column(name, kind, texts, note=note)


def _coded(
    name: str, kind: Kind, values: pa.ChunkedArray, note: str, levels: Levels | None = None
) -> Column:
    encoded = values.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else encoded.combine_chunks()
    met = [str(v) for v in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    order = tuple(sorted(met, key=_natural)) if levels is None else levels
    place = {level: i for i, level in enumerate(order)}
    if levels is not None:  # 1.50 in a column of words is the 1.5 of a column of numbers
        met = [v if v in place else _canonical(v) for v in met]
    unseen = tuple(dict.fromkeys(v for v in met if v not in place))
    place |= {v: UNSEEN - i for i, v in enumerate(unseen)}
    renamed = np.array([place[v] for v in met] + [MISSING], dtype=np.int32)
    return Column(name, kind, renamed[codes], order, note, unseen)


def _canonical(text: str) -> str:
    is_amount = _is_number(text) and not re.match(CODE, text)
    return spelled(float(text)) if is_amount and np.isfinite(float(text)) else text


def _natural(level: str) -> tuple[int, float, str]:
    try:
        return (0, float(level), level)
    except ValueError:
        return (1, 0.0, level)


def as_kind(
    name: str,
    values: pa.ChunkedArray,
    kind: Kind,
    missing: tuple[str, ...],
    levels: Levels | None = None,
    note: str = "as in training",
) -> Column:
    """The column made to be of a kind: asked for by a person, or as it was in training.

    Raises
    ------
    ColumnError
        When its values cannot be of that kind; names the first row that is not.
    """
    try:
        return _made_of_kind(name, values, kind, missing, levels, note)
    except pa.ArrowException as error:
        raise ColumnError(
            f"Column {name!r} holds {values.type}, which cannot be read as {kind}: {error}."
        ) from error


def _made_of_kind(
    name: str,
    values: pa.ChunkedArray,
    kind: Kind,
    missing: tuple[str, ...],
    levels: Levels | None,
    note: str,
) -> Column:
    values = _plain(values, missing)
    if kind in (Kind.BINARY, Kind.CATEGORY):
        return _coded(name, kind, _as_text(values), note, levels)
    if kind is Kind.NUMERIC:
        return Column(name, kind, _forced_numbers(name, values), note=note)
    if kind is Kind.DATE:
        found = values if pa.types.is_temporal(values.type) else _all_dates(_as_text(values))
        if found is None:
            raise ColumnError(
                f"Column {name!r} cannot be read as dates: write them as 2026-11-24, with the time "
                "after a space if there is one."
            )
        return _dates(name, found, note)
    return _texts(name, kind, values, note)


def _forced_numbers(name: str, values: pa.ChunkedArray) -> NDArray[np.float64]:
    if not pa.types.is_string(values.type):
        if pa.types.is_temporal(values.type):
            values = values.cast(pa.timestamp("us")).cast(pa.int64())
        return _numbers(name, values)
    found = _all_numbers(values)
    if found is not None:
        return _numbers(name, found)
    for row, text in enumerate(values.to_pylist(), 1):
        if text is not None and not _is_number(text):
            raise ColumnError(
                f"Column {name!r} should hold numbers, but row {row} holds {text!r}. Mend it, or "
                f"say that it means missing: --missing {text!r}."
            )
    raise ColumnError(f"Column {name!r} does not hold numbers.")


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

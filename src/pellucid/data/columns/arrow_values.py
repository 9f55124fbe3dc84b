"""Any Arrow column as one of four: text, floats, times, or nothing; what its type told is kept.

Notes: §2.1.3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns.spellings import SPELLINGS, is_number, number_spelling
from pellucid.data.sources.python_cells import as_text
from pellucid.errors import TableError

Numbers = NDArray[np.float64]
TICKS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
LARGEST_WHOLE = 2**53  # beyond it not every whole number is a 64-bit float
FEW_CELLS = 500  # up to so many, going through them takes less than one call of Arrow


@dataclass(frozen=True)
class PlainValues:
    """A column's values in plain form.

    Parameters
    ----------
    values : pa.ChunkedArray
        Strings, floats, whole numbers, or timestamps without zone (in UTC).
    zone : bool
        Whether they were times with a zone.
    duration : bool
        Whether they were lengths of time, or times of the day, now in seconds.
    of_the_day : bool
        Whether they were times of the day.
    """

    values: pa.ChunkedArray
    zone: bool = False
    duration: bool = False
    of_the_day: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the values are strings."""
        return bool(pa.types.is_string(self.values.type))

    @property
    def is_time(self) -> bool:
        """Whether the values are dates or times."""
        return bool(pa.types.is_timestamp(self.values.type))


def plain_values(values: Any) -> PlainValues:
    """The values in plain form, whatever Arrow's type.

    Notes: §2.1.3
    """
    values = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        values = pa.chunked_array([c.storage for c in values.chunks], kind.storage_type)
        return plain_values(values)
    if pa.types.is_dictionary(kind):
        return plain_values(values.cast(kind.value_type))
    if pa.types.is_boolean(kind):
        return PlainValues(pc.if_else(values, "true", "false"))
    if pa.types.is_duration(kind):
        ticks = values.cast(pa.int64()).cast(pa.float64(), safe=False)
        return PlainValues(pc.divide(ticks, TICKS[kind.unit]), duration=True)
    if pa.types.is_timestamp(kind):
        stamped = values.cast(pa.timestamp("us", kind.tz), safe=False)
        return PlainValues(stamped.cast(pa.timestamp("us"), safe=False), zone=kind.tz is not None)
    if pa.types.is_date(kind):
        return PlainValues(values.cast(pa.timestamp("us"), safe=False))
    if pa.types.is_time(kind):
        ticks = values.cast(pa.int32() if pa.types.is_time32(kind) else pa.int64())
        seconds = pc.divide(ticks.cast(pa.float64(), safe=False), TICKS[kind.unit])
        return PlainValues(seconds, duration=True, of_the_day=True)
    return PlainValues(_numbers_or_text(values))


def _numbers_or_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type
    if pa.types.is_null(kind):
        return values.cast(pa.string())
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind) or pa.types.is_float32(kind):
        return values.cast(pa.float64(), safe=False)
    if pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return values
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return values.cast(pa.string())
    texts = [None if v is None else as_text(v) for v in values.to_pylist()]
    return pa.chunked_array([pa.array(texts, type=pa.string())])


def as_texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Plain values as texts: whole numbers without a point, times as ISO 8601 has them."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_floating(values.type):
        numbers = values.to_numpy(zero_copy_only=False)
        distinct, codes = np.unique(numbers, return_inverse=True)
        names = np.array(
            [None if np.isnan(v) else number_spelling(v) for v in distinct], dtype=object
        )
        return pa.chunked_array([pa.array(names[codes], type=pa.string())])
    if pa.types.is_timestamp(values.type):
        return _times_as_texts(values)
    return values.cast(pa.string())


def _times_as_texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Days without a clock where all are at midnight."""
    stamps = values.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    there = ~np.isnat(stamps)
    days = stamps.astype("datetime64[D]")
    at_midnight = bool((days[there] == stamps[there]).all())
    texts: NDArray[Any] = np.array([str(v) for v in (days if at_midnight else stamps)], object)
    if not at_midnight:
        texts = np.array([t.replace("T", " ").removesuffix(".000000") for t in texts], dtype=object)
    texts[~there] = None
    return pa.chunked_array([pa.array(texts, type=pa.string())])


def without_missing(
    values: pa.ChunkedArray, typed: bool, missing: tuple[str, ...], keep: tuple[str, ...] = ()
) -> pa.ChunkedArray:
    """Texts with null where one spells "missing", whatever spaces stand around it.

    A source that tells missing values itself (`typed`) holds the text "NA" as text; `keep` are
    categories known from training, which no text loses its meaning to.

    Notes: §2.1.3
    """
    if not pa.types.is_string(values.type):
        return _numbers_without(values, missing)
    absent = {*(("",) if typed else SPELLINGS), *(m.strip() for m in missing)} - set(keep)
    trimmed = pc.utf8_trim_whitespace(values)
    found = pc.is_in(trimmed, value_set=pa.array(sorted(absent), pa.string()))
    return pc.if_else(found, pa.scalar(None, pa.string()), values)


def _numbers_without(values: pa.ChunkedArray, missing: tuple[str, ...]) -> pa.ChunkedArray:
    """Numbers with null where one is a number that means missing, such as -999."""
    absent = [float(m) for m in missing if is_number(m)]
    if not absent or pa.types.is_timestamp(values.type):
        return values
    found = pc.is_in(values.cast(pa.float64(), safe=False), value_set=pa.array(absent))
    return pc.if_else(found, pa.scalar(None, values.type), values)


def all_numbers(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Floats where every text is a number as Python writes it; else None.

    Notes: §2.1.3
    """
    for trimmed in (False, True):
        try:
            return pc.cast(pc.utf8_trim_whitespace(values) if trimmed else values, pa.float64())
        except pa.ArrowInvalid:
            continue
    return None


def as_floats(name: str, values: pa.ChunkedArray, first: int = 0) -> Numbers:
    """Numbers as float64, NaN where missing; `first` rows stand before these.

    Raises
    ------
    TableError
        When one is infinite; names the row.

    Notes: §2.1.3
    """
    cast = values if values.type == pa.float64() else values.cast(pa.float64(), safe=False)
    numbers: Numbers = np.array(cast.to_numpy(zero_copy_only=False), np.float64)
    refuse_infinite(name, numbers, first)
    return numbers


def refuse_infinite(name: str, numbers: Numbers, first: int = 0) -> None:
    """Refuse infinite values, naming the first row; `first` rows stand before these.

    Notes: §2.1.3
    """
    # One pass: the sum is finite unless a value is not (or the values are absurdly large).
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(numbers.sum()) or np.isfinite(np.nansum(numbers)):
            return
    bad = np.flatnonzero(np.isinf(numbers))
    if len(bad):
        raise TableError(
            f"Column {name!r}, row {first + bad[0] + 1}: the value is infinite ({len(bad)} such "
            "row(s)). Mend it, or leave the column out (--drop)."
        )


def too_long_for_numbers(values: pa.ChunkedArray) -> bool:
    """Whole numbers beyond 2⁵³: as 64-bit floats, neighbours would become equal."""
    if not pa.types.is_integer(values.type) or values.null_count == len(values):
        return False
    span = pc.min_max(values).as_py()
    return bool(max(abs(span["min"]), abs(span["max"])) > LARGEST_WHOLE)

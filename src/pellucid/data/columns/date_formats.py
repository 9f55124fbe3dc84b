"""Dates and times as people write them: 24.11.2026, 11/24/26 3 pm, 24 Nov 2026, 20261124, 2026Q4.

Whether day or month comes first is decided by the column: a first number beyond 12 is no month.

Notes: §2.1.3
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns.notation import Notation
from pellucid.errors import HyperparameterError

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Names of months in English, German, French, Spanish, Italian, Portuguese and Dutch.
MONTHS = (
    "january januar janvier enero gennaio janeiro januari jänner jan ene gen janv",
    "february februar février fevrier febrero febbraio fevereiro februari feb fév fev févr",
    "march märz maerz mars marzo março marco maart mar mär mrz mrt",
    "april avril abril aprile apr avr abr",
    "may mai mayo maggio maio mei mag",
    "june juni juin junio giugno junho jun giu",
    "july juli juillet julio luglio julho jul juil lug",
    "august août aout agosto augustus aug ago",
    "september septembre septiembre settembre setembro sep sept set",
    "october oktober octobre octubre ottobre outubro oct okt ott out",
    "november novembre noviembre novembro nov",
    "december dezember décembre decembre diciembre dicembre dezembro dec dez déc dic",
)
MONTH = {name: at for at, names in enumerate(MONTHS, 1) for name in names.split()}
# Letters of all scripts are a large class: bounds on how often it is repeated would make a large
# automaton, built again for each column.
NAME = r"(?P<name>\p{L}+)\.?"
WEEKDAY = r"(?:\p{L}+\.?,? +)?"
TIME = (
    r"(?:(?:,? +|T)(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2})"
    r"(?:[.,](?P<part>\d{1,9}))?)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r" ?(?P<zone>Z|z|UTC|GMT|[+\-]\d{2}:?\d{2}|[+\-]\d{2})?)?"
)
YEAR = r"(?P<year>\d{4}|\d{2})"
SHAPES = {
    "iso": rf"^(?P<year>\d{{4}})[\-/.](?P<month>\d{{1,2}})[\-/.](?P<day>\d{{1,2}}){TIME}$",
    "numbers": rf"^(?P<first>\d{{1,2}})(?P<mark>[\-/.])(?P<other>\d{{1,2}})[\-/.]{YEAR}{TIME}$",
    "day name": rf"^{WEEKDAY}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?[ \-/]?(?:de )?{NAME}"
    rf"(?: de|,)?[ \-/,]*{YEAR}{TIME}$",
    "name day": rf"^{WEEKDAY}{NAME}[ \-]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[ \-]+"
    rf"(?P<year>\d{{4}}){TIME}$",
    "compact": r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<zone>Z)?)?$",
    "year month": r"^(?P<year>\d{4})[\-/](?P<month>\d{1,2})$",
    "month year": r"^(?P<month>\d{1,2})[\-/](?P<year>\d{4})$",
    "name year": rf"^{NAME}[ \-/]?(?P<year>\d{{4}})$",
    "quarter": r"^(?P<year>\d{4})[ \-]?[Qq](?P<quarter>[1-4])$",
    "quarter year": r"^[Qq](?P<quarter>[1-4])[ \-/]?(?P<year>\d{4})$",
    "week": r"^(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})/\d{4}-\d{2}-\d{2}$",
}


@dataclass(frozen=True)
class Dates:
    """Dates read from texts.

    Parameters
    ----------
    values : ndarray of datetime64[us], shape (n,)
        NaT where a text is missing or no date; in UTC where a zone is given.
    read, zoned : ndarray of bool, shape (n,)
        Where a text was read; where it tells a zone.
    order : str
        The order of day and month where numbers alone tell them.
    doubt : str
        Why another order is possible, where nothing decides.
    short_years : bool
        Whether some years have two digits.
    """

    values: NDArray[Any]
    read: Flags
    zoned: Flags
    order: str = ""
    doubt: str = ""
    short_years: bool = False


def read_dates(texts: pa.Array, order: str = "", default_order: str = "") -> Dates:
    """The dates of different texts, in the order given or in the one that they show.

    Parameters
    ----------
    texts : pa.Array of strings
    order : str
        "day first" or "month first"; empty to be found.
    default_order : str
        The order to take where nothing decides, if the rest of the table shows one.

    Notes: §2.1.3
    """
    n = len(texts)
    plain = pc.utf8_trim_whitespace(
        pc.replace_substring_regex(texts, r"[\s\x{00a0}\x{202f}]+", " ")
    )
    values = np.full(n, np.datetime64("NaT", "us"), dtype="datetime64[us]")
    read, zoned = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    found, doubt, short = order, "", False
    possible = np.asarray(pc.fill_null(pc.match_substring_regex(plain, r"\d"), False))
    for name, pattern in SHAPES.items():
        left = np.flatnonzero(possible & ~read)  # no date is without a digit
        if not len(left):
            break
        parts = pc.extract_regex(plain.take(pa.array(left)), pattern)
        fits = np.flatnonzero(np.asarray(parts.is_valid()))
        if not len(fits):
            continue
        fields = fields_of(parts.take(pa.array(fits)))
        if name == "numbers":
            if not found:
                found, doubt = _order(fields, default_order)
            first_is_day = found != "month first"
            fields["day"] = fields["first" if first_is_day else "other"]
            fields["month"] = fields["other" if first_is_day else "first"]
        stamps, valid, with_zone = _stamps(fields, name)
        rows = left[fits[valid]]
        values[rows], read[rows], zoned[rows] = stamps[valid], True, with_zone[valid]
        short |= bool(
            ("year" in fields) and (pc.utf8_length(pa.array(fields["year"])).to_numpy() == 2).any()
        )
    return Dates(values, read, zoned, found, doubt, short)


def fields_of(parts: pa.StructArray) -> dict[str, NDArray[Any]]:
    """The parts of each text that a pattern matched, by name; empty where there is none.

    Notes: §2.1.3
    """
    return {
        field.name: np.asarray(
            pc.fill_null(pc.struct_field(parts, field.name), "").to_numpy(zero_copy_only=False),
            dtype=object,
        )
        for field in parts.type
    }


def _whole(texts: NDArray[Any], absent: int = 0) -> Whole:
    return np.array([int(t) if t else absent for t in texts.tolist()], dtype=np.int64)


def _order(fields: dict[str, NDArray[Any]], default_order: str) -> tuple[str, str]:
    """Day or month first, by days that no month has; what is left open is said."""
    first, other = _whole(fields["first"]), _whole(fields["other"])
    day_first, month_first = bool((first > 12).any()), bool((other > 12).any())
    if day_first != month_first:
        return ("day first" if day_first else "month first"), ""
    if day_first:  # both: the larger part decides, the rest is no date
        most = (first > 12).sum() >= (other > 12).sum()
        return ("day first" if most else "month first"), ""
    if (fields["mark"] == ".").all():
        return "day first", ""
    if default_order:
        return default_order, "no day beyond 12 decides; read as the other dates of the table"
    if (first == first[0]).all() != (other == other[0]).all():
        constant = "day first" if (first == first[0]).all() else "month first"
        if len(first) > 2:
            return constant, "no day beyond 12 decides; the number that never changes is the day"
    return "day first", "no day beyond 12 decides"


def _stamps(fields: dict[str, NDArray[Any]], name: str) -> tuple[NDArray[Any], Flags, Flags]:
    """Microseconds since 1970, which rows are real dates, and which tell a zone."""
    n = len(next(iter(fields.values())))
    year, month, day = _calendar(fields, n)
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    if name == "compact":
        valid &= (year >= 1900) & (year <= 2100)
    months = ((year - 1970) * 12 + np.where(valid, month, 1) - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
    valid &= day <= length
    offset, zoned, sound = _clock(fields, n)
    dates = first.astype("datetime64[us]") + ((day - 1) * 86_400_000_000).astype("timedelta64[us]")
    return dates + offset, valid & sound, zoned


def _calendar(fields: dict[str, NDArray[Any]], n: int) -> tuple[Whole, Whole, Whole]:
    ones = np.ones(n, dtype=np.int64)
    year = _whole(fields["year"])
    short = np.array([len(t) == 2 for t in fields["year"].tolist()])
    year = np.where(short, np.where(year > 68, 1900 + year, 2000 + year), year)
    if "mark" in fields:  # 1.2.13 is a version; 01.02.13 a date
        thin = np.array(
            [len(a) + len(b) < 4 for a, b in zip(fields["first"], fields["other"], strict=True)]
        )
        year = np.where(short & thin & (fields["mark"] == "."), 0, year)
    if "name" in fields:
        month = np.array([MONTH.get(t.casefold(), 0) for t in fields["name"].tolist()])
    elif "quarter" in fields:
        month = 3 * _whole(fields["quarter"]) - 2
    else:
        month = _whole(fields["month"])
    return year, month, _whole(fields["day"]) if "day" in fields else ones


def _clock(fields: dict[str, NDArray[Any]], n: int) -> tuple[NDArray[Any], Flags, Flags]:
    """The time of the day, less the zone's distance from UTC; who has a zone; which are real."""
    if "hour" not in fields:
        none = np.zeros(n, dtype=bool)
        return np.zeros(n, dtype="timedelta64[us]"), none, ~none
    empty = np.full(n, "", dtype=object)
    hour, minute = _whole(fields["hour"]), _whole(fields["minute"])
    second = _whole(fields.get("second", empty))
    half = np.array([t.casefold() for t in fields.get("half", empty).tolist()], dtype=object)
    sound = (
        (hour <= 23)
        & (minute <= 59)
        & (second <= 60)
        & ((half == "") | ((hour >= 1) & (hour <= 12)))
    )
    sound &= (fields["hour"] == "") | (fields["minute"] != "") | (half != "")
    hour = np.where((half != "") & (hour == 12), 0, hour) + 12 * (half == "p")
    part = np.array(
        [int(t[:6].ljust(6, "0")) if t else 0 for t in fields.get("part", empty).tolist()]
    )
    zones = fields.get("zone", empty)
    shift = np.array([_minutes(t) for t in zones.tolist()], dtype=np.int64)
    total = ((hour * 60 + minute - shift) * 60 + second) * 1_000_000 + part
    return total.astype("timedelta64[us]"), zones != "", sound


def _minutes(zone: str) -> int:
    if not zone or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)


def _is_of_the_format(error: Exception) -> bool:
    """Whether a format is at fault, and not the cell, which is quoted where it does not match."""
    said = str(error)
    if isinstance(error, re.error):  # a directive twice
        return True
    quoted = said.startswith(("time data", "unconverted data"))
    return not quoted and ("directive" in said or "stray" in said)


def dates_by_format(texts: pa.Array, date_format: str) -> Dates:
    """Dates in a format that a person said, as `datetime.strptime` takes it.

    Raises
    ------
    HyperparameterError
        When there is no such format.

    Notes: §2.1.3
    """
    found, read, zoned = [], [], []
    for text in texts.to_pylist():
        try:
            stamp = None if text is None else datetime.strptime(text.strip(), date_format)
        except (ValueError, re.error) as error:
            if _is_of_the_format(error):
                raise HyperparameterError(f"date_format {date_format!r}: {error}.") from None
            stamp = None
        aware = stamp is not None and stamp.tzinfo is not None
        read.append(stamp is not None)
        zoned.append(aware)
        if stamp is not None and aware:
            stamp = stamp.astimezone(UTC).replace(tzinfo=None)
        found.append(np.datetime64("NaT", "us") if stamp is None else np.datetime64(stamp, "us"))
    return Dates(
        np.array(found, dtype="datetime64[us]"), np.array(read, bool), np.array(zoned, bool)
    )


def dates_in_notation(texts: pa.Array, notation: Notation) -> Dates:
    """Dates as a known notation writes them.

    Notes: §2.1.3
    """
    if notation.date_format:
        return dates_by_format(texts, notation.date_format)
    return read_dates(texts, notation.order)

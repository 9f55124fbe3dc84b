"""Times of the day and lengths of time: 9:30 pm, 26:03:04, 1:30, 3h 20m, PT90S; all in seconds.

Notes: §2.1.3
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns.date_formats import fields_of
from pellucid.data.columns.notation import PLAIN_NOTATION, Notation
from pellucid.findings import Finding, option

Flags = NDArray[np.bool_]

DAYS = (
    r"^(?P<minus>-)?(?:(?P<days>-?\d+) days?,?(?: |$))?"
    r"(?:(?P<plus>\+)?(?P<hours>\d+):(?P<minutes>[0-5]\d):(?P<seconds>(?:[0-5]\d|60)(?:\.\d+)?))?$"
)
ISO = (
    r"^(?P<minus>-)?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
CLOCK = (
    r"^(?P<hours>\d+):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d(?:\.\d+)?))?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?$"
)
MINUTES = r"^(?P<minutes>\d+):(?P<seconds>[0-5]\d(?:\.\d+)?)$"
PARTS_OF_SECONDS = r"^\s*\d+:[0-5]\d\.\d+\s*$"
AMOUNT = r"\d+(?:\.\d+)?"
WORDED = (
    rf"^(?P<minus>-)?(?:(?P<days>{AMOUNT}) ?d(?:ays?)?)?,? ?"
    rf"(?:(?P<hours>{AMOUNT}) ?h(?:rs?|ours?)?)?,? ?"
    rf"(?:(?P<minutes>{AMOUNT}) ?m(?:ins?|inutes?)?)?,? ?"
    rf"(?:(?P<seconds>{AMOUNT}) ?s(?:ecs?|econds?)?)?$"
)
HOURS_MINUTES = r"^(?P<minus>-)?(?P<hours>\d+) ?h ?(?P<minutes>[0-5]\d)$"
SECONDS = {"weeks": 604_800.0, "days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0}
MINUTES_FIRST = "minutes first"
TWO_PARTS = r"^\s*\d+:\d\d\s*$"
ZERO_HOUR = r"^\s*0\d:"
OF_THE_DAY = r"^\s*([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[AaPp]\.?[Mm]\.?)?\s*$"
# 5m, 3s, 4d may be metres, a model of a telephone, drawers: two units at least show times.
UNITS = (r"\d ?d", r"\d ?h", r"\d ?m", r"\d ?s")


@dataclass(frozen=True)
class Lengths:
    """Lengths of time read from different texts.

    Parameters
    ----------
    seconds : ndarray, shape (n,)
        NaN where a text was not read.
    read : ndarray of bool, shape (n,)
    notation : Notation
        How they are written.
    of_the_day : bool
        Whether each may be a time of the day.
    open : bool
        Whether hours and minutes may be minutes and seconds, for all that the cells show.
    """

    seconds: NDArray[np.float64]
    read: Flags
    notation: Notation
    of_the_day: bool
    open: bool

    @property
    def note(self) -> str:
        """What the column holds."""
        if self.open:
            return "times in hours and minutes, in seconds"
        return (
            "times of the day, in seconds since midnight"
            if self.of_the_day
            else "lengths of time, in seconds"
        )

    def finding(self, name: str, text: str, seconds: float) -> Finding:
        """What is said of the column, with one of its cells as an example."""
        how = ""
        if self.open:
            how = " Nothing decides, and they might be minutes and seconds."
        elif self.notation.order == MINUTES_FIRST:
            how = " They are minutes and seconds: some cells have parts of a second."
        remedy = f"If they are no times, say {option('category', name)}."
        if self.notation.order != MINUTES_FIRST and ":" in text:
            remedy = f"If they are minutes and seconds, write 0:{text}. {remedy}"
        return Finding(
            "lengths of time",
            "caution" if self.open else "note",
            f"Column {name!r} is read as {self.note} ({text!r} is {seconds:,.10g}).{how}",
            (name,),
            remedy,
        )


def lengths_of(texts: pa.Array) -> Lengths:
    """Lengths of time in the notation that different texts of a column show.

    Examples
    --------
    >>> lengths_of(pa.array(["1:30", "12:05"])).seconds.tolist()
    [5400.0, 43500.0]
    >>> lengths_of(pa.array(["1:30.5", "12:05"])).seconds.tolist()
    [90.5, 725.0]

    Notes: §2.1.3
    """
    minutes = bool(pc.any(pc.match_substring_regex(texts, PARTS_OF_SECONDS)).as_py())
    notation = replace(PLAIN_NOTATION, duration=True, order=MINUTES_FIRST if minutes else "")
    seconds, read = read_durations(texts, notation.order)
    bare = read & np.asarray(pc.match_substring_regex(texts, r"^\s*-?[\d.]+ ?[dhms]\s*$"))
    used = sum(pc.any(pc.match_substring_regex(texts, unit)).as_py() or False for unit in UNITS)
    if used < 2:
        read &= ~bare
    there = texts.filter(pa.array(read))
    of_the_day = bool(pc.all(pc.match_substring_regex(there, OF_THE_DAY)).as_py()) and not minutes
    two = bool(pc.all(pc.match_substring_regex(there, TWO_PARTS)).as_py())
    zero = bool(pc.any(pc.match_substring_regex(there, ZERO_HOUR)).as_py())
    open_ = two and not minutes and not zero
    return Lengths(np.where(read, seconds, np.nan), read, notation, of_the_day, open_)


def duration_patterns(order: str = "") -> tuple[str, ...]:
    """The ways a length of time is written, the first that fits counts.

    Notes: §2.1.3
    """
    return DAYS, ISO, MINUTES if order == MINUTES_FIRST else CLOCK, WORDED, HOURS_MINUTES


def read_durations(texts: pa.Array, order: str = "") -> tuple[NDArray[np.float64], Flags]:
    """Lengths of time in seconds ("1 day 02:00:00", "26:03:04", "PT90S"), and which were read.

    Parameters
    ----------
    texts : pa.Array of strings
    order : str
        "minutes first" where 1:30 is a minute and a half; else it is an hour and a half.

    Notes: §2.1.3
    """
    total, read = np.full(len(texts), np.nan), np.zeros(len(texts), dtype=bool)
    plain = pc.utf8_trim_whitespace(texts)
    for pattern in duration_patterns(order):
        left = np.flatnonzero(~read)
        parts = pc.extract_regex(plain.take(pa.array(left)), pattern)
        fits = np.flatnonzero(np.asarray(parts.is_valid()))
        if len(fits):
            seconds, valid = _seconds(parts.take(pa.array(fits)))
            total[left[fits[valid]]], read[left[fits[valid]]] = seconds[valid], True
    return total, read


def _seconds(parts: pa.StructArray) -> tuple[NDArray[np.float64], Flags]:
    """The sum of the parts of each text, and which have any."""
    fields = fields_of(parts)
    n = len(parts)
    seconds, valid = np.zeros(n), np.zeros(n, dtype=bool)
    for name, length in SECONDS.items():
        if name in fields:
            valid |= fields[name] != ""
            seconds += length * np.array([float(t or 0) for t in fields[name].tolist()])
    if "plus" in fields:  # Python writes an hour before as -1 day +23:00:00
        days = SECONDS["days"] * np.array([float(t or 0) for t in fields["days"].tolist()])
        seconds = np.where(fields["plus"] == "+", 2 * days - seconds, seconds)
    if "half" in fields:
        half = np.array([t.casefold() for t in fields["half"].tolist()], dtype=object)
        hours = np.array([int(t) for t in fields["hours"].tolist()])
        valid &= (half == "") | ((hours >= 1) & (hours <= 12))
        noon = SECONDS["hours"] * 12
        seconds = seconds - noon * ((half != "") & (hours == 12)) + noon * (half == "p")
    if "minus" in fields:
        seconds = np.where(fields["minus"] == "-", -seconds, seconds)
    return seconds, valid

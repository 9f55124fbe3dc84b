"""What an exported Python file brings along: reading cells and looking numbers up, in plain Python.

These functions are copied into the file as they stand, with those of `data.columns.spellings` that
they call, so what is tested here is what runs there. Nothing but the standard library is used.

Notes: §2.1.3, §5.3
"""

from __future__ import annotations

import csv
import math
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, TextIO

from pellucid.data.columns.spellings import SIGNS, Levels, normalized_spelling, number_spelling


def cell_of(row: Any, column: str, missing: Sequence[str] = ()) -> Any:
    """A cell of a row; None where it is missing. `missing` are spellings of that."""
    if column not in row:
        raise ValueError(f"The row has no column {column!r}.")
    cell = row[column]
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return None if isinstance(cell, str) and cell.strip() in missing else cell


def number(
    cell: Any, column: str, numeral: Callable[[str], float], sentinels: Sequence[float] = ()
) -> Any:
    """A cell as a number; None where it is missing.

    `numeral` reads texts as the column was written in training; `sentinels` are numbers that mean
    missing.
    """
    if cell is None or (isinstance(cell, str) and normalized_spelling(cell) in SIGNS):
        return None
    try:
        if isinstance(cell, str):
            found = numeral(cell)
        else:
            found = cell.total_seconds() if isinstance(cell, timedelta) else float(cell)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"Column {column!r} should hold numbers, but holds {cell!r}.") from None
    if math.isinf(found):
        raise ValueError(f"Column {column!r}: the value is infinite.")
    return None if found in sentinels else found


def level_reader(names: Sequence[str], new: str) -> Callable[[Any], Any]:
    """Reads cells as categories: `new` for what is none of `names`, None for what is missing."""
    levels = Levels(names)

    def read(cell: Any) -> Any:
        if cell is None:
            return None
        if not isinstance(cell, str):
            cell = number_spelling(cell) if isinstance(cell, float) else str(cell)
        place = levels.place(cell)
        return new if place is None else names[place]

    return read


def numeral_reader(decimal: str, thousands: str, mark: str, scaled: bool) -> Callable[[str], float]:
    """Reads numbers as a column writes them: 1.234,50 €, (12), 7 %, 1.2k."""
    t, d = (f"[{re.escape(each)}]" if each else "" for each in (thousands, decimal))
    groups = rf"[1-9]\d{{0,2}}(?:{t}\d{{2,3}})*{t}\d{{3}}|" if thousands else ""
    digits = rf"(?P<digits>(?:{groups}\d+)(?:{d}\d*)?|{d}\d+)(?P<power>[eE][+-]?\d+)?"
    sign, scales = "[+\\-\u2212\u2013]", {"k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6}
    scales |= {"mn": 1e6, "B": 1e9, "bn": 1e9, "T": 1e12}
    marks = "|".join(map(re.escape, [mark] * bool(mark) + sorted(scales) * scaled)) or "(?!)"
    cell = re.compile(
        rf"(?P<open>\()?(?P<sign>{sign})? ?(?:{marks})? ?(?P<minus>{sign})?{digits}"
        rf" ?(?P<after>{marks})?(?P<trailing>-)?(?P<close>\))?",
        re.ASCII,
    )

    def read(text: str) -> float:
        plain = " ".join(text.replace("\u2019", "'").split())
        found = cell.fullmatch(plain)
        if found is None or bool(found["open"]) != bool(found["close"]):
            raise ValueError(text)
        signs = [found[name] for name in ("open", "sign", "minus", "trailing") if found[name]]
        if len(signs) > 1:
            raise ValueError(text)
        digits = found["digits"].replace(thousands, "") if thousands else found["digits"]
        value: float = float(digits.replace(decimal, ".") + (found["power"] or ""))
        value *= scales.get(found["after"] or "", 1.0) if scaled else 1.0
        return -value if signs and signs != ["+"] else value

    return read


def duration_reader(patterns: Sequence[str]) -> Callable[[str], float]:
    """Reads lengths of time as a column writes them, in seconds: 1:30, 3h 20m, PT90S, 9:30 pm."""
    shapes = [re.compile(pattern, re.ASCII) for pattern in patterns]
    lengths = {"weeks": 604_800.0, "days": 86_400.0, "hours": 3_600.0, "minutes": 60.0}
    lengths |= {"seconds": 1.0}

    def read(text: str) -> float:
        for shape in shapes:
            found = shape.match(text.strip())
            parts = {} if found is None else {k: v for k, v in found.groupdict().items() if v}
            seconds = sum(size * float(parts.get(name, 0)) for name, size in lengths.items())
            half, hours = parts.get("half", "").lower(), int(float(parts.get("hours", 0)))
            if not parts.keys() & lengths.keys() or (half and not 1 <= hours <= 12):
                continue
            if "plus" in parts:  # Python writes an hour before as -1 day +23:00:00
                seconds = 2 * 86_400.0 * float(parts.get("days", 0)) - seconds
            seconds += 43_200.0 * ((half == "p") - (half != "" and hours == 12))
            return -seconds if "minus" in parts else seconds
        raise ValueError(text)

    return read


def days(cell: Any, column: str, order: str = "", form: str = "", zone: bool = False) -> Any:
    """A cell as days since 1970; None where it is missing.

    Texts are read as 2026-11-24 and 2026-11-24 10:30:00, as 24.11.2026 in the `order` of training,
    or in the `form` that `datetime.strptime` takes; times with a zone are taken to UTC.
    """
    if cell is None or (isinstance(cell, str) and normalized_spelling(cell) in SIGNS):
        return None
    stamp = _stamp(cell, order, form)
    if stamp is None:
        raise ValueError(
            f"Column {column!r} should hold dates, but holds {cell!r}. Write them as 2026-11-24."
        )
    if (stamp.tzinfo is not None) != zone:
        told = "need their zone, as 2026-11-24T10:30+01:00" if zone else "have no zone here"
        raise ValueError(f"Column {column!r}: times {told}, as in training; got {cell!r}.")
    if stamp.tzinfo is not None:
        stamp = stamp.astimezone(UTC).replace(tzinfo=None)
    return (stamp - datetime(1970, 1, 1)) / timedelta(days=1)


def _stamp(cell: Any, order: str, form: str) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    text = " ".join(str(cell).split())
    try:
        if form:
            return datetime.strptime(text, form)
        year, month, day, clock = _calendar(text, order)
        return datetime.fromisoformat(f"{year}-{int(month):02d}-{int(day):02d}{clock}")
    except ValueError:
        return None


def _calendar(text: str, order: str) -> tuple[str, str, str, str]:
    """Year, month, day and the rest of a date that numbers tell."""
    iso = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(\D.*)?", text)
    if iso:
        return iso[1], iso[2], iso[3], iso[4] or ""
    found = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(\D.*)?", text)
    if not found:
        raise ValueError(text)
    first, other = (2, 1) if order == "month first" else (1, 2)
    return found[3], found[other], found[first], found[4] or ""


def month(of: Any) -> Any:
    """The month of a day, January 0."""
    return None if of is None else (datetime(1970, 1, 1) + timedelta(days=of)).month - 1


def weekday(of: Any) -> Any:
    """The day of the week, Monday 0."""
    return None if of is None else (math.floor(of) + 3) % 7


def hour(of: Any) -> Any:
    """The hour, 0 to 24, with its parts."""
    return None if of is None else (of - math.floor(of)) * 24


def line(x: Any, slope: float, centre: float, offset: float, missing: float) -> float:
    """slope·(x − centre) + offset."""
    return missing if x is None else slope * (x - centre) + offset


def curve(x: Any, knots: Sequence[float], values: Sequence[float], missing: float) -> float:
    """Straight between knots, constant beyond the outer ones."""
    if x is None:
        return missing
    if x <= knots[0]:
        return values[0]
    if x >= knots[-1]:
        return values[-1]
    at = bisect_right(knots, x) - 1
    part = (x - knots[at]) / (knots[at + 1] - knots[at])
    return float(values[at] * (1 - part) + values[at + 1] * part)


def steps(x: Any, edges: Sequence[float], values: Sequence[float], missing: float) -> float:
    """Constant between edges; an edge belongs to what is above it."""
    return missing if x is None else values[bisect_right(edges, x)]


def sigmoid(u: float) -> float:
    """1/(1 + exp(−u))."""
    e = math.exp(-abs(u))
    return (1.0 if u >= 0 else e) / (1 + e)


def answer_table(predict: Callable[[Any], dict[str, Any]], source: TextIO, target: TextIO) -> None:
    """Answer every row of a CSV file, with its own columns before the answers."""
    head = source.readline()
    rows = csv.reader(chain([head], source), delimiter=max(",;\t|", key=head.count))
    names = [name.strip() for name in next(rows, [])]
    writer = csv.writer(target, lineterminator="\n")
    for at, cells in enumerate(rows, 1):
        if not cells and len(names) > 1:
            continue
        if len(cells) != max(len(names), 1) and cells:
            raise ValueError(f"Row {at} has {len(cells)} cells; there are {len(names)} columns.")
        row = dict(zip(names, cells or [""], strict=False))
        try:
            answers = predict(row)
        except ValueError as error:
            raise ValueError(f"Row {at}: {error}") from None
        if at == 1:
            writer.writerow([*names, *answers])
        writer.writerow([*row.values(), *answers.values()])


def main(predict: Callable[[Any], dict[str, Any]]) -> None:
    """Rows on standard input as CSV, rows with answers on standard output."""
    for stream, encoding in ((sys.stdin, "utf-8-sig"), (sys.stdout, "utf-8")):
        stream.reconfigure(encoding=encoding, newline="")  # type: ignore[union-attr]
    try:
        answer_table(predict, sys.stdin, sys.stdout)
    except ValueError as error:
        raise SystemExit(str(error)) from None

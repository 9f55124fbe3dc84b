"""Dates inside a graph: ISO 8601 text to days since 1970, and days to parts.

Notes: §5.3
"""

from __future__ import annotations

import numpy as np

from pellucid.data.date_parts import PARTS
from pellucid.exchange.onnx.cells import text as texts
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Part

DAY = 86_400.0  # seconds
DATE = r"\d{4}-\d{1,2}-\d{1,2}"
CLOCK = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
ZONE = r"(Z|[+-]\d{2}(:\d{2})?)?"
WIDTH = len(PARTS)
ISO = rf"({DATE}([T ]{CLOCK}{ZONE})?)"


def date_parts(graph: OnnxGraph, days: str) -> str:
    """The parts of dates given as days since 1970, n×1: n×6, NaN where missing.

    Notes: §5.3
    """
    gone = graph("IsNaN", days)
    there = graph("Where", gone, _c(graph, 0), days)
    whole = graph("Floor", there)
    weekday = _modulo(graph, graph("Add", whole, _c(graph, 3)), 7)
    circles = [
        on_circle(graph, place, period)
        for place, period in ((_month(graph, whole), 12), (weekday, 7))
    ]
    hour = graph("Mul", graph("Sub", there, whole), _c(graph, 24))
    parts = graph("Concat", there, *circles, hour, axis=1)
    return graph("Where", gone, _c(graph, np.nan), parts)


def on_circle(graph: OnnxGraph, places: str, period: int) -> str:
    """Sine and cosine of whole places 0 … period − 1 on a circle, n×1: n×2.

    Looked up, so that they are those of NumPy to the last bit: a tree may split next to one.

    Notes: §5.3
    """
    angle = 2 * np.pi * np.arange(period) / period
    book = graph.constant(np.column_stack([np.sin(angle), np.cos(angle)]))
    return graph("Gather", book, graph.cast(graph.flat(places), np.int64), axis=0)


def _c(graph: OnnxGraph, value: float) -> str:
    return graph.constant(float(value))


def _modulo(graph: OnnxGraph, x: str, by: float) -> str:
    """x − by·⌊x/by⌋, in [0, by) for numbers below 0 too."""
    turns = graph("Floor", graph("Div", x, _c(graph, by)))
    return graph("Sub", x, graph("Mul", turns, _c(graph, by)))


def _quotient(graph: OnnxGraph, x: str, by: float) -> str:
    return graph("Floor", graph("Div", x, _c(graph, by)))


def _month(graph: OnnxGraph, day: str) -> str:
    """The month of a whole day since 1970, from 0 for January.

    Years are taken from March on, so that the odd day of leap years stands at their end; 146,097
    days are 400 years.
    """
    of_era = _modulo(graph, graph("Add", day, _c(graph, 719_468)), 146_097)
    odd = graph("Sub", of_era, _quotient(graph, of_era, 1_460))
    odd = graph("Add", odd, _quotient(graph, of_era, 36_524))
    odd = graph("Sub", odd, _quotient(graph, of_era, 146_096))
    year = _quotient(graph, odd, 365)
    before = graph("Add", graph("Mul", year, _c(graph, 365)), _quotient(graph, year, 4))
    before = graph("Sub", before, _quotient(graph, year, 100))
    of_year = graph("Sub", of_era, before)
    five = graph("Add", graph("Mul", of_year, _c(graph, 5)), _c(graph, 2))
    from_march = _quotient(graph, five, 153)
    return _modulo(graph, graph("Add", from_march, _c(graph, 2)), 12)


def days_of(graph: OnnxGraph, cells: Part) -> str:
    """Days since 1970 of a column of dates, n×1; what is no ISO 8601 date is missing.

    Numbers are days already, to the microsecond.

    Notes: §5.3
    """
    if not cells.text:
        micro = graph("Mul", cells.result, _c(graph, DAY * 1e6))
        return graph("Div", graph("Round", micro), _c(graph, DAY * 1e6))
    line = graph.flat(cells.result)
    is_date = graph("RegexFullMatch", line, pattern=ISO)
    safe = graph("Where", is_date, line, graph.text("1970-01-01"))
    day, clock = _day_and_clock(graph, safe)
    seconds = _seconds(graph, clock)
    days = graph("Add", day, graph("Div", seconds, _c(graph, DAY)))
    found = graph("Where", is_date, days, _c(graph, np.nan))
    return graph.upright(found)


def _day_and_clock(graph: OnnxGraph, line: str) -> tuple[str, str]:
    """Whole days (n,) and the text of the time of day, 00:00 where there is none."""
    by_letter = texts.pieces(graph, line, 2, "T")
    by_space = texts.pieces(graph, texts.piece(graph, by_letter, 0), 2)
    clock = texts.piece(graph, by_letter, 1)
    spaced = texts.piece(graph, by_space, 1)
    clock = graph("Where", texts.same(graph, clock, ""), spaced, clock)
    clock = graph("Where", texts.same(graph, clock, ""), graph.text("00:00"), clock)
    fields = texts.pieces(graph, texts.piece(graph, by_space, 0), 3, "-")
    y, m, d = (graph.cast(texts.piece(graph, fields, at), np.float64) for at in range(3))
    return _days_from(graph, y, m, d), clock


def _days_from(graph: OnnxGraph, y: str, m: str, d: str) -> str:
    """Days since 1970 of a year, month and day."""
    early = graph.numbers(graph("LessOrEqual", m, _c(graph, 2)))
    year = graph("Sub", y, early)
    era = _quotient(graph, year, 400)
    of_era = graph("Sub", year, graph("Mul", era, _c(graph, 400)))
    from_march = _modulo(graph, graph("Add", m, _c(graph, 9)), 12)
    days = graph("Add", graph("Mul", from_march, _c(graph, 153)), _c(graph, 2))
    of_year = graph("Sub", graph("Add", _quotient(graph, days, 5), d), _c(graph, 1))
    total = graph("Add", graph("Mul", of_era, _c(graph, 365)), _quotient(graph, of_era, 4))
    total = graph("Sub", total, _quotient(graph, of_era, 100))
    total = graph("Add", total, of_year)
    total = graph("Add", total, graph("Mul", era, _c(graph, 146_097)))
    return graph("Sub", total, _c(graph, 719_468))


def _seconds(graph: OnnxGraph, clock: str) -> str:
    """Seconds since midnight in UTC of 10:30, 10:30:15.5, 10:30Z or 10:30+01:00."""
    clock = texts.piece(graph, texts.pieces(graph, clock, 1, "Z"), 0)
    ahead, behind = (texts.pieces(graph, clock, 2, sign) for sign in "+-")
    is_ahead = graph("Not", texts.same(graph, texts.piece(graph, ahead, 1), ""))
    own = graph("Where", is_ahead, texts.piece(graph, ahead, 0), texts.piece(graph, behind, 0))
    seconds = _of_fields(graph, own, (3_600.0, 60.0, 1.0))
    east = _of_fields(graph, texts.piece(graph, ahead, 1), (3_600.0, 60.0))
    west = _of_fields(graph, texts.piece(graph, behind, 1), (3_600.0, 60.0))
    return graph("Add", graph("Sub", seconds, east), west)


def _of_fields(graph: OnnxGraph, text: str, sizes: tuple[float, ...]) -> str:
    """The sum of the fields between colons, each times its size; a field that is absent is 0."""
    split = texts.pieces(graph, text, len(sizes), ":")
    total = _c(graph, 0)
    for at, size in enumerate(sizes):
        field = texts.piece(graph, split, at)
        field = graph("Where", texts.same(graph, field, ""), graph.text("0"), field)
        number = graph.cast(field, np.float64)
        total = graph("Add", total, graph("Mul", number, _c(graph, size)))
    return total

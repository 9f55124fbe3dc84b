"""Dates written 2013/6/4, 4.6.2013 or 6/4/2013 as 2013-06-04, in SQL.

The order of day and month is that of training; a text that is no such date stays as it is.

Notes: §2.1.3
"""

from __future__ import annotations

from itertools import product

from pellucid.exchange.printed.sql_literals import case_of, literal

MARK = "[-/.]"
PADDED = (  # in turns: the month, and then the day, gets its second digit
    (rf"^(\d{{4}}){MARK}(\d){MARK}", r"\1-0\2-"),
    (rf"^(\d{{4}}){MARK}(\d{{2}}){MARK}", r"\1-\2-"),
    (r"^(\d{4}-\d{2}-)(\d)(\D|$)", r"\10\2\3"),
)
YEAR_FIRST = (0, 1, 2)  # places of year, month and day
YEAR_LAST = {"day first": (2, 1, 0), "month first": (2, 0, 1)}


def iso_by_patterns(text: str, order: str) -> str:
    """For databases that replace regular expressions.

    Parameters
    ----------
    text : str
        SQL of the date as text.
    order : str
        Of day and month in training, where its dates had one.

    Returns
    -------
    str
        SQL of the date as ISO 8601.

    Notes: §2.1.3
    """
    patterns = list(PADDED)
    if order in YEAR_LAST:
        year, month, day = (at + 1 for at in YEAR_LAST[order])
        by = rf"\{year}-\{month}-\{day}"
        patterns.insert(0, (rf"^(\d{{1,2}}){MARK}(\d{{1,2}}){MARK}(\d{{4}})", by))
    for pattern, by in patterns:
        text = f"REGEXP_REPLACE({text}, {literal(pattern)}, {literal(by)})"
    return text


def iso_by_parts(text: str, order: str) -> str:
    """For SQLite, which has none: the parts of a date are those of a JSON list.

    Parameters and return as `iso_by_patterns`.

    Notes: §2.1.3
    """
    length = f"INSTR(REPLACE({text}, 'T', ' ') || ' ', ' ')"
    day, clock = f"SUBSTR({text}, 1, {length} - 1)", f"SUBSTR({text}, {length})"
    day = f"REPLACE(REPLACE({day}, '/', '-'), '.', '-')"
    listed = f"""'["' || REPLACE({day}, '-', '","') || '"]'"""

    def written(places: tuple[int, int, int]) -> str:
        parts = ", ".join(f"JSON_EXTRACT({listed}, '$[{at}]')" for at in places)
        return f"PRINTF('%s-%02d-%02d', {parts}) || {clock}"

    cases = [(_shaped(day, year_first=True), written(YEAR_FIRST))]
    if order in YEAR_LAST:
        cases.append((_shaped(day, year_first=False), written(YEAR_LAST[order])))
    return case_of(cases, text)


def _shaped(day: str, *, year_first: bool) -> str:
    """Whether a text has the digits of a date; GLOB knows no "one or two"."""
    year, shapes = "[0-9]" * 4, []
    for one, other in product(("[0-9]", "[0-9][0-9]"), repeat=2):
        parts = (year, one, other) if year_first else (one, other, year)
        shapes.append(f"{day} GLOB {literal('-'.join(parts))}")
    return " OR ".join(shapes)

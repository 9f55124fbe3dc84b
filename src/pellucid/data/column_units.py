"""What a column is called and in which unit it is, read from its name.

Notes: §5.3.3
"""

from __future__ import annotations

import re

# Endings that are units beyond doubt when a word stands before them.
UNITS = {
    **{u: u for u in ("mm", "cm", "km", "mg", "kg", "ms", "ml", "kcal", "mmhg", "bpm", "kwh")},
    "m": "m",
    "g": "g",
    "s": "s",
    "h": "h",
    "min": "min",
    "sec": "s",
    "hours": "h",
    "days": "days",
    "weeks": "weeks",
    "months": "months",
    "years": "years",
    "yrs": "years",
    "usd": "USD",
    "eur": "EUR",
    "gbp": "GBP",
    "pct": "%",
    "percent": "%",
    "celsius": "°C",
    "lb": "lb",
    "lbs": "lb",
    "kmh": "km/h",
    "mph": "mph",
    "inches": "in",
}


def named_with_unit(column: str) -> tuple[str, str]:
    """A column's name as words, and its unit ("" where the name tells none).

    Examples
    --------
    >>> named_with_unit("bill_length_mm"), named_with_unit("Weight (kg)"), named_with_unit("age")
    (('bill length', 'mm'), ('Weight', 'kg'), ('age', ''))

    Notes: §5.3.3
    """
    bracketed = re.fullmatch(r"(.+?)\s*[\[(]\s*([^\[\]()]{1,12}?)\s*[\])]", column)
    if bracketed:
        return _words(bracketed[1]), bracketed[2]
    stem, mark, last = column.rpartition("_")
    if mark and stem and last.lower() in UNITS:
        return _words(stem), UNITS[last.lower()]
    return _words(column), ""


def _words(name: str) -> str:
    return " ".join(name.replace("_", " ").split()) or name

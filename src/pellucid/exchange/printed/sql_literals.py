"""Names, texts and categories as SQL writes them, whatever stands in them.

Notes: §2.1.3, Def 197
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pellucid.data.columns.spellings import (
    CODE,
    TRUTHS,
    canonical_number,
    is_number,
    normalized_spelling,
)
from pellucid.errors import FramingError


def quoted(name: str) -> str:
    """A name as an identifier, whatever stands in it.

    Raises
    ------
    FramingError
        For a name that no database takes.

    Examples
    --------
    >>> quoted('a "b"; DROP TABLE rows')
    '"a ""b""; DROP TABLE rows"'
    """
    _refuse_unspeakable(name, "name")
    if not name:
        raise FramingError("A column without a name has none in SQL either: name it, fit again.")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a constant.

    Raises
    ------
    FramingError
        For a text that no database holds.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    _refuse_unspeakable(text, "category")
    return "'" + text.replace("'", "''") + "'"


def _refuse_unspeakable(text: str, role: str) -> None:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise FramingError(
            f"The {role} {text!r} holds a character that no SQL text can hold: rename it, and fit "
            "again."
        )


def case_of(cases: Sequence[tuple[str, str]], otherwise: str, of: str = "") -> str:
    """A CASE of conditions, or of the values of one thing; a long one line by line."""
    mark = "\n    " if len(cases) > 2 else " "
    lines = [f"{mark}WHEN {condition} THEN {then}" for condition, then in cases]
    head = f"CASE {of}" if of else "CASE"
    return f"{head}{''.join(lines)}{mark}ELSE {otherwise} END"


def listed(texts: Iterable[str]) -> str:
    """Texts as constants beside each other, in order."""
    return ", ".join(map(literal, sorted(texts)))


@dataclass(frozen=True)
class CategorySpellings:
    """Texts that mean a category: in small letters without spaces around, exactly, as a number."""

    folded: frozenset[str]
    exact: frozenset[str]
    amount: float | None = None


def spellings_of(levels: tuple[str, ...]) -> dict[str, CategorySpellings]:
    """How each category may be written, as `data.columns.spellings.Levels` reads it.

    Capitals and spaces around do not count unless two categories differ in them alone; a number may
    have a point; of two truth values, each may be said in the usual words.

    Examples
    --------
    >>> sorted(spellings_of(("no", "yes"))["yes"].folded)
    ['1', '1.0', 'on', 't', 'true', 'y', 'yes']
    >>> spellings_of(("a", "A"))["a"].exact
    frozenset({'a'})

    Notes: Def 197
    """
    words = [normalized_spelling(level) for level in levels]
    numbers = [canonical_number(level) for level in levels]
    truths = len(levels) == 2 and {TRUTHS.get(word) for word in words} == {0, 1}
    found: dict[str, CategorySpellings] = {}
    taken = set(words)
    for level, word, amount in zip(levels, words, numbers, strict=True):
        if words.count(word) > 1:
            found[level] = CategorySpellings(frozenset(), frozenset({level}))
            continue
        cases = (level, level.lower(), level.upper(), level.title(), word)
        said = {_small(text) for text in cases} | {text.lower().strip() for text in cases}
        size = float(amount) if numbers.count(amount) == 1 and _is_amount(amount) else None
        if truths:
            own = {text for text, truth in TRUTHS.items() if truth == TRUTHS[word]} - taken
            said |= own | {f"{text}.0" for text in own if text.isdigit()}
        found[level] = CategorySpellings(frozenset(said), frozenset(), size)
    return found


def _is_amount(text: str) -> bool:
    return is_number(text) and math.isfinite(float(text)) and not re.match(CODE, text)


def _small(text: str) -> str:
    """Small letters as a database has them that knows A to Z alone."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text).strip()

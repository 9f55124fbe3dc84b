"""Spellings of cells: which mean "missing", which are one category, and which category one is.

Notes: §2.1.3, Def 197
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pellucid.findings import Finding, option

SPELLINGS = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A")


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split("|"))


# Among numbers or dates these are no values either; among words they may be.
SIGNS = _words(
    "?|??|-|--|---|–|—|.|..|…|*|**|#|n.a.|n. a.|n.a|na|n/a|n.d.|nd|k.a.|k. a.|none|nil|null|nan|"
    "nat|missing|unknown|undefined|unbekannt|not available|not applicable|no data|(null)|<na>|"
    "<null>|#n/a|#na|#null!|#div/0!|#value!|#ref!|#num!|#name?|#nv|tbd|tba|x"
)
# Signs that are hardly ever a category; "x" and "none" may be.
AMONG_WORDS = SIGNS - {"x", "none", "nil", "na", "-", "*", "#"}
TOTALS = _words(
    "total|totals|sum|sums|subtotal|sub-total|sub total|grand total|summe|gesamt|insgesamt|"
    "average|averages|mean|means|mittelwert|durchschnitt|totale|suma|somme|moyenne|media|totaal|"
    "итого|all"
)
# Digits that are a name, not an amount: 02134, a number to dial, or more than arithmetic keeps.
CODE = r"^\s*(?:[+-]?(?:0\d+|\d{17,})|\+\d{9,})\s*$"
# Digits joined by an underscore are a name to some and a number to others: nobody's missing cell.
JOINED = r"^[+-]?\d+(_\d+)+$"
FALSE_TRUE = (("false", "f", "no", "n", "0", "off"), ("true", "t", "yes", "y", "1", "on"))
MOST_TOLD = 3  # mergers of a column, each in a sentence of its own
TRUTHS = {word: at for at, words in enumerate(FALSE_TRUE) for word in words}


def is_number(text: str) -> bool:
    """Whether Python reads the text as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def number_spelling(number: float) -> str:
    """A number as the text of a category: whole numbers without a point."""
    return (
        str(int(number))
        if abs(number) <= 2**53 and number == round(number)
        else repr(float(number))
    )


def canonical_number(text: str) -> str:
    """1.50 as 1.5; what is no number, or a name made of digits, as it is."""
    if not is_number(text) or not math.isfinite(number := float(text)):
        return text
    spelling = number_spelling(number)
    return text if spelling == text or re.match(CODE, text) else spelling


def normalized_spelling(text: str) -> str:
    """What spellings of one word have in common: capitals and spaces do not count."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class MergedSpellings:
    """Spellings put together: the category of each spelling, and a sentence for each merger."""

    category: dict[str, str]
    findings: tuple[Finding, ...]


def merge_spellings(name: str, counts: dict[str, int]) -> MergedSpellings:
    """Which spellings of a column are one category: Yes, yes and " yes "; TRUE, true and 1.

    Parameters
    ----------
    name : str
        Of the column.
    counts : dict
        How many rows hold each spelling.

    Examples
    --------
    >>> merge_spellings("a", {"Yes": 3, "yes ": 1, "no": 2}).category
    {'Yes': 'Yes', 'yes ': 'Yes', 'no': 'no'}

    Notes: Def 197
    """
    groups: dict[object, list[str]] = {}
    by_truth = _are_truths({normalized_spelling(text) for text in counts})
    for text in counts:
        key = normalized_spelling(text)
        groups.setdefault(TRUTHS[key] if by_truth else key, []).append(text)
    category, told = {}, []
    for group in groups.values():
        chosen = _chosen(group, counts)
        category.update(dict.fromkeys(group, chosen))
        if len(group) > 1:
            order = sorted(group, key=lambda t: (-counts[t], t))
            shown = ", ".join(f"{t!r} ({counts[t]:,})" for t in order[:6])
            told.append((shown + (" …" if len(group) > 6 else ""), chosen))
    said = [f"{shown} are read as one category, {chosen!r}" for shown, chosen in told]
    if len(told) > MOST_TOLD:
        first = "; ".join(shown for shown, _ in told[:MOST_TOLD])
        said = [f"{len(told):,} categories gather spellings of one word, such as {first}"]
    return MergedSpellings(category, tuple(_merger(name, each) for each in said))


def _merger(name: str, said: str) -> Finding:
    return Finding(
        "spellings",
        "note",
        f"Column {name!r}: {said}.",
        (name,),
        f"If they differ, say {option('category', name)}: it keeps every spelling apart.",
    )


def _chosen(group: list[str], counts: dict[str, int]) -> str:
    keys = {normalized_spelling(text) for text in group}
    for word in ("true", "false"):  # true and false are spelled in one way by all sources
        if word in keys:
            return word
    best = max(sorted(group), key=lambda text: counts[text])
    return best if len(group) == 1 else best.strip()


def _are_truths(words: set[str]) -> bool:
    """Three or more words for true and false: letters only beside the word they begin."""
    if len(words) < 3 or not words <= set(TRUTHS) or len({TRUTHS[w] for w in words}) < 2:
        return False
    return all(
        any(len(w) > 1 and w.startswith(letter) for w in words)
        for letter in words
        if len(letter) == 1 and letter.isalpha()
    )


class Levels:
    """The category that a spelling means: as written, else folded, as a number, as true or false.

    A spelling that could mean two is none of them.

    Notes: Def 197
    """

    def __init__(self, levels: Sequence[str]) -> None:
        self.exact = {level: at for at, level in enumerate(levels)}
        self.by_fold = _unique((normalized_spelling(level), at) for at, level in enumerate(levels))
        self.by_number = _unique((canonical_number(level), at) for at, level in enumerate(levels))
        words = [normalized_spelling(level) for level in levels]
        truths = len(levels) == 2 and {TRUTHS.get(w) for w in words} == {0, 1}
        self.by_truth = {TRUTHS[w]: at for at, w in enumerate(words)} if truths else {}

    def place(self, text: str) -> int | None:
        """Its place among the levels; None where it is none of them."""
        for key, table in (
            (text, self.exact),
            (text.strip(), self.exact),
            (normalized_spelling(text), self.by_fold),
            (canonical_number(text.strip()), self.by_number),
            (TRUTHS.get(normalized_spelling(canonical_number(text.strip()))), self.by_truth),
        ):
            if key in table:
                return table[key]  # type: ignore[index]
        return None


def _unique(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    twice = set()
    for key, at in pairs:
        if key in found:
            twice.add(key)
        found[key] = at
    return {key: at for key, at in found.items() if key not in twice}

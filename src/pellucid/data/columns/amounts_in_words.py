"""Columns of words that might have been numbers: several units, limits, odd letters, few words.

Such a column is read as categories, which changes no number; what it might be is said.

Notes: §2.1.3
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns.notation import NO_HINTS
from pellucid.data.columns.number_formats import (
    ABBREVIATED,
    KNOWN_UNITS,
    is_currency,
    marks_of,
    number_parts,
    read_numerals,
)
from pellucid.data.columns.spellings import AMONG_WORDS, normalized_spelling
from pellucid.data.columns.unparsed_cells import NEARLY
from pellucid.findings import Finding, option

FEWEST = 3  # different numbers, below which a column is hardly one of amounts
DIGITS = (  # of other scripts: Arabic, Persian, Devanagari, full width
    r"[\x{0660}-\x{0669}\x{06F0}-\x{06F9}\x{0966}-\x{096F}\x{FF10}-\x{FF19}]"
)
# What stands in the way of a number, how it is found, and what is left without it.
IN_THE_WAY = (
    ("signs for below or above", r"^\s*[<>≤≥~≈±]=?\s*", ""),
    ("an apostrophe before", r"^\s*['’]", ""),
    ("letters that are not seen", r"[\x{200b}-\x{200f}\x{2060}\x{feff}\x{00ad}]", ""),
    ("signs of footnotes", r"(?:\s*[*†‡]+|\[\w+\])\s*$", ""),
    ("a formula around", r'^="(.*)"$', r"\1"),
    ("an error after ±", r"\s*±.*$", ""),
)
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
BY_A_SPREADSHEET = rf"^\s*(?:\d{{1,2}}-(?:{MONTHS})|(?:{MONTHS})-\d{{2}})\s*$"


def amounts_in_words(name: str, texts: pa.ChunkedArray) -> tuple[Finding, ...]:
    """What is said of a column of words in which numbers stand; nothing of most columns.

    Examples
    --------
    >>> cells = pa.chunked_array([["5 kg", "500 g", "3 kg"]])
    >>> print(*(finding.message for finding in amounts_in_words("weight", cells)))
    Column 'weight' holds numbers in several units ('kg' 2, 'g' 1): read as categories.

    Notes: §2.1.3
    """
    counted = pc.value_counts(texts.drop_null())
    distinct, counts = counted.field("values"), np.asarray(counted.field("counts"))
    if not pc.any(pc.match_substring_regex(distinct, rf"\d|{DIGITS}")).as_py():
        return ()
    found = _by_a_spreadsheet(name, texts, distinct, counts)
    for judge in (_several_units, _after_cleaning, _partly_numbers):
        if not found:
            found = judge(name, texts, distinct, counts)
    return found


def _several_units(
    name: str, texts: pa.ChunkedArray, distinct: pa.Array, counts: NDArray[np.int64]
) -> tuple[Finding, ...]:
    """Units or currencies that all are known, two at least, by nearly each number."""
    parts = number_parts(pa.chunked_array([distinct]))
    there = np.asarray(parts.is_valid())
    if counts[there].sum() < NEARLY * counts.sum():
        return ()
    marks = marks_of(parts)
    named = {m: int(counts[there & (marks == m)].sum()) for m in set(marks[there].tolist()) if m}
    if len(named) < 2 or not all(map(_is_unit, named)):
        return ()
    listed = ", ".join(
        f"{mark!r} {n:,}" for mark, n in sorted(named.items(), key=lambda each: (-each[1], each[0]))
    )
    said = f"holds numbers in several units ({listed}): read as categories."
    return (_finding(name, said, "Write all of them in one unit, as plain numbers."),)


def _is_unit(mark: str) -> bool:
    return (
        mark in KNOWN_UNITS
        or mark.casefold() in KNOWN_UNITS
        or mark in ABBREVIATED | {"G", "°C", "°F", "%"}
        or is_currency(mark)
    )


def _after_cleaning(
    name: str, texts: pa.ChunkedArray, distinct: pa.Array, counts: NDArray[np.int64]
) -> tuple[Finding, ...]:
    """Numbers in nearly each cell, once what stands in the way is taken away."""
    cleaned, labels = distinct, []
    for label, pattern, left in IN_THE_WAY:
        if pc.any(pc.match_substring_regex(cleaned, pattern)).as_py():
            cleaned = pc.replace_substring_regex(cleaned, pattern, left)
            labels.append(label)
    if pc.any(pc.match_substring_regex(cleaned, DIGITS)).as_py():
        plain = ["".join(_plain_digits(text)) for text in cleaned.to_pylist()]
        cleaned = pa.array(plain, pa.string())
        labels.append("digits of another script")
    if not labels:
        return ()
    read = read_numerals(pa.chunked_array([cleaned]), NO_HINTS).read
    if counts[read].sum() < NEARLY * counts.sum() or read.sum() < FEWEST:
        return ()
    at = int(np.flatnonzero(np.asarray(pc.not_equal(cleaned, distinct)))[0])
    text = distinct[at].as_py()
    said = (
        f"would be numbers but for {' and '.join(labels)}, as in {text!r} "
        f"({_places(texts, text, int(counts[at]))}): read as categories."
    )
    return (_finding(name, said, "Write plain numbers if they are amounts."),)


def _plain_digits(text: str) -> Iterator[str]:
    for letter in text:
        yield str(int(letter)) if letter.isdecimal() else letter


def _partly_numbers(
    name: str, texts: pa.ChunkedArray, distinct: pa.Array, counts: NDArray[np.int64]
) -> tuple[Finding, ...]:
    """Numbers in at least half of the cells, and words beside them that are no known signs."""
    read = read_numerals(pa.chunked_array([distinct]), NO_HINTS).read
    share = counts[read].sum() / counts.sum()
    others = [t for t, r in zip(distinct.to_pylist(), read.tolist(), strict=True) if not r]
    if (
        share < 0.5
        or read.sum() < FEWEST
        or all(normalized_spelling(t) in AMONG_WORDS for t in others)
    ):
        return ()
    at = int(np.argmax(np.where(read, -1, counts)))
    text = distinct[at].as_py()
    said = (
        f"holds numbers in {share:.0%} of its cells, and words beside them, as {text!r} "
        f"({_places(texts, text, int(counts[at]))}): read as categories."
    )
    advice = (
        f"If such words mean missing, say {option('missing', text, cell=True)}; then the others "
        "are numbers."
    )
    return (_finding(name, said, advice),)


def _by_a_spreadsheet(
    name: str, texts: pa.ChunkedArray, distinct: pa.Array, counts: NDArray[np.int64]
) -> tuple[Finding, ...]:
    """Days such as 1-Mar among other words: ranges or names that a spreadsheet took for dates."""
    days = np.asarray(pc.match_substring_regex(distinct, BY_A_SPREADSHEET))
    if not days.any() or days.all():
        return ()
    at = int(np.flatnonzero(days)[0])
    text = distinct[at].as_py()
    said = (
        f"holds {text!r} ({_places(texts, text, int(counts[at]))}) among other words: a "
        "spreadsheet may have made dates of ranges or names."
    )
    return (_finding(name, said, "Compare with where the file came from."),)


def _places(texts: pa.ChunkedArray, text: str, count: int) -> str:
    row = pc.index(texts, text).as_py() + 1
    return f"{count:,} row{'s' if count > 1 else ''}, first row {row:,}"


def _finding(name: str, statement: str, advice: str) -> Finding:
    return Finding("amounts as words", "caution", f"Column {name!r} {statement}", (name,), advice)

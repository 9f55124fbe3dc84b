"""What numbers may be beside numbers: thousands with points, versions, codes with zeros before.

Notes: §2.1.3
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns.notation import Notation, NotationHints
from pellucid.data.columns.number_formats import marks_of, number_parts
from pellucid.findings import Finding

OPEN = "points before three digits"
SAMPLE = 1_000  # cells that show whether a doubt is worth a look at all of them
GROUPS = r"^\s*[+-]?[1-9]\d{0,2}(\.\d{3})+\s*$"
LONG = r"^\s*[+-]?\d{4,}"
ZERO_BEFORE = r"^\s*[+-]?0\d+\.\d"
TENTHS = r"^\s*[+-]?\d+\.\d\s*$"
NEGATIVE = r"^\s*\(|\d\s*[+\-]\s*$"
ZERO_BEHIND = r"^\s*[+-]?\d+\.[1-9]0\s*$"


def points_in_groups(values: pa.ChunkedArray) -> bool:
    """Whether each point stands before three digits, as in 1.234, and some cell has one.

    Notes: §2.1.3
    """
    dotted = values.filter(pc.match_substring(values, "."))
    return len(dotted) > 0 and bool(pc.all(pc.match_substring_regex(dotted, GROUPS)).as_py())


def open_points(values: pa.ChunkedArray, hints: NotationHints) -> bool:
    """Whether points may part thousands: each stands before three digits, and none is needed.

    A number of four digits without a point shows that thousands are not parted.

    Examples
    --------
    >>> from pellucid.data.columns.notation import NO_HINTS
    >>> open_points(pa.chunked_array([["1.200", "12.500", "950"]]), NO_HINTS)
    True
    >>> open_points(pa.chunked_array([["1.200", "12.5", "950"]]), NO_HINTS)
    False

    Notes: §2.1.3
    """
    if hints.decimal or hints.thousands:
        return False
    for some in (values.slice(0, SAMPLE).drop_null(), values.drop_null()):
        if not points_in_groups(some) or pc.any(pc.match_substring_regex(some, LONG)).as_py():
            return False
    return True


def number_doubts(name: str, values: pa.ChunkedArray, hints: NotationHints) -> tuple[Finding, ...]:
    """What is said of a column of plain numbers whose cells may mean something else.

    Parameters
    ----------
    name : str
    values : pa.ChunkedArray
        Its cells as written.
    hints : NotationHints
        What was said of the notation.

    Examples
    --------
    >>> from pellucid.data.columns.notation import NO_HINTS
    >>> cells = pa.chunked_array([["1.9", "1.10", "1.11"]])
    >>> [finding.name for finding in number_doubts("version", cells, NO_HINTS)]
    ['zeros at the end']

    Notes: §2.1.3
    """
    found = []
    if open_points(values, hints):
        at, text = _first(values, r"\.")
        found.append(
            Finding(
                OPEN,
                "caution",
                f"Column {name!r}: each point stands before three digits, as in {text!r} (row "
                f"{at + 1:,}). They are read as decimal points ({text!r} is {float(text):g}); "
                "nothing decides, and they might part thousands.",
                (name,),
                f"If they part thousands, say --thousands {name}=. (and if not, --decimal "
                f"{name}=.).",
            )
        )
    at, text = _first_code(values)
    if at >= 0:
        found.append(
            Finding(
                "zeros before",
                "caution",
                f"Column {name!r} is read as numbers, though {text!r} (row {at + 1:,}) begins with "
                f"a zero that no number needs: it is read as {float(text):g}.",
                (name,),
                f"If such cells are codes, say --category {name}.",
            )
        )
    at, text = _first_uneven(values)
    if at >= 0:
        found.append(
            Finding(
                "zeros at the end",
                "caution",
                f"Column {name!r} is read as numbers: {text!r} (row {at + 1:,}) is "
                f"{float(text):g}, though other cells are written without such a zero.",
                (name,),
                f"If they are versions or other names, say --category {name}.",
            )
        )
    return tuple(found)


def numeral_doubts(
    name: str, values: pa.ChunkedArray, read: NDArray[np.bool_], notation: Notation
) -> tuple[Finding, ...]:
    """What is said of signs that are no minus before, and of bare numbers beside a unit.

    Parameters
    ----------
    name : str
    values : pa.ChunkedArray
        The cells of a column of numbers, as written.
    read : ndarray of bool, shape (n,)
        Which are numbers.
    notation : Notation
        How they are written.

    Notes: §2.1.3
    """
    there = pc.if_else(pa.array(read), values, pa.scalar(None, pa.string()))
    found = []
    at, text = _first(there, NEGATIVE)
    if at >= 0:
        found.append(
            Finding(
                "signs of negative numbers",
                "note",
                f"Column {name!r}: numbers in brackets, or with a minus behind, as {text!r} (row "
                f"{at + 1:,}), are read as negative.",
                (name,),
                f"If they are names, say --category {name}.",
            )
        )
    if notation.mark or notation.scaled:
        marks = marks_of(number_parts(there))
        bare = np.flatnonzero(read & (marks == ""))
        if len(bare):
            mark = f"{notation.mark}" if notation.mark else "k, M or B"
            what = f"as {mark} too" if notation.mark else "as it is"
            found.append(
                Finding(
                    "numbers without their unit",
                    "caution" if notation.mark in ("%", "‰") else "note",
                    f"Column {name!r}: {len(bare):,} cells have no {mark}, as "
                    f"{values[bare[0]].as_py()!r} (first row {bare[0] + 1:,}); each is read "
                    f"{what}.",
                    (name,),
                    "If they are in another unit, write all of them in one.",
                )
            )
    return tuple(found)


def _first(values: pa.ChunkedArray, pattern: str) -> tuple[int, str]:
    """The first row that matches, from 0, and its text; −1 where none does."""
    hits = np.flatnonzero(pc.fill_null(pc.match_substring_regex(values, pattern), False))
    return (int(hits[0]), str(values[hits[0]].as_py()).strip()) if len(hits) else (-1, "")


def _first_code(values: pa.ChunkedArray) -> tuple[int, str]:
    """The first cell such as 01.11; 0.11 needs its zero."""
    zero = pc.and_not(pc.starts_with(values, "0"), pc.starts_with(values, "0."))
    if not pc.any(zero).as_py():
        return -1, ""
    return _first(pc.if_else(zero, values, pa.scalar(None, pa.string())), ZERO_BEFORE)


def _first_uneven(values: pa.ChunkedArray) -> tuple[int, str]:
    """The first cell such as 1.10 in a column that also holds 1.9, one decimal."""
    some = values.slice(0, SAMPLE)
    if not pc.any(pc.match_substring_regex(some, TENTHS)).as_py():
        return -1, ""
    return _first(some, ZERO_BEHIND)

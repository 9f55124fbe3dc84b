"""What numbers may be beside numbers: thousands with points, versions, codes with zeros before.

Notes: §2.1.3
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns.arrow_values import FEW_CELLS
from pellucid.data.columns.notation import Notation, NotationHints
from pellucid.data.columns.number_formats import marks_of, number_parts
from pellucid.findings import Finding, option

First = tuple[int, str] | None
Places = NDArray[np.intp]
OPEN = "points before three digits"
ZEROS_BEFORE, ZEROS_BEHIND = "zeros before", "zeros at the end"
SAMPLE = 1_000  # cells that show whether a doubt is worth a look at all of them
GROUPS = r"^\s*[+-]?[1-9]\d{0,2}(\.\d{3})+\s*$"
THOUSAND = 1_000
DOTTED = r"^\s*[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?\s*$"
ZERO_BEFORE = r"^\s*[+-]?0\d+\.\d"
TENTHS = r"^\s*[+-]?\d+\.\d\s*$"
NEGATIVE = r"^\s*\(|\d\s*[+\-]\s*$"
ZERO_BEHIND = r"^\s*[+-]?\d+\.[1-9]0\s*$"
DOUBTFUL = f"{GROUPS}|{ZERO_BEFORE}|{ZERO_BEHIND}"  # without such a cell there is no doubt
AT_DOUBT = re.compile(DOUBTFUL, re.ASCII | re.MULTILINE).search  # cells as lines


def points_in_groups(values: pa.ChunkedArray) -> bool:
    """Whether each point stands before three digits, as in 1.234, and some cell has one.

    Notes: §2.1.3
    """
    dotted = values.filter(pc.match_substring(values, "."))
    return len(dotted) > 0 and bool(pc.all(pc.match_substring_regex(dotted, GROUPS)).as_py())


@dataclass(frozen=True)
class NumberSpelling:
    """How plain numbers are written, where that makes them doubtful; merged with other rows'.

    Parameters
    ----------
    point : (int, str) or None
        The first cell with a point, its row from 0; None once `ungrouped` is known.
    ungrouped : bool
        Whether some point does not stand before three digits.
    code : (int, str) or None
        The first cell such as 01.11.
    tenths : bool
        Whether one of the first rows has one decimal.
    zero_behind : (int, str) or None
        The first of these rows such as 1.10.

    Notes: §2.1.3
    """

    point: First = None
    ungrouped: bool = False
    code: First = None
    tenths: bool = False
    zero_behind: First = None

    def may_be_grouped(self, largest: float) -> bool:
        """Whether points may part thousands: each stands before three digits, and none is needed.

        A number of four digits without a point shows that thousands are not parted.

        Parameters
        ----------
        largest : float
            The largest number, whatever its sign, as read with decimal points.
        """
        return self.point is not None and largest < THOUSAND

    def merged(self, later: NumberSpelling) -> NumberSpelling:
        """That of these rows and of later ones."""
        ungrouped = self.ungrouped or later.ungrouped
        return NumberSpelling(
            None if ungrouped else self.point or later.point,
            ungrouped,
            self.code or later.code,
            self.tenths or later.tenths,
            self.zero_behind or later.zero_behind,
        )


NO_NUMBERS = NumberSpelling()


def spelling_of_numbers(
    values: pa.ChunkedArray, first: int = 0, *, ungrouped: bool = False
) -> NumberSpelling:
    """How the numbers among some texts are written.

    Parameters
    ----------
    values : pa.ChunkedArray
        Texts.
    first : int
        Rows before these.
    ungrouped : bool
        Whether other rows show already that points do not part thousands.

    Examples
    --------
    >>> spelling_of_numbers(pa.chunked_array([["1.200", "12.500", "950"]])).may_be_grouped(950)
    True
    >>> spelling_of_numbers(pa.chunked_array([["1.200", "12.5", "950"]])).may_be_grouped(950)
    False

    Notes: §2.1.3
    """
    point = None
    looks = (values.slice(0, SAMPLE), values) if len(values) > SAMPLE else (values,)
    for some in () if ungrouped else looks:
        dotted = _matching(some, pc.match_substring(some, "."), DOTTED)
        grouped = _matching(some, dotted, GROUPS)
        ungrouped = len(grouped) < len(dotted)
        if ungrouped:
            break
        point = _first(some, dotted, first)
    some = values.slice(0, max(SAMPLE - first, 0))
    tenths = bool(pc.any(pc.match_substring_regex(some, TENTHS)).as_py())
    zero = pc.and_not(pc.starts_with(values, "0"), pc.starts_with(values, "0."))
    return NumberSpelling(
        None if ungrouped else point,
        ungrouped,
        _first(values, _matching(values, zero, ZERO_BEFORE), first),
        tenths,
        _first(some, _matching(some, pc.match_substring(some, "."), ZERO_BEHIND), first),
    )


def number_doubts(
    name: str, spelled: NumberSpelling, largest: float, hints: NotationHints
) -> tuple[Finding, ...]:
    """What is said of a column of plain numbers whose cells may mean something else.

    Parameters
    ----------
    name : str
    spelled : NumberSpelling
        How its cells are written.
    largest : float
        Its largest number, whatever the sign.
    hints : NotationHints
        What was said of the notation.

    Examples
    --------
    >>> from pellucid.data.columns.notation import NO_HINTS
    >>> cells = spelling_of_numbers(pa.chunked_array([["1.9", "1.10", "1.11"]]))
    >>> [finding.name for finding in number_doubts("version", cells, 1.9, NO_HINTS)]
    ['zeros at the end']

    Notes: §2.1.3
    """
    found = []
    if spelled.may_be_grouped(largest) and not (hints.decimal or hints.thousands):
        assert spelled.point is not None
        at, text = spelled.point
        found.append(
            Finding(
                OPEN,
                "caution",
                f"Column {name!r}: each point stands before three digits, as in {text!r} (row "
                f"{at + 1:,}). They are read as decimal points ({text!r} is {float(text):g}); "
                "nothing decides, and they might part thousands.",
                (name,),
                f"If they part thousands, say {option('thousands', f'{name}=.')} (and if not, "
                f"{option('decimal', f'{name}=.')}).",
            )
        )
    if spelled.code is not None:
        at, text = spelled.code
        found.append(
            Finding(
                ZEROS_BEFORE,
                "caution",
                f"Column {name!r} is read as numbers, though {text!r} (row {at + 1:,}) begins with "
                f"a zero that no number needs: it is read as {float(text):g}.",
                (name,),
                f"If such cells are codes, say {option('category', name)}.",
            )
        )
    if spelled.tenths and spelled.zero_behind is not None:
        at, text = spelled.zero_behind
        found.append(
            Finding(
                ZEROS_BEHIND,
                "caution",
                f"Column {name!r} is read as numbers: {text!r} (row {at + 1:,}) is "
                f"{float(text):g}, though other cells are written without such a zero.",
                (name,),
                f"If they are versions or other names, say {option('category', name)}.",
            )
        )
    return tuple(found)


def doubts_of_cells(
    name: str, values: pa.ChunkedArray, numbers: NDArray[np.float64], hints: NotationHints
) -> tuple[Finding, ...]:
    """`number_doubts` of all cells of a column, as written and as read; NaN where missing.

    Notes: §2.1.3
    """
    if len(values) <= FEW_CELLS:
        doubtful = AT_DOUBT("\n".join(filter(None, values.to_pylist())))
    else:
        doubtful = pc.any(pc.match_substring_regex(values, DOUBTFUL)).as_py()
    if not doubtful:
        return ()
    largest = float(np.nanmax(np.abs(numbers), initial=0.0))
    return number_doubts(name, spelling_of_numbers(values), largest, hints)


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
    signed = pc.match_substring_regex(there, NEGATIVE)
    if (negative := _first(there, _true(signed))) is not None:
        at, text = negative
        found.append(
            Finding(
                "signs of negative numbers",
                "note",
                f"Column {name!r}: numbers in brackets, or with a minus behind, as {text!r} (row "
                f"{at + 1:,}), are read as negative.",
                (name,),
                f"If they are names, say {option('category', name)}.",
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


def _first(values: pa.ChunkedArray, rows: Places, before: int = 0) -> First:
    """The first of some rows, with `before` rows before all, and its text; None without rows."""
    return (before + int(rows[0]), str(values[rows[0]].as_py()).strip()) if len(rows) else None


def _true(flags: pa.ChunkedArray) -> Places:
    return np.flatnonzero(pc.fill_null(flags, False))


def _matching(values: pa.ChunkedArray, likely: Any, pattern: str) -> Places:
    """Rows that match a pattern, among those that are likely to: few cells are worth a look."""
    rows = likely if isinstance(likely, np.ndarray) else _true(likely)
    if not len(rows):
        return rows
    return rows[_true(pc.match_substring_regex(values.take(pa.array(rows)), pattern))]

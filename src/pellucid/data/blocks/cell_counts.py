"""The different cells of a column with how often each occurs, from a pass over all rows.

Where they are few, everything that the kind of a column rests on is known exactly. Beyond so many
only that is known, with how small and how large its numbers are.

Notes: Def 208, §5.3
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pellucid.data.columns.arrow_values import all_numbers, plain_values
from pellucid.data.columns.number_doubts import NO_NUMBERS, NumberSpelling, spelling_of_numbers
from pellucid.data.columns.spellings import CODE

MOST_NUMBERS, MOST_TEXTS = 10_000, 20_000  # different cells that are counted one by one
NUMERAL = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
Counts = dict[Any, int]


@dataclass(frozen=True)
class CellCounts:
    """What is known of a column's cells; `merge_counts` with that of other rows.

    Parameters
    ----------
    rows, missing : int
        Rows, and those without a value.
    numbers, texts : dict of cell to int, or None
        How often each number (or time, in microseconds) and each text occurs; None beyond
        `MOST_NUMBERS`, `MOST_TEXTS` different ones; without texts, numbers are unknown too. A text
        that is a number and no name of digits counts as that number.
    low, high : float
        Ends of the numbers; inf and −inf where there are none.
    spelled : NumberSpelling
        How numbers among texts are written.
    """

    rows: int = 0
    missing: int = 0
    numbers: Counts | None = None
    texts: Counts | None = None
    low: float = float("inf")
    high: float = float("-inf")
    spelled: NumberSpelling = NO_NUMBERS

    @property
    def largest(self) -> float:
        """The largest number, whatever its sign; 0 where there is none."""
        return max(self.high, -self.low, 0.0)

    @property
    def complete(self) -> bool:
        """Whether every different cell is known."""
        return self.numbers is not None and self.texts is not None

    @property
    def has_texts(self) -> bool:
        """Whether there is a text that is no number."""
        return self.texts is None or bool(self.texts)

    @property
    def has_numbers(self) -> bool:
        """Whether there is a number."""
        return self.numbers is None or bool(self.numbers)


NO_CELLS = CellCounts(numbers={}, texts={})


def count_cells(
    values: pa.ChunkedArray,
    *,
    as_texts: bool = False,
    beside: CellCounts = NO_CELLS,
    first: int = 0,
) -> CellCounts:
    """What is known of some cells.

    Parameters
    ----------
    values : pa.ChunkedArray
    as_texts : bool
        Keep texts as texts, although they are numbers.
    beside : CellCounts
        Of other rows of the column: what they made unknown need not be counted here.
    first : int
        Rows before these.

    Examples
    --------
    >>> count_cells(pa.chunked_array([["1", "2.0", "2", "?", None]])).numbers
    {1.0: 1, 2.0: 2}

    Notes: §5.3
    """
    held = plain_values(values)
    known = replace(NO_CELLS, rows=len(values))
    if held.is_text:
        found = held.values.drop_null()
        known = replace(known, missing=len(values) - len(found))
        if beside.texts is None:
            return replace(known, numbers=None, texts=None)
        spelled = spelling_of_numbers(held.values, first, ungrouped=beside.spelled.ungrouped)
        known = replace(known, spelled=spelled)
        numbers = None if as_texts else _plain_numbers(found)
        if numbers is not None:
            return _count_numbers(known, numbers, beside)
        return _count_texts(known, found, as_texts) if len(found) else known
    if held.is_time:
        found = held.values.drop_null()
        known = replace(known, missing=len(values) - len(found))
        return _count_numbers(known, found.cast(pa.int64()), beside)
    return _count_numbers(known, held.values, beside)


def _plain_numbers(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The numbers of texts that are all numbers, none of them a name of digits."""
    found = all_numbers(texts)
    if found is None or pc.any(pc.match_substring_regex(texts, CODE)).as_py():
        return None
    return found


def _count_numbers(previous: CellCounts, values: pa.ChunkedArray, beside: CellCounts) -> CellCounts:
    if beside.numbers is None and (ends := _ends(values)) is not None:
        return replace(previous, numbers=None, low=ends[0], high=ends[1])
    if pa.types.is_floating(values.type) or values.null_count:
        there = values.drop_null()
        if pa.types.is_floating(there.type):
            there = there.filter(pc.invert(pc.is_nan(there)))
        missing = previous.missing + len(values) - len(there)
        previous, values = replace(previous, missing=missing), there
    if not len(values):
        return previous
    ends = pc.min_max(values).as_py()
    counts = None if beside.numbers is None else _value_counts(values, MOST_NUMBERS)
    return replace(previous, numbers=counts, low=float(ends["min"]), high=float(ends["max"]))


def _ends(values: pa.ChunkedArray) -> tuple[float, float] | None:
    """Ends of floats of which none is missing; None of others."""
    if values.type != pa.float64() or values.null_count or not len(values):
        return None
    parts = [chunk.to_numpy() for chunk in values.chunks if len(chunk)]
    low, high = float(min(p.min() for p in parts)), float(max(p.max() for p in parts))
    return None if np.isnan(low + high) else (low, high)


def _count_texts(previous: CellCounts, texts: pa.ChunkedArray, as_texts: bool) -> CellCounts:
    """Texts of which some are numbers: these are taken by value, the others as they are."""
    found = _value_counts(texts, len(texts)) or {}
    if as_texts:
        return _without_excess_numbers(replace(previous, texts=_unless_too_many(found, MOST_TEXTS)))
    cells = pa.array(list(found), pa.string())
    names = pc.match_substring_regex(cells, CODE)
    numeral = pc.and_(pc.match_substring_regex(cells, NUMERAL), pc.invert(names)).to_pylist()
    numbers: Counts = {}
    others: Counts = {}
    for (text, n), is_number in zip(found.items(), numeral, strict=True):
        if is_number:
            numbers[float(text)] = numbers.get(float(text), 0) + n
        else:
            others[text] = n
    return _without_excess_numbers(
        replace(
            previous,
            numbers=_unless_too_many(numbers, MOST_NUMBERS),
            texts=_unless_too_many(others, MOST_TEXTS),
            low=min(numbers, default=previous.low),
            high=max(numbers, default=previous.high),
        )
    )


def _without_excess_numbers(counts: CellCounts) -> CellCounts:
    """Numbers beside too many texts are not counted on, so that no order of rows matters."""
    if counts.texts is not None:
        return counts
    return replace(
        NO_CELLS,
        rows=counts.rows,
        missing=counts.missing,
        numbers=None,
        texts=None,
        spelled=counts.spelled,
    )


def _value_counts(values: pa.ChunkedArray, max_distinct: int) -> Counts | None:
    if len(values) > 2 * max_distinct and len(values[: 2 * max_distinct].unique()) > max_distinct:
        return None  # the first ones tell already
    found = pc.value_counts(values)
    if len(found) > max_distinct:
        return None
    return dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))


def _unless_too_many(counts: Counts, max_distinct: int) -> Counts | None:
    return None if len(counts) > max_distinct else counts


def merge_counts(a: CellCounts, b: CellCounts) -> CellCounts:
    """What is known of both runs of rows together.

    Notes: Def 208
    """
    return _without_excess_numbers(
        CellCounts(
            a.rows + b.rows,
            a.missing + b.missing,
            _sum_counts(a.numbers, b.numbers, MOST_NUMBERS),
            _sum_counts(a.texts, b.texts, MOST_TEXTS),
            min(a.low, b.low),
            max(a.high, b.high),
            a.spelled.merged(b.spelled),
        )
    )


def _sum_counts(a: Counts | None, b: Counts | None, max_distinct: int) -> Counts | None:
    if a is None or b is None:
        return None
    more, fewer = (a, b) if len(a) >= len(b) else (b, a)
    found = dict(more)
    for cell, n in fewer.items():
        found[cell] = found.get(cell, 0) + n
    return _unless_too_many(found, max_distinct)

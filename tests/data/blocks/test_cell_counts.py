"""Counts of cells: those of two runs of rows are those of the rows together, and true."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.data.blocks import cell_counts
from pellucid.data.blocks.cell_counts import NO_CELLS, CellCounts, count_cells, merge_counts
from pellucid.data.columns.number_doubts import NO_NUMBERS

NUMERALS = st.sampled_from(["1", "2", "2.0", "-3", "1e2", ".5"])
TEXTS = st.sampled_from(["a", "b", "?", "x y", "nan", "1,5"])
MOST = 4
CELLS: dict[str, tuple[st.SearchStrategy[Any], Any]] = {
    "texts": (st.none() | NUMERALS | TEXTS, pa.string()),
    "numerals": (st.none() | NUMERALS, pa.string()),
    "wholes": (st.none() | st.integers(-3, 3), pa.int64()),
    "floats": (st.none() | st.sampled_from([0.5, -2.0, 3.0, 7.5, 9.0, float("nan")]), pa.float64()),
    "whole floats": (st.sampled_from([0.5, -2.0, 3.0, 7.5, 9.0]), pa.float64()),
}


def plainly(cells: list[Any], *, as_texts: bool) -> CellCounts:
    """The same, cell by cell."""
    there = [cell for cell in cells if cell is not None and cell == cell]
    numbers: Counter[float] = Counter()
    texts: Counter[str] = Counter()
    for cell in there:
        if isinstance(cell, str) and (as_texts or cell in ("a", "b", "?", "x y", "nan", "1,5")):
            texts[cell] += 1
        else:
            numbers[float(cell)] += 1
    missing = len(cells) - len(there)
    if len(texts) > MOST:
        return CellCounts(len(cells), missing, None, None)
    known = dict(numbers) if len(numbers) <= MOST else None
    ends = {"low": min(numbers), "high": max(numbers)} if numbers else {}
    return CellCounts(len(cells), missing, known, dict(texts), **ends)


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("as_texts", [False, True])
@given(data=st.data(), cut=st.integers(0, 12), known=st.booleans())
@settings(max_examples=25, deadline=None)
def test_cells_are_counted_alike_in_one_run_of_rows_and_in_two(
    kind: str, as_texts: bool, data: st.DataObject, cut: int, known: bool
) -> None:
    """Also where the second run is counted beside what the first one made unknown."""
    values, arrow = CELLS[kind]
    cells = data.draw(st.lists(values, max_size=12))
    expected = plainly(cells, as_texts=as_texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_counts, "MOST_NUMBERS", MOST)
        patch.setattr(cell_counts, "MOST_TEXTS", MOST)
        whole, one = (
            count_cells(pa.chunked_array([part], arrow), as_texts=as_texts)
            for part in (cells, cells[:cut])
        )
        beside = one if known else NO_CELLS
        other = count_cells(
            pa.chunked_array([cells[cut:]], arrow), as_texts=as_texts, beside=beside, first=cut
        )
        for found in (whole, merge_counts(one, other)):
            assert replace(found, spelled=NO_NUMBERS) == expected
            assert found.complete == (None not in (expected.numbers, expected.texts))
            assert found.has_texts == (expected.texts is None or len(expected.texts) > 0)
            assert found.has_numbers == (expected.numbers is None or len(expected.numbers) > 0)

"""Rows and columns of a table.

Notes: §2.1.3, §2.1.4
"""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Column, Kind, Table
from pellucid.errors import ColumnError


def test_known_rows_and_numbers_side_by_side() -> None:
    table = Table(
        (
            Column("x", Kind.NUMERIC, np.array([1.0, np.nan, 3.0])),
            Column("b", Kind.BINARY, np.array([0, 1, -1], np.int32), ("no", "yes")),
            Column("t", Kind.TEXT, np.array(["a", None, "c"], dtype=object)),
        )
    )
    assert len(table.known()) == 3
    assert table.known("x", "b").numbers("x", "b").tolist() == [[1.0, 0.0]]
    assert np.isnan(table.numbers("b")[2, 0])
    assert table.numbers().shape == (3, 0)
    with pytest.raises(ColumnError, match="holds no numbers"):
        table.numbers("x", "t")


@st.composite
def wide_tables(draw: st.DrawFn) -> Table:
    """More columns than rows: mostly plain numbers, some with cells as written, some coded."""
    n, d = draw(st.integers(0, 7)), draw(st.integers(95, 110))
    values = np.random.default_rng(draw(st.integers(0, 99))).normal(size=(d, n))
    values[draw(st.integers(0, d - 1)), : n // 2] = np.nan
    columns = [Column(f"x{j}", Kind.NUMERIC, row) for j, row in enumerate(values)]
    for at in draw(st.sets(st.integers(0, d - 1), max_size=3)):
        cells = np.array([f"{v:.3f}0" for v in values[at]], dtype=object)
        columns[at] = replace(columns[at], written=cells)
    for at in draw(st.sets(st.integers(0, d - 1), max_size=3)):
        codes = (values[at] > 0).astype(np.int32)
        columns[at] = Column(f"x{at}", Kind.CATEGORY, codes, ("a", "b"))
    return Table(tuple(columns), "here")


def same(a: Column, b: Column) -> bool:
    alike = replace(a, values=b.values, written=None) == replace(b, written=None)
    cells = (None if c.written is None else c.written.tolist() for c in (a, b))
    return (
        alike
        and np.array_equal(a.values, b.values, equal_nan=True)
        and len({*map(str, cells)}) == 1
    )


@given(wide_tables(), st.lists(st.integers(0, 6)), st.lists(st.integers(0, 6)))
def test_rows_of_a_wide_table_are_those_of_its_columns(
    table: Table, first: list[int], then: list[int]
) -> None:
    rows = np.array([i for i in first if i < len(table)], dtype=np.intp)
    again = np.array([i for i in then if i < len(rows)], dtype=np.intp)
    taken = table.take(rows).take(again)
    plain = [c.take(rows).take(again) for c in table.columns]
    assert all(same(a, b) for a, b in zip(taken.columns, plain, strict=True))
    assert taken.source == "here"
    through_a_file = pickle.loads(pickle.dumps(taken))
    assert all(same(a, b) for a, b in zip(through_a_file.columns, plain, strict=True))
    whole = taken.matrix()
    if whole is not None:
        assert np.array_equal(whole, np.array([c.values for c in plain]).T, equal_nan=True)
        assert whole.flags.c_contiguous
    numbers = all(c.values.dtype == float and c.written is None for c in plain)
    assert (whole is not None) == (numbers and len(plain) > 100)
    assert all(c.written is None for c in taken.without_cells().columns)


def test_a_column_written_to_is_changed_in_its_table() -> None:
    table = Table(tuple(Column(f"x{j}", Kind.NUMERIC, np.zeros(2)) for j in range(101)))
    copies = table.take(np.array([0, 1, 0]))
    copies["x3"].values[2] = 7.0
    assert copies.take(np.array([2]))["x3"].values.tolist() == [7.0]
    whole = copies.matrix()
    assert whole is not None
    assert whole[2, 3] == 7.0
    assert not table["x3"].values.any()

"""A column that numbers the rows is no amount, whichever part of the table is at hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import read_table
from pellucid.data.columns.row_numbers import row_number_note
from pellucid.data.table import Kind

NAMES = ("rownames", "Unnamed: 0", "id", "ID", "case_id", "Patient No", "row.names", "index", "obs")


@given(st.sampled_from(NAMES), st.integers(0, 10_000), st.integers(24, 200), st.integers(-5, 5_000))
@settings(max_examples=40)
def test_a_part_of_a_table_reads_as_the_whole(name: str, seed: int, n: int, first: int) -> None:
    rng = np.random.default_rng(seed)
    whole = pd.DataFrame({name: np.arange(first, first + n), "size": rng.normal(size=n)})
    part = whole.sample(n // 2, random_state=seed)
    for table in (read_table(whole), read_table(part)):
        assert table[name].kind is Kind.IDENTIFIER


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_amounts_groups_and_far_numbers_stay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    frame = pd.DataFrame(
        {
            "weight": np.append(rng.permutation(2 * n)[: n - 1], 2 * n + 1),  # all different
            "id": rng.integers(0, 5, n),  # a group
            "patient no": np.append(rng.permutation(100 * n)[: n - 1], 200 * n),  # far apart
        }
    )
    assert all(column.kind is Kind.NUMERIC for column in read_table(frame).columns)


def test_without_a_gap_any_name_will_do_and_with_gaps_the_ends_decide() -> None:
    there = np.arange(0.0, 60.0, 3)
    assert row_number_note("any", np.arange(20.0), 0, 19, 20)
    assert row_number_note("id", there, 0, 60, 20)
    assert not row_number_note("id", there, 0, 61, 20)
    assert not row_number_note("id", np.arange(9.0), 0, 8, 9)
    assert not row_number_note("id", np.append(there, 0.0), 0, 57, 21)
    assert not row_number_note("id", there + 0.5, 0.5, 57.5, 20)

"""A column that numbers the rows is left out, or named where gaps make it look like an amount."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import check_assumptions, read_table
from pellucid.data.columns.row_numbers import counts_rows, named_as_row_numbers
from pellucid.data.framing import frame
from pellucid.data.table import Kind

NAMES = ("rownames", "Unnamed: 0", "id", "ID", "case_id", "Patient No", "row.names", "index", "obs")


@given(st.sampled_from(NAMES), st.integers(0, 10_000), st.integers(24, 200), st.integers(-5, 5_000))
@settings(max_examples=25, deadline=None)
def test_the_whole_table_leaves_them_out_and_a_part_of_it_names_them(
    name: str, seed: int, n: int, first: int
) -> None:
    rng = np.random.default_rng(seed)
    whole = pd.DataFrame({name: np.arange(first, first + n), "x": rng.normal(size=n)})
    whole["y"] = whole["x"] + rng.normal(size=n)
    assert read_table(whole)[name].kind is Kind.IDENTIFIER
    part = read_table(whole.drop(index=[1, n - 2]).sample(n // 2, random_state=seed))
    if part[name].kind is Kind.NUMERIC:  # the part itself has gaps
        found = {f.name: f for f in check_assumptions(part, frame(part, "y"), None)}
        assert found["row numbers"].columns == (name,)


def test_amounts_groups_and_far_numbers_are_not_named() -> None:
    there = np.arange(0.0, 60.0, 3)
    assert named_as_row_numbers("id", np.append(there, 63.0))
    assert not named_as_row_numbers("weight", there)
    assert not named_as_row_numbers("id", np.append(there[:-1], 61.0))  # further than 3 a row
    assert not named_as_row_numbers("id", np.append(there, 0.0))  # twice: a group
    assert not named_as_row_numbers("id", there + 0.5)
    assert not named_as_row_numbers("id", np.append(there, np.nan))
    assert not named_as_row_numbers("id", np.arange(9.0))


@pytest.mark.parametrize(
    ("present", "low", "high", "n", "counts"),
    [
        (np.arange(20.0), 0, 19, 20, True),
        (np.arange(10.0), 0, 9, 10, True),
        (np.arange(9.0), 0, 8, 9, False),
        (np.arange(20.0), 0, 20, 20, False),
        (np.append(np.arange(19.0), 0.0), 0, 19, 20, False),
        (np.arange(20.0) + 0.5, 0.5, 19.5, 20, False),
        (np.arange(0.0, 40.0, 2), 0, 99, 100, True),  # a sample of them
    ],
)
def test_without_a_gap_between_the_ends_they_count_the_rows(
    present: np.ndarray, low: float, high: float, n: int, counts: bool
) -> None:
    assert counts_rows(present, low, high, n) is counts


@given(st.integers(0, 10_000), st.integers(8, 500))
def test_a_name_that_software_gives_is_believed_of_a_small_part_of_a_table(
    seed: int, times: int
) -> None:
    rng = np.random.default_rng(seed)
    places = rng.choice(100 * times, 100, replace=False).astype(float)
    for name in ("rownames", "Unnamed: 0", "row_number", "level_0", "#"):
        assert named_as_row_numbers(name, places)
        assert not named_as_row_numbers(name, np.append(places, places[0]))  # twice: a group
    for name in ("id", "row", "index", "No"):
        assert not named_as_row_numbers(name, places)

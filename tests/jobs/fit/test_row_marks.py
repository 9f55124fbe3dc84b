"""A column that orders the rows, or groups them: what was asked is done, or refused by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import Settings, fit_table, read_table
from pellucid.data.splits import folds, split_rows
from pellucid.errors import ColumnError, FramingError
from pellucid.jobs.fit.framed_rows import framed_rows

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# How a time is written, from its number: each is put in the order of the numbers.
WRITINGS = {
    "numbers": lambda t: float(t) / 4,
    "dates": lambda t: f"2024-{1 + t % 12:02d}-11",
    "months": lambda t: MONTHS[t % 12],
    "years": lambda t: ("2019", "2020")[t % 2],
    "alphabet": lambda t: "abcdefghijkl"[t % 12],
}


def _frame(n: int = 48) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"x": rng.normal(size=n), "y": rng.normal(size=n)})


@pytest.mark.parametrize("writing", WRITINGS)
@given(seed=st.integers(0, 1_000))
def test_no_training_row_comes_after_a_test_row(writing: str, seed: int) -> None:
    frame, rng = _frame(), np.random.default_rng(seed)
    times = rng.permutation(np.arange(48) % (2 if writing == "years" else 12))
    frame["when"] = [WRITINGS[writing](int(t)) for t in times]
    table, _, marks = framed_rows(read_table(frame), Settings("y", order_by="when"))
    split = split_rows(48, **marks)
    assert times[split.train].max() <= times[split.test].min()
    said = [f.message for f in table.findings if f.name == "rows in the order of words"]
    assert len(said) == (writing == "alphabet")
    assert all("from 'a' to 'l'" in message for message in said)


def test_rows_without_a_place_in_the_order_are_counted_and_refused() -> None:
    frame = _frame()
    frame["when"] = np.arange(48.0)
    frame.loc[[5, 9], "when"] = np.nan
    with pytest.raises(ColumnError, match=r"2 row\(s\) have no value there \(first: row 6\)"):
        framed_rows(read_table(frame), Settings("y", order_by="when"))
    frame.loc[5, "y"] = np.nan  # a row without a target is not used
    with pytest.raises(ColumnError, match=r"1 row\(s\) have no value there \(first: row 10\)"):
        framed_rows(read_table(frame), Settings("y", order_by="when"))


@pytest.mark.parametrize("value", [3.0, "here", "2024-05-01"])
def test_what_is_the_same_everywhere_orders_nothing(value: object) -> None:
    frame = _frame()
    frame["when"] = value
    with pytest.raises(ColumnError, match="orders nothing"):
        framed_rows(read_table(frame), Settings("y", order_by="when"))


@given(missing=st.sets(st.integers(0, 47), max_size=12), seed=st.integers(0, 50))
def test_groups_stay_whole_and_rows_without_one_stay_together(missing: set[int], seed: int) -> None:
    frame = _frame()
    names = np.array([None if i in missing else f"group {i % 7}" for i in range(48)], dtype=object)
    frame["who"] = names
    table, _, marks = framed_rows(read_table(frame), Settings("y", group="who"))
    split = split_rows(48, seed=seed, **marks)
    assert {*names[split.train]}.isdisjoint({*names[split.test]})
    said = [f.message for f in table.findings if f.name == "rows without a group"]
    assert [message.split()[0] for message in said] == [str(len(missing))] * bool(missing)


def test_an_order_and_groups_are_not_both_kept() -> None:
    marks = {"order": np.arange(20), "groups": np.arange(20) % 5}
    with pytest.raises(FramingError, match="give one of --order-by and --group"):
        split_rows(20, **marks)
    with pytest.raises(FramingError, match="give one of --order-by and --group"):
        folds(20, 4, **marks)


def test_the_target_orders_and_groups_nothing() -> None:
    for use in ("order_by", "group"):
        with pytest.raises(ColumnError, match="is the target"):
            framed_rows(read_table(_frame()), Settings("y", **{use: "y"}))


@pytest.mark.parametrize(
    ("use", "said", "advice"),
    [
        ("order_by", "orders the rows", "the test error allows for it"),
        ("group", "its groups stay whole", "allows for what their rows share"),
        (None, "", "train on the past: --order-by"),
    ],
)
def test_advice_does_not_ask_for_what_was_given(use: str | None, said: str, advice: str) -> None:
    n = 120
    frame = pd.DataFrame({"x": np.arange(n) % 7.0, "y": np.arange(n) / 9, "by": np.arange(n) // 8})
    asked = {} if use is None else {use: "by"}
    found = fit_table(read_table(frame), Settings("y", model="ridge", cv=3, **asked))
    (doubt,) = (f for f in found.findings if f.name == "dependence in row order")
    assert advice in doubt.advice
    assert ("--order-by COLUMN. If they" in doubt.advice) is (use is None)
    (by,) = (c for c in found.columns if c.name == "by")
    assert by.used is (use is None)
    assert said in by.note
    shifts = [f.advice for f in found.findings if f.name == "shifted test distribution"]
    if use == "order_by":  # y rises with time
        assert [advice[:22] for advice in shifts] == ["Rows change with time,"]
    assert all(("do not lump sources" in advice) is (use is None) for advice in shifts)

"""`Standardize`, `Center`, `Bins` and `Dates`: against NumPy and scikit-learn, and at the edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import KBinsDiscretizer, StandardScaler

from pellucid import Bins, Center, Dates, Standardize, load_model, save_model
from pellucid.data.binning import equal_width_edges, quantile_edges
from pellucid.errors import CodeWarning, ColumnError, HyperparameterError, TableError

tables = arrays(np.float64, (9, 2), elements=st.floats(-1e6, 1e6, width=32))
quiet = pytest.mark.filterwarnings("ignore::pellucid.errors.CodeWarning")


@quiet
@settings(deadline=None)
@given(tables, st.integers(0, 100))
def test_standardize_is_scikit_learns_with_divisor_n(X: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = X + rng.normal(size=X.shape)
    weights = rng.integers(0, 4, 9).astype(float)
    weights[0] = 1
    for w in (None, weights):
        mine, theirs = Standardize().fit(X, sample_weight=w), StandardScaler().fit(X, None, w)
        np.testing.assert_allclose(mine.mean_, theirs.mean_, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(mine.scale_, theirs.scale_, rtol=1e-7)
        np.testing.assert_allclose(mine.inverse_transform(mine.transform(X)), X, atol=1e-9)


@quiet
@settings(deadline=None)
@given(tables, st.integers(1, 8))
def test_rows_in_parts_are_rows_at_once(X: np.ndarray, cut: int) -> None:
    for cls in (Standardize, Center):
        parts = cls().partial_fit(X[:cut]).partial_fit(X[cut:])
        whole = cls().fit(X)
        scale = np.abs(X).max() + 1
        np.testing.assert_allclose(parts.mean_, whole.mean_, atol=1e-14 * scale)
        np.testing.assert_allclose(parts.deviation_, whole.deviation_, atol=1e-9 * scale)
        assert parts.weight_.tolist() == [9, 9]


@pytest.mark.parametrize("size", [1e-300, 1e-150, 1.0, 1e150, 1e300, 1.7e308])
def test_any_scale_that_a_float_holds_is_safe(size: float) -> None:
    """Def 207 at 1e±150 and beyond: the same standardised column, no overflow, no zeros."""
    x = np.array([-1.0, -0.5, 0.25, 1.0])[:, None]
    h = Standardize().fit(x * size)
    np.testing.assert_allclose(h.transform(x * size), Standardize().fit_transform(x), rtol=1e-12)
    np.testing.assert_allclose(h.scale_[0] / size, x.std(), rtol=1e-12)
    halves = Standardize().partial_fit(x[:2] * size).partial_fit(x[2:] * size)
    np.testing.assert_allclose(halves.scale_, h.scale_, rtol=1e-12)


def test_a_far_mean_keeps_the_digits_of_the_deviation() -> None:
    x = np.array([0.0, 1.0, 2.0, 3.0])[:, None]
    h = Standardize().fit(x + 1e9)
    np.testing.assert_allclose(h.scale_[0], x.std(), rtol=1e-14)


@pytest.mark.parametrize("value", [0.0, 3.7, 0.1, 1e150, -1e-200])
def test_a_column_that_does_not_vary_becomes_zeros_and_is_said(value: float) -> None:
    """Def 208: zero variance divides nothing."""
    X = np.column_stack([np.full(7, value), np.arange(7.0)])
    with pytest.warns(CodeWarning, match=r"x0 \(always .*does not vary: it becomes zeros"):
        h = Standardize().fit(X)
    assert (h.transform(X)[:, 0] == 0).all()
    assert h.scale_[0] == 1
    assert "columns that do not vary: 1" in str(h.explain())
    np.testing.assert_allclose(h.inverse_transform(h.transform(X)), X, rtol=1e-14)


def test_missing_numbers_are_kept_filled_or_refused() -> None:
    X = np.array([[1.0, np.nan], [3.0, 5.0], [np.nan, 7.0]])
    assert Standardize().fit(X).mean_.tolist() == [2.0, 6.0]
    assert np.isnan(Standardize().fit_transform(X)).sum() == 2
    assert Center(missing="mean").fit_transform(X).tolist() == [[-1, 0], [1, -1], [0, 1]]
    centred = Center().fit(X)
    np.testing.assert_array_equal(centred.inverse_transform(centred.transform(X)), X)
    with pytest.raises(ValueError, match="NaN"):
        Standardize(missing="error").fit(X)
    with pytest.warns(CodeWarning, match="x0 has no value in any row"):
        empty = Standardize().fit(np.array([[np.nan, 1.0], [np.nan, 2.0]]))
    assert np.isnan(empty.transform([[np.nan, 1.0]])[0, 0])


def test_names_and_frames_pass_through(tmp_path: Any) -> None:
    frame = pd.DataFrame({"age": [20.0, 40.0], "income": [1e4, 9e4]})
    h = Standardize().set_output(transform="pandas").fit(frame)
    assert h.transform(frame).columns.tolist() == ["age", "income"]
    save_model(h, tmp_path / "h.pellucid")
    again = load_model(tmp_path / "h.pellucid").transform(frame)
    np.testing.assert_array_equal(np.asarray(again), h.transform(frame).to_numpy())


@quiet
@given(st.integers(0, 1_000), st.integers(2, 6), st.sampled_from(["quantile", "equal"]))
def test_bins_are_scikit_learns(seed: int, n_bins: int, how: str) -> None:
    X = np.random.default_rng(seed).normal(size=(40, 2))
    strategy = "uniform" if how == "equal" else "quantile"
    extra = {"quantile_method": "linear"} if how == "quantile" else {}
    theirs = KBinsDiscretizer(n_bins, encode="ordinal", strategy=strategy, **extra).fit(X)
    mine = Bins(how, n_bins=n_bins, code="index").fit(X)
    for edges, outer in zip(mine.edges_, theirs.bin_edges_, strict=True):
        np.testing.assert_allclose(edges, outer[1:-1], rtol=1e-9, atol=1e-12)
    new = np.random.default_rng(seed + 1).normal(size=(40, 2)) * 3
    np.testing.assert_array_equal(mine.transform(new), theirs.transform(new))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(2, 8))
def test_found_edges_rise_and_leave_no_bin_empty_below(values: list[float], n: int) -> None:
    x = np.array(values)
    for way in (quantile_edges, equal_width_edges):
        edges = way(x, n)
        assert (np.diff(edges) > 0).all()
        assert len(edges) < n
        assert (edges > x.min()).all()
    assert np.bincount(np.searchsorted(quantile_edges(x, n), x, side="right")).min() > 0


def test_bins_as_steps_indices_and_with_missing_values() -> None:
    X = np.array([[1.0], [5.0], [9.0], [np.nan]])
    steps = Bins([4, 8], code="thermometer", missing="own column").fit(X)
    assert "Edges: given" in str(steps.explain())
    assert "Edges: equal" in str(Bins("equal", n_bins=2, missing="ignore").fit(X).explain())
    assert steps.transform(X).tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 1]]
    named = steps.get_feature_names_out(["t"]).tolist()
    assert named == ["t ≥4", "t ≥8", "t is missing"]
    index = Bins([4, 8], code="index", missing="ignore").fit(X).transform(X)
    np.testing.assert_array_equal(index.ravel(), [0, 1, 2, np.nan])
    with pytest.warns(CodeWarning, match=r"'x0' has 2 bin\(s\), not 4"):
        few = Bins().fit([[0.0]] * 9 + [[1.0]] * 9)
    assert len(few.edges_[0]) == 1


@pytest.mark.parametrize(
    ("edges", "says"),
    [
        ([3, 2], "2 does not lie above 3"),
        ([1, 1], "1 does not lie above 1"),
        ([np.nan], "finite numbers"),
        ([], "finite numbers"),
        (["a"], "finite numbers"),
        ([[1], [2], [3]], r"3 list\(s\), one is needed for each of 2"),
        ("octiles", "edges must be"),
    ],
)
def test_bad_edges_are_named(edges: Any, says: str) -> None:
    with pytest.raises(HyperparameterError, match=says):
        Bins(edges).fit([[1.0, 2.0], [3.0, 4.0]])


def test_a_column_without_values_has_no_bins() -> None:
    with pytest.raises(TableError, match="'x0' has no value"):
        Bins(missing="ignore").fit([[np.nan], [np.nan]])


DAY = ["2024-02-29 12:00:00", "1970-01-01 00:00:00", "1969-12-31 23:59:59"]
STAMPS = np.array(DAY, dtype="datetime64[us]")


@pytest.mark.parametrize(
    "source",
    [
        STAMPS[:, None],
        np.array(DAY, dtype=object)[:, None],
        pd.DataFrame({"d": pd.to_datetime(DAY)}),
        pd.DataFrame({"d": pd.to_datetime(DAY).tz_localize("UTC")}),
        pl.DataFrame({"d": STAMPS}),
        [[d] for d in DAY],
    ],
    ids=["datetime64", "text", "pandas", "zone", "polars", "list"],
)
def test_dates_come_back_from_any_source(source: Any) -> None:
    """§5.3: to the microsecond, before 1970 too."""
    h = Dates().fit(source)
    rows = h.transform(source)
    assert rows.shape == (3, 6)
    assert (h.inverse_transform(rows).ravel() == STAMPS).all()
    assert rows[0, 5] == 12
    assert h.get_feature_names_out()[0].endswith(": days")


def test_december_is_beside_january_and_sunday_beside_monday() -> None:
    def apart(one: str, other: str, parts: slice) -> float:
        rows = Dates().fit_transform([[one], [other]])[:, parts]
        return float(np.linalg.norm(rows[0] - rows[1]))

    month, weekday = slice(1, 3), slice(3, 5)
    near = apart("2024-12-05", "2024-01-05", month)
    assert near == pytest.approx(apart("2024-06-05", "2024-07-05", month))
    assert near < apart("2024-06-05", "2024-12-05", month)
    assert apart("2024-06-02", "2024-06-03", weekday) == pytest.approx(
        apart("2024-06-04", "2024-06-05", weekday)
    )


def test_what_is_no_date_is_refused_by_name() -> None:
    with pytest.raises(ColumnError, match=r"'x0' cannot be read as dates.*2026-11-24"):
        Dates().fit([["3/4/2020"]])
    with pytest.raises(ColumnError, match="row 2: the date is missing"):
        Dates().fit(np.array(["2020-01-01", "NaT"], dtype="datetime64[D]")[:, None])
    kept = Dates(missing="nan").fit([["2020-01-01"], [None]])
    assert np.isnan(kept.transform([[None]])).all()
    assert np.isnat(kept.inverse_transform(np.full((1, 6), np.nan))).all()
    with pytest.raises(ColumnError, match=r"row 1 holds 1e.12"):
        Dates().fit([[1e12]])
    with pytest.raises(TableError, match="6 parts here; the array has 5"):
        kept.inverse_transform(np.zeros((1, 5)))

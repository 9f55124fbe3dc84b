"""Importance, partial dependence, intervals, training ranges: on models whose answers are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.inspection import permutation_importance as peer_importance
from sklearn.linear_model import LinearRegression

from pellucid.data import folds, read_table
from pellucid.data.table import Column, Kind, Table
from pellucid.errors import FramingError, TooFewRowsError
from pellucid.evaluation.column_importance import (
    permutation_importance,
    relation_to_scores,
    shuffled_blocks,
    with_shuffled_columns,
)
from pellucid.evaluation.conformal_intervals import (
    MOST_BINS,
    ROWS_A_BIN,
    conformal_scores,
    coverage,
    held_out_predictions,
    interval,
)
from pellucid.evaluation.partial_dependence import partial_dependence
from pellucid.evaluation.training_ranges import (
    MOST_NAMED,
    extrapolation_warnings,
    training_ranges,
)


def test_importance_of_a_line_is_twice_the_variance_it_moves() -> None:
    """Shuffling x_j under the square loss costs 2·w_j²·var(x_j); scikit-learn finds the same."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2_000, 3)) * [1.0, 2.0, 1.0]
    w = np.array([1.0, 3.0, 0.0])
    y = X @ w + rng.normal(size=2_000)
    found = permutation_importance(
        lambda Z: (Z @ w - y) ** 2, X, ["a", "b", "c"],
        shuffled_blocks({"a": [0], "b": [1], "c": [2]}), rows=2_000, gain=float(y.var() - 1),
    )  # fmt: skip
    assert [f.column for f in found] == ["b", "a", "c"]
    assert found[0].mean == pytest.approx(2 * 9 * 4, rel=0.1)
    assert found[1].mean == pytest.approx(2, rel=0.2)
    assert found[2].mean == 0
    assert [f.sure for f in found] == [True, True, False]
    assert found[0].share == pytest.approx(2 * 36 / 37, rel=0.1)
    model = LinearRegression().fit(X, y)
    peer = peer_importance(model, X, y, scoring="neg_mean_squared_error", random_state=0)
    assert found[0].mean == pytest.approx(peer.importances_mean[1], rel=0.05)


@given(st.floats(-14, 0), st.integers(0, 2**20))
def test_a_rise_below_a_billionth_of_the_gain_is_rounding(digits: float, seed: int) -> None:
    """It is none; a larger one keeps its size and its share."""
    rng = np.random.default_rng(seed)
    X, w = rng.normal(size=(50, 2)), 10.0**digits
    y = X[:, 0]
    blocks = shuffled_blocks({"a": [0], "b": [1]})
    first, second = permutation_importance(
        lambda Z: np.abs(Z[:, 0] - np.tile(y, len(Z) // 50)) + w * np.abs(Z[:, 1] - 9),
        X, ["a", "b"], blocks, rows=50, gain=1.0, at_once=5,
    )  # fmt: skip
    assert (first.column, first.sure) == ("a", True)
    assert second.mean == second.spread == second.share == 0.0 or w > 1e-9
    apart = permutation_importance(
        lambda Z: np.abs(Z[:, 0] - np.tile(y, len(Z) // 50)), X, ["a"], blocks, rows=50, gain=w
    )
    assert apart[0].share == pytest.approx(apart[0].mean / w)


def test_a_block_shuffles_as_its_column_does() -> None:
    table = read_table(pd.DataFrame({"k": list("abca" * 10), "x": np.arange(40.0)}))
    from pellucid.data.table_encoder import TableEncoder

    encoder = TableEncoder().fit(table)
    order = np.random.default_rng(0).permutation(40)
    names = [n.split("=")[0] for n in encoder.get_feature_names_out()]
    blocks = {c: [i for i, n in enumerate(names) if n == c] for c in ("k", "x")}
    for name in ("k", "x"):
        np.testing.assert_array_equal(
            shuffled_blocks(blocks)(encoder.transform(table), [(name, order), ("x", order)]),
            encoder.transform(with_shuffled_columns(table, [(name, order), ("x", order)])),
        )


@given(st.integers(1, 7), st.integers(0, 2**20))
@settings(max_examples=20)
def test_shuffles_asked_about_together_are_those_asked_about_one_by_one(
    at_once: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(12, 3)), rng.normal(size=12)

    def losses(Z: Any) -> Any:
        return (Z.sum(axis=1) - np.tile(y, len(Z) // 12)) ** 2

    blocks = shuffled_blocks({"a": [0], "b": [1, 2]})
    common: dict[str, Any] = {"rows": 12, "seed": seed, "gain": 2.0}
    alone = permutation_importance(losses, X, ["a", "b"], blocks, **common)
    together = permutation_importance(losses, X, ["a", "b"], blocks, **common, at_once=at_once)
    assert together == alone


@given(st.integers(5, 60), st.integers(0, 2**20))
def test_a_column_goes_with_a_score_that_is_made_of_it(n: int, seed: int) -> None:
    """Whatever its units, gaps and kind; a column of noise, or of a name a row, does not."""
    rng = np.random.default_rng(seed)
    x, k = rng.normal(size=n), np.arange(n) % 3
    frame = pd.DataFrame({"x": 1e6 * x - 7, "k": np.array(["p", "q", "r"])[k]})
    table = read_table(frame)
    noise = rng.normal(size=(n, 1))
    assert relation_to_scores(table["x"], np.c_[noise, 3 - x]) == pytest.approx(1)
    if table["k"].kind is Kind.CATEGORY:
        assert relation_to_scores(table["k"], np.c_[k * 2.0]) == pytest.approx(1)
    codes = Column("each", Kind.CATEGORY, np.arange(n), tuple(map(str, range(n))))
    assert relation_to_scores(codes, noise) == 0
    gaps = replace(table["x"], values=np.where(np.arange(n) == 1, np.nan, x))
    filled = np.where(np.arange(n) == 1, np.nanmean(gaps.values), x)
    correlation = abs(np.corrcoef(filled, x)[0, 1])
    assert relation_to_scores(gaps, x[:, None]) == pytest.approx(correlation, rel=1e-9)
    assert relation_to_scores(replace(gaps, values=np.full(n, np.nan)), noise) == 0
    assert relation_to_scores(table["x"], np.ones((n, 1))) == 0


def test_partial_dependence_of_a_sum_is_its_own_part() -> None:
    rng = np.random.default_rng(0)
    table = read_table(
        pd.DataFrame({
            "x": rng.normal(size=300),
            "k": rng.choice(["p", "q", "r"], 300),
            "d": pd.date_range("2020-01-01", periods=300),
        })
    )  # fmt: skip

    def answers(t: object) -> np.ndarray:
        return t["x"].values ** 2 + 10.0 * t["k"].values  # type: ignore[index]

    bend = partial_dependence(answers, table, "x")
    part = np.square(bend.values) + 10 * table["k"].values.mean()
    np.testing.assert_allclose(bend.mean[:, 0], part)
    assert bend.counts.sum() == 300
    steps = partial_dependence(answers, table, "k")
    assert steps.values == ("p", "q", "r")
    np.testing.assert_allclose(np.diff(steps.mean[:, 0]), 10)
    flat = partial_dependence(answers, table, "d")
    assert np.ptp(flat.mean) < 1e-9
    assert flat.values[0].startswith("2020-01")
    assert (flat.low <= flat.mean).all()


def test_a_large_table_is_averaged_over_rows_from_the_first_to_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pellucid.evaluation.partial_dependence.MOST_CELLS", 1)
    table = read_table(pd.DataFrame({"x": np.arange(39.0) % 2, "z": np.arange(39.0) ** 2}))
    found = partial_dependence(lambda t: t["z"].values, table, "x")
    kept = np.arange(0, 39, 2.0) ** 2  # 20 rows
    np.testing.assert_allclose(found.mean[:, 0], kept.mean())
    np.testing.assert_allclose(found.low[:, 0], np.quantile(kept, 0.1))


def test_of_many_scores_quantiles_are_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    g, y = rng.normal(size=(2, 500))
    whole = conformal_scores(g, y)["scores"]
    monkeypatch.setattr("pellucid.evaluation.conformal_intervals.MOST_SCORES", 5)
    few = conformal_scores(g, y)["scores"]
    np.testing.assert_allclose(few, np.quantile(whole, [0, 0.25, 0.5, 0.75, 1]))


@pytest.mark.parametrize("noise", ["even", "funnel", "skewed"])
def test_intervals_cover_what_they_promise(noise: str) -> None:
    """Pooled over many draws 90 % lie inside, within 2 %; in a funnel on both of its ends."""
    inside, ends = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X = rng.uniform(0, 10, (700, 1))
        e = rng.normal(size=700) if noise != "skewed" else rng.exponential(size=700) - 1
        y = 2 * X[:, 0] + e * (0.2 + 0.5 * X[:, 0] if noise == "funnel" else 1.0)
        learn, new = np.arange(300), np.arange(300, 700)
        model = LinearRegression()
        g, rows = held_out_predictions(model, X[learn], y[learn], folds(300, 5, seed=seed))
        known = conformal_scores(g, y[learn][rows])
        low, high = interval(known, model.fit(X[learn], y[learn]).predict(X[new]), 0.9)
        inside.append(coverage(low, high, y[new]))
        small = X[new, 0] < 3
        ends.append(coverage(low[small], high[small], y[new][small]))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.02)
    assert np.mean(ends) == pytest.approx(0.9, abs=0.06)


@given(st.integers(20, 400), st.sampled_from([0.5, 0.8, 0.9]), st.integers(0, 10**6))
@settings(max_examples=25)
def test_a_higher_level_never_gives_a_narrower_interval(n: int, level: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = rng.normal(size=n)
    known = conformal_scores(g, g + rng.standard_t(3, size=n), lower_bound=-3.0)
    low, high = interval(known, g, level)
    wide_low, wide_high = interval(known, g, min(level + 0.05, 1 - 2 / (n + 1)))
    assert (low <= high).all()
    assert (low >= -3.0).all()
    if level + 0.05 <= 1 - 2 / (n + 1):
        assert (wide_low <= low + 1e-12).all()
        assert (wide_high >= high - 1e-12).all()


def test_levels_that_cannot_be_given_say_why() -> None:
    known = conformal_scores(np.arange(10.0), np.arange(10.0) + 1)
    with pytest.raises(FramingError, match="between 0 and 1"):
        interval(known, np.zeros(1), 90)
    with pytest.raises(TooFewRowsError, match="Ask for at most"):
        interval(known, np.zeros(1), 0.9)


def test_rows_unlike_training_are_named_and_others_are_not() -> None:
    table = read_table(
        pd.DataFrame(
            {
                "x": [1.0, 1.5, 2.0],
                "k": ["a", "b", "a"],
                "d": pd.to_datetime(["2020-01-01", "2020-07-01", "2021-01-01"]),
            }
        ),
        category=["k"],
    )
    known = training_ranges(table)
    assert extrapolation_warnings(known, table) == ["", "", ""]
    new = pd.DataFrame({
        "x": [9.0, 1.5, np.nan], "k": ["a", "zebra", "b"],
        "d": pd.to_datetime(["2020-06-01", "2020-06-01", "1999-12-31"]),
    })  # fmt: skip
    above, strange, gap = extrapolation_warnings(known, read_table(new, schema=table.schema))
    assert above == "x = 9 is above all of training (1 to 2)"
    assert strange == "k = 'zebra' was not met in training"
    assert "x is missing" in gap
    assert "d = 1999-12-31 is below" in gap


def test_columns_without_a_range_have_nothing_outside_of_it() -> None:
    """A column of gaps in training, and one that holds names now."""
    low = {"x": 0.0, "k": 0.0}
    known = {"low": low, "high": {"x": 1.0, "k": 1.0}, "complete": []}
    new = Table((
        Column("x", Kind.NUMERIC, np.array([0.5, 2.0])),
        Column("gaps", Kind.NUMERIC, np.array([7.0, 8.0])),
        Column("k", Kind.CATEGORY, np.array([1, 0]), ("a", "b")),
    ))  # fmt: skip
    inside, above = extrapolation_warnings(known, new)
    assert inside == ""
    assert above == "x = 2 is above all of training (0 to 1)"


@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_scores_are_misses_in_units_of_the_usual_miss_nearby(m: int, seed: int) -> None:
    """KE 35: rows in order of their predictions, in parts of equal number, and their mean miss."""
    rng = np.random.default_rng(seed)
    g = rng.normal(size=m)
    y = g + rng.normal(size=m) * (0.01 + np.abs(g))
    known = conformal_scores(g, y, lower_bound=0.5)
    miss, order = y - g, np.argsort(g, kind="stable")
    parts = np.array_split(order, len(known["sizes"]))
    assert max(1, min(m // ROWS_A_BIN, MOST_BINS)) == len(parts)
    overall = np.abs(miss).mean()
    for part, centre, size in zip(parts, known["centers"], known["sizes"], strict=True):
        assert centre == pytest.approx(g[part].mean())
        assert size == pytest.approx(max(np.abs(miss[part]).mean(), 0.1 * overall))
    assert (known["rows"], known["least"]) == (m, 0.5)
    at = np.interp(g, known["centers"], known["sizes"])
    np.testing.assert_allclose(known["scores"], np.sort(miss / at))


def test_of_many_cautions_the_first_are_named_and_the_others_counted() -> None:
    table = read_table(np.linspace(1.0, 13.0, 180).reshape(30, 6))
    new = read_table(np.full((2, 6), [[99.0], [7.0]]), schema=table.schema)
    first, second = extrapolation_warnings(training_ranges(table), new)
    assert first.count("is above all of training (") == MOST_NAMED
    assert first.endswith(f"; and {6 - MOST_NAMED} more")
    assert second == ""


@given(st.integers(3, 200), st.sampled_from([0.5, 0.8, 0.9]), st.integers(0, 2**32 - 1))
def test_an_interval_leaves_as_many_scores_on_either_side(m: int, level: float, seed: int) -> None:
    """KE 35: m scores and a new one are in equal ranks, so ⌊(1 − level)/2 · (m + 1)⌋ − 1 do."""
    scores = np.sort(np.random.default_rng(seed).normal(size=m))
    known = {"rows": m, "scores": scores, "centers": np.array([0.0]), "sizes": np.array([2.0])}
    outside = int(np.floor((1 - level) / 2 * (m + 1) + 1e-9)) - 1
    if outside < 0:
        with pytest.raises(TooFewRowsError, match=f"{m} rows"):
            interval(known, np.zeros(1), level)
        return
    low, high = interval(known, np.array([7.0]), level)
    np.testing.assert_allclose(low, 7 + 2 * scores[outside])
    np.testing.assert_allclose(high, 7 + 2 * scores[m - 1 - outside])

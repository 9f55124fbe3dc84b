"""Columns of very many values, texts, and numbers that go round: learned without a leak.

Notes: Concept 192, Def 194, Clar 86
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from pellucid.data import Column, Kind, Table, TableEncoder, suggest_codes
from pellucid.data.column_codes.target_encoding import OTHER
from pellucid.data.column_values import ColumnValues
from pellucid.errors import HyperparameterError, TableError, UnseenCategoryWarning
from pellucid.storage import load_model, save_model


def texts(values: list[str | None], name: str = "shop") -> Table:
    return Table((Column(name, Kind.TEXT, np.array(values, dtype=object)),))


def levels_of(rows: int, count: int, seed: int) -> tuple[np.ndarray, Table]:
    places = np.random.default_rng(seed).integers(count, size=rows)
    return places, texts([f"s{place}" for place in places])


def held_out_scores(table: Table, y: np.ndarray, encoder: type) -> np.ndarray:
    """R² on five chunks, of ridge after an encoder fitted inside each."""
    found = []
    chunk = np.arange(len(y)) % 5
    for each in range(5):
        inside, outside = np.flatnonzero(chunk != each), np.flatnonzero(chunk == each)
        fitted = encoder()
        X = fitted.fit_transform(table.take(inside), y[inside])
        Z = fitted.transform(table.take(outside))
        if isinstance(X, Table):
            X, Z = X.numbers(*X.names), Z.numbers(*Z.names)
        model = Ridge(1.0).fit(X, y[inside])
        found.append((model.score(X, y[inside]), model.score(Z, y[outside])))
    return np.array(found)


@pytest.mark.parametrize("encoder", [TableEncoder, ColumnValues])
@pytest.mark.parametrize("seed", range(3))
def test_a_random_target_gains_nothing_from_two_thousand_values(encoder: type, seed: int) -> None:
    """Nor on the training rows: they are encoded by the means of other rows."""
    _, table = levels_of(5_000, 2_000, seed)
    y = np.random.default_rng(seed + 100).normal(size=5_000)
    inside, outside = held_out_scores(table, y, encoder).T
    assert np.abs(outside).max() < 0.02
    assert inside.max() < 0.02


def test_a_true_effect_is_found_and_scores_alike_inside_and_outside() -> None:
    places, table = levels_of(10_000, 2_000, 1)
    rng = np.random.default_rng(2)
    y = rng.normal(size=2_000)[places] + 0.5 * rng.normal(size=10_000)
    inside, outside = held_out_scores(table, y, TableEncoder).T
    assert outside.min() > 0.6
    assert np.abs(inside - outside).max() < 0.08


def test_means_are_those_of_a_random_effects_model() -> None:
    """With the true variances, the best linear predictor is n·mean/(n + σ²/τ²) (balanced rows)."""
    rng = np.random.default_rng(3)
    places = np.repeat(np.arange(500), 4)
    effect = rng.normal(0, 2.0, 500)
    y = 10 + effect[places] + rng.normal(0, 1.0, 2_000)
    encoder = TableEncoder().fit(texts([f"s{p:03d}" for p in places]), y)
    code = encoder.codes_[0]
    sample_means = y.reshape(500, 4).mean(axis=1)
    within = y.reshape(500, 4).var(axis=1, ddof=1).mean()
    between = sample_means.var(ddof=1) - within / 4
    wanted = y.mean() + (sample_means - y.mean()) * 4 / (4 + within / between)
    np.testing.assert_allclose(np.ravel(code["means"])[:500], wanted, rtol=1e-9)


@given(st.integers(0, 10_000), st.sampled_from(["number", "two", "three", "overlapping"]))
def test_a_training_row_is_encoded_without_its_own_target(seed: int, kind: str) -> None:
    """Whatever one row's target is, its own encoded values do not change (but for their scale)."""
    rng = np.random.default_rng(seed)
    table = texts([f"v{i}" for i in rng.integers(6, size=40)])
    if kind == "number":
        y = rng.normal(size=40)
        other = y.copy()
        other[7] += 5
    elif kind == "overlapping":
        y = rng.integers(2, size=(40, 3)).astype(float)
        other = y.copy()
        other[7] = 1 - other[7]
    else:
        names = np.array(["a", "b", "c"][: 2 if kind == "two" else 3])
        y = names[np.r_[np.arange(len(names)), rng.integers(len(names), size=40 - len(names))]]
        other = y.copy()
        other[7] = "a" if y[7] != "a" else "b"
    blocks = []
    for answers in (y, other):
        encoder = TableEncoder(codes={"shop": "target-mean"})
        block = encoder.fit_transform(table, answers)
        blocks.append(block[7] * encoder.codes_[0]["scale"])
    np.testing.assert_allclose(blocks[0], blocks[1], atol=1e-12)


def test_new_and_missing_values_stand_at_the_mean_and_it_is_kept(tmp_path: Path) -> None:
    y = np.array([0.0, 0.1, 5.0, 5.1, 2.0, 2.1] * 5)
    table = texts(["a", "a", "b", "b", None, None] * 5)
    encoder = TableEncoder().fit(table, y)
    assert encoder.codes_[0]["spelled"] == "target-mean"
    assert "shrunk" in str(encoder.explain())
    new = encoder.transform(texts(["zz", "b"]))
    assert new[0] == 0
    assert new[1] > 0
    save_model(encoder, tmp_path / "e.pellucid")
    again = load_model(tmp_path / "e.pellucid")
    np.testing.assert_array_equal(again.transform(table), encoder.transform(table))
    with pytest.raises(TableError, match="cannot be turned back"):
        encoder.inverse_transform(encoder.transform(table))


def test_target_means_need_a_target() -> None:
    frame = pd.DataFrame({"k": ["a", "b", "c"] * 5, "x": np.arange(15.0)})
    with pytest.raises(HyperparameterError, match="give `fit` the targets y"):
        TableEncoder(codes={"k": "target-mean"}).fit(frame)
    assert TableEncoder().fit(Table((*texts(["a b", "c"]).columns, Column(
        "x", Kind.NUMERIC, np.arange(2.0))))).dropped_ == ["shop"]  # fmt: skip


def test_a_category_has_a_share_for_each_class_and_new_ones_are_told() -> None:
    frame = pd.DataFrame({"k": ["a", "b", "c"] * 20})
    y = np.array(["p", "q", "r"] * 20)
    encoder = TableEncoder(codes={"k": "target-mean"}).fit(frame, y)
    assert encoder.get_feature_names_out().tolist() == [f"k: share of '{c}'" for c in "pqr"]
    assert (encoder.transform(frame).argmax(axis=1) == np.arange(60) % 3).all()
    with pytest.warns(UnseenCategoryWarning, match="'z'; they stand at the overall mean"):
        assert not encoder.transform(pd.DataFrame({"k": ["z"]})).any()


@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=12, max_size=80))
def test_rare_values_are_one_and_frequent_ones_come_back(values: list[str | None]) -> None:
    levels = ("a", "b", "c", "d")
    places = np.array([-1 if v is None else levels.index(v) for v in values], dtype=np.int32)
    table = Table((Column("k", Kind.CATEGORY, places, levels),))
    encoder = TableEncoder(codes={"k": "rare"}).fit(table)
    back = encoder.inverse_transform(encoder.transform(table))[:, 0]
    for value, found in zip(values, back, strict=True):
        assert found == (value if value is None or values.count(value) >= 10 else OTHER)


def test_rare_takes_more_values_than_become_columns() -> None:
    frame = pd.DataFrame({"k": ["often"] * 100 + [f"k{i}" for i in range(6_000)]})
    encoder = TableEncoder(codes={"k": "rare:3"}).fit(frame)
    assert encoder.get_feature_names_out().tolist() == ["k=often", f"k={OTHER}"]


WORDS = [
    *("good", "fine", "plain", "table", "chair", "lamp", "red", "green"),
    *("blue", "soft", "hard", "old", "new", "wide", "thin"),
]


def reviews(n: int, seed: int) -> tuple[Table, np.ndarray]:
    rng = np.random.default_rng(seed)
    written = [f"{' '.join(rng.choice(WORDS, 5))} n{i}" for i in range(n)]
    y = np.array([2.0 * ("good" in text.split()) for text in written])
    return texts(list(written), "review"), y + 0.3 * rng.normal(size=n)


def test_the_text_code_finds_a_word_and_nothing_where_there_is_none(tmp_path: Path) -> None:
    table, y = reviews(1_500, 4)
    assert [s.code for s in suggest_codes(table)] == ["text"]
    assert held_out_scores(table, y, TableEncoder)[:, 1].min() > 0.6
    assert (
        held_out_scores(table, np.random.default_rng(5).permutation(y), TableEncoder)[:, 1].max()
        < 0.02
    )
    encoder = TableEncoder().fit(table, y)
    rows = encoder.transform(table)
    assert rows.shape[1] <= 17
    np.testing.assert_allclose(rows[:, 1:].std(axis=0), 1, rtol=1e-9)
    save_model(encoder, tmp_path / "e.pellucid")
    np.testing.assert_array_equal(load_model(tmp_path / "e.pellucid").transform(table), rows)


def test_axes_of_words_are_the_principal_ones() -> None:
    """Against the singular vectors of the centred counts, which few words allow to take whole."""
    from pellucid.data.column_codes.text_codes import _counts, learn_text

    table, _ = reviews(400, 6)
    code = learn_text(table["review"], np.ones(400), ("5",))
    counts = _counts(code, table["review"].texts()).toarray()
    _, _, V = np.linalg.svd(counts - counts.mean(axis=0), full_matrices=False)
    spread = ((counts - counts.mean(axis=0)) @ code["axes"]).var(axis=0).sum()
    assert spread == pytest.approx(((counts - counts.mean(axis=0)) @ V[:5].T).var(axis=0).sum(),
                                   rel=1e-3)  # fmt: skip


@pytest.mark.parametrize("values", [["", "one two", None] * 4, [None] * 5, ["lone words here"] * 3,
                                    [f"a{i} b{i} c{i}" for i in range(9)]])  # fmt: skip
def test_texts_without_shared_words_are_encoded_all_the_same(values: list[str | None]) -> None:
    encoder = TableEncoder(codes={"shop": "text"}).fit(texts(values))
    assert np.isfinite(encoder.transform(texts([*values, "new", None]))).all()
    encoder.inverse_transform(encoder.transform(texts(values)))


@pytest.mark.parametrize(
    ("name", "low", "count", "code"),
    [("hr", 0, 24, "circle:24,3"), ("Month", 1, 12, "circle:12,2"), ("weekday", 0, 7, "circle:7,3"),
     ("season", 1, 4, "circle:4,2"), ("hours_worked", 0, 24, "standardize"),
     ("hour", 0, 90, "standardize"), ("minute", 1, 5, "standardize")],
)  # fmt: skip
def test_what_goes_round_shows_by_name_and_range(
    name: str, low: int, count: int, code: str
) -> None:
    values = np.tile(np.arange(low, low + count, dtype=float), 3)
    table = Table((Column(name, Kind.NUMERIC, values),))
    assert [s.code for s in suggest_codes(table)] == [code]
    assert [s.code for s in suggest_codes(table, for_target=False)] == ["standardize"]
    encoder = TableEncoder().fit(table, np.zeros(len(values)))
    np.testing.assert_allclose(encoder.inverse_transform(encoder.transform(table))[:, 0], values)


@given(st.floats(2.5, 400), st.integers(1, 4), st.floats(0, 1))
def test_a_circle_is_continuous_where_it_closes(period: float, waves: int, at: float) -> None:
    """As near across midnight as anywhere: moving on by a whole turn changes nothing."""
    values = np.linspace(0, period, 50, endpoint=False)
    table = Table((Column("h", Kind.NUMERIC, values),))
    encoder = TableEncoder(codes={"h": f"circle:{period!r},{waves}"}).fit(table)

    def code(value: float) -> np.ndarray:
        return encoder.transform(Table((Column("h", Kind.NUMERIC, np.array([value])),)))[0]

    np.testing.assert_allclose(code(at * period), code(at * period + period), atol=1e-9)
    np.testing.assert_allclose(code(period - 1e-7), code(0.0), atol=1e-4)


def test_all_waves_of_a_circle_tell_as_much_as_one_hot() -> None:
    values = np.tile(np.arange(7.0), 9)
    encoder = TableEncoder().fit(Table((Column("weekday", Kind.NUMERIC, values),)), values)
    X = encoder.transform(Table((Column("weekday", Kind.NUMERIC, np.arange(7.0)),)))
    assert np.linalg.matrix_rank(np.column_stack([np.ones(7), X])) == 7


@pytest.mark.parametrize(
    ("code", "says"),
    [("circle", "shows? no period"), ("circle:-3", "say the period"), ("circle:24,99", "1 to 12"),
     ("circle:24,1,1", "say the period"), ("circle:inf", "say the period")],
)  # fmt: skip
def test_a_wrong_circle_is_refused(code: str, says: str) -> None:
    with pytest.raises(HyperparameterError, match=says.replace("shows?", "show")):
        TableEncoder(codes={"x": code}).fit(pd.DataFrame({"x": [1.5, 2.5, 3.25]}))

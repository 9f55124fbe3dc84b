"""Trees kept as arrays answer as scikit-learn's own, with categories and missing values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits
from tree_frames import mixed

from pellucid import (
    BoostedTreesClassifier,
    BoostedTreesRegressor,
    CurvesRegressor,
    ForestRegressor,
    read_table,
)
from pellucid.errors import CodeWarning
from pellucid.trees.tree_arrays import first_trees


@given(st.integers(0, 10_000), st.integers(1, 20), st.integers(2, 12))
@settings(max_examples=12, deadline=None)
def test_the_arrays_answer_as_scikit_learn(seed: int, rounds: int, leaves: int) -> None:
    frame, X, score = mixed(seed)
    shared = {"max_iter": rounds, "max_leaf_nodes": leaves}
    theirs = {**shared, "categorical_features": [0], "early_stopping": False, "random_state": 0}
    labels = np.array(["low", "mid", "top"])[np.digitize(score, [0.5, 1.5])]
    with threadpool_limits(1, user_api="openmp"):
        numbers = HistGradientBoostingRegressor(**theirs).fit(X, score).predict(X)
        chances = HistGradientBoostingClassifier(**theirs).fit(X, labels).predict_proba(X)
    ours = BoostedTreesRegressor(**shared).fit(frame, score)
    assert np.allclose(ours.predict(frame), numbers, rtol=0, atol=1e-12)
    machine = BoostedTreesClassifier(**shared).fit(frame, labels)
    assert np.allclose(machine.predict_proba(frame), chances, rtol=0, atol=1e-12)


def test_the_path_is_the_fit_of_each_number_of_rounds() -> None:
    frame, _, score = mixed(1)
    path = BoostedTreesRegressor().path(frame, score, [3, 12])
    for rounds, machine in zip((3, 12), path, strict=True):
        alone = BoostedTreesRegressor(max_iter=rounds).fit(frame, score)
        assert (machine.predict(frame) == alone.predict(frame)).all()


def test_what_training_did_not_hold_is_missing() -> None:
    frame, _, score = mixed(2)
    machine = BoostedTreesRegressor().fit(frame, score)
    odd = pd.DataFrame({"size": [0.0, 0.0], "colour": ["z", None]})
    assert machine.predict(odd)[0] == machine.predict(odd)[1]


def test_one_class_is_named() -> None:
    with pytest.raises(ValueError, match="1 class"):
        BoostedTreesClassifier().fit(np.zeros((30, 1)), ["a"] * 30)


@pytest.mark.parametrize("labels", [None, ["low", "high"], ["low", "mid", "high"]])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_trees_grown_on_are_the_trees_of_one_fit(labels: list[str] | None, share: float) -> None:
    frame, _, score = mixed(2)
    kind, y = (BoostedTreesRegressor, score) if labels is None else (BoostedTreesClassifier, None)
    if labels is not None:
        y = np.array(labels)[np.digitize(score, np.quantile(score, [0.5, 0.8])[: len(labels) - 1])]
    model = kind(max_features=share, max_leaf_nodes=6)
    grow = model.growing(frame, y)
    for rounds in ([2, 5], [9], [11, 16]):
        for found, alone in zip(grow(rounds), model.path(frame, y, rounds), strict=True):
            assert vars(found).keys() == vars(alone).keys()
            assert found.n_iter_ == alone.n_iter_
            for name, values in found.trees_.items():
                np.testing.assert_array_equal(values, alone.trees_[name])
    assert not hasattr(model, "trees_")


def test_the_first_trees_keep_their_nodes_and_all_sets_of_categories() -> None:
    frame, _, score = mixed(3)
    trees = BoostedTreesRegressor(max_iter=9).fit(frame, score).trees_
    assert len(trees["categories"]) > trees["starts"][1] // 4
    few = first_trees(trees, 2)
    assert few["starts"].tolist() == trees["starts"][:3].tolist()
    for name, values in few.items():
        if name not in ("starts", "categories"):
            assert len(values) == trees["starts"][2], name
    assert (few["categories"] == trees["categories"]).all()


@given(st.integers(0, 10_000), st.sampled_from([["amount"], ["colour"], ["amount", "colour"]]))
@settings(max_examples=8, deadline=None)
def test_a_column_without_a_known_value_changes_nothing(seed: int, bare: list[str]) -> None:
    """As in a chunk of few rows: scikit-learn's histograms know no column that is all missing."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(50, 2))
    frame = pd.DataFrame(X, columns=["a", "b"])
    frame["amount"] = np.where(np.arange(50) < 4, rng.normal(size=50), np.nan)
    frame["colour"] = np.where(np.arange(50) < 4, ["red", "blue"] * 25, None)
    chunk = read_table(frame).take(np.arange(4, 50)).select(["a", "b", *bare])
    X = X[4:]
    labels = np.where(X[:, 1] > 0, "p", "q")
    for model, y in ((BoostedTreesRegressor(10), X[:, 0]), (BoostedTreesClassifier(10), labels)):
        alone = clone(model).fit(X, y)
        assert np.array_equal(clone(model).fit(chunk, y).predict(chunk), alone.predict(X))
    forest = ForestRegressor(5, max_features=1.0).fit(chunk, X[:, 0])
    assert np.isfinite(forest.predict(chunk)).all()


@pytest.mark.parametrize("model", [BoostedTreesRegressor(5), ForestRegressor(5), CurvesRegressor()])
@pytest.mark.parametrize("more", [{}, {"colour": ["red", "blue"] * 20}])
def test_what_takes_no_dates_says_so_and_answers_the_same_frame(
    model: Any, more: dict[str, list[str]]
) -> None:
    days = pd.date_range("2026-01-01", periods=40)
    frame = pd.DataFrame({"size": np.arange(40.0) % 7, **more, "day": days})
    with pytest.warns(CodeWarning, match=r"left out 'day' \(date\)"):
        fitted = clone(model).fit(frame, frame["size"])
    plain = clone(model).fit(frame.drop(columns="day"), frame["size"])
    assert np.array_equal(fitted.predict(frame), plain.predict(frame.drop(columns="day")))
    assert np.array_equal(fitted.predict(frame), fitted.predict(frame.drop(columns="day")))


@pytest.mark.parametrize("model", [BoostedTreesRegressor(5), ForestRegressor(5), CurvesRegressor()])
def test_a_constant_column_may_vary_later(model: Any) -> None:
    frame = pd.DataFrame({"size": np.arange(40.0) % 7, "batch": 1.0})
    fitted = clone(model).fit(frame, frame["size"])
    assert fitted.warnings_ == []
    later = frame.assign(batch=np.arange(40.0) % 9)
    assert np.array_equal(fitted.predict(later), fitted.predict(frame))
    again = fitted.fit(later, frame["size"])
    assert again.n_features_in_ == 2
    assert not hasattr(again, "left_out_")

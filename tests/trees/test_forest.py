"""A forest kept as arrays answers as scikit-learn's own, on any scale of its columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from tree_frames import mixed

from pellucid import ForestClassifier, ForestRegressor
from pellucid.errors import FramingError
from pellucid.trees.tree_arrays import one_value_a_leaf, tree_scores


def ranked(X: np.ndarray) -> np.ndarray:
    """Each of the five colours in a column of its own; sizes as places among the distinct ones."""
    size = X[:, 1]
    there = ~np.isnan(size)
    places = np.full(len(size), np.nan)
    places[there] = np.unique(size[there], return_inverse=True)[1]
    return np.column_stack([*(X[:, :1] == np.arange(5)).T, places])


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 8))
@settings(max_examples=10, deadline=None)
def test_the_arrays_answer_as_scikit_learn(seed: int, leaves: int, rows: int) -> None:
    frame, X, score = mixed(seed)
    shared = {"n_estimators": 7, "max_leaf_nodes": leaves, "min_samples_leaf": rows}
    theirs = RandomForestRegressor(**shared, max_features=0.5, random_state=0)
    order = np.lexsort((score, *X.T))  # in which the draws meet the rows
    mean = np.average(score[order])
    theirs.fit(ranked(X)[order], score[order] - mean)
    expected = theirs.predict(ranked(X)) + mean
    ours = ForestRegressor(**shared).fit(frame, score)
    assert np.allclose(ours.predict(frame), expected, rtol=0, atol=1e-12)


@given(st.integers(0, 10_000), st.sampled_from([2.0**-300, 2.0**-9, 4.0, 2.0**300]))
@settings(max_examples=8, deadline=None)
def test_any_scale_of_a_column_gives_the_same_answers(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, 3))
    y = X[:, 0] + X[:, 1] ** 2
    plain = ForestRegressor(5).fit(X, y)
    scaled = ForestRegressor(5).fit(X * scale, y)
    assert (plain.predict(X) == scaled.predict(X * scale)).all()


def test_a_row_between_two_values_goes_to_the_nearer() -> None:
    x = np.repeat([0.0, 10.0], 20)[:, None]
    forest = ForestRegressor(5, max_features=1.0).fit(x, x[:, 0])
    assert forest.predict([[4.9]])[0] < 1 < 9 < forest.predict([[5.1]])[0]


def test_a_split_on_categories_tells_one_from_the_others_and_amounts_are_parted_between() -> None:
    frame, _, score = mixed(4)
    trees = ForestRegressor(10, min_samples_leaf=1).fit(frame, score).trees_
    sent_left = trees["categories"][trees["categorical"][trees["categorical"] >= 0], :5].sum(axis=1)
    assert len(sent_left) > 10
    assert set(sent_left) == {4}
    two = frame.assign(colour=frame["colour"].map(lambda c: "a" if c == "a" else "b"))
    trees = ForestRegressor(10).fit(two, score).trees_
    assert {*trees["categories"][:, :2].sum(axis=1)} == {1}


def test_categories_rarer_than_a_leaf_are_parted_by_how_common_they_are() -> None:
    names = np.repeat([f"c{i}" for i in range(40)], 2)
    frame = pd.DataFrame({"name": names, "noise": np.random.default_rng(0).normal(size=80)})
    trees = ForestRegressor(10, min_samples_leaf=3).fit(frame, np.arange(80.0)).trees_
    sent_left = trees["categories"][:, :40].astype(int)
    assert len(sent_left) > 10
    assert (np.diff(sent_left, axis=1) <= 0).all()  # the first ranks, and no others
    assert {*sent_left.sum(axis=1)} - {1, 39}


def test_of_very_many_categories_the_commonest_are_told() -> None:
    """What trees are grown on stays narrow, however many columns of categories there are."""
    rng = np.random.default_rng(0)
    names = {f"c{j}": np.minimum(rng.geometric(0.02, 900), 200).astype(str) for j in range(4)}
    frame = pd.DataFrame({k: np.char.add("v", v) for k, v in names.items()})
    trees = ForestRegressor(60, min_samples_leaf=2).fit(frame, rng.normal(size=900)).trees_
    split = trees["categorical"] >= 0
    others = ~trees["categories"][trees["categorical"][split]]
    assert (others.sum(axis=1) == 1).all()
    told = {*zip(trees["feature"][split].tolist(), others.argmax(axis=1).tolist(), strict=True)}
    assert 150 < len(told) <= 256
    rarest = max(rank for _, rank in told)  # ranks are by how common a category is
    assert rarest < min(frame[c].nunique() for c in frame) - 20


@given(st.integers(0, 10_000), st.floats(0.05, 0.5))
@settings(max_examples=10, deadline=None)
def test_a_missing_category_is_known_as_missing(seed: int, share: float) -> None:
    """It has a side of its own at each split, as scikit-learn gives it, even where all else is."""
    rng = np.random.default_rng(seed)
    colour = rng.choice(list("abc"), 120).astype(object)
    colour[rng.uniform(size=120) < share] = None
    gone = np.array([c is None for c in colour])
    frame = pd.DataFrame({"colour": colour, "noise": rng.normal(size=120)})
    forest = ForestRegressor(30, max_features=1.0).fit(frame, np.where(gone, 5.0, 0.0))
    found = forest.predict(frame)
    assert found[gone].min() > found[~gone].max()


def test_what_training_did_not_hold_is_missing() -> None:
    frame, _, score = mixed(2)
    forest = ForestRegressor(10).fit(frame, score)
    odd = pd.DataFrame({"size": [0.0, 0.0], "colour": ["z", None]})
    assert forest.predict(odd)[0] == forest.predict(odd)[1]


def test_the_order_of_the_rows_does_not_matter() -> None:
    frame, _, score = mixed(3)
    order = np.random.default_rng(0).permutation(len(score))
    forest = ForestRegressor(10).fit(frame, score)
    shuffled = ForestRegressor(10).fit(frame.iloc[order], score[order])
    assert np.allclose(forest.predict(frame), shuffled.predict(frame), rtol=1e-12)


def test_a_row_of_weight_two_is_two_rows() -> None:
    rng = np.random.default_rng(0)
    X, weights = rng.normal(size=(40, 2)), rng.integers(0, 4, 40)
    y = X[:, 0] * 3
    weighted = ForestRegressor(5).fit(X, y, weights)
    repeated = ForestRegressor(5).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    assert (weighted.predict(X) == repeated.predict(X)).all()


@given(st.floats(1e-3, 1e6))
def test_neighbouring_numbers_are_told_apart(low: float) -> None:
    """Half of their sum may be the larger one, which would send both to one side."""
    x = np.repeat([low, np.nextafter(low, np.inf)], 20)[:, None]
    y = np.repeat([0.0, 1.0], 20)
    forest = ForestRegressor(3, max_features=1.0).fit(x, y)
    assert np.allclose(forest.predict(x), y)


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 8), st.integers(2, 4))
@settings(max_examples=10, deadline=None)
def test_chances_are_those_of_scikit_learn_and_the_class_shares_as_one_tree_more(
    seed: int, leaves: int, rows: int, k: int
) -> None:
    frame, X, score = mixed(seed)
    labels = np.array(list("abcd"))[np.digitize(score, np.quantile(score, np.arange(1, k) / k))]
    shared = {"n_estimators": 7, "max_leaf_nodes": leaves, "min_samples_leaf": rows}
    theirs = RandomForestClassifier(**shared, max_features=0.5, random_state=0)
    order = np.lexsort((labels, *X.T))
    theirs.fit(ranked(X)[order], labels[order])
    ours = ForestClassifier(**shared).fit(frame, labels)
    names, counts = np.unique(labels, return_counts=True)
    expected = (7 * theirs.predict_proba(ranked(X)) + counts / len(labels)) / 8
    chances = ours.predict_proba(frame)
    assert np.allclose(chances, expected, rtol=0, atol=1e-12)
    assert (chances > 0).all()
    assert np.allclose(chances.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert (ours.predict(frame) == names[chances.argmax(axis=1)]).all()


def test_labels_of_weight_two_are_two_rows_and_of_weight_zero_none() -> None:
    rng = np.random.default_rng(0)
    X, weights = rng.normal(size=(60, 2)), rng.integers(0, 4, 60)
    labels = np.digitize(X[:, 0], [-0.5, 0.5])
    weighted = ForestClassifier(5).fit(X, labels, weights)
    repeated = ForestClassifier(5).fit(np.repeat(X, weights, axis=0), np.repeat(labels, weights))
    assert (weighted.predict_proba(X) == repeated.predict_proba(X)).all()


def test_a_class_without_weight_is_no_class() -> None:
    X = np.arange(60.0)[:, None]
    labels = np.repeat(list("abc"), 20)
    forest = ForestClassifier(5).fit(X, labels, np.where(labels == "b", 0.0, 1.5))
    assert forest.classes_.tolist() == ["a", "c"]
    assert forest.predict_proba(X).shape == (60, 2)


def test_the_order_of_labelled_rows_does_not_matter() -> None:
    frame, _, score = mixed(3)
    labels = np.where(score > np.median(score), "high", "low")
    order = np.random.default_rng(0).permutation(len(score))
    forest = ForestClassifier(10).fit(frame, labels)
    shuffled = ForestClassifier(10).fit(frame.iloc[order], labels[order])
    assert np.allclose(forest.predict_proba(frame), shuffled.predict_proba(frame), rtol=1e-12)


def test_the_explanation_counts_a_tree_once_for_all_classes() -> None:
    X = np.arange(90.0)[:, None]
    three = ForestClassifier(6).fit(X, np.repeat(list("abc"), 30)).explain()
    assert dict(three.happened)["trees"] == "6"
    assert three.hypothesis.shapes == "x: d×1, ŷ: 3×1"


def test_one_class_is_named() -> None:
    with pytest.raises(FramingError, match="ForestClassifier needs at least 2 classes"):
        ForestClassifier().fit(np.arange(5.0)[:, None], ["a"] * 5)


@given(st.integers(0, 10_000), st.integers(2, 4))
@settings(max_examples=8, deadline=None)
def test_trees_of_one_value_a_leaf_add_up_to_the_same(seed: int, k: int) -> None:
    frame, X, score = mixed(seed)
    labels = np.digitize(score, np.quantile(score, np.arange(1, k) / k))
    forest = ForestClassifier(5, max_leaf_nodes=9).fit(frame, labels)
    apart, several = one_value_a_leaf(forest.trees_), k > 2
    assert len(apart["starts"]) - 1 == 5 * (k if several else 1)
    assert apart["value"].ndim == 1
    assert forest.trees_["value"].ndim == 1 + several
    sums = tree_scores(apart, X, forest.baseline_)
    assert np.array_equal(sums[:, -1], forest.predict_proba(frame)[:, -1])
    assert np.array_equal(sums[:, 0], forest.predict_proba(frame)[:, 0 if several else 1])

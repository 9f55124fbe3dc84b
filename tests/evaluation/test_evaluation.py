"""Training and test error, cross-validation, tuning, curves, thresholds: against plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model import Ridge as PeerRidge
from sklearn.pipeline import make_pipeline

from pellucid import Ridge, accuracy, cross_validate, learning_curve, training_error, tune, validate
from pellucid import test_error as error_on_new_rows
from pellucid.data import folds
from pellucid.errors import FramingError, TooFewRowsError
from pellucid.evaluation.decision_threshold import (
    balanced_weights,
    choose_threshold,
    expected_costs,
)
from pellucid.processes import helpers_memory


def line(seed: int = 0, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return X, X @ [1.0, -2.0, 0.0, 3.0] + rng.normal(size=n)


def test_ke_33_and_ke_35_take_any_callable() -> None:
    X, y = np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 5.0])
    assert training_error(lambda X: X[:, 0], X, y) == pytest.approx(4 / 3)
    assert error_on_new_rows(lambda X: X[:, 0], X, y, "absolute") == pytest.approx(2 / 3)


def test_def_175_accuracy_is_one_minus_the_mean_zero_one_loss() -> None:
    X = np.arange(4.0)[:, None]
    assert accuracy(lambda X: X[:, 0] > 1, X, np.array([False, True, True, True])) == 0.75


def test_a_loss_on_probabilities_refuses_a_model_without_them() -> None:
    X, y = line()
    with pytest.raises(FramingError, match="needs probabilities"):
        training_error(PeerRidge().fit(X, y), X, y, "nll")
    with pytest.raises(FramingError, match="There is no loss"):
        training_error(PeerRidge().fit(X, y), X, y, "cosine")


def test_def_85_equals_a_plain_loop_for_any_estimator() -> None:
    X, y = line()
    chunks = folds(len(X), 4, seed=3)
    found = cross_validate(PeerRidge(), X, y, folds=chunks)
    for (train, held), loss in zip(chunks, found.score.chunks, strict=True):
        h = PeerRidge().fit(X[train], y[train])
        assert loss == pytest.approx(np.mean((h.predict(X[held]) - y[held]) ** 2))
    assert found.score.mean == pytest.approx(np.mean(found.score.chunks))


def test_the_number_of_processes_changes_no_bit(helper: Any) -> None:
    X, y = line()
    helper("pellucid.evaluation.cross_validation")
    assert cross_validate(Ridge(), X, y, n_jobs=1) == cross_validate(Ridge(), X, y, n_jobs=2)
    once, again = (tune(Ridge(), X, y, [0.1, 1.0], n_jobs=jobs) for jobs in (1, 2))
    assert once == again
    assert helpers_memory() > 0, "the helper took part"


class Spy(TransformerMixin, BaseEstimator):
    """Remembers which rows it was fitted on."""

    seen: list[set[float]] = []

    def fit(self, X: Any, y: Any = None) -> Spy:
        Spy.seen.append(set(X[:, 0]))
        return self

    def transform(self, X: Any) -> Any:
        return X


def test_encoding_never_sees_a_held_out_row() -> None:
    X, y = line()
    chunks = folds(len(X), 5, seed=0)
    for run in (
        lambda: cross_validate(make_pipeline(Spy(), Ridge()), X, y, folds=chunks),
        lambda: tune(make_pipeline(Spy(), Ridge()), X, y, [0.1, 1.0], folds=chunks),
    ):
        Spy.seen = []
        run()
        assert len(Spy.seen) == 5
        for seen, (_, held) in zip(Spy.seen, chunks, strict=True):
            assert seen.isdisjoint(X[held, 0])


def test_concept_87_the_path_scores_as_separate_fits_do() -> None:
    X, y = line()
    lams = [1e-3, 0.1, 1.0]
    tuned = tune(Ridge(), X, y, lams, k=4, seed=1)
    for lam, score in zip(lams, tuned.scores, strict=True):
        alone = cross_validate(Ridge(lam), X, y, k=4, seed=1).score
        assert score.mean == pytest.approx(alone.mean, rel=1e-9)
    assert tuned.best_value == lams[int(np.argmin([s.mean for s in tuned.scores]))]


def test_e4_training_error_would_always_choose_the_smallest_lambda() -> None:
    X, y = line(n=12)
    tuned = tune(Ridge(), X, y, [1e-6, 0.05, 0.3, 1.0], k=4)
    training = [s.mean for s in tuned.training]
    assert training == sorted(training)


def test_def_84_validation_draws_fresh_data() -> None:
    errors = validate(Ridge(1e-9), lambda rng: line(int(rng.integers(1 << 30))), rounds=5)
    assert errors.shape == (5,)
    assert np.unique(errors).size == 5


def test_def_73_estimation_error_falls_with_rows() -> None:
    X, y = line(n=400)
    curve = learning_curve(Ridge(1e-9), X, y, sizes=[8, 64, 300])
    held = [s.mean for s in curve.held_out]
    assert held[0] > held[1] > held[2]
    assert curve.training[0].mean < curve.training[2].mean
    with pytest.raises(TooFewRowsError):
        learning_curve(Ridge(), X, y, sizes=[1])


def test_def_151_costs_choose_the_threshold() -> None:
    """§1.3: with costs 1 and 10, say 1 once its probability passes 1/11."""
    cut = choose_threshold({"1:0": 10, "0:1": 1}, ["0", "1"])
    assert cut == pytest.approx(1 / 11)
    with pytest.raises(FramingError, match="does not name a mistake"):
        choose_threshold({"a:b": 1}, ["0", "1"])
    with pytest.raises(FramingError, match="positive"):
        choose_threshold({"1:0": -1}, ["0", "1"])


@given(st.integers(0, 1_000), st.floats(0.1, 20), st.floats(0.1, 20))
def test_def_151_the_expected_cost_is_that_of_each_mistake(
    seed: int, false_alarm: float, miss: float
) -> None:
    """Row by row: a probability above the threshold says yes; the cheapest cut is their ratio."""
    rng = np.random.default_rng(seed)
    p, positive = rng.integers(0, 11, 30) / 10, rng.random(30) < 0.4
    cuts = np.array([0.0, 0.3, 0.5, 1.0])
    found = expected_costs(p, positive, cuts, false_alarm, miss)
    for cut, cost in zip(cuts, found, strict=True):
        paid = [
            (false_alarm if not truth else 0.0) if chance > cut else (miss if truth else 0.0)
            for chance, truth in zip(p, positive, strict=True)
        ]
        assert cost == pytest.approx(np.mean(paid))
    cut = choose_threshold({"no:yes": false_alarm, "yes:no": miss}, ["no", "yes"])
    assert cut * miss == pytest.approx((1 - cut) * false_alarm)
    assert choose_threshold({"yes:no": miss}, ["no", "yes"]) == pytest.approx(1 / (1 + miss))
    labels = np.where(positive, "yes", "no")
    weights = balanced_weights(labels, np.array(["no", "yes", "never"]))
    for name, weight in zip(("no", "yes"), weights, strict=False):
        assert weight * np.sum(labels == name) == pytest.approx(30 / 3 if name in labels else 0)


def test_the_chosen_threshold_is_cheapest_when_probabilities_are_true() -> None:
    rng = np.random.default_rng(0)
    p = rng.uniform(size=200_000)
    positive = rng.uniform(size=200_000) < p
    grid = np.array([0.02, 1 / 11, 0.3, 0.5])
    costs = expected_costs(p, positive, grid, 1.0, 10.0)
    assert costs.argmin() == 1


def test_a_classifier_is_judged_by_probabilities() -> None:
    X, y = line()
    labels = np.where(y > 0, "up", "down")
    h = LogisticRegression().fit(X, labels)
    p = h.predict_proba(X)
    mine = -np.mean(np.log(np.where(labels == "up", p[:, 1], p[:, 0])))
    assert training_error(h, X, labels, "nll") == pytest.approx(mine)
    assert training_error(h, X, labels, "nllm") == pytest.approx(mine)

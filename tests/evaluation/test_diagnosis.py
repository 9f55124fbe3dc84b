"""Which error is left: on problems built so that it is known, and in the words that tell it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from pellucid import PolynomialBasis, Ridge, RidgeCV, diagnose, learning_curve, tune
from pellucid.evaluation.diagnosis import split_error
from pellucid.evaluation.evaluation_results import Candidate, Score

LAMS = tuple(np.geomspace(1e-6, 10, 8))


def tried(name: str, model: object, X: np.ndarray, y: np.ndarray, rank: int) -> Candidate:
    found = tune(model, X, y, LAMS)
    path = tuple(
        (lam, score, inside.mean)
        for lam, score, inside in zip(LAMS, found.scores, found.training, strict=True)
    )
    lam, score, inside = path[found.best]
    return Candidate(name, "m", score, rank, inside, X.shape[1] + 1, lam, path)


def line_and_bend(X: np.ndarray, y: np.ndarray) -> tuple[Candidate, Candidate]:
    bend = make_pipeline(PolynomialBasis(2, include_constant=False), Ridge())
    return tried("line", Ridge(), X, y, 1), tried("bend", bend, X, y, 2)


def test_a_parabola_is_structural_error_for_a_line() -> None:
    """2.7.3-structural-error, 2.7.3-diagnosis: noise 0.1; the line misses 0.09 of the parabola."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (400, 1))
    y = X[:, 0] ** 2 + 0.1 * rng.normal(size=400)
    straight, bent = line_and_bend(X, y)
    found = diagnose(learning_curve(Ridge(1e-6), X, y), straight, float(y.var()), bent)
    assert found.verdict == "structural"
    assert found.structural == pytest.approx(4 / 45, rel=0.15)  # the variance of x² on (−1, 1)
    assert "more rows alone would not help" in found.words
    assert "learning curve is flat" in found.words
    assert diagnose(None, bent, float(y.var())).verdict == "balanced"


def test_few_rows_of_many_columns_are_estimation_error() -> None:
    """2.7.2-estimation-error, 2.7.3-hard-to-separate: OLS, excess risk σ²d/n and a little more."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 25))
    y = X @ rng.normal(size=25) + rng.normal(size=60)
    few = tried("line", Ridge(), X, y, 1)
    found = diagnose(learning_curve(Ridge(1e-6), X, y, sizes=[30, 48]), few, float(y.var()))
    assert found.verdict == "estimation"
    assert found.estimation > 0.3
    assert "more rows would help" in found.words
    assert "sure to about ±" in found.words


def test_a_penalty_that_pays_is_told_along_the_path() -> None:
    """Concept 77: on weak effects a larger λ saves more on new rows than it costs inside."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(40, 20))
    y = 0.2 * X @ rng.normal(size=20) + 2 * rng.normal(size=40)
    found = tried("line", Ridge(), X, y, 1)
    assert found.lam is not None
    assert found.lam > 0.1
    assert "holds estimation error back" in diagnose(None, found, float(y.var())).words


def test_too_close_to_tell_is_said() -> None:
    """2.7.3-hard-to-separate."""
    one = Candidate("a", "m", Score(1.0, 0.3), 1, 0.6, 3)
    other = Candidate("b", "m", Score(0.85, 0.3), 2, 0.35, 9)
    found = diagnose(None, one, 2.0, other)
    assert found.verdict == "unclear"
    assert "cannot be told apart" in found.words


def test_the_two_parts_make_up_the_whole() -> None:
    """Concept 77, Concept 78: along λ estimation error falls; what is left then rises."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(50, 15))
    y = X @ rng.normal(size=15) + 3 * rng.normal(size=50)
    path = tried("line", Ridge(), X, y, 1).path
    parts = np.array([split_error(score.mean, inside) for _, score, inside in path])
    np.testing.assert_allclose(parts.sum(axis=1), [score.mean for _, score, _ in path])
    assert parts[-1, 1] < parts[0, 1]
    assert parts[-1, 0] > parts[0, 0]
    assert RidgeCV(lams=LAMS).fit(X, y).lam_ > LAMS[0]

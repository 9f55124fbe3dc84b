"""Curves: against plain ridge, on known truths, in what can be looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import CurvesClassifier, CurvesRegressor
from pellucid.additive.curve_basis import interpolate_at_knots, learn_numeric_basis
from pellucid.additive.interactions import coarse_cells, strongest_pairs
from pellucid.additive.terms import model_features, term_of_each_feature
from pellucid.additive.variance_components import (
    LARGEST,
    _solution,
    fit_likelihood_terms,
    fit_normal_terms,
)
from pellucid.data.column_values import values_of
from pellucid.errors import ColumnError


def bent(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2, 2, size=(n, 4))
    return X, np.sin(3 * X[:, 0]) + X[:, 1] ** 2 + rng.normal(size=n) * 0.2


@given(st.integers(0, 1_000), st.integers(2, 200), st.floats(0.0, 3.0))
@settings(max_examples=25, deadline=None)
def test_waves_are_centred_and_of_their_size(seed: int, n: int, skew: float) -> None:
    """Under the rows' own shares the waves have mean 0, are orthogonal, and fall in size."""
    x = np.exp(skew * np.random.default_rng(seed).normal(size=n))
    learned = learn_numeric_basis(x, np.ones(n), 8)
    if learned["waves"].shape[1] < 2 or len(np.unique(x)) > 48:
        return
    features = interpolate_at_knots(learned["knots"], learned["waves"], x)
    gram = features.T @ features / n
    assert np.allclose(features.mean(axis=0), 0, atol=1e-8)
    assert np.allclose(gram, np.diag(np.diag(gram)), atol=1e-8)
    assert (np.diff(np.diag(gram)) <= 1e-12).all()


def test_the_weights_are_those_of_ridge_with_the_penalties_found() -> None:
    X, y = bent()
    h = CurvesRegressor().fit(X, y)
    B = model_features(h.terms_, values_of(h, X, fitting=False).X)
    lam = h.lams_[term_of_each_feature(h.terms_), 0]
    theta = np.linalg.solve(B.T @ B + np.diag(lam), B.T @ (y - y.mean()))
    assert np.allclose(theta, h.theta_[:, 0], atol=1e-8)


def test_a_column_that_says_nothing_gets_a_flat_curve() -> None:
    X, y = bent()
    sizes = CurvesRegressor().fit(X, y).importances()
    assert min(sizes["x0"], sizes["x1"]) > 10 * max(sizes["x2"], sizes["x3"])


def test_the_penalties_are_a_fixed_point() -> None:
    """Effective weights over squares of weights, times the noise, is the penalty itself."""
    X, y = bent()
    h = CurvesRegressor().fit(X, y)
    B = model_features(h.terms_, X)
    once = fit_normal_terms(B, y, np.ones(len(y)), term_of_each_feature(h.terms_))
    free = (once.lams[:, 0] < 1e5) & (once.effective_dimension[:, 0] > 0.5)
    left = y - y.mean() - B @ once.theta[:, 0]
    phi = left @ left / (len(y) - 1 - once.effective_dimension.sum())
    squares = np.bincount(term_of_each_feature(h.terms_), once.theta[:, 0] ** 2)
    assert free.sum() >= 2
    asked = phi * once.effective_dimension[free, 0] / squares[free]
    assert np.allclose(asked, once.lams[free, 0], rtol=0.05)


@pytest.mark.parametrize("k", [2, 3])
def test_the_gradient_of_the_likelihood_vanishes(k: int) -> None:
    rng = np.random.default_rng(1)
    B = rng.normal(size=(300, 5))
    B -= B.mean(axis=0)
    codes = (B[:, 0] + rng.normal(size=300) > 0) * rng.integers(1, k, 300)
    owners = np.array([0, 0, 1, 1, 2])
    found = fit_likelihood_terms(B, codes, k, np.ones(300), owners)
    u = B @ found.theta + found.offset
    if k == 2:
        g, truths = 1 / (1 + np.exp(-u)), (codes == 1)[:, None]
    else:
        e = np.exp(u)
        g, truths = e / e.sum(axis=1, keepdims=True), codes[:, None] == np.arange(k)
    gradient = B.T @ (truths - g) - found.lams[owners] * found.theta
    kept = found.lams[owners] < LARGEST * 300
    assert 2 <= kept.sum() < kept.size
    assert np.abs(gradient[kept]).max() < 0.05
    assert not found.theta[~kept].any()
    assert np.abs((truths - g).sum(axis=0)).max() < 0.05


def test_pairs_are_found_and_help() -> None:
    rng = np.random.default_rng(2)
    X = rng.uniform(-1, 1, size=(600, 6))
    y = X[:, 1] * X[:, 4] * 3 + X[:, 0] + rng.normal(size=600) * 0.1
    alone, paired = CurvesRegressor(), CurvesRegressor(pairs=3)
    fresh = rng.uniform(-1, 1, size=(300, 6))
    truth = fresh[:, 1] * fresh[:, 4] * 3 + fresh[:, 0]
    lost = [((m.fit(X, y).predict(fresh) - truth) ** 2).mean() for m in (alone, paired)]
    assert lost[1] < 0.05 * lost[0]
    assert "x1 × x4" in list(paired.importances())[:2]


def test_the_strongest_pair_is_that_of_the_product() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(500, 5))
    cells = [coarse_cells(X[:, j], False, np.ones(500)) for j in range(5)]
    residual = (X[:, 2] * X[:, 3])[:, None]
    curvature = np.full((500, 1), residual.var())
    assert strongest_pairs(cells, range(5), residual, curvature, 1) == [(2, 3)]


def test_a_curve_can_be_looked_at_and_adds_up() -> None:
    X, y = bent()
    h = CurvesRegressor().fit(X, y)
    total = h.theta_0_[0] + sum(
        np.interp(X[:, j], h.curve(j)["at"], h.curve(j)["adds"][:, 0]) for j in range(4)
    )
    assert np.allclose(total, h.predict(X), atol=1e-8)
    with pytest.raises(ColumnError, match="no curve of 'height'"):
        h.curve("height")


def test_categories_and_missing_values_of_a_frame() -> None:
    rng = np.random.default_rng(4)
    colour = rng.choice(["red", "blue", "tan"], 300)
    size = np.where(rng.uniform(size=300) < 0.2, np.nan, rng.normal(size=300))
    y = (colour == "red") * 2.0 + np.where(np.isnan(size), 3.0, size) + rng.normal(size=300) * 0.1
    frame = pd.DataFrame({"colour": colour, "size": size})
    h = CurvesRegressor().fit(frame, y)
    assert h.score(frame, y) > 0.98
    seen = dict(zip(h.curve("colour")["at"], h.curve("colour")["adds"][:, 0], strict=True))
    assert seen["red"] - seen["blue"] == pytest.approx(2.0, abs=0.1)
    odd = pd.DataFrame({"colour": ["green", None], "size": [0.0, 0.0]})
    assert np.isfinite(h.predict(odd)).all()


def test_chances_of_separable_classes_stay_finite() -> None:
    x = np.linspace(-1, 1, 60)[:, None]
    p = CurvesClassifier().fit(x, x[:, 0] > 0).predict_proba(x)
    assert np.isfinite(p).all()
    assert (p > 0).all()


@pytest.mark.parametrize("rank", [1, 3])
def test_a_singular_system_is_solved_by_its_pseudo_inverse(rank: int) -> None:
    half = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0], [2.0, 0.0, 1.0]])[:rank]
    A, b = half.T @ half, half.T @ np.arange(1.0, rank + 1)
    inverse = np.linalg.pinv(A, hermitian=True)
    solved, variances = _solution(A, b)
    np.testing.assert_allclose(solved, inverse @ b, atol=1e-9)
    np.testing.assert_allclose(variances, np.diag(inverse), atol=1e-9)

"""λ by cross-validation: default grids go on past their end; the dual route is the primal one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import LogisticCV, Ridge, RidgeCV, SoftmaxCV
from pellucid.linear import ridge_cv, score_cv
from pellucid.linear.solvers.lam_grid import LARGEST


def steep(n: int = 90, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Few noisy columns of tiny unit: the best λ lies far below every default one."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, 3))
    return 1e-4 * X, X @ [3.0, -2.0, 1.0] + 0.3 * random.normal(size=n)


@pytest.mark.parametrize("cv", [5, "loo"])
def test_ridge_goes_on_below_its_grid(cv: Any) -> None:
    X, y = steep()
    model = RidgeCV(cv=cv).fit(X, y)
    assert model.lam_ < min(ridge_cv.LAMS.default)
    assert (np.diff(model.lams_) > 0).all()
    assert len(model.scores_) == len(model.lams_)
    again = RidgeCV(model.lams_, cv=cv).fit(X, y)  # as if the whole grid had been given
    assert again.lam_ == model.lam_
    np.testing.assert_allclose(again.scores_, model.scores_, rtol=1e-7)
    held = RidgeCV((1e-6, 1e-5), cv=cv).fit(X, y)  # a grid that somebody gave is what was asked for
    assert held.lams_.tolist() == [1e-6, 1e-5]


@pytest.mark.parametrize("model", [LogisticCV(), SoftmaxCV()], ids=lambda m: type(m).__name__)
def test_score_classifiers_go_on_below_their_grid(model: Any) -> None:
    X, score = steep(200)
    y = (score > 0) if isinstance(model, LogisticCV) else np.digitize(score, [-1, 1])
    model.fit(X, y)
    assert model.lam_ < min(score_cv.LAMS.default)
    assert (np.diff(model.lams_) < 0).all()
    assert model.cv_losses_.shape == (len(model.lams_), 5)
    given = type(model)(tuple(model.lams_)).fit(X, y)
    assert given.lam_ == model.lam_
    np.testing.assert_allclose(given.cv_losses_, model.cv_losses_, rtol=1e-4)


def test_a_grid_goes_on_above_and_stops_where_the_loss_is_flat() -> None:
    random = np.random.default_rng(0)
    X, y = 1e4 * random.normal(size=(60, 8)), random.normal(size=60)
    model = RidgeCV().fit(X, y)
    assert max(ridge_cv.LAMS.default) < model.lams_.max() <= LARGEST
    flat = RidgeCV().fit(random.normal(size=(60, 1)), np.zeros(60))
    assert len(flat.lams_) == len(ridge_cv.LAMS.default)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.booleans(), st.booleans())
def test_the_dual_route_judges_as_ridge_fitted_to_each_fold(
    seed: int, offset: bool, weighted: bool
) -> None:
    """More columns than rows: each held-out error is that of a Ridge on the other rows. KE 71"""
    random = np.random.default_rng(seed)
    X = random.normal(size=(12, 15)) + 5.0
    y = X[:, 0] - 2 * X[:, 1] + random.normal(size=12) + 7.0
    weights = random.uniform(0.5, 2.0, 12) if weighted else None
    lams, parts = (0.01, 1.0, 30.0), np.arange(12).reshape(3, 4)
    folds = [(np.setdiff1d(np.arange(12), part), part) for part in parts]
    found = RidgeCV(lams, cv=folds, fit_intercept=offset).fit(X, y, weights)
    for a, lam in enumerate(lams):
        for j, (train, held) in enumerate(folds):
            own = None if weights is None else weights[train]
            h = Ridge(lam, fit_intercept=offset).fit(X[train], y[train], own)
            share = np.ones(4) if weights is None else weights[held]
            wanted = share @ (h.predict(X[held]) - y[held]) ** 2 / share.sum()
            assert found.scores_[a, j] == pytest.approx(wanted, rel=1e-6)

"""Chapter 2: its worked examples, and the properties that every fast path must keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model as peer

from pellucid import (
    LeastSquares,
    MeanBaseline,
    NearestNeighborRegressor,
    RandomRegression,
    Ridge,
    RidgeCV,
)
from pellucid.errors import ConditionWarning, HyperparameterError, ShapeError, SingularWarning
from pellucid.linear.solvers.moments import merge, merge_all, partial
from pellucid.linear.solvers.ridge_solutions import by_qr, dual_solution, from_moments, gradient

QUICK = settings(deadline=None, max_examples=25)
SEEDS = st.integers(0, 10_000)


def data(seed: int, n: int = 40, d: int = 5, t: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * rng.uniform(0.1, 10, d) + rng.normal(size=d)
    theta = rng.normal(size=(d, t) if t else d)
    y = X @ theta + 3 + rng.normal(size=(n, t) if t else n)
    return X, y


def test_2_5_9_one_weight_without_offset() -> None:
    """2.5.9-one-weight: x = (1, 2), y = (2, 3): θ* = 8/5, J* = 0.1."""
    X, y = np.array([[1.0], [2.0]]), np.array([2.0, 3.0])
    model = LeastSquares(fit_intercept=False).fit(X, y)
    assert model.coef_[0] == pytest.approx(8 / 5, abs=1e-15)
    assert np.mean((model.predict(X) - y) ** 2) == pytest.approx(0.1)


def test_ke_71_ridge_without_offset() -> None:
    """The same points with λ = 0.5: θ = 8/(5 + 1)."""
    model = Ridge(lam=0.5, fit_intercept=False).fit([[1.0], [2.0]], [2.0, 3.0])
    assert model.coef_[0] == pytest.approx(4 / 3)


def test_2_6_4_error_amplification() -> None:
    """§2.6.4: x = (0, 0.01), y = (25, 26): slope 100 unless λ holds it back."""
    X, y = np.array([[0.0], [0.01]]), np.array([25.0, 26.0])
    steep = LeastSquares().fit(X, y)
    assert steep.predict([[2.0]])[0] == pytest.approx(225)
    free = Ridge(lam=0.1).fit(X, y)
    assert free.coef_[0] == pytest.approx(0.0249938, abs=1e-7)
    assert free.intercept_ == pytest.approx(25.499875, abs=1e-6)
    assert free.predict([[2.0]])[0] == pytest.approx(25.54986, abs=1e-5)
    held = Ridge(lam=0.1, penalize_offset=True).fit(X, y)
    assert held.coef_[0] == pytest.approx(0.1408707, abs=1e-7)
    assert held.intercept_ == pytest.approx(23.1811779, abs=1e-7)


def test_2_3_the_better_line_has_the_lower_objective() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 5, 50)
    y = 3 * x + 1 + rng.normal(size=50)

    def J(offset: float, slope: float) -> float:
        return float(np.mean((slope * x + offset - y) ** 2))

    assert J(1, 3) < J(10, 1)
    best = LeastSquares().fit(x[:, None], y)
    assert J(best.intercept_, best.coef_[0]) <= J(1, 3)


@given(SEEDS, st.floats(1e-6, 1e3), st.booleans())
@QUICK
def test_ridge_equals_the_peer_at_alpha_n_lambda(seed: int, lam: float, offset: bool) -> None:
    X, y = data(seed)
    ours = Ridge(lam, fit_intercept=offset).fit(X, y)
    theirs = peer.Ridge(alpha=lam * len(X), fit_intercept=offset, solver="svd").fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-8, atol=1e-10)


@given(SEEDS, st.sampled_from([0.0, 1e-4, 0.1, 10.0]), st.booleans())
@QUICK
def test_a_weight_equals_a_repetition(seed: int, lam: float, penalised: bool) -> None:
    X, y = data(seed)
    times = np.random.default_rng(seed).integers(0, 4, len(X))
    model = Ridge(lam, penalize_offset=penalised)
    weighted = model.fit(X, y, sample_weight=times).coef_.copy()
    repeated = model.fit(np.repeat(X, times, axis=0), np.repeat(y, times)).coef_
    np.testing.assert_allclose(weighted, repeated, rtol=1e-9, atol=1e-12)


@given(SEEDS, st.floats(1e-3, 10))
@QUICK
def test_the_condition_is_that_of_the_columns_at_one_scale(seed: int, lam: float) -> None:
    """Of (S + λI) with a diagonal of ones: an estimate from below, within a factor of 3."""
    X, y = data(seed)
    moments = partial(X, y[:, None])
    A = moments.xx / moments.weight + lam * np.eye(5)
    size = np.sqrt(np.diag(A))
    exact = np.linalg.cond(A / np.multiply.outer(size, size), 1)
    found = from_moments(moments, lam)
    assert found is not None
    assert exact / 3 <= found.condition**2 <= exact * (1 + 1e-9)


@given(SEEDS, st.floats(1e-3, 10))
@QUICK
def test_dual_equals_primal(seed: int, lam: float) -> None:
    """Concept 72"""
    X, y = data(seed, n=12, d=12)
    Z, R = X - X.mean(0), (y - y.mean())[:, None]
    primal = from_moments(partial(X, y[:, None]), lam)
    found = dual_solution(Z @ Z.T, R, 12.0, lam)
    assert primal is not None
    assert found is not None
    np.testing.assert_allclose(Z.T @ found[0], primal.theta, rtol=1e-7, atol=1e-9)


@given(SEEDS)
@QUICK
def test_gram_route_equals_qr_route(seed: int) -> None:
    X, y = data(seed)
    Z, R = X - X.mean(0), (y - y.mean())[:, None]
    gram = from_moments(partial(X, y[:, None]), 0.0)
    assert gram is not None
    np.testing.assert_allclose(gram.theta, by_qr(Z, R)[0].theta, rtol=1e-9, atol=1e-11)


@given(SEEDS, st.integers(1, 39))
@QUICK
def test_blocks_merge_into_the_whole_in_any_grouping(seed: int, cut: int) -> None:
    X, y = data(seed, t=2)
    w = np.random.default_rng(seed).uniform(0.5, 2, len(X))
    whole = partial(X, y, w)
    parts = [partial(X[r], y[r], w[r]) for r in np.array_split(np.arange(40), 4)]
    ab_c = merge(merge(parts[0], parts[1]), merge(parts[2], parts[3]))
    a_bc = merge(parts[0], merge(parts[1], merge(parts[2], parts[3])))
    two = merge(partial(X[:cut], y[:cut], w[:cut]), partial(X[cut:], y[cut:], w[cut:]))
    for m in (ab_c, a_bc, two, merge_all(parts)):
        np.testing.assert_allclose(m.xx, whole.xx, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(m.xy, whole.xy, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(m.x_mean, whole.x_mean, rtol=1e-12)


def test_partial_fit_is_exactly_the_fit_of_all_rows() -> None:
    X, y = data(1)
    model = Ridge(0.1)
    for rows in np.array_split(np.arange(40), 3):
        model.partial_fit(X[rows], y[rows])
    np.testing.assert_allclose(model.coef_, Ridge(0.1).fit(X, y).coef_, rtol=1e-10)


@given(SEEDS, st.floats(-100, 100), st.floats(0.01, 100))
@QUICK
def test_shift_and_scale_equivariance(seed: int, shift: float, scale: float) -> None:
    X, y = data(seed)
    plain = LeastSquares().fit(X, y)
    moved = LeastSquares().fit(X * scale + shift, y)
    np.testing.assert_allclose(moved.coef_ * scale, plain.coef_, rtol=1e-6, atol=1e-9)
    lifted = Ridge(0.3).fit(X + shift, y + shift)
    np.testing.assert_allclose(lifted.coef_, Ridge(0.3).fit(X, y).coef_, rtol=1e-7, atol=1e-9)


@given(SEEDS, st.floats(0, 2))
@QUICK
def test_gradient_equals_finite_differences(seed: int, lam: float) -> None:
    """eq 2.53, eq 2.61"""
    X, y = data(seed, n=9, d=3)
    Y, theta = y[:, None], np.random.default_rng(seed).normal(size=(3, 1))

    def J(t: np.ndarray) -> float:
        return float(np.mean((X @ t - Y) ** 2) + lam * (t**2).sum())

    for k in range(3):
        e = np.zeros((3, 1))
        e[k] = 1e-5
        slope = (J(theta + e) - J(theta - e)) / 2e-5
        assert gradient(X, Y, theta, lam)[k, 0] == pytest.approx(slope, rel=1e-5, abs=1e-5)


def brute(X: np.ndarray, y: np.ndarray, w: np.ndarray, lam: float, train: np.ndarray, held: int):
    model = Ridge(lam).fit(X[train], y[train], sample_weight=w[train])
    return float((model.predict(X[[held]])[0] - y[held]) ** 2)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("d", [4, 40])
def test_leave_one_out_equals_brute_force(weighted: bool, d: int) -> None:
    X, y = data(3, n=25, d=d)
    w = np.random.default_rng(0).uniform(0.5, 3, 25) if weighted else np.ones(25)
    lams = [0.01, 0.1, 3.0]
    model = RidgeCV(lams, cv="loo").fit(X, y, sample_weight=w if weighted else None)
    for a, lam in enumerate(lams):
        for i in range(25):
            rows = np.delete(np.arange(25), i)
            assert model.scores_[a, i] == pytest.approx(brute(X, y, w, lam, rows, i), rel=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("d", [4, 60])
def test_k_fold_equals_brute_force(weighted: bool, d: int) -> None:
    """Def 85"""
    X, y = data(4, n=30, d=d)
    w = np.random.default_rng(0).uniform(0.5, 3, 30) if weighted else np.ones(30)
    chunks = [(np.delete(np.arange(30), h), h) for h in np.array_split(np.arange(30), 4)]
    lams = [0.01, 1.0]
    model = RidgeCV(lams, cv=chunks).fit(X, y, sample_weight=w if weighted else None)
    for a, lam in enumerate(lams):
        for j, (train, held) in enumerate(chunks):
            h = Ridge(lam).fit(X[train], y[train], sample_weight=w[train])
            loss = np.average((h.predict(X[held]) - y[held]) ** 2, weights=w[held])
            assert model.scores_[a, j] == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("d", [3, 40])
@pytest.mark.parametrize(
    "how", [{}, {"fit_intercept": False}, {"penalize_offset": True}, {"prior": 0.5}]
)
def test_a_path_is_a_fit_at_each_value(d: int, how: dict[str, Any]) -> None:
    """Few columns, and more than rows, whatever the penalty is about."""
    random = np.random.default_rng(d)
    X, y = random.normal(2, 1, size=(20, d)), random.normal(3, 1, size=20)
    how = {name: np.full(d, value) if name == "prior" else value for name, value in how.items()}
    for model in Ridge(**how).path(X, y, [1e-3, 0.1, 10.0]):
        alone = Ridge(model.lam, **how).fit(X, y)
        np.testing.assert_allclose(model.coef_, alone.coef_, rtol=1e-9)
        np.testing.assert_allclose(model.intercept_, alone.intercept_, rtol=1e-9)


def test_a_prior_pulls_where_data_are_silent() -> None:
    """Concept 64"""
    X, y = data(6, n=8, d=3)
    prior = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(Ridge(1e9, prior=prior).fit(X, y).coef_, prior, atol=1e-6)
    with pytest.raises(ShapeError, match="3 entries"):
        Ridge(prior=[1.0]).fit(X, y)


def test_dependent_columns_get_a_warning_and_the_shortest_answer() -> None:
    """2.6.7: det XXᵀ = 0; λ → 0 tends to the least-norm answer."""
    X, y = data(7, d=3)
    X = np.hstack([X, X[:, :1]])
    with pytest.warns(SingularWarning, match="linearly dependent"):
        model = LeastSquares().fit(X, y)
    assert model.coef_[0] == pytest.approx(model.coef_[3])
    np.testing.assert_allclose(model.coef_, Ridge(1e-7).fit(X, y).coef_, rtol=1e-4)


def test_nearly_dependent_columns_are_warned_about() -> None:
    X, y = data(8, d=3)
    X[:, 2] = X[:, 1] + 1e-9 * X[:, 2]
    with pytest.warns(ConditionWarning, match="digits"):
        LeastSquares().fit(X, y)


def test_limits_of_lambda() -> None:
    """2.6: λ = 0 is least squares; a large λ leaves the mean."""
    X, y = data(9)
    np.testing.assert_allclose(Ridge(0.0).fit(X, y).coef_, LeastSquares().fit(X, y).coef_)
    assert Ridge(1e12).fit(X, y).predict(X) == pytest.approx(np.full(40, y.mean()), rel=1e-6)
    np.testing.assert_allclose(Ridge(1e12, penalize_offset=True).fit(X, y).predict(X), 0, atol=1e-6)


def test_no_random_try_beats_least_squares_and_more_tries_never_hurt() -> None:
    """§2.4"""
    X, y = data(10)
    best = np.mean((LeastSquares().fit(X, y).predict(X) - y) ** 2)
    few, many = RandomRegression(20).fit(X, y), RandomRegression(2000).fit(X, y)
    assert best <= many.best_[-1] <= few.best_[-1]
    assert np.mean((many.predict(X) - y) ** 2) == pytest.approx(many.best_[-1])


def test_several_targets_and_sparse_rows() -> None:
    import scipy.sparse as sp

    X, y = data(11, t=3)
    X[np.abs(X) < 1] = 0
    dense, sparse = Ridge(0.1).fit(X, y), Ridge(0.1).fit(sp.csr_array(X), y)
    assert dense.coef_.shape == (3, 5)
    np.testing.assert_allclose(dense.coef_, sparse.coef_, rtol=1e-9)
    np.testing.assert_allclose(sparse.predict(sp.csr_array(X)), dense.predict(X), rtol=1e-9)


def test_nearest_rows_answer_and_ties_go_to_the_first() -> None:
    """§1.4.1"""
    X, y = np.array([[0.0], [2.0], [2.0], [9.0]]), np.array([1.0, 5.0, 7.0, 0.0])
    assert NearestNeighborRegressor(1).fit(X, y).predict([[2.0]])[0] == 5.0
    assert NearestNeighborRegressor(2).fit(X, y).predict([[2.0]])[0] == 6.0
    weighted = NearestNeighborRegressor(2).fit(X, y, sample_weight=[1, 2, 1, 1])
    assert weighted.predict([[2.0]])[0] == 5.0


def test_the_mean_is_the_best_constant() -> None:
    X, y = data(12)
    assert MeanBaseline().fit(X, y).mean_ == pytest.approx(y.mean())


@pytest.mark.parametrize("lam", [-1, float("nan"), "a", True])
def test_a_bad_lambda_is_named(lam: object) -> None:
    with pytest.raises(HyperparameterError, match=r"Ridge: lam \(λ\) must be a number"):
        Ridge(lam).fit(np.eye(3), np.arange(3.0))

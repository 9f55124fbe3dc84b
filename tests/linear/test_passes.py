"""Each fast path of the likelihood equals the plain formula of the notes."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import approx_fprime

from pellucid import LogisticClassifier, SoftmaxClassifier
from pellucid.linear.kernels.logistic_pass import logistic_pass, moment_pass
from pellucid.linear.kernels.row_pieces import over_pieces, tree_sum
from pellucid.linear.kernels.softmax_pass import hessian_pass, softmax_pass
from pellucid.linear.solvers import design as design_room
from pellucid.linear.solvers.design import Design
from pellucid.linear.solvers.likelihood import MeanLoss, logistic_objective, softmax_objective
from pellucid.linear.solvers.truncated_newton import (
    class_covariance,
    conjugate_gradients,
    kronecker_guess,
)

Array = NDArray[np.float64]


def table(seed: int, n: int, d: int, k: int) -> tuple[Array, NDArray[np.intp], Array]:
    """Rows, class codes that all occur, and weights that sum to 1."""
    random = np.random.default_rng(seed)
    codes = np.r_[np.arange(k), random.integers(k, size=n - k)]
    weights = random.uniform(0.1, 2, size=n)
    X = random.normal(size=(n, d)) * random.uniform(0.1, 10, size=d) + random.normal(size=d)
    return X, codes, weights / weights.sum()


shapes = given(st.integers(0, 10_000), st.integers(5, 700), st.integers(1, 6))


@settings(max_examples=25, deadline=None)
@shapes
def test_logistic_pass_is_the_notes_formula(seed: int, n: int, d: int) -> None:
    X, codes, _ = table(seed, n, d, 2)
    even = np.full(n, 1 / n)
    theta, theta_0 = np.random.default_rng(seed + 1).normal(size=(d, 1)), 0.3
    J, gradient, gradient_0, g = logistic_pass(X, codes.astype(float), even, theta[:, 0], theta_0)
    plain = logistic_objective(theta, theta_0, X.T, codes[None, :].astype(float), 0.0)
    assert pytest.approx(plain[0], rel=1e-12) == J
    np.testing.assert_allclose(gradient[:, None], plain[1], rtol=1e-10, atol=1e-12)
    assert gradient_0 == pytest.approx(plain[2], rel=1e-10, abs=1e-12)
    np.testing.assert_allclose(g, 1 / (1 + np.exp(-(X @ theta[:, 0] + theta_0))), rtol=1e-12)


@settings(max_examples=25, deadline=None)
@shapes
def test_softmax_pass_is_the_notes_formula(seed: int, n: int, d: int) -> None:
    X, codes, _ = table(seed, n, d, 3)
    Y, even = np.eye(3)[codes], np.full(n, 1 / n)
    random = np.random.default_rng(seed + 1)
    theta, theta_0 = random.normal(size=(d, 3)), random.normal(size=3)
    J, gradient, _ = softmax_pass(X, Y, even, theta, theta_0)
    plain = softmax_objective(theta, theta_0[:, None], X.T, Y.T, 0.0)
    assert pytest.approx(plain[0], rel=1e-12) == J
    np.testing.assert_allclose(gradient[:-1], plain[1], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(gradient[-1:].T, plain[2], rtol=1e-10, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_hessian_pass_is_the_derivative_of_the_gradient(seed: int) -> None:
    X, codes, weights = table(seed, 40, 2, 3)
    Y = np.eye(3)[codes]
    random = np.random.default_rng(seed)
    B, V = random.normal(size=(2, 3, 3)) / 5

    def slope(t: Array) -> float:
        moved = B + t[0] * V
        gradient = softmax_pass(X, Y, weights, moved[:2], moved[2])[1]
        return float((gradient * V).sum())

    g = softmax_pass(X, Y, weights, B[:2], B[2])[2]
    curvature = (hessian_pass(X, g, weights, V[:2], V[2], True) * V).sum()
    assert curvature == pytest.approx(approx_fprime(np.zeros(1), slope, 1e-6)[0], rel=1e-4)
    rough = hessian_pass(X, g, weights, V[:2], V[2], False)
    np.testing.assert_allclose((rough * V).sum(), curvature, rtol=1e-4)


@settings(max_examples=25, deadline=None)
@shapes
def test_moment_pass_is_mean_and_variance(seed: int, n: int, d: int) -> None:
    X, _, weights = table(seed, n, d, 2)
    first, second = moment_pass(X, weights, X[0])
    np.testing.assert_allclose(first, weights @ (X - X[0]), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(second, weights @ (X - X[0]) ** 2, rtol=1e-9)


def test_moments_keep_their_digits_far_from_zero() -> None:
    """A first tenth of rows far from the others, and a mean 10⁹ times the spread."""
    random = np.random.default_rng(0)
    X = random.normal(size=(4000, 3)) + 1e9
    X[:400] += 1e7
    weights = np.full(len(X), 1 / len(X))
    design_room_compiled = Design(X, weights, True)
    fast = Design.__new__(Design)
    fast.__dict__.update(design_room_compiled.__dict__)
    fast.X, fast.mean = X, np.zeros(3)
    variance = fast._compiled_moments()
    np.testing.assert_allclose(fast.mean, X.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(variance, X.var(axis=0), rtol=1e-9)


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("offset", [True, False])
def test_compiled_design_equals_plain(
    k: int, offset: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, codes, weights = table(3, 500, 4, max(k, 2))
    Y = np.eye(3)[codes] if k == 3 else codes[:, None].astype(float)
    plain = MeanLoss(Design(X, weights, offset), Y, 0.01)
    monkeypatch.setattr(design_room, "COMPILED", 1)
    quick = MeanLoss(Design(X, weights, offset), Y, 0.01)
    assert quick.design.compiled
    assert not plain.design.compiled
    B = np.random.default_rng(1).normal(size=(4 + offset, k))
    for mine, theirs in zip(quick.at(B), plain.at(B), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("precise", [False, True])
def test_gram_is_the_weighted_product(signed: bool, precise: bool) -> None:
    X, _, weights = table(5, 900, 3, 2)
    design = Design(X, weights, True)
    w = weights * np.random.default_rng(0).uniform(-1 if signed else 0, 1, size=900)
    Z = np.hstack([np.ones((900, 1)), (X - design.mean) / design.scale])
    wanted = Z.T @ (Z * w[:, None])
    np.testing.assert_allclose(
        design.gram(w, precise), wanted, rtol=0, atol=(1e-12 if precise else 1e-5)
    )
    if not signed:
        np.testing.assert_allclose(design.squares(w), np.diag(wanted), rtol=1e-9)


def test_pieces_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(size=(60_000, 40))

    def total() -> Array:
        return tree_sum(over_pieces(lambda a, b: X[a:b].T @ X[a:b], *X.shape))

    many = total()
    monkeypatch.setattr("pellucid.linear.kernels.row_pieces.threads", lambda: 1)
    assert (total() == many).all()


def test_kronecker_guess_is_exact_for_equal_rows() -> None:
    """Where every row has the same chances, H is C ⊗ S, and one step of CG is enough."""
    random = np.random.default_rng(0)
    S = np.cov(random.normal(size=(3, 50)))
    C = class_covariance(np.tile([0.5, 0.3, 0.2], (7, 1)), np.full(7, 1 / 7))
    ridge = 0.1

    def product(V: Array) -> Array:
        return np.asarray(S @ V @ C + ridge * V)

    guess = kronecker_guess(C, S, lambda H: (np.linalg.cholesky(H + ridge * np.eye(3)), True))
    G = random.normal(size=(3, 3))
    # the direction that adds one vector to all classes has a made-up curvature: leave it out
    G -= G.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(product(conjugate_gradients(product, G, guess)), G, atol=1e-9)


@pytest.mark.parametrize("sparse", [False, True])
def test_many_classes_and_columns_reach_the_minimum_at_defaults(sparse: bool) -> None:
    """Too many parameters for a Hessian: steps by conjugate gradients, and still to the end."""
    random = np.random.default_rng(0)
    X = random.normal(size=(1500, 90)) * (random.random((1500, 90)) < 0.3)
    X *= np.logspace(-3, 3, 90)
    codes = (X / np.logspace(-3, 3, 90) @ random.normal(size=(90, 8)) * 2).argmax(axis=1)
    h = SoftmaxClassifier(lam=1e-3).fit(sp.csr_array(X) if sparse else X, codes)
    assert h.solver_ == "newton-cg"
    assert h.trace_["stopped"] in ("converged", "precision")
    Y = np.eye(8)[codes]
    _, slope, slope_0 = softmax_objective(h.coef_.T, h.intercept_[:, None], X.T, Y.T, 1e-3)
    assert np.abs(slope / X.std(axis=0)[:, None]).max() < 1e-7
    assert np.abs(slope_0).max() < 1e-7


def test_wide_sparse_logistic_never_forms_a_hessian() -> None:
    X = sp.random_array((400, 6000), density=0.01, rng=0, format="csr")
    y = (np.asarray(X[:, :50].sum(axis=1)).ravel() > 0.25).astype(int)
    h = LogisticClassifier(lam=1e-4).fit(X, y)
    assert h.solver_ == "newton-cg"
    _, slope, slope_0 = logistic_objective(
        h.coef_.T, float(h.intercept_[0]), X.toarray().T, y[None, :].astype(float), 1e-4
    )
    assert np.abs(slope).max() < 1e-7
    assert abs(slope_0) < 1e-7


@pytest.mark.parametrize(("place", "centred"), [(0.0, False), (1e6, True)])
def test_further_rows_far_from_zero_are_centred_before_anything_is_summed(
    place: float, centred: bool
) -> None:
    """Centring by subtracting two large sums would lose the digits; near zero nothing is copied."""
    X = place + np.random.default_rng(0).normal(size=(20, 2))
    mean, scale = X.mean(axis=0), X.std(axis=0)
    found = Design.with_statistics(X, np.full(20, 1 / 20), True, mean, scale)
    assert (found.X is not X) is centred
    assert found.X - found.held == pytest.approx(X - mean, abs=1e-9)
    assert (found.held == (0.0 if centred else mean)).all()

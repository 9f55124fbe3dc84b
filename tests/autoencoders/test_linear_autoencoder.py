"""The linear autoencoder: principal components by every route, and by descent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from pellucid import LinearAutoencoder, choose_code_length
from pellucid.autoencoders import axis_projection
from pellucid.autoencoders.linear_descent import linear_objective
from pellucid.descent import check_gradient
from pellucid.errors import (
    ConvergenceWarning,
    HyperparameterError,
    ShapeError,
    SingularWarning,
    TooFewRowsError,
)


def cloud(seed: int = 0, n: int = 60, d: int = 8) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(size=d) * 10


def projector(axes: np.ndarray) -> np.ndarray:
    basis, _ = np.linalg.qr(axes)
    return basis @ basis.T


@pytest.mark.parametrize("solver", ["moments", "svd", "random sketch", "products of rows"])
@pytest.mark.parametrize("shape", [(60, 8), (8, 30)])
def test_every_route_is_principal_components(solver: str, shape: tuple[int, int]) -> None:
    """8.4-linear-autoencoder: equal to scikit-learn's PCA up to sign."""
    X = cloud(3, *shape)
    ours, peer = LinearAutoencoder(3, solver=solver).fit(X), PCA(3).fit(X)
    signs = np.sign((ours.components_ * peer.components_).sum(axis=1))
    np.testing.assert_allclose(ours.components_, peer.components_ * signs[:, None], atol=1e-7)
    np.testing.assert_allclose(ours.explained_variance_ratio_, peer.explained_variance_ratio_)
    np.testing.assert_allclose(ours.encode(X), peer.transform(X) * signs, atol=1e-6)
    np.testing.assert_allclose(
        ours.reconstruct(X), peer.inverse_transform(peer.transform(X)), atol=1e-6
    )


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 999), st.integers(1, 5))
def test_what_is_lost_is_what_the_other_axes_hold(seed: int, k: int) -> None:
    """8.2-squared-error-loss: Σ over points and entries, and Σ_{r>k} S_r²."""
    X = cloud(seed, 30, 6)
    model = LinearAutoencoder(k).fit(X)
    S = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    assert model.losses(X).sum() == pytest.approx((S[k:] ** 2).sum())
    assert model.reconstruction_loss_ == pytest.approx((S[k:] ** 2).sum())
    assert np.diff(np.abs(model.components_).max(axis=1)).size == k - 1


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 999))
def test_gradient_equals_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(4, 4))
    J = linear_objective(A @ A.T)
    at = {"encoder": rng.normal(size=(4, 2)), "decoder": rng.normal(size=(2, 4))}
    assert check_gradient(J.value, J.gradient, at).agrees


def test_descent_reaches_the_closed_form() -> None:
    """8.4-gradient-reaches-closed-form, 8.2-training: the same plane, the loss within 1 %."""
    X = cloud(1)
    closed, descended = (
        LinearAutoencoder(2).fit(X),
        LinearAutoencoder(2, algorithm="descent").fit(X),
    )
    assert descended.reconstruction_loss_ <= 1.01 * closed.reconstruction_loss_
    assert descended.losses(X).sum() == pytest.approx(descended.reconstruction_loss_)
    np.testing.assert_allclose(
        projector(descended.components_.T), projector(closed.components_.T), atol=1e-3
    )
    np.testing.assert_allclose(
        projector(descended.decoder_weights_.T), projector(closed.components_.T), atol=1e-3
    )


def test_blocks_make_the_whole() -> None:
    X = cloud(2, 90)
    model, weights = LinearAutoencoder(3), np.arange(1.0, 91.0)
    for rows in np.array_split(np.arange(90), 4):
        model.partial_fit(X[rows], sample_weight=weights[rows])
    whole = LinearAutoencoder(3).fit(X, sample_weight=weights)
    np.testing.assert_allclose(model.components_, whole.components_, atol=1e-9)
    assert model.reconstruction_loss_ == pytest.approx(whole.reconstruction_loss_)


@pytest.mark.parametrize("solver", ["moments", "svd", "random sketch", "products of rows"])
def test_a_weight_is_a_repetition(solver: str) -> None:
    X, weights = cloud(4, 20), np.arange(20) % 3
    weighted = LinearAutoencoder(2, solver=solver).fit(X, sample_weight=weights)
    repeated = LinearAutoencoder(2, solver=solver).fit(np.repeat(X, weights, axis=0))
    np.testing.assert_allclose(weighted.components_, repeated.components_, atol=1e-8)
    np.testing.assert_allclose(weighted.explained_variance_, repeated.explained_variance_)


def test_decoding_zero_is_the_mean_for_centred_codes_only() -> None:
    """8.3.2-zero-is-not-mean, 8.3.2-zero-decode-condition, 8.3.2-zero-decode."""
    X = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    model = LinearAutoencoder(1).fit(X)
    np.testing.assert_allclose(model.decode([[0.0]]), [[2.0, 4.0]])
    assert model.losses(X).sum() == pytest.approx(0, abs=1e-12)
    codes = X[:, :1]  # the notes' counterexample: a = x₁, x̃ = (a, 2a), perfect, not centred
    np.testing.assert_allclose(codes @ [[1.0, 2.0]], X)
    assert codes.mean() != 0


def test_faint_axes_keep_their_digits() -> None:
    """Products would square them away: the rows themselves are decomposed instead."""
    rng = np.random.default_rng(0)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    X = (rng.normal(size=(200, 3)) * [1.0, 1e-7, 1e-9]) @ turn
    model = LinearAutoencoder(2).fit(X)
    assert model.solver_ == "svd"
    assert np.abs(model.components_[1] @ turn[1]) == pytest.approx(1, abs=1e-3)


def test_code_length_by_rows_held_out() -> None:
    """8.3.1-compression-ratio, 8.3.1-longer-is-better."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3)) @ rng.normal(size=(3, 9)) + 0.05 * rng.normal(size=(300, 9))
    found = choose_code_length(X, keep=0.99)
    assert found.k == 3
    assert "60 rows held out" in found.why
    assert (np.diff(found.losses) <= 1e-12).all()
    assert "no length tried does more" in choose_code_length(X, keep=0.999999, longest=2).why
    with pytest.warns(SingularWarning):
        assert choose_code_length(np.ones((10, 3))).k == 1


def test_what_cannot_be_is_refused() -> None:
    """8.3.1-code-length."""
    X = cloud()
    with pytest.raises(HyperparameterError, match=r"k\) = 8 .* 8 feature\(s\)\. Take k < 8, or"):
        LinearAutoencoder(8).fit(X)
    turned = LinearAutoencoder(8, overcomplete=True).fit(X)
    np.testing.assert_allclose(turned.reconstruct(X), X)
    with pytest.raises(HyperparameterError, match=r"k\) = 9 .* 8 feature\(s\)\. Take k < 8\.$"):
        LinearAutoencoder(9, overcomplete=True).fit(X)
    with pytest.raises(TooFewRowsError, match="at least 5 rows"):
        LinearAutoencoder(5).fit(X[:3])
    with pytest.raises(ShapeError, match="k = 2 numbers; these have 3"):
        LinearAutoencoder(2).fit(X).decode(np.zeros((1, 3)))
    with pytest.raises(HyperparameterError, match="keep"):
        choose_code_length(X, keep=1.0)


def test_what_went_wrong_is_said() -> None:
    with pytest.warns(SingularWarning, match="nothing to encode"):
        model = LinearAutoencoder(1).fit(np.ones((5, 3)))
    np.testing.assert_allclose(model.reconstruct(np.ones((1, 3))), 1)
    with pytest.warns(ConvergenceWarning, match="stopped after 3 steps"):
        LinearAutoencoder(2, algorithm="descent", max_iter=3).fit(cloud())


def test_the_open_book() -> None:
    """8.4.1-component-tools, 8.4.3-rotated-axis: one turned axis holds nearly all the variance."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    model = LinearAutoencoder(1).fit(np.c_[x, 0.8 * x + 0.05 * rng.normal(size=300)])
    assert model.explained_variance_ratio_[0] > 0.99
    text = str(model.explain())
    assert "share of the variance kept: 99." in text
    assert "+0.78 x0 +0.63 x1" in text


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
@settings(max_examples=15, deadline=None)
def test_a_chosen_axis_keeps_at_most_what_the_first_one_does(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    rows, axis = rng.normal(size=(12, d)) * rng.uniform(0.1, 3, d), rng.normal(size=d)
    found, best = axis_projection(rows, axis), LinearAutoencoder(1).fit(rows)
    total = ((rows - rows.mean(axis=0)) ** 2).sum()
    assert found.kept + found.lost == pytest.approx(total)
    assert found.lost == pytest.approx(((rows - found.decoded) ** 2).sum())
    assert found.lost >= best.reconstruction_loss_ - 1e-9
    own = axis_projection(rows, -3 * best.components_[0])
    assert own.lost == pytest.approx(best.reconstruction_loss_)
    with pytest.raises(ShapeError, match="not all 0"):
        axis_projection(rows, np.zeros(d))

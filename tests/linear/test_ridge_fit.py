"""However a ridge is solved, its gradient is 0: on rows, on sparse ones, with the offset penalised.

Notes: KE 71, Concept 67
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from pellucid.linear.solvers import ridge_fit
from pellucid.linear.solvers.ridge_fit import fit_ridge


def gradients(
    X: Any, Y: Any, w: Any, lam: float, found: Any, prior: Any, penalize: bool
) -> tuple[Any, Any]:
    """Of the weighted mean square loss + λ‖θ − θ_prior‖², halved, by θ and by θ₀."""
    theta, theta_0 = found[0].theta, np.asarray(found[1])
    residual = w[:, None] * (X @ theta + theta_0 - Y) / w.sum()
    by_theta = X.T @ residual + lam * (theta - prior[1:])
    return by_theta, residual.sum(axis=0) + penalize * lam * (theta_0 - prior[0])


@given(st.integers(0, 999), st.booleans(), st.booleans())
def test_sparse_rows_that_are_large_both_ways_are_solved_in_steps(
    seed: int, offset: bool, weighted: bool
) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(9, 4)) * (rng.random((9, 4)) < 0.7) + np.eye(9, 4)
    Y = X @ rng.normal(size=(4, 2)) + 3 + rng.normal(size=(9, 2))
    weights = rng.integers(1, 4, 9).astype(float) if weighted else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ridge_fit, "LARGEST_GRAM", 2)
        found = fit_ridge(sparse.csr_array(X), Y, weights, 0.3, offset=offset)
    assert found[0].solver == "lsmr"
    assert found[0].condition >= 1
    w = np.ones(9) if weights is None else weights
    by_theta, by_offset = gradients(X, Y, w, 0.3, found, np.zeros((5, 2)), False)
    np.testing.assert_allclose(by_theta, 0, atol=1e-9)
    if offset:
        np.testing.assert_allclose(by_offset, 0, atol=1e-9)
    else:
        np.testing.assert_array_equal(found[1], 0)


@given(st.integers(0, 999), st.booleans(), st.booleans())
def test_where_moments_lose_digits_rows_with_a_constant_are_solved(
    seed: int, known: bool, is_sparse: bool
) -> None:
    """A penalised offset, with and without a prior to be near to."""
    rng = np.random.default_rng(seed)
    X, w = rng.normal(size=(8, 3)), rng.integers(1, 4, 8).astype(float)
    Y = X @ rng.normal(size=(3, 2)) + 3 + rng.normal(size=(8, 2))
    prior = rng.normal(size=(4, 2)) if known else None
    given_ = sparse.csr_array(X) if is_sparse else X
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ridge_fit, "from_moments", lambda *_: None)
        found = fit_ridge(given_, Y, w, 0.3, penalize_offset=True, prior=prior)
    assert found[0].solver != "lsmr"
    reference = np.zeros((4, 2)) if prior is None else prior
    for each in gradients(X, Y, w, 0.3, found, reference, True):
        np.testing.assert_allclose(each, 0, atol=1e-12)

"""Moments: whatever the cut, the order or the storage of the rows, the same numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pellucid import Ridge, RidgeCV
from pellucid.errors import SingularWarning, TooFewRowsError
from pellucid.linear.solvers.moments import Moments, merge_all, partial, partials

Array = NDArray[np.float64]


def close(a: Moments, b: Moments, tolerance: float = 1e-9) -> None:
    for name in ("weight", "x_mean", "y_mean", "xx", "xy", "yy"):
        mine, theirs = getattr(a, name), getattr(b, name)
        np.testing.assert_allclose(
            mine, theirs, rtol=tolerance, atol=tolerance * (1 + np.abs(theirs).max())
        )


@given(st.integers(0, 10_000), st.integers(4, 400), st.integers(1, 6), st.booleans())
def test_chunks_in_one_pass_are_the_moments_of_their_rows(
    seed: int, n: int, d: int, weighted: bool
) -> None:
    random = np.random.default_rng(seed)
    X, Y = random.normal(size=(n, d)) + 5, random.normal(size=(n, 2))
    weights = random.uniform(0.5, 2, n) if weighted else None
    chunk = np.r_[0, 1, 2, random.integers(3, size=n - 3)]
    found = partials(X, Y, weights, chunk, 3)
    for j, mine in enumerate(found):
        rows = chunk == j
        close(mine, partial(X[rows], Y[rows], None if weights is None else weights[rows]))
    close(merge_all(found), partial(X, Y, weights))


def test_sparse_columns_far_from_zero_keep_their_digits() -> None:
    """Stored sparse but full, its mean 10⁷ times the spread: subtracting would leave 2 digits."""
    random = np.random.default_rng(0)
    X = random.normal(size=(300, 3)) + 1e7
    Y = random.normal(size=(300, 1))
    mine = partial(sp.csr_array(X), Y)
    exact = [Fraction(float(v)) for v in X[:, 0]]
    mean = sum(exact) / 300
    spread = float(sum((v - mean) ** 2 for v in exact))
    assert mine.xx[0, 0] == pytest.approx(spread, rel=1e-9)
    close(mine, partial(X, Y))


def test_sparse_ridge_grid_with_more_columns_than_rows() -> None:
    """Products of the rows, never of the 3,000 columns; the losses are those of dense rows."""
    X = sp.random_array((60, 3000), density=0.05, rng=0, format="csr")
    y = np.asarray(X[:, :20].sum(axis=1)).ravel()
    lams = (1e-4, 1e-2, 1.0)
    sparse, dense = RidgeCV(lams).fit(X, y), RidgeCV(lams).fit(X.toarray(), y)
    np.testing.assert_allclose(sparse.scores_, dense.scores_, rtol=1e-9)


def test_dual_and_primal_tell_the_same_condition() -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(8, 20)), random.normal(size=8)
    h = Ridge(lam=0.1).fit(X, y)
    assert h.solver_ == "dual cholesky"
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    exact = np.sqrt((s[0] ** 2 + 0.8) / 0.8)
    assert exact / 5 < h.condition_ < exact * 5


def test_leverage_one_is_said_and_such_a_lambda_is_not_chosen() -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(6, 9)), random.normal(size=6)
    with pytest.warns(SingularWarning, match="rows fit themselves"):
        h = RidgeCV((0.0, 0.1), cv="loo").fit(X, y)
    assert h.lam_ == 0.1
    assert np.isinf(h.scores_[0]).all()
    with pytest.raises(TooFewRowsError, match="Give lams above 0"):
        RidgeCV((0.0,), cv="loo").fit(X, y)

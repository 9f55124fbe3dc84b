"""Whether the likelihood has a finite minimiser: exact on built cases, agreed with all rows."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from pellucid import LogisticClassifier, SoftmaxClassifier, separate
from pellucid.errors import SeparationWarning
from pellucid.linear.solvers.recession import recession


def noise(n=300, d=4, k=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.integers(0, k, n)


@given(st.integers(0, 10_000), st.sampled_from([4, 8, 30]))
def test_two_classes_agree_with_the_program_over_all_rows(seed, n):
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-2, 3, (n, 2)).astype(float), rng.integers(0, 2, n)
    y[:2] = 0, 1
    found = recession(X, y, rng.normal(size=n), offset=True)
    if len(np.unique(X, axis=0)) > 3:
        assert (found is not None) == (separate(X, y).direction is not None)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("k", [2, 3, 5])
def test_a_rare_column_of_one_class_runs_away_among_many_rows(k, sparse):
    X, y = noise(n=5000, k=k)
    X[:, 2] = 0
    X[:6, 2], y[:6] = 1, 1
    Z = sp.csr_array(X) if sparse else X
    margins = np.random.default_rng(3).normal(size=len(y))
    found = recession(Z, y, margins, offset=True)
    u = X @ found.T
    u = np.hstack([0 * u, u]) if k == 2 else u
    lead = u[np.arange(len(y)), y][:, None] - u
    assert lead.min() > -1e-6
    assert lead[:6].max() > 0.1
    y[0] = 0
    y[1] = k - 1
    assert k > 2 or recession(Z, y, margins, offset=True) is None


def test_softmax_finds_the_class_that_parts_from_two_that_overlap():
    X, y = noise(d=2, k=2)
    X, y = np.vstack([X, X[:50] + [20, 0]]), np.append(y, np.full(50, 2))
    with pytest.warns(SeparationWarning, match="some of them"):
        h = SoftmaxClassifier(lam=0).fit(X, y)
    direction = h.separating_direction_
    np.testing.assert_allclose(direction.sum(axis=0), 0, atol=1e-12)
    u = X @ direction.T
    assert (u[300:, 2] - u[300:, 0]).min() > (u[:300, 2] - u[:300, 0]).max()


def test_without_an_offset_the_boundary_passes_the_origin():
    X, y = np.array([[1.0], [2.0], [3.0]]), np.array([0, 0, 1])
    assert recession(X, y, np.zeros(3), offset=False) is None
    assert recession(X, y, np.zeros(3), offset=True) is not None


def test_a_large_table_is_decided_too():
    X, y = noise(n=60_000, d=40)
    X[:, 7] = 0
    X[:5, 7], y[:5] = 1, 1
    with pytest.warns(SeparationWarning):
        h = LogisticClassifier(lam=0).fit(X, y)
    assert abs(h.separating_direction_[0, 7]) > 0.99

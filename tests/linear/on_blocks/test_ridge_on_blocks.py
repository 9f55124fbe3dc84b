"""Ridge on blocks: the bits do not depend on the cuts, and the answer is that of rows in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import LeastSquares, LinearClassifier, RidgeCV
from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.passes import LocalPasses
from pellucid.data.blocks.row_blocks import array_blocks
from pellucid.errors import FramingError, ShapeError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3_000, 200)) + 5.0 * RNG.normal(size=200)
Y = X @ RNG.normal(size=200) + RNG.normal(size=3_000)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 1_500), max_size=5), st.integers(1, 4))
def test_any_cut_and_any_number_of_threads_give_the_same_bits(cuts: list[int], n: int) -> None:
    whole = RidgeCV().fit(array_blocks(X, Y))
    source: Any = array_blocks(X, Y, cut=cuts)
    source.passes = LocalPasses(n)
    model = RidgeCV().fit(source)
    assert model.coef_.tobytes() == whole.coef_.tobytes()
    assert model.scores_.tobytes() == whole.scores_.tobytes()


def test_the_answer_is_that_of_rows_in_memory() -> None:
    blocks = RidgeCV().fit(array_blocks(X, Y, cut=700))
    memory = RidgeCV(cv=HashedFolds(5)).fit(X, Y)
    assert blocks.lam_ == memory.lam_
    np.testing.assert_allclose(blocks.coef_, memory.coef_, rtol=1e-10)
    np.testing.assert_allclose(blocks.scores_, memory.scores_, rtol=1e-10)


def test_dependent_columns_are_solved_by_qr_of_the_blocks() -> None:
    Z = np.column_stack([X[:, :5], X[:, 0]])
    with pytest.warns(UserWarning, match="dependent"):
        blocks = LeastSquares().fit(array_blocks(Z, Y, cut=700))
    with pytest.warns(UserWarning, match="dependent"):
        memory = LeastSquares().fit(Z, Y)
    np.testing.assert_allclose(blocks.coef_, memory.coef_, rtol=1e-8)


def test_weights_count_in_the_qr_of_the_blocks() -> None:
    Z, weights = np.column_stack([X[:, :5], X[:, 0]]), RNG.integers(1, 9, len(X)).astype(float)
    with pytest.warns(UserWarning, match="dependent"):
        blocks = LeastSquares().fit(array_blocks(Z, Y, weights, cut=700))
    with pytest.warns(UserWarning, match="dependent"):
        memory = LeastSquares().fit(Z, Y, sample_weight=weights)
    np.testing.assert_allclose(blocks.coef_, memory.coef_, rtol=1e-8)


def test_a_member_without_a_route_and_a_bad_cell_are_named() -> None:
    with pytest.raises(FramingError, match="LinearClassifier has no block route"):
        LinearClassifier().fit(array_blocks(X, Y > 0))
    Z = X[:, :3].copy()
    Z[1_234, 1] = np.nan
    with pytest.raises(ShapeError, match="row 1,234"):
        RidgeCV().fit(array_blocks(Z, Y, cut=100))

"""Which products a polynomial of a table's columns takes.

Notes: Def 187, §5.2
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pellucid.features.polynomial_basis import PolynomialBasis
from pellucid.features.strongest_monomials import StrongestMonomials, new_products

FEW = st.sampled_from([-1.0, 0.0, 1.0, 2.5])


def is_new(product: np.ndarray, columns: np.ndarray) -> bool:
    """Whether it is no a·u + b·v + c of its own columns: by least squares."""
    known = np.column_stack([columns, np.ones(len(columns))])
    weights = np.linalg.lstsq(known, product, rcond=None)[0]
    return bool(np.abs(known @ weights - product).max() > 1e-9)


@given(st.integers(1, 12), st.integers(1, 5), st.data())
def test_products_of_two_valued_columns_are_new_where_least_squares_says_so(
    n: int, d: int, data: st.DataObject
) -> None:
    values = [data.draw(st.lists(FEW, min_size=1, max_size=2)) for _ in range(d)]
    places = data.draw(arrays(np.intp, (n, d), elements=st.integers(0, 1)))
    X = np.column_stack([np.array(v)[places[:, j] % len(v)] for j, v in enumerate(values)])
    new = new_products(X)
    assert not np.tril(new, -1).any()
    for i in range(d):
        for j in range(i, d):
            assert new[i, j] == is_new(X[:, i] * X[:, j], X[:, [i, j]])


@given(arrays(np.float64, (12, 3), elements=st.floats(-9, 9, width=16), unique=True))
def test_columns_of_many_values_have_all_products(X: np.ndarray) -> None:
    """As the polynomial basis of order 2, without its constant."""
    found = StrongestMonomials().fit(X)
    basis = PolynomialBasis(order=2, include_constant=False).fit(X)
    assert set(found.get_feature_names_out()) == set(basis.get_feature_names_out())
    order = [found.get_feature_names_out().tolist().index(n) for n in basis.get_feature_names_out()]
    assert np.allclose(found.transform(X)[:, order], basis.transform(X))


def test_products_with_a_constant_say_nothing_new() -> None:
    X = np.column_stack([np.full(6, 3.0), np.arange(6.0), np.tile([0.0, 1.0], 3)])
    assert np.argwhere(new_products(X)).tolist() == [[1, 1], [1, 2]]


def test_a_one_hot_code_and_a_thermometer_need_no_products() -> None:
    places = np.arange(12) % 4
    one_hot = np.eye(4)[places]
    steps = (places[:, None] >= np.arange(1, 4)).astype(float)
    for code in (one_hot, steps):
        found = StrongestMonomials().fit(code)
        assert len(found.pairs_) == found.candidates_ == 0
        assert np.array_equal(found.transform(code), code)


@pytest.mark.parametrize("room", [1, 3])
def test_what_says_nothing_new_takes_no_room(room: int) -> None:
    rng = np.random.default_rng(0)
    flags = np.eye(5)[rng.integers(0, 5, 90)]
    X = np.column_stack([flags, rng.normal(size=(90, 2))])
    found = StrongestMonomials(7 + room).fit(X, X[:, 5] * X[:, 6] + X[:, 0] * X[:, 5])
    assert found.candidates_ == 5 * 2 + 3
    assert len(found.pairs_) == room
    assert all(max(pair) >= 5 for pair in found.pairs_.tolist())
    assert [5, 6] in found.pairs_.tolist()

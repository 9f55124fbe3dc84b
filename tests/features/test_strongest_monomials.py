"""Which products a polynomial of a table's columns takes.

Notes: Def 187, §5.2
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pellucid.features import strongest_monomials
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


@given(st.integers(0, 99), st.sampled_from([4, 30]), st.booleans())
def test_only_what_varies_in_the_target_decides_whatever_the_inputs_and_it_are_counted_in(
    seed: int, n: int, narrow: bool
) -> None:
    """More rows than columns or fewer; where the columns are many, products of the best alone."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n, 6)), rng.normal(size=n)
    y += 3 * X[:, 1] * X[:, 4]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strongest_monomials, "WIDEST", 4 if narrow else 40)
        pairs, moved, scaled, wide = (
            StrongestMonomials(8).fit(*given_).pairs_.tolist()
            for given_ in ((X, y), (X, y + 1e3), (X * 7 - 1e3, -y), (X, np.column_stack([y, y])))
        )
    assert pairs == moved == scaled == wide
    assert len(pairs) == 2


def test_labels_are_numbers_of_each_class_and_without_any_the_widest_products_are_taken() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4)) + 5
    labels = np.array(["low", "mid", "high"])[np.digitize(X[:, 0] * X[:, 2], [22, 28])]
    one_hot = (labels[:, None] == np.unique(labels)).astype(float)
    found = StrongestMonomials(5).fit(X, labels).pairs_
    assert found.tolist() == StrongestMonomials(5).fit(X, one_hot).pairs_.tolist() == [[0, 2]]
    Z = rng.choice([-1.0, 0.0, 2.0], size=(60, 4))
    Z[:, 3] = Z[:, 1] + rng.normal(size=60) * 0.01
    centred = Z - Z.mean(axis=0)
    told = np.abs(centred.T @ centred)
    told /= np.sqrt((centred**2).T @ centred**2)
    (pair,) = StrongestMonomials(5).fit(Z).pairs_.tolist()
    assert told[tuple(pair)] == told[np.triu_indices(4)].max()


@pytest.mark.parametrize("met", range(1, 16))
def test_a_product_of_two_valued_columns_is_new_where_all_four_combinations_occur(met: int) -> None:
    X = np.array([[k // 2, k % 2] for k in range(4) if met >> k & 1], dtype=float)
    assert new_products(X)[0, 1] == (met == 15) == is_new(X[:, 0] * X[:, 1], X)

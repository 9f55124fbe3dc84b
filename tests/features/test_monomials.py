"""Monomials: which, how many, in which order, and the exact translation between domains."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.features.monomial_rows import monomial_rows
from pellucid.features.monomials import (
    exponents,
    monomial_count,
    monomial_values,
    recipe,
    uncentered_coefficients,
)

small = st.tuples(st.integers(1, 5), st.integers(0, 5))


def test_two_inputs_of_order_two_are_six_terms() -> None:
    """5.2.1.3-two-inputs-order-two: 1, x₁, x₁², x₂, x₂x₁, x₂², homogenised exponents sum to 2."""
    table = exponents(2, 2, by_degree=False)
    assert table.tolist() == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [0, 2]]
    homogenised = np.column_stack([2 - table.sum(axis=1), table[:, 1], table[:, 0]])
    assert homogenised.tolist() == [
        [2, 0, 0], [1, 0, 1], [0, 0, 2], [1, 1, 0], [0, 1, 1], [0, 2, 0],
    ]  # fmt: skip


def test_two_inputs_of_order_three_are_ten_terms() -> None:
    """5.2.1.3-two-inputs-order-three, its last two terms read as x₂²x₁ and x₂³."""
    table = exponents(2, 3, by_degree=False).tolist()
    assert len(table) == 10
    assert table[:5] == [[0, 0], [1, 0], [2, 0], [3, 0], [0, 1]]
    assert table[-2:] == [[1, 2], [0, 3]]


def test_two_inputs_of_order_one_are_the_inputs_and_one() -> None:
    """5.2.1.3-two-inputs-order-one."""
    assert exponents(2, 1).tolist() == [[0, 0], [1, 0], [0, 1]]


def test_members_of_a_large_basis() -> None:
    """5.2.1.3-large-basis-members: x₁^k, x₁x₂, x₂x₃³x₆ and 1."""
    held = {tuple(row) for row in exponents(6, 5).tolist()}
    assert {(5, 0, 0, 0, 0, 0), (1, 1, 0, 0, 0, 0), (0, 1, 3, 0, 0, 1), (0,) * 6} <= held


@given(small)
def test_the_count_is_that_of_stars_and_bars(size: tuple[int, int]) -> None:
    """5.2.1.4-count: C(d + k, k), each monomial once, in both orders."""
    d, order = size
    by_degree, first_fastest = exponents(d, order), exponents(d, order, by_degree=False)
    assert len(by_degree) == monomial_count(d, order) == comb(d + order, order)
    assert {tuple(r) for r in by_degree} == {tuple(r) for r in first_fastest}
    assert len({tuple(r) for r in by_degree}) == len(by_degree)
    assert (np.diff(by_degree.sum(axis=1)) >= 0).all()
    reversed_digits = [tuple(row[::-1]) for row in first_fastest.tolist()]
    assert reversed_digits == sorted(reversed_digits)


@given(small, st.integers(0, 1000), st.booleans())
def test_values_are_the_products_of_powers(
    size: tuple[int, int], seed: int, by_degree: bool
) -> None:
    d, order = size
    X = np.random.default_rng(seed).normal(size=(4, d))
    table = exponents(d, order, by_degree=by_degree)
    plain = np.array([[np.prod(x**row) for row in table] for x in X])
    np.testing.assert_allclose(monomial_values(X, table), plain, rtol=1e-12)


@given(small, st.booleans(), st.booleans(), st.sampled_from(["all", "interactions", "axes"]))
def test_compiled_rows_are_the_plain_values(
    size: tuple[int, int], by_degree: bool, constant: bool, terms: str
) -> None:
    """To the last bit: the same products in the same order."""
    d, order = size
    X = np.random.default_rng(0).normal(size=(7, d))
    table = exponents(d, order, terms=terms, by_degree=by_degree)
    table = table if constant else table[table.any(axis=1)]
    assert (monomial_rows(X, recipe(table), len(table)) == monomial_values(X, table)).all()


def test_many_rows_are_made_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.features.monomial_rows.BLOCK_NUMBERS", 100)
    X, table = np.random.default_rng(0).normal(size=(1001, 3)), exponents(3, 3)
    assert (monomial_rows(X, recipe(table), 20) == monomial_values(X, table)).all()
    assert monomial_rows(X[:0], recipe(table), 20).shape == (0, 20)


@pytest.mark.parametrize("d", [1, 3, 20])
def test_few_products_of_runs_make_many_monomials(d: int) -> None:
    table = exponents(d, 3)
    assert len(recipe(table)) <= 1 + 3 * d


@given(small)
def test_terms_are_chosen_from_all(size: tuple[int, int]) -> None:
    d, order = size
    everything = exponents(d, order)
    squarefree = everything[everything.max(axis=1, initial=0) <= 1]
    single = everything[(everything > 0).sum(axis=1) <= 1]
    assert exponents(d, order, terms="interactions").tolist() == squarefree.tolist()
    axes = exponents(d, order, terms="axes")
    assert sorted(axes.tolist()) == sorted(single.tolist())
    for terms, kept in (("interactions", squarefree), ("axes", single)):
        assert monomial_count(d, order, terms) == len(kept)


@settings(deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=6, max_size=6),
    st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    st.tuples(st.sampled_from([0.5, 1.0, 4.0]), st.sampled_from([0.25, 2.0])),
    st.tuples(st.integers(-5, 5), st.integers(-5, 5)),
)
def test_a_translated_polynomial_is_the_same_polynomial(
    coefficients: list[int], centre: tuple[int, int], half: tuple[float, float], x: tuple[int, int]
) -> None:
    """Exactly: both sides in rational numbers."""
    table = exponents(2, 2)
    c = np.array(coefficients, dtype=float)
    found = uncentered_coefficients(c, table, np.array(centre, float), np.array(half))
    z = [(Fraction(a) - m) / Fraction(h) for a, m, h in zip(x, centre, half, strict=True)]
    scaled = sum(
        int(k) * z[0] ** row[0] * z[1] ** row[1]
        for k, row in zip(coefficients, table.tolist(), strict=True)
    )
    raw = sum(Fraction(k) * x[0] ** a * x[1] ** b for (a, b), k in found.items())
    assert raw == scaled

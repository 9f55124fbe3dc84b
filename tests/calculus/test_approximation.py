"""What a derivative promises: linear against true change for every kind; linearity; arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.calculus import (
    approximate,
    derivative_operator,
    derive,
    diagonal_vector,
    differentiate,
    flattened,
    linearity,
    read,
    stacked,
)
from pellucid.calculus.algebra.expression import symbols_of
from pellucid.calculus.codegen.modules import callable_for
from pellucid.calculus.language.declarations import declare
from pellucid.errors import FormulaError, HyperparameterError, ShapeError

SHAPES = {"s": (), "v": (3,), "M": (3, 2), "A": (2, 3), "B": (2, 2), "w": (2,)}
WHERE = "s: scalar, v: 3, M: 3×2, A: 2×3, B: 2×2, w: 2"


@pytest.mark.parametrize(
    ("formula", "by"),
    [
        ("exp(s)*s", "s"),  # scalar by scalar
        ("norm2(tanh(A*v))^2", "v"),  # scalar by vector
        ("sin(s*w)", "s"),  # vector by scalar
        ("tanh(A*v)", "v"),  # vector by vector
        ("sin(s*M)", "s"),  # matrix by scalar
        ("sum(tanh(A*M) .* B)", "M"),  # scalar by matrix
        ("tanh(M'*v)", "M"),  # vector by matrix
        ("tanh(v)*w'", "v"),  # matrix by vector
        ("tanh(A*M)", "M"),  # matrix by matrix
    ],
)
def test_the_promise_holds_to_first_order_for_every_kind(formula: str, by: str) -> None:
    """A.1.3-approximation, A.1.3-approximate, A.5-linear-change: the error is of second order."""
    rng = np.random.default_rng(0)
    values: dict[str, Any] = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    used = [str(symbol.detail) for symbol in symbols_of(read(formula, WHERE))]
    found = approximate(
        formula, by, rng.normal(size=SHAPES[by]) * 0.3, WHERE, shares=(0.01, 0.001),
        **{name: values[name] for name in used},
    )  # fmt: skip
    assert found.linear.size == found.true.size
    assert found.order == pytest.approx(2, abs=0.1)
    assert "order 2.0" in str(found) or "order 1.9" in str(found)


def test_smaller_steps_make_the_planar_error_shrink() -> None:
    """A.2.2-error-shrinks, A.1.2-limit: Δf/Δx tends to f′."""
    found = approximate("x^2", "x", 1.0, "x: scalar", x=1.0)
    assert [error for _, error in found.errors] == pytest.approx([1, 0.01, 0.0001])
    quotients = [(error + 2 * h) / h for h, error in found.errors]
    assert quotients == pytest.approx([3, 2.1, 2.01])


def test_a_derivative_is_not_reused_far_away() -> None:
    """A.2.2-position-matters: promised from 1, a step of 10 is off by more than half."""
    found = approximate("x^2", "x", 10.0, "x: scalar", shares=(1.0,), x=1.0)
    assert found.linear == pytest.approx(20)
    assert found.true == pytest.approx(120)


def test_a_linear_formula_keeps_its_promise_exactly() -> None:
    """A.2.2-planar: derivatives are constant, steps add in any order (A.2.2-steps-add, eq A.14)."""
    theta = np.array([2.0, -1.0])
    assert approximate("theta'*x + 1", "x", [0.5, 3.0], theta=theta, x=[1.0, 1.0]).order == np.inf
    steps = ([0.5, 0.0], [0.0, 3.0], [0.5, 3.0])
    changes = [
        approximate("theta'*x", "x", step, theta=theta, x=[1.0, 1.0]).true.item() for step in steps
    ]
    assert changes[0] + changes[1] == pytest.approx(changes[2])


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ShapeError, match="Δx has shape"):
        approximate("x'*x", "x", [1.0], "x: 2", x=[1.0, 2.0])
    with pytest.raises(FormulaError, match="No value for a"):
        approximate("a'*x", "x", [1.0, 1.0], x=[1.0, 2.0])
    with pytest.raises(FormulaError, match="not among"):
        approximate("x'*x", "z", [1.0, 1.0], x=[1.0, 2.0])


def test_linear_functions_keep_sums_and_scalings() -> None:
    """0.3-linearity-check, Def 1: a matrix product is linear, an offset spoils it."""
    A = np.arange(6.0).reshape(2, 3)
    assert linearity(lambda x: A @ x, (3,)).holds
    assert not linearity(lambda x: A @ x + 1, (3,)).holds
    assert not linearity(np.square, (3,)).holds
    assert "not linear" in str(linearity(np.abs, (3,)))
    with pytest.raises(HyperparameterError, match="trials"):
        linearity(np.abs, trials=0)


def test_the_derivative_is_a_linear_operator() -> None:
    """0.3-operator, 0.3-derivative-of-square, 0.3-derivative-of-scaled: d(10h) = 10 dh."""
    slope = derivative_operator(lambda x: x**2)
    at = np.linspace(-2, 2, 9)
    np.testing.assert_allclose(slope(at), 2 * at, atol=1e-9)
    scaled, plain = (derivative_operator(h) for h in (lambda x: 10 * np.sin(x), np.sin))
    np.testing.assert_allclose(scaled(at), 10 * plain(at), rtol=1e-9, atol=1e-9)
    both = derivative_operator(lambda x: np.sin(x) + x**2)
    np.testing.assert_allclose(both(at), plain(at) + slope(at), atol=1e-9)
    assert str(derive("10*h(x)", "x", "x: scalar, h: function").expression) == "10*h'(x)"


def test_layers_columns_and_diagonals() -> None:
    """A.8.3-stack (A.56), A.8.3-flatten (A.58), A.8.3-diagonal-to-vector (A.57)."""
    block = stacked([[1, 2, 3], [4, 5, 6]], [[5, 7, 11], [13, 17, 19]])
    assert block.shape == (2, 3, 2)
    assert block[:, :, 0].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert block[1, 2].tolist() == [6, 19]
    assert flattened([[1, 2], [3, 4]]).tolist() == [1, 3, 2, 4]
    assert diagonal_vector(np.diag([3, 9, 4])).tolist() == [3, 9, 4]
    with pytest.raises(ShapeError, match="one shape"):
        stacked([[1]], [[1, 2]])
    with pytest.raises(ShapeError, match="would lose"):
        diagonal_vector([[1, 2], [0, 1]])
    with pytest.raises(ShapeError, match="square"):
        diagonal_vector([[1, 2]])


def test_ten_and_minus_five() -> None:
    """A.1-ten-and-minus-five (A.2): raising x₁ raises f, raising x₂ lowers it."""
    slope = derive("10*x[1] - 5*x[2]", "x", "x: 2").expression
    assert np.ravel(callable_for([slope])()).tolist() == [10, -5]
    up = approximate("10*x[1] - 5*x[2]", "x", [1.0, 0.0], "x: 2", x=[0.0, 0.0])
    down = approximate("10*x[1] - 5*x[2]", "x", [0.0, 1.0], "x: 2", x=[0.0, 0.0])
    assert (up.true, down.true) == (10, -5)


def test_a_derivative_holds_every_pair() -> None:
    """A.1.2-every-pair: its size is the product of the sizes."""
    declared = declare("v: 3, M: 4×2, A: 2×3, w: 2")
    for formula, by, size in (("A*v", "v", 2 * 3), ("M*w", "w", 4 * 2), ("M*w", "M", 4 * 8)):
        shape = differentiate(read(formula, declared), declared.symbols[by]).shape
        assert np.prod([int(s) for s in shape]) == size


def test_sums_products_minima_of_the_prerequisites() -> None:
    """0.8-sum-and-product, 0.8-min-and-argmin: the numbers of the notation section."""
    n = np.arange(1.0, 7.0)
    assert float(callable_for([read("sum(n.^2)", "n: 6")])(n=n)) == 91
    total = np.exp(float(callable_for([read("sum(log(n))", "n: 5")])(n=n[:5])))
    assert total == pytest.approx(120)
    x = np.linspace(-4, 4, 8001)
    assert (x**2).min() == pytest.approx(0, abs=1e-12)
    assert np.sin(x).max() == pytest.approx(1, abs=1e-6)
    away = (x - 1) ** 2
    assert (away.min(), x[away.argmin()]) == pytest.approx((0, 1), abs=1e-9)


def test_a_derivative_has_numbers_at_a_point() -> None:
    A, B = np.arange(6.0).reshape(2, 3), np.arange(4.0).reshape(2, 2)
    found = derive("A*X*B", "X", "A: 2×3, X: 3×2, B: 2×2").derivative
    value = found.value(A=A, B=B)
    assert value.shape == found.shape
    change = np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]])
    np.testing.assert_allclose(np.tensordot(change, value, axes=2), A @ change @ B)
    assert derive("a*x", "x", "a: scalar, x: scalar").derivative.value(a=2.0).shape == (1, 1)
    with pytest.raises(FormulaError, match="No value for B"):
        found.value(A=A)

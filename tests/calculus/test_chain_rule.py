"""Chains along named parts, and the misprints that are refused.

Notes: Definition 457, (9.20), (9.32), (A.61), Notation 304, Concept 296
"""

from __future__ import annotations

import pytest

from pellucid.calculus import chain
from pellucid.errors import FormulaError, ShapeError

NETWORK = "Z1 = W1'*x + b1; A1 = f(Z1); Z2 = W2'*A1 + b2; A2 = g(Z2); L = norm2(A2 - y)^2"
SHAPES = "W1: m×n, W2: n×k, x: m, b1: n, b2: k, y: k"
CNN = "Z = conv(X, W); A1 = relu(Z); A2 = W2'*A1; L = (A2 - y)^2"
CNN_SHAPES = "X: 6, W: 3, W2: 4, y: scalar"


def test_weight_gradient_as_in_notation_304() -> None:
    found = chain(NETWORK, "L", "W1", SHAPES)
    assert str(found.routes[0]).startswith("(∂Z1/∂W1)(∂L/∂A2)ᵀ")
    assert found.check.agrees
    assert found.total.shape == ("m", "n")
    text = str(found)
    assert "∂Z1/∂W1 = x  (m×1)" in text
    assert "diagonal: may multiply entry by entry" in text
    assert r"\underbrace" in found.latex
    assert found.as_dict()["routes"][0][0]["condensed"] is True


def test_input_first_order_of_9_32() -> None:
    found = chain(CNN, "L", "W", CNN_SHAPES)
    assert str(found.routes[0]) == "(∂Z/∂W)(∂A1/∂Z)(∂A2/∂A1)(∂L/∂A2)  (3×4)(4×4)(4×1)(1×1)"
    assert found.check.agrees
    assert "conforms" in found.propose(["dZ/dW", "dA1/dZ", "dA2/dA1", "dL/dA2"])


@pytest.mark.parametrize(
    ("definitions", "where", "by", "order", "pair"),
    [
        # (9.20): loss first.
        (CNN, CNN_SHAPES, "W", ["dL/dA2", "dA2/dA1", "dA1/dZ", "dZ/dW"], "∂L/∂A2 (1×1) times ∂A2"),
        # (A.61): dL/dZ printed in both places.
        (NETWORK, SHAPES, "W1", ["dL/dZ1", "dL/dZ1'"], "conform"),
        # Without the transpose.
        (NETWORK, SHAPES, "W1", ["dZ1/dW1", "dL/dZ1"], "∂Z1/∂W1 (m×1) times ∂L/∂Z1 (n×1)"),
    ],
)
def test_misprints_are_refused(definitions, where, by, order, pair) -> None:
    with pytest.raises(ShapeError) as problem:
        chain(definitions, "L", by, where).propose(order)
    assert pair in str(problem.value)
    assert "∂Z" in str(problem.value)


def test_the_right_weight_step_is_accepted() -> None:
    verdict = chain(NETWORK, "L", "W1", SHAPES).propose(["dZ1/dW1", "dL/dZ1'"])
    assert verdict == "conforms, and gives (m×n)"


def test_square_factors_in_the_wrong_order_are_refused_too() -> None:
    found = chain("u = A*x; v = B*u; L = norm2(v)^2", "L", "x", "A: n×n, B: n×n, x: n")
    with pytest.raises(ShapeError, match="happen to conform"):
        found.propose(["dv/du", "du/dx", "dL/dv"])


def test_several_routes_are_summed() -> None:
    found = chain("u = A*x; L = norm2(u)^2 + b'*x", "L", "x", "A: m×n, x: n, b: n")
    assert len(found.routes) == 2
    assert found.check.agrees
    assert str(found.partial.expression) == "b"  # partial: u held still
    assert str(found.expression) == "2*A'*A*x + b"  # total


def test_faults_are_named() -> None:
    with pytest.raises(FormulaError, match="No route"):
        chain("u = A*x; L = norm2(y)^2", "L", "x", "A: m×n, x: n, y: m")
    with pytest.raises(FormulaError, match="defined twice"):
        chain("u = x; u = x", "u", "x", "x: n")
    with pytest.raises(FormulaError, match="no definition"):
        chain("u", "u", "x", "x: n")
    with pytest.raises(FormulaError, match="not a factor"):
        chain(CNN, "L", "W", CNN_SHAPES).propose(["dL/dW2"])
    with pytest.raises(FormulaError, match="is no factor"):
        chain(CNN, "L", "W", CNN_SHAPES).propose(["LW"])

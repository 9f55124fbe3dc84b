"""Shapes that nobody declared: the notes' own formulas need no declaration.

Notes: (A.3), KE 55, Notation 57, KE 70, KE 179, §7.2
"""

from __future__ import annotations

import pytest

from pellucid.calculus import compile_objective, derive
from pellucid.errors import FormulaError, PellucidError, ShapeError

# formula, variable, what the shapes must come out as
NOTES = [
    ("(theta'*X - Y)*(theta'*X - Y)'/n", "theta", {"X": "dn", "Y": "1n"}),  # KE 55
    ("(X̃*theta - Ỹ)'*(X̃*theta - Ỹ)/n", "theta", {"theta": "d1"}),  # Notation 57
    ("norm2(theta'*X - Y)^2/n", "theta", {"Y": "1n"}),
    ("norm2(X'*theta - y)^2/n + lam*norm2(theta)^2", "theta", {"y": "n1"}),  # KE 70
    ("sum((theta'*X + theta_0 - Y).^2)/n", "theta", {"X": "dn", "Y": "1n"}),
    ("mean((X'*theta - y).^2)", "theta", {"y": "n1"}),
    ("sum(abs(X'*theta - y))/n", "theta", {"y": "n1"}),
    ("(theta'*x + theta_0 - y)^2", "theta", {"y": "11"}),
    # the negative log-likelihood: one point, given g, all points in a row
    ("-(y*log(sigmoid(theta'*x)) + (1-y)*log(1-sigmoid(theta'*x)))", "theta", {"y": "11"}),
    ("-(y*log(g) + (1-y)*log(1-g))", "g", {"y": "11", "g": "11"}),
    ("-(Y*log(sigmoid(X'*theta)) + (1-Y)*log(1-sigmoid(X'*theta)))/n", "theta", {"Y": "1n"}),
    ("sum(log(1 + exp(-y .* (X'*theta))))/n", "theta", {"y": "n1"}),
    ("-y'*log(softmax(W'*x))", "W", {"W": "dn", "y": "n1"}),
    ("-sum(y .* log(p))", "p", {"p": "n1"}),
    ("norm2(f(W'*A + W_0) - y)^2", "W", {"W": "mn", "A": "m1", "W_0": "n1"}),
    ("norm2(X - W'*(V'*X))^2", "W", {"X": "dn"}),
    ("exp(-norm2(x - m)^2/beta)", "x", {"x": "d1", "m": "d1", "beta": "11"}),
    ("(x - mu)'*inv(Sigma)*(x - mu)", "x", {"Sigma": "dd"}),
    ("inv(X'*X)*X'*y", "y", {"y": "n1"}),
    ("tr((Theta'*X - Y)'*(Theta'*X - Y))/n", "Theta", {"X": "dn"}),
    ("a*A + b*B", "A", {"a": "11", "b": "11"}),
]


@pytest.mark.parametrize(("formula", "by", "shapes"), NOTES)
def test_the_notes_formulas_need_no_declaration(
    formula: str, by: str, shapes: dict[str, str]
) -> None:
    found = derive(formula, by)
    for name, wanted in shapes.items():
        shape = found.declared.symbols[name].shape
        assert len(shape) == len(wanted)
        # letters may be renamed; what is 1 and what is equal must agree
        assert [size == 1 for size in shape] == [letter == "1" for letter in wanted], found.declared
    assert found.check.agrees, found.check


def test_a_declaration_that_is_needed_is_given() -> None:
    with pytest.raises(FormulaError, match='--where "x: 5, w: 2"'):
        derive("norm2(conv(x, w) - y)^2", "w")
    with pytest.raises(ShapeError, match='--where "x: 2"'):
        compile_objective("norm2(x)^2", "x", {})
    with pytest.raises(PellucidError, match=r"W\^\(1\): m×n"):
        derive(r"W^{(1)} x", "x")


def test_a_number_needs_no_size() -> None:
    assert compile_objective("abs(x - 1)", "x", {}).shape == (1, 1)


def test_what_is_declared_and_not_used_is_told() -> None:
    assert any("z is declared" in w for w in derive("x'*x", "x", "x: d, z: d").warnings)
    assert not any("declared" in w for w in derive("x'*x/n", "x", "x: n").warnings)


def test_layers_are_two_matrices() -> None:
    found = derive("W^(2)*tanh(W^(1)*x)", "x", "W^(1): m×d, W^(2): k×m, x: d×1")
    assert found.inferred == ()
    assert found.derivative.shape == ("d", "k")
    assert found.check.agrees


def test_layers_in_latex_are_those_that_are_declared() -> None:
    """By a number, and by a letter and a number."""
    where = "W^(1): m×d, W^(l-1): k×m, x: d×1"
    found = derive(r"W^{(l-1)} \tanh(W^{(1)} x)", "x", where)
    typed = derive("W^(l-1)*tanh(W^(1)*x)", "x", where)
    assert str(found.derivative) == str(typed.derivative)
    assert found.check.agrees
    with pytest.raises(PellucidError, match=r"W\^\(2\) is a layer, which needs a declaration"):
        derive(r"W^{(2)} x", "x", where)


@pytest.mark.parametrize(
    "formula", ["2^x", "2^-x", "2^(x/3) + 1", "a^x*x", "(1 + a)^(2*x)", "2^(x^2)", "x^x"]
)
def test_an_exponent_is_a_number(formula: str) -> None:
    """Def 463: what stands in an exponent has no other shape, so nobody needs to declare it."""
    found = derive(formula, "x")
    assert found.expression.shape == (1, 1)
    with pytest.raises(ShapeError):
        derive(formula, "x", where="x: 3x1")

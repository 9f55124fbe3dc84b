"""The slope of any formula at any point is the limit of its difference quotients, or a stated kink.

Notes: KE 119, KE 450, KE 453, §4.4
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pellucid.calculus import declare, derive, read
from pellucid.calculus.algebra.stable_forms import stable_form
from pellucid.calculus.codegen.modules import callable_for
from pellucid.calculus.codegen.objective import compile_objective
from pellucid.calculus.derivation.derivation import Derivation
from pellucid.errors import PellucidError

ENTRIES = (-800.0, -2.0, -0.5, 0.0, 0.5, 1.0, 3.0, 800.0)


def functions_of(found: Derivation) -> dict[str, Callable[..., Any]]:
    scope: dict[str, Any] = {}
    exec(found.code("numpy"), scope)
    return {name: scope[name] for name in ("value", "gradient")}


def at(function: Callable[..., Any], point: dict[str, Any]) -> np.ndarray:
    wanted = inspect.signature(function).parameters
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given_ = {k: v for k, v in point.items() if k in wanted}
        return np.asarray(function(**given_), dtype=float)


def one_sided(value: Callable[..., Any], point: dict[str, Any], by: str) -> np.ndarray:
    """Limits of the difference quotients from the right and from the left, entry by entry."""
    base = np.asarray(point[by], dtype=float)
    middle = float(at(value, point))
    found = np.empty((2, base.size))
    for side, sign in enumerate((1.0, -1.0)):
        for k in range(base.size):
            quotients = []
            for step in (1e-4, 5e-5, 2.5e-5):  # Richardson: the errors of first and second order go
                moved = base.ravel().copy()
                moved[k] += sign * step * max(1.0, abs(moved[k]))
                width = moved[k] - base.ravel()[k]
                near = moved.reshape(base.shape)
                there = at(value, point | {by: float(near) if base.ndim == 0 else near})
                quotients.append((float(there) - middle) / width)
            one, two, four = quotients
            settled = abs(four - two) <= 0.6 * abs(two - one) + 1e-3 * (1 + abs(four))
            found[side, k] = (8 * four - 6 * two + one) / 3 if settled else np.nan
    return found


def check_slope(formula: str, by: str, where: str, point: dict[str, Any]) -> str:
    """ "limit", "kink" or "undefined": what the gradient was compared with."""
    found = derive(formula, by, where)
    made = functions_of(found)
    if not np.isfinite(at(made["value"], point)):
        return "undefined"
    right, left = one_sided(made["value"], point, by)
    if not (np.isfinite(right).all() and np.isfinite(left).all()):
        return "undefined"
    gradient = at(made["gradient"], point).ravel()
    scale = 1.0 + np.abs(right) + np.abs(left)
    noise = 1e-9 * abs(float(at(made["value"], point))) / 1e-5
    smooth = np.abs(right - left) < 2e-3 * scale + noise
    assert found.warnings or smooth.all(), f"{formula}: a kink at {point} is not stated"
    wrong = smooth & ~(np.abs(gradient - right) < 5e-3 * scale + noise)
    assert not wrong.any(), f"{formula} at {point}: {gradient} is not {right}"
    assert np.isfinite(gradient).all(), f"{formula} at {point}: {gradient}"
    return "limit" if smooth.all() else "kink"


ZERO, ONE = np.zeros((2, 1)), np.ones((2, 1))
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
SPECIAL = [
    # 0/0 in the printed form
    ("norm2(a*x)", "a", "a: scalar, x: d×1", {"a": 1.3, "x": ZERO}),
    ("norm2(A*x)", "x", "A: d×d, x: d×1", {"A": np.zeros((2, 2)), "x": ONE}),
    ("norm2(x)^3", "x", "x: d×1", {"x": ZERO}),
    ("norm2(x)^2*log(norm2(x)^2 + 1)", "x", "x: d×1", {"x": ZERO}),
    ("s*norm2(x)", "s", "x: d×1, s: scalar", {"x": ZERO, "s": 1.0}),
    ("sqrt(a*b)", "a", "a: scalar, b: scalar", {"a": 0.0, "b": 0.0}),
    ("sum(pow(x, p))", "p", "x: d×1, p: scalar", {"x": ZERO, "p": 2.0}),
    ("sum(pow(x, p))", "x", "x: d×1, p: scalar", {"x": ONE, "p": 2.0}),
    # singular matrices
    ("det(A)", "A", "A: d×d", {"A": SINGULAR}),
    ("det(A)^3", "A", "A: d×d", {"A": SINGULAR}),
    ("det(A)*tr(A)", "A", "A: d×d", {"A": SINGULAR}),
    ("det(a*A)", "a", "a: scalar, A: d×d", {"a": 2.0, "A": SINGULAR}),
    ("exp(det(A))", "A", "A: d×d", {"A": SINGULAR}),
    ("det(x*x')", "x", "x: d×1", {"x": ONE}),
    # kinks that cancel
    ("sum(max(x, 0) + log(1 + exp(-abs(x))))", "x", "x: d×1", {"x": ZERO}),
    ("sum(max(x, 0)) + sum(log(1 + exp(-abs(x))))", "x", "x: d×1", {"x": ZERO}),
    ("sum(relu(x) - relu(-x))", "x", "x: d×1", {"x": ZERO}),
    ("y'*relu(x) - y'*relu(-x)", "x", "x: d×1, y: d×1", {"x": ZERO, "y": ONE}),
    ("sum(abs(x) - 2*relu(x))", "x", "x: d×1", {"x": ZERO}),
    ("sum(sign(x) .* abs(x))", "x", "x: d×1", {"x": ZERO}),
    ("sum(abs(x).^2)", "x", "x: d×1", {"x": ZERO}),
    ("mean(relu(x - y) - abs(y - x)/2)", "x", "x: d×1, y: d×1", {"x": ONE, "y": ONE}),
    ("sum(log(1 + exp(-abs(x))) + abs(x)/2)", "x", "x: d×1", {"x": ZERO}),
    ("sum(log(1 + exp(-abs(-2*x))) + abs(x))", "x", "x: d×1", {"x": ZERO}),
    ("sum(log(1 + exp(-2*abs(x))) + abs(x))", "x", "x: d×1", {"x": ZERO}),
    ("sum(relu(2*x) - 2*relu(-x))", "x", "x: d×1", {"x": ZERO}),
    ("sum(relu(3*x - 3*y) - 1.5*abs(2*y - 2*x)/2)", "x", "x: d×1, y: d×1", {"x": ONE, "y": ONE}),
    ("sum(relu(relu(x)) - relu(-x))", "x", "x: d×1", {"x": ZERO}),
    ("sum(abs(-3*relu(x)) - 3*relu(-x))", "x", "x: d×1", {"x": ZERO}),
    ("sum(relu(abs(x) + exp(x)) - 2*relu(x))", "x", "x: d×1", {"x": ZERO}),
    ("sum(abs(x.^2 + 2*relu(x)) - abs(x))", "x", "x: d×1", {"x": ZERO}),
]


@pytest.mark.parametrize(("formula", "by", "where", "point"), SPECIAL)
def test_a_slope_that_exists_is_found(
    formula: str, by: str, where: str, point: dict[str, Any]
) -> None:
    assert check_slope(formula, by, where, point) == "limit"


KINKS = {"relu": Fraction(1, 2), "abs": Fraction(1)}  # their size, in terms of |u|
SMALL = st.fractions(-4, 4, max_denominator=3).filter(bool)
PARTS = st.lists(st.tuples(st.sampled_from(sorted(KINKS)), SMALL, SMALL), min_size=1, max_size=3)


@given(PARTS, st.sampled_from(sorted(KINKS)), SMALL)
def test_kinks_of_any_size_cancel(
    parts: list[tuple[str, Fraction, Fraction]], last: str, inside: Fraction
) -> None:
    """Of a·relu(c·x) and a·|c·x|, whatever their a and c, if their sizes add up to zero."""
    total = sum(a * KINKS[name] * abs(c) for name, a, c in parts)
    parts = [*parts, (last, -total / (KINKS[last] * abs(inside)), inside)]
    formula = " + ".join(f"({a})*{name}(({c})*x)" for name, a, c in parts)
    slope = sum(float(a * c) / 2 for name, a, c in parts if name == "relu")
    found = compile_objective(formula, "x", {}, where="x: 1").gradient_at([0.0])
    np.testing.assert_allclose(found, [slope], atol=1e-12)


LARGE = np.array([[1000.0], [999.0], [-1000.0]])
OVERFLOWS = [
    ("log(mean(exp(z)))", 1000 + np.log1p(np.exp(-1)) - np.log(3)),
    ("log(sum(exp(z))/n)", 1000 + np.log1p(np.exp(-1)) - np.log(3)),
    ("a'*(exp(z)/sum(exp(z)))", 1 + 1 / (1 + np.e)),
    ("a'*exp(z)/sum(exp(z))", 1 + 1 / (1 + np.e)),
    ("sum(exp(z) ./ (1 + exp(z)))", 2.0),
    ("log(a'*exp(z))", 1000 + np.log1p(2 * np.exp(-1))),
    ("log(1 + sum(exp(z)))", 1000 + np.log1p(np.exp(-1))),
    ("sum(log(2 + exp(z)))", 1999 + np.log(2)),
    ("sum((exp(z) - exp(-z)) ./ (exp(z) + exp(-z)))", 1.0),
    ("sum(log(exp(z) + exp(-z)))", 2999.0),
    ("sum(1 ./ (1 + exp(-z)).^2)", 2.0),
    ("sqrt(sum(exp(2*z)))/sum(exp(z))", np.sqrt(1 + np.exp(-2)) / (1 + np.exp(-1))),
    ("log(exp(z)'*exp(z))", 2000 + np.log1p(np.exp(-2))),
    ("sum(exp(z) .* exp(-z))", 3.0),
]


@pytest.mark.parametrize(("formula", "wanted"), OVERFLOWS)
def test_what_is_finite_does_not_overflow(formula: str, wanted: float) -> None:
    made = functions_of(derive(formula, "z", "z: n×1, a: n×1"))
    point = {"z": LARGE, "a": np.array([[1.0], [2.0], [3.0]]), "n": 3}
    np.testing.assert_allclose(float(at(made["value"], point)), wanted, rtol=1e-12, atol=1e-9)
    assert np.isfinite(at(made["gradient"], point)).all()


@pytest.mark.parametrize("formula", ["norm2(x)", "sqrt(x'*x)", "sqrt(sum(x.^2))"])
@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_a_length_has_a_direction_at_any_size(formula: str, size: float) -> None:
    made = functions_of(derive(formula, "x", "x: d×1"))
    point = {"x": size * np.array([[3.0], [4.0]])}
    np.testing.assert_allclose(float(at(made["value"], point)), 5 * size, rtol=1e-14)
    np.testing.assert_allclose(at(made["gradient"], point).ravel(), [0.6, 0.8], rtol=1e-14)


@pytest.mark.parametrize(
    ("formula", "stable"),
    [
        ("exp(x)/sum(exp(x))", "softmax(x)"),
        ("sqrt(sum(x.^2))", "norm2(x)"),
        ("sqrt(sum(x.^4))", None),
        ("det(A)*(A + inv(A))", None),
        ("s*(s + 1)", None),
    ],
)
def test_what_is_computed_is_the_stable_form(formula: str, stable: str | None) -> None:
    declared = declare("x: n, A: n×n, s: scalar")
    assert stable_form(read(formula, declared)) == read(stable or formula, declared)


@pytest.mark.parametrize(
    ("formula", "point", "wanted"),
    [
        ("det(A)*(inv(A) + inv(A)')", {"A": SINGULAR}, [[8, -4], [-4, 2]]),
        ("(2*log(s) + 1)*s", {"s": 0.0}, 0),
        ("s*(log(s) + log(t))", {"s": 0.0, "t": 2.0}, 0),
    ],
)
def test_products_are_finite_where_a_factor_is_not(
    formula: str, point: dict[str, Any], wanted: Any
) -> None:
    value = callable_for([read(formula, "A: 2×2, s: scalar, t: scalar")])
    np.testing.assert_allclose(at(value, point), wanted, atol=1e-12)


@pytest.mark.parametrize(
    ("formula", "stated"),
    [
        ("sqrt(x'*x)", True),
        ("norm2(x)", True),
        ("mean((x - mean(x)).^2)^(1/2)", True),
        ("tr(x*x')^0.5", True),
        ("norm1(x)", True),
        ("sum(abs(x))", True),
        ("norm2(x)^3", False),
        ("norm2(x)^2", False),
        ("norm2(x)*norm2(x)", False),
        ("(x'*x)^1.5", False),
        ("sum(abs(x).^3)", False),
        ("sum(relu(x).^2)", False),
        ("sum(max(x, 0) + log(1 + exp(-abs(x))))", False),
    ],
)
def test_kinks_are_stated_where_they_are(formula: str, stated: bool) -> None:
    notes = derive(formula, "x", "x: d×1").warnings
    assert any("0" in note and "derivative" in note for note in notes) == stated, notes


# --- any formula from the grammar, at any point ---------------------------------------------

LEAVES = ("x", "y", "(x - y)", "2*x", "-x", "(x + 1)")
MAPS = ("exp({})", "tanh({})", "sigmoid({})", "softplus({})", "relu({})", "abs({})", "sin({})")
PAIRS = ("({} + {})", "({} - {})", "({} .* {})", "({} ./ (1 + {}.^2))", "max({}, {})")
WHOLES = ("sum({})", "mean({})", "norm2({})", "norm1({})", "norm2({})^2", "norm2({})^3")
WHOLES += ("logsumexp({})", "log(sum(exp({})))", "log(mean(exp({})))", "y'*softmax({})")
WHOLES += ("log(1 + exp(sum({})))", "max({})", "sqrt(1 + norm2({})^2)", "exp(-norm2({})^2)")
COLUMNS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.builds(lambda f, u: f.format(u), st.sampled_from(MAPS), inner),
        st.builds(lambda f, u, v: f.format(u, v), st.sampled_from(PAIRS), inner, inner),
    ),
    max_leaves=4,
)
SCALARS = st.builds(lambda f, u: f.format(u), st.sampled_from(WHOLES), COLUMNS)


@given(SCALARS, st.lists(st.sampled_from(ENTRIES), min_size=4, max_size=4))
def test_any_slope_is_a_limit_or_a_stated_kink(formula: str, entries: list[float]) -> None:
    x, y = np.array(entries[:2]).reshape(2, 1), np.array(entries[2:]).reshape(2, 1)
    try:
        check_slope(formula, "x", "x: d×1, y: d×1", {"x": x, "y": y, "d": 2})
    except PellucidError:
        assume(False)

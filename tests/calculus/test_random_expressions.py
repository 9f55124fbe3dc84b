"""Random well-shaped expressions: value and gradient against JAX, and the printed form read back.

Notes: KE 119, Definition 457
"""

from __future__ import annotations

import jax
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.calculus import differentiate, read
from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.checking.numeric_check import check_derivative, check_with_jax
from pellucid.calculus.codegen.modules import callable_for, parameters_of
from pellucid.calculus.language.declarations import declare

DECLARED = declare("x: n, y: n, u: m, A: m×n, B: n×n, C: m×m, s: scalar")
SYMBOLS = DECLARED.symbols
SMOOTH = ("tanh", "sigmoid", "softplus", "sin")
COLUMNS = {("n", 1): "n", ("m", 1): "m"}


def leaves(shape: tuple[object, ...]) -> list[Expression]:
    return [s for s in SYMBOLS.values() if s.shape == shape] + [
        s.T for s in SYMBOLS.values() if s.shape != shape and s.shape[::-1] == shape
    ]


@st.composite
def expressions(draw: st.DrawFn, shape: tuple[object, ...], depth: int) -> Expression:
    found = leaves(shape)
    if depth == 0 or (found and draw(st.integers(0, 4)) == 0):
        return draw(st.sampled_from(found)) if found else ex.ones(shape)

    def part(of: tuple[object, ...]) -> Expression:
        return draw(expressions(of, depth - 1))

    rules = ["sum", "difference", "product", "entrywise", "function", "scaled"]
    if shape == (1, 1):
        rules += ["norm", "dot", "logsumexp", "trace"]
    if shape in COLUMNS:
        rules += ["softmax", "column", "centred"]
    rule = draw(st.sampled_from(rules))
    if rule == "sum":
        return part(shape) + part(shape)
    if rule == "difference":
        return part(shape) - part(shape)
    if rule == "entrywise":
        return ex.hadamard(part(shape), part(shape))
    if rule == "function":
        return ex.apply(draw(st.sampled_from(SMOOTH)), part(shape))
    if rule == "scaled":
        return draw(st.sampled_from([2, -1, 3])) * part(shape)
    if rule == "norm":
        inner = draw(st.sampled_from([("n", 1), ("m", 1), ("m", "n")]))
        return ex.to_scalar("norm2", part(inner)) ** 2
    if rule == "dot":
        inner = draw(st.sampled_from([("n", 1), ("m", 1)]))
        return part(inner).T * part(inner)
    if rule == "logsumexp":
        return ex.to_scalar("logsumexp", part(("n", 1)))
    if rule == "trace":
        return ex.square_to_scalar("tr", part(("n", "n")))
    if rule == "softmax":
        return ex.softmax(part(shape))
    if rule == "centred":
        inner = part(shape)
        return inner - ex.to_scalar("mean", inner)
    if rule == "column":
        return part((shape[0], "n")) * part(("n", 1))
    inner_size = draw(st.sampled_from(["n", "m"]))
    return part((shape[0], inner_size)) * part((inner_size, shape[1]))


scalars = expressions((1, 1), 4).filter(lambda e: 1 < sum(1 for _ in ex.walk(e)) < 40)
columns = expressions(("n", 1), 3).filter(lambda e: sum(1 for _ in ex.walk(e)) < 25)


@settings(max_examples=25, deadline=None)
@given(scalars, st.sampled_from(["x", "A", "B", "s"]))
def test_gradient_agrees_with_jax(of: Expression, by: str) -> None:
    found = differentiate(of, SYMBOLS[by])
    check = check_with_jax(found, trials=1)
    assert check.points == 0 or check.worst < 1e-7, check


@settings(max_examples=25, deadline=None)
@given(columns, st.sampled_from(["x", "u", "s"]))
def test_jacobian_agrees_with_central_differences(of: Expression, by: str) -> None:
    check = check_derivative(differentiate(of, SYMBOLS[by]), trials=1)
    assert check.points == 0 or check.worst < 1e-4, check


@settings(max_examples=25, deadline=None)
@given(scalars)
def test_value_agrees_with_jax_and_reads_back(of: Expression) -> None:
    given_symbols = parameters_of([of])
    rng = np.random.default_rng(1)
    sizes = {"n": 3, "m": 2}
    point = {
        s.detail: sizes[s.detail]
        if "size" in s.marks
        else rng.normal(size=[sizes.get(k, 1) for k in s.shape])
        for s in given_symbols
    }
    mine = float(callable_for([of])(**point))
    again = read(str(of), DECLARED)
    assert again.shape == of.shape
    read_back = float(callable_for([again], given=given_symbols)(**point))
    with jax.enable_x64(True):
        theirs = float(callable_for([of], "jax")(**point))
    assert np.isclose(mine, read_back, rtol=1e-9, atol=1e-9)
    assert np.isclose(mine, theirs, rtol=1e-9, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(expressions(("n", 1), 2).filter(lambda e: sum(1 for _ in ex.walk(e)) < 15))
def test_numerator_layout_is_the_transpose(of: Expression) -> None:
    one = differentiate(of, SYMBOLS["x"])
    other = differentiate(of, SYMBOLS["x"], "numerator")
    assert other.shape == one.shape[::-1]
    assert check_derivative(other, one.expression.T, trials=1).worst < 1e-4

"""Rewriting into forms that neither overflow nor lose digits.

`log(1 + exp(u))` is softplus, `1/(1 + exp(-u))` sigmoid, `log(sum(exp(u)))` logsumexp: the same
functions, named before differentiating so that their derivatives come out named too.

Notes: Concept 149, §4.4
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.exponential_shift import without_overflow
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import Size, is_scalar
from pellucid.calculus.algebra.singular_forms import with_cofactors, with_vanishing_logs


def recognize_functions(expression: Expression) -> Expression:
    """Recognise softplus, sigmoid, logsumexp and softmax where they are written out."""
    return _rewritten(expression, _named)


def stable_form(expression: Expression) -> Expression:
    """The form to compute: logarithms of sigmoid and softmax become softplus and logsumexp."""
    safe = expression
    for rule in (
        _length,
        _named,
        _logarithms,
        with_cofactors,
        with_vanishing_logs,
        _merged_exponentials,
    ):
        safe = _rewritten(safe, rule)
    return without_overflow(safe)


Rule = Callable[[Expression], Expression | None]


def _rewritten(expression: Expression, rule: Rule) -> Expression:
    """The rule applied to every part, inner parts first."""
    done: dict[Expression, Expression] = {}
    for node in ex.walk(expression):
        rebuilt = ex.with_arguments(node, tuple(done[a] for a in node.arguments))
        found = rule(rebuilt)
        done[node] = rebuilt if found is None or found.shape != node.shape else found
    return done[expression]


def _merged_exponentials(node: Expression) -> Expression | None:
    """exp(a)·exp(b) is exp(a + b), exp(u)^k is exp(k u): neither overflows on the way."""
    if node.operation == "power" and node.arguments[0].operation == "exp":
        exponent = node.arguments[1]
        inner = ex.multiply(exponent, node.arguments[0].arguments[0])
        return ex.apply("exp", inner)
    if node.operation not in {"multiply", "hadamard"}:
        return None
    make = ex.hadamard if node.operation == "hadamard" else ex.multiply
    factors = [
        a
        for a in node.arguments
        if a.operation == "exp" and (node.operation == "hadamard" or is_scalar(a.shape))
    ]
    if len(factors) < 2:
        return None
    rest = [a for a in node.arguments if all(a is not f for f in factors)]
    return make(*rest, ex.apply("exp", ex.add(*(f.arguments[0] for f in factors))))


def _one_plus_exp(node: Expression) -> Expression | None:
    """u, if the node is 1 + exp(u)."""
    if node.operation != "add" or len(node.arguments) != 2:
        return None
    for one, other in (node.arguments, node.arguments[::-1]):
        if other.operation == "exp" and (ex.is_number(one, 1) or one.operation == "ones"):
            return other.arguments[0]
    return None


def _named(node: Expression) -> Expression | None:
    if node.operation == "log":
        inner = node.arguments[0]
        u = _one_plus_exp(inner)
        if u is not None:
            return ex.apply("softplus", u)
        total = _log_of_sum(inner)
        if total is not None:
            return total
        if inner.operation == "det":
            return ex.square_to_scalar("logdet", inner.arguments[0])
    if node.operation == "power" and ex.is_number(node.arguments[1]):
        u, exponent = _one_plus_exp(node.arguments[0]), node.arguments[1]
        if u is not None and exponent.detail < 0:
            return ex.entrywise_power(ex.apply("sigmoid", ex.negative(u)), ex.negative(exponent))
    return _softmax(node) or _sigmoid(node)


def _length(node: Expression) -> Expression | None:
    """The root of x'x, or of the sum of squares, is norm2(x): it neither over- nor underflows."""
    if node.operation != "power" or not ex.is_number(node.arguments[1], Fraction(1, 2)):
        return None
    inner = node.arguments[0]
    if inner.operation in {"multiply", "dot"} and len(inner.arguments) == 2:
        one, other = inner.arguments
        column = other.shape[1:] == (1,) and not is_scalar(other.shape)
        if one == (other if inner.operation == "dot" else ex.transpose(other)) and (
            column or inner.operation == "dot"
        ):
            return ex.to_scalar("norm2", other)
    if inner.operation == "sum" and inner.arguments[0].operation == "power":
        base, exponent = inner.arguments[0].arguments
        return ex.to_scalar("norm2", base) if ex.is_number(exponent, 2) else None
    return None


def _log_of_sum(inner: Expression) -> Expression | None:
    """log(c·sum(exp(u))) is logsumexp(u) + log(c), for a positive number or size c."""
    parts = inner.arguments if inner.operation == "multiply" else (inner,)
    rest: list[Expression] = []
    found: list[Expression] = []
    for part in parts:
        base = part.arguments[0] if part.operation == "power" else part
        if part.operation in {"sum", "mean"} and part.arguments[0].operation == "exp":
            u = part.arguments[0].arguments[0]
            if len(u.shape) == 2 and u.shape[1] == 1:
                found.append(ex.to_scalar("logsumexp", u))
                rest += [] if part.operation == "sum" else [_one_over(u.shape[0])]
        elif "size" in base.marks or (ex.is_number(part) and part.detail > 0):
            rest.append(part)
    if len(found) != 1 or len(rest) + 1 < len(parts):
        return None
    return ex.add(found[0], *([ex.apply("log", ex.multiply(*rest))] if rest else []))


def _one_over(of: Size) -> Expression:
    return ex.power(ex.size(of), ex.number(-1))


def _sigmoid(node: Expression) -> Expression | None:
    """exp(u)/(1 + exp(u)) is σ(u): exp(u) and a factor σ(−u) are one σ(u)."""
    if node.operation not in {"multiply", "hadamard"}:
        return None
    make = ex.hadamard if node.operation == "hadamard" else ex.multiply
    for exp in node.arguments:
        if exp.operation != "exp" or (node.operation == "multiply" and not is_scalar(exp.shape)):
            continue
        wanted = ex.apply("sigmoid", ex.negative(exp.arguments[0]))
        for factor in node.arguments:
            power = factor.operation == "power" and ex.is_number(factor.arguments[1])
            base = factor.arguments[0] if power else factor
            exponent = factor.arguments[1].detail if power else 1
            if base == wanted and exponent >= 1:
                rest = [a for a in node.arguments if a is not exp and a is not factor]
                left = ex.entrywise_power(wanted, ex.number(exponent - 1))
                return make(*rest, ex.apply("sigmoid", exp.arguments[0]), left)
    return None


def _softmax(node: Expression) -> Expression | None:
    if node.operation != "multiply" or len(node.arguments) != 2:
        return None
    for one, other in (node.arguments, node.arguments[::-1]):
        if one.operation != "exp" or is_scalar(one.shape) or one.shape[1:] != (1,):
            continue
        if other == ex.entrywise_power(ex.to_scalar("sum", one), ex.number(-1)):
            return ex.softmax(one.arguments[0])
    return None


def _logarithms(node: Expression) -> Expression | None:
    if node.operation != "log":
        return None
    inner = node.arguments[0]
    if inner.operation == "sigmoid":
        return ex.negative(ex.apply("softplus", ex.negative(inner.arguments[0])))
    if inner.operation == "softmax":
        u = inner.arguments[0]
        return ex.add(u, ex.negative(ex.to_scalar("logsumexp", u)))
    score = _one_minus_sigmoid(inner)
    return None if score is None else ex.negative(ex.apply("softplus", score))


def _one_minus_sigmoid(node: Expression) -> Expression | None:
    if node.operation != "add" or len(node.arguments) != 2:
        return None
    for one, other in (node.arguments, node.arguments[::-1]):
        if not (ex.is_number(one, 1) or one.operation == "ones"):
            continue
        coefficient, *rest = (
            other.arguments if other.operation == "multiply" else (ex.number(1), other)
        )
        minus = ex.is_number(coefficient, Fraction(-1))
        if minus and len(rest) == 1 and rest[0].operation == "sigmoid":
            return rest[0].arguments[0]
    return None


RULES: tuple[Rule, ...] = (
    _length,
    _named,
    _logarithms,
    with_cofactors,
    with_vanishing_logs,
    _merged_exponentials,
)

"""Rewriting into forms that neither overflow nor lose digits.

`log(1 + exp(u))` is softplus, `1/(1 + exp(-u))` sigmoid, `log(sum(exp(u)))` logsumexp: the same
functions, named before differentiating so that their derivatives come out named too.

Notes: Concept 149, §4.4
"""

from __future__ import annotations

from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import is_scalar


def named(expression: Expression) -> Expression:
    """Recognise softplus, sigmoid, logsumexp and softmax where they are written out."""
    return _rewritten(expression, _named)


def stable(expression: Expression) -> Expression:
    """The form to compute: logarithms of sigmoid and softmax become softplus and logsumexp."""
    return _rewritten(_rewritten(expression, _named), _logarithms)


def _rewritten(expression: Expression, rule: object) -> Expression:
    done: dict[Expression, Expression] = {}
    for node in ex.walk(expression):
        rebuilt = ex.with_arguments(node, tuple(done[a] for a in node.arguments))
        done[node] = rule(rebuilt) or rebuilt  # type: ignore[operator]
    return done[expression]


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
        if inner.operation == "sum" and inner.arguments[0].operation == "exp":
            u = inner.arguments[0].arguments[0]
            if len(u.shape) == 2 and u.shape[1] == 1:
                return ex.to_scalar("logsumexp", u)
        if inner.operation == "det":
            return ex.square_to_scalar("logdet", inner.arguments[0])
    if node.operation == "power" and ex.is_number(node.arguments[1], -1):
        u = _one_plus_exp(node.arguments[0])
        if u is not None:
            return ex.apply("sigmoid", ex.negative(u))
    return _softmax(node)


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

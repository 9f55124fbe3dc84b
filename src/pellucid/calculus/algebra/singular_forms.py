"""Products that are finite where a factor is not: det(A)·A⁻¹ at a singular A, u log u at u = 0.

Notes: Definition 472, §4.4, Concept 149
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import is_scalar

LINEAR = {"multiply", "hadamard", "transpose", "tr", "sum", "diag", "diagonal", "dot", "contract"}


def with_cofactors(node: Expression) -> Expression | None:
    """det(A) times anything linear in A⁻¹ is that of the cofactor matrix, which always exists.

    Examples
    --------
    >>> from pellucid.calculus.language.reading import read
    >>> product = read("det(A)*inv(A)'", "A: d×d")
    >>> with_cofactors(product).operation
    'cofactors'

    Notes: Definition 472
    """
    if node.operation != "multiply":
        return None
    for place, factor in enumerate(node.arguments):
        base, exponent = _power_of(factor)
        if base.operation != "det" or exponent < 1:
            continue
        matrix = base.arguments[0]
        rest = [a for k, a in enumerate(node.arguments) if k != place]
        for k, other in enumerate(rest):
            found = _inverse_replaced(other, matrix)
            if found is not None:
                less = ex.entrywise_power(base, ex.number(exponent - 1))
                rest[k] = found
                whole = ex.multiply(less, *rest)
                return whole if whole.shape == node.shape else None
    return None


def _power_of(node: Expression) -> tuple[Expression, Fraction]:
    if node.operation == "power" and ex.is_number(node.arguments[1]):
        return node.arguments[0], Fraction(node.arguments[1].detail)
    return node, Fraction(1)


def _inverse_replaced(node: Expression, matrix: Expression) -> Expression | None:
    """The node with A⁻¹ replaced by the transposed cofactors, if it is linear in it."""
    if node.operation == "inv":
        if node.arguments[0] != matrix:
            return None
        return ex.transpose(Expression("cofactors", (matrix,), node.shape))
    if node.operation == "transpose" and node.arguments[0].operation == "inv":
        inner = node.arguments[0]
        return (
            Expression("cofactors", (matrix,), node.shape) if inner.arguments[0] == matrix else None
        )
    if node.operation == "add":
        parts = [_inverse_replaced(a, matrix) for a in node.arguments]
        return None if None in parts else ex.add(*(p for p in parts if p is not None))
    if node.operation not in LINEAR:
        return None
    for place, argument in enumerate(node.arguments):
        found = _inverse_replaced(argument, matrix)
        if found is not None:
            arguments = list(node.arguments)
            arguments[place] = found
            return ex.with_arguments(node, tuple(arguments))
    return None


def with_vanishing_logs(node: Expression) -> Expression | None:
    """u log u is 0 at u = 0, and so is u^p log u: the factor that vanishes decides.

    Notes: §4.4
    """
    if node.operation == "dot":
        one, other = node.arguments
        return _summed(ex.hadamard(one, other))
    if node.operation == "multiply" and is_scalar(node.shape):
        arrays = [a for a in node.arguments if not is_scalar(a.shape)]
        if len(arrays) == 2 and arrays[1].shape[1:] == (1,):
            found = _summed(ex.hadamard(ex.transpose(arrays[0]), arrays[1]))
            scalars = [a for a in node.arguments if is_scalar(a.shape)]
            return None if found is None else ex.multiply(*scalars, found)
    if node.operation not in {"multiply", "hadamard"}:
        return None
    return _paired(node) or _opened(node)


def _paired(node: Expression) -> Expression | None:
    """A logarithm joined with the factor of the product that vanishes where its argument does."""
    for log in node.arguments:
        logarithm, times = _power_of(log)
        if logarithm.operation != "log" or times < 1 or times.denominator != 1:
            continue
        zeros = _zeros_of(logarithm.arguments[0])
        for factor in node.arguments:
            base, exponent = _power_of(factor)
            general = factor.operation == "power" and not ex.is_number(factor.arguments[1])
            base = factor.arguments[0] if general else base
            if factor is log or base not in zeros or exponent <= 0:
                continue
            shape = factor.shape if is_scalar(log.shape) else log.shape
            pair = Expression("vanishing_log", (factor, logarithm.arguments[0]), shape, int(times))
            rest = [a for a in node.arguments if a is not log and a is not factor]
            whole = _product_like(node)(*rest, pair)
            return whole if whole.shape == node.shape else None
    return None


def _product_like(node: Expression) -> Callable[..., Expression]:
    return ex.hadamard if node.operation == "hadamard" else ex.multiply


def _opened(node: Expression) -> Expression | None:
    """(2 log u + 1)·u opened, where a logarithm in the bracket meets its zero outside."""
    for place, bracket in enumerate(node.arguments):
        if bracket.operation != "add" or not any(_has_log(t) for t in bracket.arguments):
            continue
        before, after = node.arguments[:place], node.arguments[place + 1 :]
        parts = [_product_like(node)(*before, term, *after) for term in bracket.arguments]
        made = [_paired(p) if p.operation == node.operation else None for p in parts]
        if any(m is not None for m in made):
            whole = ex.add(*(m or p for m, p in zip(made, parts, strict=True)))
            return whole if whole.shape == node.shape else None
    return None


def _has_log(term: Expression) -> bool:
    factors = term.arguments if term.operation in {"multiply", "hadamard"} else (term,)
    return any(_power_of(f)[0].operation == "log" for f in factors)


def _zeros_of(base: Expression) -> set[Expression]:
    """What vanishes where the logarithm's argument does: itself, its factors, the u of ‖u‖."""
    found = {base}
    stack = [base]
    while stack:
        part = stack.pop()
        inner, exponent = _power_of(part)
        if exponent <= 0:
            continue
        found.add(inner)
        if inner.operation == "norm2":
            found.add(inner.arguments[0])
        if inner.operation == "hadamard" or (
            inner.operation == "multiply" and all(is_scalar(a.shape) for a in inner.arguments)
        ):
            stack.extend(inner.arguments)
    return found


def _summed(product: Expression) -> Expression | None:
    found = with_vanishing_logs(product)
    return None if found is None else ex.to_scalar("sum", found)

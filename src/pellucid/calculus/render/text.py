"""Expressions as text: in the grammar that reads them back, and in Unicode for people.

Notes: A.1
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pellucid.calculus.algebra.expression import (
    Expression,
    as_expression,
    entrywise_power,
    is_number,
    multiply,
    number,
    symbols_of,
)
from pellucid.calculus.algebra.shapes import is_scalar, shape_text
from pellucid.calculus.render.entries import contraction_text
from pellucid.calculus.render.names import number_text, pretty_name

SUM, PRODUCT, UNARY, POWER, ATOM = range(5)


@dataclass(frozen=True)
class Style:
    """How the signs are spelled."""

    unicode: bool

    @property
    def times(self) -> str:
        return " " if self.unicode else "*"

    @property
    def transposed(self) -> str:
        return "ᵀ" if self.unicode else "'"

    @property
    def entrywise(self) -> str:
        return " ⊙ " if self.unicode else " .* "


def text(expression: Expression) -> str:
    """The expression in the grammar: what this prints, `read` reads back."""
    return _spelled(expression, Style(unicode=False), SUM)


def unicode_text(expression: Expression) -> str:
    """The expression for people: Greek letters, ᵀ, ⊙, ‖·‖."""
    return _spelled(expression, Style(unicode=True), SUM)


def shapes_text(expression: Expression) -> str:
    """`X: d×n, y: n×1`: the shape of each symbol that stands in it."""
    return ", ".join(
        f"{node.detail}: {shape_text(node.shape)[1:-1]}"
        for node in symbols_of(expression)
        if "size" not in node.marks
    )


def _wrapped(inner: str, precedence: int, min_precedence: int) -> str:
    return f"({inner})" if precedence < min_precedence else inner


def _spelled(e: Expression, style: Style, min_precedence: int) -> str:
    if e.operation == "number":
        return _number(e.detail, min_precedence)
    if e.operation == "symbol":
        return pretty_name(e.detail) if style.unicode else str(e.detail)
    if e.operation == "add":
        return _wrapped(_sum(e, style), SUM, min_precedence)
    if e.operation == "multiply":
        return _wrapped(_product(e, style), PRODUCT, min_precedence)
    if e.operation == "hadamard":
        return _wrapped(_entrywise(e, style), PRODUCT, min_precedence)
    if e.operation == "power":
        return _power(e, style, min_precedence)
    if e.operation == "transpose":
        return _spelled(e.arguments[0], style, ATOM) + style.transposed
    return _call(e, style)


def _number(value: Fraction | float, min_precedence: int) -> str:
    spelled = number_text(value)
    own = ATOM if value >= 0 else SUM
    if "/" in spelled and value >= 0:
        own = PRODUCT
    return _wrapped(spelled, own, min_precedence)


def _sum(e: Expression, style: Style) -> str:
    pieces: list[str] = []
    for position, term in enumerate(e.arguments):
        term = _without_ones(term)
        spelled = _spelled(term, style, PRODUCT)
        if term.operation == "number" and term.detail < 0:
            spelled = number_text(term.detail)
        if spelled.startswith("-"):
            pieces.append(("-" if position == 0 else " - ") + spelled[1:])
        else:
            pieces.append(("" if position == 0 else " + ") + spelled)
    return "".join(pieces)


def _without_ones(term: Expression) -> Expression:
    """In a sum 1 stands for an array of ones: a scalar is added to every entry."""
    if term.operation == "ones":
        return as_expression(1)
    if term.operation == "multiply" and term.arguments[-1].operation == "ones":
        rest = term.arguments[:-1]
        if all(is_scalar(a.shape) for a in rest):
            return multiply(*rest)
    return term


def fraction_parts(
    e: Expression,
) -> tuple[Fraction | float, list[Expression], list[Expression]]:
    """Number, factors above the bar and factors below it."""
    coefficient: Fraction | float = Fraction(1)
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in e.arguments:
        if is_number(factor):
            coefficient = coefficient * factor.detail
        elif _is_divisor(factor):
            base, exponent = factor.arguments
            below.append(entrywise_power(base, number(-exponent.detail)))
        else:
            above.append(factor)
    return coefficient, above, below


def _is_divisor(factor: Expression) -> bool:
    if factor.operation != "power" or not is_scalar(factor.shape):
        return False
    exponent = factor.arguments[1]
    return is_number(exponent) and exponent.detail < 0


def _product(e: Expression, style: Style) -> str:
    coefficient, above, below = fraction_parts(e)
    sign = "-" if coefficient < 0 else ""
    size: Fraction | float = max(coefficient, -coefficient)
    numerator = size.numerator if isinstance(size, Fraction) else size
    denominator = size.denominator if isinstance(size, Fraction) else 1
    top = (
        []
        if numerator == 1 and above
        else [number_text(Fraction(numerator) if isinstance(numerator, int) else numerator)]
    )
    top += [_spelled(factor, style, UNARY) for factor in above]
    bottom = [] if denominator == 1 else [str(denominator)]
    bottom += [_spelled(factor, style, UNARY) for factor in below]
    spelled = sign + style.times.join(top)
    if not bottom:
        return spelled
    over = style.times.join(bottom)
    return spelled + "/" + (f"({over})" if len(bottom) > 1 else over)


def _entrywise(e: Expression, style: Style) -> str:
    above, below = [], []
    for part in e.arguments:
        if part.operation == "power" and is_number(part.arguments[1], -1):
            below.append(_spelled(part.arguments[0], style, UNARY))
        else:
            above.append(_spelled(part, style, UNARY))
    if not above:
        above, below = [_spelled(e.arguments[0], style, UNARY)], below[1:]
    over = " ⊘ " if style.unicode else " ./ "
    return style.entrywise.join(above) + "".join(over + part for part in below)


def _power(e: Expression, style: Style, min_precedence: int) -> str:
    base, exponent = e.arguments
    scalar = is_scalar(base.shape)
    if is_number(exponent, Fraction(1, 2)):
        return f"sqrt({_spelled(base, style, SUM)})"
    if scalar and _is_divisor(e):
        whole = Expression("multiply", (e,), e.shape)
        return _wrapped(_product(whole, style), PRODUCT, min_precedence)
    raised = _spelled(exponent, style, ATOM)
    if exponent.operation == "number" and exponent.detail < 0:
        raised = f"({number_text(exponent.detail)})"
    if style.unicode and raised in {"2", "3"}:
        spelled = _spelled(base, style, ATOM) + {"2": "²", "3": "³"}[raised]
        return _wrapped(spelled, POWER, min_precedence)
    sign = "^" if scalar else ".^"
    return _wrapped(f"{_spelled(base, style, ATOM)}{sign}{raised}", POWER, min_precedence)


def _call(e: Expression, style: Style) -> str:
    inner = [_spelled(a, style, SUM) for a in e.arguments]
    if e.operation in {"ones", "zeros"}:
        rows, columns = e.shape[0], e.shape[1]
        if style.unicode:
            sign = "𝟏" if e.operation == "ones" else "𝟎"
            return (
                sign
                if columns == 1
                else sign + "ᵀ"
                if rows == 1
                else f"{sign}{shape_text(e.shape)}"
            )
        word = {"ones": "vector(1, {0})", "zeros": "vector(0, {0})"}[e.operation]
        if len(e.shape) > 2:
            return f"{e.operation}{shape_text(e.shape)}"
        if columns == 1:
            return word.format(rows)
        if rows == 1:
            return word.format(columns) + "'"
        return f"matrix({1 if e.operation == 'ones' else 0}, {rows}, {columns})"
    if e.operation == "identity":
        return "I" if style.unicode else f"eye({e.shape[0]})"
    if e.operation == "basis":
        return f"e_{e.detail}" if style.unicode else f"basis({e.detail}, {e.shape[0]})"
    if e.operation == "contract":
        return contraction_text(e, text)
    if style.unicode and e.operation == "norm2":
        return f"‖{inner[0]}‖"
    if style.unicode and e.operation == "norm1":
        return f"‖{inner[0]}‖₁"
    if style.unicode and e.operation == "sigmoid":
        return f"σ({inner[0]})"
    return f"{_name(e, style)}({', '.join(inner)})"


def _name(e: Expression, style: Style) -> str:
    if e.operation in {"unknown", "slope"}:
        return str(e.detail) + ("'" if e.operation == "slope" else "")
    if e.operation == "diagonal":
        return "diag"
    if e.operation == "windows" and not style.unicode:
        return "windows"
    return e.operation

"""Expressions as LaTeX.

Notes: A.1
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra.expression import Expression, entrywise_power, is_number, number
from pellucid.calculus.algebra.shapes import Shape, is_scalar
from pellucid.calculus.render.entries import contraction_latex
from pellucid.calculus.render.names import function_name, name_latex
from pellucid.calculus.render.text import ATOM, POWER, PRODUCT, SUM, UNARY, fraction_parts


def latex(expression: Expression) -> str:
    """The expression in LaTeX, without dollar signs.

    >>> from pellucid.calculus.language.reading import read
    >>> latex(read("norm2(X'*theta - y)^2/n"))
    '\\\\frac{\\\\lVert X^{\\\\top} \\\\theta - y \\\\rVert^{2}}{n}'
    """
    return _spelled(expression, SUM)


def shape_latex(shape: Shape) -> str:
    """(d \\times n)"""
    return "(" + r" \times ".join(str(size) for size in shape) + ")"


def _wrapped(inner: str, precedence: int, min_precedence: int) -> str:
    return rf"\left({inner}\right)" if precedence < min_precedence else inner


def _number(value: Fraction | float, min_precedence: int) -> str:
    if isinstance(value, Fraction) and value.denominator != 1:
        sign = "-" if value < 0 else ""
        spelled = rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    else:
        spelled = str(value) if isinstance(value, Fraction) else repr(float(value))
    return _wrapped(spelled, SUM if value < 0 else ATOM, min_precedence)


def _spelled(e: Expression, min_precedence: int) -> str:
    if e.operation == "number":
        return _number(e.detail, min_precedence)
    if e.operation == "symbol":
        return name_latex(e.detail)
    rule = _RULES.get(e.operation)
    if rule is not None:
        return rule(e, min_precedence)
    inner = ", ".join(_spelled(a, SUM) for a in e.arguments)
    if e.operation in {"unknown", "slope"}:
        mark = "'" if e.operation == "slope" else ""
        return rf"{name_latex(e.detail)}{mark}\left({inner}\right)"
    if e.operation in _OPERATORS:
        return rf"\operatorname{{{_OPERATORS[e.operation]}}}\left({inner}\right)"
    return rf"{function_name(e.operation)}\left({inner}\right)"


def _add(e: Expression, min_precedence: int) -> str:
    code = ""
    for term in e.arguments:
        negative = is_number(term) and term.detail < 0
        spelled = _spelled(term, SUM if negative else PRODUCT)
        if not code:
            code = spelled
        else:
            code += f" - {spelled[1:]}" if spelled.startswith("-") else f" + {spelled}"
    return _wrapped(code, SUM, min_precedence)


def _multiply(e: Expression, min_precedence: int) -> str:
    coefficient, above, below = fraction_parts(e)
    sign = "-" if coefficient < 0 else ""
    size: Fraction | float = max(coefficient, -coefficient)
    if isinstance(size, Fraction) and size.denominator != 1:
        below = [number(size.denominator), *below]
        size = Fraction(size.numerator)
    scalars = [a for a in above if is_scalar(a.shape)]
    arrays = [a for a in above if not is_scalar(a.shape)]
    front = [] if size == 1 and (scalars or arrays) else [_number(size, ATOM)]
    if below:
        top = front + [_spelled(a, UNARY) for a in scalars]
        inside = not arrays or is_scalar(e.shape)
        if inside:
            top += [_spelled(a, UNARY) for a in arrays]
            arrays = []
        under = " ".join(_spelled(b, UNARY) for b in below)
        parts = [rf"\frac{{{' '.join(top) or '1'}}}{{{under}}}"]
    else:
        parts = front + [_spelled(a, UNARY) for a in scalars]
    parts += [_spelled(a, UNARY) for a in arrays]
    return _wrapped(sign + " ".join(parts), PRODUCT, min_precedence)


def _hadamard(e: Expression, min_precedence: int) -> str:
    return _wrapped(
        r" \odot ".join(_spelled(a, UNARY) for a in e.arguments), PRODUCT, min_precedence
    )


def _power(e: Expression, min_precedence: int) -> str:
    base, exponent = e.arguments
    if is_number(exponent, Fraction(1, 2)) and is_scalar(e.shape):
        return rf"\sqrt{{{_spelled(base, SUM)}}}"
    if is_scalar(e.shape) and is_number(exponent) and exponent.detail < 0:
        under = entrywise_power(base, number(-exponent.detail))
        return rf"\frac{{1}}{{{_spelled(under, SUM)}}}"
    mark = "" if is_scalar(e.shape) else r"\odot "
    code = rf"{_spelled(base, ATOM)}^{{{mark}{_spelled(exponent, SUM)}}}"
    if base.operation == "symbol" and "^" in str(base.detail):
        code = rf"\left({_spelled(base, ATOM)}\right)^{{{mark}{_spelled(exponent, SUM)}}}"
    return _wrapped(code, POWER, min_precedence)


def _transpose(e: Expression, min_precedence: int) -> str:
    base = e.arguments[0]
    inner = _spelled(base, ATOM)
    if base.operation == "symbol" and "^" in str(base.detail):
        inner = rf"\left({inner}\right)"
    return _wrapped(rf"{inner}^{{\top}}", POWER, min_precedence)


def _norm(mark: str) -> Callable[[Expression, int], str]:
    return lambda e, _: rf"\lVert {_spelled(e.arguments[0], SUM)} \rVert{mark}"


def _inverse(e: Expression, min_precedence: int) -> str:
    return _wrapped(rf"{_spelled(e.arguments[0], ATOM)}^{{-1}}", POWER, min_precedence)


def _filled(sign: str) -> Callable[[Expression, int], str]:
    def spelled(e: Expression, _: int) -> str:
        if len(e.shape) == 2 and e.shape[1] == 1:
            return rf"\mathbf{{{sign}}}"
        if len(e.shape) == 2 and e.shape[0] == 1:
            return rf"\mathbf{{{sign}}}^{{\top}}"
        return rf"\mathbf{{{sign}}}_{{{shape_latex(e.shape)}}}"

    return spelled


def _contract(e: Expression, _: int) -> str:
    return contraction_latex(e, latex)


_OPERATORS = {
    "tr": "tr",
    "det": "det",
    "logdet": "log\\,det",
    "diag": "diag",
    "diagonal": "diag",
    "sum": "sum",
    "mean": "mean",
    "max": "max",
    "softmax": "softmax",
    "logsumexp": "logsumexp",
    "onehot": "onehot",
    "dot": "dot",
    "conv": "conv",
    "windows": "windows",
    "band": "band",
    "spread": "spread",
}
_RULES: dict[str, Callable[[Expression, int], str]] = {
    "add": _add,
    "multiply": _multiply,
    "hadamard": _hadamard,
    "power": _power,
    "transpose": _transpose,
    "norm2": _norm(""),
    "norm1": _norm("_1"),
    "inv": _inverse,
    "ones": _filled("1"),
    "zeros": _filled("0"),
    "identity": lambda e, _: "I",
    "basis": lambda e, _: f"e_{{{e.detail}}}",
    "contract": _contract,
}

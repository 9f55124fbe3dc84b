"""Quadratics: the gradient is Hθ − b, so the minimiser is a linear system away.

Notes: Concept 58, KE 71, §2.6.10
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import axes_of, is_scalar
from pellucid.calculus.derivation.derivative import differentiate
from pellucid.calculus.render.names import pretty_name
from pellucid.calculus.render.text import unicode_text
from pellucid.errors import PellucidError


@dataclass(frozen=True)
class ClosedForm:
    """Where the gradient of a quadratic is zero: H θ = b.

    Parameters
    ----------
    by : Expression
        The variable.
    hessian, right : Expression
        H (d×d) and b (d×1); both free of the variable.
    curvature : str
        "convex" makes the solution a minimiser; otherwise it is a stationary point.

    Notes: Concept 58, KE 71
    """

    by: Expression
    hessian: Expression
    right: Expression
    curvature: str

    @property
    def expression(self) -> Expression:
        """inv(H) b."""
        return ex.multiply(ex.inverse(self.hessian), self.right)

    def __str__(self) -> str:
        name = pretty_name(str(self.by.detail))
        kind = {"convex": "minimiser", "concave": "maximiser"}.get(
            self.curvature, "stationary point"
        )
        return (
            f"f is a quadratic in {name}; its {kind} solves ({unicode_text(self.hessian)}) {name} "
            f"= {unicode_text(self.right)}, where that matrix is invertible"
        )


def closed_form(of: Expression, by: Expression) -> ClosedForm | None:
    """The closed form of a quadratic in a scalar or a column; None for anything else.

    Examples
    --------
    >>> from pellucid.calculus.language.reading import read
    >>> J = read("norm2(X'*theta - y)^2/n + lam*norm2(theta)^2")
    >>> theta = next(s for s in ex.symbols_of(J) if s.detail == "theta")
    >>> print(closed_form(J, theta).expression)
    inv(X*X'/n + lam*eye(d))*X*y/n

    Notes: KE 71, §2.6.10
    """
    from pellucid.calculus.algebra.convexity import curvature

    if not is_scalar(of.shape) or len(axes_of(by.shape)) > 1 or not ex.depends_on(of, by):
        return None
    try:
        gradient = differentiate(of, by).expression
        hessian = differentiate(gradient, by).expression
    except PellucidError:
        return None
    if ex.is_zero(hessian) or ex.depends_on(hessian, by) or _kinked(gradient):
        return None
    at_zero = _vanishing(gradient, by)
    if at_zero is None:
        return None
    half = ex.number(Fraction(1, 2))
    return ClosedForm(
        by,
        _distributed(half, hessian),
        _distributed(half, ex.negative(at_zero)),
        curvature(of, by),
    )


def _kinked(gradient: Expression) -> bool:
    return any(node.operation in {"step", "sign", "onehot"} for node in ex.walk(gradient))


def _vanishing(gradient: Expression, by: Expression) -> Expression | None:
    """The gradient at 0, with what vanishes left out."""
    from pellucid.calculus.algebra.to_index_form import index_form
    from pellucid.calculus.algebra.to_matrix_form import matrix_form

    zero = ex.zeros(by.shape)
    done: dict[Expression, Expression] = {}
    for node in ex.walk(gradient):
        done[node] = zero if node == by else _rebuilt(node, [done[a] for a in node.arguments])
    return matrix_form(index_form(done[gradient]), gradient.shape)


def _rebuilt(node: Expression, arguments: list[Expression]) -> Expression:
    if node.operation == "add":
        return ex.add(ex.zeros(node.shape), *arguments)
    if node.operation == "multiply":
        return ex.multiply(*arguments)
    if node.operation == "hadamard":
        return ex.hadamard(*arguments)
    if node.operation == "transpose":
        return ex.transpose(arguments[0])
    return ex.with_arguments(node, tuple(arguments))


def _distributed(factor: Expression, expression: Expression) -> Expression:
    from pellucid.calculus.algebra.to_index_form import index_form
    from pellucid.calculus.algebra.to_matrix_form import matrix_form

    terms = expression.arguments if expression.operation == "add" else (expression,)
    spread = ex.add(*(ex.multiply(factor, term) for term in terms))
    return matrix_form(index_form(spread), expression.shape)

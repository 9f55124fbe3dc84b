"""∂y/∂x: the derivative of one expression by a symbol, simplified and back in matrix notation.

Notes: A.2–A.7, Concept 458
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.calculus.algebra.expand import shortest_form
from pellucid.calculus.algebra.expression import Expression, walk
from pellucid.calculus.algebra.index_form import Tensor
from pellucid.calculus.algebra.kinks import kink_divisors
from pellucid.calculus.algebra.shapes import Shape
from pellucid.calculus.algebra.stable_forms import recognize_functions
from pellucid.calculus.algebra.to_index_form import index_form, symbol_atom
from pellucid.calculus.algebra.to_matrix_form import is_matrix_form, matrix_form
from pellucid.calculus.algebra.work_limit import limited_work
from pellucid.calculus.derivation.layout import arranged_axes, derivative_shape
from pellucid.calculus.derivation.sensitivities import derivative as index_derivative
from pellucid.errors import FormulaError

MOST_PARTS = 20_000  # of an answer, each counted as often as it is printed


@dataclass(frozen=True)
class Derivative:
    """A derivative in both its forms.

    Parameters
    ----------
    of, by : Expression
        What was differentiated, by which symbol.
    tensor : Tensor
        The index form, axes in the order of the layout.
    expression : Expression
        Matrix notation where it exists.
    layout : str
        "denominator" (the notes') or "numerator".
    """

    of: Expression
    by: Expression
    tensor: Tensor
    expression: Expression
    layout: str

    @property
    def shape(self) -> Shape:
        """Rows follow the input, columns the output (in denominator layout)."""
        return self.expression.shape

    @cached_property
    def guarded(self) -> frozenset[Expression]:
        """Divisors that vanish at a kink; in code, 0/0 is 0 there."""
        return kink_divisors(self.of, self.tensor)

    def value(self, **arrays: Any) -> NDArray[np.float64]:
        """The derivative's numbers at a point, axes in the order of the layout.

        Parameters
        ----------
        **arrays
            A number or array for each symbol of the formula; a vector may be flat.

        Returns
        -------
        ndarray, shaped as the derivative

        Raises
        ------
        FormulaError
            When a symbol of the derivative has no value.

        Examples
        --------
        >>> from pellucid.calculus.algebra.expression import symbol
        >>> x = symbol("x", (2, 1))
        >>> differentiate(x.T * x, x).value(x=[1.0, 3.0]).tolist()
        [[2.0], [6.0]]

        Notes: Def 462, Definition 463
        """
        from pellucid.calculus.codegen.emit import identifier
        from pellucid.calculus.codegen.modules import callable_for, parameters_of

        names = [str(each.detail) for each in parameters_of([self.expression])]
        missing = [name for name in names if name not in arrays]
        if missing:
            raise FormulaError(f"No value for {', '.join(missing)}; the derivative uses {names}.")
        given = {identifier(name): np.asarray(arrays[name], np.float64) for name in names}
        columns = {name: a[:, None] if a.ndim == 1 else a for name, a in given.items()}
        found = np.asarray(callable_for([self.expression])(**columns), np.float64)
        return found if found.ndim else found.reshape(1, 1)

    @property
    def in_matrix_form(self) -> bool:
        """Whether no index is left in it."""
        return is_matrix_form(self.expression)


def differentiate(of: Expression, by: Expression, layout: str = "denominator") -> Derivative:
    """The derivative of an expression by one of its symbols.

    Parameters
    ----------
    of : Expression
        Scalar, vector, matrix or tensor.
    by : Expression
        A symbol.
    layout : {"denominator", "numerator"}

    Returns
    -------
    Derivative

    Raises
    ------
    FormulaError
        `by` is no symbol, or the formula holds something without a derivative.

    Examples
    --------
    >>> from pellucid.calculus.algebra.expression import symbol
    >>> A, x = symbol("A", ("d", "d")), symbol("x", ("d", 1))
    >>> print(differentiate(x.T * A * x, x).expression)
    (A + A')*x

    Notes: Definition 463, Definition 467, Definition 472
    """
    if by.operation != "symbol":
        raise FormulaError(f"Derivatives are taken by a symbol; {by} is not one.")
    if "constant" in by.marks:
        raise FormulaError(f"{by} is declared constant; nothing is differentiated by it.")
    try:
        with limited_work():
            return _differentiated(of, by, layout)
    except RecursionError:
        raise FormulaError("The formula is nested too deeply; name some of its parts.") from None


def _differentiated(of: Expression, by: Expression, layout: str) -> Derivative:
    raw = index_derivative(index_form(recognize_functions(of)), symbol_atom(by))
    tensor = arranged_axes(raw, of.shape, by.shape, layout)
    shape = derivative_shape(of.shape, by.shape, layout)
    expression = matrix_form(tensor, shape)
    opened = shortest_form(tensor)
    if opened != tensor:
        other = matrix_form(opened, shape)
        if _cost(other) < _cost(expression):
            tensor, expression = opened, other
    size = _cost(expression)[1]
    if size > MOST_PARTS:
        raise FormulaError(
            f"Written out, this derivative has {size:,} parts: split the formula into named parts "
            "and take the chain rule along them (pellucid.calculus.chain)."
        )
    return Derivative(of, by, tensor, expression, layout)


def _cost(expression: Expression) -> tuple[bool, int]:
    total = 0
    sizes: dict[Expression, int] = {}
    for node in walk(expression):
        total = sizes[node] = 1 + sum(sizes[a] for a in node.arguments)
    return (not is_matrix_form(expression), total)

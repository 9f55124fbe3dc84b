"""The objective compiler: a formula with data becomes an `Objective` to be minimised.

Value and gradient share everything they have in common: X'θ is computed once for both, and kept
until θ moves.

Notes: KE 113, §3.3
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.codegen.compiled_formula import CompiledFormula, bound_formula
from pellucid.calculus.codegen.partial_gradient import PartialGradient, point_axes
from pellucid.calculus.language.declarations import declare
from pellucid.calculus.render.latex import latex
from pellucid.calculus.render.text import unicode_text
from pellucid.errors import FormulaError

if TYPE_CHECKING:
    from pellucid.descent.objective import Objective

Array = NDArray[np.float64]


def compile_objective(
    expression: str | Expression,
    wrt: str,
    data: Mapping[str, Any],
    *,
    check: bool = True,
    where: str | Mapping[str, str] | None = None,
) -> Objective:
    """Compile a formula with its data.

    Parameters
    ----------
    expression : str or Expression
        A scalar formula.
    wrt : str
        The parameter to be found. Its size follows from the data.
    data : mapping
        Arrays and numbers by name, in the formula's layout (X is d×n: points are columns).
        Arrays of one axis are columns.
    check : bool
        Compare the gradient with central differences at a random point first.
    where : str or mapping, optional
        Shapes that the data don't tell, such as "x: 3" for a parameter that meets none of them.

    Returns
    -------
    Objective
        `value(theta)`, `gradient(theta)` and `hessian_vector(theta, v)` on flat arrays; and, where
        the formula runs over points, `part(theta, rows)` for stochastic steps.

    Raises
    ------
    ShapeError
        The data do not fit the formula, or the formula is no scalar.
    FormulaError
        A name has no data.

    Examples
    --------
    >>> X, y = np.array([[1.0, 2.0, 3.0]]), np.array([2.0, 4.0, 6.0])
    >>> J = compile_objective("norm2(X'*theta - y)^2/n", "theta", {"X": X, "y": y})
    >>> print(J.gradient(np.zeros(1)).round(4))
    [-18.6667]

    Notes: KE 113, (3.23)
    """
    from pellucid.descent.objective import Objective

    arrays = {name: _array(name, value) for name, value in data.items()}
    shapes = declare(where)
    of, by = bound_formula(expression, wrt, arrays, shapes)
    compiled = CompiledFormula(of, by, arrays)
    if check:
        compiled.check()
    points, part = 0, None
    if isinstance(expression, str):
        axes = point_axes(expression, arrays, shapes)
        points = next((arrays[n].shape[axis] for n, axis in axes.items()), 0)
        if points:
            part = PartialGradient(expression, wrt, arrays, shapes, axes, compiled.gradient)
    return Objective(
        value=compiled.value,
        gradient=compiled.gradient,
        hessian_vector=compiled.hessian_vector,
        text=unicode_text(of),
        latex=latex(of),
        shape=compiled.shape,
        points=points,
        part=part,
    )


def _array(name: str, value: Any) -> Any:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise FormulaError(f"{name} holds {array.dtype}, not numbers.")
    if array.dtype != np.float64:
        array = array.astype(np.float64)
    if array.ndim == 0 or array.size == 1:
        return float(array.reshape(()))
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0].tolist()
        raise FormulaError(f"{name} holds a missing or infinite value at {place}.")
    return array.reshape(-1, 1) if array.ndim == 1 else array

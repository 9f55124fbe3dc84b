"""The change that a derivative promises against the change there is.

Notes: Concept 459, Concept 460, Def 462
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import axes_of, is_scalar
from pellucid.calculus.codegen.emit import identifier
from pellucid.calculus.codegen.modules import callable_for, parameters_of
from pellucid.calculus.derivation.derivation import variable
from pellucid.calculus.derivation.derivative import Derivative, differentiate
from pellucid.calculus.language.reading import read_declared
from pellucid.errors import FormulaError, ShapeError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Approximation:
    """A linear change beside the true one.

    Parameters
    ----------
    linear, true : ndarray, shaped as the output
        (∂y/∂x) ⋆ Δx, and y(x + Δx) − y(x).
    errors : tuple of (float, float)
        For shares of Δx, the largest gap between the two.
    order : float
        How fast the gap falls with the step: about 2 for a smooth formula; infinite where there is
        none.
    """

    linear: Array
    true: Array
    errors: tuple[tuple[float, float], ...]
    order: float

    def __str__(self) -> str:
        rows = [f"{share:>8g}  {error:.3e}" for share, error in self.errors]
        return "\n".join(["share of Δx  |true − linear|", *rows, f"order {self.order:.2f}"])


def approximate(
    expression: str,
    wrt: str,
    change: Any,
    where: str | None = None,
    *,
    shares: Sequence[float] = (1.0, 0.1, 0.01),
    **arrays: Any,
) -> Approximation:
    """Compare the change that ∂y/∂x promises with the true change of y.

    Parameters
    ----------
    expression, wrt : str
        y and x.
    change : array, shaped as x
        Δx.
    where : str, optional
        Shapes; worked out where not said.
    shares : sequence of float
        Parts of Δx at which the error is measured, from the whole down.
    **arrays
        A value for each symbol, x too.

    Returns
    -------
    Approximation

    Raises
    ------
    FormulaError, ShapeError
        When the formula or the arrays do not fit.

    Examples
    --------
    >>> found = approximate("x^2", "x", 0.1, "x: scalar", x=1.0)
    >>> found.linear.round(3).item(), found.true.round(3).item(), round(found.order)
    (0.2, 0.21, 2)

    Notes: Concept 459, Def 462, eq A.5
    """
    of, declared, _ = read_declared(expression, where)
    derivative = differentiate(of, variable(wrt, declared))
    value, slope = callable_for([of]), callable_for([derivative.expression])
    needed = _names([of])
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise FormulaError(f"No value for {', '.join(missing)}; the formula uses {needed}.")
    columns = {identifier(name): _column(arrays[name]) for name in needed}
    at = identifier(derivative.by.detail)
    here, step = columns[at], _column(change)
    if np.shape(here) != np.shape(step):
        raise ShapeError(f"Δ{wrt} has shape {np.shape(step)}, {wrt} has {np.shape(here)}.")
    start = np.asarray(value(**columns))
    wanted = map(identifier, _names([derivative.expression]))
    D = np.asarray(slope(**{name: columns[name] for name in wanted}))

    def moved(share: float) -> Array:
        found = columns | {at: here + share * step}
        return np.asarray(value(**found) - start, dtype=np.float64)

    linear = _contracted(D, step, derivative).reshape(start.shape)
    errors = tuple(
        (float(share), float(np.abs(moved(share) - share * linear).max())) for share in shares
    )
    rounding = 1e-14 * (1 + float(np.abs(start).max()))
    return Approximation(linear, moved(1.0), errors, _order(errors, rounding))


def _names(expressions: list[Expression]) -> list[str]:
    return [str(each.detail) for each in parameters_of(expressions)]


def _column(given: Any) -> Any:
    array = np.asarray(given, dtype=np.float64)
    return array[:, None] if array.ndim == 1 else array


def _contracted(D: Array, step: Array, derivative: Derivative) -> Array:
    """(∂y/∂x) ⋆ Δx: what the star is follows from the kind of derivative."""
    of, by = derivative.of.shape, derivative.by.shape
    if is_scalar(by):
        return np.asarray(D.T * step.reshape(()))  # ∂w/∂s and ∂M/∂s stand transposed
    if len(axes_of(by)) == 1 and len(derivative.shape) == 2:
        return np.asarray(D.T @ step.reshape(-1, 1))
    if is_scalar(of):
        return np.asarray(np.sum(D * step))
    over = len(axes_of(by))
    flat = step.reshape([size for size in step.shape if size != 1] or [1])
    return np.asarray(np.tensordot(flat, D, axes=over))


def _order(errors: tuple[tuple[float, float], ...], rounding: float) -> float:
    found = [(h, e) for h, e in errors if e > rounding]
    if len(found) < 2:
        return np.inf
    (first, large), (last, small) = found[0], found[-1]
    return float(np.log(large / small) / np.log(first / last))

"""A formula bound to its data: value, gradient and Hessian product over one cache of parts.

Notes: KE 113, §3.3
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import SCALAR, Shape, is_scalar, shape_text
from pellucid.calculus.codegen.emit import identifier
from pellucid.calculus.codegen.modules import callable_for, parameters_of
from pellucid.calculus.derivation.derivation import variable
from pellucid.calculus.derivation.derivative import differentiate
from pellucid.calculus.language.declarations import Declarations
from pellucid.calculus.language.expression_builder import build
from pellucid.calculus.language.reading import syntax_of
from pellucid.calculus.language.shape_inference import infer, missing_names
from pellucid.errors import FormulaError, ShapeError, SingularWarning

Array = NDArray[np.float64]


def bound_formula(
    expression: str | Expression, wrt: str, arrays: Mapping[str, Any], shapes: Declarations
) -> tuple[Expression, Expression]:
    """The formula with the sizes of the data; the parameter's size follows by unification."""
    if isinstance(expression, Expression):
        declared = Declarations({str(s.detail): s for s in ex.symbols_of(expression)})
        of = expression
    else:
        known = dict(shapes.symbols)
        known |= {name: ex.symbol(name, _shape(array)) for name, array in arrays.items()}
        declared = Declarations(known, shapes.functions)
        syntax, expression = syntax_of(expression, declared)
        missing = [n for n in missing_names(syntax, declared) if n != wrt]
        sizes = {n: _size_named(n, arrays) for n in missing}
        unknown = [n for n, found in sizes.items() if found is None]
        if unknown:
            raise FormulaError(f"No data for {', '.join(unknown)}: give an array or a number.")
        known |= {n: ex.symbol(n, SCALAR) for n in sizes}
        declared = infer(syntax, Declarations(known, shapes.functions), expression, scalar=True)
        of = build(syntax, declared, expression)
        of = _with_sizes(of, {n: k for n, k in sizes.items() if k is not None})
    if not is_scalar(of.shape):
        raise ShapeError(f"An objective is one number; this formula is {shape_text(of.shape)}.")
    by = variable(wrt, declared)
    if any(isinstance(size, str) for size in by.shape) and not isinstance(expression, Expression):
        raise ShapeError(
            f"The size of {wrt} doesn't follow from the formula and its data: declare it, as in "
            f'--where "{wrt}: 2", or give a start with one number for each entry.'
        )
    return of, by


def _shape(array: Any) -> Shape:
    return SCALAR if isinstance(array, float) else tuple(int(k) for k in array.shape)


def _size_named(name: str, arrays: Mapping[str, Any]) -> int | None:
    """n is the number of points, d of features: columns and rows of X."""
    X = arrays.get("X")
    if name not in ("n", "d") or X is None or isinstance(X, float):
        columns = [a.shape[0] for k, a in arrays.items() if k == "y" and not isinstance(a, float)]
        return columns[0] if name == "n" and columns else None
    y = arrays.get("y")
    if y is not None and not isinstance(y, float):
        points = max(y.shape)
        other = X.shape[0] if X.shape[1] == points else X.shape[1]
        return points if name == "n" else int(other)
    return int(X.shape[1] if name == "n" else X.shape[0])


def _with_sizes(of: Expression, sizes: Mapping[str, int]) -> Expression:
    done: dict[Expression, Expression] = {}
    for node in ex.walk(of):
        if node.operation == "symbol" and node.detail in sizes:
            done[node] = ex.number(sizes[str(node.detail)])
        elif node.operation == "multiply":
            done[node] = ex.multiply(*(done[a] for a in node.arguments))
        elif node.operation == "power":
            done[node] = ex.entrywise_power(done[node.arguments[0]], done[node.arguments[1]])
        else:
            done[node] = ex.with_arguments(node, tuple(done[a] for a in node.arguments))
    return done[of]


class CompiledFormula:
    """Value and gradient over one cache of shared parts."""

    def __init__(self, of: Expression, by: Expression, arrays: Mapping[str, Any]) -> None:
        self.of, self.by = of, by
        self.name = identifier(by.detail)
        self.shape = tuple(int(k) for k in by.shape)
        found = differentiate(of, by)
        self.slope = found.expression
        given = parameters_of([of, self.slope, by])
        wanted = {identifier(s.detail) for s in given} - {self.name}
        missing = sorted(wanted - {identifier(n) for n in arrays})
        if missing:
            raise FormulaError(f"No data for {', '.join(missing)}: give an array or a number.")
        self.data = {identifier(n): a for n, a in arrays.items() if identifier(n) in wanted}
        self.both = callable_for([of, self.slope], given=given, guarded=found.guarded)
        self.alone = callable_for([of], given=given)
        self.at: Array | None = None
        self.known: tuple[float, Array] | None = None
        self.met_singular = False
        self._product: Callable[..., Any] | None = None

    def _arguments(self, theta: Array) -> dict[str, Any]:
        whole = np.asarray(theta, dtype=np.float64)
        if whole.size != int(np.prod(self.shape)):
            raise ShapeError(
                f"{self.by.detail} must have shape {shape_text(self.by.shape)}; "
                f"an array of shape {whole.shape} was given."
            )
        return self.data | {self.name: whole.reshape(self.shape)}

    def _evaluated(self, theta: Array) -> tuple[float, Array]:
        if self.known is None or self.at is None or not np.array_equal(self.at, theta):
            value, slope = self._computed(theta)
            self.known = float(value), np.asarray(slope).reshape(np.shape(theta))
            self.at = np.array(theta, copy=True)
        return self.known

    def _computed(self, theta: Array) -> tuple[Any, Any]:
        """Value and gradient; not a number where a matrix has no inverse, which is said once."""
        try:
            return self.both(**self._arguments(theta))  # type: ignore[no-any-return]
        except np.linalg.LinAlgError:
            if not self.met_singular:
                warnings.warn(
                    f"{self.by.detail} was tried where a matrix of the formula has determinant 0, "
                    "so it has no inverse there and the value is not a number. Start elsewhere, or "
                    "add a multiple of the identity to that matrix.",
                    SingularWarning,
                    stacklevel=2,
                )
                self.met_singular = True
            return np.nan, np.full(self.shape, np.nan)

    def value(self, theta: Array) -> float:
        """J(θ)."""
        return self._evaluated(theta)[0]

    def gradient(self, theta: Array) -> Array:
        """∇J(θ), in the shape in which θ was given."""
        return self._evaluated(theta)[1].copy()

    def hessian_vector(self, theta: Array, v: Array) -> Array:
        """The Hessian times v, from ∂(gᵀv)/∂θ: never a d×d matrix."""
        if self._product is None:
            direction = ex.symbol("along_direction", self.by.shape)
            along = ex.dot(self.slope, direction)
            product = differentiate(along, self.by).expression
            self._product = callable_for(
                [product], given=[*parameters_of([self.of, self.slope, self.by]), direction]
            )
        arguments = self._arguments(theta)
        result = self._product(
            **arguments, along_direction=np.asarray(v, dtype=float).reshape(self.shape)
        )
        return np.asarray(result, dtype=np.float64).reshape(np.shape(theta))

    def check(self) -> None:
        """Refuse a gradient that central differences contradict; it costs two values."""
        rng = np.random.default_rng(0)
        theta = rng.normal(size=self.shape) * 0.1
        direction = rng.normal(size=self.shape)
        with np.errstate(all="ignore"):
            _, slope = self.both(**self._arguments(theta))
            step = 1e-6
            up = float(self.alone(**self._arguments(theta + step * direction)))
            down = float(self.alone(**self._arguments(theta - step * direction)))
        expected, found = (up - down) / (2 * step), float(np.vdot(slope, direction))
        scale = max(1.0, abs(expected), 1e-3 * abs(up))
        if np.isfinite(expected) and np.isfinite(found) and abs(expected - found) > 1e-4 * scale:
            raise FormulaError(
                f"The derived gradient {self.slope} disagrees with central differences: "
                f"{found:.6g} against {expected:.6g} along a random direction."
            )

"""The gradient of a formula on some of its points, for stochastic steps.

Notes: Def 121, Def 312
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.calculus.algebra.shapes import Shape, Size
from pellucid.calculus.codegen.compiled_formula import CompiledFormula, bound_formula
from pellucid.calculus.codegen.emit import identifier
from pellucid.calculus.language.declarations import Declarations
from pellucid.calculus.language.reading import syntax_of
from pellucid.calculus.language.shape_inference import infer
from pellucid.errors import FormulaError, FramingError, ShapeError

Array = NDArray[np.float64]


def point_axes(expression: str, arrays: Mapping[str, Any], shapes: Declarations) -> dict[str, int]:
    """The axis of each array along which the points lie, from the formula's own sizes.

    y has an entry for each point; without a y, the columns of X are the points.
    """
    try:
        syntax, plain = syntax_of(expression, shapes)
        declared = infer(syntax, shapes, plain, scalar=True)
    except (FormulaError, ShapeError):
        return {}
    symbolic = {n: declared.symbols[n].shape for n in arrays if n in declared.symbols}
    size = _size_of_points({n: s for n, s in symbolic.items() if not isinstance(arrays[n], float)})
    if size == 1:
        return {}
    return {
        name: shape.index(size)
        for name, shape in symbolic.items()
        if size in shape and not isinstance(arrays[name], float)
    }


def _size_of_points(shapes: Mapping[str, Shape]) -> Size:
    for name in ("y", "Y"):
        if name in shapes:
            return next((size for size in shapes[name] if size != 1), 1)
    return shapes["X"][-1] if "X" in shapes else 1


class PartialGradient:
    """The gradient of the formula on some of its points, scaled to stand for all of them.

    A mean over points needs no scale, a sum over n points n/K; which of the two it is, shows at a
    random θ: the parts' gradients must have the whole one as their mean.

    Notes: Def 121, Def 312
    """

    def __init__(
        self,
        expression: str,
        wrt: str,
        arrays: Mapping[str, Any],
        shapes: Declarations,
        axes: Mapping[str, int],
        full_gradient: Callable[[Array], Array],
    ) -> None:
        self.expression, self.wrt, self.shapes = expression, wrt, shapes
        self.arrays, self.axes, self.full_gradient = dict(arrays), dict(axes), full_gradient
        self.points = int(next(arrays[n].shape[axis] for n, axis in axes.items()))
        self.made: dict[int, CompiledFormula] = {}
        self.summed: bool | None = None

    def __call__(self, theta: Array, rows: Any) -> Array:
        if self.summed is None:
            self.summed = self._is_sum(np.shape(theta))
        scale = self.points / len(rows) if self.summed else 1.0
        return scale * self._gradient(theta, np.asarray(rows))

    def _gradient(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        some = self.arrays | {
            name: np.take(self.arrays[name], rows, axis=axis) for name, axis in self.axes.items()
        }
        compiled = self.made.get(len(rows))
        if compiled is None:
            of, by = bound_formula(self.expression, self.wrt, some, self.shapes)
            compiled = self.made[len(rows)] = CompiledFormula(of, by, some)
        compiled.data |= {identifier(n): some[n] for n in self.axes}
        compiled.at = None
        return compiled.gradient(theta)

    def _is_sum(self, shape: tuple[int, ...]) -> bool:
        theta = np.random.default_rng(0).normal(size=shape) * 0.1
        whole = self.full_gradient(theta)
        half = self.points // 2
        parts = [np.arange(half), np.arange(half, 2 * half)]
        rest = np.arange(2 * half, self.points)
        shares = [len(rows) / self.points for rows in (*parts, *([rest] if len(rest) else []))]
        found = [self._gradient(theta, r) for r in (*parts, *([rest] if len(rest) else []))]
        tolerance = 1e-6 * (1 + float(np.abs(whole).max(initial=0.0)))
        mean = sum(share * g for share, g in zip(shares, found, strict=True))
        if float(np.abs(mean - whole).max(initial=0.0)) < tolerance:
            return False
        if float(np.abs(sum(found) - whole).max(initial=0.0)) < tolerance:
            return True
        raise FramingError(
            "Batches need a mean over the points: this formula is neither a mean nor a plain sum "
            "over them. Divide the sum over points by n."
        )

"""`Unflatten`: a vector becomes a point of some shape, row by row.

Notes: Def 389
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.hyperparameters import is_whole
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape, shape_text


@dataclass(frozen=True)
class Unflatten(Functional):
    """vec⁻¹(A), the way back from `Flatten("row")`: what a decoder of images begins with.

    Parameters
    ----------
    shape : sequence of int
        Of a point afterwards.

    Raises
    ------
    HyperparameterError, ShapeError

    Examples
    --------
    >>> import numpy as np
    >>> Unflatten((2, 2)).forward({}, np.array([[1, 2, 3, 4]]), Mode())[0].tolist()
    [[[1, 2], [3, 4]]]

    Notes: Def 389
    """

    shape: Sequence[int]

    symbol: ClassVar[str] = "M"
    notes: ClassVar[str] = "Def 389"
    formulas: ClassVar[Formulas] = Formulas("{y} = vec⁻¹({x})", "∂L/∂{x} = vec(∂L/∂{y})")

    def __post_init__(self) -> None:
        sizes = tuple(self.shape) if isinstance(self.shape, Iterable) else (self.shape,)
        if not all(map(is_whole, sizes)):
            raise HyperparameterError(
                f"Unflatten: shape is whole numbers ≥ 1, one an axis; got {self.shape!r}."
            )
        object.__setattr__(self, "shape", tuple(map(int, sizes)))

    def out_shape(self, in_shape: Shape) -> Shape:
        if len(in_shape) != 1 or in_shape[0] != prod(self.shape):
            raise ShapeError(
                f"A point of {shape_text(tuple(self.shape))} needs a vector of "
                f"{prod(self.shape)} numbers, not {shape_text(in_shape)}."
            )
        return tuple(self.shape)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        def backward(dy: Any) -> tuple[Any, Any]:
            return dy.reshape(x.shape), {}

        return x.reshape(len(x), *self.shape), backward

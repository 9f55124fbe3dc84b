"""`Enlarge`: each pixel repeated, so that an image reaches a size: pooling's way back.

Notes: Concept 446
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.hyperparameters import is_whole
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape, shape_text


@dataclass(frozen=True)
class Enlarge(Functional):
    """Y = R X Cᵀ in each channel: row i of Y is row ⌊i h/h′⌋ of X, and columns likewise.

    Parameters
    ----------
    size : sequence of two int
        h′ and w′ of the image afterwards, no smaller than before.

    Raises
    ------
    HyperparameterError
        For a size that is not two whole numbers.
    ShapeError
        When points are no images, or larger than that already.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0, 2.0]]).reshape(1, 1, 2, 1)
    >>> Enlarge((2, 3)).forward({}, x, Mode())[0][0, :, :, 0].tolist()
    [[1.0, 1.0, 2.0], [1.0, 1.0, 2.0]]

    Notes: Concept 446
    """

    size: Sequence[int]

    symbol: ClassVar[str] = "U"
    notes: ClassVar[str] = "Concept 446"
    formulas: ClassVar[Formulas] = Formulas("{y} = R {x} Cᵀ", "∂L/∂{x} = Rᵀ ∂L/∂{y} C")

    def __post_init__(self) -> None:
        sides = tuple(self.size) if isinstance(self.size, Iterable) else (self.size,)
        if len(sides) != 2 or not all(map(is_whole, sides)):
            raise HyperparameterError(
                "Enlarge: size is two whole numbers ≥ 1, rows and columns, such as (28, 28); "
                f"got {self.size!r}."
            )
        object.__setattr__(self, "size", tuple(map(int, sides)))

    def out_shape(self, in_shape: Shape) -> Shape:
        if len(in_shape) != 3:
            raise ShapeError(f"Enlarge takes images h×w×c, not {shape_text(in_shape)}.")
        if any(a < b for a, b in zip(self.size, in_shape, strict=False)):
            raise ShapeError(
                f"Enlarge: {shape_text(in_shape)} does not grow to {shape_text(tuple(self.size))}."
            )
        return (*self.size, in_shape[2])

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        R, C = (
            np.eye(old, dtype=x.dtype)[np.arange(new) * old // new]
            for old, new in zip(x.shape[1:3], self.size, strict=True)
        )
        y = jnp.take(jnp.take(x, R.argmax(axis=1), axis=1), C.argmax(axis=1), axis=2)

        def backward(dy: Any) -> tuple[Any, Any]:
            return jnp.einsum("ih,nijc,jw->nhwc", R, dy, C), {}

        return y, backward

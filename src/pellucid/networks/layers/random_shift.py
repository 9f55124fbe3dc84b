"""`RandomShift`: every image moved a few pixels each time it is seen, in training only.

Notes: Def 335
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from pellucid.errors import ShapeError
from pellucid.former_names import renamed
from pellucid.hyperparameters import is_whole
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape


@renamed(most="max_shift")
@dataclass(frozen=True)
class RandomShift(Functional):
    """X moved by whole pixels along each axis, at random, up to `max_shift`; edges are repeated.

    What an image shows seldom depends on where it stands, so each shift is one more example of the
    same answer. Unlike noise, it hides no detail.

    Parameters
    ----------
    max_shift : int
        Longest shift along each axis, in pixels.

    Examples
    --------
    >>> mode = Mode(training=True, key=jax.random.key(1))
    >>> image = jnp.arange(4.0).reshape(1, 4, 1)
    >>> moved = RandomShift(1).forward({}, image, mode)[0].ravel().tolist()
    >>> moved in ([0.0, 0.0, 1.0, 2.0], [0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 3.0])
    True

    Notes: Def 335
    """

    max_shift: int = 1

    symbol: ClassVar[str] = "X̃"
    notes: ClassVar[str] = "Def 335"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {x} shifted", "∂L/∂{x} = ∂L/∂{y} shifted back, summed at the edges"
    )

    def __post_init__(self) -> None:
        if not is_whole(self.max_shift, 0):
            raise ShapeError(
                f"RandomShift: max_shift is a whole number ≥ 0; got {self.max_shift!r}."
            )

    def out_shape(self, in_shape: Shape) -> Shape:
        if len(in_shape) < 2:
            raise ShapeError(
                "RandomShift takes images, (size)×channels; a point of one axis has no places to "
                f"shift along: {in_shape}."
            )
        return in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        if not (mode.training and self.max_shift):
            return x, lambda dy: (dy, {})
        most = self.max_shift
        n, *sizes = x.shape[:-1]
        shifts = jax.random.randint(mode.layer_key(), (n, len(sizes)), -most, most + 1)
        places: list[Any] = [jnp.arange(n).reshape(n, *[1] * len(sizes))]
        for axis, size in enumerate(sizes):
            along = jnp.clip(jnp.arange(size) - shifts[:, axis, None], 0, size - 1)
            ones = [1] * len(sizes)
            ones[axis] = size
            places.append(along.reshape(n, *ones))
        at = tuple(places)

        def backward(dy: Any) -> tuple[Any, Any]:
            return jnp.zeros_like(x).at[at].add(dy), {}

        return x[at], backward

"""`CrossAttention`: a sequence looks at another one, such as an internal representation.

Notes: Def 379, Def 383
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape
from pellucid.networks.layers.sequences.attention import (
    attend,
    check_heads,
    check_sequence,
    formulas_of,
    initial_projections,
    projections,
)


@dataclass(frozen=True)
class CrossAttention(Layer):
    """The places after the first `read` attend to those first ones.

    A point holds both, one after the other: `read` places of the internal representation, then the
    sequence's own. So a layer of one input serves, and layers stack. What comes out for the
    representation is 0: in a residual it passes on unchanged.

    Parameters
    ----------
    read : int
        Places of the internal representation, at the beginning of a point.
    heads : int

    Raises
    ------
    HyperparameterError, ShapeError
        Where no place is left to read, or to look.

    Examples
    --------
    >>> CrossAttention(read=3, heads=2).shapes((5, 4))[1]
    (5, 4)

    Notes: Def 379, Def 383
    """

    read: int
    heads: int = 4

    notes: ClassVar[str] = "Def 379, Def 383"
    formulas: ClassVar[Formulas] = formulas_of(
        "(own places of {x})",
        "(read places of {x})",
        "{y} = [0; {O} {W}_out + {W0}_out], places read and own",
        "∂L/∂{x} = [∂L/∂{K} {W}_keyᵀ + ∂L/∂{V} {W}_valueᵀ; ∂L/∂{Q} {W}_queryᵀ], "
        "places read and own",
        "(∂L/∂{y} at own places)",
    )

    def __post_init__(self) -> None:
        check_heads(self.heads, "CrossAttention")
        check_read(self.read, "CrossAttention")

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        check_sequence(in_shape, self.heads)
        check_places(in_shape, self.read)
        return projections(in_shape[1]), in_shape

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        self.shapes(in_shape)
        return initial_projections(key, in_shape[1], dtype), in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        told, asking = x[:, : self.read], x[:, self.read :]
        y, _, back = attend(params, asking, told, self.heads, None, mode.watch.show)

        def backward(dy: Any) -> tuple[Any, Any]:
            by_asking, by_told, own = back(dy[:, self.read :])
            return jnp.concatenate([by_told, by_asking], axis=1), own

        return jnp.concatenate([jnp.zeros_like(told), y], axis=1), backward

    def weights(self, params: Any, x: Any) -> Any:
        """P, n×heads×(own places)×read: how important each read place is to each own one.

        Notes: Def 379
        """
        return attend(params, x[:, self.read :], x[:, : self.read], self.heads, None)[1]


def check_read(read: int, owner: str) -> None:
    """At least one place of a representation."""
    if read < 1:
        raise HyperparameterError(f"{owner}: read is a whole number of places ≥ 1; got {read}.")


def check_places(in_shape: Shape, read: int) -> None:
    """Places of its own beside those read."""
    if in_shape[0] <= read:
        raise ShapeError(
            f"It reads the first {read} places and needs more after them; a point has "
            f"{in_shape[0]}. Put the representation before the sequence's own places."
        )

"""`Flatten`: a point of any shape becomes a vector.

Notes: Def 389
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import jax.numpy as jnp

from pellucid.errors import HyperparameterError
from pellucid.networks.layer import Backward, Formulas, Functional, Mode, Shape

ORDERS = ("column", "row")


def _reversed_axes(x: Any) -> Any:
    """The axes of each point in the opposite order; the batch stays first."""
    return jnp.transpose(x, (0, *range(x.ndim - 1, 0, -1)))


@dataclass(frozen=True)
class Flatten(Functional):
    """vec(A): the columns one under another, or the rows.

    Neighbourhood is lost: flatten after the convolutions only.

    Parameters
    ----------
    order : {"column", "row"}
        "column", the notes' own order, lets the first index run fastest; "row" the last, which
        moves no number in memory.

    Examples
    --------
    >>> import numpy as np
    >>> M = np.array([[[1, 2], [3, 4]]])
    >>> [Flatten(order).forward({}, M, Mode())[0].tolist() for order in ("column", "row")]
    [[[1, 3, 2, 4]], [[1, 2, 3, 4]]]

    Notes: Def 389
    """

    order: str = "column"

    symbol: ClassVar[str] = "V"
    notes: ClassVar[str] = "Def 389"
    formulas: ClassVar[Formulas] = Formulas("{y} = vec({x})", "∂L/∂{x} = vec⁻¹(∂L/∂{y})")

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise HyperparameterError(f'Flatten: order is "column" or "row"; got {self.order!r}.')

    def out_shape(self, in_shape: Shape) -> Shape:
        return (prod(in_shape),)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        turned = _reversed_axes(x) if self.order == "column" else x

        def backward(dy: Any) -> tuple[Any, Any]:
            dx = dy.reshape(turned.shape)
            return (_reversed_axes(dx) if self.order == "column" else dx), {}

        return turned.reshape(len(x), -1), backward

"""`Flatten`: a point of any shape becomes a vector.

Notes: Def 389
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import jax.numpy as jnp

from pellucid.errors import HyperparameterError
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape

ORDERS = ("column", "row")


def _reversed_axes(x: Any) -> Any:
    """The axes of each point in the opposite order; the batch stays first."""
    return jnp.transpose(x, (0, *range(x.ndim - 1, 0, -1)))


def flattened(M: Any, order: str = "column") -> Any:
    """One array of any shape as a vector.

    Examples
    --------
    >>> import numpy as np
    >>> flattened(np.array([["a", "b"], ["c", "d"]])).tolist()
    ['a', 'c', 'b', 'd']

    Notes: Def 389
    """
    return M.ravel(order=_memory(order))


def unflattened(v: Any, shape: Shape, order: str = "column") -> Any:
    """The inverse of `flattened`.

    Examples
    --------
    >>> import numpy as np
    >>> unflattened(np.array([1, 3, 2, 4]), (2, 2)).tolist()
    [[1, 2], [3, 4]]

    Notes: Def 389
    """
    return v.reshape(shape, order=_memory(order))


def _memory(order: str) -> str:
    if order not in ORDERS:
        raise HyperparameterError(f'Flattening goes by "column" or by "row"; got {order!r}.')
    return "F" if order == "column" else "C"


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
        _memory(self.order)

    def out_shape(self, in_shape: Shape) -> Shape:
        return (prod(in_shape),)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        turned = _reversed_axes(x) if self.order == "column" else x

        def backward(dy: Any) -> tuple[Any, Any]:
            dx = dy.reshape(turned.shape)
            return (_reversed_axes(dx) if self.order == "column" else dx), {}

        return turned.reshape(len(x), -1), backward

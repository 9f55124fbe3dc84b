"""`ColumnActivation`: an activation on some columns of the output, the others as they are.

Notes: Concept 357, Def 353
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from pellucid.networks.layers.layer import Backward, Formulas, Functional, Layer, Mode, Shape


@dataclass(frozen=True)
class ColumnActivation(Functional):
    """x̃ⱼ = f(zⱼ) for the columns named; scores of yes-or-no and of classes pass unchanged.

    Parameters
    ----------
    activation : Layer
        f, entry by entry.
    columns : sequence of int

    Notes: Concept 357
    """

    activation: Layer
    columns: Sequence[int]

    notes: ClassVar[str] = "Def 353"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = f({x}) in some columns", "∂L/∂{x} = f′({x}) ∘ ∂L/∂{y} in those, else ∂L/∂{y}"
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(int(j) for j in self.columns))

    def out_shape(self, in_shape: Shape) -> Shape:
        return in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        chosen = np.isin(np.arange(x.shape[1]), np.array(self.columns, dtype=int))
        a, way_back = self.activation.forward({}, x, mode)

        def backward(dy: Any) -> tuple[Any, Any]:
            return jnp.where(chosen, way_back(dy)[0], dy), {}

        return jnp.where(chosen, a, x), backward

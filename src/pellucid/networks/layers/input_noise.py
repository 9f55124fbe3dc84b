"""`InputNoise`: every input jittered afresh each time a point is seen, in training only.

Notes: Def 335
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax

from pellucid.errors import HyperparameterError
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape


@dataclass(frozen=True)
class InputNoise(Functional):
    """X + N with independent N ~ Normal(0, deviation²).

    Parameters
    ----------
    deviation : float
        Standard deviation of the noise, in units of the input; > 0 hides patterns smaller than it.

    Notes: Def 335
    """

    deviation: float = 0.1

    symbol: ClassVar[str] = "X̃"
    notes: ClassVar[str] = "Def 335"
    formulas: ClassVar[Formulas] = Formulas("{y} = {x} + N", "∂L/∂{x} = ∂L/∂{y}")

    def __post_init__(self) -> None:
        if not 0 <= self.deviation < float("inf"):
            raise HyperparameterError(
                f"InputNoise: deviation is a number ≥ 0; got {self.deviation!r}."
            )

    def out_shape(self, in_shape: Shape) -> Shape:
        return in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        if mode.training and self.deviation > 0:
            noise = jax.random.normal(mode.layer_key(), x.shape, x.dtype)
            x = x + self.deviation * noise
        return x, lambda dy: (dy, {})

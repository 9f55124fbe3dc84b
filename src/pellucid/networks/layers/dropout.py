"""`Dropout`: each neuron is off with probability p, drawn at every training step.

Notes: Def 336
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax

from pellucid.errors import HyperparameterError
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape


@dataclass(frozen=True)
class Dropout(Functional):
    """Ã = M ∘ A with M = 0 with probability p, else 1; afterwards Ã = (1 − p) A.

    The notes write that the trained weights are multiplied by p; as p is the chance to be off, the
    share that was on, and so the factor that keeps the mean, is 1 − p.

    Parameters
    ----------
    p : float
        Chance of a neuron to be off, 0 ≤ p < 1.
    inverted : bool
        Divide by 1 − p while training instead, and leave the activations alone afterwards.

    Examples
    --------
    >>> import numpy as np
    >>> Dropout(0.2).forward({}, np.array([[3.0]]), Mode())[0].round(12).tolist()
    [[2.4]]

    Notes: Def 336
    """

    p: float = 0.5
    inverted: bool = False

    symbol: ClassVar[str] = "Ã"
    notes: ClassVar[str] = "Def 336"
    formulas: ClassVar[Formulas] = Formulas("{y} = M ∘ {x}", "∂L/∂{x} = M ∘ ∂L/∂{y}")

    def __post_init__(self) -> None:
        if not 0 <= self.p < 1:
            raise HyperparameterError(
                f"Dropout: p, the chance to be off, is from 0 up to but not 1; got {self.p!r}."
            )

    def out_shape(self, in_shape: Shape) -> Shape:
        return in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        on = 1 - self.p
        if not mode.training or self.p == 0:
            scale = 1 if self.inverted else on
            return x * scale, lambda dy: (dy * scale, {})
        M = jax.random.bernoulli(mode.layer_key(), on, x.shape).astype(x.dtype)
        M = M / on if self.inverted else M
        return M * x, lambda dy: (M * dy, {})

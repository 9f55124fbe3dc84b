"""`CodeSample`: a code drawn from the normal distribution that an encoder names.

Notes: Def 370, Concept 371
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from pellucid.errors import ShapeError
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape


@dataclass(frozen=True)
class CodeSample(Functional):
    """a = m + s ∘ ε with ε ~ N(0, 1) drawn again each time in training; a = m in prediction.

    The input is m and log s², k numbers each. As ε is drawn apart from them, a has derivatives by
    both: ∂a/∂m = 1 and ∂a/∂log s² = s ε / 2.

    Examples
    --------
    >>> import numpy as np
    >>> CodeSample().forward({}, np.array([[2.0, 0.0]]), Mode())[0].tolist()
    [[2.0]]

    Notes: Def 370, Concept 371
    """

    symbol: ClassVar[str] = "A"
    notes: ClassVar[str] = "Def 370"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = m + s ∘ ε, with {x} = (m, log s²)",
        "∂L/∂m = ∂L/∂{y}; ∂L/∂log s² = s ∘ ε/2 ∘ ∂L/∂{y}",
    )

    def out_shape(self, in_shape: Shape) -> Shape:
        if len(in_shape) != 1 or in_shape[0] % 2:
            raise ShapeError(
                "CodeSample takes a mean and a log-variance for each number of the code: a vector "
                f"of even length, not {in_shape}."
            )
        return (in_shape[0] // 2,)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        m, v = jnp.split(x, 2, axis=1)
        noise = jnp.zeros_like(m)
        if mode.training:
            noise = jnp.exp(v / 2) * jax.random.normal(mode.layer_key(), m.shape, m.dtype)

        def backward(da: Any) -> tuple[Any, Any]:
            return jnp.concatenate([da, da * noise / 2], axis=1), {}

        return m + noise, backward

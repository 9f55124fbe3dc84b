"""`Softmax`: one probability a class; every output depends on every input.

Notes: Concept 284, Clar 285, Notation 301
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape


@dataclass(frozen=True)
class Softmax(Functional):
    """aⱼ = e^zⱼ / Σᵢ e^zᵢ along the last axis; its Jacobian diag(a) − aaᵀ is not diagonal.

    Examples
    --------
    >>> import numpy as np
    >>> a, backward = Softmax().forward({}, np.array([[0.0, 0.0]]), Mode())
    >>> a.tolist(), Softmax().jacobian(a[0]).tolist()
    ([[0.5, 0.5]], [[0.25, -0.25], [-0.25, 0.25]])

    Notes: Concept 284, Notation 301
    """

    range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    notes: ClassVar[str] = "Concept 284, Notation 301"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = softmax({x})", "∂L/∂{x} = (diag({y}) − {y}{y}ᵀ) ∂L/∂{y}"
    )

    def out_shape(self, in_shape: Shape) -> Shape:
        return in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        a = jax.nn.softmax(x, axis=-1)

        def backward(da: Any) -> tuple[Any, Any]:
            # (diag(a) − aaᵀ) da without the matrix: a ∘ da − a (a·da).
            return a * (da - (a * da).sum(axis=-1, keepdims=True)), {}

        return a, backward

    @staticmethod
    def jacobian(a: Any) -> Any:
        """∂a/∂z = diag(a) − aaᵀ of one point, k×k; symmetric, so the same in either layout.

        Notes: Notation 301
        """
        return jnp.diag(a) - jnp.outer(a, a)

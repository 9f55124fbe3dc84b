"""`LayerNorm`: each point standardised over its own features; the batch has no say.

Notes: Concept 338, Concept 340, KE 345
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape
from pellucid.networks.layers.normalization import (
    check_normalization,
    initial_scale_and_shift,
    standardised,
)


@dataclass(frozen=True)
class LayerNorm(Layer):
    """Ẑ = G ∘ (Z − μ)/√(σ² + ε) + B, with μ and σ of each point over its last axis.

    `BatchNorm` with the axes exchanged: nothing to remember, the same in training and after.

    Parameters
    ----------
    epsilon : float
        ε > 0.
    epsilon_place : {"inside", "outside"}
        √(σ² + ε), or σ + ε.

    Examples
    --------
    >>> import numpy as np
    >>> params = {"G": np.ones(2), "B": np.zeros(2)}
    >>> LayerNorm().forward(params, np.array([[1.0, 3.0]]), Mode())[0].round(3).tolist()
    [[-1.0, 1.0]]

    Notes: Concept 338, Concept 340, KE 345
    """

    epsilon: float = 1e-5
    epsilon_place: str = "inside"

    symbol: ClassVar[str] = "Ẑ"
    notes: ClassVar[str] = "Concept 340, KE 345"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {G} ∘ ({x} − μ)/√(σ² + ε) + {B}, Z̄ = ({x} − μ)/√(σ² + ε)",
        "∂L/∂{x} = [D − ⟨D⟩ − Z̄⟨D ∘ Z̄⟩]/√(σ² + ε), D = {G} ∘ ∂L/∂{y}, means over features",
        (("G", "∂L/∂{G} = {sum}∂L/∂{y} ∘ Z̄"), ("B", "∂L/∂{B} = {sum}∂L/∂{y}")),
    )

    def __post_init__(self) -> None:
        check_normalization(self.epsilon, self.epsilon_place, "LayerNorm")

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        return {"G": in_shape[-1:], "B": in_shape[-1:]}, in_shape

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        return initial_scale_and_shift(in_shape[-1:], dtype), in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        bar, through = standardised(x, (x.ndim - 1,), self.epsilon, self.epsilon_place)

        def backward(dy: Any) -> tuple[Any, Any]:
            points = tuple(range(x.ndim - 1))
            own = {"G": (dy * bar).sum(points), "B": dy.sum(points)}
            return through(params["G"] * dy), own

        return params["G"] * bar + params["B"], backward

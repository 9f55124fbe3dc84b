"""`GroupNorm`: each point standardised over groups of its channels; the batch has no say.

Notes: Concept 338, Concept 340, KE 345
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ShapeError
from pellucid.networks.layers.layer import Backward, Mode, Shape
from pellucid.networks.layers.layer_norm import LayerNorm
from pellucid.networks.layers.normalization import standardised


@dataclass(frozen=True)
class GroupNorm(LayerNorm):
    """Ẑ = G ∘ (Z − μ)/√(σ² + ε) + B, with μ and σ over each group of channels and all places.

    Parameters
    ----------
    epsilon, epsilon_place
        As in `LayerNorm`.
    groups : int
        Groups of as many channels each.

    Raises
    ------
    ShapeError
        Where the channels do not fall into so many equal groups.

    Examples
    --------
    >>> import numpy as np
    >>> params = {"G": np.ones(4), "B": np.zeros(4)}
    >>> GroupNorm().forward(params, np.array([[1.0, 3.0, 10.0, 30.0]]), Mode())[0].round(3).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]

    Notes: Concept 338, Concept 340, KE 345
    """

    groups: int = 2

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        if self.groups < 1 or in_shape[-1] % self.groups:
            raise ShapeError(
                f"GroupNorm: {in_shape[-1]} channels do not fall into {self.groups} equal groups."
            )
        return super().shapes(in_shape)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        parted = (len(x), -1, self.groups, x.shape[-1] // self.groups)
        bar, through = standardised(x.reshape(parted), (1, 3), self.epsilon, self.epsilon_place)
        bar = bar.reshape(x.shape)

        def backward(dy: Any) -> tuple[Any, Any]:
            points = tuple(range(x.ndim - 1))
            own = {"G": (dy * bar).sum(points), "B": dy.sum(points)}
            return through((params["G"] * dy).reshape(parted)).reshape(x.shape), own

        return params["G"] * bar + params["B"], backward

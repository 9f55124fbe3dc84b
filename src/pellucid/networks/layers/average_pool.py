"""`AveragePool`: the mean of each window, channel by channel.

Notes: Def 434, Concept 436, Concept 443
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape
from pellucid.networks.layers.max_pool import check_pool, pooled_shape, windows_of_pool
from pellucid.networks.layers.windows import Size, Windows


def window_means(x: Any, windows: Windows) -> tuple[Any, Backward]:
    """The mean over each window, fillers counted as 0, and its derivative."""
    parts = windows.cut(x)
    share = 1 / prod(windows.size)
    y = sum(parts[1:], parts[0]) * share

    def backward(dy: Any) -> tuple[Any, Any]:
        return windows.add_windows([dy * share] * len(parts), x.shape[1:-1]), {}

    return y, backward


@dataclass(frozen=True)
class AveragePool(Functional):
    """Aᵢ = the mean over receptive field i: a convolution with all weights 1/kᵈ, untrained.

    Parameters
    ----------
    size, stride, padding : int or sequence of int
        As for `MaxPool`; the padding counts as zeros.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1.0, 3, 2, 5]).reshape(1, 4, 1)
    >>> AveragePool(2).forward({}, x, Mode())[0].ravel().tolist()
    [2.0, 3.5]

    Notes: Def 434, Concept 436
    """

    size: Size = 2
    stride: Size | None = None
    padding: Size = 0

    symbol: ClassVar[str] = "P"
    notes: ClassVar[str] = "Def 434, Concept 436"
    formulas: ClassVar[Formulas] = Formulas(
        "{y}_i = mean of {x} over field i",
        "∂L/∂{x}_j = Σᵢ ∂L/∂{y}_i / (entries of a field) over fields i that hold j",
    )

    def __post_init__(self) -> None:
        check_pool(self)

    def out_shape(self, in_shape: Shape) -> Shape:
        return pooled_shape(self, in_shape)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        return window_means(x, windows_of_pool(self, x.ndim - 2))

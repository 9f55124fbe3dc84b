"""`MaxBlurPool`: max-pool at stride 1, then scaled down by averaging.

Notes: Concept 443, §9.2.6
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.errors import ShapeError
from pellucid.networks.layers.average_pool import window_means
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape
from pellucid.networks.layers.max_pool import check_pool, window_maxima, windows_of_pool
from pellucid.networks.layers.windows import Size, Windows, in_windows, windows_of


@dataclass(frozen=True)
class MaxBlurPool(Functional):
    """The largest entry of every window, then the mean of s neighbouring maxima.

    A stride above 1 makes `MaxPool` forget where between two windows a pattern lay: moved by one
    entry it may vanish. Here all maxima are taken, and averaging brings them down to the same size.

    Parameters
    ----------
    size : int or sequence of int
        k of the receptive field.
    stride : int or sequence of int, optional
        s, by which the output shrinks, and how many maxima are averaged; the size by default.
    padding : int or sequence of int
        Entries around that are never the largest.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.0, 1, 0, 0, 0]).reshape(1, 5, 1)
    >>> MaxBlurPool(2).forward({}, x, Mode())[0].ravel().tolist()
    [1.0, 0.0]

    Notes: Concept 443
    """

    size: Size = 2
    stride: Size | None = None
    padding: Size = 0

    symbol: ClassVar[str] = "P"
    notes: ClassVar[str] = "Concept 443"
    formulas: ClassVar[Formulas] = Formulas(
        "{y}_i = mean of the maxima of {x} over s neighbouring fields",
        "∂L/∂{x}_j = Σᵢ ∂L/∂{y}_i / s over maxima that are {x}_j",
    )

    def __post_init__(self) -> None:
        check_pool(self)

    def out_shape(self, in_shape: Shape) -> Shape:
        maxima, means = self._steps(max(len(in_shape) - 1, 1))
        in_windows(maxima.size, in_shape, "MaxBlurPool")
        dense = maxima.count(in_shape[:-1])
        if any(n < s for n, s in zip(dense, means.size, strict=True)):
            raise ShapeError(
                f"MaxBlurPool: {min(dense)} maxima along an axis are too few to average "
                f"{max(means.size)}: take a smaller stride or more padding."
            )
        return (*means.count(dense), in_shape[-1])

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        maxima, means = self._steps(x.ndim - 2)
        high, through_maxima = window_maxima(x, maxima)
        y, through_means = window_means(high, means)
        return y, lambda dy: through_maxima(through_means(dy)[0])

    def _steps(self, dims: int) -> tuple[Windows, Windows]:
        fields = windows_of_pool(self, dims)
        return (
            windows_of(fields.size, 1, fields.padding, dims=dims),
            windows_of(fields.stride, fields.stride, dims=dims),
        )

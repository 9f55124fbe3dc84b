"""`Convolution`: the same few weights at every place.

Notes: Def 398, KE 399, Clar 401, Concept 416, Def 421, Def 426, Def 428, KE 452
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.hyperparameters import is_whole
from pellucid.networks.engine.compiled import computed_once
from pellucid.networks.layers.correlation import by_filter, by_input, by_offset, correlate
from pellucid.networks.layers.initialization import check_initial, initial_offsets, initial_weights
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, shape_text
from pellucid.networks.layers.windows import Size, Windows, in_windows, plain_size, windows_of


@dataclass(frozen=True)
class Convolution(Layer):
    """Z = W ∗ X + W₀: each filter slides over the input and gives one channel of the output.

    What machine learning calls convolution is cross-correlation: the filter is not reversed, unless
    `flip` asks for it. A filter spans all channels of the input and slides along the other axes:
    one for a signal, two for an image, three for a volume. Points are (spatial)×channels, and W is
    (size)×channels×filters.

    Parameters
    ----------
    filters : int
        m, the number of filters and of output channels.
    size : int or sequence of int
        k of each axis; one number for as many axes as the input has.
    stride : int or sequence of int
        s, steps between windows.
    padding : int, sequence of int, or "same"
        p fillers on either side; "same" is 2p = k − 1, for odd k.
    fill : float
        The filler.
    dilation : int or sequence of int
        Steps between the entries of a window.
    offset : bool
        Whether each filter has an offset W₀.
    flip : bool
        Whether the filter is reversed along its axes: convolution as other fields define it.
    mask : array of bool, shape (size)×channels×filters, optional
        False pins a weight at 0.
    initial, scale : str, float
        As for `Dense`; a neuron here has as many inputs as a filter has weights.

    Raises
    ------
    HyperparameterError
        For a setting out of range, or "same" with an even size.
    ShapeError
        When points lack the axis of channels, or no window fits.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1.0, 1, -1, -1, -1, 1, -1, 1, 1, 1]).reshape(1, 10, 1)
    >>> W = np.array([1.0, -1, 1]).reshape(3, 1, 1)
    >>> z, backward = Convolution(1, 3, offset=False).forward({"W": W}, x, Mode())
    >>> z.ravel().tolist()
    [-1.0, 1.0, -1.0, 1.0, -3.0, 3.0, -1.0, 1.0]

    Notes: Def 398, KE 399, Def 421, KE 432, KE 452
    """

    filters: int
    size: Size = 3
    stride: Size = 1
    padding: Size | str = 0
    fill: float = 0.0
    dilation: Size = 1
    offset: bool = True
    flip: bool = False
    mask: Any = field(default=None, repr=False)
    initial: str = "he"
    scale: float = 1.0

    symbol: ClassVar[str] = "Z"
    notes: ClassVar[str] = "Def 421, KE 452"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {W} ∗ {x} + {W0}",
        "∂L/∂{x} = Σ over windows of {W} ∂L/∂{y}, each at its place",
        (
            ("W", "∂L/∂{W}_u = Σᵢ {x}_{{i+u}} (∂L/∂{y}_i)ᵀ over windows i{of_points}"),
            ("W0", "∂L/∂{W0} = Σᵢ ∂L/∂{y}_i over windows i{of_points}"),
        ),
    )

    def __post_init__(self) -> None:
        check_initial(self.initial, self.scale, "Convolution")
        if not is_whole(self.filters):
            raise HyperparameterError(
                f"Convolution: filters is a whole number ≥ 1; got {self.filters!r}."
            )
        for name in ("size", "stride", "padding", "dilation"):
            value = getattr(self, name)
            if not (name == "padding" and isinstance(value, str)):
                object.__setattr__(self, name, plain_size(value, name, "Convolution"))
        if isinstance(self.padding, str) and self.padding != "same":
            raise HyperparameterError(
                f'Convolution: padding is a number, one an axis, or "same"; got {self.padding!r}.'
            )
        self.windows(1)
        if self.mask is not None:
            object.__setattr__(self, "mask", _nested(np.asarray(self.mask, dtype=bool).tolist()))

    def windows(self, dims: int) -> Windows:
        """Where the filter goes, over that many axes."""
        return windows_of(
            self.size, self.stride, self.padding, self.dilation, dims=dims, owner="Convolution"
        )

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        windows = self.windows(max(len(in_shape) - 1, 1))
        in_windows(windows.size, in_shape, "Convolution")
        W = (*windows.size, in_shape[-1], self.filters)
        if self.mask is not None and np.shape(self.mask) != W:
            raise ShapeError(
                f"Its bank of filters is {shape_text(W)} (size, input channels, filters), but the "
                f"mask is {shape_text(np.shape(self.mask))}."
            )
        out = (*windows.count(in_shape[:-1]), self.filters)
        return {"W": W} | ({"W0": (self.filters,)} if self.offset else {}), out

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        own, out = self.shapes(in_shape)
        drawn = (self.initial, self.scale)
        places = prod(own["W"][:-2])
        links = (places * in_shape[-1], places * self.filters)
        W = initial_weights(key, own["W"], *drawn, links, dtype)
        params = {"W": self._masked(W)}
        if self.offset:
            params["W0"] = initial_offsets(key, self.filters, *drawn, dtype)
        return params, out

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        windows = self.windows(x.ndim - 2)
        W = self._turned(self._masked(params["W"]))
        z = correlate(x, W, windows, self.fill)

        def backward(dz: Any) -> tuple[Any, Any]:
            own = {"W": self._masked(self._turned(by_filter(x, dz, windows, self.fill)))}
            if self.offset:
                own["W0"] = by_offset(dz)
            return by_input(dz, W, windows, x.shape[1:-1]), own

        return computed_once(z + params["W0"] if self.offset else z), backward

    def _masked(self, W: Any) -> Any:
        return W if self.mask is None else W * np.asarray(self.mask, W.dtype)

    def _turned(self, W: Any) -> Any:
        return jnp.flip(W, range(W.ndim - 2)) if self.flip else W


def _nested(value: Any) -> Any:
    return tuple(map(_nested, value)) if isinstance(value, list) else value

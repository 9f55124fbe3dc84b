"""`MaxPool`: the largest entry of each window, channel by channel.

Notes: Def 434, Def 435, Concept 436, KE 437, KE 438, Concept 441, KE 453
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from pellucid.errors import HyperparameterError
from pellucid.networks.engine.compiled import computed_once
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape
from pellucid.networks.layers.windows import (
    Size,
    Windows,
    in_windows,
    overlap_free,
    plain_size,
    windows_of,
)

TIES = ("first", "all")
# Channels below which the compiler's loops over tiles are short: one axis at a time is quicker.
NARROW = 16


def window_maxima(x: Any, windows: Windows, ties: str = "first") -> tuple[Any, Backward]:
    """The largest entry of each window, and its derivative: 1 at that entry, 0 at all others.

    Notes: Def 435, KE 453, KE 454
    """
    return (_of_tiles if overlap_free(windows) else _of_slices)(x, windows, ties)


def _of_slices(x: Any, windows: Windows, ties: str) -> tuple[Any, Backward]:
    parts = windows.cut(x, fill=-jnp.inf)
    y = parts[0]
    for part in parts[1:]:
        y = jnp.maximum(y, part)

    def backward(dy: Any) -> tuple[Any, Any]:
        free, moved = jnp.ones(y.shape, bool), []
        for part in parts:
            hit = (part == y) & free
            free = free & ~hit if ties == "first" else free
            moved.append(jnp.where(hit, dy, 0))
        return windows.add_windows(moved, x.shape[1:-1]), {}

    return y, backward


def _of_tiles(x: Any, windows: Windows, ties: str) -> tuple[Any, Backward]:
    """Windows that do not overlap: each axis split in two, so nothing is shifted."""
    counts, k = windows.count(x.shape[1:-1]), windows.size
    covered = [o * s for o, s in zip(counts, k, strict=True)]
    split = [size for pair in zip(counts, k, strict=True) for size in pair]
    tiles = x[(slice(None), *map(slice, covered))].reshape(len(x), *split, x.shape[-1])
    within = tuple(range(2, tiles.ndim - 1, 2))
    parts = [_entry(tiles, at) for at in windows.offsets()]
    y = tiles
    for axis in range(2, 2 + len(k)):  # the axis of the entries done before is gone
        y = _largest_along(y, axis)
    first = jnp.full(y.shape, len(parts) - 1, jnp.int32)
    for number in reversed(range(len(parts) - 1)):
        first = jnp.where(parts[number] == y, number, first)
    y, first = computed_once((y, first))

    def backward(dy: Any) -> tuple[Any, Any]:
        if ties == "first":
            hit = _order(tiles.shape, within) == jnp.expand_dims(first, within)
        else:
            hit = tiles == jnp.expand_dims(y, within)
        d = jnp.where(hit, jnp.expand_dims(dy, within), 0).reshape(len(x), *covered, x.shape[-1])
        left = [(0, n - o) for n, o in zip(x.shape[1:-1], covered, strict=True)]
        return (jnp.pad(d, [(0, 0), *left, (0, 0)]) if any(map(sum, left)) else d), {}

    return y, backward


def _largest_along(x: Any, axis: int) -> Any:
    flat = x.reshape(prod(x.shape[:axis]), x.shape[axis], -1)
    y = reduce(jnp.maximum, [flat[:, u] for u in range(x.shape[axis])])
    return (computed_once(y) if x.shape[-1] < NARROW else y).reshape(
        *x.shape[:axis], *x.shape[axis + 1 :]
    )


def _entry(tiles: Any, at: Shape) -> Any:
    """The entry at that place of every tile."""
    place: list[Any] = [slice(None)]
    for u in at:
        place += [slice(None), u]
    return tiles[tuple(place)]


def _order(shape: Shape, within: Shape) -> Any:
    """Numbers the entries of each tile, the last axis fastest."""
    number: Any = 0
    for axis in within:
        number = number * shape[axis] + jax.lax.broadcasted_iota(jnp.int32, shape, axis)
    return number


@dataclass(frozen=True)
class MaxPool(Functional):
    """Aᵢ = the largest entry of receptive field i; no parameters, nothing to train.

    Parameters
    ----------
    size : int or sequence of int
        k of the receptive field.
    stride : int or sequence of int, optional
        s; the size when nothing is said. Above k, inputs are skipped.
    padding : int or sequence of int
        Entries around that are never the largest.
    ties : {"first", "all"}
        Which of several largest entries the derivative reaches. There it does not exist; "first"
        keeps one 1 a window, as the notes do for two entries, "all" gives each of them a 1.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1.0, 3, 2, 5]).reshape(1, 4, 1)
    >>> y, backward = MaxPool(2).forward({}, x, Mode())
    >>> y.ravel().tolist(), backward(np.ones((1, 2, 1)))[0].ravel().tolist()
    ([3.0, 5.0], [0.0, 1.0, 0.0, 1.0])

    Notes: Def 435, Concept 436, KE 438, KE 453
    """

    size: Size = 2
    stride: Size | None = None
    padding: Size = 0
    ties: str = "first"

    symbol: ClassVar[str] = "P"
    notes: ClassVar[str] = "Def 435, KE 453"
    formulas: ClassVar[Formulas] = Formulas(
        "{y}_i = max of {x} over field i",
        "∂L/∂{x}_j = Σᵢ ∂L/∂{y}_i over fields i whose largest entry is j",
    )

    def __post_init__(self) -> None:
        check_pool(self)
        if self.ties not in TIES:
            raise HyperparameterError(f'MaxPool: ties is "first" or "all"; got {self.ties!r}.')

    def out_shape(self, in_shape: Shape) -> Shape:
        return pooled_shape(self, in_shape)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        return window_maxima(x, windows_of_pool(self, x.ndim - 2), self.ties)


def check_pool(pool: Any) -> None:
    """Lists become tuples, so that the layer can be hashed; the settings are checked."""
    for name in ("size", "stride", "padding"):
        value = getattr(pool, name)
        if value is not None:
            object.__setattr__(pool, name, plain_size(value, name, type(pool).__name__))
    windows = windows_of_pool(pool, 1)
    if any(2 * p > k for p, k in zip(windows.padding, windows.size, strict=True)):
        raise HyperparameterError(
            f"{type(pool).__name__}: padding {pool.padding} is more than half of size {pool.size}, "
            "so a field could hold fillers only."
        )


def windows_of_pool(pool: Any, dims: int) -> Windows:
    """The receptive fields of a pooling layer over that many axes."""
    stride = pool.size if pool.stride is None else pool.stride
    return windows_of(pool.size, stride, pool.padding, dims=dims, owner=type(pool).__name__)


def pooled_shape(pool: Any, in_shape: Shape) -> Shape:
    """Shape after pooling: fewer places, as many channels.

    Notes: KE 432, Concept 436
    """
    windows = windows_of_pool(pool, max(len(in_shape) - 1, 1))
    in_windows(windows.size, in_shape, type(pool).__name__)
    return (*windows.count(in_shape[:-1]), in_shape[-1])

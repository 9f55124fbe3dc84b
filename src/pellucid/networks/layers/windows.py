"""Windows that slide over a signal, an image or a volume: where they lie, cutting, putting back.

Axes are batch first and channels last: n×(spatial)×c. The windows' offsets are a short list, and
each offset is one strided slice of the whole batch, so nothing is gathered or scattered.

Notes: Def 394, Def 398, Def 403, Def 429, KE 432, Def 434
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from numbers import Integral
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.networks.layers.layer import Shape, shape_text

Size = int | Sequence[int]


@dataclass(frozen=True)
class Windows:
    """One number an axis: size k, stride s, padding p on both sides, dilation d.

    Notes: Def 394, Def 403, Def 429
    """

    size: Shape
    stride: Shape
    padding: Shape
    dilation: Shape

    @property
    def reach(self) -> Shape:
        """Entries from the first to the last that a window covers: d(k − 1) + 1."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def offsets(self) -> Iterable[Shape]:
        """Places within a window, the last axis fastest."""
        return product(*map(range, self.size))

    def count(self, spatial: Shape) -> Shape:
        """How many windows fit along each axis: ⌈(n − (k − 1) + 2p) / s⌉.

        Raises
        ------
        ShapeError
            When not one fits.

        Examples
        --------
        >>> windows_of(3, 1).count((10,)), windows_of(2, 2, dims=2).count((64, 64))
        ((8,), (32, 32))

        Notes: Concept 402, KE 432
        """
        padded = [n + 2 * p for n, p in zip(spatial, self.padding, strict=True)]
        for axis, (have, reach) in enumerate(zip(padded, self.reach, strict=True)):
            if have < reach:
                raise ShapeError(
                    f"A window that covers {reach} entries does not fit into {have} along axis "
                    f"{axis + 1} (padding counted): take a smaller window or more padding."
                )
        each = zip(padded, self.reach, self.stride, strict=True)
        return tuple(-(-(n - (k - 1)) // s) for n, k, s in each)

    def cut(self, x: Any, fill: float = 0.0) -> list[Any]:
        """For each offset, the entries at that place of every window: n×(count)×c each.

        Notes: Def 394, KE 399
        """
        counts, x = self.count(x.shape[1:-1]), self.padded(x, fill)
        return [self._slice(x, at, counts) for at in self.offsets()]

    def padded(self, x: Any, fill: float = 0.0) -> Any:
        """x with its fillers around.

        Notes: Def 403
        """
        if not any(self.padding):
            return x
        around = [(0, 0), *((p, p) for p in self.padding), (0, 0)]
        return jnp.pad(x, around, constant_values=fill)

    def shifted(self, part: Any, axis: int, at: int, n: int) -> Any:
        """What the offset `at` of every window holds, moved to its place among n along one axis.

        Where nothing came from there are zeros; what fell on the padding is dropped.
        """
        low = at * self.dilation[axis] - self.padding[axis]
        covered = (part.shape[1 + axis] - 1) * self.stride[axis] + 1
        moves = [(0, 0, 0)] * part.ndim
        moves[1 + axis] = (low, n - low - covered, self.stride[axis] - 1)
        return jax.lax.pad(part, part.dtype.type(0), moves)

    def _slice(self, x: Any, at: Shape, counts: Shape) -> Any:
        low = [u * d for u, d in zip(at, self.dilation, strict=True)]
        high = [a + (o - 1) * s + 1 for a, o, s in zip(low, counts, self.stride, strict=True)]
        return jax.lax.slice(
            x, (0, *low, 0), (x.shape[0], *high, x.shape[-1]), (1, *self.stride, 1)
        )

    def add_windows(self, parts: Iterable[Any], spatial: Shape) -> Any:
        """The transpose of `cut`: each part shifted to its place and added up.

        What fell on the padding is dropped; entries that several windows saw collect from each.

        Notes: Def 426, KE 452
        """
        total: Any = 0
        for at, part in zip(self.offsets(), parts, strict=True):
            for axis, n in enumerate(spatial):
                part = self.shifted(part, axis, at[axis], n)
            total = total + part
        return total


def windows_of(
    size: Size,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    *,
    dims: int = 1,
    owner: str = "Windows",
) -> Windows:
    """Windows from numbers, or from one number for every axis.

    Parameters
    ----------
    size, stride, dilation : int or sequence of int
        At least 1.
    padding : int, sequence of int, or "same"
        "same" keeps the size at stride 1: 2p = k − 1, for odd k only.
    dims : int
        Number of axes, when all are given by single numbers.
    owner : str
        For messages.

    Raises
    ------
    HyperparameterError
        For a number out of range, or "same" with an even size.

    Notes: Def 403, Def 429
    """
    size, stride, dilation = (
        plain_size(value, name, owner)
        for value, name in ((size, "size"), (stride, "stride"), (dilation, "dilation"))
    )
    padding = padding if isinstance(padding, str) else plain_size(padding, "padding", owner)
    given = (size, stride, padding, dilation)
    lengths = {len(v) for v in given if not isinstance(v, int | str)} or {dims}
    if len(lengths) > 1:
        raise HyperparameterError(
            f"{owner}: size, stride, padding and dilation are for different numbers of axes, "
            f"{' and '.join(map(str, sorted(lengths)))}."
        )
    axes = lengths.pop()
    k, s, d = (_each(v, axes) for v in (size, stride, dilation))
    p = _same(k, d, owner) if isinstance(padding, str) else _each(padding, axes)
    if min(*k, *s, *d) < 1 or min(p) < 0:
        raise HyperparameterError(
            f"{owner}: size, stride and dilation are at least 1 and padding at least 0; got "
            f"{shape_text(k)}, {shape_text(s)}, {shape_text(d)} and {shape_text(p)}."
        )
    if padding == "same" and max(s) > 1:
        raise HyperparameterError(
            f'{owner}: padding "same" keeps the size, but stride {shape_text(s)} does not; '
            f"write padding={p if len(set(p)) > 1 else p[0]} if that many fillers are meant."
        )
    return Windows(k, s, p, d)


def plain_size(value: Any, name: str, owner: str) -> int | Shape:
    """A whole number, or one an axis as a tuple, so that a layer can be hashed.

    Raises
    ------
    HyperparameterError
        For anything else.
    """
    several = isinstance(value, Iterable) and not isinstance(value, str)
    found = tuple(value) if several else (value,)
    if not found or not all(not isinstance(v, bool) and isinstance(v, Integral) for v in found):
        raise HyperparameterError(
            f"{owner}: {name} is a whole number, or a sequence with one for each axis; "
            f"got {value!r}."
        )
    whole = tuple(int(v) for v in found)
    return whole if several else whole[0]


def _each(value: int | Sequence[int], axes: int) -> Shape:
    return (value,) * axes if isinstance(value, int) else tuple(value)


def _same(k: Shape, d: Shape, owner: str) -> Shape:
    extra = [dilation * (size - 1) for size, dilation in zip(k, d, strict=True)]
    if any(e % 2 for e in extra):
        raise HyperparameterError(
            f'{owner}: padding "same" adds as much on either side, 2p = k − 1, so k must be odd; '
            f"it is {shape_text(k)}. Take an odd size, or give the padding as a number."
        )
    return tuple(e // 2 for e in extra)


def in_windows(spatial: Shape, in_shape: Shape, owner: str) -> None:
    """Whether points of `in_shape` have one axis a window axis and one of channels.

    Raises
    ------
    ShapeError
        Tells what shape is expected.
    """
    if len(in_shape) != len(spatial) + 1:
        names = {1: "length×channels", 2: "rows×columns×channels"}
        wanted = names.get(len(spatial), f"{len(spatial)} axes and channels")
        raise ShapeError(
            f"{owner} slides along {len(spatial)} {'axis' if len(spatial) == 1 else 'axes'}, so a "
            f"point is {wanted}; one channel is written as a last axis of size 1."
        )


def overlap_free(windows: Windows) -> bool:
    """Whether the windows tile their input: stride = size, nothing padded or left between."""
    whole = windows.size == windows.stride
    return whole and not any(windows.padding) and prod(windows.dilation) == 1

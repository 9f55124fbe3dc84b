"""One filter on one signal, window by window: convolution as one first meets it.

Signals, images and filters here are bare arrays, without batch and channels; `Convolution` does the
same to many at once. What is called convolution is cross-correlation, so the two arguments are not
exchangeable, and are given by name.

Notes: Def 394, Concept 395, Def 398, KE 399, Clar 400, Clar 401, Def 410, Clar 412
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pellucid.errors import ShapeError
from pellucid.networks.engine.compiled import compiled
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.layers.correlation import correlate
from pellucid.networks.layers.layer import Shape, shape_text
from pellucid.networks.layers.windows import Size, Windows, windows_of

Array = NDArray[np.float64]


def window(signal: ArrayLike, shift: Size, size: Size, *, centred: bool = False) -> Array:
    """The piece of a signal or image under a filter that was moved `shift` times.

    Parameters
    ----------
    signal : array
    shift : int or sequence of int
        i, counted from 0; one number an axis.
    size : int or sequence of int
        k.
    centred : bool
        Whether i is the middle of the window, and not its first entry.

    Returns
    -------
    array of shape (size)

    Raises
    ------
    ShapeError
        When the window would reach beyond the signal.

    Examples
    --------
    >>> window([1, 1, -1, -1], shift=1, size=3).tolist()
    [1.0, -1.0, -1.0]

    Notes: Def 394, KE 399, Clar 400
    """
    x = np.asarray(signal, np.float64)
    starts, sizes = (np.broadcast_to(v, x.ndim) for v in (shift, size))
    if centred:
        starts = starts - sizes // 2
    if (starts < 0).any() or (starts + sizes > x.shape).any():
        raise ShapeError(
            f"A window of {shape_text(tuple(sizes))} moved by {shape_text(tuple(np.ravel(shift)))} "
            f"reaches beyond a signal of {shape_text(x.shape)}: pad it, or move less."
        )
    return x[tuple(slice(a, a + k) for a, k in zip(starts, sizes, strict=True))]


def match_score(window: ArrayLike, filter: ArrayLike) -> float:
    """v · f = Σ v_{ij…} f_{ij…}, over all indices: how alike two arrays are, times their lengths.

    A positive score is no confirmed match; where the threshold lies is for an offset to learn.

    Raises
    ------
    ShapeError
        When the shapes differ.

    Examples
    --------
    >>> match_score([1, 1, -1], [1, 1, 1])
    1.0

    Notes: Concept 395, Def 405, Def 410, Clar 439
    """
    v, f = np.asarray(window, np.float64), np.asarray(filter, np.float64)
    if v.shape != f.shape:
        raise ShapeError(
            f"The window is {shape_text(v.shape)} and the filter {shape_text(f.shape)}; a score "
            "compares them entry by entry."
        )
    return float((v * f).sum())


def filtered(
    *,
    signal: ArrayLike,
    filter: ArrayLike,
    stride: Size = 1,
    padding: Size | str = 0,
    fill: float = 0.0,
    flip: bool = False,
    offset: float = 0.0,
) -> Array:
    """y_i = Σ_j f_j x_{i+j−1} + offset: the filter's score at every place.

    Parameters
    ----------
    signal : array
        Of one axis, two, or more.
    filter : array
        Of as many axes.
    stride, padding, fill
        As for `Convolution`.
    flip : bool
        Reverse the filter first: convolution as other fields define it. The same answer where
        `is_palindromic(filter)`.
    offset : float
        Added to every score.

    Returns
    -------
    array of shape ⌈(n − (k − 1) + 2p)/s⌉ along each axis

    Examples
    --------
    >>> filtered(signal=[1, 1, -1, -1, -1, 1, -1, 1, 1, 1], filter=[1, -1, 1]).tolist()
    [-1.0, 1.0, -1.0, 1.0, -3.0, 3.0, -1.0, 1.0]

    Notes: Def 398, KE 399, Clar 401, Def 403, Concept 406, KE 432
    """
    x, f = np.asarray(signal, np.float64), np.asarray(filter, np.float64)
    if x.ndim != f.ndim or not x.ndim:
        raise ShapeError(
            f"The signal is {shape_text(x.shape)} and the filter {shape_text(f.shape)}: both need "
            "the same axes. Channels are the business of `Convolution`."
        )
    windows = windows_of(f.shape, stride, padding, dims=x.ndim, owner="filtered")
    used = np.flip(f) if flip else f
    with computing_in("float64"):
        z = _compiled_scores(windows, float(fill))(x[None, ..., None], used[..., None, None])
        return np.asarray(z[0, ..., 0] + offset, np.float64)


@lru_cache(maxsize=64)
def _compiled_scores(windows: Windows, fill: float) -> Any:
    """(X, W) -> Z by one program: operation by operation each would be compiled on its own."""
    return compiled(lambda x, w: correlate(x, w, windows, fill), quickly=True)


def is_palindromic(filter: ArrayLike) -> bool:
    """Whether reversing the filter changes nothing, so that both definitions agree.

    Examples
    --------
    >>> is_palindromic([1, -1, 1]), is_palindromic([1, 2])
    (True, False)

    Notes: Clar 401, Notation 448
    """
    f = np.asarray(filter)
    return bool((f == np.flip(f)).all())


def coverage(spatial: Shape, size: Size, stride: Size = 1, padding: Size | str = 0) -> Array:
    """How many windows look at each entry: fewer at the edges, none where the stride skips.

    Examples
    --------
    >>> coverage((5,), 3).tolist()
    [1.0, 2.0, 3.0, 2.0, 1.0]

    Notes: Clar 425, KE 438
    """
    windows = windows_of(size, stride, padding, dims=len(spatial), owner="coverage")
    ones = jnp.ones((1, *windows.count(spatial), 1))
    seen = windows.add_windows([ones] * int(np.prod(windows.size)), spatial)
    return np.asarray(seen[0, ..., 0], np.float64)


def filter_bank(*filters: ArrayLike) -> Array:
    """m filters for an input of one channel, as W of shape (size)×1×m: one output channel each.

    Examples
    --------
    >>> filter_bank(np.eye(3), np.ones((3, 3))).shape
    (3, 3, 1, 2)

    Notes: Def 411, Clar 412, Concept 414
    """
    shapes = {np.shape(f) for f in filters}
    if len(shapes) != 1:
        said = ", ".join(shape_text(s) for s in sorted(shapes)) or "none at all"
        raise ShapeError(f"The filters of a bank have one size; these are {said}.")
    return np.stack([np.asarray(f, np.float64) for f in filters], axis=-1)[..., None, :]


def tensor_filter(filter: ArrayLike) -> Array:
    """One filter of shape (size)×c that spans c channels, as W of shape (size)×c×1.

    A k×k×m array may be m filters for one channel or one filter for m: `filter_bank` and this say
    which is meant.

    Examples
    --------
    >>> tensor_filter(np.ones((3, 3, 2))).shape
    (3, 3, 2, 1)

    Notes: Clar 412, Concept 415
    """
    return np.asarray(filter, np.float64)[..., None]


def brightness_marks(image: ArrayLike) -> Array:
    """Brightness from 0 to 255 as marks: dark is +1, bright −1, and what lies between in between.

    Raises
    ------
    ShapeError
        For a brightness outside.

    Examples
    --------
    >>> brightness_marks([0, 255]).tolist()
    [1.0, -1.0]

    Notes: Concept 395, §9.0.3
    """
    x = np.asarray(image, np.float64)
    if x.size and not (x.min() >= 0 and x.max() <= 255):
        raise ShapeError(f"Brightness goes from 0 to 255; here from {x.min():g} to {x.max():g}.")
    return 1 - x / 127.5

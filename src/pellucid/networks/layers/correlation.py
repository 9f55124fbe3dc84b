"""Cross-correlation of a batch with a bank of filters, and its three derivatives, by hand.

Z[a, q] = Σ_u Σ_c W[u, c, q] X[s·a + d·u − p, c] over windows a, offsets u, channels c, filters q.
The windows laid out as the rows of a matrix P make it one product, Z = P W: P has one row a window
and point, and one column an entry of a filter. So ∂L/∂W = Pᵀ ∂L/∂Z, and ∂L/∂P = ∂L/∂Z Wᵀ, whose
columns, each shifted to its place and added, give ∂L/∂X: the banded matrices of the notes, never
built. On ordinary processors this is many times faster than the compiler's own convolution, and a
batch of networks is still a batch of products; a graphics processor has a convolution of its own.
A filter of a few weights is not worth P: there Z is the sum over u and c, written out.

Notes: KE 399, Concept 416, Def 421, KE 451, KE 452
"""

from __future__ import annotations

from math import prod
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.networks.engine.compiled import computed_once
from pellucid.networks.engine.weight_gradient import by_weights
from pellucid.networks.layers import device_correlation
from pellucid.networks.layers.windows import Windows

FEW_WEIGHTS = 16


def window_matrix(x: Any, windows: Windows, fill: float = 0.0) -> Any:
    """P, (n·count)×(size·c): the windows as rows.

    Axis by axis: shifted copies along the last axis side by side, then along the one before.

    Notes: Def 394, KE 452
    """
    counts, x = windows.count(x.shape[1:-1]), windows.padded(x, fill)
    for axis in reversed(range(len(counts))):
        d, s, o = windows.dilation[axis], windows.stride[axis], counts[axis]
        parts = [
            jax.lax.slice_in_dim(x, u * d, u * d + (o - 1) * s + 1, s, axis + 1)
            for u in range(windows.size[axis])
        ]
        x = jnp.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]
    return x.reshape(-1, x.shape[-1])


def from_window_matrix(dP: Any, windows: Windows, n: int, spatial: tuple[int, ...]) -> Any:
    """The transpose of `window_matrix`: its steps undone in the opposite order.

    Entries that several windows saw collect from each.

    Returns
    -------
    array, n×(spatial)×c

    Notes: Def 426, KE 452
    """
    d = dP.reshape(n, *windows.count(spatial), dP.shape[-1])
    for axis, size in enumerate(windows.size):
        parts = jnp.split(d, size, axis=-1) if size > 1 else [d]
        moved = [windows.shifted(part, axis, u, spatial[axis]) for u, part in enumerate(parts)]
        d = sum(moved[1:], moved[0])
    return d


def correlate(x: Any, W: Any, windows: Windows, fill: float = 0.0) -> Any:
    """Z of X and W, without offset.

    Parameters
    ----------
    x : array, n×(spatial)×c
    W : array, (size)×c×m
    windows : Windows
    fill : float
        Value of the padding.

    Returns
    -------
    array, n×(count)×m

    Notes: KE 399, Concept 416
    """
    if device_correlation.is_faster():
        return device_correlation.correlate(x, W, windows, fill)
    if prod(W.shape[:-1]) <= FEW_WEIGHTS:
        parts = zip(windows.cut(x, fill), W.reshape(-1, *W.shape[-2:]), strict=True)
        return sum(x[..., c, None] * w[c] for x, w in parts for c in range(len(w)))
    counts = windows.count(x.shape[1:-1])
    z = window_matrix(x, windows, fill) @ W.reshape(-1, W.shape[-1])
    return z.reshape(len(x), *counts, W.shape[-1])


def by_filter(x: Any, dz: Any, windows: Windows, fill: float = 0.0) -> Any:
    """∂L/∂W = Pᵀ ∂L/∂Z: each weight collects from all windows.

    Returns
    -------
    array, (size)×c×m

    Notes: Def 426, KE 452
    """
    if device_correlation.is_faster():
        return device_correlation.by_filter(x, dz, windows, fill)
    dW = by_weights(window_matrix(x, windows, fill), dz.reshape(-1, dz.shape[-1]))
    return dW.reshape(*windows.size, x.shape[-1], dz.shape[-1])


def by_offset(dz: Any) -> Any:
    """∂L/∂W₀: each filter's offset collects from all windows, (m,).

    Summed over the points and all axes but two first: rows of the last two are long, and so quick.

    Notes: KE 452
    """
    return computed_once(dz.reshape(-1, *dz.shape[-2:]).sum(axis=0)).sum(axis=0)


def by_input(dz: Any, W: Any, windows: Windows, spatial: tuple[int, ...]) -> Any:
    """∂L/∂X: the columns of ∂L/∂P = ∂L/∂Z Wᵀ shifted to their places and added.

    Returns
    -------
    array, n×(spatial)×c

    Notes: KE 452
    """
    if device_correlation.is_faster():
        return device_correlation.by_input(dz, W, windows, spatial)
    m = W.shape[-1]
    dP = dz.reshape(-1, m) @ W.reshape(-1, m).T
    return computed_once(from_window_matrix(dP, windows, len(dz), spatial))

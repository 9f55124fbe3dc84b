"""Cross-correlation of a batch with a bank of filters, and its three derivatives, by hand.

Z[a, q] = Σ_u Σ_c W[u, c, q] X[s·a + d·u − p, c] over windows a, offsets u, channels c, filters q.
The windows laid out as the rows of a matrix P make it one product, Z = P W: P has one row a window
and point, and one column an entry of a filter. So ∂L/∂W = Pᵀ ∂L/∂Z, and ∂L/∂P = ∂L/∂Z Wᵀ whose
columns, each shifted to its place and added, give ∂L/∂X: the banded matrices of the notes, never
built. A graphics processor has its own convolution; it is used there, in both directions.

Notes: KE 399, Concept 416, Def 421, KE 451, KE 452
"""

from __future__ import annotations

from math import prod
from typing import Any

import jax.numpy as jnp

from pellucid.networks.windows import Windows


def window_matrix(x: Any, windows: Windows, fill: float = 0.0) -> Any:
    """P, (n·count)×(size·c): the windows as rows.

    Notes: Def 394, KE 452
    """
    parts = windows.cut(x, fill)
    whole = jnp.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]
    return whole.reshape(-1, whole.shape[-1])


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
    dW = window_matrix(x, windows, fill).T @ dz.reshape(-1, dz.shape[-1])
    return dW.reshape(*windows.size, x.shape[-1], dz.shape[-1])


def by_input(dz: Any, W: Any, windows: Windows, spatial: tuple[int, ...]) -> Any:
    """∂L/∂X: the columns of ∂L/∂Z Wᵀ shifted to their places and added.

    Returns
    -------
    array, n×(spatial)×c

    Notes: KE 452
    """
    c, m = W.shape[-2:]
    places = W.reshape(prod(windows.size), c, m)
    rows = dz.reshape(-1, m)
    parts = [(rows @ place.T).reshape(*dz.shape[:-1], c) for place in places]
    return windows.put_back(parts, spatial)

"""Cross-correlation by the compiler's own operation, for graphics processors; derivatives by hand.

The same three functions as in `correlation`, and the same numbers. Both derivatives are
cross-correlations again: ∂L/∂X of ∂L/∂Z, spread by the stride, with the filters reversed; ∂L/∂W of
X with ∂L/∂Z as the filter, where points and channels change places.

Notes: KE 399, KE 452
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from pellucid.networks.layers.windows import Windows


def is_faster() -> bool:
    """Whether this process computes on something other than ordinary processors."""
    return jax.default_backend() != "cpu"


def correlate(x: Any, W: Any, windows: Windows, fill: float = 0.0) -> Any:
    """Z of X and W, n×(count)×m.

    Notes: KE 399
    """
    return jax.lax.conv_general_dilated(
        windows.padded(x, fill), W, windows.stride, [(0, 0)] * len(windows.size),
        rhs_dilation=windows.dilation, dimension_numbers=_channels_last(x.ndim),
    )  # fmt: skip


def by_filter(x: Any, dz: Any, windows: Windows, fill: float = 0.0) -> Any:
    """∂L/∂W, (size)×c×m.

    Notes: KE 452
    """
    # Windows of X as large as ∂L/∂Z: strides and dilations exchange their roles.
    found = jax.lax.conv_general_dilated(
        jnp.swapaxes(windows.padded(x, fill), 0, -1), jnp.moveaxis(dz, 0, -2), windows.dilation,
        [(0, 0)] * len(windows.size), rhs_dilation=windows.stride,
        dimension_numbers=_channels_last(x.ndim),
    )  # fmt: skip
    # Entries at the far end that no window reached can add some steps too many.
    reached = tuple(slice(k) for k in windows.size)
    return jnp.moveaxis(found[(slice(None), *reached)], 0, -2)


def by_input(dz: Any, W: Any, windows: Windows, spatial: tuple[int, ...]) -> Any:
    """∂L/∂X, n×(spatial)×c.

    Notes: KE 452
    """
    dims = len(spatial)
    turned = jnp.swapaxes(jnp.flip(W, range(dims)), -1, -2)
    around = []
    for axis, n in enumerate(spatial):
        before = windows.reach[axis] - 1 - windows.padding[axis]
        spread = (dz.shape[1 + axis] - 1) * windows.stride[axis] + 1
        around.append((before, n + windows.reach[axis] - 1 - spread - before))
    return jax.lax.conv_general_dilated(
        dz, turned, (1,) * dims, around, lhs_dilation=windows.stride,
        rhs_dilation=windows.dilation, dimension_numbers=_channels_last(dz.ndim),
    )  # fmt: skip


def _channels_last(ndim: int) -> tuple[str, str, str]:
    places = "xyz"[: ndim - 2]
    return (f"N{places}C", f"{places}IO", f"N{places}C")

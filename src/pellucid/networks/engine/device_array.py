"""Arrays of NumPy for the engine, without a program compiled for each of their shapes.

Notes: Notation 304
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


def device_array(values: Any, dtype: Any = None) -> Any:
    """The same numbers where JAX computes; a copy, which later changes of `values` don't reach.

    `jnp.asarray` and `jnp.zeros` compile a small program for every new shape (some 50 ms each); a
    transfer does not.

    Parameters
    ----------
    values : array of NumPy or JAX, or a number
        Inside a traced function it may be traced.
    dtype : dtype, optional

    Notes: Notation 304
    """
    if isinstance(values, jax.Array):
        return values if dtype is None else values.astype(dtype)
    return jax.device_put(np.asarray(values, dtype))

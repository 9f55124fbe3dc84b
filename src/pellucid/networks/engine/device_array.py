"""Arrays of NumPy for the engine, without a program compiled for each of their shapes.

Notes: Notation 304
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def device_array(values: Any, dtype: Any = None) -> Any:
    """The same numbers where JAX computes; a copy, which later changes of `values` don't reach.

    `jnp.asarray` and `jnp.zeros` compile a program for every new shape, some 50 ms each; this
    compiles a conversion, some 8 ms.

    Parameters
    ----------
    values : array of NumPy or JAX, or a number
        Inside a traced function it may be traced.
    dtype : dtype, optional

    Notes: Notation 304
    """
    if isinstance(values, jax.Array):
        return values if dtype is None else values.astype(dtype)
    array = np.asarray(values, dtype)
    # `jax.device_put` would compile nothing, but may lend the memory of NumPy, into which a step
    # that uses its input's memory again would write.
    return jnp.array(array, dtype=jax.dtypes.canonicalize_dtype(array.dtype))

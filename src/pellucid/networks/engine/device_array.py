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

    `jnp.array` and `jnp.zeros` compile a program for every new shape, some 20 ms each; what NumPy
    holds in the wanted type already compiles none.

    Parameters
    ----------
    values : array of NumPy or JAX, or a number
        Inside a traced function it may be traced.
    dtype : dtype, optional

    Notes: Notation 304
    """
    if isinstance(values, jax.Array):
        return values if dtype is None else values.astype(dtype)
    wanted = jax.dtypes.canonicalize_dtype(np.asarray(values).dtype if dtype is None else dtype)
    # JAX may lend this memory of NumPy, into which a step that uses its input's memory again would
    # write: it is a copy that nobody else holds.
    return jnp.asarray(np.array(values, wanted), wanted)

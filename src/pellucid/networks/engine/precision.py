"""Which numbers a network computes with: 32 bits, or 64 on request and for the while only.

Notes: §7.5.10
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from pellucid.errors import HyperparameterError
from pellucid.networks.engine.after_fork import note_computing

DTYPES = ("float32", "float64")


@contextmanager
def computing_in(dtype: str) -> Iterator[Any]:
    """Everything inside computes in that precision; no switch outside is touched.

    Products of matrices keep all their bits, on graphics processors too.

    Parameters
    ----------
    dtype : {"float32", "float64"}

    Raises
    ------
    ForkedProcessError
        In a process forked from one that has computed with a network: the threads that compute do
        not follow into it, and it would wait for them for ever.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> with computing_in("float64") as dtype:
    ...     print(jnp.ones(1, dtype).dtype)
    float64
    """
    if str(dtype) not in DTYPES:
        raise HyperparameterError(f"dtype is one of {', '.join(DTYPES)}; got {dtype!r}.")
    note_computing()
    with jax.enable_x64(str(dtype) == "float64"), jax.default_matmul_precision("highest"):
        yield np.dtype(dtype)


def dtype_of(tree: Any, default: str = "float32") -> str:
    """The kind of floating-point number that the arrays of a tree hold."""
    kinds = {str(leaf.dtype) for leaf in jax.tree.leaves(tree) if hasattr(leaf, "dtype")}
    return "float64" if "float64" in kinds else default

"""Which numbers a network computes with: 32 bits, or 64 on request and for the while only.

Notes: §7.5.10
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from pellucid.errors import ForkedProcessError, HyperparameterError

DTYPES = ("float32", "float64")


_computing: list[int] = []  # the process that first computed with a network


def _refuse_after_fork() -> None:
    process = os.getpid()
    if not _computing:
        _computing.append(process)
    if _computing[0] != process:
        raise ForkedProcessError(
            "This process was forked from one in which a network had already run. The threads that "
            "compute do not follow into a fork, so it would hang. Start processes afresh instead: "
            'multiprocessing.get_context("spawn") or "forkserver", joblib\'s backend "loky" '
            "(its default), or ProcessPoolExecutor(mp_context=…) with one of these; or let no "
            "network run before the fork."
        )


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
    _refuse_after_fork()
    with jax.enable_x64(str(dtype) == "float64"), jax.default_matmul_precision("highest"):
        yield np.dtype(dtype)


def dtype_of(tree: Any, default: str = "float32") -> str:
    """The kind of floating-point number that the arrays of a tree hold."""
    kinds = {str(leaf.dtype) for leaf in jax.tree.leaves(tree) if hasattr(leaf, "dtype")}
    return "float64" if "float64" in kinds else default

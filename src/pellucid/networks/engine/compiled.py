"""`jax.jit` as networks use it, and values that the compiled program keeps.

A compiler that fuses operations may compute a value again inside each operation that uses it: cheap
for one sum, dear where each entry is used many times. `computed_once` forbids that for one value.

Notes: Concept 294
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax


def compiled(run: Callable[..., Any], **how: Any) -> Any:
    """`run` under `jax.jit`, with what is `computed_once` computed once on CPUs too.

    There the compiler drops the barriers before it fuses, unless that pass is disabled.
    """
    drops = jax.default_backend() == "cpu"
    options = {"xla_disable_hlo_passes": "cse_barrier_expander"} if drops else None
    return jax.jit(run, compiler_options=options, **how)


def computed_once(value: Any) -> Any:
    """The same arrays, computed once, whatever uses them.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> computed_once(jnp.arange(3)).tolist()
    [0, 1, 2]
    """
    return jax.lax.optimization_barrier(value)  # type: ignore[no-untyped-call]

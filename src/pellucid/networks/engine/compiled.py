"""`jax.jit` as networks use it, and values that the compiled program keeps.

A compiler that fuses operations may compute a value again inside each operation that uses it: cheap
for one sum, dear where each entry is used many times. `computed_once` forbids that for one value.

Notes: Concept 294
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

DISABLED = ("cse_barrier_expander", "small-while-loop-hoisting")
QUICK = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}


def compiled(run: Callable[..., Any], *, quickly: bool = False, **how: Any) -> Any:
    """`run` under `jax.jit`, with what is `computed_once` computed once on CPUs too.

    What runs a few times only is compiled `quickly`: it runs slower, but stands sooner.

    There the compiler drops the barriers before it fuses, unless that pass is disabled. So is the
    one that turns a loop over few bytes into a call: what compiles calls aborts at a barrier.
    """
    options = {"xla_disable_hlo_passes": ",".join(DISABLED), **(QUICK if quickly else {})}
    on_cpu = jax.default_backend() == "cpu"
    return jax.jit(run, compiler_options=options if on_cpu else None, **how)


def computed_once(value: Any) -> Any:
    """The same arrays, computed once, whatever uses them.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> computed_once(jnp.arange(3)).tolist()
    [0, 1, 2]
    """
    return jax.lax.optimization_barrier(value)  # type: ignore[no-untyped-call]

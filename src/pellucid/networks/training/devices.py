"""Where a network computes: on every device present; on a processor, with one thread or with all.

Batches are split by rows over the devices, and parameters are everywhere. On an ordinary processor
a step of a small network is over before a second thread has woken, so that waiting for it can
take many times as long as the step: small work gets one thread, large work gets all of them.

Notes: Def 312
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from math import prod
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from pellucid.networks.layers.layer import Mode
from pellucid.networks.network import Network

# Of a step: operations in products of matrices, and numbers that other loops write, from which
# further threads pay. Below, they save less than waiting for one of them can cost.
MANY_OPERATIONS = 1.5e9
MANY_NUMBERS = 5e7


@lru_cache(maxsize=4)
def _mesh(count: int) -> Mesh:
    return Mesh(np.array(jax.devices()), ("rows",))


def place_on_devices(tree: Any, rows_at: int | None = None) -> Any:
    """Arrays on all devices: whole on each, or split along the axis `rows_at`.

    With one device they stay as they are. A batch that cannot be split evenly is whole everywhere:
    the answer is the same, only slower.
    """
    count = jax.device_count()
    if count == 1:
        return tree

    def put(array: Any) -> Any:
        spec = PartitionSpec()  # type: ignore[no-untyped-call]
        if rows_at is not None and array.shape[rows_at] % count == 0:
            spec = PartitionSpec(*[None] * rows_at, "rows")  # type: ignore[no-untyped-call]
        sharding = NamedSharding(_mesh(count), spec)
        held = np.asarray(array)
        return jax.make_array_from_callback(held.shape, sharding, lambda part: held[part])

    return jax.tree.map(put, tree)


@contextmanager
def threads_for(network: Network, rows: int, trainings: int = 1) -> Iterator[None]:
    """Everything inside runs on one thread where steps of so many rows are small.

    Parameters
    ----------
    network : Network
    rows : int
        K, rows of a step.
    trainings : int
        How many advance together.

    Notes: Def 312
    """
    products, written = (trainings * rows * count for count in cost_per_row(network))
    small = products < MANY_OPERATIONS and written < MANY_NUMBERS
    alone = _one_thread() if small and jax.device_count() == 1 else None
    with jax.default_device(alone) if alone else nullcontext():
        yield


@lru_cache(maxsize=256)
def cost_per_row(network: Network) -> tuple[float, float]:
    """About how much one row costs, forward and backward.

    Counted from the forward pass as it is traced; the way back costs twice the way forward.

    Returns
    -------
    operations : float
        In products of matrices, two for each product of two numbers.
    written : float
        Numbers that everything else writes.

    Notes: Concept 294
    """
    params = jax.eval_shape(network.init)
    state = jax.eval_shape(network.init_state)
    x = np.zeros((1, *network.points[0]), np.float32)
    traced = jax.make_jaxpr(lambda p, s, x: network.forward(p, x, Mode(state=s))[0])(
        params, state, x
    )
    operations, written = _work(traced.jaxpr)
    return 3 * operations, 3 * written


def _work(jaxpr: Any) -> tuple[float, float]:
    operations = written = 0.0
    for equation in jaxpr.eqns:
        parts = [getattr(part, "jaxpr", part) for part in equation.params.values()]
        entries = sum(prod(out.aval.shape) for out in equation.outvars)
        inner = [_work(part) for part in parts if hasattr(part, "eqns")]
        if inner:
            times = equation.params.get("length", 1)
            operations += times * sum(own for own, _ in inner)
            written += times * sum(own for _, own in inner)
        elif equation.primitive.name == "dot_general":
            (summed, _), _ = equation.params["dimension_numbers"]
            left = equation.invars[0].aval.shape
            operations += 2 * entries * prod(left[axis] for axis in summed)
        else:
            written += entries
    return operations, written


@lru_cache(maxsize=1)
def _one_thread() -> Any:
    """The processor as a device whose programs run on one thread; None where there is none such.

    The compiler's runtime decides once, when its client is made, how many threads all programs of
    that client use, by the cores or by NPROC; so one thread takes a client of its own.
    """
    if jax.default_backend() != "cpu" or os.cpu_count() == 1 or "NPROC" in os.environ:
        return None
    try:
        from jaxlib.xla_client import make_cpu_client
    except ImportError:  # not a public name: without it all work gets all threads
        return None
    os.environ["NPROC"] = "1"
    try:
        client: Any = make_cpu_client()
        return client.local_devices()[0]
    finally:
        del os.environ["NPROC"]

"""Data over every device present: batches are split by rows, parameters are everywhere.

Notes: Def 312
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec


@lru_cache(maxsize=4)
def _mesh(count: int) -> Mesh:
    return Mesh(np.array(jax.devices()), ("rows",))


def placed(tree: Any, rows_at: int | None = None) -> Any:
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

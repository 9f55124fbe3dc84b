"""What a network was after each epoch of a block, so that one call serves several epochs.

A call costs as much as a dozen steps of a small network. Where held-out rows judge each epoch, a
call an epoch would take most of the time: so θ is written down at the end of each epoch, and the
epochs of a block are judged together, afterwards.

Notes: Def 333
"""

from __future__ import annotations

from math import prod
from typing import Any

import jax
import numpy as np

from pellucid.networks.network import Network
from pellucid.networks.training.batch_blocks import Block
from pellucid.networks.training.steps import blueprint

MOST_EPOCHS, MOST_STEPS, MOST_BYTES = 64, 512, 1 << 20


def snapshots_of_block(network: Network, dtype: str, steps: int, capacity: int) -> int:
    """Epochs of so many steps that one block takes; 0 where one of them is worth a call.

    Parameters
    ----------
    network : Network
    dtype : {"float32", "float64"}
    steps : int
        Of an epoch.
    capacity : int
        Steps of a block, at most.

    Examples
    --------
    >>> from pellucid.networks import Dense
    >>> net = Network([Dense(1)], in_shape=2)
    >>> [snapshots_of_block(net, "float32", steps, 4096) for steps in (2, 100, 400)]
    [64, 5, 0]
    """
    states = jax.tree.leaves(jax.eval_shape(network.init_state))
    numbers = sum(map(prod, blueprint(network)[1])) + sum(prod(leaf.shape) for leaf in states)
    room = MOST_BYTES // max(numbers * np.dtype(dtype).itemsize, 1)
    fitting = min(MOST_EPOCHS, min(MOST_STEPS, capacity) // steps, room)
    return fitting if fitting > 1 else 0


def epoch_of_steps(block: Block, capacity: int) -> Any:
    """The number, within the block, of the epoch that each of its steps belongs to."""
    ends = [end for _, end in block.ends if end < block.count]
    return np.searchsorted(ends, np.arange(capacity), side="right").astype(np.int32)

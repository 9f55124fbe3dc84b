"""Chunks of rows become blocks of equal batches, ready for the compiled steps.

Notes: Def 312
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.networks.row_sources import Chunk, RowSource

MOST_STEPS = 4096
BLOCK_BYTES = 16 << 20


@dataclass
class Block:
    """Batches of equal size, of which the first `count` are real.

    Parameters
    ----------
    x, y : arrays, steps×size×(shape)
    shares : array, steps×size
        Weight of each row; 0 fills up a short batch.
    count : int
    ends : list of (epoch, step)
        Epochs that end here, and the step before which each ends.
    """

    x: Any
    y: Any
    shares: Any
    count: int = 0
    ends: list[tuple[int, int]] = field(default_factory=list)


def batched(chunks: Iterable[Chunk], size: int, dtype: Any) -> Iterator[Chunk]:
    """Rows regrouped as steps×size×(shape); the last batch is filled up with rows of weight 0.

    What fills it up are rows met before, so that statistics of a batch stay those of real rows.
    """
    left: Chunk | None = None
    for x, y, w in chunks:
        w = np.ones(len(x), dtype) if w is None else np.asarray(w, dtype)
        if left is not None:
            both = zip(left, (x, y, w), strict=True)
            x, y, w = (np.concatenate(pair) for pair in both)
        whole = len(x) // size * size
        if whole:
            yield tuple(part[:whole].reshape(-1, size, *part.shape[1:]) for part in (x, y, w))
        left = (x[whole:], y[whole:], w[whole:]) if whole < len(x) else None
    if left is not None:
        x, y, w = left
        around = np.arange(size) % len(x)
        w = np.where(np.arange(size) < len(x), w[around], 0).astype(dtype)
        yield x[around][None], y[around][None], w[None]


def capacity_of(source: RowSource, size: int, row_bytes: int, epochs: int) -> int:
    """Steps of a block: a power of 2, enough for all epochs where that is little."""
    most = max(min(MOST_STEPS, BLOCK_BYTES // max(size * row_bytes, 1)), 1)
    if source.rows is not None:
        most = min(most, -(-source.rows // size) * epochs)
    return 1 << (most - 1).bit_length()


def blocks_of(
    source: RowSource,
    epochs: range,
    size: int,
    capacity: int,
    dtype: Any,
    answers: Callable[[Any], Any],
) -> Iterator[Block]:
    """Blocks of the epochs in turn; a block may hold the end of one and the start of the next.

    `answers` turns a chunk's answers into what the network's loss takes.
    """
    block: Block | None = None
    for epoch in epochs:
        for x, y, w in batched(source.epoch(epoch), size, dtype):
            y = answers(y.reshape(-1, *y.shape[2:])) if len(y) else y
            y = y.reshape(len(x), size, *y.shape[1:])
            at = 0
            while at < len(x):
                if block is None:
                    fresh = [np.empty((capacity, *part.shape[1:]), dtype) for part in (x, y, w)]
                    block = Block(fresh[0], fresh[1], fresh[2])
                take = slice(at, at + capacity - block.count)
                taken = len(x[take])
                for part, new in ((block.x, x), (block.y, y), (block.shares, w)):
                    part[block.count : block.count + taken] = new[take]
                block.count += taken
                at += taken
                if block.count == capacity:
                    yield block
                    block = None
        if block is None:  # the epoch ended with the block before
            block = Block(np.empty(0), np.empty(0), np.empty(0))
            block.ends.append((epoch, 0))
            yield block
            block = None
        else:
            block.ends.append((epoch, block.count))
    if block is not None:
        yield block

"""Chunks of rows become blocks of equal batches, ready for the compiled steps.

Notes: Def 312
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from pellucid.networks.network import Network
from pellucid.networks.training.row_sources import Chunk, RowSource

MOST_STEPS = 4096
BLOCK_BYTES = 16 << 20


@dataclass
class Block:
    """Batches of equal size, of which the first `count` are real.

    Parameters
    ----------
    parts : list of array, steps×size×(shape)
        What belongs to each row: x and y, or its place among rows that are held.
    shares : array, steps×size
        Weight of each row; 0 fills up a short batch.
    count : int
    ends : list of (epoch, step)
        Epochs that end here, and the step before which each ends.
    """

    parts: Any
    shares: Any
    count: int = 0
    ends: list[tuple[int, int]] = field(default_factory=list)


def batch_rows(chunks: Iterable[Chunk], size: int, even: bool = False) -> Iterator[Chunk]:
    """Rows regrouped as steps×size×(shape); the last batch is filled up with rows of weight 0.

    What fills it up are rows met before, so that statistics of a batch stay those of real rows.
    Rows of a chunk that weigh nothing are left out, so no batch consists of such rows alone.

    Parameters
    ----------
    chunks : iterable of chunks
    size : int
        Rows of a batch.
    even : bool
        Whether the last two batches share their rows evenly, so that none holds but a few: for
        layers that take statistics of a batch.
    """
    left: Chunk | None = None
    spare = 2 * size - 1 if even else size - 1  # rows that may have to wait for what follows
    for *of_rows, w in chunks:
        chunk = (*of_rows, np.ones(len(of_rows[0])) if w is None else np.asarray(w))
        if not chunk[-1].all():
            chunk = tuple(part[chunk[-1] > 0] for part in chunk)
        if left is not None:
            chunk = tuple(np.concatenate(pair) for pair in zip(left, chunk, strict=True))
        n = len(chunk[0])
        whole = max(n - spare + size - 1, 0) // size * size
        if whole:
            yield tuple(part[:whole].reshape(-1, size, *part.shape[1:]) for part in chunk)
        left = tuple(part[whole:] for part in chunk) if whole < n else None
    if left is not None:
        count = len(left[-1])
        cuts = [(0, count)] if count <= size else [(0, -(-count // 2)), (-(-count // 2), count)]
        for first, last in cuts:
            yield _filled_batch(tuple(part[first:last] for part in left), size)


def takes_batch_statistics(network: Network) -> bool:
    """Whether a layer computes with means and deviations of the batch, which few rows distort."""
    return bool(jax.tree.leaves(jax.eval_shape(network.init_state)))


def _filled_batch(rows: Chunk, size: int) -> Chunk:
    """One batch, filled up with its own rows at weight 0."""
    *of_rows, w = rows
    around = np.arange(size) % len(w)
    w = np.where(np.arange(size) < len(w), w[around], 0)
    return *(part[around][None] for part in of_rows), w[None]


def capacity_of(source: RowSource, size: int, row_bytes: int, epochs: int) -> int:
    """Steps of a block: a power of 2, enough for all epochs where that is little."""
    most = max(min(MOST_STEPS, BLOCK_BYTES // max(size * row_bytes, 1)), 1)
    if source.rows is not None:
        most = min(most, -(-source.rows // size) * epochs)
    return 1 << (most - 1).bit_length()


def blocks_of(
    chunks_of: Callable[[int], Iterable[Chunk]],
    epochs: range,
    size: int,
    capacity: int,
    kinds: Sequence[Any],
    even: bool = False,
) -> Iterator[Block]:
    """Blocks of the epochs in turn; a block may hold the end of one and the start of the next.

    Parameters
    ----------
    chunks_of : callable epoch -> chunks
    epochs : range
    size, capacity : int
        Rows of a batch, batches of a block.
    kinds : sequence of dtype
        Of each part of a chunk, the weight last.
    even : bool
        Whether an epoch's last two batches share their rows evenly; see `batch_rows`.
    """
    block: Block | None = None
    for epoch in epochs:
        for chunk in batch_rows(chunks_of(epoch), size, even):
            at = 0
            while at < len(chunk[0]):
                if block is None:
                    *parts, shares = (
                        np.empty((capacity, *part.shape[1:]), kind)
                        for part, kind in zip(chunk, kinds, strict=True)
                    )
                    block = Block(parts, shares)
                take = slice(at, at + capacity - block.count)
                taken = len(chunk[0][take])
                for part, new in zip((*block.parts, block.shares), chunk, strict=True):
                    part[block.count : block.count + taken] = new[take]
                block.count += taken
                at += taken
                if block.count == capacity:
                    yield block
                    block = None
        if block is None:  # the epoch ended with the block before
            yield Block([], np.empty(0), ends=[(epoch, 0)])
        else:
            block.ends.append((epoch, block.count))
    if block is not None:
        yield block

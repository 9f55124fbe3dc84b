"""A pass over all tiles: `partial` of each, merged along the fixed tree, by threads.

Who calls `partial` changes no bit.

Notes: §2.5.6
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from queue import Empty, Full, Queue
from typing import Any, Protocol, TypeVar

from pellucid.data.blocks.merge_tree import MergeTree
from pellucid.data.blocks.row_batches import length
from pellucid.data.blocks.row_blocks import Columns, RowBlocks
from pellucid.data.blocks.tiles import Tile, tiles
from pellucid.errors import TooFewRowsError
from pellucid.threads import one_blas_thread, single_threaded, threads

S = TypeVar("S")
T = TypeVar("T")
Partial = Callable[[Tile], S]
Merge = Callable[[S, S], S]
AHEAD = 3  # tiles read before they are asked for


class Passes(Protocol):
    """Whoever can take a pass over a source.

    Attributes
    ----------
    taken : int
        Passes so far.
    notes : list of str
        What a fit used besides whole passes: samples, above all.
    """

    taken: int
    notes: list[str]

    def reduce(
        self, source: RowBlocks, partial: Partial[S], merge: Merge[S], columns: Columns = None
    ) -> S:
        """`partial` of every tile, merged along the fixed tree.

        Raises
        ------
        TooFewRowsError
            When there is no row.
        """
        ...


class LocalPasses:
    """Passes by threads of this process, with the next tiles read meanwhile.

    Parameters
    ----------
    workers : int or None
        Threads; None takes one a core.
    on_rows : callable (rows) or None
        Called with the number of rows done so far.

    Examples
    --------
    >>> import numpy as np
    >>> from pellucid.data.blocks.row_blocks import array_blocks
    >>> rows = array_blocks(np.ones((10, 2)), cut=3)
    >>> LocalPasses().reduce(rows, lambda tile: tile.rows[0].sum(), lambda a, b: a + b).item()
    20.0

    Notes: §2.5.6
    """

    def __init__(
        self, workers: int | None = None, on_rows: Callable[[int], None] | None = None
    ) -> None:
        self.notes: list[str]
        self.workers, self.on_rows = workers or threads(), on_rows
        self.taken, self.notes = 0, []

    def reduce(
        self, source: RowBlocks, partial: Partial[S], merge: Merge[S], columns: Columns = None
    ) -> S:
        """`partial` of every tile, merged along the fixed tree."""
        self.taken += 1
        tree: MergeTree[S] = MergeTree(merge)
        found = tiles(source.blocks(columns), source.tile)
        read: AbstractContextManager[Iterable[Tile]]
        read = nullcontext(found) if source.in_memory else Prefetch(found, AHEAD)
        with one_blas_thread(1), read as each, ThreadPoolExecutor(self.workers) as pool:
            waiting: deque[tuple[int, int, Future[S]]] = deque()
            for tile in each:
                done = tile.first + length(tile.rows)
                waiting.append((tile.number, done, pool.submit(partial_of_tile, partial, tile)))
                del tile
                if len(waiting) > self.workers:
                    self._take(tree, waiting)
            while waiting:
                self._take(tree, waiting)
        return merged_total(tree, source)

    def _take(self, tree: MergeTree[S], waiting: deque[tuple[int, int, Future[S]]]) -> None:
        number, done, future = waiting.popleft()
        tree.add(0, number, future.result())
        if self.on_rows is not None:
            self.on_rows(done)


def partial_of_tile(partial: Partial[S], tile: Tile) -> S:
    """`partial` of a tile, which starts no threads of its own.

    Notes: §2.5.6
    """
    with single_threaded():
        return partial(tile)


def merged_total(tree: MergeTree[S], source: RowBlocks) -> S:
    """What the tree holds.

    Raises
    ------
    TooFewRowsError
        When there was no row.
    """
    found = tree.whole()
    if found is None:
        raise TooFewRowsError(f"{source.name} has no rows: there is nothing to learn from.")
    return found


class Prefetch:
    """Items of an iterator that a thread reads before they are asked for.

    Closed as a context manager: the thread ends, also where an error stopped who asked.
    """

    END: Any = object()

    def __init__(self, items: Iterator[T], ahead: int) -> None:
        self.queue: Queue[Any] = Queue(ahead)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._read, args=(items,), daemon=True)
        self.thread.start()

    def _read(self, items: Iterator[Any]) -> None:
        try:
            for item in items:
                if not self._put((item, None)):
                    return
            self._put((self.END, None))
        except BaseException as error:  # given to who asks, whatever it is
            self._put((self.END, error))

    def _put(self, item: Any) -> bool:
        while not self.stopped.is_set():
            try:
                self.queue.put(item, timeout=0.1)
                return True
            except Full:
                continue
        return False

    def __enter__(self) -> Prefetch:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        try:
            while True:
                self.queue.get_nowait()
        except Empty:
            pass
        self.thread.join()

    def __iter__(self) -> Iterator[Any]:
        while True:
            item, error = self.queue.get()
            if error is not None:
                raise error
            if item is self.END:
                return
            yield item
            del item

"""Passes by a cluster of Dask: partitions go to workers, sums come back, never rows.

A unit of work is the tiles that begin in a partition; rows of a tile that stand in the next one go
from worker to worker. So tiles, and the tree they are merged along, are those of one machine.

Notes: §2.5.6
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pellucid.data.blocks.dask_blocks import DaskBlocks
from pellucid.data.blocks.dask_client import arrivals, readable_errors
from pellucid.data.blocks.dask_placement import keepers, place
from pellucid.data.blocks.merge_tree import MergeTree, Node
from pellucid.data.blocks.passes import Merge, Partial, merged_total
from pellucid.data.blocks.row_batches import Rows, length, slice_rows
from pellucid.data.blocks.row_blocks import Columns, RowBlocks, select_columns
from pellucid.data.blocks.tiles import Tile, tiles
from pellucid.errors import PellucidError
from pellucid.threads import one_blas_thread, single_threaded

S = TypeVar("S")
Made = TypeVar("Made")
RETRIES = 3  # times that a unit may fail before the fit does
WAITING = 2  # units for each thread of the workers, asked for before they are needed


@dataclass(frozen=True)
class TileSlices:
    """Tiles that one task sums up.

    Parameters
    ----------
    tile : int
        Number of the first.
    slices : tuple of (partition, start, stop)
        Where their rows stand.
    """

    tile: int
    slices: tuple[tuple[int, int, int], ...]

    @property
    def rows(self) -> int:
        """How many rows the tiles have."""
        return sum(stop - start for _, start, stop in self.slices)


def tasks_of_tiles(counts: list[int], size: int) -> list[TileSlices]:
    """The work on partitions of so many rows, in tiles of `size`: each tile where it begins.

    Examples
    --------
    >>> tasks_of_tiles([5, 1, 4], 4)[0]
    TileSlices(tile=0, slices=((0, 0, 5), (1, 0, 1), (2, 0, 2)))
    >>> [unit.tile for unit in tasks_of_tiles([5, 1, 4], 4)]
    [0, 2]

    Notes: §2.5.6
    """
    firsts = [0]
    for n in counts:
        firsts.append(firsts[-1] + n)
    found = []
    for at in range(len(counts)):
        begin, end = -(-firsts[at] // size), -(-firsts[at + 1] // size)
        if begin == end:
            continue
        start, stop = begin * size, min(end * size, firsts[-1])
        slices, j = [], at
        while j < len(counts) and firsts[j] < stop:
            cut = max(start - firsts[j], 0), min(stop - firsts[j], counts[j])
            if cut[0] < cut[1]:
                slices.append((j, *cut))
            j += 1
        found.append(TileSlices(begin, tuple(slices)))
    return found


@dataclass(frozen=True)
class TaskDefinition(Generic[S]):
    """What every unit does: it goes to the workers once."""

    partial: Partial[S]
    merge: Merge[S]
    size: int
    columns: Columns


def sum_task(packed: bytes, tile: int, *pieces: Rows) -> bytes:
    """The nodes of the tree over a unit's tiles, or what is wrong with its rows, pickled.

    Work and sums travel as bytes of our own: Dask would hand out the arrays in them as views of
    what it received, between addresses, and sums of such have other bits.

    Notes: §2.5.6
    """
    work: TaskDefinition[Any] = pickle.loads(packed)
    return pickle.dumps(_nodes(work, tile, pieces))


def _of_each_tile(
    rows: Iterable[Rows], size: int, tile: int, make: Callable[[Tile], Made]
) -> list[Made] | PellucidError:
    """What a worker makes of a unit's tiles, in order, or what is wrong with its rows."""
    try:
        with one_blas_thread(1), single_threaded():
            return [make(each) for each in tiles(rows, size, tile * size)]
    except PellucidError as error:  # to be said at once: no worker can do better
        return error


def _nodes(
    work: TaskDefinition[S], tile: int, pieces: Iterable[Rows]
) -> list[tuple[Node, S]] | Exception:
    tree: MergeTree[S] = MergeTree(work.merge)
    rows = (
        each if isinstance(each, tuple) else select_columns(each, work.columns) for each in pieces
    )
    wrong = _of_each_tile(
        rows, work.size, tile, lambda each: tree.add(0, each.number, work.partial(each))
    )
    if isinstance(wrong, PellucidError):
        return wrong
    return tree.nodes()


@dataclass(frozen=True)
class TileJob:
    """What is made of each tile of a unit: it goes to the workers once."""

    make: Callable[[Tile], Any]
    size: int


def made_of_tiles(packed: bytes, tile: int, *pieces: Rows) -> bytes:
    """What a job makes of a unit's tiles, in order, or what is wrong with its rows, pickled."""
    work: TileJob = pickle.loads(packed)
    return pickle.dumps(_of_each_tile(pieces, work.size, tile, work.make))


class DaskPasses:
    """Passes by the workers of a cluster.

    Parameters
    ----------
    client : distributed.Client
    on_rows : callable (rows) or None
        Called with the number of rows done so far in a pass.

    Notes: §2.5.6
    """

    def __init__(self, client: Any, on_rows: Callable[[int], None] | None = None) -> None:
        self.client, self.on_rows = client, on_rows
        self.taken = 0
        self.notes: list[str] = []
        self._lengths: dict[int, tuple[RowBlocks, list[int]]] = {}  # of pieces once counted

    def reduce(
        self, source: RowBlocks, partial: Partial[S], merge: Merge[S], columns: Columns = None
    ) -> S:
        """`partial` of every tile, merged along the fixed tree.

        Raises
        ------
        ClusterError
            When the scheduler is lost, or partitions end the workers that take them.
        """
        self.taken += 1
        with readable_errors(self.client):
            work = TaskDefinition(partial, merge, source.tile, columns)
            todo, tasks = self._tasks(source, sum_task, work, columns)
            futures = self.client.compute(list(tasks), retries=RETRIES)
            rows = {f.key: unit.rows for f, unit in zip(futures, todo, strict=True)}
            tree: MergeTree[S] = MergeTree(merge)
            done = 0
            try:
                for future, sums in arrivals(self.client, futures):
                    if isinstance(sums, BaseException):  # Dask hands on that it was cancelled
                        raise CancelledError(str(sums)) from sums
                    found = pickle.loads(sums)
                    if isinstance(found, PellucidError):
                        raise found
                    for (level, number), each in found:
                        tree.add(level, number, each)
                    done += rows[future.key]
                    future.release()
                    if self.on_rows is not None:
                        self.on_rows(done)
            finally:
                for future in futures:
                    future.release()
        return merged_total(tree, source)

    def map_tiles(self, source: RowBlocks, make: Callable[[Tile], Made]) -> Iterator[Made]:
        """What a function makes of each tile, in order; few of them wait here at a time.

        Raises
        ------
        ClusterError
            When the scheduler is lost, or partitions end the workers that take them.

        Notes: §2.5.6
        """
        with readable_errors(self.client):
            _, tasks = self._tasks(source, made_of_tiles, TileJob(make, source.tile), None)
            ahead = WAITING * max(sum(self.client.nthreads().values()), 1)
            waiting: deque[Any] = deque()
            try:
                while tasks or waiting:
                    while tasks and len(waiting) < ahead:
                        waiting.append(self.client.compute(tasks.popleft(), retries=RETRIES))
                    ((future, sent),) = arrivals(self.client, [waiting[0]])
                    if isinstance(sent, BaseException):  # Dask hands on that it was cancelled
                        raise CancelledError(str(sent)) from sent
                    found = pickle.loads(sent)
                    if isinstance(found, PellucidError):
                        raise found
                    waiting.popleft()
                    future.release()
                    yield from found
            finally:
                for future in waiting:
                    future.release()

    def _tasks(
        self, source: RowBlocks, function: Callable[..., bytes], work: Any, columns: Columns
    ) -> tuple[list[TileSlices], deque[Any]]:
        """The units of a source, and the task of each: a function of the work and its rows."""
        import cloudpickle
        import dask
        from dask.delayed import delayed

        parts, counts = self._partitions(source, columns)
        packed: Any = delayed(cloudpickle.dumps(work), pure=False)
        todo = tasks_of_tiles(counts, source.tile)
        cut, one = delayed(slice_rows, pure=False), delayed(function, pure=False)
        tasks: deque[Any] = deque()
        for unit, worker in zip(todo, self._workers(source, todo), strict=True):
            rows = [_slice_pieces(cut, parts[j], counts[j], a, b) for j, a, b in unit.slices]
            where = {"workers": [worker], "allow_other_workers": True} if worker else {}
            with dask.annotate(**where):
                tasks.append(one(packed, unit.tile, *rows))
        return todo, tasks

    def _workers(self, source: RowBlocks, todo: list[TileSlices]) -> list[str | None]:
        """The worker of each unit, where the cluster keeps the rows; else Dask chooses."""
        blocks = source.origin
        if not isinstance(blocks, DaskBlocks):
            return [None] * len(todo)
        kept = keepers(self.client, blocks)
        largest = [max(unit.slices, key=lambda cut: cut[2] - cut[1])[0] for unit in todo]
        work = [unit.rows for unit in todo]
        return place([kept[part] for part in largest], work, self.client.nthreads())

    def _partitions(self, source: RowBlocks, columns: Columns) -> tuple[list[Any], list[int]]:
        """What gives the rows of each piece on a worker, and how many there are."""
        source = source.origin
        if isinstance(source, DaskBlocks):
            return source.parts, source.counts
        from dask.delayed import delayed

        read = delayed(read_piece, pure=False)
        whose = delayed(source, pure=False, traverse=False)
        parts = [read(whose, at, columns) for at in range(source.pieces)]
        if id(source) not in self._lengths:
            self._lengths[id(source)] = source, self._counted(source, whose)
        return parts, self._lengths[id(source)][1]

    def _counted(self, source: RowBlocks, whose: Any) -> list[int]:
        """Rows of each piece; workers count them where nobody knows."""
        from dask.delayed import delayed

        known = [source.rows_of(at) for at in range(source.pieces)]
        if None in known:
            count = delayed(count_rows_in_piece, pure=False)
            tasks = [count(whose, at) for at in range(source.pieces)]
            known = self.client.gather(self.client.compute(tasks, retries=RETRIES))
        return [int(n or 0) for n in known]


def _slice_pieces(cut: Any, rows: Any, n: int, start: int, stop: int) -> Any:
    return rows if (start, stop) == (0, n) else cut(rows, start, stop)


def read_piece(source: RowBlocks, at: int, columns: Columns) -> Rows:
    """The rows of a piece, read by a worker."""
    from pellucid.data.blocks.row_batches import concatenate_rows

    return concatenate_rows(list(source.piece(at, columns)))


def count_rows_in_piece(source: RowBlocks, at: int) -> int:
    """How many rows a piece has, counted by a worker."""
    return sum(length(block) for block in source.piece(at))

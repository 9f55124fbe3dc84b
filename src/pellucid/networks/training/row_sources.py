"""Where training rows come from: arrays in memory, files mapped into it, or streams of chunks.

A source gives, for each epoch, chunks of rows in the order in which they are learned from. It
depends on the seed and the epoch alone, so training that was stopped goes on with the same rows.

Notes: Def 312, Def 333
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pellucid.descent.batches import Batches
from pellucid.errors import ColumnError, ShapeError, TableError

Chunk = tuple[Any, ...]  # what belongs to rows, such as x and y; their weights, or None, last
BYTES_AT_ONCE = 16 << 20
HELD_BYTES = 256 << 20  # of rows that may lie twice in memory
FEW_ENTRIES = 1 << 21
DIGESTED_BYTES = 1 << 30
DIGESTED_ROWS = 1 << 16
LEVELS = 256  # numbers that a column must be able to tell apart between its least and greatest


class RowSource(Protocol):
    """Rows for many epochs.

    Attributes
    ----------
    rows : int or None
        Rows of an epoch; None where only the stream knows.
    """

    @property
    def rows(self) -> int | None: ...

    def epoch(self, epoch: int) -> Iterator[Chunk]:
        """Chunks (x, y, weights) of the epoch with that number, counted from 0."""


@dataclass(frozen=True)
class InMemory:
    """Rows of arrays, or of arrays on disk that NumPy maps (`np.load(…, mmap_mode="r")`).

    Each epoch meets every row once, in an order drawn from the seed. Up to 256 MiB of rows are
    copied once, to where the network computes; of more, only the rows of one block at a time.

    Parameters
    ----------
    X : array, n×(shape)
    y : array, n×(shape) or (n,)
    weights : array of shape (n,), optional
    seed : int
    shuffle : bool
    prepare : callable, optional
        Applied to the rows of each block, such as a standardisation.

    Notes: Def 312
    """

    X: Any
    y: Any
    weights: Any = None
    seed: int = 0
    shuffle: bool = True
    prepare: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        given = {"rows": self.X, "answers": self.y, "weights": self.weights}
        counts = {name: len(part) for name, part in given.items() if part is not None}
        if len(set(counts.values())) != 1 or 0 in counts.values():
            found = ", ".join(f"{count} {name}" for name, count in counts.items())
            raise ShapeError(
                f"Rows, targets and weights must be as many, and at least one; there are {found}."
            )
        for name in ("rows", "answers"):
            kind = np.asanyarray(given[name]).dtype
            if kind.kind not in "biuf":
                raise ShapeError(
                    f"A network computes with numbers; these {name} are of type {kind}. Encode "
                    "them first, or use an estimator such as NetworkClassifier, which takes labels."
                )

    @cached_property
    def counted(self) -> Any:
        """Places of the rows that weigh something; None where all do."""
        weights = None if self.weights is None else np.asarray(self.weights)
        return None if weights is None or weights.all() else np.flatnonzero(weights)

    @property
    def rows(self) -> int:
        """Rows that are learned from: those of weight 0 count for nothing, as if they were not."""
        return len(self.X if self.counted is None else self.counted)

    @property
    def digest(self) -> str:
        """A short name for the rows, targets and weights."""
        return digest(self.X, self.y, *(() if self.weights is None else (self.weights,)))

    def order(self, epoch: int) -> Any:
        """The places of the rows in the order of that epoch, (rows,)."""
        n = self.rows
        order = Batches(1, seed=self.seed).epoch(epoch, n) if self.shuffle else np.arange(n)
        return order if self.counted is None else self.counted[order]

    def places(self, epoch: int) -> Iterator[Chunk]:
        """The epoch as one chunk of places and weights."""
        order = self.order(epoch)
        yield order, None if self.weights is None else self.weights[order]

    def table(self, dtype: Any) -> Any | None:
        """X in that dtype, to be picked from by place; None where it is too large for that."""
        bytes_ = np.size(self.X) * np.dtype(dtype).itemsize
        return None if self.prepare or bytes_ > HELD_BYTES else filled_up(self.X, dtype)

    def epoch(self, epoch: int) -> Iterator[Chunk]:
        n, order = self.rows, self.order(epoch)
        row_bytes = max(int(np.prod(np.shape(self.X)[1:], dtype=int)) * 4, 1)
        # A whole number of batches of any usual size, so that blocks need no regrouping.
        at_once = max(BYTES_AT_ONCE // row_bytes // 4096, 1) * 4096
        for first in range(0, n, at_once):
            chosen = order[first : first + at_once]
            x = self.X[chosen]
            w = None if self.weights is None else self.weights[chosen]
            yield x if self.prepare is None else self.prepare(x), self.y[chosen], w


def filled_up(rows: Any, dtype: Any) -> Any:
    """The rows in that dtype; few of them with zeros below to a power of 2.

    So one compiled program serves tables of about one size.
    """
    n = len(rows)
    count = 1 << (n - 1).bit_length()
    if count * (np.size(rows) // n) > FEW_ENTRIES:
        return np.asarray(rows, dtype)
    held = np.zeros((count, *np.shape(rows)[1:]), dtype)
    held[:n] = rows
    return held


@dataclass(frozen=True)
class Stream:
    """Chunks that a function makes again for each epoch: `make(epoch)` iterates over (x, y).

    Rows are shuffled among `window` rows at a time: as good as the order of the stream allows.

    Parameters
    ----------
    make : callable epoch -> iterable of (x, y) or (x, y, weights)
    window : int
        Rows held and shuffled together; 0 keeps the stream's order.
    seed : int

    Notes: Def 312
    """

    make: Callable[[int], Iterable[Any]]
    window: int = 50_000
    seed: int = 0
    rows: int | None = None

    def epoch(self, epoch: int) -> Iterator[Chunk]:
        random = np.random.default_rng([self.seed, epoch])
        for x, y, w in _windows(map(_chunk, self.make(epoch)), self.window):
            if self.window:
                order = random.permutation(len(x))
                x, y, w = x[order], y[order], None if w is None else w[order]
            yield x, y, w


def _chunk(given: Any) -> Chunk:
    x, y, *rest = given
    return np.asarray(x), np.asarray(y), np.asarray(rest[0]) if rest else None


def _windows(chunks: Iterator[Chunk], window: int) -> Iterator[Chunk]:
    """Chunks joined until they hold `window` rows."""
    held: list[Chunk] = []
    for chunk in chunks:
        held.append(chunk)
        if sum(len(x) for x, _, _ in held) >= window:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _joined(chunks: Sequence[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    xs, ys, ws = zip(*chunks, strict=True)
    return np.concatenate(xs), np.concatenate(ys), None if ws[0] is None else np.concatenate(ws)


class ParquetRows:
    """Rows of a Parquet file, read a few row groups at a time: the file may exceed the memory.

    Each epoch takes the row groups in an order drawn afresh, and shuffles the rows of `groups` of
    them together.

    Parameters
    ----------
    path : path
    target : str
        Column of the targets.
    features : sequence of str, optional
        Columns of the points; all others when not given.
    groups : int
        Row groups held at once.
    seed : int
    prepare : callable, optional
        Applied to the rows of each chunk.

    Raises
    ------
    TableError, ColumnError
        When the file cannot be read, or lacks a column.

    Notes: Def 312
    """

    def __init__(
        self,
        path: str | Path,
        target: str,
        features: Sequence[str] | None = None,
        *,
        groups: int = 2,
        seed: int = 0,
        prepare: Callable[[Any], Any] | None = None,
    ) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        try:
            held = parquet.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise TableError(f"Cannot read {path} as Parquet: {error}.") from error
        names = held.schema_arrow.names
        self.features = list(features or [name for name in names if name != target])
        absent = [name for name in (*self.features, target) if name not in names]
        if absent:
            raise ColumnError(f"{Path(path).name} has no column {absent[0]!r}.")
        for name in (*self.features, target):
            kind = held.schema_arrow.field(name).type
            if not any(is_one(kind) for is_one in (pa.types.is_integer, pa.types.is_floating,
                                                   pa.types.is_boolean)):  # fmt: skip
                raise ColumnError(
                    f"Column {name!r} of {Path(path).name} holds {kind}, and a network computes "
                    "with numbers: encode it first, or leave it out by `features`."
                )
        self.path, self.target, self.groups, self.seed = str(path), target, groups, seed
        self.prepare = prepare
        self.rows: int | None = held.metadata.num_rows
        described = f"{held.metadata.to_dict()} {self.features} {target}"
        self.digest = digest(np.frombuffer(described.encode(), np.uint8))

    def epoch(self, epoch: int) -> Iterator[Chunk]:
        from pyarrow import parquet

        random = np.random.default_rng([self.seed, epoch])
        with parquet.ParquetFile(self.path) as held:
            order = random.permutation(held.num_row_groups)
            for first in range(0, len(order), self.groups):
                chosen = order[first : first + self.groups].tolist()
                columns = [*self.features, self.target]
                table = held.read_row_groups(chosen, columns=columns, use_threads=False)
                mixed = random.permutation(table.num_rows)
                x = np.empty((table.num_rows, len(self.features)), np.float32)
                for j, name in enumerate(self.features):
                    x[:, j] = table[name].to_numpy()[mixed]
                y = table[self.target].to_numpy()[mixed]
                del table
                yield x if self.prepare is None else self.prepare(x), y, None


def digest(*arrays: Any) -> str:
    """A short name for the contents of arrays; of one above 1 GiB, for 65,536 of its rows."""
    found = hashlib.sha256()
    for array in map(np.asanyarray, arrays):
        found.update(f"{array.dtype} {array.shape}".encode())
        if array.nbytes > DIGESTED_BYTES and len(array) > DIGESTED_ROWS:
            array = array[np.linspace(0, len(array) - 1, DIGESTED_ROWS).astype(np.intp)]
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()[:16]


def first_bad_row(source: Any) -> str:
    """Which row in memory is the first to hold NaN or infinite numbers, in words; "" for none."""
    found = bad_row(source.X, source.y) if isinstance(source, InMemory) else ()
    return f"the rows hold NaN or infinite numbers, the first in row {found[0]}" if found else ""


def bad_row(*parts: Any) -> tuple[int, ...]:
    """The first row to hold NaN or infinite numbers, counted from 0; nothing where none does."""
    for part in parts:
        kind = np.asanyarray(part).dtype.kind
        fine = np.isfinite(part).reshape(len(part), -1).all(axis=1) if kind == "f" else np.ones(1)
        if not fine.all():
            return (int(fine.argmin()),)
    return ()


def lost_columns_message(name: str, columns: list[int], dtype: str) -> str:
    """What to say of `columns_lost`."""
    few = ", ".join(map(str, columns[:5])) + (", …" if len(columns) > 5 else "")
    which = f"Column {few}" if len(columns) == 1 else f"Columns {few}"
    return (
        f"{which} of the {name} (counted from 0) varies by less than {dtype} can tell apart at "
        "that size, so rows that differ become one. Subtract the mean and divide by the deviation "
        'first, in float64, or train with dtype="float64".'
    )


def columns_lost(X: Any, dtype: Any) -> list[int]:
    """Columns of 64-bit rows whose differences mostly vanish in a shorter kind of number.

    Such is a column near 10⁹ that varies by 1: in 32 bits its numbers lie 64 apart. Left below
    `LEVELS` steps from its least to its greatest, a column tells rows apart no longer.

    Parameters
    ----------
    X : array, n×(shape)
    dtype : dtype

    Examples
    --------
    >>> columns_lost(np.array([[1e9, 1.0], [1e9 + 1, 2.0]]), "float32")
    [0]

    Notes: Def 209
    """
    if np.asanyarray(X).dtype != np.float64 or np.dtype(dtype) != np.float32:
        return []
    flat = np.reshape(X, (len(X), -1))
    least, most = flat.min(axis=0), flat.max(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.spacing(np.maximum(np.abs(least), np.abs(most)).astype(np.float32))
        lost = (most > least) & ~(most - least >= LEVELS * steps.astype(np.float64))
    return [int(column) for column in np.flatnonzero(lost)]

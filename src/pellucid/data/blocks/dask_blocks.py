"""Rows of Dask arrays and data frames, as blocks: a piece is a partition.

Notes: §2.1.3, §2.5.6
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from pellucid.data.blocks.dask_client import active_client
from pellucid.data.blocks.row_batches import Rows
from pellucid.data.blocks.row_blocks import Columns, RowBlocks, as_table, select_columns
from pellucid.errors import ShapeError


class DaskBlocks(RowBlocks):
    """Partitions that Dask computes, each time they are asked for.

    Parameters
    ----------
    parts : sequence of Delayed
        Each gives its rows, a table of Arrow or arrays side by side.
    counts : sequence of int
        How many rows each has.
    names : tuple of str
    name : str
    feature_names : sequence of str or None
        Of the columns of X, where they have any.
    collections : sequence of Dask arrays and data frames
        Those whose partitions these are: a cluster may keep them.
    main : sequence of Delayed
        What gives the rows of X of each.

    Notes: §2.1.3
    """

    def __init__(
        self,
        parts: Sequence[Any],
        counts: Sequence[int],
        names: tuple[str, ...],
        name: str,
        feature_names: Sequence[str] | None = None,
        *,
        collections: Sequence[Any] = (),
        main: Sequence[Any] = (),
    ) -> None:
        self.parts, self.counts = list(parts), [int(n) for n in counts]
        self.collections, self.main = collections, main
        self.names, self.name, self.feature_names = names, name, feature_names

    @property
    def pieces(self) -> int:
        return len(self.parts)

    def rows_of(self, at: int) -> int:
        return self.counts[at]

    @cached_property
    def kept(self) -> list[list[Any]]:
        """The futures of a cluster that each partition's rows of X are computed from, if any."""
        from distributed import futures_of

        held = {future.key: future for future in futures_of(list(self.collections))}
        if not held:
            return [[]] * self.pieces

        def needed(part: Any) -> list[Any]:
            if part.key in held:
                return [held[part.key]]
            return list(futures_of(dict(part.__dask_graph__().cull({part.key}))))

        return [needed(part) for part in self.main]

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        # What a cluster keeps only its client can fetch.
        how = {} if active_client() else {"scheduler": "synchronous"}
        rows: Any = self.parts[at].compute(**how)
        yield rows if isinstance(rows, tuple) else select_columns(rows, columns)


def is_frame(collection: Any) -> bool:
    """Whether it is a data frame or series of Dask, not an array."""
    return hasattr(collection, "map_partitions") and hasattr(collection, "divisions")


def dask_blocks(X: Any, y: Any = None, sample_weight: Any = None) -> DaskBlocks:
    """Collections of Dask side by side: rows, targets and weights.

    Partitions of unknown length (those of most data frames) are counted first, in one pass.

    Parameters
    ----------
    X : Dask array of shape (n, d), or data frame
    y : Dask array, series or data frame, or an array in memory
    sample_weight : as y

    Raises
    ------
    ShapeError
        When they differ in their number of rows.

    Notes: §2.1.3
    """
    from dask.delayed import delayed

    if not is_frame(X) and X.ndim != 2:
        raise ShapeError(f"X must have 2 axes; it has {X.ndim}.")
    columns = [str(name) for name in X.columns] if is_frame(X) else None
    d = int(X.shape[1])
    main, counts = _in_partitions(X)
    sides = []
    if y is None and sample_weight is not None:
        sides.append([np.zeros((n, 0)) for n in counts])  # weights stand third
    for what, other in (("y", y), ("sample_weight", sample_weight)):
        if other is not None:
            sides.append(_partitions_alongside(other, counts, what))
    beside = delayed(_side_by_side, pure=True)
    parts = [beside(*each) for each in zip(main, *sides, strict=True)]
    name = f"{len(parts):,} partitions of Dask"
    width = d + len(sides)
    names = tuple(f"x{i}" for i in range(width))
    return DaskBlocks(parts, counts, names, name, columns, collections=[X], main=main)


def dask_table(frame: Any) -> DaskBlocks:
    """A data frame of Dask as blocks of tables: for jobs on tables.

    Notes: §2.1.3
    """
    from dask.delayed import delayed

    parts, counts = _in_partitions(frame)
    tables = [delayed(as_table, pure=True)(part) for part in parts]
    names = tuple(str(name) for name in frame.columns)
    name = f"{len(parts):,} partitions of Dask"
    return DaskBlocks(tables, counts, names, name, collections=[frame], main=parts)


def _in_partitions(X: Any) -> tuple[list[Any], list[int]]:
    """The partitions of a collection, whole rows each, and how many rows they have."""
    if is_frame(X):
        return list(X.to_delayed()), [int(n) for n in X.map_partitions(len).compute()]
    if X.ndim == 2 and len(X.chunks[1]) > 1:
        X = X.rechunk({1: -1})
    if np.isnan(X.chunks[0]).any():
        X.compute_chunk_sizes()
    return np.ravel(X.to_delayed()).tolist(), [int(n) for n in X.chunks[0]]


def _partitions_alongside(other: Any, counts: list[int], name: str) -> list[Any]:
    """Partitions of another collection, cut as the first one is."""
    import dask.array as da

    if not is_frame(other):
        other = other if isinstance(other, da.Array) else da.from_array(np.asarray(other))
        if np.isnan(other.chunks[0]).any():
            other.compute_chunk_sizes()
        _refuse_other_length(other.shape[0], counts, name)
        other = other.rechunk({0: tuple(counts), **({1: -1} if other.ndim > 1 else {})})
        return list(np.ravel(other.to_delayed()).tolist())
    parts, lengths = _in_partitions(other)
    if lengths == counts:
        return parts
    _refuse_other_length(sum(lengths), counts, name)
    array = other.to_dask_array(lengths=lengths)
    return _partitions_alongside(array, counts, name)


def _refuse_other_length(n: int, counts: list[int], name: str) -> None:
    if n != sum(counts):
        raise ShapeError(f"X has {sum(counts):,} rows but {name} has {n:,}.")


def _side_by_side(*arrays: Any) -> tuple[Any, ...]:
    """Partitions as arrays in memory."""
    return tuple(np.asarray(each) for each in arrays)


def map_collection(collection: Any, model: Any, method: str) -> Any:
    """What a fitted model's method gives for each row, when Dask computes it.

    Parameters
    ----------
    collection : Dask array or data frame
    model : estimator
    method : str
        `transform`, `predict` and the like.

    Returns
    -------
    Dask array; of a data frame a data frame or a series

    Notes: §2.5.6
    """
    function = getattr(model, method)
    if is_frame(collection):
        return collection.map_partitions(
            _map_frame, model, method, meta=_map_frame(collection._meta_nonempty, model, method)
        )
    X = collection.rechunk({1: -1}) if len(collection.chunks[1]) > 1 else collection
    like = np.asarray(function(np.zeros((1, X.shape[1]))))
    if like.ndim == 1:
        return X.map_blocks(function, dtype=like.dtype, drop_axis=1)
    return X.map_blocks(function, dtype=like.dtype, chunks=(X.chunks[0], (like.shape[1],)))


def _map_frame(frame: Any, model: Any, method: str) -> Any:
    pd: Any = import_module("pandas")
    found = getattr(model, method)(frame)
    if found.ndim == 1:
        return pd.Series(found, index=frame.index, name=method)
    names = model.get_feature_names_out() if method == "transform" else range(found.shape[1])
    return pd.DataFrame(found, index=frame.index, columns=[str(name) for name in names])

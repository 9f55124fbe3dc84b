"""Rows from memory, mapped files, Parquet and streams: each once an epoch, in a seeded order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_job import CODES, NET, X
from pyarrow import parquet

from pellucid.errors import ColumnError, ShapeError, TableError
from pellucid.networks import InMemory, ParquetRows, Stream, train
from pellucid.networks.training import row_sources
from pellucid.networks.training.batch_blocks import batch_rows, blocks_of
from pellucid.networks.training.distinct_rows import distinct_rows


@pytest.fixture
def table(tmp_path: Path) -> Path:
    columns = {f"x{j}": X[:, j].astype(np.float32) for j in range(4)}
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table(columns | {"y": CODES}), path, row_group_size=40)
    return path


def chunks(epoch: int) -> Iterator[Any]:
    for first in range(0, 150, 37):
        yield X[first : first + 37], CODES[first : first + 37]


def all_rows(source: Any, epoch: int) -> Any:
    return np.concatenate([np.column_stack([x, y]) for x, y, _ in source.epoch(epoch)])


def test_each_source_meets_every_row_once_in_an_order_of_the_epoch(table: Path) -> None:
    wanted = np.column_stack([X, CODES])
    wanted = wanted[np.lexsort(wanted.T)]
    for source in (InMemory(X, CODES), Stream(chunks, window=60), ParquetRows(table, "y")):
        first, again, second = (all_rows(source, e) for e in (0, 0, 1))
        assert (first == again).all()
        assert (first != second).any()
        np.testing.assert_allclose(first[np.lexsort(first.T)], wanted, rtol=1e-6)


@given(n=st.integers(1, 60), size=st.integers(1, 20), epochs=st.integers(1, 4))
@settings(max_examples=12, deadline=None)
def test_blocks_hold_each_row_with_its_weight(n: int, size: int, epochs: int) -> None:
    """The last batch of an epoch is filled up with rows of weight 0."""
    source = InMemory(np.arange(n)[:, None], np.arange(n), np.arange(n) + 1.0)
    blocks = list(blocks_of(source.epoch, range(epochs), size, 4, [np.float64] * 3))
    weights = np.concatenate([b.shares[: b.count].ravel() for b in blocks if b.count])
    rows = np.concatenate([b.parts[1][: b.count].ravel() for b in blocks if b.count])
    total = np.bincount(rows.astype(int), weights, minlength=n)
    np.testing.assert_array_equal(total, epochs * (np.arange(n) + 1.0))
    assert [e for b in blocks for e, _ in b.ends] == list(range(epochs))
    assert sum(b.count for b in blocks) == epochs * -(-n // size)
    assert all(len(w) == size for _, _, part in batch_rows(source.epoch(0), size) for w in part)


def test_a_mapped_file_gives_the_bits_of_memory(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    one = train(NET, mapped, CODES, epochs=2)
    other = train(NET, X, CODES, epochs=2)
    pairs = zip(jax.tree.leaves(one.params), jax.tree.leaves(other.params), strict=True)
    assert all((a == b).all() for a, b in pairs)


def test_rows_held_and_rows_in_blocks_take_the_same_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows picked by place from a table, or laid out block by block: the same up to rounding."""
    held = train(NET, X, CODES, epochs=3, dtype="float64", weights=np.arange(len(X)) + 1.0)
    monkeypatch.setattr(row_sources, "HELD_BYTES", 0)
    blocks = train(NET, X, CODES, epochs=3, dtype="float64", weights=np.arange(len(X)) + 1.0)
    np.testing.assert_allclose(held.history["loss"], blocks.history["loss"], rtol=1e-12)


@given(n=st.integers(1, 40), d=st.integers(1, 4))
@settings(max_examples=8, deadline=None)
def test_tables_are_filled_up_with_zeros(n: int, d: int) -> None:
    rows = np.arange(n * d, dtype=float).reshape(n, d) + 1
    table = row_sources.filled_up(rows, np.float32)
    assert table.dtype == np.float32
    assert len(table) & (len(table) - 1) == 0
    assert (table[:n] == rows).all()
    assert not table[n:].any()


def test_parquet_and_streams_train(table: Path) -> None:
    for source in (ParquetRows(table, "y"), Stream(chunks)):
        found = train(NET, source, epochs=20, step_size=0.02)
        assert found.history["loss"][-1] < found.history["loss"][0] / 2
        assert found.steps == 100


def test_what_cannot_be_read_is_named(table: Path, tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="no column 'z'"):
        ParquetRows(table, "z")
    (tmp_path / "not.parquet").write_text("text")
    with pytest.raises(TableError, match="Cannot read"):
        ParquetRows(tmp_path / "not.parquet", "y")
    with pytest.raises(ShapeError, match="as many"):
        InMemory(X, CODES[:3])


@given(seed=st.integers(0, 1000))
@settings(max_examples=8, deadline=None)
def test_distinct_rows_are_the_same_rows(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.integers(0, 3, (20, 2)).astype(float)
    y, w = random.integers(0, 2, 20), random.integers(1, 4, 20).astype(float)
    again = np.repeat(np.arange(20), w.astype(int))
    order = random.permutation(len(again))
    one = distinct_rows(rows, y, w)
    other = distinct_rows(rows[again][order], y[again][order], np.ones(len(again)))
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_a_digest_of_a_large_array_looks_at_rows_from_the_first_to_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(row_sources, "DIGESTED_BYTES", 8)
    monkeypatch.setattr(row_sources, "DIGESTED_ROWS", 3)
    whole = np.zeros((5, 1))
    changed = [row_sources.digest(whole + np.eye(5)[:, [row]]) for row in range(5)]
    assert [name == row_sources.digest(whole) for name in changed] == [False, True] * 2 + [False]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=20), st.integers(1, 4), st.integers(1, 7))
def test_rows_that_weigh_nothing_are_in_no_batch(weights: list[int], size: int, cut: int) -> None:
    """But those that fill up the last batch, as rows of weight 0 that were met before."""
    w, rows = np.array(weights, dtype=float), np.arange(len(weights), dtype=float)
    parts = [(rows[at : at + cut], w[at : at + cut]) for at in range(0, len(w), cut)]
    found = list(batch_rows(parts, size))
    values = np.concatenate([x.ravel() for x, _ in found] or [rows[:0]])
    told = np.concatenate([each.ravel() for _, each in found] or [w[:0]])
    np.testing.assert_array_equal(values[told > 0], rows[w > 0])
    np.testing.assert_array_equal(told[told > 0], w[w > 0])
    assert len(values) == -(-int((w > 0).sum()) // size) * size

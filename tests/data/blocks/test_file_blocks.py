"""Blocks from files and from a function: the rows come back whole, in order; damage is named."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from pellucid.data.blocks.file_blocks import file_blocks
from pellucid.data.blocks.row_batches import concatenate_rows
from pellucid.data.blocks.row_blocks import CalledBlocks
from pellucid.data.blocks.size_estimates import estimated_rows
from pellucid.data.blocks.tiles import tiles
from pellucid.data.sources.sqlite_files import sqlite_blocks
from pellucid.errors import ColumnError, TableError

TABLE = pa.table({"a": np.arange(1000.0), "b": [f"w{i % 3}" for i in range(1000)]})


def test_parquet_files_are_tiled_as_one_table(tmp_path: Path) -> None:
    parquet.write_table(TABLE.slice(0, 400), tmp_path / "1.parquet", row_group_size=77)
    parquet.write_table(TABLE.slice(400), tmp_path / "2.parquet")
    source = file_blocks(str(tmp_path / "*.parquet"))
    assert source.rows == 1000
    assert concatenate_rows([tile.rows for tile in tiles(source.blocks(), 64)]).equals(TABLE)


def test_row_groups_read_at_once_or_in_part_hold_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dates = pa.array(range(1000), pa.timestamp("us"))
    numbers = pa.table({"a": TABLE["a"], "b": range(1000), "c": dates, "d": [None, True] * 500})
    parquet.write_table(numbers, tmp_path / "1.parquet", row_group_size=400)
    source = file_blocks(str(tmp_path / "1.parquet"))
    for columns in (None, ["d", "a"]):
        monkeypatch.setattr("pellucid.data.blocks.file_blocks.WHOLE", 1 << 26)
        at_once = list(source.blocks(columns))
        assert [block.num_rows for block in at_once] == [400, 400, 200]
        monkeypatch.setattr("pellucid.data.blocks.file_blocks.WHOLE", 0)
        monkeypatch.setattr("pellucid.data.blocks.file_blocks.BATCH", 150)
        in_part = list(source.blocks(columns))
        assert len(in_part) > 3
        wanted = numbers if columns is None else numbers.select(columns)
        for blocks in (at_once, in_part):
            assert concatenate_rows(blocks).equals(wanted)


def test_text_files_and_frames_of_a_function_come_back_whole(tmp_path: Path) -> None:
    csv.write_csv(TABLE, tmp_path / "x.csv")
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, TABLE.to_pylist())))
    texts = concatenate_rows(list(file_blocks(str(tmp_path / "x.csv")).blocks(["b"])))
    assert texts["b"].to_pylist() == TABLE["b"].to_pylist()
    assert concatenate_rows(list(file_blocks(str(tmp_path / "x.jsonl")).blocks())).equals(TABLE)
    called = CalledBlocks(lambda: (TABLE.slice(at, 90) for at in range(0, 1000, 90)))
    assert concatenate_rows(list(called.blocks())).equals(TABLE)


def test_damage_is_named_by_file_and_row_group_and_other_columns_by_file(tmp_path: Path) -> None:
    parquet.write_table(TABLE, tmp_path / "1.parquet", row_group_size=100)
    start = parquet.ParquetFile(tmp_path / "1.parquet").metadata.row_group(4).column(0)
    damaged = bytearray((tmp_path / "1.parquet").read_bytes())
    at = start.dictionary_page_offset or start.data_page_offset
    damaged[at : at + 40] = b"\xff" * 40
    (tmp_path / "1.parquet").write_bytes(damaged)
    with pytest.raises(TableError, match=r"1\.parquet, row group 4"):
        list(file_blocks(str(tmp_path)).blocks())
    parquet.write_table(TABLE.select(["a"]), tmp_path / "2.parquet")
    with pytest.raises(ColumnError, match=r"2\.parquet lacks the column 'b'"):
        file_blocks(str(tmp_path))


def test_a_table_of_a_database_comes_in_its_own_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.sqlite"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE t (a REAL, b TEXT)")
        base.executemany("INSERT INTO t VALUES (?, ?)", [(i, f"w{i}") for i in range(7)])
        base.execute("CREATE TABLE other (x REAL)")
        base.commit()
    source = file_blocks(f"{path}::t")
    assert (source.names, source.pieces, source.rows) == (("a", "b"), 1, 7)
    assert concatenate_rows(list(source.blocks(["b"]))).to_pydict() == {
        "b": [f"w{i}" for i in range(7)]
    }
    in_threes = list(sqlite_blocks(path, "t.sqlite", "t", 3))
    assert [len(block) for block in in_threes] == [3, 3, 1]
    assert concatenate_rows(in_threes)["a"].to_pylist() == list(range(7))
    (none,) = sqlite_blocks(path, "t.sqlite", "other")
    assert (len(none), none.column_names) == (0, ["x"])
    with pytest.raises(TableError, match=r"no table 'u'; its tables are t, other\. Name one"):
        file_blocks(f"{path}::u")
    sqlite3.connect(tmp_path / "none.sqlite").execute("VACUUM").connection.close()
    with pytest.raises(TableError, match="its tables are none"):
        file_blocks(str(tmp_path / "none.sqlite"))


def test_blocks_whose_columns_differ_in_kind_are_joined_as_text() -> None:
    parts = [pa.table({"a": [1, 2], "b": [1, 2]}), pa.table({"a": ["x"], "b": [3]})]
    whole = concatenate_rows(parts)
    assert whole.to_pydict() == {"a": ["1", "2", "x"], "b": [1, 2, 3]}


def test_rows_are_estimated_from_the_length_of_the_first_ones(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n" + "12,34\n" * 600)
    found = estimated_rows(file_blocks(str(tmp_path / "x.csv")))
    assert 550 < found < 650
    with gzip.open(tmp_path / "x.csv.gz", "wt") as stream:
        stream.write("a,b\n" + "".join(f"{i * i * 7919 % 99991},{i}\n" for i in range(600)))
    source = file_blocks(str(tmp_path / "x.csv.gz"))
    packed = (tmp_path / "x.csv.gz").stat().st_size
    bytes_a_row = next(block for block in source.blocks() if len(block)).nbytes / 600
    assert estimated_rows(source) == int(packed / (bytes_a_row / 6))
    assert estimated_rows(CalledBlocks(lambda: iter([TABLE]))) == 0

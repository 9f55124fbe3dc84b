"""Any table, written by any writer, is read as the same table; and a cell means what it says.

Notes: §2.1.3
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather

from pellucid import read_table
from pellucid.data import Table
from pellucid.data.framing import USED

Frame = dict[str, list[Any]]


def as_csv(frame: Frame, folder: Path) -> Any:
    pd.DataFrame(frame).to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


def as_polars_csv(frame: Frame, folder: Path) -> Any:
    pl.DataFrame(frame, strict=False).write_csv(folder / "p.tsv", separator="\t")
    return folder / "p.tsv"


def as_packed(frame: Frame, folder: Path) -> Any:
    pd.DataFrame(frame).to_csv(folder / "t.csv.gz", index=False)
    return folder / "t.csv.gz"


def as_utf_16(frame: Frame, folder: Path) -> Any:
    pd.DataFrame(frame).to_csv(folder / "w.csv", index=False, encoding="utf-16")
    return folder / "w.csv"


def as_json_lines(frame: Frame, folder: Path) -> Any:
    rows = [dict(zip(frame, row, strict=True)) for row in zip(*frame.values(), strict=True)]
    (folder / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "t.jsonl"


def as_json(frame: Frame, folder: Path) -> Any:
    (folder / "t.json").write_text(json.dumps(frame))
    return folder / "t.json"


def as_parquet(frame: Frame, folder: Path) -> Any:
    pd.DataFrame(frame).to_parquet(folder / "t.parquet")
    return folder / "t.parquet"


def as_feather(frame: Frame, folder: Path) -> Any:
    feather.write_feather(pa.table(frame), str(folder / "t.feather"))
    return folder / "t.feather"


def as_sqlite(frame: Frame, folder: Path) -> Any:
    with closing(sqlite3.connect(folder / "t.db")) as base:
        booleans = {k for k, cells in frame.items() if any(isinstance(v, bool) for v in cells)}
        named = ", ".join(f"{k} BOOLEAN" if k in booleans else k for k in frame)
        base.execute(f"CREATE TABLE t ({named})")
        marks = ", ".join("?" for _ in frame)
        base.executemany(f"INSERT INTO t VALUES ({marks})", list(zip(*frame.values(), strict=True)))
        base.commit()
    return folder / "t.db"


WRITERS: dict[str, Callable[[Frame, Path], Any]] = {
    "CSV": as_csv,
    "TSV by polars": as_polars_csv,
    "CSV, packed": as_packed,
    "CSV in UTF-16": as_utf_16,
    "JSON lines": as_json_lines,
    "JSON by column": as_json,
    "Parquet": as_parquet,
    "Feather": as_feather,
    "SQLite": as_sqlite,
    "pandas": lambda frame, _: pd.DataFrame(frame),
    "polars": lambda frame, _: pl.DataFrame(frame, strict=False),
    "Arrow": lambda frame, _: pa.table(frame),
}

WORDS = ["red", "Red", "blue", "é ü", "a,b", 'q"q', "x\ty", "1.10", "007", "yes", "no"]
DAYS = [f"2026-{m:02d}-{d:02d}" for m in (1, 2, 12) for d in (1, 15, 28)]
KINDS = [
    st.integers(-5, 40),
    st.integers(0, 1),
    st.integers(2**53, 2**53 + 4),
    st.floats(-1e6, 1e6).map(lambda v: round(v, 4)),
    st.sampled_from([0.5, 1.0, 2.25]),
    st.booleans(),
    st.sampled_from(WORDS),
    st.sampled_from(["low", "mid", "high"]),
    st.sampled_from(["02134", "10001", "94103"]),
    st.sampled_from(DAYS),
    st.sampled_from([f"{d} 10:30:00" for d in DAYS]),
    st.sampled_from([f"{d}T10:30:00+02:00" for d in DAYS]),
    st.sampled_from(["12 kg", "7 kg", "8.5 kg"]),
    st.sampled_from(["1.234,5", "7,25", "12"]),
]


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Columns of one kind each, some cells missing."""
    n = draw(st.integers(12, 30))
    found = {}
    for at in range(draw(st.integers(1, 4))):
        cells = draw(st.lists(draw(st.sampled_from(KINDS)), min_size=n, max_size=n))
        absent = draw(st.sets(st.integers(0, n - 1), max_size=3))
        if at and draw(st.booleans()) and not any(isinstance(v, bool) for v in cells):
            cells = [None if i in absent else v for i, v in enumerate(cells)]
            if all(isinstance(v, int | None) for v in cells):
                cells = [
                    None if v is None else float(v) if abs(v) < 2**53 else str(v) for v in cells
                ]
        found[f"c{at}"] = cells
    return found


def same(one: Table, other: Table) -> None:
    assert one.names == other.names
    for a, b in zip(one.columns, other.columns, strict=True):
        assert (a.kind, a.levels, a.notation) == (b.kind, b.levels, b.notation), a.name
        assert a.missing.tolist() == b.missing.tolist(), a.name
        if a.values.dtype.kind in "fiM":
            np.testing.assert_array_equal(a.values, b.values)
        else:
            assert a.texts().tolist() == b.texts().tolist(), a.name


@given(frames())
@settings(deadline=None, max_examples=8)
def test_every_writer_gives_the_same_table(frame: Frame) -> None:
    with tempfile.TemporaryDirectory() as folder:
        expected = read_table(pa.table(frame))
        for name, write in WRITERS.items():
            try:
                same(expected, read_table(write(frame, Path(folder))))
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}") from error


@given(frames(), st.data())
@settings(deadline=None, max_examples=20)
def test_a_cell_is_read_by_the_schema_whatever_stands_beside_it(
    frame: Frame, data: st.DataObject
) -> None:
    """Rows taken out and written anew, by any writer, mean what they meant among all rows."""
    whole = read_table(pa.table(frame))
    whole = whole.select(c.name for c in whole.columns if c.kind in USED)
    n = len(whole)
    if not n:
        return
    rows = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=4), label="rows")
    part = {name: [cells[row] for row in rows] for name, cells in frame.items()}
    writer = data.draw(st.sampled_from(sorted(WRITERS)), label="writer")
    if any(all(v is None for v in cells) for cells in part.values()):
        return
    with tempfile.TemporaryDirectory() as folder:
        source = WRITERS[writer](part, Path(folder))
        same(whole.take(np.array(rows)), read_table(source, schema=whole.schema))
        if not any(c.notation.duration for c in whole.columns):
            same(whole.take(np.array(rows)), read_table(read_table(source), schema=whole.schema))


@pytest.mark.parametrize("late", ["2.7", ".5", "1e-5", "-0.25"])
@pytest.mark.parametrize("writer", ["CSV", "JSON lines"])
def test_a_late_fraction_is_kept(tmp_path: Path, late: str, writer: str) -> None:
    cells = [*(i % 7 for i in range(30_000)), float(late)]
    if writer == "CSV":
        path = tmp_path / "t.csv"
        path.write_text("x\n" + "\n".join([*map(str, cells[:-1]), late]) + "\n")
    else:
        path = as_json_lines({"x": cells}, tmp_path)
    assert read_table(path)["x"].values[-1] == float(late)

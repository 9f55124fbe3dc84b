"""Tables larger than memory: what `fit` and `predict` take at their height, and how long.

Each run is a process of its own; the system tells its peak memory and its seconds of work. DuckDB
is the yardstick: the sum of every column of the same Parquet, and a copy of the same CSV.

`python benchmarks/outgrow.py 100000000` runs the fits on so many rows (about 16 GB of Parquet).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

COLUMNS = 20
FILE_ROWS = 1_000_000
SIZES = (1_000_000, 10_000_000)
PREDICTED = 10_000_000
MEMORY = "1GB"


@dataclass(frozen=True)
class Taken:
    """What the system says of a process that has ended: seconds, seconds of work, peak bytes."""

    wall: float
    work: float
    peak: int


def taken(*command: str) -> Taken:
    """Run a command and ask the system what it took."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
        assert running.stderr is not None
        said = running.stderr.read()
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise RuntimeError(said.decode()[-500:])
    wall = time.perf_counter() - began
    return Taken(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def rows_of(file: int, rows: int) -> pa.Table:
    """Rows of a file: 19 numbers, and a target of them with noise; and a class."""
    weights = np.random.default_rng(1 << 40).normal(size=COLUMNS - 1)
    rng = np.random.default_rng(file)
    X = rng.normal(size=(rows, COLUMNS - 1))
    y = X @ weights + rng.normal(scale=4.0, size=rows)
    return pa.table({f"x{i}": X[:, i] for i in range(COLUMNS - 1)} | {"y": y})


def made(folder: Path, rows: int, kind: str, classes: bool = False) -> str:
    """Files of so many rows, and the pattern that names them."""
    place = folder / f"{rows}-{kind}{'-classes' * classes}"
    place.mkdir(parents=True, exist_ok=True)
    for file in range(-(-rows // FILE_ROWS)):
        path = place / f"{file:04d}.{kind}"
        if path.exists():
            continue
        table = rows_of(file, min(FILE_ROWS, rows - file * FILE_ROWS))
        if classes:
            y = np.where(table["y"].to_numpy() > 0, "yes", "no")
            table = table.set_column(COLUMNS - 1, "y", pa.array(y))
        if kind == "parquet":
            parquet.write_table(table, path, row_group_size=1 << 18)
        else:
            csv.write_csv(table, path, csv.WriteOptions(quoting_style="none"))
    return str(place / f"*.{kind}")


def fitted(pattern: str, model: str, folder: Path) -> Taken:
    """`pellucid fit` in bounded memory."""
    out = str(folder / f"out-{model}")
    return taken(
        *(sys.executable, "-m", "pellucid", "fit", pattern, "--target", "y", "--model", model),
        *("--memory", MEMORY, "-o", out),
    )


def duckdb(statement: str) -> Taken:
    """A statement of SQL in a process of its own."""
    return taken(sys.executable, "-c", f"import duckdb; duckdb.sql({statement!r}).fetchall()")


def fits(folder: Path, sizes: tuple[int, ...]) -> list[str]:
    """A row a fit."""
    told = []
    for rows in sizes:
        for model, classes in (("ridge", False), ("logistic", True)):
            pattern = made(folder, rows, "parquet", classes)
            ours = fitted(pattern, model, folder)
            columns = [f"sum(x{i})" for i in range(COLUMNS - 1)]
            columns.append("count(y)" if classes else "sum(y)")
            theirs = duckdb(f"select {', '.join(columns)} from read_parquet('{pattern}')")
            told.append(line(f"fit --model {model}, {rows:,} × {COLUMNS}", ours, theirs))
    return told


def line(job: str, ours: Taken, theirs: Taken) -> str:
    """A row of the table."""
    cells = (
        *(job, f"{ours.wall:.1f}", f"{ours.work:.1f}", f"{ours.peak / 1e9:.2f}"),
        *(f"{theirs.wall:.1f}", f"{theirs.work:.1f}", f"{ours.work / theirs.work:.1f}×"),
    )
    return f"| {' | '.join(cells)} |"


def predictions(folder: Path, rows: int) -> str:
    """A row: predictions beside a CSV, against DuckDB's copy of it."""
    model = folder / "out-ridge" / "model.pellucid"
    if not model.exists():
        fitted(made(folder, SIZES[0], "parquet"), "ridge", folder)
    pattern = made(folder, rows, "csv")
    target = folder / "copy.csv"
    ours = taken(
        *(sys.executable, "-m", "pellucid", "predict", str(model), pattern, "-o", str(target))
    )
    theirs = duckdb(f"copy (select * from read_csv('{pattern}')) to '{target}' (header)")
    target.unlink()
    return line(f"predict, {rows:,} × {COLUMNS} CSV → CSV", ours, theirs)


def lines(sizes: tuple[int, ...] = SIZES, predicted: int = PREDICTED) -> str:
    """A Markdown table."""
    folder = Path(tempfile.mkdtemp(prefix="outgrow-"))
    try:
        rows = [*fits(folder, sizes), *([predictions(folder, predicted)] if predicted else [])]
    finally:
        shutil.rmtree(folder)
    return "\n".join(
        [
            "| job | seconds | of work | peak (GB) | DuckDB: seconds | of work | work ratio |",
            "|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


if __name__ == "__main__":
    asked = tuple(int(size) for size in sys.argv[1:])
    print(lines(asked, 0) if asked else lines())

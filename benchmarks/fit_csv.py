"""`pellucid fit` end to end on a CSV of 1,000,000 rows and 20 columns, against DuckDB's read."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import csv

from harness import Row, seconds

ROWS, COLUMNS = 1_000_000, 20


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "million.csv"
        rng = np.random.default_rng(0)
        X = rng.normal(size=(ROWS, COLUMNS - 1))
        y = X @ rng.normal(size=COLUMNS - 1) + rng.normal(size=ROWS)
        names = [*(f"x{i}" for i in range(COLUMNS - 1)), "y"]
        columns = [*X.T.round(6), y.round(6)]
        csv.write_csv(pa.table(dict(zip(names, columns, strict=True))), path)
        read = min(
            seconds(lambda: duckdb.sql(f"SELECT * FROM read_csv('{path}')").to_arrow_table())[0]
            for _ in range(3)
        )
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pellucid", "fit", str(path), "-t", "y", "--json", "-o", folder],
            capture_output=True,
            text=True,
            check=True,
        )
        took = time.perf_counter() - begin
        found = json.loads(done.stdout)
    limit = 4 * read + 20
    peak = found["peak_memory_bytes"] / 2**20
    return [
        Row(
            f"`pellucid fit`, {ROWS:,} × {COLUMNS} CSV",
            f"limit: 4 × DuckDB's read ({read:.2f} s) + 20 s",
            took,
            limit,
            1.0,
            f"R² {found['errors']['R²']:.3f}; peak memory {peak:,.0f} MiB",
        )
    ]


if __name__ == "__main__":
    from harness import table

    print(table(run()))

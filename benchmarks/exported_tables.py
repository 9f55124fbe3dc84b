"""The whole machine of real tables as ONNX, as SQL and as a Python file: each against Pellucid.

Run by hand: `python benchmarks/exported_tables.py [--only NAME …] [--model NAME] [--budget SECONDS]
[--rows ROWS]`. The machine is fitted to all rows; the exports answer ROWS of them.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import duckdb
import numpy as np
import onnxruntime
import pandas as pd
import pyarrow as pa

from pellucid import Settings, fit_table, read_table
from pellucid.data.table import Table
from pellucid.errors import PellucidError
from pellucid.exchange import machine_to_onnx, to_python, to_sql
from table_sources import TABLES, Source

Answers = Mapping[str, Any]


def as_held(frame: pd.DataFrame) -> pa.Table:
    """Columns as a database holds them: dates, lists and truth values as text."""
    held = frame.reset_index(drop=True)
    for name in held.columns:
        if held[name].dtype.kind not in "iuf":
            texts = [None if pd.isna(v) else str(v) for v in held[name]]
            held[name] = pd.Series(texts, dtype=object)
    return pa.Table.from_pandas(held, preserve_index=False)


def feed_of(wanted: list[dict[str, Any]], table: Table) -> dict[str, Any]:
    """Each column as its input: amounts, NaN where missing; else text, "" where missing."""
    feed = {}
    for entry in wanted:
        column = table[entry["name"]]
        if entry["kind"] == "numeric":
            held: Any = np.asarray(column.values, dtype=np.float64)
        else:
            held = np.array(["" if t is None else t for t in column.texts()], dtype=object)
        feed[entry["name"]] = held[:, None]
    return feed


def by_onnx(machine: Any, rows: pa.Table) -> Answers:
    """The answers of the graph, in onnxruntime."""
    packed = machine_to_onnx(machine)
    session = onnxruntime.InferenceSession(packed, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    table = read_table(rows, schema=machine.input_schema)
    return dict(zip(names, session.run(None, feed_of(machine.input_schema, table)), strict=True))


def by_duckdb(machine: Any, rows: pa.Table) -> Answers:
    """The answers of the SELECT, in DuckDB."""
    query = to_sql(machine, "duckdb", table="held")
    with duckdb.connect() as base:
        base.register("held", rows)
        found: dict[str, list[Any]] = base.sql(query).to_arrow_table().to_pydict()
    return found


def by_sqlite(machine: Any, rows: pa.Table) -> Answers:
    """The answers of the SELECT, in SQLite."""
    query = to_sql(machine, "sqlite", table="held")
    names = ['"' + name.replace('"', '""') + '"' for name in rows.column_names]
    names = ['"' + name.replace('"', '""') + '"' for name in rows.column_names]
    marks = ", ".join("?" * len(names))
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute(f"CREATE TABLE held ({', '.join(names)})")
        base.executemany(
            f"INSERT INTO held VALUES ({marks})", [tuple(row.values()) for row in rows.to_pylist()]
        )
        cursor = base.execute(query)
        columns = zip(*cursor.fetchall(), strict=True)
        return dict(zip([d[0] for d in cursor.description], map(list, columns), strict=True))


def by_python(machine: Any, rows: pa.Table) -> Answers:
    """The answers of the file, row by row."""
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(to_python(machine), "exported.py", "exec"), names)
    found = [names["predict"](row) for row in rows.to_pylist()]
    return {name: [row[name] for row in found] for name in found[0]}


FORMS: dict[str, Callable[[Any, pa.Table], Answers]] = {
    "ONNX": by_onnx,
    "DuckDB": by_duckdb,
    "SQLite": by_sqlite,
    "Python": by_python,
}


def compared(found: Answers, wanted: Answers) -> str:
    """The largest difference relative to max(1, |value|), and labels that differ where some do."""
    away, labels = 0.0, 0
    for name, values in wanted.items():
        if name == "caution":
            continue
        if isinstance(values[0], str):
            labels += sum(str(a) != b for a, b in zip(found[name], values, strict=True))
        else:
            own = np.asarray(values, dtype=float)
            gaps = np.abs(np.asarray(found[name], dtype=float) - own) / np.maximum(1, np.abs(own))
            away = max(away, float(gaps.max()))
    return f"{away:.0e}" + (f", **{labels} labels differ**" if labels else "")


def answered(machine: Any, rows: pa.Table, wanted: Answers, form: str) -> str:
    """A cell of the table: how far off, or why there is no such export."""
    try:
        return compared(FORMS[form](machine, rows), wanted)
    except PellucidError as refused:
        return f"refused: {str(refused).split(':')[0].split('. ')[0]}"


def line_of(source: Source, model: str, budget: float, most: int) -> str:
    """A line of the table."""
    frame = source.frame()
    begin = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = fit_table(as_held(frame), Settings(source.target, model=model, budget=budget))
        seconds = time.perf_counter() - begin
        machine = result.machine
        chosen = frame.sample(min(most, len(frame)), random_state=0)
        rows = as_held(chosen.drop(columns=[source.target]))
        wanted = machine.answers(rows)
        cells = [answered(machine, rows, wanted, form) for form in FORMS]
    return (
        f"| {source.name} | {len(frame):,} | {len(machine.input_schema)} | {result.chosen.name} | "
        f"{' | '.join(cells)} | {seconds:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--model", default="auto")
    parser.add_argument("--budget", type=float, default=25.0)
    parser.add_argument("--rows", type=int, default=1_000)
    asked = parser.parse_args()
    print(f"| table | rows | columns | model | {' | '.join(FORMS)} | fit, s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for source in TABLES:
        if asked.only and source.name not in asked.only:
            continue
        try:
            print(line_of(source, asked.model, asked.budget, asked.rows), flush=True)
        except (FileNotFoundError, ModuleNotFoundError, AttributeError) as error:
            print(f"| {source.name} | {error} |", flush=True)
        except PellucidError as error:
            print(f"| {source.name} | not fitted: {error} |", flush=True)


if __name__ == "__main__":
    main()

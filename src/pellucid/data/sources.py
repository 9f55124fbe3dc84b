"""From a file, a data frame or an array to an Arrow table, with errors that name the place.

Text files are in `csv_files`; Parquet and JSON go through DuckDB, SQLite through Python's own
module, frames through narwhals.
"""

from __future__ import annotations

import difflib
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pellucid.data.csv_files import from_csv, literal_path, refuse_duplicates, said
from pellucid.errors import TableError

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
ENDINGS = (*TEXT_ENDINGS, ".parquet", *JSON_ENDINGS)


def arrow_of(
    source: Any, missing: tuple[str, ...], encoding: str, as_written: bool = False
) -> tuple[pa.Table, str]:
    """The Arrow table of any source, and a name for it.

    `as_written` keeps every cell of a text file as the text it is.

    Raises
    ------
    TableError
        When it cannot be read; the message says what, where, and what to do.
    """
    if isinstance(source, pa.Table):
        refuse_duplicates(source.column_names)
        return source, "an Arrow table"
    if isinstance(source, np.ndarray):
        return _from_array(source), "an array"
    if isinstance(source, str | Path):
        return _from_path(str(source), missing, encoding, as_written)
    return _from_frame(source), f"a {type(source).__module__.split('.')[0]} frame"


def _from_array(array: np.ndarray) -> pa.Table:
    if array.ndim != 2:
        raise TableError(f"A table has two axes, rows and columns; the array has {array.ndim}.")
    names = [f"x{i}" for i in range(array.shape[1])]
    return pa.table({name: _arrow_column(array[:, i]) for i, name in enumerate(names)})


def _arrow_column(values: np.ndarray) -> pa.Array:
    if values.dtype == object:
        numbers = all(v is None or isinstance(v, int | float | np.number) for v in values)
        values = np.array([v if v is None or numbers else str(v) for v in values], dtype=object)
    return pa.array(values, from_pandas=True)


def _from_frame(frame: Any) -> pa.Table:
    import narwhals as nw

    try:
        held = nw.from_native(frame)
    except TypeError as error:
        raise TableError(
            f"Cannot read a table from a {type(frame).__name__}: give a path, a data frame, an "
            "Arrow table or a 2-D array."
        ) from error
    names = list(held.collect_schema().names()) if hasattr(held, "collect") else held.columns
    refuse_duplicates([str(n) for n in names])
    eager = held.collect() if hasattr(held, "collect") else held
    try:
        table = eager.to_arrow()
    except (pa.ArrowException, TypeError, ValueError):
        native = eager.to_native()
        table = pa.table({str(n): _arrow_column(np.asarray(native[n], object)) for n in names})
    # A frame's own index may have come along as a further column.
    return table.select(list(range(len(names)))).rename_columns([str(n) for n in names])


def _from_path(
    source: str, missing: tuple[str, ...], encoding: str, as_written: bool
) -> tuple[pa.Table, str]:
    if source == "-":
        with on_disk(source) as path:
            return from_csv(path, missing, encoding, as_written), "standard input"
    file, _, inner = source.partition("::")
    path = Path(file)
    _refuse_unreadable(path)
    if inner or path.suffix.lower() in (".sqlite", ".db", ".sqlite3"):
        return _from_sqlite(path, inner), path.name
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise TableError(
            f"{path.name} has an ending that is not known; {', '.join(ENDINGS)} and "
            "file.sqlite::table are read."
        )
    if path.stat().st_size == 0:
        raise TableError(f"{path.name} is empty: there is not even a line of column names.")
    if ending in TEXT_ENDINGS:
        return from_csv(path, missing, encoding, as_written), path.name
    function = "read_parquet" if ending == ".parquet" else "read_json"
    return _query(f"SELECT * FROM {function}(?)", path, path.name), path.name


@contextmanager
def on_disk(source: str) -> Iterator[Path]:
    """The path of a source; standard input, which can be read once, is kept in a file meanwhile."""
    if source != "-":
        yield Path(source)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standard input.csv"
        with path.open("wb") as kept:
            shutil.copyfileobj(sys.stdin.buffer, kept)
        if path.stat().st_size == 0:
            raise TableError("Standard input is empty: there is not even a line of column names.")
        yield path


def _refuse_unreadable(path: Path) -> None:
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in ENDINGS)[:3]
        hint = f" It holds {', '.join(inside)}: name one of these." if inside else ""
        raise TableError(f"{path} is a folder, not a table.{hint}")
    if not path.exists():
        there = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, there, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise TableError(f"There is no file {path}.{hint}")
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise TableError(f"Cannot read {path}: {error.strerror}.") from error


def _query(sql: str, path: Path, name: str) -> pa.Table:
    try:
        with closing(duckdb.connect()) as connection, literal_path(path) as plain:
            return connection.sql(sql, params=[plain]).to_arrow_table()
    except duckdb.Error as error:
        raise TableError(said(name, error)) from error


def _from_sqlite(path: Path, inner: str) -> pa.Table:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            tables = [
                row[0]
                for row in base.execute(
                    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
                )
            ]
            if not inner and len(tables) == 1:
                inner = tables[0]
            if inner not in tables:
                shown = ", ".join(tables) or "none"
                raise TableError(
                    f"{path.name} has no table {inner!r}; its tables are {shown}. Name one as "
                    f"{path.name}::TABLE."
                )
            quoted = inner.replace('"', '""')
            found = base.execute(f'SELECT * FROM "{quoted}"')
            names = [entry[0] for entry in found.description]
            rows = found.fetchall()
    except sqlite3.Error as error:
        raise TableError(f"Cannot read {path.name} as SQLite: {error}.") from error
    return pa.table(
        {
            name: _arrow_column(np.array([row[i] for row in rows], dtype=object))
            for i, name in enumerate(names)
        }
    )

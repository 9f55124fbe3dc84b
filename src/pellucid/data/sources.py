"""From a file, a data frame or an array to an Arrow table, with errors that name the place.

CSV, Parquet and JSON go through DuckDB, SQLite through Python's own module, frames through
narwhals.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pellucid.errors import ColumnError, TableError

SPELLINGS = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A")
HEAD = 65_536  # bytes looked at before the file is read
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
ENDINGS = (*TEXT_ENDINGS, ".parquet", *JSON_ENDINGS)


def arrow_of(source: Any, missing: tuple[str, ...], encoding: str) -> tuple[pa.Table, str]:
    """The Arrow table of any source, and a name for it.

    Raises
    ------
    TableError
        When it cannot be read; the message says what, where, and what to do.
    """
    if isinstance(source, pa.Table):
        _no_duplicates(source.column_names)
        return source, "an Arrow table"
    if isinstance(source, np.ndarray):
        return _from_array(source), "an array"
    if isinstance(source, str | Path):
        return _from_path(str(source), missing, encoding)
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
    _no_duplicates([str(n) for n in names])
    eager = held.collect() if hasattr(held, "collect") else held
    try:
        table = eager.to_arrow()
    except (pa.ArrowException, TypeError, ValueError):
        native = eager.to_native()
        table = pa.table({str(n): _arrow_column(np.asarray(native[n], object)) for n in names})
    # A frame's own index may have come along as a further column.
    return table.select(list(range(len(names)))).rename_columns([str(n) for n in names])


def _from_path(source: str, missing: tuple[str, ...], encoding: str) -> tuple[pa.Table, str]:
    if source == "-":
        return _from_bytes(sys.stdin.buffer.read(), missing, encoding), "standard input"
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
        return _from_csv(path, missing, encoding), path.name
    function = "read_parquet" if ending == ".parquet" else "read_json"
    return _query(f"SELECT * FROM {function}(?)", path, path.name), path.name


def _from_bytes(content: bytes, missing: tuple[str, ...], encoding: str) -> pa.Table:
    if not content.strip():
        raise TableError("Standard input is empty: there is not even a line of column names.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standard input.csv"
        path.write_bytes(content)
        return _from_csv(path, missing, encoding)


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


def _from_csv(path: Path, missing: tuple[str, ...], encoding: str) -> pa.Table:
    head = _head(path, encoding)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(head)
    names = _first_line(path, head, delimiter)
    _no_duplicates(names)
    options = {
        "header": True,
        "delim": delimiter,
        "quote": '"',
        "escape": '"',
        "nullstr": [*SPELLINGS, *missing],
        "allow_quoted_nulls": True,
        "encoding": encoding,
        "strict_mode": True,
        # Without BOOLEAN: "yes" and "no" are a person's words and stay as written.
        "auto_type_candidates": ["BIGINT", "DOUBLE", "TIME", "DATE", "TIMESTAMP", "VARCHAR"],
        "null_padding": False,
    }
    # The whole file is only looked at twice when the types guessed from its beginning do not hold.
    for rows in (20_480, -1):
        try:
            table = _read_csv(path, {**options, "sample_size": rows})
            break
        except duckdb.ConversionException as error:
            if rows == -1:
                raise TableError(_said(path.name, error)) from error
        except duckdb.Error as error:
            ragged = _ragged(path, encoding, delimiter, names)
            raise TableError(ragged or _said(path.name, error)) from error
    if len(names) != table.num_columns:
        raise TableError(
            _ragged(path, encoding, delimiter, names)
            or f"{path.name}: the first line names {len(names)} columns, the rows have "
            f"{table.num_columns}."
        )
    return table.rename_columns(_named(names))


def _first_line(path: Path, head: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(head, newline=None), delimiter=delimiter), [])
    except csv.Error as error:
        raise TableError(f"{path.name}: the first line cannot be read: {error}.") from error


def _ragged(path: Path, encoding: str, delimiter: str, names: list[str]) -> str | None:
    """Where the first row stands that has more or fewer cells than the first line has names."""
    with path.open(encoding=encoding, newline="", errors="replace") as stream:
        rows = csv.reader(stream, delimiter=delimiter)
        try:
            for row in rows:
                if row and len(row) != len(names):
                    return (
                        f"{path.name}: the row at line {rows.line_num} has {len(row)} cells, the "
                        f"first line names {len(names)} columns. Mend that row, or quote the cell "
                        "that holds the separator."
                    )
        except csv.Error:
            return None
    return None


def _named(names: list[str]) -> list[str]:
    return [name.strip() or f"column {at}" for at, name in enumerate(names, 1)]


def _read_csv(path: Path, options: dict[str, Any]) -> pa.Table:
    with closing(duckdb.connect()) as connection, _literal_path(path) as plain:
        spelled = ", ".join(f"{key} = {_literal(value)}" for key, value in options.items())
        found = connection.sql(f"SELECT * FROM read_csv(?, {spelled})", params=[plain])
        return found.to_arrow_table()


@contextmanager
def _literal_path(path: Path) -> Iterator[str]:
    """A path that DuckDB takes for one file: it would expand *, ? and [ in a name."""
    if not set("*?[") & set(str(path)):
        yield str(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / f"table{path.suffix}"
        link.symlink_to(path.resolve())
        yield str(link)


def _literal(value: Any) -> str:
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return "'" + str(value).replace("'", "''") + "'"


def _query(sql: str, path: Path, name: str) -> pa.Table:
    try:
        with closing(duckdb.connect()) as connection, _literal_path(path) as plain:
            return connection.sql(sql, params=[plain]).to_arrow_table()
    except duckdb.Error as error:
        raise TableError(_said(name, error)) from error


def _head(path: Path, encoding: str) -> str:
    """The first lines as text; refuses binary files and other encodings by name."""
    with path.open("rb") as stream:
        raw = stream.read(HEAD)
    if b"\0" in raw and not encoding.lower().startswith("utf-16"):
        raise TableError(f"{path.name} is a binary file, not a table of text.")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 4 or len(raw) < HEAD:
            raise TableError(_wrong_encoding(path, raw, error.start, encoding)) from error
        text = raw[: error.start].decode(encoding)
    except LookupError as error:
        raise TableError(f"There is no encoding {encoding!r}.") from error
    if not text.strip():
        raise TableError(f"{path.name} is empty: there is not even a line of column names.")
    return text.removeprefix("\ufeff")


def _wrong_encoding(path: Path, raw: bytes, at: int, encoding: str) -> str:
    line = raw[:at].count(b"\n") + 1
    return (
        f"{path.name} is not {encoding}: line {line} holds the byte 0x{raw[at]:02x}. Save it as "
        "UTF-8, or name its encoding, for example encoding='latin-1' (--encoding latin-1)."
    )


def _delimiter(head: str) -> str:
    first = re.sub(r'"[^"]*"', "", head.split("\n", 1)[0])
    counts = {mark: first.count(mark) for mark in (",", ";", "\t", "|")}
    return max(counts, key=lambda mark: counts[mark])


def _no_duplicates(names: list[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1 and name.strip()]
    if twice:
        raise ColumnError(
            f"Column name(s) used more than once: {', '.join(map(repr, twice))}. Rename them; a "
            "name must mean one column."
        )


def _said(name: str, error: Exception) -> str:
    """DuckDB's message cut down to what a person needs."""
    text = str(error)
    line = re.search(r"[Ll]ine:? (\d+)", text)
    where = f" at line {line.group(1)}" if line else ""
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if counts:
        return (
            f"{name}: the row{where} has {counts.group(2)} cells, the first line names "
            f"{counts.group(1)} columns. Mend that row, or quote the cell that holds the separator."
        )
    if re.search(r"unicode|not utf-?8|byte sequence", text, re.IGNORECASE):
        return (
            f"{name} is not UTF-8{where}. Save it as UTF-8, or name its encoding, for example "
            "encoding='latin-1' (--encoding latin-1)."
        )
    first = re.sub(r"\s+", " ", text.split("\n", 1)[0])
    return f"Cannot read {name}{where}: {first}"


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

"""Text tables (CSV, TSV) to Arrow through DuckDB, with errors that name the line.

Notes: §2.1.3
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pellucid.errors import ColumnError, TableError

SPELLINGS = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A")
HEAD = 65_536  # bytes looked at before the file is read
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def from_csv(path: Path, missing: tuple[str, ...], encoding: str, as_written: bool) -> pa.Table:
    """The table of a text file; numbers where a whole column holds numbers, else text.

    Digits that are a name and not an amount (02134, or more than arithmetic keeps) stay text; with
    `as_written` everything does.
    """
    with _in_utf8(path, encoding) as plain:
        return _from_utf8(plain, path.name, missing, as_written)


def _from_utf8(path: Path, name: str, missing: tuple[str, ...], as_written: bool) -> pa.Table:
    head = _head(path, name)
    blank = len(head) - len(head.lstrip("\r\n"))
    first = head[blank:]
    delimiter = "\t" if name.lower().endswith(".tsv") else _delimiter(first)
    names = _first_line(name, first, delimiter)
    refuse_duplicates(names)
    options: dict[str, Any] = {
        "header": True,
        "skip": head[:blank].count("\n"),
        "delim": delimiter,
        "quote": '"',
        "escape": '"',
        "nullstr": [""] if as_written else [*SPELLINGS, *missing],
        "allow_quoted_nulls": not as_written,
        "strict_mode": True,
        "null_padding": False,
    }
    table = _read(path, name, names, delimiter, options, as_written)
    codes = [] if as_written else _codes(path, options, table)
    if codes:
        kinds = ["VARCHAR" if at in codes else _sql_kind(f) for at, f in enumerate(table.schema)]
        table = _read_csv(path, {**options, "types": kinds})
    return table.rename_columns(_named(names))


def _read(
    path: Path, name: str, names: list[str], delimiter: str, options: dict[str, Any], text: bool
) -> pa.Table:
    # Without BOOLEAN and dates: "yes" is a person's word, and 3/4 a date in two countries.
    kinds = (
        {"all_varchar": True} if text else {"auto_type_candidates": [*NUMBERS, "TIME", "VARCHAR"]}
    )
    # The whole file is only looked at twice when the types guessed from its beginning do not hold.
    for rows in (20_480, -1):
        try:
            table = _read_csv(path, {**options, **kinds, "sample_size": rows})
            break
        except duckdb.ConversionException as error:
            if rows == -1:
                raise TableError(said(name, error)) from error
        except duckdb.Error as error:
            raise TableError(_ragged(path, name, delimiter, names) or said(name, error)) from error
    if len(names) != table.num_columns:
        raise TableError(
            _ragged(path, name, delimiter, names)
            or f"{name}: the first line names {len(names)} columns, the rows have "
            f"{table.num_columns}."
        )
    return table


NUMBERS = {"BIGINT": pa.int64(), "DOUBLE": pa.float64()}


def _sql_kind(field: pa.Field) -> str:
    return next((name for name, kind in NUMBERS.items() if field.type == kind), "VARCHAR")


def _codes(path: Path, options: dict[str, Any], table: pa.Table) -> list[int]:
    """Places of the columns of digits that numbers would not give back as written."""
    tests = {
        pa.int64(): "length({c}) > 1 AND ltrim({c})[1] = '0' AND length(trim({c})) > 1",
        pa.float64(): "length({c}) > 16 AND regexp_full_match(trim({c}), '[+-]?[0-9]{{17,}}')",
    }
    asked = [
        (at, tests[f.type].format(c=f'"c{at}"'))
        for at, f in enumerate(table.schema)
        if f.type in tests
    ]
    if not asked or table.num_rows == 0:
        return []
    columns = ", ".join(f"coalesce(bool_or({test}), false)" for _, test in asked)
    names = [f"c{at}" for at in range(table.num_columns)]
    found = _read_csv(path, {**options, "all_varchar": True, "names": names}, columns)
    return [at for (at, _), yes in zip(asked, found.to_pylist()[0].values(), strict=True) if yes]


@contextmanager
def _in_utf8(path: Path, encoding: str) -> Iterator[Path]:
    """The file itself where it is UTF-8; else a copy that is."""
    try:
        known = codecs.lookup(encoding).name
    except LookupError as error:
        raise TableError(f"There is no encoding {encoding!r}.") from error
    if known in ("utf-8", "utf-8-sig", "ascii"):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        line = 1
        try:
            with (
                path.open(encoding=encoding, newline="") as read,
                copy.open("w", encoding="utf-8", newline="") as written,
            ):
                for text in read:
                    written.write(text)
                    line += 1
        except UnicodeError as error:
            raise TableError(
                f"{path.name} is not {encoding}: line {line} or soon after cannot be read so "
                f"({getattr(error, 'reason', error)}). Name its true encoding (--encoding)."
            ) from error
        yield copy


def _first_line(name: str, head: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(head, newline=None), delimiter=delimiter), [])
    except csv.Error as error:
        raise TableError(f"{name}: the first line cannot be read: {error}.") from error


def _ragged(path: Path, name: str, delimiter: str, names: list[str]) -> str | None:
    """Where the first row stands that has more or fewer cells than the first line has names."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
        rows = csv.reader(stream, delimiter=delimiter)
        try:
            for row in rows:
                if row and len(row) != len(names):
                    return (
                        f"{name}: the row at line {rows.line_num} has {len(row)} cells, the "
                        f"first line names {len(names)} columns. Mend that row, or quote the cell "
                        "that holds the separator."
                    )
        except csv.Error:
            return None
    return None


def _named(names: list[str]) -> list[str]:
    return [name.strip() or f"column {at}" for at, name in enumerate(names, 1)]


def _read_csv(path: Path, options: dict[str, Any], columns: str = "*") -> pa.Table:
    with closing(duckdb.connect()) as connection, literal_path(path) as plain:
        spelled = ", ".join(f"{key} = {_literal(value)}" for key, value in options.items())
        found = connection.sql(f"SELECT {columns} FROM read_csv(?, {spelled})", params=[plain])
        return found.to_arrow_table()


@contextmanager
def literal_path(path: Path) -> Iterator[str]:
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


def _head(path: Path, name: str) -> str:
    """The first lines as text; refuses binary files and other encodings by name."""
    with path.open("rb") as stream:
        raw = stream.read(HEAD)
    if raw.startswith(UTF_16):
        raise TableError(f"{name} is UTF-16: say so with encoding='utf-16' (--encoding utf-16).")
    if b"\0" in raw:
        raise TableError(f"{name} is a binary file, not a table of text.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 4 or len(raw) < HEAD:
            raise TableError(_wrong_encoding(name, raw, error.start)) from error
        text = raw[: error.start].decode("utf-8")
    if not text.strip():
        raise TableError(f"{name} is empty: there is not even a line of column names.")
    return text.removeprefix("\ufeff")


def _wrong_encoding(name: str, raw: bytes, at: int) -> str:
    line = raw[:at].count(b"\n") + 1
    return (
        f"{name} is not UTF-8: line {line} holds the byte 0x{raw[at]:02x}. Save it as UTF-8, or "
        "name its encoding, for example encoding='cp1252' (--encoding cp1252)."
    )


def _delimiter(head: str) -> str:
    first = re.sub(r'"[^"]*"', "", head.split("\n", 1)[0])
    counts = {mark: first.count(mark) for mark in (",", ";", "\t", "|")}
    return max(counts, key=lambda mark: counts[mark])


def refuse_duplicates(names: list[str]) -> None:
    """A name must mean one column."""
    twice = [name for name, times in Counter(names).items() if times > 1 and name.strip()]
    if twice:
        raise ColumnError(
            f"Column name(s) used more than once: {', '.join(map(repr, twice))}. Rename them; a "
            "name must mean one column."
        )


def said(name: str, error: Exception) -> str:
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
            "encoding='cp1252' (--encoding cp1252)."
        )
    first = re.sub(r"\s+", " ", text.split("\n", 1)[0])
    return f"Cannot read {name}{where}: {first}"

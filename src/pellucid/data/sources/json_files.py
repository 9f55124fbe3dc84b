"""JSON: a line a row, a list of rows, or a list a column; every value as it stands in the file.

Notes: §2.1.3
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from pellucid.data.sources.python_cells import column_of_cells
from pellucid.errors import TableError

BLOCK_ROWS = 1 << 15


def from_json(path: Path, name: str) -> pa.Table:
    """The rows of a file of JSON.

    Raises
    ------
    TableError
        When it is no JSON, or not rows; names the line.

    Notes: §2.1.3
    """
    try:
        with path.open("rb") as stream:
            first = stream.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
        rows = _lines(path, name) if first != b"[" else None
        columns = _columns(path, name) if rows is None else _by_name(rows, name)
    except UnicodeDecodeError as error:
        raise TableError(f"{name} is not UTF-8, which JSON is. Save it as UTF-8.") from error
    except RecursionError as error:
        raise TableError(f"{name} nests values too deeply to be a table.") from error
    if not columns:
        raise TableError(f'{name} holds no rows: a line is written as {{"height": 1.8}}.')
    return pa.table({key: column_of_cells(values) for key, values in columns.items()})


def json_blocks(path: Path, name: str, rows: int = BLOCK_ROWS) -> Iterator[pa.Table]:
    """The rows of a file with an object a line, some at a time; columns as in the first rows.

    Raises
    ------
    TableError
        When it is no such file, or a later row has a key that the first rows lack; names the line.

    Notes: §2.1.3
    """
    found = _lines(path, name)
    if found is None:
        raise TableError(
            f"{name} is not JSON with an object a line, which is what can be read in blocks. "
            "Write it so, or as Parquet."
        )
    names: list[str] = []
    at = 0
    while some := list(itertools.islice(found, rows)):
        columns = _by_name(iter(some), name)
        strange = [key for key in columns if names and key not in names]
        if strange:
            raise TableError(
                f"{name}: a row after row {at:,} has the key {strange[0]!r}, which none of the "
                f"first {rows:,} rows has. Give it in a row before, or write the file as Parquet."
            )
        names = names or list(columns)
        absent = [None] * len(some)
        yield pa.table({key: column_of_cells(columns.get(key, absent)) for key in names})
        at += len(some)


def _lines(path: Path, name: str) -> Iterator[Any] | None:
    """The objects of a file with one a line; none where the file is one object over many lines."""
    with path.open(encoding="utf-8-sig") as stream:
        first = next((line for line in stream if line.strip()), "")
        second = next((line for line in stream if line.strip()), "")
    try:
        found = json.loads(first)
    except ValueError:
        return None
    by_column = isinstance(found, dict) and found and not second and _is_by_column(found)
    return None if by_column else _each_line(path, name)


def _each_line(path: Path, name: str) -> Iterator[Any]:
    with path.open(encoding="utf-8-sig") as stream:
        for at, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except ValueError as error:
                raise TableError(f"{name}, line {at}: this is no JSON ({error}).") from error


def _is_by_column(found: dict[str, Any]) -> bool:
    kinds = {type(value) for value in found.values()}
    return kinds in ({list}, {dict}) and len({len(value) for value in found.values()}) == 1


def _columns(path: Path, name: str) -> dict[str, list[Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        raise TableError(f"{name} is no JSON: {error}.") from error
    if isinstance(found, dict) and found and _is_by_column(found):
        kept = {k: v if isinstance(v, list) else list(v.values()) for k, v in found.items()}
        keys = [list(v) for v in found.values() if isinstance(v, dict)]
        if not keys or all(each == keys[0] for each in keys):
            return kept
    return _by_name(iter(found if isinstance(found, list) else [found]), name)


def _by_name(rows: Iterator[Any], name: str) -> dict[str, list[Any]]:
    """Values of each key over the rows; null where a row lacks it."""
    columns: dict[str, list[Any]] = {}
    at = 0
    for at, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise TableError(
                f"{name}, row {at}: {json.dumps(row)[:40]} is not a row; a row is an object of "
                'column names and values, as {"height": 1.8}.'
            )
        for key, value in row.items():
            held = columns.get(key)
            if held is None:
                held = columns[key] = []
            if len(held) < at - 1:
                held.extend([None] * (at - 1 - len(held)))
            held.append(value)
    for held in columns.values():
        held.extend([None] * (at - len(held)))
    return columns

"""A table of a SQLite database, read only.

Notes: §2.1.3
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from pellucid.data.sources.python_cells import column_of_cells
from pellucid.errors import TableError

BLOCK_ROWS = 1 << 15


def from_sqlite(path: Path, name: str, table: str) -> pa.Table:
    """The named table, or the only one.

    Raises
    ------
    TableError
        When the file is damaged or no database, or has no such table.

    Notes: §2.1.3
    """
    with closing(sqlite_blocks(path, name, table, -1)) as blocks:
        return next(blocks)


def sqlite_blocks(
    path: Path, name: str, table: str, rows: int = BLOCK_ROWS
) -> Generator[pa.Table, None, None]:
    """The rows of the named table, or the only one, some at a time; −1 is all at once.

    The first block is there also where the table has no rows.

    Raises
    ------
    TableError
        When the file is damaged or no database, or has no such table.

    Notes: §2.1.3
    """
    with _opened(path, name) as base:
        base.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        quoted = _chosen(base, name, table).replace('"', '""')
        told = base.execute(f'PRAGMA table_info("{quoted}")').fetchall()
        truths = {entry[1] for entry in told if str(entry[2]).upper().startswith("BOOL")}
        found = base.execute(f'SELECT * FROM "{quoted}"')
        names = [entry[0] for entry in found.description]
        at = 0
        while (some := found.fetchmany(rows) if rows > 0 else found.fetchall()) or not at:
            columns = list(zip(*some, strict=True)) if some else [()] * len(names)
            yield pa.table(
                [
                    _column(name, c, values, c in truths, at)
                    for c, values in zip(names, columns, strict=True)
                ],
                names=names,
            )
            at += max(len(some), 1)


def count_rows(path: Path, name: str, table: str) -> int:
    """How many rows the named table, or the only one, has.

    Raises
    ------
    TableError
        As `sqlite_blocks`.

    Notes: §2.1.3
    """
    with _opened(path, name) as base:
        quoted = _chosen(base, name, table).replace('"', '""')
        return int(base.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])


@contextmanager
def _opened(path: Path, name: str) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            yield base
    except (sqlite3.Error, sqlite3.Warning, UnicodeError, OverflowError) as error:
        raise TableError(
            f"Cannot read {name} as SQLite: {error}. The file is damaged or no database; restore "
            "it from a copy, or export the table as CSV."
        ) from error


def _chosen(base: sqlite3.Connection, name: str, wanted: str) -> str:
    kinds = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
    tables = [row[0] for row in base.execute(kinds)]
    own = [table for table in tables if not table.startswith("sqlite_")]
    if not wanted and len(own) == 1:
        return str(own[0])
    if wanted not in tables:
        shown = ", ".join(own) or "none"
        raise TableError(
            f"{name} has no table {wanted!r}; its tables are {shown}. Name one as {name}::TABLE."
        )
    return wanted


def _column(file: str, name: str, values: Any, is_boolean: bool, first: int) -> pa.Array:
    bad = next(
        (at for at, v in enumerate(values, first + 1) if isinstance(v, str) and not _is_unicode(v)),
        None,
    )
    if bad is not None:
        raise TableError(
            f"{file}, column {name!r}, row {bad}: the text is not UTF-8. Mend it, or leave the "
            "column out."
        )
    if is_boolean and set(values) <= {0, 1, None}:
        values = [None if v is None else bool(v) for v in values]
    return column_of_cells(values)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= c <= "\udcff" for c in text)

"""A table of a SQLite database, read only.

Notes: §2.1.3
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from pellucid.data.sources.cells import column_of_cells
from pellucid.errors import TableError


def from_sqlite(path: Path, name: str, wanted: str) -> pa.Table:
    """The named table, or the only one.

    Raises
    ------
    TableError
        When the file is damaged or no database, or has no such table.

    Notes: §2.1.3
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            base.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            table = _chosen(base, name, wanted)
            quoted = table.replace('"', '""')
            found = base.execute(f'SELECT * FROM "{quoted}"')
            names = [entry[0] for entry in found.description]
            rows = found.fetchall()
            told = base.execute(f'PRAGMA table_info("{quoted}")').fetchall()
    except (sqlite3.Error, sqlite3.Warning, UnicodeError, OverflowError) as error:
        raise TableError(
            f"Cannot read {name} as SQLite: {error}. The file is damaged or no database; restore "
            "it from a copy, or export the table as CSV."
        ) from error
    truths = {entry[1] for entry in told if str(entry[2]).upper().startswith("BOOL")}
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table(
        [_column(name, c, values, c in truths) for c, values in zip(names, columns, strict=True)],
        names=names,
    )


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


def _column(file: str, name: str, values: Any, truths: bool) -> pa.Array:
    bad = next(
        (at for at, v in enumerate(values, 1) if isinstance(v, str) and not _is_unicode(v)), None
    )
    if bad is not None:
        raise TableError(
            f"{file}, column {name!r}, row {bad}: the text is not UTF-8. Mend it, or leave the "
            "column out."
        )
    if truths and set(values) <= {0, 1, None}:
        values = [None if v is None else bool(v) for v in values]
    return column_of_cells(values)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\udc80" <= c <= "\udcff" for c in text)

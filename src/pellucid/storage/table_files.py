"""A table as the bytes of a file: CSV, Parquet or JSON lines.

Notes: §1.0.3
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pellucid.errors import TableError
from pellucid.storage.csv_text import csv_bytes

if TYPE_CHECKING:
    import pyarrow as pa

WRITTEN = (".csv", ".txt", "", ".parquet", ".jsonl", ".ndjson")


def as_bytes(table: pa.Table, suffix: str, *, header: bool = True) -> bytes:
    """The table as a file of that kind.

    Parameters
    ----------
    table : pa.Table
    suffix : str
        .csv, .parquet or .jsonl.
    header : bool
        Whether a CSV begins with the names of the columns.

    Raises
    ------
    TableError
        For a kind that is not written.

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_bytes(pa.table({"a": [1]}), ".csv")
    b'a\\n1\\n'
    """
    import pyarrow as pa

    refuse_kind(suffix)
    sink = pa.BufferOutputStream()
    if suffix in (".csv", ".txt", ""):
        return csv_bytes(table, header=header)
    if suffix == ".parquet":
        from pyarrow import parquet

        parquet.write_table(table, sink)
    else:
        for row in table.to_pylist():
            sink.write((json.dumps(row, ensure_ascii=False, default=str) + "\n").encode())
    return bytes(sink.getvalue())


def refuse_kind(suffix: str) -> None:
    """Refuse a kind of file that is not written.

    Raises
    ------
    TableError
    """
    if suffix not in WRITTEN:
        raise TableError(f"Cannot write {suffix!r}; choose .csv, .parquet or .jsonl.")

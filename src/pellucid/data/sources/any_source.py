"""From a file, a data frame or an array to an Arrow table, with errors that name the place.

Each kind of file has a reader of its own; here is only which one.

Notes: §2.1.3
"""

from __future__ import annotations

import difflib
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pellucid.data.sources.compressed_files import PACKED, decompressed
from pellucid.data.sources.csv_files import from_csv
from pellucid.data.sources.data_frames import from_array, from_arrow, from_frame
from pellucid.data.sources.json_files import from_json
from pellucid.data.sources.many_files import joined_files, name_of, names_many, paths_of
from pellucid.data.sources.sqlite_files import from_sqlite
from pellucid.data.sources.workbooks import WORKBOOKS, from_workbook
from pellucid.errors import TableError

TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
ARROW_ENDINGS = (".feather", ".arrow", ".ipc")
SQLITE_ENDINGS = (".sqlite", ".db", ".sqlite3")
ENDINGS = (*TEXT_ENDINGS, ".parquet", *JSON_ENDINGS, *ARROW_ENDINGS, *WORKBOOKS)


@dataclass(frozen=True)
class SourceCells:
    """What a source holds.

    Parameters
    ----------
    table : pa.Table
        Its cells.
    name : str
        For messages.
    typed : bool
        Whether it tells missing values itself, so that the text "NA" in it is text.
    delimiter : str
        What parts the cells of a text file.
    """

    table: pa.Table
    name: str
    typed: bool = True
    delimiter: str = ""


def read_source(source: Any, encoding: str = "utf-8") -> SourceCells:
    """The cells of any source.

    Raises
    ------
    TableError
        When it cannot be read; the message says what, where, and what to do.

    Notes: §2.1.3
    """
    if isinstance(source, pa.RecordBatch):
        source = pa.Table.from_batches([source])
    if isinstance(source, pa.Table):
        return SourceCells(from_arrow(source), "an Arrow table")
    if isinstance(source, np.ndarray):
        return SourceCells(from_array(source), "an array")
    if isinstance(source, str | Path):
        return _from_place(str(source), encoding)
    return SourceCells(from_frame(source), f"a {type(source).__module__.split('.')[0]} frame")


def _from_place(source: str, encoding: str) -> SourceCells:
    if source == "-":
        with on_disk(source) as path:
            table, delimiter = from_csv(path, encoding, "standard input")
            return SourceCells(table, "standard input", False, delimiter)
    if re.match(r"[A-Za-z][A-Za-z0-9+.\-]+://", source):
        raise TableError(
            f"{source} is a place on the network, and nothing is fetched from there: download the "
            "file, and give its path."
        )
    if names_many(source):
        return _from_many(paths_of(source, ENDINGS), encoding)
    file, _, inner = source.partition("::")
    path = Path(file)
    refuse_unreadable(path)
    if path.suffix.lower() in SQLITE_ENDINGS or (inner and not _holds_sheets(path)):
        return SourceCells(from_sqlite(path, path.name, inner), path.name)
    if path.stat().st_size == 0:
        raise TableError(f"{path.name} is empty: there is not even a line of column names.")
    with decompressed(path, ENDINGS) as plain:
        return _from_file(plain, path.name, inner, encoding)


def _from_many(paths: list[Path], encoding: str) -> SourceCells:
    """The rows of several files of one kind, one below the other."""
    found: list[SourceCells] = []

    def read(path: Path) -> pa.Table:
        found.append(_from_place(str(path), encoding))
        return found[-1].table

    table = joined_files(paths, read)
    return SourceCells(table, name_of(paths), found[0].typed, found[0].delimiter)


def _holds_sheets(path: Path) -> bool:
    return path.suffix.lower() in WORKBOOKS


def _from_file(path: Path, name: str, inner: str, encoding: str) -> SourceCells:
    ending = path.suffix.lower()
    if path.stat().st_size == 0:
        raise TableError(f"{name} is empty: there is not even a line of column names.")
    if ending in TEXT_ENDINGS:
        table, delimiter = from_csv(path, encoding, name)
        return SourceCells(table, name, False, delimiter)
    if ending in JSON_ENDINGS:
        return SourceCells(from_json(path, name), name)
    if ending in WORKBOOKS:
        return SourceCells(from_workbook(path, name, inner), name, False)
    if ending == ".parquet" or ending in ARROW_ENDINGS:
        return SourceCells(_from_arrow_file(path, name, ending), name)
    raise TableError(
        f"{name} has an ending that is not known; {', '.join(ENDINGS)}, these with "
        f"{', '.join(PACKED)}, and file.sqlite::table are read."
    )


def _from_arrow_file(path: Path, name: str, ending: str) -> pa.Table:
    from pyarrow import feather, parquet

    try:
        if ending == ".parquet":
            return from_arrow(parquet.ParquetFile(path).read())
        with pa.OSFile(str(path)) as stream:
            begins = stream.read(6)
        if begins in (b"ARROW1", b"FEA1"):
            return from_arrow(feather.read_table(str(path), memory_map=False))
        with pa.OSFile(str(path)) as stream:
            return from_arrow(pa.ipc.open_stream(stream).read_all())
    except (pa.ArrowException, OSError, EOFError) as error:
        first = re.sub(r"\s+", " ", str(error).split("\n", 1)[0])[:200]
        raise TableError(f"Cannot read {name}: {first}") from error


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


def refuse_unreadable(path: Path) -> None:
    """What is no file, or may not be read.

    Raises
    ------
    TableError

    Notes: §2.1.3
    """
    if not path.exists():
        there = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, there, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise TableError(f"There is no file {path}.{hint}")
    if not path.is_file():
        raise TableError(f"{path} is no file that can be read twice (a pipe or a device): save it.")
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise TableError(f"Cannot read {path}: {error.strerror}.") from error

"""Blocks from files: Parquet, CSV and JSON lines; one file, several, a pattern, or a folder.

Notes: §2.1.3
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from pellucid.data.blocks.row_batches import Rows
from pellucid.data.blocks.row_blocks import Columns, RowBlocks, select_columns
from pellucid.data.sources.any_source import SQLITE_ENDINGS, TEXT_ENDINGS, refuse_unreadable
from pellucid.data.sources.compressed_files import decompressed
from pellucid.data.sources.csv_files import csv_blocks, refuse_duplicates
from pellucid.data.sources.json_files import json_blocks
from pellucid.data.sources.many_files import ending, name_of, paths_of, refuse_other_columns
from pellucid.data.sources.sqlite_files import count_rows, sqlite_blocks
from pellucid.errors import TableError

BATCH = 1 << 16  # rows decoded at a time
WHOLE = 1 << 26  # bytes of numbers up to which a row group is decoded at once, which is faster
LINES = (".jsonl", ".ndjson")
KINDS = (".parquet", *TEXT_ENDINGS, *LINES)


def file_blocks(source: str, encoding: str = "utf-8") -> RowBlocks:
    """The rows of files, in blocks.

    Raises
    ------
    TableError
        When there is no such file, or its kind is not read in blocks.

    Notes: §2.1.3
    """
    file, _, inner = source.partition("::")
    if Path(file).suffix.lower() in SQLITE_ENDINGS and Path(file).is_file():
        return SqliteBlocks(Path(file), inner)
    paths = paths_of(source, KINDS)
    for path in paths:
        refuse_unreadable(path)
    kind = ending(paths[0])
    if kind == ".parquet":
        return ParquetBlocks(paths)
    if kind in TEXT_ENDINGS or kind in LINES:
        return TextBlocks(paths, encoding)
    raise TableError(
        f"{paths[0].name} cannot be read in blocks: {', '.join(KINDS)} and file.sqlite::table can. "
        "Write it as Parquet, or give more memory (--memory)."
    )


class ParquetBlocks(RowBlocks):
    """Files of Parquet; a piece is a row group.

    Parameters
    ----------
    paths : list of Path

    Raises
    ------
    TableError, ColumnError
        When a file is no Parquet, or has other columns than the first.

    Notes: §2.1.3
    """

    def __init__(self, paths: list[Path]) -> None:
        self.paths = [path.absolute() for path in paths]  # a worker stands in another folder
        self.name = name_of(paths, "Parquet")
        self.groups: list[tuple[int, int, int]] = []  # file, row group, rows
        schemas = []
        for at, path in enumerate(paths):
            with _errors_with_file(path), parquet.ParquetFile(path) as file:
                schemas.append(file.schema_arrow)
                counts = [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)]
            self.groups += [(at, g, n) for g, n in enumerate(counts)]
        refuse_duplicates(schemas[0].names)
        self.names = tuple(schemas[0].names)
        for path, schema in zip(paths, schemas, strict=True):
            refuse_other_columns(path, schema.names, self.names, paths[0])
        ordered = [pa.schema([schema.field(name) for name in self.names]) for schema in schemas]
        try:
            self.schema = pa.unify_schemas(ordered, promote_options="permissive")
        except (pa.ArrowTypeError, pa.ArrowInvalid) as error:
            raise TableError(
                f"{self.name}: a column has types that do not go together ({error})."
            ) from error

    @property
    def pieces(self) -> int:
        return len(self.groups)

    def rows_of(self, at: int) -> int:
        return self.groups[at][2]

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        file_at, group, _ = self.groups[at]
        path = self.paths[file_at]
        wanted = list(self.names if columns is None else columns)
        schema = pa.schema([self.schema.field(name) for name in wanted])
        with _errors_with_file(path, group), parquet.ParquetFile(path, pre_buffer=False) as file:
            for read in _tables(file, group, wanted):
                table = read.select(wanted)
                yield table if table.schema.equals(schema) else table.cast(schema)


def _tables(file: parquet.ParquetFile, group: int, columns: list[str]) -> Iterator[pa.Table]:
    """A row group: as one where it holds numbers and is small, else so many rows at a time."""
    # By one thread: whoever works on the rows has the other cores.
    types = [file.schema_arrow.field(name).type for name in columns]
    if types and all(map(pa.types.is_primitive, types)):
        rows = file.metadata.row_group(group).num_rows
        if rows * sum(kind.bit_width for kind in types) <= 8 * WHOLE:
            yield file.read_row_group(group, columns, use_threads=False)
            return
    for batch in file.iter_batches(BATCH, row_groups=[group], columns=columns, use_threads=False):
        yield pa.Table.from_batches([batch])


@contextmanager
def _errors_with_file(path: Path, group: int | None = None) -> Iterator[None]:
    """Errors of Arrow with the file, and the row group, that they come from."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        where = "" if group is None else f", row group {group}"
        first = re.sub(r"\s+", " ", str(error).split("\n", 1)[0])[:200]
        raise TableError(
            f"{path.name}{where} cannot be read: {first}. Write the file again, or leave it out."
        ) from error


class TextBlocks(RowBlocks):
    """Files of CSV or of JSON lines; a piece is a file.

    Parameters
    ----------
    paths : list of Path
    encoding : str

    Raises
    ------
    TableError, ColumnError
        When a file cannot be read, or has other columns than the first.

    Notes: §2.1.3
    """

    def __init__(self, paths: list[Path], encoding: str = "utf-8") -> None:
        self.paths, self.encoding = [path.absolute() for path in paths], encoding
        kind = "CSV" if ending(paths[0]) in TEXT_ENDINGS else "JSON"
        self.name = name_of(paths, kind)
        self.typed = ending(paths[0]) in LINES
        self.names = self._names(paths[0])

    @property
    def pieces(self) -> int:
        return len(self.paths)

    @cached_property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(path.stat().st_size for path in self.paths)

    def _names(self, path: Path) -> tuple[str, ...]:
        first = next(self._blocks(path, None), None)
        if first is None:
            raise TableError(f"{path.name} holds no rows.")
        return tuple(first.column_names)

    def _blocks(self, path: Path, columns: Columns) -> Iterator[pa.Table]:
        with decompressed(path, KINDS) as plain:
            if self.typed:
                for table in json_blocks(plain, path.name):
                    yield select_columns(table, columns)
            else:
                yield from csv_blocks(plain, self.encoding, path.name, columns)

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        path = self.paths[at]
        if at:
            refuse_other_columns(path, list(self._names(path)), self.names, self.paths[0])
        wanted = self.names if columns is None else tuple(columns)
        for table in self._blocks(path, wanted):
            yield table.select(list(wanted))


class SqliteBlocks(RowBlocks):
    """A table of a SQLite database, in the order in which it gives its rows; one piece.

    Parameters
    ----------
    path : Path
    table : str
        Its name; empty for the only one.

    Raises
    ------
    TableError
        When there is no such table.

    Notes: §2.1.3
    """

    def __init__(self, path: Path, table: str = "") -> None:
        self.paths, self.table, self.name = [path.absolute()], table, path.name
        self.names = tuple(next(sqlite_blocks(path, self.name, table, 1)).column_names)
        self.count = count_rows(path, self.name, table)

    @property
    def pieces(self) -> int:
        return 1

    def rows_of(self, at: int) -> int:
        return self.count

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        for table in sqlite_blocks(self.paths[0], self.name, self.table):
            yield select_columns(table, columns)

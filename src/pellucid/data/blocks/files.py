"""Blocks from files: Parquet, CSV and JSON lines; one file, several, a pattern, or a folder.

Notes: §2.1.3
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from pellucid.data.blocks.rows import Rows
from pellucid.data.blocks.source import Columns, RowBlocks, picked
from pellucid.data.sources.any_source import TEXT_ENDINGS
from pellucid.data.sources.csv_files import csv_blocks, refuse_duplicates
from pellucid.data.sources.json_files import json_blocks
from pellucid.data.sources.packed_files import PACKED, unpacked
from pellucid.errors import ColumnError, TableError

BATCH = 1 << 16  # rows decoded at a time
LINES = (".jsonl", ".ndjson")
KINDS = (".parquet", *TEXT_ENDINGS, *LINES)
PATTERN = re.compile(r"[*?\[]")


def paths_of(source: str) -> list[Path]:
    """The files that a path, a pattern or a folder names, in the order of their names.

    Raises
    ------
    TableError
        When there is none, or they are of several kinds.
    """
    path = Path(source)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and ending(p) in KINDS)
        missing = f"The folder {source} holds no file that is read ({', '.join(KINDS)})."
    elif PATTERN.search(source) and not path.exists():
        found = sorted(Path(p) for p in glob.glob(source, recursive=True) if Path(p).is_file())
        missing = f"No file matches {source}."
    else:
        found, missing = [path], ""
    if not found:
        raise TableError(missing)
    endings = sorted({ending(p) for p in found})
    if len(endings) > 1:
        raise TableError(
            f"{source} names files of several kinds ({', '.join(endings)}): name those of one kind."
        )
    return found


def ending(path: Path) -> str:
    """The ending of a file, below that of its packing."""
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix in PACKED else suffix


def file_blocks(source: str, encoding: str = "utf-8") -> RowBlocks:
    """The rows of files, in blocks.

    Raises
    ------
    TableError
        When there is no such file, or its kind is not read in blocks.

    Notes: §2.1.3
    """
    paths = paths_of(source)
    for path in paths:
        if not path.is_file():
            raise TableError(f"There is no file {path}.")
    kind = ending(paths[0])
    if kind == ".parquet":
        return ParquetBlocks(paths)
    if kind in TEXT_ENDINGS or kind in LINES:
        return TextBlocks(paths, encoding)
    raise TableError(
        f"{paths[0].name} cannot be read in blocks: {', '.join(KINDS)} can. Write it as Parquet, "
        "or give more memory (--memory)."
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
        self.paths = paths
        self.name = paths[0].name if len(paths) == 1 else f"{len(paths):,} Parquet files"
        self.groups: list[tuple[int, int, int]] = []  # file, row group, rows
        schemas = []
        for at, path in enumerate(paths):
            with _named(path), parquet.ParquetFile(path) as file:
                schemas.append(file.schema_arrow)
                counts = [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)]
            self.groups += [(at, g, n) for g, n in enumerate(counts)]
        refuse_duplicates(schemas[0].names)
        self.names = tuple(schemas[0].names)
        for path, schema in zip(paths, schemas, strict=True):
            _refuse_other_columns(path, schema.names, self.names, paths[0])
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
        with _named(path, group), parquet.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(BATCH, row_groups=[group], columns=wanted):
                table = pa.Table.from_batches([batch]).select(wanted)
                yield table if table.schema.equals(schema) else table.cast(schema)


@contextmanager
def _named(path: Path, group: int | None = None) -> Iterator[None]:
    """Errors of Arrow with the file, and the row group, that they come from."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        where = "" if group is None else f", row group {group}"
        first = re.sub(r"\s+", " ", str(error).split("\n", 1)[0])[:200]
        raise TableError(
            f"{path.name}{where} cannot be read: {first}. Write the file again, or leave it out."
        ) from error


def _refuse_other_columns(
    path: Path, names: list[str], wanted: tuple[str, ...], first: Path
) -> None:
    absent = [name for name in wanted if name not in names]
    more = [name for name in names if name not in wanted]
    if absent:
        raise ColumnError(f"{path.name} lacks the column {absent[0]!r} that {first.name} has.")
    if more:
        raise ColumnError(f"{path.name} has a column {more[0]!r} that {first.name} lacks.")


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
        self.paths, self.encoding = paths, encoding
        kind = "CSV" if ending(paths[0]) in TEXT_ENDINGS else "JSON"
        self.name = paths[0].name if len(paths) == 1 else f"{len(paths):,} {kind} files"
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
        with unpacked(path, KINDS) as plain:
            if self.typed:
                for table in json_blocks(plain, path.name):
                    yield picked(table, columns)
            else:
                yield from csv_blocks(plain, self.encoding, path.name, columns)

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        path = self.paths[at]
        if at:
            _refuse_other_columns(path, list(self._names(path)), self.names, self.paths[0])
        wanted = self.names if columns is None else tuple(columns)
        for table in self._blocks(path, wanted):
            yield table.select(list(wanted))

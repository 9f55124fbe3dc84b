"""Predictions for rows of any number: read, answered and written a piece at a time, in order.

Notes: §1.0.7, §2.5.6
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, cast

import pyarrow as pa
from pyarrow import parquet

from pellucid.data.blocks.dask_client import client_at
from pellucid.data.blocks.dask_passes import DaskPasses
from pellucid.data.blocks.file_blocks import TextBlocks
from pellucid.data.blocks.ordered_map import ordered_map
from pellucid.data.blocks.row_blocks import MemoryBlocks, RowBlocks
from pellucid.data.blocks.tiles import Tile, tiles
from pellucid.data.columns.notation import PLAIN_NOTATION, Notation
from pellucid.data.sources.any_source import SourceCells, read_source
from pellucid.data.sources.csv_lines import LineFile, Lines, plain_lines
from pellucid.data.table import Kind
from pellucid.data.table_reader import Notations, read_by_schema, refuse_absent
from pellucid.errors import TableError
from pellucid.jobs.on_blocks.any_size import blocks_of, refuse_whole
from pellucid.storage.table_files import as_bytes

Progress = Callable[[int], None]


@dataclass(frozen=True)
class RowPredictor:
    """A machine, and how the rows that it is asked about are read.

    Parameters
    ----------
    machine : Machine, ClusterMachine or EncodingMachine
    missing : tuple of str
        Further spellings of "missing".
    notations : Notations
        What is said of the notation of these rows.
    encoding : str
    """

    machine: Any
    missing: tuple[str, ...]
    notations: Notations
    encoding: str

    def answers(self, rows: pa.Table, first: int, typed: bool) -> dict[str, pa.Array]:
        """The columns that the machine adds to some rows."""
        table = read_by_schema(
            SourceCells(rows, "the table", typed),
            self.machine.input_schema,
            self.missing,
            self.notations,
            first,
        )
        return {name: pa.array(values) for name, values in self.machine.answers(table).items()}

    def widened(self, tile: Tile, typed: bool) -> pa.Table:
        """A tile's rows as written, with what the machine adds.

        Raises
        ------
        TableError
            When there is a column of such a name already.
        """
        rows: Any = tile.rows
        for name, column in self.answers(rows, tile.first, typed).items():
            if name in rows.column_names:
                raise TableError(f"The table already has a column {name!r}; rename it first.")
            rows = rows.append_column(name, column)
        return rows


def source_of(data: Any, encoding: str) -> RowBlocks:
    """The rows of a source in blocks; those of one that is only read whole, from memory."""
    found = blocks_of(data, encoding) if isinstance(data, str) else None
    if found is not None:
        return found
    whole = read_source(data, encoding)
    return MemoryBlocks(whole.table, name=whole.name, typed=whole.typed)


def tiles_with_answers(predictor: RowPredictor, source: RowBlocks) -> Iterator[pa.Table]:
    """The rows of a source with what the machine adds, a tile at a time.

    Raises
    ------
    ColumnError
        When a column of training is absent.

    Notes: §2.5.6
    """
    refuse_absent([e["name"] for e in predictor.machine.input_schema], source.names, source.name)
    job = partial(predictor.widened, typed=source.typed)
    yield from ordered_map(tiles(source.blocks(), source.tile), job)


def write_predictions(
    predictor: RowPredictor,
    data: Any,
    stream: BinaryIO,
    suffix: str,
    on_rows: Progress | None = None,
    cluster: str | None = None,
) -> int:
    """Write the table with what the machine adds, as a file of a kind; the number of rows.

    Parameters
    ----------
    predictor : RowPredictor
    data : str or what `read_table` takes
    stream : binary stream
    suffix : str
        .csv, .parquet or .jsonl.
    on_rows : callable (rows) or None
        Called with the number of rows written so far.
    cluster : str or None
        Address of the Dask cluster whose workers read and answer the rows.

    Raises
    ------
    ColumnError, TableError
        When the rows cannot be read as in training, or the kind is not written.
    ClusterError
        When the cluster does not answer, or is lost.

    Notes: §2.5.6
    """
    on_rows = on_rows or (lambda rows: None)
    if cluster is not None:
        found = blocks_of(str(data), predictor.encoding)
        refuse_whole(found, str(data), cluster)
        return _write_by_cluster(
            predictor, cast(RowBlocks, found), stream, suffix, on_rows, cluster
        )
    source = source_of(data, predictor.encoding)
    if suffix in (".csv", ".txt", "") and isinstance(source, TextBlocks):
        files = _plain_files(predictor, source)
        if files:
            pieces = _lines_with_answers(predictor, source, files)
            return _write_all(pieces, source, stream, suffix, on_rows)
    tables = ((table, len(table)) for table in tiles_with_answers(predictor, source))
    return _write_all(tables, source, stream, suffix, on_rows)


def _write_all(
    found: Iterator[tuple[Any, int]], source: RowBlocks, stream: BinaryIO, suffix: str,
    on_rows: Progress,
) -> int:  # fmt: skip
    """Write tables, or pieces of a file that are finished, with their numbers of rows; all rows."""
    write = _writer(stream, suffix)
    rows = 0
    for part, count in found:
        write(part, rows == 0)
        rows += count
        on_rows(rows)
    if not rows:
        raise TableError(f"{source.name} has column names but no rows.")
    write(None, False)
    return rows


def _write_by_cluster(
    predictor: RowPredictor, source: RowBlocks, stream: BinaryIO, suffix: str, on_rows: Progress,
    cluster: str,
) -> int:  # fmt: skip
    """Workers read, answer and spell the rows; what they made is written here in order."""
    refuse_absent([e["name"] for e in predictor.machine.input_schema], source.names, source.name)
    job = partial(_finished, predictor, source.typed, suffix)
    with client_at(cluster) as client:
        made = DaskPasses(client).map_tiles(source, job)
        return _write_all(made, source, stream, suffix, on_rows)


def _finished(predictor: RowPredictor, typed: bool, suffix: str, tile: Tile) -> tuple[Any, int]:
    """A tile's rows with their answers, as bytes of the file where its pieces may be joined."""
    table = predictor.widened(tile, typed)
    joined = suffix != ".parquet"
    return as_bytes(table, suffix, header=tile.first == 0) if joined else table, len(table)


def _writer(stream: BinaryIO, suffix: str) -> Callable[[Any, bool], None]:
    """What writes one table, or finished piece, after the other, and None at the end."""
    if suffix != ".parquet":

        def write(part: Any, first: bool) -> None:
            if part is not None:
                spelled = not isinstance(part, pa.Table)
                stream.write(part if spelled else as_bytes(part, suffix, header=first))

        return write
    writers: list[Any] = []

    def write_groups(table: pa.Table | None, first: bool) -> None:
        if table is None:
            writers[0].close()
            return
        if not writers:
            writers.append(parquet.ParquetWriter(stream, table.schema))
        writers[0].write_table(table.cast(writers[0].schema))

    return write_groups


def _plain_files(predictor: RowPredictor, source: TextBlocks) -> list[LineFile]:
    """The files of a source where all are plain lines; else none."""
    if source.typed or predictor.encoding.lower().replace("_", "-") not in ("utf-8", "ascii"):
        return []
    files = [plain_lines(path) for path in source.paths]
    found = [f for f in files if f is not None and tuple(f.names) == source.names]
    return found if len(found) == len(files) else []


def _lines_with_answers(
    predictor: RowPredictor, source: TextBlocks, files: list[LineFile]
) -> Iterator[tuple[Any, int]]:
    """Lines as they are, with the answers behind them; before them the names of the columns."""
    wanted = [entry["name"] for entry in predictor.machine.input_schema]
    header = list(source.names)
    refuse_absent(wanted, header, source.name)
    numbers = _plain_numbers(predictor)

    def job(lines: Lines) -> tuple[list[str], pa.Buffer, int]:
        rows = lines.cells(wanted, numbers)
        added = predictor.answers(rows, lines.first, False)
        return list(added), lines.widened(list(added.values())), len(rows)

    for at, (names, content, count) in enumerate(ordered_map(_pieces(files), job)):
        if at == 0:
            twice = [name for name in names if name in header]
            if twice:
                raise TableError(f"The table already has a column {twice[0]!r}; rename it first.")
            empty = pa.table({name: pa.array([], pa.string()) for name in [*header, *names]})
            yield as_bytes(empty, ".csv"), 0
        yield content, count


def _pieces(files: list[LineFile]) -> Iterator[Lines]:
    first = 0
    for file in files:
        for lines in file.pieces(first):
            yield lines
            first = lines.first + lines.raw.count(b"\n")


def _plain_numbers(predictor: RowPredictor) -> list[str]:
    """Columns of numbers as Python writes them, of which nothing else is said."""
    if predictor.missing:
        return []
    found = []
    for entry in predictor.machine.input_schema:
        notation = Notation.of(entry.get("notation"))
        plain = notation.plain_number and not notation.missing
        said = predictor.notations.told(entry["name"], notation)
        if entry["kind"] == Kind.NUMERIC and plain and said == PLAIN_NOTATION:
            found.append(entry["name"])
    return found


def predictor_of(
    machine: Any,
    encoding: str = "utf-8",
    missing: Any = (),
    decimal: Any = (),
    thousands: Any = (),
    date_format: Any = (),
) -> RowPredictor:
    """A machine and what a person says of how new rows are read."""
    notations = Notations.of(decimal, thousands, date_format)
    spelled = (missing,) if isinstance(missing, str) else tuple(missing)
    return RowPredictor(machine, spelled, notations, encoding)

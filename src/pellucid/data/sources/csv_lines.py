"""A plain CSV file in pieces of whole lines: the cells of some columns, and the lines themselves.

Plain is a file in UTF-8 with commas, without comments, and without quotes or carriage returns below
the names: there a line is a row, and what is put behind it makes a wider row without writing the
other cells again.

Notes: §2.1.3
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from pellucid.data.sources.compressed_files import PACKED
from pellucid.data.sources.csv_files import (
    Layout,
    arrow_message,
    arrow_options,
    full_names,
    has_comments,
    layout_of,
    short_names,
    uneven_row,
)
from pellucid.errors import TableError
from pellucid.storage.csv_text import csv_cells, rows_of

PIECE = 1 << 24  # bytes
NOT_PLAIN = (b'"', b"\r", b"\0")


@dataclass(frozen=True)
class LineFile:
    """A plain CSV file.

    Parameters
    ----------
    path : Path
    layout : Layout
    """

    path: Path
    layout: Layout

    @property
    def names(self) -> list[str]:
        """Its columns."""
        return full_names(self.layout.names)

    def pieces(self, first: int = 0) -> Iterator[Lines]:
        """Its rows in pieces, `first` being the place of the first row."""
        left = b""
        with self.path.open("rb") as stream:
            stream.seek(self.layout.skip)
            while raw := stream.read(PIECE):
                raw = left + raw
                cut = raw.rfind(b"\n") + 1
                left = raw[cut:]
                if cut:
                    yield Lines(self, first, raw[:cut])
                    first += raw.count(b"\n", 0, cut)
        if left:
            yield Lines(self, first, left + b"\n")


@dataclass(frozen=True)
class Lines:
    """Some whole lines of a file.

    Parameters
    ----------
    file : LineFile
    first : int
        The place of the first of them; blank lines count.
    raw : bytes
    """

    file: LineFile
    first: int
    raw: bytes

    def cells(self, columns: Sequence[str], numbers: Sequence[str]) -> pa.Table:
        """Cells of some columns: as text; of `numbers` as floats where all of them are.

        Raises
        ------
        TableError
            When a row has more or fewer cells than there are columns; names the line.
        """
        layout, name = self.file.layout, self.file.path.name
        short = dict(zip(self.file.names, short_names(layout), strict=True))
        types: dict[str, pa.DataType] = {c: pa.string() for c in short.values()}
        as_floats: Mapping[str, pa.DataType] = {short[c]: pa.float64() for c in numbers}
        for asked in ({**types, **as_floats}, types):
            options = arrow_options(layout, False)
            options["convert_options"] = arrow_csv.ConvertOptions(
                column_types=asked,
                null_values=[""],
                strings_can_be_null=True,
                include_columns=[short[c] for c in columns],
            )
            options["read_options"].use_threads = False
            try:
                found = arrow_csv.read_csv(pa.BufferReader(self.raw), **options)
                return found.rename_columns(list(columns))
            except pa.ArrowInvalid as error:
                refused = error
        raise TableError(
            uneven_row(self.file.path, name, layout) or arrow_message(self.file.path, name, refused)
        ) from refused

    @property
    def texts(self) -> pa.Array:
        """The lines without their ends; blank ones are left out, as no row stands in them."""
        raw = np.frombuffer(self.raw, np.uint8)
        ends = np.flatnonzero(raw == ord("\n")) + 1
        offsets = np.concatenate([[0], ends]).astype(np.int32)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self.raw)]
        lines = pc.utf8_rtrim(pa.Array.from_buffers(pa.string(), len(ends), buffers), "\n")
        return lines.filter(pc.not_equal(pc.binary_length(lines), 0))

    def widened(self, columns: Sequence[pa.Array]) -> pa.Buffer:
        """The lines with a cell of each column behind them, as bytes of a file.

        Raises
        ------
        TableError
            When there are not as many lines as rows.
        """
        lines = self.texts
        if any(len(column) != len(lines) for column in columns):
            raise TableError(
                f"{self.file.path.name} holds lines that are no rows, near row "
                f"{self.first + 1:,}: take them out."
            )
        cells = [csv_cells(column) for column in columns]
        return rows_of([lines, *cells])


def plain_lines(path: Path) -> LineFile | None:
    """The file where it is plain; None where it is not, and has to be read and written as a whole.

    Notes: §2.1.3
    """
    if path.suffix.lower() in PACKED or path.suffix.lower() not in (".csv", ".txt"):
        return None
    if has_comments(path):
        return None
    layout = layout_of(path, path.name)
    if layout.delimiter != "," or len(layout.names) < 2:
        return None
    with path.open("rb") as stream:
        stream.seek(layout.skip)
        for piece in iter(lambda: stream.read(PIECE), b""):
            if any(mark in piece for mark in NOT_PLAIN):
                return None
    return LineFile(path, layout)

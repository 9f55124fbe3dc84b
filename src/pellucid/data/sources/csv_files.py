"""Text tables (CSV, TSV): every cell as the text it is, with errors that name the line.

What a cell means is decided later, over the whole column; here are only rows, cells and encodings.

Notes: §2.1.3
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import csv as arrow_csv

from pellucid.errors import ColumnError, TableError

HEAD = 65_536  # bytes in which the first rows are looked for; a longer first line is read whole
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BLOCK = 1 << 22
MARKS = (",", ";", "\t", "|")
# The line by which spreadsheets say, above the names, what separates the cells.
SAID_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out: where its rows begin, what parts cells, and their names."""

    delimiter: str
    names: tuple[str, ...]
    skip: int  # bytes before the first row


def from_csv(path: Path, encoding: str = "utf-8", name: str = "") -> tuple[pa.Table, str]:
    """The cells of a text file as text, empty ones null; and what parts them.

    Raises
    ------
    TableError
        When it is no table of text; names the line.
    ColumnError
        When a name is used more than once.

    Notes: §2.1.3
    """
    name = name or path.name
    with _in_utf8(path, encoding) as plain, _without_comments(plain, name) as rows:
        layout = layout_of(rows, name)
        refuse_duplicates(list(layout.names))
        return _cells(rows, name, layout).rename_columns(full_names(layout.names)), layout.delimiter


def csv_blocks(
    path: Path, encoding: str = "utf-8", name: str = "", columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """The cells of a text file as text, some rows at a time; of some columns where named.

    The first block may be without rows: it has the names all the same.

    Raises
    ------
    TableError
        When it is no table of text; names the line.

    Notes: §2.1.3
    """
    name = name or path.name
    with _in_utf8(path, encoding) as plain, _without_comments(plain, name) as rows:
        layout = layout_of(rows, name)
        refuse_duplicates(list(layout.names))
        names = full_names(layout.names)
        wanted = names if columns is None else list(columns)
        short = dict(zip(names, short_names(layout), strict=True))
        yield pa.table({full: pa.array([], pa.string()) for full in wanted})
        try:
            with rows.open("rb") as stream:
                stream.seek(layout.skip)
                for batch in _batches(stream, rows, name, layout, [short[c] for c in wanted]):
                    yield pa.Table.from_batches([batch]).rename_columns(wanted)
        except pa.ArrowInvalid as error:
            told = uneven_row(rows, name, layout)
            raise TableError(told or arrow_message(rows, name, error)) from error


def _batches(
    stream: BinaryIO, path: Path, name: str, layout: Layout, columns: list[str]
) -> Iterator[pa.RecordBatch]:
    quoted = is_quoted(path, name, layout)
    if not stream.read(1):
        return
    stream.seek(-1, io.SEEK_CUR)
    options = arrow_options(layout, quoted)
    options["convert_options"].include_columns = columns
    yield from arrow_csv.open_csv(stream, **options)


def layout_of(path: Path, name: str) -> Layout:
    """How a text file in UTF-8, without comments, is laid out.

    Raises
    ------
    TableError
        When it is binary, empty, or in another encoding.
    """
    head = _head(path, name)
    blank = len(head) - len(head.lstrip("\r\n"))
    said = SAID_SEPARATOR.match(head, blank)
    blank = said.end() if said else blank
    with path.open("rb") as stream:
        mark = 3 if stream.read(3) == codecs.BOM_UTF8 else 0
    first = head[blank:]
    delimiter = "\t" if name.lower().endswith((".tsv", ".tab")) else _delimiter(first)
    delimiter = said[1] if said else delimiter
    reader = csv.reader(io.StringIO(first, newline=""), delimiter=delimiter)
    try:
        names = next(reader, [])
    except csv.Error as error:
        raise TableError(f"{name}: the first line cannot be read: {error}.") from error
    lines = itertools.islice(io.StringIO(first, newline=""), max(reader.line_num, 1))
    return Layout(delimiter, tuple(names), mark + blank + len("".join(lines).encode()))


def _cells(path: Path, name: str, layout: Layout) -> pa.Table:
    quoted = is_quoted(path, name, layout)
    try:
        with path.open("rb") as stream:
            stream.seek(layout.skip)
            return _parsed(stream, layout, quoted)
    except pa.ArrowInvalid as error:
        told = uneven_row(path, name, layout)
        raise TableError(told or arrow_message(path, name, error)) from error


def is_quoted(path: Path, name: str, layout: Layout) -> bool:
    """Whether quotes stand in the file; one that is never closed raises an error."""
    quotes = _count(path, b'"')
    if quotes % 2:
        _refuse_open_quote(path, name, layout.delimiter)
    return quotes > 0


def short_names(layout: Layout) -> list[str]:
    """Names for Arrow, which has none that are empty or alike."""
    return [f"c{at}" for at in range(len(layout.names))]


def _parsed(stream: BinaryIO, layout: Layout, quoted_newlines: bool) -> pa.Table:
    if not stream.read(1):
        return pa.table({c: pa.array([], pa.string()) for c in short_names(layout)})
    stream.seek(-1, io.SEEK_CUR)
    return arrow_csv.read_csv(stream, **arrow_options(layout, quoted_newlines))


def arrow_options(layout: Layout, quoted_newlines: bool) -> dict[str, Any]:
    """How Arrow reads the cells: all of them as text, empty ones null."""
    columns = short_names(layout)
    return {
        "read_options": arrow_csv.ReadOptions(column_names=columns, block_size=BLOCK),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=quoted_newlines,
            # The only cell of a row may be missing; of several cells, one must be there.
            ignore_empty_lines=len(columns) > 1,
        ),
        "convert_options": arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    }


def _count(path: Path, byte: bytes) -> int:
    """How often a byte occurs, a piece of the file at a time."""
    with path.open("rb") as stream:
        return sum(piece.count(byte) for piece in iter(lambda: stream.read(BLOCK), b""))


def _refuse_open_quote(path: Path, name: str, delimiter: str) -> None:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
        rows = csv.reader(stream, delimiter=delimiter, strict=True)
        begun = 1
        try:
            for _ in rows:
                begun = rows.line_num + 1
        except csv.Error as error:
            if "end of data" in str(error):
                raise TableError(
                    f'{name}: a quote (") that is opened in the row at line {begun} is never '
                    "closed, so the rest of the file would be one cell. Close it, or double it."
                ) from error


@contextmanager
def _in_utf8(path: Path, encoding: str) -> Iterator[Path]:
    """The file itself where it is UTF-8; else a copy that is."""
    try:
        known = codecs.lookup(encoding).name
    except LookupError as error:
        raise TableError(f"There is no encoding {encoding!r}.") from error
    if known in ("utf-8", "utf-8-sig", "ascii"):
        with path.open("rb") as stream:
            told = stream.read(4)
        if told.startswith(UTF_16):
            known = encoding = "utf-16"
        else:
            yield path
            return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        _recode(path, copy, encoding)
        yield copy


def _recode(path: Path, copy: Path, encoding: str) -> None:
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


@contextmanager
def _without_comments(path: Path, name: str) -> Iterator[Path]:
    """The file itself where no line is a comment (#); else a copy without these lines.

    Above the names every line that begins with # is one, but for names that begin so themselves;
    below them, one that has not as many cells as there are names.
    """
    if not has_comments(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        with path.open("rb") as read, copy.open("wb") as written:
            for line in _rows_of(read):
                written.write(line)
        yield copy


def has_comments(path: Path) -> bool:
    """Whether a line begins with #; a piece of the file at a time."""
    before = b"\n"
    with path.open("rb") as stream:
        if stream.read(3) != codecs.BOM_UTF8:
            stream.seek(0)
        for piece in iter(lambda: stream.read(BLOCK), b""):
            if b"\n#" in before + piece[:1] or b"\n#" in piece:
                return True
            before = piece[-1:]
    return False


def _rows_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines that are no comments, from the names on."""
    above: list[bytes] = []
    names = b""
    for line in stream:
        if line.removeprefix(codecs.BOM_UTF8).startswith(b"#"):
            above.append(line.removeprefix(codecs.BOM_UTF8))
        elif line.strip():
            names = line
            break
    delimiter = _delimiter(names.decode("utf-8", "replace")).encode()
    width = _width(names, delimiter)
    if (
        above
        and width > 1
        and _width(above[-1], delimiter) == width
        and _are_names(above[-1], names)
    ):
        yield above[-1].lstrip(b"# ")
    yield names
    open_quote = names.count(b'"') % 2 == 1
    for line in stream:
        comment = not open_quote and line.startswith(b"#") and _width(line, delimiter) != width
        if not comment:
            open_quote ^= line.count(b'"') % 2 == 1
            yield line


def _width(line: bytes, delimiter: bytes) -> int:
    return re.sub(rb'"[^"]*"', b"", line).count(delimiter) + 1


def _are_names(above: bytes, first: bytes) -> bool:
    """Whether a line of # names columns: it holds no number, and the row below it does."""
    number = rb"(?:^|[,;\t|])\s*[+-]?[\d.]+\s*(?:$|[,;\t|\r\n])"
    return not re.search(number, above) and re.search(number, first) is not None


def uneven_row(path: Path, name: str, layout: Layout) -> str | None:
    """Where the first row stands that has more or fewer cells than the first line has names."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
        if not SAID_SEPARATOR.fullmatch(stream.readline()):
            stream.seek(0)
        rows = csv.reader(stream, delimiter=layout.delimiter)
        try:
            for row in rows:
                if row and len(row) != len(layout.names):
                    return (
                        f"{name}: the row at line {rows.line_num} has {len(row)} cells, the "
                        f"first line names {len(layout.names)} columns. Mend that row, or quote "
                        "the cell that holds the separator."
                    )
        except csv.Error:
            return None
    return None


def full_names(names: tuple[str, ...]) -> list[str]:
    """The names of columns; a place for one that has none."""
    return [name.strip() or f"column {at}" for at, name in enumerate(names, 1)]


def _head(path: Path, name: str) -> str:
    """The first lines as text, at least one whole; refuses binary files and other encodings."""
    with path.open("rb") as stream:
        raw = stream.read(HEAD)
        while len(raw) % HEAD == 0 and raw and b"\n" not in raw.lstrip(b"\r\n"):
            more = stream.read(HEAD)
            raw += more
            if not more:
                break
    if b"\0" in raw:
        raise TableError(
            f"{name} is a binary file, not a table of text. (Text in UTF-16 without its mark is "
            "read with encoding='utf-16-le', --encoding utf-16-le.)"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 4 or len(raw) < HEAD:
            raise TableError(_wrong_encoding(name, raw, error.start)) from error
        text = raw[: error.start].decode("utf-8")
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise TableError(f"{name} is empty: there is not even a line of column names.")
    return text


def _wrong_encoding(name: str, raw: bytes, at: int) -> str:
    line = raw[:at].count(b"\n") + 1
    return (
        f"{name} is not UTF-8: line {line} holds the byte 0x{raw[at]:02x}. Save it as UTF-8, or "
        "name its encoding, for example encoding='cp1252' (--encoding cp1252)."
    )


def _delimiter(head: str) -> str:
    first = re.sub(r'"[^"]*"', "", head.split("\n", 1)[0])
    counts = {mark: first.count(mark) for mark in MARKS}
    return max(counts, key=lambda mark: counts[mark])


def refuse_duplicates(names: list[str]) -> None:
    """A name must mean one column."""
    twice = [name for name, times in Counter(names).items() if times > 1 and name.strip()]
    if twice:
        raise ColumnError(
            f"Column name(s) used more than once: {', '.join(map(repr, twice))}. Rename them; a "
            "name must mean one column."
        )


def arrow_message(path: Path, name: str, error: Exception) -> str:
    """Arrow's message cut down to what a person needs."""
    text = str(error)
    if re.search(r"unicode|utf-?8|byte sequence", text, re.IGNORECASE):
        at = _undecodable_line(path)
        return (
            f"{name} is not UTF-8: line {at} cannot be read so. Save it as UTF-8, or name its "
            "encoding, for example encoding='cp1252' (--encoding cp1252)."
        )
    first = re.sub(r"\s+", " ", text.split("\n", 1)[0])[:200]
    return f"Cannot read {name}: {first}"


def _undecodable_line(path: Path) -> int:
    with path.open("rb") as stream:
        for at, line in enumerate(stream, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return at
    return 0

"""Compressed files (.gz, .bz2, .xz, .zst, .zip), unpacked into a temporary folder.

Notes: §2.1.3
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from pellucid.errors import TableError

PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip")
OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


@contextmanager
def decompressed(path: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """The file itself; or, where it is compressed, what is in it, in a temporary folder.

    Raises
    ------
    TableError
        When it is damaged, or an archive does not hold exactly one table.

    Notes: §2.1.3
    """
    ending = path.suffix.lower()
    if ending not in PACKED:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        inner = path.stem
        try:
            with _opened(path, ending, endings) as (stream, named):
                inner = named or inner
                copy = Path(folder) / Path(inner).name
                with copy.open("wb") as written:
                    shutil.copyfileobj(stream, written, 1 << 20)
        except (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile) as error:
            raise TableError(f"Cannot unpack {path.name}: {error}.") from error
        except (RuntimeError, NotImplementedError) as error:
            raise TableError(f"Cannot unpack {path.name}: {error}.") from error
        yield copy


@contextmanager
def _opened(path: Path, ending: str, endings: tuple[str, ...]) -> Iterator[tuple[IO[bytes], str]]:
    if ending == ".zip":
        with zipfile.ZipFile(path) as archive:
            name = _only_table(path.name, archive.namelist(), endings)
            with archive.open(name) as stream:
                yield stream, name
        return
    if ending in OPENERS:
        found: Any = OPENERS[ending](path)
    else:
        found = pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")
    with found as stream:
        yield stream, ""


def _only_table(archive: str, names: list[str], endings: tuple[str, ...]) -> str:
    tables = [
        name
        for name in names
        if Path(name).suffix.lower() in endings and not name.startswith("__MACOSX/")
    ]
    if len(tables) == 1:
        return tables[0]
    shown = ", ".join(tables[:5]) or "none"
    raise TableError(
        f"{archive} must hold one table; it holds {shown}. Unpack it, and name the one you mean."
    )

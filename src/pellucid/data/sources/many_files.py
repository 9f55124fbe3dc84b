"""Several files as one table: a pattern, or a folder; in the order of their names.

Notes: §2.1.3
"""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from pellucid.data.sources.compressed_files import PACKED
from pellucid.errors import ColumnError, TableError

PATTERN = re.compile(r"[*?\[]")


def names_many(source: str) -> bool:
    """Whether a source is a pattern or a folder, rather than a file."""
    path = Path(source)
    return path.is_dir() or (bool(PATTERN.search(source)) and not path.exists())


def paths_of(source: str, kinds: Sequence[str]) -> list[Path]:
    """The files that a path, a pattern or a folder names, in the order of their names.

    Parameters
    ----------
    source : str
    kinds : sequence of str
        Endings that are taken from a folder.

    Raises
    ------
    TableError
        When there is none, or they are of several kinds.

    Notes: §2.1.3
    """
    path = Path(source)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and ending(p) in kinds)
        missing = f"The folder {source} holds no file that is read ({', '.join(kinds)})."
    elif names_many(source):
        found = sorted(Path(p) for p in glob.glob(source, recursive=True) if Path(p).is_file())
        missing = f"No file matches {source}."
    else:
        found, missing = [path], ""
    if not found:
        raise TableError(missing)
    endings = sorted({ending(p) for p in found})
    if len(endings) > 1:
        raise TableError(
            f"{source} names files of several kinds ({', '.join(endings)}): name those of one "
            f"kind, such as '{path / '*' if path.is_dir() else '*'}{endings[0]}'."
        )
    return found


def ending(path: Path) -> str:
    """The ending of a file, below that of its packing."""
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix in PACKED else suffix


def refuse_other_columns(
    path: Path, names: Sequence[str], expected: Sequence[str], first: Path
) -> None:
    """A file must have the columns of the first.

    Raises
    ------
    ColumnError
        Names the file and the column.
    """
    absent = [name for name in expected if name not in names]
    more = [name for name in names if name not in expected]
    if absent:
        raise ColumnError(f"{path.name} lacks the column {absent[0]!r} that {first.name} has.")
    if more:
        raise ColumnError(f"{path.name} has a column {more[0]!r} that {first.name} lacks.")


def joined_files(paths: Sequence[Path], read: Callable[[Path], pa.Table]) -> pa.Table:
    """The rows of files one below the other.

    Raises
    ------
    ColumnError
        When a file has other columns than the first.

    Notes: §2.1.3
    """
    from pellucid.data.blocks.row_batches import concatenate_rows

    tables = [read(path) for path in paths]
    first = tables[0].column_names
    for path, table in zip(paths, tables, strict=True):
        refuse_other_columns(path, table.column_names, first, paths[0])
    found = concatenate_rows([table.select(first) for table in tables])
    assert isinstance(found, pa.Table)
    return found


def name_of(paths: Sequence[Path], kind: str = "") -> str:
    """What files are called in messages: the name of the only one, or how many there are."""
    if len(paths) == 1:
        return paths[0].name
    kind = kind or ending(paths[0]).removeprefix(".")
    return f"{len(paths):,} {kind} files"

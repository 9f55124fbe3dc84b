"""A job on a source of any size: in memory where the rows go in, else in blocks.

Notes: §2.1.3, §2.5.6
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pellucid.data.blocks.files import KINDS, file_blocks
from pellucid.data.blocks.source import RowBlocks
from pellucid.data.reading import read_table
from pellucid.data.sources.any_source import SQLITE_ENDINGS
from pellucid.data.sources.many_files import ending, names_many
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.jobs.on_blocks.fit_on_blocks import fit_on_blocks
from pellucid.jobs.on_blocks.in_memory import Room

Say = Callable[[str, float], None]


def blocks_of(source: str, encoding: str = "utf-8") -> RowBlocks | None:
    """The rows of files in blocks; None where a source is only read whole.

    Raises
    ------
    TableError, ColumnError
        When files cannot be read, or do not go together.

    Notes: §2.1.3
    """
    path = Path(source.partition("::")[0])
    if names_many(source):
        return file_blocks(source, encoding)
    if not path.is_file() or not path.stat().st_size:
        return None
    if path.suffix.lower() in SQLITE_ENDINGS or ending(path) in KINDS:
        return file_blocks(source, encoding)
    return None


def fit_any_size(data: str, settings: Settings, say: Say) -> FitResult:
    """`fit_table` where the rows go into the memory that the job may take, else `fit_on_blocks`.

    Raises
    ------
    PellucidError
        As those.

    Notes: §1.0.3, §2.5.6
    """
    room = Room.of(settings.memory)
    source = blocks_of(data, settings.encoding or "utf-8")
    if source is not None and not room.holds(source):
        return fit_on_blocks(source, settings, room, say)
    say("reading the table", 0.0)
    return fit_table(read_table(data, **settings.reading()), settings, progress=say)

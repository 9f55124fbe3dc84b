"""Where the rows of a source go: into memory where it holds them, else they stay in blocks.

Notes: §2.1.3, §2.5.6
"""

from __future__ import annotations

from pathlib import Path

from pellucid.data.blocks.file_blocks import KINDS, file_blocks
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.sources.any_source import SQLITE_ENDINGS
from pellucid.data.sources.many_files import ending, names_many
from pellucid.errors import TableError
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget


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


def refuse_whole(source: RowBlocks | None, data: str, cluster: str | None) -> None:
    """Refuse to give a cluster what is only read whole.

    Raises
    ------
    TableError
    """
    if source is None and cluster is not None:
        raise TableError(
            f"--cluster needs files that workers can read in blocks ({', '.join(KINDS)}, or "
            f"file.sqlite::table); {data} is read whole, so leave --cluster out."
        )


def rows_beyond_memory(
    data: str, encoding: str, memory: str | None, cluster: str | None
) -> tuple[RowBlocks, MemoryBudget] | None:
    """Rows that go to a job in blocks, and the memory it may take; None where they are read whole.

    Raises
    ------
    TableError, ColumnError
        As `blocks_of` and `refuse_whole`.

    Notes: §2.1.3
    """
    room = MemoryBudget.of(memory, cluster)
    source = blocks_of(data, encoding)
    refuse_whole(source, data, cluster)
    return None if source is None or room.holds(source) else (source, room)

"""A job on a source of any size: in memory where the rows go in, else in blocks.

Notes: §2.1.3, §2.5.6
"""

from __future__ import annotations

from pathlib import Path

from pellucid.data.blocks.file_blocks import KINDS, file_blocks
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.sources.any_source import SQLITE_ENDINGS
from pellucid.data.sources.many_files import ending, names_many
from pellucid.data.table_reader import read_table
from pellucid.errors import ClusterError, FramingError, TableError
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.jobs.on_blocks.fit_on_blocks import fit_on_blocks
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.jobs.on_blocks.pass_checkpoints import (
    PassCheckpoints,
    has_checkpoints,
    run_fingerprint,
)
from pellucid.notebook_progress import Progress

GO_ON = (
    " The same command with --resume goes on from the last whole pass: with another --cluster, or "
    "with none."
)


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


def fit_any_size(
    data: str,
    settings: Settings,
    progress: Progress,
    folder: Path | None = None,
    resume: bool = False,
    *,
    started_at: float | None = None,
) -> FitResult:
    """`fit_table` where the rows go into the memory that the job may take, else `fit_on_blocks`.

    Parameters
    ----------
    data : str
        A file, a pattern, a folder, or "-".
    settings : Settings
    progress : callable (stage, share done)
    folder : Path or None
        Where whole passes are kept while the job runs.
    resume : bool
        Whether to go on from those that an earlier run left there.
    started_at : float or None
        `time.perf_counter()` when the budget of the settings began.

    Raises
    ------
    PellucidError
        As those.
    KeyboardInterrupt
        Says how to go on.

    Notes: §1.0.3, §2.5.6
    """
    if settings.budget is not None and resume:
        raise FramingError(
            "--resume goes on from whole passes, and --budget may end within one: leave one of the "
            "two out."
        )
    room = MemoryBudget.of(settings.memory, settings.cluster)
    source = blocks_of(data, settings.encoding or "utf-8")
    refuse_whole(source, data, settings.cluster)
    left = resume and folder is not None and has_checkpoints(folder)
    if source is None or (room.holds(source) and not left):
        progress("reading the table", 0.0)
        table = read_table(data, **settings.reading())
        return fit_table(table, settings, progress=progress, started_at=started_at)
    if folder is None or settings.budget is not None:
        return fit_on_blocks(source, settings, room, progress, started_at=started_at)
    mark = run_fingerprint(source, settings, room.sampled_rows(len(source.names)))
    record = PassCheckpoints(folder, mark, resume)
    try:
        result = fit_on_blocks(source, settings, room, progress, record)
    except KeyboardInterrupt as stopped:
        further = "The same command with --resume goes on from there." if record.passes else ""
        raise KeyboardInterrupt(further) from stopped
    except ClusterError as lost:
        further = GO_ON if record.passes else ""
        raise ClusterError(f"{lost}{further}") from lost
    finally:
        if not record.passes:
            record.forget()
    record.forget()
    return result

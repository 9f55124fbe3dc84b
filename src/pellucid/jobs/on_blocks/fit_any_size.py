"""`fit` on a source of any size: in memory where the rows go in, else in blocks.

Notes: §2.1.3, §2.5.6
"""

from __future__ import annotations

from pathlib import Path

from pellucid.data.table_reader import read_table
from pellucid.errors import ClusterError, FramingError
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.jobs.on_blocks.any_size import blocks_of, refuse_whole
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

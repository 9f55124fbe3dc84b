"""`fit_table` on a table of any size: in memory, in files that memory does not hold, in Dask.

Notes: §1.0.3, §2.5.6, §2.7
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pellucid.data.blocks.dask_blocks import dask_table, is_frame
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.former_names import renamed_arguments
from pellucid.jobs.fit import fit_tables
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.on_blocks.fit_any_size import fit_any_size
from pellucid.jobs.on_blocks.fit_on_blocks import fit_on_blocks
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.notebook_progress import Progress, with_notebook_bar


@with_notebook_bar
@renamed_arguments(since="started_at")
def fit_table(
    table: Any,
    settings: Settings,
    progress: Progress | None = None,
    *,
    started_at: float | None = None,
) -> FitResult:
    """Frame the problem, choose a model by cross-validation, and test it on rows never used.

    Rows that do not go into the memory of the settings are read in blocks, and the findings name
    each step that used a sample.

    Parameters
    ----------
    table : Table, path, pattern, data frame, array, RowBlocks, or data frame of Dask
        Rows with the target among the columns. Rows of Dask go to the workers of the active
        `distributed.Client`.
    settings : Settings
        What a person chose; the rest is inferred, and said.
    progress : callable (stage, share done) or None
        Called as the work goes on.
    started_at : float or None
        `time.perf_counter()` when the whole job began, where a report is written at its end: the
        budget then holds all of it.

    Returns
    -------
    FitResult
        The fitted machine, its errors, and everything found on the way.

    Raises
    ------
    ColumnError, FramingError, TooFewRowsError
        When the target, its kind, or the number of rows does not allow the job.
    ClusterError
        When a cluster is lost meanwhile.

    Notes: §1.0.3, §2.7, Clar 79
    """
    say = progress or (lambda stage, done: None)
    if isinstance(table, str | Path):
        return fit_any_size(str(table), settings, say, started_at=started_at)
    if "dask" in sys.modules and is_frame(table):
        table = dask_table(table)
    if isinstance(table, RowBlocks):
        return fit_on_blocks(
            table, settings, MemoryBudget.of(settings.memory, settings.cluster), say
        )
    return fit_tables.fit_table(table, settings, say, started_at=started_at)

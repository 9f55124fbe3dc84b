"""`check` on a table of any size: columns, framing and findings, of all rows or of a sample.

Notes: Def 10, Def 11, Def 12, §1.2.8
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.blocks.hashed_splits import is_test_row
from pellucid.data.framing import Framing
from pellucid.data.splits import Split, split_rows
from pellucid.data.table import Table
from pellucid.data.table_reader import read_table
from pellucid.evaluation.assumptions import check_assumptions
from pellucid.findings import Finding
from pellucid.jobs.fit.target_evidence import frame_by_evidence
from pellucid.jobs.on_blocks.any_size import rows_beyond_memory
from pellucid.jobs.on_blocks.block_statements import IN_BLOCKS, findings_of_sample
from pellucid.jobs.on_blocks.first_passes import infer_kinds
from pellucid.jobs.on_blocks.progress_passes import passes_over
from pellucid.jobs.setting_checks import require_seed, require_share
from pellucid.notebook_progress import Progress


@dataclass(frozen=True)
class CheckResult:
    """What `pellucid check` tells.

    Parameters
    ----------
    table : Table
        All rows; or a sample of them, with the kinds of all.
    rows : int
        All of them.
    framing : Framing or None
        None without a target.
    findings : tuple of Finding
    """

    table: Table
    rows: int
    framing: Framing | None
    findings: tuple[Finding, ...]


def check_any_size(
    data: str,
    target: str | None,
    reading: Mapping[str, Any],
    progress: Progress,
    *,
    test: float,
    seed: int,
    memory: str | None = None,
    cluster: str | None = None,
) -> CheckResult:
    """Read a table, in blocks where it does not go into memory, and check the assumptions.

    Parameters
    ----------
    data : str
    target : str or None
    reading : mapping
        What `read_table` takes beside.
    progress : callable (stage, share done)
    test : float
        Share of the rows that are for the test.
    seed : int
    memory, cluster : str or None
        As in `Settings`.

    Raises
    ------
    PellucidError
        When the rows cannot be read, or the target cannot be learned.

    Notes: Def 12
    """
    require_seed(seed)
    require_share(test)
    beyond = rows_beyond_memory(data, reading.get("encoding", "utf-8"), memory, cluster)
    if beyond is None:
        table = read_table(data, **reading)
        if target is None:
            return CheckResult(table, len(table), None, table.findings)
        whole = frame_by_evidence(table, target, seed=seed)
        split = split_rows(len(table), test=test, seed=seed)
        return CheckResult(table, len(table), whole, tuple(check_assumptions(table, whole, split)))
    source, room = beyond
    sampled = room.sampled_rows(len(source.names))
    with passes_over(source, room, progress) as passes:
        profile, read = infer_kinds(source, reading, sampled, seed, passes)
    table, told = read.sample, list(read.sample.findings)
    framing: Framing | None = None
    if target is not None:
        framing = frame_by_evidence(table, target, seed=seed)
        outside = is_test_row(profile.places, test, seed)
        split = Split(np.flatnonzero(~outside), np.flatnonzero(outside), "")
        found = check_assumptions(Table(table.columns, table.source), framing, split)
        told += findings_of_sample(found, len(table))
    first = Finding(
        IN_BLOCKS,
        "note",
        f"{room.reason(source)} The kinds of columns are those of all {profile.rows:,} rows; "
        f"assumptions and codes are those of a sample of {len(table):,} rows, drawn by a hash of "
        "each row's place.",
    )
    return CheckResult(table, profile.rows, framing, (first, *told))

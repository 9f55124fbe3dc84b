"""The first look at rows in blocks: kinds of all columns, the framing, a sample.

Notes: §1.0.3, §2.1.3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pellucid.data.blocks.column_kinds import InferredColumns, columns_needing_text, infer_columns
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.size_estimates import estimated_rows
from pellucid.data.blocks.table_profile import Profile, Sums, profile_table
from pellucid.data.framing import Framing
from pellucid.data.table_reader import KINDS, Notations, wanted_columns
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.framed_rows import framing_for
from pellucid.jobs.on_blocks.held_out_numbers import HeldOutNumbers
from pellucid.jobs.on_blocks.number_sums import merged, number_sums
from pellucid.jobs.on_blocks.progress_passes import ProgressPasses
from pellucid.jobs.on_blocks.training_rows import JobRows, RowReader


@dataclass(frozen=True)
class FirstPasses:
    """What the first passes give.

    Parameters
    ----------
    profile : Profile
    reading : InferredColumns
    framing : Framing
    reader : RowReader
    sample : JobRows
        Rows of the sample that have a target.
    """

    profile: Profile
    reading: InferredColumns
    framing: Framing
    reader: RowReader
    sample: JobRows


def infer_kinds(
    source: RowBlocks,
    reading: Mapping[str, Any],
    rows: int,
    seed: int,
    passes: ProgressPasses,
    sums: Sums | None = None,
) -> tuple[Profile, InferredColumns]:
    """Kinds of all columns by every cell, and a sample of so many rows.

    Parameters
    ----------
    source : RowBlocks
    reading : mapping
        What `read_table` takes beside: from `ReadingOptions.reading`.
    rows : int
        Of the sample.
    seed : int
    passes : ProgressPasses
    sums : pair of callable, or None
        What else the pass sums up: see `profile_columns`.

    Raises
    ------
    ColumnError, TooFewRowsError
        When a column that is named is absent; when there is no row.

    Notes: §2.1.3, §5.3
    """
    asked = {column: kind for kind in KINDS for column in reading[str(kind)]}
    notations = Notations.of(reading["decimal"], reading["thousands"], reading["date_format"])
    columns = wanted_columns(
        source.names, [*asked, *notations.named()], reading["drop"], source.name
    )
    about = estimated_rows(source)

    def look(as_texts: list[str]) -> Profile:
        return profile_table(
            source, passes, columns, rows=rows, about=about, seed=seed, as_texts=as_texts, sums=sums
        )

    passes.next("what the columns hold", 0.0, 0.1)
    profile = look([])
    passes.rows = profile.rows
    again = columns_needing_text(profile)
    if again:
        passes.next("cells as they are written", 0.1, 0.2)
        profile = look(again).with_ends(profile)
    missing = tuple(reading["missing"])
    return profile, infer_columns(profile, source.name, source.typed, asked, missing, notations)


def frame_blocks(
    source: RowBlocks,
    settings: Settings,
    rows: int,
    passes: ProgressPasses,
    held_out: HeldOutNumbers | None = None,
) -> FirstPasses:
    """Kinds, framing and sample for a target; test rows of numbers go to `held_out`.

    Raises
    ------
    FramingError
        As `frame`.

    Notes: §1.0.3
    """
    of_tile = number_sums(settings, held_out)
    sums = None if of_tile is None else (of_tile, merged)
    profile, reading = infer_kinds(source, settings.reading(), rows, settings.seed, passes, sums)
    framing = framing_for(reading.sample, settings)
    levels = reading.sample[settings.target].levels
    if framing.classes and levels and framing.problem != "overlapping classes":
        framing = replace(framing, classes=tuple(levels))  # also those that the sample lacks
    reasons = tuple(each for each in framing.reasons if not each.endswith("are left out."))
    framing = replace(framing, reasons=reasons)
    reader = RowReader(
        framing, reading.sample.schema, source.typed, tuple(settings.reading()["missing"]),
        settings.test, settings.seed,
    )  # fmt: skip
    sample = reader.of_table(reading.sample, profile.places)
    return FirstPasses(profile, reading, framing, reader, sample)

"""`fit` on rows that do not go into memory: the design from a sample, the fit and test on all rows.

Notes: §1.0.3, §2.5.6, §2.7, Clar 79
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.column_statistics import (
    ColumnStatistics,
    column_statistics,
    merge_statistics,
    refit_encoder,
)
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.size_estimates import estimated_rows
from pellucid.data.blocks.tiles import Tile
from pellucid.errors import FramingError, PellucidWarning
from pellucid.evaluation.deadline import Deadline, TimeLimitReached
from pellucid.jobs.fit.candidates import recipe_named
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.fit.model_averaging import recipe_of
from pellucid.jobs.fit.time_budget import TimeBudget, time_for_work
from pellucid.jobs.on_blocks.affine_errors import sum_affine_errors
from pellucid.jobs.on_blocks.block_fits import AllRows, FitToAllRows, fit_of
from pellucid.jobs.on_blocks.block_result import Parts, result_of
from pellucid.jobs.on_blocks.error_sums import ErrorSums, sum_errors
from pellucid.jobs.on_blocks.first_passes import FirstPasses, frame_blocks
from pellucid.jobs.on_blocks.held_out_numbers import HeldOutNumbers, room_for_held_out
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.jobs.on_blocks.number_sums import (
    NumberSums,
    encoded_folds,
    statistics_of_sums,
    suffice,
)
from pellucid.jobs.on_blocks.pass_checkpoints import PassCheckpoints
from pellucid.jobs.on_blocks.progress_passes import ProgressPasses, passes_over
from pellucid.jobs.on_blocks.target_counts import TargetCounts
from pellucid.memory import peak_memory
from pellucid.notebook_progress import Progress

Array = NDArray[Any]
Statistics = tuple[ColumnStatistics, TargetCounts]
FIT_OF_ALL = "the fit to all rows"
PASSES_AFTER = 4  # that a budget leaves time for, after the sample: statistics, a short fit, test


def fit_on_blocks(
    source: RowBlocks,
    settings: Settings,
    room: MemoryBudget,
    progress: Progress | None = None,
    record: PassCheckpoints | None = None,
    *,
    started_at: float | None = None,
) -> FitResult:
    """Fit to rows in blocks.

    Parameters
    ----------
    source : RowBlocks
    settings : Settings
    room : MemoryBudget
        Memory that the job may take: the size of the sample follows from it.
    progress : callable (stage, share done) or None
    record : PassCheckpoints or None
        Keeps each whole pass, so that a run that was killed goes on.
    started_at : float or None
        `time.perf_counter()` when the budget of the settings began. What takes longer is left out
        and named, but for the passes that learn what the columns hold and that test.

    Returns
    -------
    FitResult
        As `fit_table` gives it; its findings name each step that used a sample, and how large.

    Raises
    ------
    FramingError, ColumnError, TooFewRowsError
        As `fit_table`; and for settings that need all rows in memory.

    Notes: §2.5.6, §2.7
    """
    say = progress or (lambda stage, done: None)
    began = time.perf_counter()
    _refuse_settings(settings)
    in_time = TimeBudget(time_for_work(settings.budget, started_at))
    with (
        passes_over(source, room, say, record) as passes,
        _held_out(source, settings, room, passes) as held_out,
        warnings.catch_warnings(),
    ):
        # Warnings here are of a tile alone; what concerns all rows becomes a finding.
        warnings.simplefilter("ignore", PellucidWarning)
        sampled = room.sampled_rows(len(source.names))
        known = frame_blocks(source, settings, sampled, passes, held_out)
        passes.slowest = (time.perf_counter() - began) / passes.taken
        left = in_time.deadline.keeping(PASSES_AFTER * passes.slowest)
        tried = _tried(known, replace(settings, budget=_seconds(left)), say)
        parts = _fitted(source, settings, passes, known, tried, in_time)
        passes.next("testing on rows never used", 0.8, 0.95)
        errors = _errors(source, passes, known, parts, held_out)
        say("looking at what the model does", 0.95)
        result = result_of(parts, errors, room.reason(source), in_time)
    say("done", 1.0)
    seconds = {"all steps": time.perf_counter() - began}
    return replace(result, seconds=seconds, peak_memory=peak_memory())


@contextmanager
def _held_out(
    source: RowBlocks, settings: Settings, room: MemoryBudget, passes: ProgressPasses
) -> Iterator[HeldOutNumbers | None]:
    """Where the first pass may keep the test rows: nowhere, where workers of a cluster take it."""
    size = 8 * len(source.names) * settings.test * estimated_rows(source)
    if passes.cluster is not None or not size:
        yield None
        return
    folder = None if passes.record is None else passes.record.folder
    held_out = room_for_held_out(size, room.size, folder)
    try:
        yield held_out
    finally:
        if held_out is not None:
            held_out.close()


def _seconds(deadline: Deadline) -> float | None:
    return None if deadline.seconds is None else max(deadline.left, 1e-3)


def _refuse_settings(settings: Settings) -> None:
    for name, value in (("--order-by", settings.order_by), ("--group", settings.group)):
        if value is not None:
            raise FramingError(
                f"{name} needs all rows in memory: of rows in blocks, the places decide which are "
                "for the test. Give more memory (--memory)."
            )
    if settings.balance:
        raise FramingError(
            "--balance needs all rows in memory, where the rows of each class are counted. "
            "Give more memory (--memory)."
        )


def _tried(first_passes: FirstPasses, settings: Settings, progress: Progress) -> FitResult:
    """The ordinary fit, on training rows of the sample."""
    inside = np.flatnonzero(~first_passes.sample.test)
    plain = replace(settings, keep_test_out=True, memory=None)
    table = first_passes.sample.table.take(inside)

    def told(stage: str, done: float) -> None:
        progress(f"on a sample of {len(table):,} rows: {stage}", 0.2 + 0.2 * done)

    found = fit_table(table, plain, told)
    if found.framing.problem != first_passes.framing.problem:
        raise FramingError(
            f"A sample of {len(table):,} rows lacks classes of {settings.target!r} that other rows "
            "have, so no model can be chosen on it. Give more memory (--memory), or name the rare "
            "classes as one."
        )
    return found


def _fitted(
    source: RowBlocks,
    settings: Settings,
    passes: ProgressPasses,
    first_passes: FirstPasses,
    sample_fit: FitResult,
    in_time: TimeBudget,
) -> Parts:
    """The machine of all training rows; of the sample where its model has no block route, or the
    time does not allow it."""
    sums = _sums_that_suffice(first_passes, sample_fit.machine)
    if sums is None:
        passes.next("means and ranges of the training rows", 0.4, 0.5)
        statistics, answers = _statistics(source, passes, first_passes, sample_fit.machine)
    else:
        statistics, answers = statistics_of_sums(
            sums, first_passes.framing, sample_fit.machine.steps[0].codes_
        )
    answers.refuse_few(settings.cv)
    base = recipe_named(first_passes.framing.problem, "mean").make(settings.seed)
    inside = ~first_passes.sample.test
    base.fit(np.zeros((int(inside.sum()), 1)), first_passes.sample.targets[inside])
    recipe = recipe_of(first_passes.framing.problem, sample_fit.chosen)
    fit = fit_of(recipe, settings.seed)
    machine = replace(
        sample_fit.machine,
        framing=first_passes.framing,
        schema=first_passes.reading.sample.schema,
        lower_bound=0.0 if answers.are_counts and answers.amounts is not None else None,
        training_facts={},
    )
    from_sample: list[str] = []
    found: FitToAllRows | None = None
    if fit is not None:
        learned, by_sample = _with_all_statistics(machine, first_passes, statistics)
        passes.next(f"fitting {sample_fit.chosen.name}", 0.5, 0.8)
        passes.until = in_time.deadline.keeping(passes.slowest)
        folds = None
        if sums is not None:
            folds = encoded_folds(sums, first_passes.framing.target, learned.steps[0].codes_)
        all_rows = AllRows(source, passes, first_passes.reader, learned, recipe, settings, folds)
        try:
            found = fit(all_rows, sample_fit.chosen)
            machine, from_sample = replace(learned, model=found.test_model), by_sample
        except TimeLimitReached:
            in_time.left_out.append(FIT_OF_ALL)
        passes.until = None
    baseline = answers.baseline(first_passes.framing, base)
    return Parts(
        settings,
        first_passes,
        sample_fit,
        machine,
        statistics,
        answers,
        baseline,
        found,
        tuple(from_sample),
    )


def _errors(
    source: RowBlocks,
    passes: ProgressPasses,
    first_passes: FirstPasses,
    parts: Parts,
    held_out: HeldOutNumbers | None,
) -> ErrorSums:
    """One pass: of a linear model over columns of numbers, over the test rows that were kept."""
    of = parts.machine, parts.baseline, source, passes, first_passes.reader
    sums = _sums_that_suffice(first_passes, parts.machine)
    found = None if sums is None else sum_affine_errors(*of, sums, held_out)
    return found or sum_errors(*of)


def _sums_that_suffice(first_passes: FirstPasses, machine: Machine) -> NumberSums | None:
    """The sums of the first pass, where they tell what further passes would."""
    sums: NumberSums | None = first_passes.profile.sums
    codes = getattr(machine.steps[0], "codes_", []) if len(machine.steps) == 1 else []
    return sums if suffice(sums, first_passes.framing, first_passes.reading.sample, codes) else None


def _statistics(
    source: RowBlocks, passes: ProgressPasses, first_passes: FirstPasses, machine: Machine
) -> Statistics:
    """One pass over the training rows."""
    codes = getattr(machine.steps[0], "codes_", [])

    def partial(tile: Tile) -> Statistics:
        rows = first_passes.reader.rows(tile)
        inside = rows.table.select(first_passes.framing.features).take(np.flatnonzero(~rows.test))
        return column_statistics(inside, codes), TargetCounts.of(rows)

    def merge(a: Statistics, b: Statistics) -> Statistics:
        return merge_statistics(a[0], b[0]), a[1].added(b[1])

    return passes.reduce(source, partial, merge, first_passes.reader.columns)


def _with_all_statistics(
    machine: Machine, first_passes: FirstPasses, statistics: ColumnStatistics
) -> tuple[Machine, list[str]]:
    """The encoder by all training rows; products of columns keep to the sample's scale."""
    encoder, *further = machine.steps
    if further:
        return machine, [*first_passes.framing.features]
    features = first_passes.reading.sample.select(first_passes.framing.features)
    again, from_sample = refit_encoder(encoder, features, statistics)
    return replace(machine, steps=(again,)), from_sample

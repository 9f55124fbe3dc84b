"""The result of a fit to rows in blocks: errors of all rows, and the sample's look inside.

Notes: §1.0.7, KE 35
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.cell_counts import CellCounts
from pellucid.data.blocks.column_statistics import ColumnStatistics, ranges_of
from pellucid.data.columns.spellings import SPELLINGS
from pellucid.data.splits import Split
from pellucid.evaluation.cross_validation import take_rows
from pellucid.evaluation.diagnosis import diagnose
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.jobs.fit.candidate_comparison import chunks_of, sample
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.fit.model_averaging import recipe_of
from pellucid.jobs.fit.model_inspection import held_out_by_fits, inspect_model
from pellucid.jobs.fit.model_weights import weights_of
from pellucid.jobs.fit.statements import ADVICE
from pellucid.jobs.fit.time_budget import TimeBudget
from pellucid.jobs.on_blocks.block_fits import FitToAllRows
from pellucid.jobs.on_blocks.block_statements import (
    block_findings,
    evidence_of,
    findings_of_sample,
    reasons_for_choice,
    rows_looked_at,
)
from pellucid.jobs.on_blocks.error_sums import ErrorSums, encoded
from pellucid.jobs.on_blocks.first_passes import FirstPasses
from pellucid.jobs.on_blocks.target_counts import TargetCounts

Array = NDArray[Any]
SAID_AGAIN = (*ADVICE, "weights that cancel")  # findings of the look inside
NO_ROUTE = "{name} needs its rows in memory."
NO_TIME = "The {budget:g} s allowed left no time to fit {name} to all rows."


@dataclass(frozen=True)
class Parts:
    """All that the passes gave.

    Parameters
    ----------
    settings : Settings
    first_passes : FirstPasses
    sample_fit : FitResult
        Of the sample.
    machine : Machine
        The one that is tested.
    statistics : ColumnStatistics
    answers : TargetCounts
    baseline : model
    fit_to_all : FitToAllRows or None
        None where the model is that of the sample.
    from_sample : tuple of str
        Columns whose code rests on the sample.
    """

    settings: Settings
    first_passes: FirstPasses
    sample_fit: FitResult
    machine: Machine
    statistics: ColumnStatistics
    answers: TargetCounts
    baseline: Any
    fit_to_all: FitToAllRows | None
    from_sample: tuple[str, ...]

    @property
    def chosen(self) -> Any:
        """The candidate, with what all rows say of it."""
        return self.sample_fit.chosen if self.fit_to_all is None else self.fit_to_all.chosen


def result_of(parts: Parts, errors: ErrorSums, reason: str, in_time: TimeBudget) -> FitResult:
    """The whole result; a look inside that the time does not allow is left out.

    Notes: §1.0.7
    """
    result = _tested(parts, errors)
    name, late = parts.chosen.name, [*in_time.left_out]
    result = _looked_inside(parts, result, in_time)
    framing = parts.first_passes.framing
    train, test = errors.train.rows, errors.test.rows
    m = int((~parts.first_passes.sample.test).sum())
    fitted = parts.fit_to_all is not None
    told = block_findings(
        parts.first_passes,
        reason,
        fitted=fitted,
        why_not=NO_TIME.format(budget=parts.settings.budget, name=name)
        if late
        else NO_ROUTE.format(name=_start(name)),
        lam_from_sample=parts.fit_to_all is not None and parts.fit_to_all.lam_from_sample,
        columns=parts.from_sample,
        notes=() if parts.fit_to_all is None else parts.fit_to_all.notes,
        looked_at=rows_looked_at(result, parts.first_passes.sample),
        area_error=errors.test.area_error,
    )
    reread = parts.first_passes.reading.sample.findings
    names = {(f.name, f.message) for f in reread}
    earlier = [
        f
        for f in parts.sample_fit.findings
        if f.name not in SAID_AGAIN and (f.name, f.message) not in names
    ]
    later = [f for f in result.findings if f.name in SAID_AGAIN]
    unfinished = in_time.findings(parts.settings.budget)
    result = replace(
        result,
        findings=(*unfinished, *told, *reread, *findings_of_sample(earlier, m), *later),
        split=Split(_count(train), _count(test), parts.first_passes.reader.how),
        rows=train + test,
    )
    last = (
        None if parts.fit_to_all is None or parts.settings.keep_test_out else parts.fit_to_all.last
    )
    if last is not None:
        facts = result.machine.evidence | {
            "fitted on": f"all {train + test:,} rows, after the test"
        }
        result = _weighed(parts, replace(result.machine, model=last, evidence=facts), result)
    why = reasons_for_choice(parts.sample_fit.why, m, train, fitted=fitted, last=last is not None)
    return replace(result, why=why, framing=framing, explanation=result.machine.explain())


def _count(n: int) -> Any:
    """So many rows, of which only the number is needed."""
    return range(n)


def _start(name: str) -> str:
    return name[:1].upper() + name[1:]


def _tested(parts: Parts, errors: ErrorSums) -> FitResult:
    """The sample's result with the errors of all rows."""
    loss = parts.first_passes.framing.loss
    found = errors.test.errors(errors.variance)
    facts = evidence_of(
        parts.chosen, errors.train.rows, errors.test.rows, loss, errors.test.mean, found
    )
    compared = parts.sample_fit.candidates
    base = next(c for c in compared if c.rank == 0)
    richer = [c for c in compared if c.rank > parts.chosen.rank and c.model != "nearest"]
    chosen = replace(parts.chosen, training=errors.train.mean)
    result = replace(
        parts.sample_fit,
        settings=parts.settings,
        columns=_columns(parts),
        framing=parts.first_passes.framing,
        chosen=chosen,
        candidates=tuple(chosen if c is parts.sample_fit.chosen else c for c in compared),
        machine=replace(parts.machine, evidence=facts),
        training_error=errors.train.mean,
        test_error=errors.test.mean,
        interval=errors.test.interval,
        errors=found,
        errors_baseline=errors.baseline.errors(errors.variance),
        diagnosis=diagnose(
            parts.sample_fit.curve, chosen, base.score.mean,
            min(richer, key=lambda c: c.score.mean, default=None),
        ),
    )  # fmt: skip
    return _weighed(parts, result.machine, result)


def _weighed(parts: Parts, machine: Machine, result: FitResult) -> FitResult:
    """With a machine, and its weights by name."""
    X = encoded(machine, parts.first_passes.sample)
    weights, offset = weights_of(
        machine, take_rows(X, np.flatnonzero(~parts.first_passes.sample.test))
    )
    return replace(result, machine=machine, weights=weights, offset=offset)


def _looked_inside(parts: Parts, result: FitResult, in_time: TimeBudget) -> FitResult:
    """What the machine of all rows does, seen on the rows of the sample."""
    rows, settings = parts.first_passes.sample, parts.settings
    inside, outside = np.flatnonzero(~rows.test), np.flatnonzero(rows.test)
    X = take_rows(encoded(result.machine, rows), outside)
    problem = parts.first_passes.framing.problem
    p = None if problem == "regression" else np.asarray(result.machine.model.predict_proba(X))
    guesses: Any = result.machine.amounts(X) if p is None else result.machine.decide(p)
    if problem == "overlapping classes" and p is not None:
        guesses = (p > 0.5).astype(np.int64)
    recipe = recipe_of(problem, parts.sample_fit.chosen)
    y_train = rows.targets[inside]

    pipeline = recipe.pipeline(settings.seed, parts.chosen.lam, settings.code)
    features = rows.table.select(parts.first_passes.framing.features)

    def folds_of(max_rows: int) -> Any:
        there = sample(y_train, max_rows, settings, {})
        return there, chunks_of(y_train[there], settings, {})

    found = inspect_model(
        replace(
            result,
            split=Split(inside, outside, ""),
            targets=rows.targets[outside],
            predictions=guesses,
            probabilities=p,
            findings=(),
        ),
        rows.table,
        rows.targets,
        partial(held_out_by_fits, pipeline, features.take(inside), y_train, folds_of),
        in_time,
    )
    known = dict(found.machine.training_facts) | {"ranges": ranges_of(features, parts.statistics)}
    known.pop("tested", None)  # its marks are those of rows of the sample
    insight = found.insight
    if insight is not None:
        worst = tuple(replace(w, row=int(rows.places[w.row - 1]) + 1) for w in insight.worst)
        insight = replace(insight, worst=worst)
    return replace(found, machine=replace(found.machine, training_facts=known), insight=insight)


def _columns(parts: Parts) -> tuple[ColumnSummary, ...]:
    """The sample's columns, with the missing values of all rows."""
    codes = {c["column"]: c for c in getattr(parts.machine.steps[0], "codes_", [])}
    features = parts.first_passes.framing.features
    used = dict(zip(features, parts.statistics.missing.tolist(), strict=True))
    why = dict(parts.first_passes.framing.dropped)
    return tuple(
        ColumnSummary(
            c.name,
            str(c.kind),
            _missing(parts.first_passes.profile.cells[c.name], used.get(c.name, 0)),
            c.name in features,
            why.get(c.name, c.note),
            codes.get(c.name, {}).get("spelled", ""),
            codes.get(c.name, {}).get("reason", ""),
        )
        for c in parts.first_passes.reading.sample.columns
    )


def _missing(cells: CellCounts, of_training: int) -> int:
    """Cells without a value; of training rows alone where there are too many texts to count."""
    if cells.texts is None:
        return max(cells.missing, of_training)
    return cells.missing + sum(n for t, n in cells.texts.items() if t.strip() in SPELLINGS)

"""The whole job: a table in, an honest model out.

Notes: §1.0.3, §1.0.5, §1.0.7, §2.7
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.framing import Framing
from pellucid.data.splits import Split
from pellucid.data.table import Table
from pellucid.data.table_reader import read_table
from pellucid.errors import PellucidWarning, TooFewRowsError
from pellucid.evaluation.assumptions import check_assumptions
from pellucid.evaluation.cross_validation import Folds, take_rows
from pellucid.evaluation.decision_threshold import balanced_weights, choose_threshold
from pellucid.evaluation.diagnosis import diagnose
from pellucid.evaluation.error_metrics import (
    classification_metrics,
    multilabel_metrics,
    regression_metrics,
)
from pellucid.evaluation.evaluation_results import Candidate, Diagnosis, LearningCurve
from pellucid.evaluation.learning_curves import POINTS, learning_curve
from pellucid.evaluation.training_and_test_error import losses_at
from pellucid.findings import Finding
from pellucid.formatting import number
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.jobs.epoch_progress import epoch_progress
from pellucid.jobs.fit.candidate_choice import choose, said_of_late_fits, said_of_one_alone
from pellucid.jobs.fit.candidate_comparison import chunks_of, compare, sample
from pellucid.jobs.fit.candidates import compared_recipes, is_requested, recipe_named
from pellucid.jobs.fit.code_findings import balance_finding, code_findings, codes_of
from pellucid.jobs.fit.final_refit import (
    FOR_ASSUMPTIONS,
    FOR_COMPARISON,
    candidates_in_time,
    refit_on_all_rows,
    refit_sentence,
)
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.framed_rows import framed_rows, has_target, split_for
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.fit.model_averaging import EvaluatedCandidate, recipe_of
from pellucid.jobs.fit.model_inspection import HeldOut, held_out_by_fits, inspect_model
from pellucid.jobs.fit.model_weights import weights_of
from pellucid.jobs.fit.recipe import MOST_ROWS, Recipe
from pellucid.jobs.fit.row_marks import marking_columns, marks_told
from pellucid.jobs.fit.time_budget import TimeBudget, time_for_work
from pellucid.linear.majority_baseline import MajorityBaseline
from pellucid.losses import LOSSES
from pellucid.memory import peak_memory
from pellucid.notebook_progress import Progress
from pellucid.processes import helpers_memory, processes_for

Array = NDArray[Any]


def fit_table(
    table: Any, settings: Settings, progress: Progress | None = None, *,
    started_at: float | None = None,
) -> FitResult:  # fmt: skip
    """Frame the problem, choose a model by cross-validation, and test it on rows never used.

    Parameters
    ----------
    table, settings, progress, started_at
        As in `jobs.any_table.fit_table`; the rows are held in memory.

    Returns
    -------
    FitResult

    Notes: §1.0.3, §2.7, Clar 79
    """
    say = progress or (lambda stage, done: None)
    clock = _Clock()
    table = table if isinstance(table, Table) else read_table(table, **settings.reading())
    say("framing the problem", 0.0)
    in_time = TimeBudget(time_for_work(settings.budget, started_at, processes_for(settings.jobs)))
    job = _job(table, settings, in_time, say)
    say("checking assumptions", 0.05)
    findings = in_time.run(
        "checking the assumptions",
        lambda going: check_assumptions(job.table, job.framing, job.split),
        FOR_ASSUMPTIONS,
    )
    clock.lap("framing and assumptions")
    judged, noticed = compare(
        compared_recipes(job.framing.problem, settings.model),
        job.X_train,
        job.y_train,
        settings,
        job.framing.loss,
        job.marks_train,
        lambda stage, done: say(stage, 0.1 + 0.5 * done),
        in_time.deadline.within(FOR_COMPARISON),
    )
    clock.lap("comparing candidates")
    candidates = [each.candidate for each in judged]
    chosen, recipe, why, (machine, noticed_last) = _chosen(job, candidates)
    clock.lap("final fit")
    say("testing on rows never used", 0.75)
    result = _tested(job, machine, candidates, chosen)
    clock.lap("testing")
    say("drawing the learning curve", 0.8)
    known = next((each for each in judged if each.candidate is chosen), EvaluatedCandidate(chosen))
    curve = in_time.run("the learning curve", lambda going: _curve(job, recipe, known), 0.5)
    clock.lap("learning curve")
    coded = code_findings(codes_of(machine))
    result = replace(
        result,
        findings=(*(findings or ()), *_without_repeats([*coded, *noticed, *noticed_last])),
        why=why,
        curve=curve,
        diagnosis=_diagnosed(candidates, chosen, curve),
    )
    say("looking at what the model does", 0.9)
    result = inspect_model(
        result,
        job.table,
        job.y,
        _held_out(job, recipe, known),
        in_time,
    )
    clock.lap("what the model does")
    if not settings.keep_test_out:  # last: all that is reported above concerns the model tested
        say("fitting on all rows", 0.95)
        result = refit_on_all_rows(result, recipe, job.table, job.y, in_time)
        result = replace(result, why=why + refit_sentence(result))
        clock.lap("fit on all rows")
    say("done", 1.0)
    late = in_time.findings(settings.budget)
    result = replace(result, findings=(*late, *result.findings))
    return replace(result, seconds=clock.laps, peak_memory=peak_memory() + helpers_memory())


@dataclass(frozen=True)
class _Job:
    """What every stage of a fit works on."""

    settings: Settings
    table: Table
    framing: Framing
    y: Array
    split: Split
    X_train: Table
    y_train: Array
    marks_train: dict[str, Array]
    in_time: TimeBudget
    progress: Progress
    marking: tuple[ColumnSummary, ...] = ()

    def chunked(self, max_rows: int) -> tuple[Array, Folds]:
        """At most so many training rows, and chunks of them as the comparison made them."""
        rows = sample(self.y_train, max_rows, self.settings, self.marks_train)
        marks = {name: values[rows] for name, values in self.marks_train.items()}
        return rows, chunks_of(self.y_train[rows], self.settings, marks)


def _job(table: Table, settings: Settings, in_time: TimeBudget, progress: Progress) -> _Job:
    marking = marking_columns(table, settings)
    told = marks_told(marking, has_target(table, settings.target)) if marking else ()
    table, framing, marks = framed_rows(table, settings)
    # A code that was asked for reads its column anew; taking cells along costs as much as values.
    table = table.without_cells(keep=settings.code or ())
    y = framing.answers(table)
    split = split_for(y, settings, framing, marks)
    X_train = take_rows(table.select(framing.features), split.train)
    marks = {name: values[split.train] for name, values in marks.items()}
    y_train = y[split.train]
    return _Job(
        settings, table, framing, y, split, X_train, y_train, marks, in_time, progress, told
    )


def _chosen(
    job: _Job, candidates: list[Candidate]
) -> tuple[Candidate, Recipe, str, tuple[Machine, list[Finding]]]:
    """The candidate taken, and its fit; the baseline where that does not end in time."""
    settings, problem = job.settings, job.framing.problem
    allowed = [c for c in candidates if is_requested(problem, settings.model, c)]
    taken = candidates_in_time(allowed, candidates, job.in_time.deadline, len(job.y), settings.cv)
    chosen, why = choose(
        taken,
        job.framing.loss,
        prefer=settings.prefer,
        beside=candidates,
        alone=said_of_one_alone(settings.model, len(allowed)),
    )
    if len(taken) > 1:
        why = said_of_late_fits([c for c in allowed if c not in taken]) + why
    recipe = recipe_of(problem, chosen)
    job.progress(f"fitting {chosen.name}", 0.6)
    if chosen.rank > 0:
        fitted = job.in_time.run(
            f"the fit of {chosen.name}", lambda going: _fitted(job, recipe, chosen)
        )
        if fitted is not None:
            return chosen, recipe, why, fitted
        why = f"The fit of {chosen.name} did not end in time, so the baseline was taken."
        chosen = next(c for c in candidates if c.rank == 0)
        recipe = recipe_of(problem, chosen)
    return chosen, recipe, why, _fitted(job, recipe, chosen)


def _diagnosed(
    candidates: list[Candidate], chosen: Candidate, curve: LearningCurve | None
) -> Diagnosis:
    richer = [c for c in candidates if c.rank > chosen.rank and c.model != "nearest"]
    base = next(c for c in candidates if c.rank == 0)
    best = min(richer, key=lambda c: c.score.mean, default=None)
    return diagnose(curve, chosen, base.score.mean, best)


class _Clock:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now


def _fitted(job: _Job, recipe: Recipe, chosen: Candidate) -> tuple[Machine, list[Finding]]:
    settings, framing, y = job.settings, job.framing, job.y_train
    pipeline = recipe.pipeline(settings.seed, chosen.lam, settings.code)
    with epoch_progress(recipe.model, job.progress), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PellucidWarning)
        pipeline.fit(job.X_train, y)
    threshold, weights, balanced = _decision(job, pipeline[-1])
    steps = tuple(step for _, step in pipeline.steps[:-1])
    noticed = [
        Finding(w.category.__name__, "caution", f"In the final fit: {w.message}")
        for w in caught
        if issubclass(w.category, PellucidWarning)
    ]
    lowest = 0.0 if framing.problem == "regression" and _are_counts(y) else None
    return Machine(
        framing,
        job.table.schema,
        steps,
        pipeline[-1],
        threshold,
        {},
        lower_bound=lowest,
        class_weights=weights,
    ), [*noticed, *balanced]


def _decision(job: _Job, model: Any) -> tuple[float | None, list[float] | None, list[Finding]]:
    """When a class is said: threshold of two, weights of several, and what is to be known of it."""
    settings, problem = job.settings, job.framing.problem
    if settings.costs and problem == "two classes":
        return choose_threshold(settings.costs, [str(c) for c in model.classes_]), None, []
    if not settings.balance or isinstance(model, MajorityBaseline):
        return None, None, []  # equal shares of every class name no class
    weights = balanced_weights(job.y_train, model.classes_)
    if problem == "two classes":
        cut = float(weights[0] / weights.sum())
        how = f"{str(model.classes_[1])!r} is said above a probability of {number(cut)}"
        return cut, None, [balance_finding(how)]
    how = "the class of the largest probability × weight is said, the weight 1 / rows of the class"
    return None, [float(w) for w in weights], [balance_finding(how)]


def _are_counts(y: Array) -> bool:
    """Whole numbers from 0 on."""
    return bool((y >= 0).all() and (y == np.round(y)).all())


def _tested(
    job: _Job, machine: Machine, candidates: list[Candidate], chosen: Candidate
) -> FitResult:
    table, framing, split, y, settings = job.table, job.framing, job.split, job.y, job.settings
    X = table.select(framing.features)
    with warnings.catch_warnings(
        record=True
    ):  # what is unseen in the test rows is part of the test
        warnings.simplefilter("always", PellucidWarning)
        inside, outside = _encoded(machine, X, split)
    y_train, y_test = y[split.train], y[split.test]
    hypothesis = machine.amounts if framing.problem == "regression" else machine.model
    each = losses_at(hypothesis, outside, y_test, framing.loss)
    guesses, probabilities, errors = _measured(machine, outside, y_test)
    base = recipe_named(framing.problem, "mean").make(settings.seed)
    # The baseline says the commonest class: balance is for models that tell classes apart.
    base.fit(np.zeros((len(y_train), 1)), y_train)
    unseen = np.zeros((len(y_test), 1))
    evidence = _evidence(chosen, split, each, framing, errors)
    machine = replace(machine, evidence=evidence)
    weights, offset = weights_of(machine, inside)
    return FitResult(
        settings=settings,
        source=table.source,
        rows=len(table),
        columns=(*_columns(table, framing, machine), *job.marking),
        framing=framing,
        split=split,
        findings=(),
        candidates=tuple(candidates),
        chosen=chosen,
        why="",
        machine=machine,
        training_error=float(losses_at(hypothesis, inside, y_train, framing.loss).mean()),
        test_error=float(each.mean()),
        interval=interval_of(each, settings.seed),
        errors=errors,
        errors_baseline=_measured(_plain(machine, base, settings), unseen, y_test)[2],
        targets=y_test,
        predictions=guesses,
        probabilities=probabilities,
        curve=None,
        diagnosis=diagnose(None, chosen, 1.0),
        weights=weights,
        offset=offset,
        explanation=machine.explain(),
        threshold=machine.threshold,
    )


def _plain(machine: Machine, base: Any, settings: Settings) -> Machine:
    cut = machine.threshold if settings.costs else None
    return replace(machine, model=base, threshold=cut, class_weights=None)


RESAMPLES = 1_000
MANY = 20_000  # with more test rows the mean is as good as normal


def interval_of(losses: Array, seed: int) -> tuple[float, float]:
    """95 % interval of the mean loss, by resampling the rows: it keeps within what losses can be.

    Parameters
    ----------
    losses : ndarray, shape (m,)
        Loss of each test row.
    seed : int
        Seed of the resampling.

    Notes: KE 35, Def 14
    """
    m = len(losses)
    if m > MANY:
        half = 1.96 * losses.std() / np.sqrt(m)
        return float(losses.mean() - half), float(losses.mean() + half)
    rng = np.random.default_rng(seed)
    means = [losses[rng.integers(m, size=m)].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _encoded(machine: Machine, X: Table, split: Split) -> tuple[Array, Array]:
    inside: Any = X.take(split.train)
    outside: Any = X.take(split.test)
    for step in machine.steps:
        inside, outside = step.transform(inside), step.transform(outside)
    return inside, outside


def _measured(
    machine: Machine, X: Array, y: Array
) -> tuple[Array, NDArray[np.float64] | None, dict[str, float]]:
    problem = machine.framing.problem
    if problem == "regression":
        g = machine.amounts(X)
        return g, None, regression_metrics(g, y)
    p = np.asarray(machine.model.predict_proba(X))
    if problem == "overlapping classes":
        return (p > 0.5).astype(np.int64), p, multilabel_metrics(p, y)
    said = machine.decide(p)
    return said, p, classification_metrics(said, p, y, np.asarray(machine.model.classes_))


def _evidence(
    chosen: Candidate, split: Split, losses: Array, framing: Framing, errors: dict[str, float]
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "model": chosen.name,
        "training rows": len(split.train),
        "test rows": len(split.test),
        "loss": LOSSES[framing.loss].title,
        "test error": f"{losses.mean():.6g}",
    }
    if chosen.lam is not None:
        facts["λ"] = f"{chosen.lam:.3g}"
    return facts | {f"{name} on the test rows": f"{value:.4g}" for name, value in errors.items()}


def _columns(table: Table, framing: Framing, machine: Machine) -> tuple[ColumnSummary, ...]:
    why = dict(framing.dropped)
    coded = {code["column"]: code for code in machine.steps[0].codes_}
    return tuple(
        ColumnSummary(
            c.name,
            str(c.kind),
            int((~has_target(table, c.name)).sum()),
            c.name in framing.features,
            why.get(c.name, c.note),
            coded.get(c.name, {}).get("spelled", ""),
            coded.get(c.name, {}).get("reason", ""),
        )
        for c in table.columns
    )


def _held_out(job: _Job, recipe: Recipe, judged: EvaluatedCandidate) -> HeldOut:
    """Predictions of training rows while held out: as the comparison made them, if it kept them."""
    chosen, settings = judged.candidate, job.settings
    if judged.predictions is not None:
        answers, (rows, _) = judged.predictions, job.chunked(chosen.rows)
        held = np.isfinite(answers)  # in the order of time, the first rows are never held out
        return lambda going: (answers[held], rows[held])
    pipeline = recipe.pipeline(settings.seed, chosen.lam, settings.code)
    return partial(held_out_by_fits, pipeline, job.X_train, job.y_train, job.chunked)


POINTS_OF_A_WIDE_TABLE = 3  # of the learning curve, where each takes long and tells little


def _curve(job: _Job, recipe: Recipe, judged: EvaluatedCandidate) -> LearningCurve | None:
    chosen, settings = judged.candidate, job.settings
    rows, folds = job.chunked(min(chosen.rows, MOST_ROWS))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PellucidWarning)
            return learning_curve(
                recipe.pipeline(settings.seed, chosen.lam, settings.code),
                take_rows(job.X_train, rows),
                job.y_train[rows],
                folds=folds,
                loss=job.framing.loss,
                seed=settings.seed,
                n_jobs=settings.jobs,
                full_scores=None if judged.training is None else (judged.training, chosen.score),
                points=POINTS_OF_A_WIDE_TABLE if len(job.framing.features) > len(rows) else POINTS,
            )
    except TooFewRowsError:
        return None


def _without_repeats(findings: list[Finding]) -> list[Finding]:
    return list({(f.name, f.message): f for f in findings}.values())

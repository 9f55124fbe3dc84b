"""The whole job: a table in, an honest model out.

Notes: §1.0.3, §1.0.5, §1.0.7, §2.7
"""

from __future__ import annotations

import math
import time
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.framing import Framing, frame
from pellucid.data.reading import read_table
from pellucid.data.splits import Split, split_rows
from pellucid.data.table import Table
from pellucid.errors import ColumnError, PellucidWarning, TooFewRowsError
from pellucid.evaluation.assumptions import check_assumptions
from pellucid.evaluation.cross_validation import take_rows
from pellucid.evaluation.diagnosis import diagnose
from pellucid.evaluation.evidence import Candidate, LearningCurve
from pellucid.evaluation.learning_curves import learning_curve
from pellucid.evaluation.measures import (
    class_measures,
    overlapping_measures,
    regression_measures,
)
from pellucid.evaluation.threshold import choose_threshold
from pellucid.evaluation.training_and_test import losses_at
from pellucid.findings import Finding
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.jobs.epoch_progress import epoch_progress
from pellucid.jobs.fit.candidates import MOST_ROWS, Recipe, automatic, named
from pellucid.jobs.fit.fit_result import FitResult, Settings, Weight
from pellucid.jobs.fit.machine import MARGIN, Machine
from pellucid.jobs.fit.model_choice import Progress, choose, chunks_of, compare, sample
from pellucid.losses import LOSSES
from pellucid.memory import peak_memory

Array = NDArray[Any]


def fit_table(table: Any, settings: Settings, progress: Progress | None = None) -> FitResult:
    """Frame the problem, choose a model by cross-validation, and test it on rows never used.

    Parameters
    ----------
    table : Table, path, data frame or array
        Rows with the target among the columns; read by `read_table` unless it is a Table.
    settings : Settings
        What a person chose; the rest is inferred, and said.
    progress : callable (stage, share done) or None
        Called as the work goes on.

    Returns
    -------
    FitResult
        The fitted machine, its errors, and everything found on the way.

    Raises
    ------
    ColumnError, FramingError, TooFewRowsError
        When the target, its kind, or the number of rows does not allow the job.

    Notes: §1.0.3, §2.7, Clar 79
    """
    say = progress or (lambda stage, done: None)
    clock = _Clock()
    table = table if isinstance(table, Table) else read_table(table, **settings.reading())
    say("framing the problem", 0.0)
    table, framing, marks = _framed(table, settings)
    y = framing.answers(table)
    split = _split(y, settings, framing, marks)
    say("checking assumptions", 0.05)
    findings = check_assumptions(table, framing, split)
    clock.lap("framing and assumptions")
    X_train, y_train = take_rows(table.select(framing.features), split.train), y[split.train]
    marks_train = {k: v[split.train] for k, v in marks.items()}
    asked = settings.model
    tried = automatic(framing.problem) if asked == "auto" else [named(framing.problem, asked)]
    with_base = tried if asked in ("auto", "mean") else [named(framing.problem, "mean"), *tried]
    candidates, noticed = compare(
        with_base,
        X_train,
        y_train,
        settings,
        framing.loss,
        marks_train,
        lambda stage, done: say(stage, 0.1 + 0.5 * done),
    )
    clock.lap("comparing candidates")
    allowed = [c for c in candidates if asked == "auto" or c.model == asked]
    chosen, why = choose(allowed, framing.loss)
    recipe = named(framing.problem, chosen.model)
    say(f"fitting {chosen.name}", 0.6)
    machine, noticed_last = _fitted(
        recipe, chosen, table, framing, split, X_train, y_train, settings, say
    )
    clock.lap("final fit")
    say("testing on rows never used", 0.75)
    result = _tested(machine, table, framing, split, y, candidates, chosen, settings)
    clock.lap("testing")
    say("drawing the learning curve", 0.8)
    curve = _curve(recipe, chosen, X_train, y_train, settings, framing, marks_train)
    clock.lap("learning curve")
    say("done", 1.0)
    richer = [c for c in candidates if c.rank > chosen.rank and c.model != "nearest"]
    base = next(c for c in candidates if c.rank == 0)
    return replace(
        result,
        findings=(*findings, *_once([*noticed, *noticed_last])),
        why=why,
        curve=curve,
        diagnosis=diagnose(
            curve, chosen, base.score.mean, min(richer, key=lambda c: c.score.mean, default=None)
        ),
        seconds=clock.laps,
        peak_memory=peak_memory(),
    )


class _Clock:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now


def _framed(table: Table, settings: Settings) -> tuple[Table, Framing, dict[str, Array]]:
    marks: dict[str, Array] = {}
    if settings.target in (settings.code or {}):
        raise ColumnError(f"{settings.target!r} is given a code, but it is the target.")
    for name, use in ((settings.order_by, "order"), (settings.group, "groups")):
        if name is not None:
            if name == settings.target:
                raise ColumnError(f"{name!r} is the target; it cannot order or group the rows.")
            marks[use] = _marks(table, name)
            table = table.drop([name])
    framing = frame(
        table,
        settings.target,
        problem=settings.problem,
        loss=settings.loss,
        costs=settings.costs,
        delimiter=settings.delimiter,
    )
    _refuse_unused_codes(settings, framing)
    known = _answered(table, settings.target)
    if not known.all():
        table = table.take(np.flatnonzero(known))
        marks = {use: values[known] for use, values in marks.items()}
    return table, framing, marks


def _refuse_unused_codes(settings: Settings, framing: Framing) -> None:
    why = dict(framing.dropped) | {
        settings.order_by: "it orders the rows",
        settings.group: "it groups the rows",
    }
    for name in settings.code or {}:
        if name not in framing.features:
            raise ColumnError(f"{name!r} is given a code, but {why.get(name, 'it is not used')}.")


def _marks(table: Table, name: str) -> Array:
    column = table[name]
    values = np.asarray(column.values)
    if column.levels is not None:
        return values
    return (
        np.unique(values.astype(str), return_inverse=True)[1] if values.dtype == object else values
    )


def _answered(table: Table, target: str) -> NDArray[np.bool_]:
    return ~table[target].missing


def _split(y: Array, settings: Settings, framing: Framing, marks: dict[str, Array]) -> Split:
    labels = y if y.ndim == 1 and framing.problem != "regression" and not marks else None
    split = split_rows(len(y), test=settings.test, seed=settings.seed, labels=labels, **marks)
    if len(split.train) < settings.cv:
        raise TooFewRowsError(
            f"{len(split.train)} training rows do not make {settings.cv} chunks; "
            f"at least {settings.cv} are needed. Lower --cv or --test, or gather more rows."
        )
    return split


def _fitted(
    recipe: Recipe,
    chosen: Candidate,
    table: Table,
    framing: Framing,
    split: Split,
    X: Table,
    y: Array,
    settings: Settings,
    say: Progress,
) -> tuple[Machine, list[Finding]]:
    pipeline = recipe.pipeline(settings.seed, chosen.lam, settings.code)
    with epoch_progress(recipe.model, say), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PellucidWarning)
        pipeline.fit(X, y)
    threshold = None
    if settings.costs and framing.problem == "two classes":
        threshold = choose_threshold(settings.costs, [str(c) for c in pipeline[-1].classes_])
    steps = tuple(step for _, step in pipeline.steps[:-1])
    noticed = [
        Finding(w.category.__name__, "caution", f"In the final fit: {w.message}")
        for w in caught
        if issubclass(w.category, PellucidWarning)
    ]
    return Machine(framing, table.schema, steps, pipeline[-1], threshold, {}), noticed


def _tested(
    machine: Machine,
    table: Table,
    framing: Framing,
    split: Split,
    y: Array,
    candidates: list[Candidate],
    chosen: Candidate,
    settings: Settings,
) -> FitResult:
    X = table.select(framing.features)
    with warnings.catch_warnings(
        record=True
    ):  # what is unseen in the test rows is part of the test
        warnings.simplefilter("always", PellucidWarning)
        inside, outside = _encoded(machine, X, split)
    y_train, y_test = y[split.train], y[split.test]
    each = losses_at(machine.model, outside, y_test, framing.loss)
    guesses, probabilities, errors = _measured(machine, outside, y_test)
    base = named(framing.problem, "mean").make(settings.seed).fit(inside, y_train)
    evidence = _evidence(chosen, split, each, framing, errors)
    if framing.problem == "regression":
        evidence |= _margin(guesses, y_test)
    machine = replace(machine, evidence=evidence)
    weights, offset = _weights(machine, inside)
    return FitResult(
        settings=settings,
        source=table.source,
        rows=len(table),
        columns=_columns(table, framing, machine),
        framing=framing,
        split=split,
        findings=(),
        candidates=tuple(candidates),
        chosen=chosen,
        why="",
        machine=machine,
        training_error=float(losses_at(machine.model, inside, y_train, framing.loss).mean()),
        test_error=float(each.mean()),
        interval=interval_of(each, settings.seed),
        errors=errors,
        errors_baseline=_measured(replace(machine, model=base), outside, y_test)[2],
        truths=y_test,
        predictions=guesses,
        probabilities=probabilities,
        curve=None,
        diagnosis=diagnose(None, chosen, 1.0),
        weights=weights,
        offset=offset,
        explanation=machine.explain(),
        threshold=machine.threshold,
    )


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
        g = np.asarray(machine.model.predict(X))
        return g, None, regression_measures(g, y)
    p = np.asarray(machine.model.predict_proba(X))
    if problem == "overlapping classes":
        return (p > 0.5).astype(np.int64), p, overlapping_measures(p, y)
    said = machine.decide(p)
    return said, p, class_measures(said, p, y, np.asarray(machine.model.classes_))


def _evidence(
    chosen: Candidate, split: Split, each: Array, framing: Framing, errors: dict[str, float]
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "model": chosen.name,
        "training rows": len(split.train),
        "test rows": len(split.test),
        "loss": LOSSES[framing.loss].title,
        "test error": f"{each.mean():.6g}",
    }
    if chosen.lam is not None:
        facts["λ"] = f"{chosen.lam:.3g}"
    return facts | {f"{name} on the test rows": f"{value:.4g}" for name, value in errors.items()}


COVERED = 0.9  # share of rows that an interval around a predicted number is made to hold


def _margin(guesses: Array, truths: Array) -> dict[str, float]:
    """How far off nine of ten predictions are at most, for intervals around new ones.

    A new row like those of the test lies within it with a probability of at least 0.9, whatever the
    errors look like: its error is as likely as any to have each rank among m + 1.
    """
    m = len(truths)
    rank = math.ceil(COVERED * (m + 1))
    if rank > m:
        return {}  # fewer than 9 test rows leave the interval without end
    return {MARGIN: float(np.sort(np.abs(guesses - truths))[rank - 1])}


def _columns(table: Table, framing: Framing, machine: Machine) -> tuple[ColumnSummary, ...]:
    why = dict(framing.dropped)
    coded = {code["column"]: code for code in machine.steps[0].codes_}
    return tuple(
        ColumnSummary(
            c.name,
            str(c.kind),
            int((~_answered(table, c.name)).sum()),
            c.name in framing.features,
            why.get(c.name, c.note),
            coded.get(c.name, {}).get("spelled", ""),
            coded.get(c.name, {}).get("reason", ""),
        )
        for c in table.columns
    )


def _weights(machine: Machine, X: Array) -> tuple[tuple[Weight, ...], tuple[float, ...]]:
    """Weights by name, and times the standard deviation of their column in training."""
    if not hasattr(machine.model, "coef_"):
        return (), ()
    names: Any = None
    for step in machine.steps:
        names = step.get_feature_names_out(names)
    coefficients = np.atleast_2d(machine.model.coef_)
    spread = np.asarray(X).std(axis=0)
    outputs = [""] if len(coefficients) == 1 else list(machine.framing.classes)
    found = [
        Weight(str(name), float(value), float(value * sd), str(output))
        for output, row in zip(outputs, coefficients, strict=True)
        for name, value, sd in zip(names, row, spread, strict=True)
    ]
    found.sort(key=lambda w: -abs(w.standardized))
    return tuple(found), tuple(float(b) for b in np.atleast_1d(machine.model.intercept_))


def _curve(
    recipe: Recipe,
    chosen: Candidate,
    X: Table,
    y: Array,
    settings: Settings,
    framing: Framing,
    marks: dict[str, Array],
) -> LearningCurve | None:
    rows = sample(y, min(chosen.rows, MOST_ROWS), settings, marks)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PellucidWarning)
            return learning_curve(
                recipe.pipeline(settings.seed, chosen.lam, settings.code),
                take_rows(X, rows),
                y[rows],
                folds=chunks_of(y[rows], settings, {k: v[rows] for k, v in marks.items()}),
                loss=framing.loss,
                seed=settings.seed,
                n_jobs=settings.jobs,
            )
    except TooFewRowsError:
        return None


def _once(findings: list[Finding]) -> list[Finding]:
    return list({(f.name, f.message): f for f in findings}.values())

"""The whole job: a table in, an honest model out.

Notes: §1.0.3, §1.0.5, §1.0.7, §2.7
"""

from __future__ import annotations

import time
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.framing import Framing, frame
from pellucid.data.reading import read_table
from pellucid.data.splits import Split, split_rows, without_singles
from pellucid.data.table import Table
from pellucid.errors import ColumnError, FramingError, PellucidWarning, TooFewRowsError
from pellucid.evaluation.assumptions import check_assumptions
from pellucid.evaluation.cross_validation import Folds, take_rows
from pellucid.evaluation.deadline import Deadline, OutOfTime
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
from pellucid.jobs.fit.candidates import (
    MOST_ROWS,
    Recipe,
    compared,
    is_asked_for,
    named,
    recipe_of,
)
from pellucid.jobs.fit.choice import choose
from pellucid.jobs.fit.code_findings import code_findings
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.insight import look_inside
from pellucid.jobs.fit.kept_model import (
    FOR_COMPARISON,
    affordable,
    kept_words,
    on_all_rows,
)
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.fit.model_choice import Progress, chunks_of, compare, sample
from pellucid.jobs.fit.weights import weights_of
from pellucid.losses import LOSSES
from pellucid.memory import peak_memory
from pellucid.notebook_progress import shows_progress

Array = NDArray[Any]


@shows_progress
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
    deadline = Deadline(settings.budget)
    candidates, noticed = compare(
        compared(framing.problem, settings.model),
        X_train,
        y_train,
        settings,
        framing.loss,
        marks_train,
        lambda stage, done: say(stage, 0.1 + 0.5 * done),
        deadline.within(FOR_COMPARISON),
    )
    clock.lap("comparing candidates")
    allowed = [c for c in candidates if is_asked_for(framing.problem, settings.model, c)]
    chosen, why = choose(
        affordable(allowed, candidates, deadline, len(y), settings.cv),
        framing.loss,
        prefer=settings.prefer,
        beside=candidates,
    )
    recipe = recipe_of(framing.problem, chosen)
    say(f"fitting {chosen.name}", 0.6)
    machine, noticed_last = _fitted(
        recipe, chosen, table, framing, split, X_train, y_train, settings, say
    )
    clock.lap("final fit")
    say("testing on rows never used", 0.75)
    result = _tested(machine, table, framing, split, y, candidates, chosen, settings)
    clock.lap("testing")
    say("drawing the learning curve", 0.8)
    curve = _curve(recipe, chosen, X_train, y_train, settings, framing, marks_train, deadline)
    clock.lap("learning curve")
    coded = code_findings(machine.steps[0].codes_)
    richer = [c for c in candidates if c.rank > chosen.rank and c.model != "nearest"]
    base = next(c for c in candidates if c.rank == 0)
    result = replace(
        result,
        findings=(*findings, *_once([*coded, *noticed, *noticed_last])),
        why=why,
        curve=curve,
        diagnosis=diagnose(
            curve, chosen, base.score.mean, min(richer, key=lambda c: c.score.mean, default=None)
        ),
    )
    say("looking at what the model does", 0.9)
    result = look_inside(
        result,
        table,
        y,
        lambda: recipe.pipeline(settings.seed, chosen.lam, settings.code),
        lambda most: _chunked(y_train, most, settings, marks_train),
    )
    clock.lap("what the model does")
    if not settings.keep_test_out:  # last: all that is told above is told of the model tested
        say("fitting on all rows", 0.95)
        result = on_all_rows(result, recipe, table, y, deadline)
        result = replace(result, why=why + kept_words(result))
        clock.lap("fit on all rows")
    say("done", 1.0)
    return replace(result, seconds=clock.laps, peak_memory=peak_memory())


def _chunked(
    y: Array, most: int, settings: Settings, marks: dict[str, Array]
) -> tuple[Array, Folds]:
    """At most so many rows, and chunks of them as the comparison made them."""
    rows = sample(y, most, settings, marks)
    return rows, chunks_of(y[rows], settings, {k: v[rows] for k, v in marks.items()})


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
    one_label = y.ndim == 1 and framing.problem != "regression"
    labels = y if one_label and not marks else None
    split = split_rows(len(y), test=settings.test, seed=settings.seed, labels=labels, **marks)
    if labels is not None:
        train, test = without_singles(labels, [(split.train, split.test)])[0]
        split = Split(train, test, split.how)
    _refuse_one_class(y, split, framing)
    if len(split.train) < settings.cv:
        raise TooFewRowsError(
            f"{len(split.train)} training rows do not make {settings.cv} chunks; "
            f"at least {settings.cv} are needed. Lower --cv or --test, or gather more rows."
        )
    return split


def _refuse_one_class(y: Array, split: Split, framing: Framing) -> None:
    """A class that only test rows hold cannot be learned: said with the table's own counts."""
    if framing.problem not in ("two classes", "several classes"):
        return
    if len(np.unique(y[split.train])) > 1:
        return
    labels, counts = np.unique(y, return_counts=True)
    told = ", ".join(f"{str(a)!r} has {n:,}" for a, n in zip(labels, counts, strict=True))
    raise FramingError(
        f"All training rows are {str(y[split.train][0])!r} (rows: {told}): there is nothing to "
        "tell apart. Gather rows of the other classes, or split otherwise (--order-by, --group)."
    )


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
    lowest = 0.0 if framing.problem == "regression" and _are_counts(y) else None
    return Machine(
        framing, table.schema, steps, pipeline[-1], threshold, {}, lowest=lowest
    ), noticed


def _are_counts(y: Array) -> bool:
    """Whole numbers from 0 on."""
    return bool((y >= 0).all() and (y == np.round(y)).all())


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
    hypothesis = machine.amounts if framing.problem == "regression" else machine.model
    each = losses_at(hypothesis, outside, y_test, framing.loss)
    guesses, probabilities, errors = _measured(machine, outside, y_test)
    base = named(framing.problem, "mean").make(settings.seed)
    base.fit(np.zeros((len(y_train), 1)), y_train)
    unseen = np.zeros((len(y_test), 1))
    evidence = _evidence(chosen, split, each, framing, errors)
    machine = replace(machine, evidence=evidence)
    weights, offset = weights_of(machine, inside)
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
        training_error=float(losses_at(hypothesis, inside, y_train, framing.loss).mean()),
        test_error=float(each.mean()),
        interval=interval_of(each, settings.seed),
        errors=errors,
        errors_baseline=_measured(replace(machine, model=base), unseen, y_test)[2],
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
        g = machine.amounts(X)
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


def _curve(
    recipe: Recipe,
    chosen: Candidate,
    X: Table,
    y: Array,
    settings: Settings,
    framing: Framing,
    marks: dict[str, Array],
    deadline: Deadline,
) -> LearningCurve | None:
    rows = sample(y, min(chosen.rows, MOST_ROWS), settings, marks)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PellucidWarning)
            return deadline.within(0.5).run(
                lambda going: learning_curve(
                    recipe.pipeline(settings.seed, chosen.lam, settings.code),
                    take_rows(X, rows),
                    y[rows],
                    folds=chunks_of(y[rows], settings, {k: v[rows] for k, v in marks.items()}),
                    loss=framing.loss,
                    seed=settings.seed,
                    n_jobs=settings.jobs,
                )
            )
    except (TooFewRowsError, OutOfTime):
        return None


def _once(findings: list[Finding]) -> list[Finding]:
    return list({(f.name, f.message): f for f in findings}.values())

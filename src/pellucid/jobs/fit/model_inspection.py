"""What a fitted model does with its columns, and how far its predictions can be trusted.

Notes: §1.0.5, §1.0.7, KE 35
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table import Kind, Table
from pellucid.errors import PellucidWarning, TooFewRowsError
from pellucid.evaluation.column_importance import (
    Importance,
    permutation_importance,
    relation_to_scores,
    shuffled_blocks,
    with_shuffled_columns,
)
from pellucid.evaluation.conformal_intervals import (
    LEVEL,
    conformal_scores,
    coverage,
    held_out_predictions,
    interval,
)
from pellucid.evaluation.cross_validation import Folds, take_rows
from pellucid.evaluation.deadline import Deadline
from pellucid.evaluation.partial_dependence import Dependence, partial_dependence
from pellucid.evaluation.training_and_test_error import losses_at
from pellucid.evaluation.training_ranges import extrapolation_warnings, training_ranges
from pellucid.jobs.fit.fit_result import FitResult
from pellucid.jobs.fit.inspection_result import Insight, WorstRow
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.fit.model_weights import opposed
from pellucid.jobs.fit.run_comparison import tested_rows
from pellucid.jobs.fit.statements import ResultFacts, result_findings, result_sentences
from pellucid.jobs.fit.time_budget import TimeBudget

Array = NDArray[Any]
IMPORTANCE_ROWS = 1_000  # test rows that are shuffled
SLOW_ROWS = 200  # where each answer looks at all training rows
MOST_CELLS = 2_000_000  # rows × encoded columns: of very wide tables fewer rows are shuffled
CELLS_AT_ONCE = 6_000_000  # of rows with shuffled columns, about which a model is asked together
MOST_COLUMNS = 60  # columns shuffled: those most related to the model's own predictions
DEPENDENCE_ROWS = 300
SHOWN = 6  # strongest columns whose dependence is drawn
WORST = 8  # rows with the largest loss
FAR_ABOVE = 2  # times the mean loss, from which a row counts as predicted badly
HeldOut = Callable[[Callable[[], None]], tuple[Array, Array]]
INTERVAL_ROWS = 10_000  # training rows predicted with their chunk held out


def inspect_model(
    result: FitResult,
    table: Table,
    y: Array,
    held_out: HeldOut,
    in_time: TimeBudget | None = None,
) -> FitResult:
    """Add to a result what its model does: importance, dependence, intervals, worst rows.

    Parameters
    ----------
    result : FitResult
        Fitted and tested.
    table : Table
        All rows used, with the target.
    y : ndarray
        Their answers.
    held_out : callable going -> (predictions, rows)
        Predictions of training rows while their chunk was held out.
    in_time : TimeBudget or None
        What does not end in time is left out, and named there.

    Returns
    -------
    FitResult
        With `insight`, further findings, and a machine that knows its ranges and intervals.

    Notes: KE 35
    """
    in_time = in_time or TimeBudget(Deadline(None))
    features = table.select(result.framing.features)
    inside, outside = features.take(result.split.train), features.take(result.split.test)
    y_train, y_test = y[result.split.train], y[result.split.test]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        known: dict[str, Any] = {"ranges": training_ranges(inside)}
        if result.framing.problem == "regression":
            intervals = in_time.run(
                "intervals of predictions",
                lambda going: _intervals(held_out, y_train, going),
                0.5,
            )
            known |= {} if intervals is None else {"intervals": intervals}
        machine = replace(result.machine, training_facts=known)
        importance, rows, columns = in_time.run(
            "the importance of the columns",
            lambda going: _importance(machine, result, outside, y_test, going),
            0.5,
        ) or ((), 0, 0)
        strongest = [each.column for each in importance if each.mean > 0][:SHOWN]
        dependence = in_time.run(
            "the curves of the strongest columns",
            lambda going: _dependence(machine, inside, strongest),
            0.5,
        )
        covered, width = _coverage(machine, outside, y_test)
        insight = Insight(importance, rows, columns, dependence or (), covered, width)
        each = losses_of_test(machine, result, outside, y_test)
        worst = _worst(machine, result, outside, each, strongest[:3])
        insight = replace(insight, worst=worst)
        facts = facts_of_result(result, insight, each)
        insight = replace(insight, sentences=tuple(result_sentences(facts)))
    machine = replace(
        machine,
        training_facts=machine.training_facts
        | {"tested": tested_rows(each, result.split.test, y_test, result.framing.loss)},
    )
    if covered is not None:
        judged = f"coverage of {LEVEL:.0%} intervals on {len(y_test):,} test rows"
        evidence = {judged: f"{covered:.1%}"}
        machine = replace(machine, evidence=machine.evidence | evidence)
    found = (*result_findings(facts), *_opposed(machine, result, inside))
    return replace(
        result,
        machine=machine,
        insight=insight,
        findings=(*result.findings, *found),
        explanation=machine.explain(),
    )


def _dependence(machine: Machine, inside: Table, names: list[str]) -> tuple[Dependence, ...]:
    return tuple(
        partial_dependence(machine.scores, _some(inside, DEPENDENCE_ROWS), name)
        for name in names
        if inside[name].kind is not Kind.TEXT  # too many values to go through
    )


def _some(table: Table, max_rows: int) -> Table:
    if len(table) <= max_rows:
        return table
    return table.take(np.linspace(0, len(table) - 1, max_rows).round().astype(np.intp))


def held_out_by_fits(
    pipeline: Any,
    X: Table,
    y: Array,
    folds_of: Callable[[int], tuple[Array, Folds]],
    check_time: Callable[[], None],
) -> tuple[Array, Array]:
    """Predictions of some training rows, each by a fit without its chunk, and their places.

    Parameters
    ----------
    pipeline : estimator
        The algorithm, not fitted.
    X, y : Table, ndarray, n rows
        Training rows and their targets.
    folds_of : callable most -> (rows, folds)
        At most so many of them, and chunks of these.
    check_time : callable
        Called before each chunk; what it raises ends the work.

    Notes: Def 85
    """
    rows, chunks = folds_of(INTERVAL_ROWS)
    guesses, held = held_out_predictions(pipeline, take_rows(X, rows), y[rows], chunks, check_time)
    return guesses, rows[held]


def _intervals(held_out: HeldOut, y: Array, check_time: Callable[[], None]) -> dict[str, Any]:
    guesses, rows = held_out(check_time)
    least = 0.0 if y.min() >= 0 else None
    return conformal_scores(guesses, y[rows], least)


def _coverage(machine: Machine, X: Table, y: Array) -> tuple[float | None, float | None]:
    if "intervals" not in machine.training_facts:
        return None, None
    try:
        low, high = interval(machine.training_facts["intervals"], machine.predict(X), LEVEL)
    except TooFewRowsError:
        return None, None
    return coverage(low, high, y), float(np.median(high - low))


def losses_of_test(machine: Machine, result: FitResult, X: Table, y: Array) -> Array:
    """Loss of each test row."""
    return losses_at(machine.model, machine.features_of(X), y, result.framing.loss)


def _importance(
    machine: Machine, result: FitResult, X: Table, y: Array, check_time: Callable[[], None]
) -> tuple[tuple[Importance, ...], int, int]:
    """Shuffle encoded blocks where the first step makes numbers of columns, else the table."""
    names = list(result.framing.features)
    first = machine.steps[0] if machine.steps else None
    coded = hasattr(first, "codes_") and first is not None
    Z: Any = first.transform(X) if coded and first is not None else X
    if isinstance(Z, Table):  # curves and trees: columns stay columns
        coded, Z = False, X
    width = Z.shape[1] if coded else len(names)
    slow = hasattr(machine.model, "X_") or hasattr(machine.model, "tree_")
    most = min(SLOW_ROWS if slow else IMPORTANCE_ROWS, max(MOST_CELLS // max(width, 1), 100))
    rows = np.linspace(0, len(y) - 1, min(len(y), most)).round().astype(np.intp)
    Z, y = take_rows(Z, rows), y[rows]
    later = machine.steps[1:] if coded else machine.steps

    def reached(rows: Any) -> Any:
        for step in later:
            rows = step.transform(rows)
        return rows

    def losses(rows: Any) -> Array:
        check_time()
        copies = np.concatenate([y] * (len(rows) // len(y)))
        return losses_at(machine.model, reached(rows), copies, result.framing.loss)

    gain = _baseline_loss(result) - result.test_error
    at_once = max(CELLS_AT_ONCE // max(len(y) * width, 1), 1)
    seed = result.settings.seed
    common: dict[str, Any] = {"rows": len(y), "gain": gain, "seed": seed, "at_once": at_once}
    blocks = _blocks(first) if coded else {}
    chosen = [name for name in names if name in blocks or not coded]
    if len(chosen) > MOST_COLUMNS:
        scores = machine.model_scores(reached(Z)).reshape(len(y), -1)
        chosen = _related(Z, scores, blocks, chosen)
    shuffled = shuffled_blocks(blocks) if coded else with_shuffled_columns
    found = permutation_importance(losses, Z, chosen, shuffled, **common)
    return tuple(found), len(y), len(chosen)


def _baseline_loss(result: FitResult) -> float:
    """The baseline's loss on the test rows, as the main loss has it."""
    name = "nll" if result.framing.loss == "nllm" else result.framing.loss
    return float(result.errors_baseline.get(name, float("nan")))


def _blocks(encoder: Any) -> dict[str, list[int]]:
    blocks: dict[str, list[int]] = {}
    at = 0
    for code in encoder.codes_:
        width = len(code["names"])
        blocks[code["column"]] = list(range(at, at + width))
        at += width
    return blocks


def _related(Z: Any, scores: Array, blocks: dict[str, list[int]], names: list[str]) -> list[str]:
    """The columns most related to what the model predicts."""
    X = Z.matrix() if isinstance(Z, Table) else None
    if X is not None and np.isfinite(X).all():
        Z, blocks = X, {name: [at] for at, name in enumerate(Z.names)}
    if not blocks:
        related = {name: relation_to_scores(Z[name], scores) for name in names}
    else:
        a, b = Z - Z.mean(axis=0), scores - scores.mean(axis=0)
        size = np.sqrt((a**2).sum(axis=0))[:, None] * np.sqrt((b**2).sum(axis=0))[None, :]
        with np.errstate(invalid="ignore", divide="ignore"):
            together = np.nan_to_num(np.abs(a.T @ b) / size).max(axis=1)
        related = {name: float(together[blocks[name]].max()) for name in names}
    return sorted(names, key=lambda name: -related[name])[:MOST_COLUMNS]


def facts_of_result(result: FitResult, insight: Insight, losses: Array) -> ResultFacts:
    """The numbers that the sentences about a result rest on."""
    m, n = len(losses), len(result.split.train)
    test_spread = float(losses.std(ddof=1) / np.sqrt(m)) if m > 1 else 0.0
    shares = [i.share for i in insight.importance if i.sure] + [float("nan")] * 2
    held = result.chosen.score
    whole = np.isclose(result.test_error, losses.mean())  # else these are some of many test rows
    return ResultFacts(
        test_error=result.test_error,
        test_spread=test_spread,
        held_out=held.mean,
        held_out_spread=max(held.error, test_spread * float(np.sqrt(m / n))),
        baseline=_baseline_loss(result),
        test_rows=m,
        top=shares[0],
        next=shares[1],
        top_column=insight.importance[0].column if insight.importance else "",
        coverage=insight.coverage,
        compared=len(result.candidates) > 1 or not result.chosen.name.startswith("baseline"),
        largest=float(losses.max() / losses.sum()) if whole and losses.sum() > 0 else 0.0,
        odd=insight.worst[0].caution if insight.worst else "",
        held_out_error=held.error,
    )


def _worst(
    machine: Machine, result: FitResult, X: Table, losses: Array, strongest: list[str]
) -> tuple[WorstRow, ...]:
    worst = np.argsort(-losses, kind="stable")[:WORST]
    worst = worst[losses[worst] > FAR_ABOVE * losses.mean()]
    if not len(worst):
        return ()
    rows = X.take(worst)
    told = extrapolation_warnings(machine.training_facts["ranges"], rows)
    shown = {name: rows[name].texts() for name in strongest}
    truths, guesses = _as_texts(result, result.targets), _as_texts(result, result.predictions)
    return tuple(
        WorstRow(
            int(result.split.test[at]) + 1,
            truths[at],
            guesses[at],
            float(losses[at]),
            tuple((name, _plain(values[i])) for name, values in shown.items()),
            told[i],
        )
        for i, at in enumerate(worst)
    )


def _plain(text: Any) -> str:
    return "(missing)" if text is None else str(text).removesuffix(".0")


def _as_texts(result: FitResult, predictions: Array) -> list[str]:
    from pellucid.formatting import number

    if result.framing.problem == "regression":
        return [number(float(v), 4) for v in predictions]
    if np.ndim(predictions) == 1:
        return [str(v) for v in predictions]
    names = result.framing.classes
    return [
        "; ".join(n for n, on in zip(names, row, strict=True) if on > 0) or "(none)"
        for row in predictions
    ]


def _opposed(machine: Machine, result: FitResult, inside: Table) -> list[Any]:
    if not result.weights or len(machine.steps) != 1:
        return []
    X = machine.features_of(_some(inside, 2_000))
    return list(opposed(result.weights, machine.steps[0].get_feature_names_out(), X))

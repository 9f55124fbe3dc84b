"""Comparing candidates: cross-validate each on the same chunks of the training rows.

Notes: Concept 87, Concept 83, §2.7
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.splits import folds as make_folds
from pellucid.data.splits import without_singles
from pellucid.errors import FramingError, PellucidWarning, TooFewRowsError, TooLargeError
from pellucid.evaluation.cross_validation import Folds, Rows, Tuning, cross_validate, tune
from pellucid.evaluation.deadline import Deadline, TimeLimitReached
from pellucid.evaluation.evaluation_results import Candidate, Score
from pellucid.findings import Finding
from pellucid.formatting import number
from pellucid.jobs.fit.encoding_cache import EncodedChunks
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.model_averaging import EvaluatedCandidate, averages_of, weighted_average
from pellucid.jobs.fit.recipe import Recipe
from pellucid.linear.solvers.lam_grid import extended_lams
from pellucid.notebook_progress import Progress
from pellucid.processes import processes_for, run_tasks_within

Array = NDArray[Any]
NO_BETTER = 1e-3  # share of the baseline's log loss below which another λ is no better


def compare(
    recipes: Sequence[Recipe],
    X: Any,
    y: Array,
    settings: Settings,
    loss: str,
    marks: dict[str, Array],
    progress: Progress | None = None,
    deadline: Deadline | None = None,
) -> tuple[list[EvaluatedCandidate], list[Finding]]:
    """Cross-validate each recipe; then the best of them on other scales, and averages of all.

    Parameters
    ----------
    recipes : sequence of Recipe
        Candidates, the baseline first.
    X : Table, n rows
        Training rows, not encoded.
    y : ndarray, shape (n,) or (n, k)
        Answers.
    settings : Settings
        Chunks, seed, λ grid.
    loss : str
        Evaluation criterion.
    marks : dict
        "order" or "groups" -> values (n,), kept by the chunks.
    progress : callable (stage, share done) or None
    deadline : Deadline or None
        What does not end in time is left out, and the finding says so.

    Returns
    -------
    judged, findings
        The candidates in the order given; then candidates on other scales, and averages.

    Notes: Def 85, Concept 87
    """
    width = encoded_width(X, y, settings.code)
    processes = processes_for(settings.jobs, 8.0 * len(y) * width)
    comparison = _Comparison(
        EncodedChunks(X, y, settings.code),
        width,
        replace(settings, jobs=processes),
        loss,
        marks,
        deadline or Deadline(None),
    )
    told: list[_Outcome] = []

    def try_all(recipes: Sequence[Recipe], others: int = 0) -> None:
        base = told[0].loss if told else 0.0
        here, before, of = count(), len(told), len(told) + len(recipes) + others

        def say(index: int) -> None:
            if progress:
                progress(f"trying {recipes[index].name}", (before + next(here)) / of)

        # A candidate's chunks are shared too, by the process in which the comparison is made.
        tasks = [partial(_outcome, recipe, comparison, base) for recipe in recipes]
        found = run_tasks_within(comparison.until.left, tasks, processes, say)
        told.extend(found.get(i, _Outcome(late=recipe)) for i, recipe in enumerate(recipes))

    asked = [recipe for recipe in recipes if recipe.is_for(len(y), settings.model)]
    try_all(asked[:1], len(asked) - 1)
    try_all(asked[1:])
    if _skewed(y):
        evaluated = [each.evaluated for each in told if each.evaluated]
        try_all(_on_other_scales(recipes, [each.candidate for each in evaluated]))
    found = [each.evaluated for each in told if each.evaluated]
    findings = [finding for each in told for finding in each.findings]
    late = [each.late for each in told if each.late]
    if settings.model == "auto":
        found += _averaged(found, y, settings, loss, marks)
    return found, findings + ([_not_tried(late, comparison.until)] if late else [])


@dataclass(frozen=True)
class _Comparison:
    """What all candidates of a comparison have in common."""

    encoded: EncodedChunks
    width: int
    settings: Settings
    loss: str
    marks: dict[str, Array]
    until: Deadline


@dataclass(frozen=True)
class _Outcome:
    """A candidate that was evaluated, or why it was not."""

    evaluated: EvaluatedCandidate | None = None
    findings: tuple[Finding, ...] = ()
    late: Recipe | None = None

    @property
    def loss(self) -> float:
        """The held-out loss; 0 where there is none."""
        return self.evaluated.candidate.score.mean if self.evaluated else 0.0


def _outcome(recipe: Recipe, comparison: _Comparison, baseline: float) -> _Outcome:
    """Evaluate one recipe, in this process or in another."""
    n, columns = len(comparison.encoded.y), comparison.encoded.X.shape[1]
    settings, width = comparison.settings, comparison.width
    if recipe.expand and width >= recipe.most:
        why = f"the {width:,} columns leave no room for products."
        return _Outcome(findings=(_left_out(recipe, why),))
    why = recipe.too_much(n, columns, _scores(comparison.encoded.y), settings.cv)
    if why and settings.model not in (recipe.model, recipe.family):
        why = f"{why} To try it: --model {recipe.model}."
        return _Outcome(findings=(_left_out(recipe, why),))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PellucidWarning)
        try:
            # The baseline takes no time, and there has to be something to fall back on.
            until = Deadline(None) if recipe.rank == 0 else comparison.until
            evaluated = until.run(partial(_try, recipe, comparison, baseline))
        except TimeLimitReached:
            return _Outcome(None, tuple(_warnings_once(recipe, caught)), recipe)
        except (TooLargeError, FramingError) as error:
            if recipe.rank == 0:
                raise
            left_out = _left_out(recipe, str(error))
            return _Outcome(None, (left_out, *_warnings_once(recipe, caught)))
    return _Outcome(evaluated, tuple(_warnings_once(recipe, caught)))


def _averaged(
    evaluated: Sequence[EvaluatedCandidate],
    y: Array,
    settings: Settings,
    loss: str,
    marks: dict[str, Array],
) -> list[EvaluatedCandidate]:
    """Averages of the candidates that met the same rows as the best of them."""
    fit = [c for c in evaluated if c.candidate.rank > 0 and c.candidate.model != "nearest"]
    held = [each for each in fit if each.predictions is not None]
    if not held:
        return []
    most = min((each.candidate for each in held), key=lambda c: c.score.mean).rows
    rows = sample(y, most, settings, marks)
    chunks = chunks_of(y[rows], settings, {k: v[rows] for k, v in marks.items()})
    alike = [h for h in held if h.candidate.rows == most]
    if settings.prefer != "accurate":
        return averages_of(alike, y[rows], chunks, loss)
    average = weighted_average(alike, y[rows], chunks, loss)
    return [average] if average else []


SKEWED = 0.7  # skewness of a target ≥ 0, from which other scales are tried
SCALES_TRIED = ("log", "sqrt")


def _skewed(y: Array) -> bool:
    """Whether the target is an amount ≥ 0 with a long tail."""
    if y.ndim != 1 or y.dtype.kind != "f" or not (y >= 0).all() or y.std() == 0:
        return False
    return bool(((y - y.mean()) ** 3).mean() / y.std() ** 3 > SKEWED)


def _on_other_scales(recipes: Sequence[Recipe], candidates: Sequence[Candidate]) -> list[Recipe]:
    """The best readable candidate and the best black box, on the logarithm and the root."""
    by_name = {recipe.model: recipe for recipe in recipes}
    fit = [c for c in candidates if c.rank > 0 and c.model != "nearest" and c.model in by_name]
    chosen = []
    for readable in (True, False):
        alike = [c for c in fit if c.readable is readable]
        if alike:
            chosen.append(min(alike, key=lambda c: c.score.mean))
    return [by_name[c.model].on_scale(scale) for c in chosen for scale in SCALES_TRIED]


def encoded_width(X: Any, y: Array, codes: dict[str, str] | None = None) -> int:
    """Number of columns after encoding, found on the rows themselves."""
    from pellucid.data.table_encoder import TableEncoder

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        return len(TableEncoder(codes=codes).fit(X, y).get_feature_names_out())


def _try(
    recipe: Recipe,
    comparison: _Comparison,
    baseline: float,
    check_time: Callable[[], None] | None = None,
) -> EvaluatedCandidate:
    """A candidate judged, with its predictions of held-out rows where anything later wants them."""
    encoded, d, settings = comparison.encoded, comparison.width, comparison.settings
    loss, marks = comparison.loss, comparison.marks
    begin, y = time.perf_counter(), encoded.y
    outputs = y.shape[1] if y.ndim == 2 else (1 if y.dtype.kind == "f" else len(np.unique(y)))
    rows = sample(y, recipe.rows(d, _scores(y)), settings, marks)
    y_some = y[rows]
    chunks = chunks_of(y_some, settings, {k: v[rows] for k, v in marks.items()})
    pipeline = recipe.pipeline(settings.seed, codes=settings.code)[1:]
    note = "" if len(rows) == len(y) else f"compared on {len(rows):,} of {len(y):,} training rows"
    shared: dict[str, Any] = {"folds": chunks, "loss": loss, "n_jobs": settings.jobs}
    kept = y.ndim == 1 and (settings.model == "auto" or y.dtype.kind == "f")
    shared |= {"callback": check_time, "inputs": encoded.inputs(recipe, rows), "keep": kept}
    value: float | None = None
    lam: float | None = None
    path: tuple[tuple[float, Score, float], ...] = ()
    if recipe.tuned != "lam" and recipe.lams:
        steps = tuple(int(v) for v in recipe.lams)
        more = partial(recipe.further_rounds, len(rows), _scores(y), settings.cv)
        tuning = tune(pipeline, None, y_some, steps, name=recipe.tuned, beyond=more, **shared)
        score, value = tuning.scores[tuning.best], tuning.best_value
        training = tuning.training[tuning.best]
        answers, fitted = _kept(tuning, tuning.best)
    elif recipe.lams:
        lams = settings.lams or recipe.lams
        # Where classes are separable the log loss falls for ever, by less and less.
        at_rest = NO_BETTER * baseline if loss in ("nll", "nllm") else None
        further = partial(extended_lams, a_decade=_a_decade(lams), enough=at_rest)
        tuning = tune(
            pipeline, None, y_some, lams, beyond=None if settings.lams else further, **shared
        )
        chosen = tuning.best if settings.lams else _prefer_larger_lam(tuning, at_rest or 0.0)
        score, training = tuning.scores[chosen], tuning.training[chosen]
        path = tuple(
            (float(lam), held, inside.mean)
            for lam, held, inside in zip(tuning.values, tuning.scores, tuning.training, strict=True)
        )
        lam = path[chosen][0]
        answers, fitted = _kept(tuning, chosen)
    else:
        judged = cross_validate(pipeline, None, y_some, **shared)
        score, training = judged.score, judged.training
        answers, fitted = judged.held_out, judged.fitted
    products = encoded.count_products(recipe, rows) if recipe.expand else None
    parameters = count_parameters(recipe, d, _free(outputs), products)
    candidate = Candidate(
        recipe.name,
        recipe.model,
        score,
        recipe.rank,
        training.mean,
        parameters,
        lam,
        path,
        time.perf_counter() - begin,
        len(rows),
        note,
        recipe.readable,
        value,
    )
    return EvaluatedCandidate(candidate, answers, training, fitted)


def _kept(tuning: Tuning, at: int) -> tuple[Array | None, tuple[Array, ...]]:
    """Predictions of held-out rows and of those fitted on, where they were kept."""
    return (tuning.held_out[at], tuning.fitted[at]) if tuning.held_out else (None, ())


def _scores(y: Array) -> int:
    """Scores that a model of these answers has: 1 for a number and for two classes."""
    outputs = y.shape[1] if y.ndim == 2 else (1 if y.dtype.kind == "f" else len(np.unique(y)))
    return 1 if outputs <= 2 else outputs


def _a_decade(lams: Sequence[float]) -> int:
    """How many values of an even grid lie within a decade; 1 where it is no grid."""
    if len(lams) < 2 or not 0 < lams[0] < lams[-1]:
        return 1
    return max(1, int((len(lams) - 1) / np.log10(lams[-1] / lams[0]) + 0.5))


def _prefer_larger_lam(tuning: Tuning, enough: float) -> int:
    """The best; where it is the smallest λ, the largest of those that do as well but for little."""
    if tuning.best > 0:
        return tuning.best
    least = tuning.scores[0].mean
    return max(i for i, score in enumerate(tuning.scores) if score.mean <= least + enough)


def count_parameters(
    recipe: Recipe, d: int, outputs: int, products: int | None = None
) -> int | None:
    """Numbers that a candidate learns from d columns for so many free outputs.

    None where that depends on the rows: curves bend, and trees split, as often as these call for.
    """
    if recipe.whole or recipe.model == "nearest":
        return None
    if recipe.count:
        return recipe.count(d, outputs)
    return (recipe.terms(d, products) * (recipe.rank > 0) + 1) * outputs


def _free(outputs: int) -> int:
    return 1 if outputs == 2 else outputs


def sample(y: Array, max_rows: int, settings: Settings, marks: dict[str, Array]) -> Rows:
    """A seeded, sorted sample of row indices; all rows when few enough, or in groups."""
    if len(y) <= max_rows or "groups" in marks:
        return np.arange(len(y), dtype=np.intp)
    if "order" in marks:  # the newest past is what the future resembles most
        return np.sort(np.argsort(marks["order"], kind="stable")[-max_rows:])
    rng = np.random.default_rng(settings.seed)
    if y.ndim == 1 and y.dtype.kind in "OU":
        labels, codes = np.unique(y.astype(str), return_inverse=True)
        kept = []
        for label in range(len(labels)):
            mine = np.flatnonzero(codes == label)
            wanted = min(len(mine), max(round(max_rows * len(mine) / len(y)), settings.cv))
            kept.append(rng.choice(mine, wanted, replace=False))
        return np.sort(np.concatenate(kept)).astype(np.intp)
    return np.sort(rng.choice(len(y), max_rows, replace=False)).astype(np.intp)


def chunks_of(y: Array, settings: Settings, marks: dict[str, Array]) -> Folds:
    """Folds for these answers: stratified by label, by time, or with groups whole."""
    stratify = y.ndim == 1 and y.dtype.kind in "OU" and not marks
    found = make_folds(
        len(y), settings.cv, seed=settings.seed, labels=y if stratify else None, **marks
    )
    left = without_singles(y, found) if stratify else found
    if len(left) < 2:
        raise TooFewRowsError(
            f"Of {len(y):,} rows too few share their class with another row: candidates cannot be "
            "compared. Merge rare classes, or gather more rows."
        )
    return left


def _start(name: str) -> str:
    return name[:1].upper() + name[1:]


def _left_out(recipe: Recipe, why: str) -> Finding:
    return Finding("candidate left out", "note", f"{_start(recipe.name)} was not tried: {why}")


def _not_tried(late: Sequence[Recipe], deadline: Deadline) -> Finding:
    names = ", ".join(recipe.name for recipe in late)
    return Finding(
        "budget spent",
        "caution",
        f"The time allowed ({number(deadline.seconds or 0.0, 3)} s for the comparison) was over "
        f"before these could be compared: {names}.",
        (),
        "Allow more with --budget, or name one model with --model.",
    )


def _warnings_once(recipe: Recipe, caught: Sequence[warnings.WarningMessage]) -> list[Finding]:
    said: dict[str, str] = {}
    for warning in caught:
        if issubclass(warning.category, PellucidWarning):
            said.setdefault(warning.category.__name__, str(warning.message))
    return [
        Finding(name, "note", f"While trying {recipe.name}: {message}")
        for name, message in said.items()
    ]

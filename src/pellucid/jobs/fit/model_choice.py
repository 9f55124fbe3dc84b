"""Choosing among candidates: cross-validate each, prefer the simpler within one standard error.

Notes: Concept 87, Concept 83, §2.7
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.splits import folds as make_folds
from pellucid.errors import PellucidWarning
from pellucid.evaluation.cross_validation import Folds, Rows, cross_validate, take_rows, tune
from pellucid.evaluation.evidence import Candidate
from pellucid.findings import Finding
from pellucid.jobs.fit.candidates import MOST_TERMS, Recipe
from pellucid.jobs.fit.fit_result import Settings
from pellucid.losses import LOSSES
from pellucid.wording import number

Array = NDArray[Any]
Progress = Callable[[str, float], None]


def compare(
    recipes: Sequence[Recipe],
    X: Any,
    y: Array,
    settings: Settings,
    loss: str,
    marks: dict[str, Array],
    progress: Progress | None = None,
) -> tuple[list[Candidate], list[Finding]]:
    """Cross-validate each recipe on the training rows.

    Parameters
    ----------
    recipes : sequence of Recipe
        Candidates; those whose basis would explode are left out, and the finding says so.
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

    Returns
    -------
    candidates, findings
        In the order given.

    Notes: Def 85, Concept 87
    """
    d = encoded_width(X, y, settings.code)
    found, findings = [], []
    for step, recipe in enumerate(recipes):
        if progress:
            progress(f"trying {recipe.name}", step / len(recipes))
        if recipe.expand and len(recipes) > 1 and recipe.terms(d) > MOST_TERMS:
            findings.append(_too_wide(recipe, d))
            continue
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", PellucidWarning)
            found.append(_try(recipe, X, y, d, settings, loss, marks))
        findings += _said_once(recipe, caught)
    return found, findings


def encoded_width(X: Any, y: Array, codes: dict[str, str] | None = None) -> int:
    """Number of columns after encoding, found on the rows themselves."""
    from pellucid.data.encoder import TableEncoder

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        return len(TableEncoder(codes=codes).fit(X, y).get_feature_names_out())


def _try(
    recipe: Recipe,
    X: Any,
    y: Array,
    d: int,
    settings: Settings,
    loss: str,
    marks: dict[str, Array],
) -> Candidate:
    begin = time.perf_counter()
    outputs = y.shape[1] if y.ndim == 2 else (1 if y.dtype.kind == "f" else len(np.unique(y)))
    rows = sample(y, recipe.rows(d, 1 if outputs <= 2 else outputs), settings, marks)
    X_some, y_some = take_rows(X, rows), y[rows]
    chunks = chunks_of(y_some, settings, {k: v[rows] for k, v in marks.items()})
    pipeline = recipe.pipeline(settings.seed, codes=settings.code)
    note = "" if len(rows) == len(y) else f"compared on {len(rows):,} of {len(y):,} training rows"
    shared: dict[str, Any] = {"folds": chunks, "loss": loss, "n_jobs": settings.jobs}
    if recipe.lams:
        lams = settings.lams or recipe.lams
        tuning = tune(pipeline, X_some, y_some, lams, **shared)
        path = tuple(
            (float(lam), score, training.mean)
            for lam, score, training in zip(lams, tuning.scores, tuning.training, strict=True)
        )
        score, training, lam = (
            tuning.scores[tuning.best],
            path[tuning.best][2],
            path[tuning.best][0],
        )
    else:
        judged = cross_validate(pipeline, X_some, y_some, **shared)
        score, training, lam, path = judged.score, judged.training.mean, None, ()
    parameters = _parameters(recipe, d, _free(outputs))
    return Candidate(
        recipe.name,
        recipe.model,
        score,
        recipe.rank,
        training,
        parameters,
        lam,
        path,
        time.perf_counter() - begin,
        len(rows),
        note,
    )


def _parameters(recipe: Recipe, d: int, outputs: int) -> int:
    if recipe.count:
        return recipe.count(d, outputs)
    return 0 if recipe.rank == 3 else (recipe.terms(d) * (recipe.rank > 0) + 1) * outputs


def _free(outputs: int) -> int:
    return 1 if outputs == 2 else outputs


def sample(y: Array, most: int, settings: Settings, marks: dict[str, Array]) -> Rows:
    """A seeded, sorted sample of row indices; all rows when few enough, or in groups."""
    if len(y) <= most or "groups" in marks:
        return np.arange(len(y), dtype=np.intp)
    if "order" in marks:  # the newest past is what the future resembles most
        return np.sort(np.argsort(marks["order"], kind="stable")[-most:])
    rng = np.random.default_rng(settings.seed)
    if y.ndim == 1 and y.dtype.kind in "OU":
        labels, codes = np.unique(y.astype(str), return_inverse=True)
        kept = []
        for label in range(len(labels)):
            mine = np.flatnonzero(codes == label)
            wanted = min(len(mine), max(round(most * len(mine) / len(y)), settings.cv))
            kept.append(rng.choice(mine, wanted, replace=False))
        return np.sort(np.concatenate(kept)).astype(np.intp)
    return np.sort(rng.choice(len(y), most, replace=False)).astype(np.intp)


def chunks_of(y: Array, settings: Settings, marks: dict[str, Array]) -> Folds:
    """Folds for these answers: stratified by label, by time, or with groups whole."""
    stratify = y.ndim == 1 and y.dtype.kind in "OU" and not marks
    return make_folds(
        len(y), settings.cv, seed=settings.seed, labels=y if stratify else None, **marks
    )


def choose(candidates: Sequence[Candidate], loss: str) -> tuple[Candidate, str]:
    """The simplest candidate within one standard error of the best, and why, in two sentences.

    Notes: Concept 87, Def 24
    """
    best = min(candidates, key=lambda c: c.score.mean)
    limit = best.score.mean + best.score.error
    chosen = min(
        (c for c in candidates if c.score.mean <= limit), key=lambda c: (c.rank, c.score.mean)
    )
    if len(candidates) == 1:
        return chosen, f"{_start(chosen.name)} was asked for."
    figures = (
        f"{number(best.score.mean)} ± {number(best.score.error, 2)} ({LOSSES[loss].title} on "
        "held-out chunks)"
    )
    if chosen is best:
        return chosen, (
            f"{_start(best.name)} had the lowest loss, {figures}. No simpler candidate came within "
            "one standard error of it."
        )
    return chosen, (
        f"{_start(best.name)} had the lowest loss, {figures}. {_start(chosen.name)} is simpler "
        f"and, at {number(chosen.score.mean)}, within one standard error of it, so it is preferred."
    )


def _start(name: str) -> str:
    return name[:1].upper() + name[1:]


def _too_wide(recipe: Recipe, d: int) -> Finding:
    return Finding(
        "candidate left out",
        "note",
        f"{_start(recipe.name)} would have {recipe.terms(d):,} columns (from {d}), more than "
        f"{MOST_TERMS:,}; it was not tried.",
        (),
        f"To try it all the same: --model {recipe.model}",
    )


def _said_once(recipe: Recipe, caught: Sequence[warnings.WarningMessage]) -> list[Finding]:
    said: dict[str, str] = {}
    for warning in caught:
        if issubclass(warning.category, PellucidWarning):
            said.setdefault(warning.category.__name__, str(warning.message))
    return [
        Finding(name, "note", f"While trying {recipe.name}: {message}")
        for name, message in said.items()
    ]

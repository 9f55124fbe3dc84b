"""The logistic family on blocks: Newton's steps, each of one pass, warm from a sample.

Notes: KE 160, KE 171, Clar 174, Concept 82
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tile_arrays import set_feature_names
from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.data.sample_weights import class_weights
from pellucid.errors import FramingError, TooFewRowsError
from pellucid.linear.on_blocks.label_survey import LabelSurvey, survey_labels
from pellucid.linear.on_blocks.mean_loss import (
    BlockLoss,
    LabelledRows,
    Part,
    Question,
    Task,
    TileReader,
    minimized_together,
)
from pellucid.linear.score_classifier import START_TOL
from pellucid.linear.score_cv import FOLD_TOL, LAMS, extended_grid, index_of_least_loss
from pellucid.linear.solvers.design import COMPILED, Design
from pellucid.linear.solvers.likelihood import Solve
from pellucid.linear.solvers.newton import Evidence, minimize

Array = NDArray[np.float64]
Fit = tuple[BlockLoss, Array, str, Evidence]
ALIKE = 0.25  # how far the mean square of a column of the sample, standardised by all, is from 1
ENOUGH = 100  # sampled rows of the rarest class for each number of a score


def fit_penalized(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `LogisticClassifier` or `SoftmaxClassifier`.

    Raises
    ------
    FramingError
        When it is to go by descent.
    """
    if model.algorithm != "newton":
        raise FramingError(
            f"{type(model).__name__} on blocks takes algorithm='newton'; for "
            f"{model.algorithm!r} give rows in memory, or partial_fit block by block."
        )
    rows = labelled_rows(model, source, passes, None)
    loss = BlockLoss(rows, model.lam)
    start, solve = initial_parameters(loss, model)
    before = getattr(model, "coef_", None) if model.warm_start else None
    if before is not None and before.shape == (loss.k, loss.design.d):
        start, solve = loss.design.standardized(before.T, np.asarray(model.intercept_)), None
    (found,) = minimized_together([_task(model, loss, start, solve)])
    _keep(model, (loss, *found))
    return model


def fit_sigmoids(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `SigmoidsClassifier`: its classes side by side."""
    rows = labelled_rows(model, source, passes, None)
    losses = [BlockLoss(rows, model.lam, Part(column=j)) for j in range(rows.sample[1].shape[1])]
    tasks = [_task(model, loss, *initial_parameters(loss, model)) for loss in losses]
    fits = [(loss, *found) for loss, found in zip(losses, minimized_together(tasks), strict=True)]
    model.set_columns(fits)
    model.solver_ += " of blocks"
    return model


def fit_cross_validated(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `LogisticCV` or `SoftmaxCV`: all λ and folds side by side.

    A number of folds means `HashedFolds`: a row's fold follows from its place.

    Raises
    ------
    FramingError
        When `cv` is neither a number nor `HashedFolds`.
    TooFewRowsError
        When all rows of a class are in one fold.
    """
    splitter = model.cv
    if isinstance(splitter, int | np.integer):
        splitter = HashedFolds(int(splitter))
    if not isinstance(splitter, HashedFolds):
        raise FramingError(
            f"{type(model).__name__} on blocks takes a number of folds or HashedFolds as cv; got "
            f"{model.cv!r}."
        )
    rows = labelled_rows(model, source, passes, splitter)
    lams = np.sort(np.asarray(list(model.lams), dtype=float))[::-1]
    fits, losses = _grid(model, rows, lams, None)
    best = index_of_least_loss(losses.mean(axis=1))
    while tuple(model.lams) == LAMS.default and (lam := extended_grid(lams, losses.mean(axis=1))):
        at = len(lams) if lam < lams[-1] else 0
        more, judged = _grid(model, rows, np.array([lam]), fits[best][1])
        lams, losses = np.insert(lams, at, lam), np.insert(losses, at, judged, axis=0)
        fits[at:at] = more
        best = index_of_least_loss(losses.mean(axis=1))
    model.lams_, model.cv_losses_, model.lam_ = lams, losses, float(lams[best])
    _keep(model, fits[best])
    return model


def _grid(
    model: Any, rows: LabelledRows, lams: Array, start: Array | None
) -> tuple[list[Fit], Array]:
    """The minimisers of all rows at each λ, and the held-out loss at each λ in each fold."""
    k = len(rows.weight)
    settings = _settings(model)
    judged = {**settings, "tol": max(model.tol, FOLD_TOL)}
    tasks: list[Task] = []
    for lam in lams:
        loss = BlockLoss(rows, float(lam))
        start, _ = initial_parameters(loss, model, start)
        tasks.append((loss, start, settings))
        tasks += [(BlockLoss(rows, float(lam), Part(j), loss), start, judged) for j in range(k)]
    found = minimized_together(tasks)
    fits = [(tasks[i][0], *found[i]) for i in range(0, len(tasks), k + 1)]
    questions = []
    for (loss, _, _), (B, _, _) in zip(tasks, found, strict=True):
        if loss.part.fold is not None:
            held = Part(loss.part.fold, held_out=True)
            questions.append(Question(held, rows.total(held), B))
    losses = [float(J) for J, _, _ in rows.ask(questions)]
    return fits, np.reshape(losses, (len(lams), k))


def labelled_rows(
    model: Any, source: RowBlocks, passes: Passes, splitter: HashedFolds | None
) -> LabelledRows:
    """One pass: what the objectives need to know beforehand. Sets the classes of the model."""
    found = survey_labels(passes, source, splitter)
    refuse_extremes(found.largest[None])
    _take_classes(model, found)
    set_feature_names(model, source, found.d)
    k, offset = len(found.classes), bool(model.fit_intercept)
    held = found.weight.sum(axis=0)
    given = getattr(model, "class_weight", None)
    own = (
        np.ones(k) if found.multilabel else class_weights(given, found.classes, np.arange(k), held)
    )
    deviation = found.columns.deviation
    scale = deviation if offset else np.hypot(deviation, found.columns.mean)
    scheme = TileReader(
        classes=found.classes,
        class_weight=own,
        one_score=not found.multilabel and model.truths(np.arange(k)).shape[1] == 1,
        multilabel=found.multilabel,
        offset=offset,
        mean=found.columns.mean if offset else np.zeros(found.d),
        scale=np.where(scale > 0, scale, 1.0),
        compiled=found.rows * found.d >= COMPILED,
        splitter=splitter,
    )
    weight = found.total if found.multilabel else found.weight @ own
    _refuse_lone(model, found)
    design, Y = scheme.design(*found.sample.arrays)
    design = design.weighed(design.weights / design.weights.sum())
    rows = LabelledRows(passes, source, scheme, found, weight, (design, Y))
    if not rows.is_sampled_whole:
        passes.notes.append(
            f"{len(found.sample):,} of {found.rows:,} rows, for where the steps start"
        )
    return rows


def _take_classes(model: Any, survey: LabelSurvey) -> None:
    model.classes_ = survey.classes
    if hasattr(model, "set_columns"):  # classes may overlap
        model.multilabel_ = survey.multilabel
    elif survey.multilabel:
        raise FramingError(
            f"{type(model).__name__} takes one label a row; y has {len(survey.classes)} columns. "
            "For classes that overlap take SigmoidsClassifier."
        )
    if survey.multilabel:
        ones = survey.weight.sum(axis=0)
        model.check_columns((ones == 0) | np.isclose(ones, survey.total.sum(), rtol=1e-12))
    else:
        model.check_classes()


def _refuse_lone(model: Any, survey: LabelSurvey) -> None:
    """Refuse classes without a row to train on, or folds without rows, in cross-validation."""
    if len(survey.weight) == 1:
        return
    alone = (survey.weight == survey.weight.sum(axis=0)).any(axis=0)
    if alone.any() or not (survey.total > 0).all():
        rare = survey.classes[int(np.argmax(alone))]
        raise TooFewRowsError(
            f"{type(model).__name__}: {len(survey.weight)} hashed folds of {survey.rows:,} rows "
            f"leave a fold empty, or a class ({rare}) in one fold alone: gather more rows, or take "
            "fewer folds."
        )


def initial_parameters(
    loss: BlockLoss, model: Any, B: Array | None = None
) -> tuple[Array, Solve | None]:
    """The minimiser on the sample, and its Hessian's solver where that serves all rows.

    Where the sample says too little, or λ = 0, it is zero.
    """
    small, rows = loss.sampled, loss.rows
    if B is None:
        B = np.zeros((loss.design.width, loss.k))
    share = small.Y.mean(axis=0)
    rare = min(share.min(), 1 - share.max())
    whole = rows.is_sampled_whole
    if loss.lam == 0 or (not whole and small.design.n * rare < ENOUGH * loss.design.width):
        return B, None
    tol = model.tol if whole else START_TOL
    B, _, evidence = minimize(small, B, tol=tol, max_iter=model.max_iter if whole else 30)
    serves = not whole and loss.gives_hessian and _is_like_all(small.design)
    return B, evidence.solve if serves else None


def _is_like_all(sample: Design) -> bool:
    """Whether each column varies in the sample about as much as in all rows, whose scale it has."""
    squares = sample.weights @ ((sample.X - sample.held) / sample.scale) ** 2
    return bool((np.abs(squares - 1) < ALIKE).all())


def _task(model: Any, loss: BlockLoss, start: Array, solve: Solve | None) -> Task:
    """A minimisation whose first step goes by a solver that is there, if one is."""
    loss.is_slow = solve is None
    return loss, start, {**_settings(model), "solve": solve}


def _settings(model: Any) -> dict[str, Any]:
    return {"tol": model.tol, "max_iter": model.max_iter}


def _keep(model: Any, fit: Sequence[Any]) -> None:
    model.set_fit(*fit)
    model.solver_ += " of blocks"

"""Cross-validation and tuning: judging an algorithm, and choosing its λ, on rows held out.

All encoding happens inside the folds. In fold j the n of nλ is the fold's own number of rows.

Notes: Def 85, Clar 86, Concept 87, Clar 88
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline

from pellucid.data.splits import folds as make_folds
from pellucid.data.table import Table
from pellucid.evaluation.evaluation_results import Score
from pellucid.evaluation.training_and_test_error import answers_at, losses_at
from pellucid.former_names import renamed_arguments
from pellucid.losses import Loss
from pellucid.processes import processes_for, run_tasks

Rows = NDArray[np.intp]
Folds = Sequence[tuple[Rows, Rows]]
Array = NDArray[Any]
Inputs = Callable[[Rows, Rows], tuple[Any, Any]]


@dataclass(frozen=True)
class CrossValidation:
    """What cross-validation found: held-out and training loss, chunk by chunk.

    `score.mean` estimates the test error of the *algorithm*; no single hypothesis owns it.
    `held_out`, where it was asked for, is the prediction of each row while its chunk was held out,
    as `answers_at` has it: (n,), NaN where a row is in no chunk; `fitted` are those of the rows
    that were fitted on meanwhile, an array a chunk.
    """

    score: Score
    training: Score
    held_out: Array | None = None
    fitted: tuple[Array, ...] = ()


@dataclass(frozen=True)
class Tuning:
    """Scores along a hyperparameter: `values`, held-out `scores`, `training` loss, and `best`.

    `best` is the index of the lowest mean held-out loss. `held_out` and `fitted`, where they were
    asked for, hold for each value what they are in `CrossValidation`.
    """

    name: str
    values: tuple[Any, ...]
    scores: tuple[Score, ...]
    training: tuple[Score, ...]
    best: int
    held_out: tuple[Array, ...] = ()
    fitted: tuple[tuple[Array, ...], ...] = ()

    @property
    def best_value(self) -> Any:
        """The value with the lowest mean held-out loss."""
        return self.values[self.best]


def take_rows(X: Any, rows: Rows) -> Any:
    """Rows of a table, data frame, sparse matrix or array."""
    from sklearn.utils import _safe_indexing

    return X.take(rows) if isinstance(X, Table) else _safe_indexing(X, rows)


def score_of(chunks: Sequence[float]) -> Score:
    """Mean over chunks and its standard error."""
    each = np.asarray(chunks, dtype=np.float64)
    error = float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else 0.0
    return Score(float(each.mean()), error, tuple(float(e) for e in each))


def folds_for(estimator: Any, y: Array, k: int, seed: int) -> Folds:
    """Seeded folds, stratified for a classifier with one label a row."""
    stratify = is_classifier(estimator) and y.ndim == 1
    return make_folds(len(y), k, seed=seed, labels=y if stratify else None)


@renamed_arguments(going="callback")
def cross_validate(
    estimator: Any,
    X: Any,
    y: Array,
    *,
    k: int = 5,
    folds: Folds | None = None,
    loss: str | Loss = "square",
    seed: int = 0,
    n_jobs: int | None = None,
    callback: Callable[[], None] | None = None,
    inputs: Inputs | None = None,
    keep: bool = False,
) -> CrossValidation:
    """Judge an algorithm: fit on all chunks but one, take the loss on that one, for each.

    Parameters
    ----------
    estimator : estimator
        Any scikit-learn estimator or pipeline; cloned, never changed.
    X : table, data frame or array, n rows
        Inputs, not yet encoded.
    y : ndarray, shape (n,) or (n, k)
        Answers.
    k : int
        Number of chunks, when `folds` is not given.
    folds : sequence of (train rows, held-out rows)
        Chunks of your own.
    loss : str or Loss
        What to measure; no regularizer.
    seed : int
        Seed of the shuffle.
    n_jobs : int or None
        Processes that folds are shared among, -1 for one a core. The result is the same for any,
        as far as the estimator's own is the same under any number of threads.
    callback : callable or None
        Called before each chunk that this process works on; what it raises ends the work.
    inputs : callable (training rows, held-out rows) -> (inputs, inputs), or None
        What the estimator is given for a chunk, in place of rows of X: where several estimators
        share an encoding, it is learned once a chunk.
    keep : bool
        Whether the predictions are wanted too, of held-out rows and of those fitted on.

    Returns
    -------
    CrossValidation
        Held-out and training scores.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> X = np.arange(20.0)[:, None]
    >>> cross_validate(LinearRegression(), X, 3 * X[:, 0]).score.mean < 1e-20
    True

    Notes: Def 85, Clar 86
    """
    y = np.asarray(y)
    chunks = folds if folds is not None else folds_for(estimator, y, k, seed)
    given = inputs or (lambda train, held_out: (take_rows(X, train), take_rows(X, held_out)))

    tasks = [partial(_one_chunk, estimator, y, chunk, given, loss, keep) for chunk in chunks]
    found = _all_chunks(tasks, n_jobs, X, callback)
    held, training = (score_of([f[part] for f in found]) for part in (0, 1))
    if not keep:
        return CrossValidation(held, training)
    answers = _put_together(len(y), chunks, [f[2] for f in found])
    return CrossValidation(held, training, answers, tuple(f[3] for f in found))


def _put_together(n: int, chunks: Folds, predictions: Sequence[Array]) -> Array:
    """Answers of the chunks at the rows they belong to: (n,)."""
    found = np.full(n, np.nan)
    for (_, held_out), mine in zip(chunks, predictions, strict=True):
        found[held_out] = mine
    return found


@renamed_arguments(going="callback")
def tune(
    estimator: Any,
    X: Any,
    y: Array,
    values: Sequence[Any],
    *,
    name: str = "lam",
    k: int = 5,
    folds: Folds | None = None,
    loss: str | Loss = "square",
    seed: int = 0,
    n_jobs: int | None = None,
    callback: Callable[[], None] | None = None,
    inputs: Inputs | None = None,
    beyond: Callable[[Array, Array], Array] | None = None,
    keep: bool = False,
) -> Tuning:
    """Cross-validate each value of a hyperparameter of the last step; the loss has no regularizer.

    A fold encodes once and walks the whole λ path where the model has one (`path`), so twenty
    values cost about as much as one.

    Parameters
    ----------
    estimator : estimator or Pipeline
        The algorithm; with a pipeline, `name` belongs to its last step.
    X, y, k, folds, loss, seed, n_jobs, going, inputs, keep
        As in `cross_validate`.
    values : sequence
        Values to try.
    name : str
        The hyperparameter.
    beyond : callable (values, mean held-out losses) -> further values, or None
        What to try next, where the best is at an end of the values; asked until it names nothing.

    Returns
    -------
    Tuning
        Scores along the values, further ones in their order among them, and the best.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> X = np.arange(20.0)[:, None]
    >>> tune(Ridge(), X, 3 * X[:, 0], [0.0, 10.0], name="alpha").best_value
    0.0

    Notes: Concept 87, Clar 88, Concept 82
    """
    y = np.asarray(y)
    chunks = folds if folds is not None else folds_for(estimator, y, k, seed)
    given = inputs or (lambda train, held_out: (take_rows(X, train), take_rows(X, held_out)))

    along: Sequence[_ChunkAlong] = [
        _ChunkAlong(estimator, y, chunk, given, name, loss, keep, beyond is not None)
        for chunk in chunks
    ]
    tried: list[tuple[Any, Score, Score, Any, Any]] = []
    more = list(values)
    while more:
        tasks = [partial(chunk.judge, more) for chunk in along]
        learned, judged = zip(*_all_chunks(tasks, n_jobs, X, callback), strict=True)
        along = [
            replace(chunk, learned=so_far) for chunk, so_far in zip(along, learned, strict=True)
        ]
        for i, value in enumerate(more):
            held, inside = (score_of([fold[i][part] for fold in judged]) for part in (0, 1))
            answers = [fold[i][2] for fold in judged]
            kept = _put_together(len(y), chunks, answers) if keep else None
            tried.append((value, held, inside, kept, tuple(fold[i][3] for fold in judged)))
        means = np.array([each[1].mean for each in tried])
        more = [] if beyond is None else beyond(np.array([t[0] for t in tried]), means).tolist()
    if len(tried) > len(values):
        tried.sort(key=lambda each: each[0])
    best = int(np.argmin([each[1].mean for each in tried]))
    found_values, scores, training, held_out, fitted = zip(*tried, strict=True)
    found = Tuning(name, found_values, scores, training, best)
    return replace(found, held_out=held_out, fitted=fitted) if keep else found


def _one_chunk(
    estimator: Any,
    y: Array,
    chunk: tuple[Rows, Rows],
    inputs: Inputs,
    loss: str | Loss,
    keep: bool,
) -> tuple[float, float, Any, Any]:
    """What `_judged` finds of a chunk."""
    train, held_out = chunk
    inside, outside = inputs(train, held_out)
    h = clone(estimator).fit(inside, y[train])
    return _judged(h, (inside, y[train]), (outside, y[held_out]), loss, keep)


def _judged(
    h: Any, fitted: tuple[Any, Array], held_out: tuple[Any, Array], loss: str | Loss, keep: bool
) -> tuple[float, float, Any, Any]:
    """Held-out and training loss, and the predictions of both where they are to be kept."""
    outside, inside = (losses_at(h, *rows, loss).mean() for rows in (held_out, fitted))
    if not keep:
        return outside, inside, None, None
    return outside, inside, answers_at(h, *held_out), answers_at(h, *fitted)


@dataclass(frozen=True)
class _ChunkAlong:
    """One chunk along the values of a hyperparameter; `learned` is what can be gone on with."""

    estimator: Any
    y: Array
    chunk: tuple[Rows, Rows]
    inputs: Inputs
    name: str
    loss: str | Loss
    keep: bool
    goes_on: bool
    learned: Any = None

    def judge(self, values: Sequence[Any]) -> tuple[Any, list[tuple[Any, ...]]]:
        """What can be gone on with, and for each value what `_judged` finds."""
        train, held_out = self.chunk
        y_train, y_held_out, loss, learned = self.y[train], self.y[held_out], self.loss, None
        if self.learned is not None:
            path, inside, outside = learned = self.learned
        else:
            before, last = _split_last(clone(self.estimator))
            inside, outside = self.inputs(train, held_out)
            for step in before:
                inside = step.fit_transform(inside, y_train)
                outside = step.transform(outside)
            path = _path_of(last, inside, y_train, self.name)
            if self.goes_on and hasattr(last, "growing"):
                learned = path, inside, outside
        rows = (inside, y_train), (outside, y_held_out)
        found = [_judged(h, *rows, loss, self.keep) for h in path(values)]
        return learned, found


def _all_chunks(
    tasks: Sequence[Callable[[], Any]],
    n_jobs: int | None,
    X: Any,
    callback: Callable[[], None] | None,
) -> list[Any]:
    def before(_: int) -> None:
        if callback is not None:
            callback()

    return run_tasks(tasks, processes_for(n_jobs, size_of(X)), before)


def size_of(X: Any) -> float:
    """Bytes of rows, where they tell; 0 where they do not."""
    if hasattr(X, "memory_usage"):
        return float(X.memory_usage(deep=False).sum())
    return float(getattr(X, "nbytes", 0))


def _split_last(estimator: Any) -> tuple[list[Any], Any]:
    if isinstance(estimator, Pipeline):
        steps = [step for _, step in estimator.steps]
        return [s for s in steps[:-1] if s not in (None, "passthrough")], steps[-1]
    return [], estimator


def _path_of(last: Any, X: Any, y: Array, name: str) -> Callable[[Sequence[Any]], list[Any]]:
    """What fits each value of a hyperparameter to some rows."""
    if name == getattr(last, "path_parameter", "lam"):
        if hasattr(last, "growing"):
            path: Callable[[Sequence[Any]], list[Any]] = last.growing(X, y)
            return path
        if hasattr(last, "path"):
            return lambda values: list(last.path(X, y, list(values)))
    return lambda values: [clone(last).set_params(**{name: value}).fit(X, y) for value in values]

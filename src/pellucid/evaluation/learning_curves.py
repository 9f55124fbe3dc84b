"""Learning curves: training and held-out loss as rows are added.

Notes: Def 73, Def 75, Concept 77, Concept 78, §2.7
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TooFewRowsError
from pellucid.evaluation.cross_validation import Folds, cross_validate, folds_for, size_of
from pellucid.evaluation.evaluation_results import LearningCurve, Score
from pellucid.former_names import renamed_arguments
from pellucid.losses import Loss
from pellucid.processes import processes_for, run_tasks

POINTS = 5  # sizes of a curve, where none are given


@renamed_arguments(whole="full_scores")
def learning_curve(
    estimator: Any,
    X: Any,
    y: NDArray[Any],
    *,
    sizes: Sequence[int] | None = None,
    k: int = 5,
    folds: Folds | None = None,
    loss: str | Loss = "square",
    seed: int = 0,
    n_jobs: int | None = None,
    full_scores: tuple[Score, Score] | None = None,
    points: int = POINTS,
) -> LearningCurve:
    """Training and held-out loss as the training rows grow.

    Parameters
    ----------
    estimator, X, y, k, folds, loss, seed, n_jobs
        As in `cross_validate`.
    sizes : sequence of int or None
        Numbers of training rows; None takes `points`, evenly spaced on a logarithmic scale.
    full_scores : tuple of Score or None
        Training and held-out loss of all rows of each chunk, where a cross-validation has found
        them: that size is not fitted again.
    points : int
        How many sizes, where none are given.

    Returns
    -------
    LearningCurve
        A pair of scores a size; every size is judged on the same held-out rows.

    Raises
    ------
    TooFewRowsError
        When the smallest size leaves no rows to fit.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> X = np.arange(40.0)[:, None]
    >>> learning_curve(LinearRegression(), X, 2 * X[:, 0], sizes=[8, 32]).sizes
    (8, 32)

    Notes: Def 73, Clar 74
    """
    y = np.asarray(y)
    chunks = folds if folds is not None else folds_for(estimator, y, k, seed)
    largest = min(len(train) for train, _ in chunks)
    wanted = (
        _default_sizes(largest, points) if sizes is None else [min(int(s), largest) for s in sizes]
    )
    if not wanted or min(wanted) < 2:
        raise TooFewRowsError(f"A learning curve needs at least 2 training rows; got {wanted}.")
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(train) for train, _ in chunks]
    tasks = [
        partial(
            cross_validate,
            estimator,
            X,
            y,
            folds=[(_some(o, y, m), held) for o, (_, held) in zip(orders, chunks, strict=True)],
            loss=loss,
            n_jobs=n_jobs,
        )
        for m in wanted
        if full_scores is None or m < largest
    ]
    found = run_tasks(tasks, processes_for(n_jobs, size_of(X)))
    pairs = [(f.training, f.score) for f in found]
    if len(pairs) < len(wanted) and full_scores is not None:
        pairs.append(full_scores)
    return LearningCurve(tuple(wanted), *zip(*pairs, strict=True))


def _default_sizes(largest: int, points: int) -> list[int]:
    smallest = min(largest, max(10, largest // 16))
    return sorted({int(s) for s in np.geomspace(smallest, largest, points).round()})


def _some(order: NDArray[np.intp], y: NDArray[Any], m: int) -> NDArray[np.intp]:
    """The first m rows of the order, with one row of each class kept among them."""
    if y.ndim == 1 and y.dtype.kind in "OUSb" and m < len(order):
        _, first = np.unique(y[order].astype(str), return_index=True)
        rest = np.setdiff1d(np.arange(len(order)), first, assume_unique=True)
        picked = np.concatenate([first, rest])[: max(m, len(first))]
        return np.asarray(order[np.sort(picked)])
    return order[:m]

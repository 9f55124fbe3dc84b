"""Learning curves, and what they say: structural against estimation error.

Notes: Def 73, Def 75, Concept 77, Concept 78, §2.7
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TooFewRowsError
from pellucid.evaluation.cross_validation import Folds, cross_validate, folds_for
from pellucid.evaluation.fit_result import Candidate, Diagnosis, LearningCurve
from pellucid.losses import Loss


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
) -> LearningCurve:
    """Training and held-out loss as the training rows grow.

    Parameters
    ----------
    estimator, X, y, k, folds, loss, seed, n_jobs
        As in `cross_validate`.
    sizes : sequence of int or None
        Numbers of training rows; None takes five, evenly spaced on a logarithmic scale.

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
    wanted = _default_sizes(largest) if sizes is None else [min(int(s), largest) for s in sizes]
    if not wanted or min(wanted) < 2:
        raise TooFewRowsError(f"A learning curve needs at least 2 training rows; got {wanted}.")
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(train) for train, _ in chunks]
    found = [
        cross_validate(
            estimator,
            X,
            y,
            folds=[(_some(o, y, m), held) for o, (_, held) in zip(orders, chunks, strict=True)],
            loss=loss,
            n_jobs=n_jobs,
        )
        for m in wanted
    ]
    return LearningCurve(
        tuple(wanted), tuple(f.training for f in found), tuple(f.score for f in found)
    )


def _default_sizes(largest: int) -> list[int]:
    smallest = min(largest, max(10, largest // 16))
    return sorted({int(s) for s in np.geomspace(smallest, largest, 5).round()})


def _some(order: NDArray[np.intp], y: NDArray[Any], m: int) -> NDArray[np.intp]:
    """The first m rows of the order, with one row of each class kept among them."""
    if y.ndim == 1 and y.dtype.kind in "OUSb" and m < len(order):
        _, first = np.unique(y[order].astype(str), return_index=True)
        rest = np.setdiff1d(np.arange(len(order)), first, assume_unique=True)
        picked = np.concatenate([first, rest])[: max(m, len(first))]
        return np.asarray(order[np.sort(picked)])
    return order[:m]


def diagnose(
    curve: LearningCurve | None, chosen: Candidate, baseline: float, richer: Candidate | None = None
) -> Diagnosis:
    """Say which error is left: structural (the class cannot) or estimation (the data cannot yet).

    Parameters
    ----------
    curve : LearningCurve or None
        Of the chosen candidate.
    chosen : Candidate
        What was chosen, with its λ path.
    baseline : float
        Held-out loss of the baseline: the scale on which "small" is judged.
    richer : Candidate or None
        The best more expressive candidate, if one was tried.

    Returns
    -------
    Diagnosis
        Estimation error is read off as the gap between held-out and training loss at full size;
        structural error as the training loss that a richer class does remove.

    Notes: Def 73, Def 75, Concept 77, Concept 78
    """
    gap = chosen.score.mean - chosen.training
    removed = 0.0 if richer is None else max(chosen.training - richer.training, 0.0)
    scale = max(abs(baseline), 1e-300)
    estimation, structural = max(gap, 0.0) / scale, removed / scale
    slope = _late_fall(curve) / scale
    verdict = _verdict(structural, estimation, slope)
    words = _words(verdict, chosen, gap, removed, richer)
    return Diagnosis(verdict, removed, max(gap, 0.0), words, _advice(verdict, chosen))


def _late_fall(curve: LearningCurve | None) -> float:
    if curve is None or len(curve.sizes) < 2:
        return 0.0
    return curve.held_out[-2].mean - curve.held_out[-1].mean


def _verdict(structural: float, estimation: float, slope: float) -> str:
    small = 0.02
    if estimation <= small and structural <= small:
        return "balanced"
    if estimation > structural and (estimation > small or slope > small):
        return "estimation"
    return "structural" if structural > estimation else "unclear"


def _words(
    verdict: str, chosen: Candidate, gap: float, removed: float, richer: Candidate | None
) -> str:
    facts = (
        f"Rows never used cost {gap:+.3g} against the rows fitted "
        f"({chosen.score.mean:.3g} against {chosen.training:.3g})."
    )
    if richer is not None:
        facts += f" The richer class {richer.name!r} lowers the training loss by {removed:.3g}."
    say = {
        "estimation": "What is left is mostly estimation error: more rows, or a larger λ, "
        "would help; a richer model would not.",
        "structural": "What is left is mostly structural error: this class of hypotheses cannot "
        "follow the data closer; more rows alone would not help.",
        "balanced": "Neither error stands out: training and held-out loss nearly agree, and a "
        "richer class gains little.",
        "unclear": "The two errors cannot be told apart from these rows.",
    }
    return f"{say[verdict]} {facts}"


def _advice(verdict: str, chosen: Candidate) -> tuple[str, ...]:
    advice = {
        "estimation": ("Gather more rows.", "Drop columns that carry little, or raise λ."),
        "structural": ("Add features that bend (a polynomial basis).", "Ask for other columns."),
        "balanced": ("Look for better columns rather than for a better model.",),
        "unclear": ("Gather more rows, then look again.",),
    }[verdict]
    if chosen.path and chosen.lam in (chosen.path[0][0], chosen.path[-1][0]):
        advice += ("The best λ lies at the end of the grid: widen it with --lams.",)
    return advice

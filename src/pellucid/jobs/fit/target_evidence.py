"""Whether a target of few whole numbers holds amounts or names classes: the rows decide.

An amount that is predicted as û with normal errors has the value v with a chance that is in
proportion to e^(s·v·û + c_v): the scores of all values turn on one number, each in step with its
place. Names have no place, so that free scores tell more. Both are judged on rows held out, by the
same loss.

Notes: Def 128, Def 170, Clar 86
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from pellucid.data.columns.row_numbers import numbers_rows
from pellucid.data.framing import Framing, few_whole_numbers, frame
from pellucid.data.splits import folds
from pellucid.data.table import Table
from pellucid.data.table_encoder import TableEncoder
from pellucid.errors import FramingError
from pellucid.evaluation.cross_validation import score_of, take_rows
from pellucid.evaluation.training_and_test_error import losses_at
from pellucid.findings import option
from pellucid.formatting import number
from pellucid.jobs.fit.candidates import requested_recipes
from pellucid.linear.majority_baseline import MajorityBaseline
from pellucid.linear.ridge import Ridge
from pellucid.linear.softmax_classifier import SoftmaxClassifier

Array = NDArray[Any]
FEWEST_ROWS, MOST_ROWS = 60, 1_000
CHUNKS = 5
MOST_COLUMNS = 40  # those that differ most between the values
LAMS = (1e-4, 1e-3, 1e-2, 1e-1)
SLOPE_LAM = 1e-6  # keeps the slope finite where the amounts tell all values apart
LEAST_CHANCE = 1e-6
LEAST_GAIN = 0.1  # of the baseline's loss: less is no sign that the values are names
ERRORS = 2.0


@dataclass(frozen=True)
class TargetEvidence:
    """Held-out negative log likelihood, in nats: of the shares, of amounts, of names.

    `gain` is what names save beyond amounts, and `error` its standard error over the chunks.
    """

    baseline: float
    amounts: float
    names: float
    gain: float
    error: float

    @property
    def are_names(self) -> bool:
        """Whether the values name classes: the gain is beyond doubt, and large."""
        return self.gain > max(ERRORS * self.error, LEAST_GAIN * self.baseline)


def frame_by_evidence(
    table: Table, target: str, *, seed: int = 0, model: str = "auto", **given: Any
) -> Framing:
    """Frame the problem; a target of few whole numbers as amounts or classes, by the rows.

    Parameters
    ----------
    table : Table
        Rows with the target among the columns.
    target : str
    seed : int
        Of the rows looked at, and of their chunks.
    model : str
        What `--model` says: one that predicts amounts alone, or classes alone, decides.
    given
        What `frame` takes beside; a problem or a loss that is said leaves nothing to decide.

    Returns
    -------
    Framing

    Raises
    ------
    ColumnError, FramingError
        As `frame`.

    Examples
    --------
    >>> from pellucid.data import Column, Kind
    >>> rng = np.random.default_rng(0)
    >>> kind = rng.integers(0, 3, 300)
    >>> place = np.array([0.0, 9.0, 4.0])[kind] + rng.normal(size=300)
    >>> t = Table((Column("place", Kind.NUMERIC, place),
    ...            Column("kind", Kind.NUMERIC, kind.astype(float))))
    >>> frame_by_evidence(t, "kind").problem
    'several classes'

    Notes: §1.0.3, Def 128
    """
    framing = frame(table, target, **given)
    said = given.get("problem") or given.get("loss") or given.get("costs")
    count = few_whole_numbers(table[target])
    if framing.problem != "regression" or said or not count:
        return framing
    meant = _problems_of(model)
    if len(meant) == 1:
        of = frame(table, target, **(given | {"problem": meant[0]}))
        kind = "classes" if of.classes else "amounts"
        return _because(of, f"--model {model} predicts {kind}, so {target!r} is taken as such.")
    known = table.take(np.flatnonzero(~table[target].missing))
    # A table sorted by its target, or by what names it, would decide by the place of a row.
    told = known.select(n for n in framing.features if not numbers_rows(table[n]))
    evidence = target_evidence(told, framing.answers(known), seed) if told.columns else None
    if evidence is None:
        return framing
    if not evidence.are_names:
        return _because(framing, _of_amounts(target, count, evidence))
    named = frame(table, target, **(given | {"problem": "several classes"}))
    return _because(named, _of_names(target, count, evidence))


def _problems_of(model: str) -> list[str]:
    """Whether a model that was named predicts amounts, classes, both, or is unknown."""
    found = []
    for problem in ("regression", "several classes"):
        with suppress(FramingError):
            requested_recipes(problem, model)
            found.append(problem)
    return found


def target_evidence(X: Table, y: Array, seed: int = 0) -> TargetEvidence | None:
    """What held-out rows tell of a target of few whole numbers.

    Parameters
    ----------
    X : Table, n rows
        Columns to predict from.
    y : ndarray, shape (n,)
        Whole numbers.
    seed : int

    Returns
    -------
    TargetEvidence or None
        None where there are too few rows, or too few of a value for every chunk to have it.

    Notes: Def 170, Clar 86
    """
    rows = np.sort(np.random.default_rng(seed).permutation(len(y))[:MOST_ROWS])
    X, y = take_rows(X, rows), y[rows]
    _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    usual = counts >= CHUNKS  # what is met a few times says nothing of an order
    if usual.sum() < 3 or counts[usual].sum() < FEWEST_ROWS:
        return None
    kept = np.flatnonzero(usual[codes])
    X, y = take_rows(X, kept), y[kept]
    labels = y.astype(np.int64).astype(str)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of models that nobody sees
        losses = np.array(
            [
                _chunk(X, y, labels, train, held_out)
                for train, held_out in folds(len(y), CHUNKS, seed=seed, labels=labels)
            ]
        )
    amounts, names = (
        part[:, part.mean(axis=0).argmin()] for part in (losses[..., 1], losses[..., 2])
    )
    gain = score_of(amounts - names)
    return TargetEvidence(
        float(losses[:, 0, 0].mean()),
        float(amounts.mean()),
        float(names.mean()),
        gain.mean,
        gain.error,
    )


def _chunk(X: Table, y: Array, labels: Array, train: Array, held_out: Array) -> Array:
    """Losses of the shares, of amounts and of names, one row a λ: (len(LAMS), 3)."""
    from sklearn.feature_selection import SelectKBest, f_classif  # a fifth of a second to import

    encoder = TableEncoder().fit(take_rows(X, train), y[train])
    inside, outside = (np.asarray(encoder.transform(take_rows(X, r))) for r in (train, held_out))
    chosen = SelectKBest(f_classif, k=min(MOST_COLUMNS, inside.shape[1])).fit(inside, labels[train])
    inside, outside = chosen.transform(inside), chosen.transform(outside)

    def loss(model: Any, rows: Array) -> float:
        return float(losses_at(model, rows, labels[held_out], "nllm").mean())

    def by_amount(line: Any) -> float:
        chances = chances_of_amounts(line.predict(inside), y[train])(line.predict(outside))
        true = y[held_out][:, None] == np.unique(y[train])
        return float(-np.log(np.maximum(chances[true], LEAST_CHANCE)).mean())

    shares = loss(MajorityBaseline().fit(inside, labels[train]), outside)
    lines = Ridge().path(inside, y[train], list(LAMS))
    free = SoftmaxClassifier().path(inside, labels[train], list(LAMS))
    return np.array(
        [
            (shares, by_amount(line), loss(model, outside))
            for line, model in zip(lines, free, strict=True)
        ]
    )


def chances_of_amounts(u: Array, y: Array) -> Callable[[Array], Array]:
    """What gives the chance of each whole number from one predicted amount: softmax(s·v·û + c_v).

    Parameters
    ----------
    u : ndarray, shape (n,)
        Predicted amounts û.
    y : ndarray, shape (n,)
        Whole numbers; v are their distinct values.

    Returns
    -------
    callable
        From amounts (m,) to chances (m, number of values), in the order of the values.

    Examples
    --------
    >>> y = np.repeat([1.0, 2.0, 3.0], 50)
    >>> chances_of_amounts(y + np.tile([-0.3, 0.3], 75), y)(np.array([1.1, 2.9])).argmax(axis=1)
    array([0, 2])

    Notes: Def 170, KE 171
    """
    values, codes = np.unique(y, return_inverse=True)
    places = (values - values.mean()) / values.std()
    middle, width = u.mean(), u.std() or 1.0
    true = np.eye(len(values))[codes]

    def scores(p: Array, u: Array) -> Array:
        return np.asarray(p[0] * np.outer((u - middle) / width, places) + p[1:])

    def objective(p: Array) -> tuple[float, Array]:
        log_chances = log_softmax(scores(p, u), axis=1)
        wrong = (np.exp(log_chances) - true) / len(y)
        slope = ((wrong @ places) * (u - middle)).sum() / width
        return (
            float(-log_chances[true > 0].mean() + SLOPE_LAM * p[0] ** 2),
            np.r_[slope + 2 * SLOPE_LAM * p[0], wrong.sum(axis=0)],
        )

    start = np.r_[1.0, np.log(true.mean(axis=0))]
    best = minimize(objective, start, jac=True, method="L-BFGS-B").x
    return lambda u: np.asarray(softmax(scores(best, u), axis=1))


def _because(framing: Framing, reason: str) -> Framing:
    return replace(framing, reasons=(reason, *framing.reasons[1:]))


def _of_amounts(target: str, count: int, evidence: TargetEvidence) -> str:
    gain, error = evidence.gain, evidence.error
    if gain <= 0:
        found = "a score for each value predicts held-out rows no better than one amount does"
    else:
        found = (
            "a score for each value would lower the held-out negative log likelihood of "
            f"{number(evidence.amounts)} by {number(gain, 2)} ± {number(error, 2)}, "
            + (
                "too little to take them as names"
                if gain > ERRORS * error
                else "which may be chance"
            )
        )
    return (
        f"{target!r} holds only {count} whole numbers and is taken as an amount: {found}. If they "
        f"name classes, say so: {option('category', target)}."
    )


def _of_names(target: str, count: int, evidence: TargetEvidence) -> str:
    return (
        f"{target!r} holds only {count} whole numbers, and they name classes: held-out rows are "
        f"predicted better with a score for each value (negative log likelihood "
        f"{number(evidence.names)}) than through one predicted amount ({number(evidence.amounts)}; "
        f"by the class shares alone {number(evidence.baseline)}). If they are amounts, say so: "
        "--problem regression."
    )

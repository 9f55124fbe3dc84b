"""Prediction intervals from rows held out: how far predictions missed there is how far they miss.

Each training row is predicted by a model that was fitted without its chunk (cross-conformal
prediction), so no row is given up for it. Where errors grow with the prediction, the interval grows
too: misses are measured in units of the usual miss at predictions of that size.

Notes: KE 35, Def 85
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from pellucid.errors import FramingError, TooFewRowsError
from pellucid.evaluation.cross_validation import Folds, take_rows

Array = NDArray[Any]
Numbers = NDArray[np.float64]
LEVEL = 0.9
MOST_SCORES = 2_001  # quantiles that are stored
ROWS_A_BIN = 60  # held-out rows behind each local size of the miss
MOST_BINS = 8


def held_out_predictions(
    estimator: Any,
    X: Any,
    y: Array,
    folds: Folds,
    callback: Callable[[], None] | None = None,
) -> tuple[Numbers, Array]:
    """Each held-out row predicted by a model that never saw its chunk.

    `callback` is called before each chunk; what it raises ends the work.

    Returns
    -------
    predictions, rows : ndarray, shape (m,)
        The predictions, and the rows they belong to, in order.

    Notes: Def 85
    """
    found = np.full(len(y), np.nan)
    for train, held_out in folds:
        if callback is not None:
            callback()
        h = clone(estimator).fit(take_rows(X, train), y[train])
        found[held_out] = h.predict(take_rows(X, held_out))
    rows = np.flatnonzero(np.isfinite(found))
    return found[rows], rows


def conformal_scores(
    predictions: Numbers, y: Numbers, lower_bound: float | None = None
) -> dict[str, Any]:
    """What an interval is computed from: plain values that a model file can hold.

    Parameters
    ----------
    predictions, y : ndarray, shape (m,)
        Held-out predictions, and the targets.
    lower_bound : float or None
        No interval reaches below this (0 for amounts that cannot be negative).

    Returns
    -------
    dict
        "centers" and "sizes": the usual miss at predictions of a size (between them: straight
        lines); "scores": signed misses in these units, sorted; "rows": m; "least".

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> g = rng.normal(size=1000)
    >>> known = conformal_scores(g, g + rng.normal(size=1000))
    >>> low, high = interval(known, np.array([0.0]), 0.9)
    >>> bool(abs(high[0] - 1.645) < 0.2 and abs(low[0] + 1.645) < 0.2)
    True

    Notes: KE 35
    """
    miss = np.asarray(y - predictions, dtype=np.float64)
    bins = int(np.clip(len(miss) // ROWS_A_BIN, 1, MOST_BINS))
    parts = np.array_split(np.argsort(predictions, kind="stable"), bins)
    overall = float(np.abs(miss).mean()) or 1.0
    centers = [float(np.mean(predictions[part])) for part in parts]
    sizes = [max(float(np.abs(miss[part]).mean()), 0.1 * overall) for part in parts]
    known: dict[str, Any] = {
        "centers": centers,
        "sizes": sizes,
        "rows": len(miss),
        "least": lower_bound,
    }
    scores = np.sort(miss / _size(known, predictions))
    if len(scores) > MOST_SCORES:
        scores = np.quantile(scores, np.linspace(0, 1, MOST_SCORES))
    return known | {"scores": scores}


def _size(calibration: dict[str, Any], predictions: Numbers) -> Numbers:
    return np.asarray(np.interp(predictions, calibration["centers"], calibration["sizes"]))


def interval(
    calibration: dict[str, Any], predictions: Numbers, level: float = LEVEL
) -> tuple[Numbers, Numbers]:
    """Ends of the interval about each prediction.

    Parameters
    ----------
    calibration : dict
        From `conformal_scores`.
    predictions : ndarray, shape (n,)
        Predictions for new rows.
    level : float
        Share of targets that should lie inside, strictly between 0 and 1.

    Returns
    -------
    low, high : ndarray, shape (n,)

    Raises
    ------
    FramingError
        When the level is no such share.
    TooFewRowsError
        When too few rows were held out for that level.

    Notes: KE 35
    """
    if not 0 < level < 1:
        raise FramingError(f"An interval's level is a share between 0 and 1, as 0.9; got {level}.")
    rows, tail = int(calibration["rows"]), (1 - level) / 2
    needed = int(np.ceil(1 / tail - 1e-9)) - 1
    if rows < needed:
        raise TooFewRowsError(
            f"{rows} rows were held out in training; an interval of {level:.0%} needs {needed}. "
            f"Ask for at most {np.floor(100 * (1 - 2 / (rows + 1))):.0f}%."
        )
    scores = np.asarray(calibration["scores"], dtype=np.float64)
    # Of m scores and the new one, all in equal ranks, each end leaves a share of `tail` at most.
    outside = max(int(np.floor(tail * (rows + 1) + 1e-9)) - 1, 0)
    ends = np.array([outside, rows - 1 - outside]) / max(rows - 1, 1)
    places = np.linspace(0, 1, len(scores)) if len(scores) < rows else np.arange(rows) / (rows - 1)
    low, high = np.interp(ends, places, scores)
    size = _size(calibration, predictions)
    below, above = predictions + low * size, predictions + high * size
    if calibration.get("least") is not None:
        below = np.maximum(below, float(calibration["least"]))
        above = np.maximum(above, float(calibration["least"]))
    return below, above


def coverage(low: Numbers, high: Numbers, y: Numbers) -> float:
    """Share of targets inside their interval."""
    return float(np.mean((low <= y) & (y <= high)))

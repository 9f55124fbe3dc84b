"""Two classes and a threshold: which errors, how many, and whether probabilities are honest.

Notes: Def 129, Def 151, Def 175, Concept 149, KE 150
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pellucid.former_names import renamed, renamed_arguments

Array = NDArray[np.float64]


@renamed_arguments(truths="labels", said="predicted")
def confusion_counts(labels: Any, predicted: Any, classes: Sequence[str]) -> NDArray[np.int64]:
    """Rows by actual class (down) and said class (across).

    Examples
    --------
    >>> confusion_counts(["no", "yes", "yes"], ["no", "yes", "no"], ["no", "yes"]).tolist()
    [[1, 0], [1, 1]]

    Notes: Def 129, Def 175
    """
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    place = {str(c): i for i, c in enumerate(classes)}
    for truth, guess in zip(labels, predicted, strict=True):
        counts[place[str(truth)], place[str(guess)]] += 1
    return counts


def roc_points(
    probabilities: ArrayLike, positive: ArrayLike, thresholds: ArrayLike
) -> tuple[Array, Array]:
    """The two sides of a threshold: a point of the ROC curve for each.

    A row is called positive when its probability is above the threshold.

    Parameters
    ----------
    probabilities : array, shape (n,)
        Of the positive class.
    positive : array of bool, shape (n,)
    thresholds : array, shape (t,)

    Returns
    -------
    false_alarms, hits : arrays, shape (t,)
        Share of the negatives that are called positive, and share of the positives that are; NaN
        where there are no such rows.

    Examples
    --------
    >>> alarms, hits = roc_points([0.2, 0.6, 0.9], [False, False, True], [0.5, 0.7])
    >>> alarms.tolist(), hits.tolist()
    ([0.5, 0.0], [1.0, 1.0])

    Notes: Def 151
    """
    p, truth = np.asarray(probabilities, np.float64), np.asarray(positive, bool)
    cuts = np.asarray(thresholds, np.float64)

    def share(some: Array) -> Array:
        above = len(some) - np.searchsorted(np.sort(some), cuts, side="right")
        return above / len(some) if len(some) else np.full(cuts.shape, np.nan)

    return share(p[~truth]), share(p[truth])


@renamed(said="predicted", came="observed")
class Calibration(NamedTuple):
    """Probabilities in bins, and what came true in each; empty bins are left out.

    Parameters
    ----------
    predicted, observed : arrays, shape (b,)
        Mean probability, and share of positives.
    counts : array of int, shape (b,)
        Rows.
    lower : array, shape (b,)
        Lower edge of the bin.

    Notes: Concept 149
    """

    predicted: Array
    observed: Array
    counts: NDArray[np.intp]
    lower: Array


def calibration(probabilities: ArrayLike, positive: ArrayLike, bins: int = 10) -> Calibration:
    """How often it came true where a probability was said.

    Parameters
    ----------
    probabilities : array, shape (n,)
        Of the positive class.
    positive : array of bool, shape (n,)
    bins : int
        Equal parts of 0…1.

    Examples
    --------
    >>> found = calibration([0.1, 0.12, 0.9], [False, True, True], bins=2)
    >>> found.observed.tolist(), found.counts.tolist()
    ([0.5, 1.0], [2, 1])

    Notes: Concept 149, KE 150
    """
    p, truth = np.asarray(probabilities, np.float64), np.asarray(positive, np.float64)
    edges = np.linspace(0, 1, bins + 1)
    at = np.clip(np.digitize(p, edges) - 1, 0, bins - 1)
    counts = np.bincount(at, minlength=bins)
    filled = counts > 0
    said = np.bincount(at, p, bins)[filled] / counts[filled]
    came = np.bincount(at, truth, bins)[filled] / counts[filled]
    return Calibration(said, came, counts[filled], edges[:-1][filled])

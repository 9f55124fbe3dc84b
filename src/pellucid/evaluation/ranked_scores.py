"""The area under the ROC curve from counts of scores: mergeable, with its error stated.

Scores are counted in bins of equal width of their logit. Pairs of rows in one bin count half, so
the area is off by at most half the share of such pairs.

Notes: §2.5.6
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BINS = 1 << 15
REACH = 24.0  # logits beyond it share the last bins: chances nearer to 0 or 1 than 4e-11
Counts = NDArray[np.int64]


def score_counts(p: NDArray[np.float64], positive: NDArray[np.bool_]) -> Counts:
    """How many negative and how many positive rows have their score in each bin.

    Parameters
    ----------
    p : ndarray, shape (n,)
        Chance of the positive class, in [0, 1].
    positive : ndarray of bool, shape (n,)

    Returns
    -------
    ndarray of int64, shape (2, BINS)
        Add those of other rows to them.

    Notes: §2.5.6
    """
    with np.errstate(divide="ignore"):
        logit = np.clip(np.log(p) - np.log1p(-p), -REACH, REACH)
    place = np.minimum((logit + REACH) * (BINS / (2 * REACH)), BINS - 1).astype(np.int64)
    return np.stack([np.bincount(place[side], minlength=BINS) for side in (~positive, positive)])


def area_under_roc(counts: Counts) -> tuple[float, float]:
    """The share of pairs of a negative and a positive row that the scores put in order; its error.

    Parameters
    ----------
    counts : ndarray, shape (2, BINS)

    Returns
    -------
    area, error : float
        The area of the scores themselves is within the error; NaN where a class is absent.

    Examples
    --------
    >>> p, positive = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    >>> area_under_roc(score_counts(p, positive))
    (0.75, 0.0)

    Notes: §2.5.6
    """
    negative, positive = counts.astype(np.float64)
    pairs = negative.sum() * positive.sum()
    if not pairs:
        return float("nan"), float("nan")
    below = np.cumsum(negative) - negative
    tied = float(negative @ positive) / 2
    return float((positive @ below + tied) / pairs), tied / float(pairs)

"""Whether neighbouring groups are parted by a valley, or are one lump that was cut.

Two groups are looked at along the line between their means: rows near one mean, rows half-way, and
rows near the other, in windows of equal width. One lump, however it is shaped along that line, has
at least as many rows half-way as at the emptier of the two means; two groups have fewer.

Notes: Def 212, Concept 233
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
# Half of a window, in units of the distance between two means: three windows do not overlap.
HALF = 1 / 6


def valley_counts(X: Array, means: Array, labels: Labels) -> Array:
    """Rows near mean a, half-way, and near mean b, for each pair a < b: pairs×3.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Rows that the means were not learned from: then chance cannot dig a valley.
    means : ndarray, shape (k, d)
    labels : ndarray, shape (n,)
        Nearest mean of each row.

    Returns
    -------
    ndarray, shape (k (k − 1) / 2, 3)
        Pairs in the order (0, 1), (0, 2), …, (1, 2), …

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [0.5], [1.0]])
    >>> valley_counts(X, np.array([[0.0], [1.0]]), np.array([0, 0, 0, 1]))
    array([[2., 1., 1.]])

    Notes: Def 212
    """
    members = [X[labels == j] for j in range(len(means))]
    found = []
    for a, b in combinations(range(len(means)), 2):
        way = means[b] - means[a]
        length = float(way @ way)
        if length == 0:
            found.append(np.zeros(3))
            continue
        along = np.concatenate([members[a] - means[a], members[b] - means[a]]) @ way / length
        found.append(np.array([(np.abs(along - at) < HALF).sum() for at in (0.0, 0.5, 1.0)]))
    return np.array(found, dtype=np.float64).reshape(-1, 3)


def valley_p_values(counts: Array) -> Array:
    """How probable a valley this deep is if the two groups are one lump, for each pair.

    Under one lump a row found in the middle or at the emptier mean is in the middle with
    probability ½ at least; the larger of the two binomial tails is valid whichever is emptier.

    Parameters
    ----------
    counts : ndarray, shape (pairs, 3)
        Of `valley_counts`.

    Returns
    -------
    ndarray, shape (pairs,)

    Examples
    --------
    >>> valley_p_values(np.array([[40.0, 2.0, 30.0], [10.0, 9.0, 10.0]])).round(3)
    array([0. , 0.5])

    Notes: Def 212
    """
    left, middle, right = counts.T
    tails = [binom.cdf(middle, middle + side, 0.5) for side in (left, right)]
    return np.asarray(np.maximum(*tails))


def valley_depths(counts: Array) -> Array:
    """Rows half-way for each row at the emptier mean: 0 is a clean gap, 1 or more is no gap.

    Notes: Def 212
    """
    side = np.minimum(counts[:, 0], counts[:, 2])
    return np.asarray(np.divide(counts[:, 1], side, out=np.full(len(side), np.inf), where=side > 0))

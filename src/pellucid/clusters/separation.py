"""Whether neighbouring groups are parted by a valley, or are one lump that was cut.

Two groups are looked at along the line between their means, and along the direction that tells them
apart best: rows near one mean, rows half-way, and rows near the other, in windows of equal width.
One lump, however it is shaped along a line, has at least as many rows half-way as at the emptier of
the two means; two groups have fewer.

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
SHRINKAGE = 0.1  # of the spread within groups towards a round one


def lines_between_means(means: Array) -> Array:
    """From each mean a to each mean b > a, scaled so that μ_b lies at 1 from μ_a: pairs×d.

    Pairs are in the order (0, 1), (0, 2), …, (1, 2), …; zero where two means coincide.

    Notes: Def 212
    """
    found = [_scaled(means[b] - means[a], means[b] - means[a]) for a, b in _pairs(means)]
    return np.array(found).reshape(-1, means.shape[1])


def best_directions(X: Array, means: Array, labels: Labels, numbers: Labels) -> Array:
    """For each pair a < b, the direction along which its groups stand out from their own spread.

    With S the covariance of the rows about the means of the pair, shrunk a tenth of the way
    towards a round one, it is S⁻¹(μ_b − μ_a), scaled so that μ_b lies at 1 from μ_a.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Rows that the means were learned from.
    means : ndarray, shape (k, d)
    labels : ndarray, shape (n,)
        Nearest mean of each row.
    numbers : ndarray of int
        Columns that may play a part: along a category everything has a valley.

    Returns
    -------
    ndarray, shape (pairs, d)
        In the order of `lines_between_means`.

    Notes: Def 212
    """
    size = len(numbers)
    about = X[:, numbers] - means[labels][:, numbers]
    scatters = np.array([about[labels == j].T @ about[labels == j] for j in range(len(means))])
    counts = np.bincount(labels, minlength=len(means))
    found = np.zeros((len(means) * (len(means) - 1) // 2, means.shape[1]))
    for row, (a, b) in enumerate(_pairs(means)):
        way = (means[b] - means[a])[numbers]
        spread = (scatters[a] + scatters[b]) / max(counts[a] + counts[b], 1)
        evenly = np.trace(spread) / size
        shrunk = (1 - SHRINKAGE) * spread + SHRINKAGE * evenly * np.eye(size)
        found[row, numbers] = _scaled(np.linalg.solve(shrunk, way) if evenly > 0 else way, way)
    return found


def _pairs(means: Array) -> list[tuple[int, int]]:
    return list(combinations(range(len(means)), 2))


def _scaled(direction: Array, way: Array) -> Array:
    length = float(way @ direction)
    return direction / length if length > 0 else np.zeros_like(direction)


def valley_counts(X: Array, means: Array, labels: Labels, directions: Array) -> Array:
    """Rows near mean a, half-way, and near mean b, for each pair a < b: pairs×3.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Rows that means and directions were not learned from: then chance cannot dig a valley.
    means : ndarray, shape (k, d)
    labels : ndarray, shape (n,)
        Nearest mean of each row.
    directions : ndarray, shape (pairs, d)
        Of `lines_between_means` or `best_directions`.

    Returns
    -------
    ndarray, shape (k (k − 1) / 2, 3)

    Examples
    --------
    >>> X, means = np.array([[0.0], [0.1], [0.5], [1.0]]), np.array([[0.0], [1.0]])
    >>> valley_counts(X, means, np.array([0, 0, 0, 1]), np.array([[1.0]]))
    array([[2., 1., 1.]])

    Notes: Def 212
    """
    members = [X[labels == j] for j in range(len(means))]
    found = np.zeros((len(directions), 3))
    for row, ((a, b), way) in enumerate(zip(_pairs(means), directions, strict=True)):
        if way.any():
            at = np.concatenate([members[a] @ way, members[b] @ way]) - means[a] @ way
            found[row] = [(np.abs(at - place) < HALF).sum() for place in (0.0, 0.5, 1.0)]
    return found


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

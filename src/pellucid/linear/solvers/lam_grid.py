"""Which λ of a grid is best, and where the grid goes on or becomes finer.

Notes: Concept 82, Concept 87
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SMALLEST, LARGEST = 1e-12, 1e9  # λ beyond which the default grid is not extended
FAR = 5.0  # ratio of neighbours from which a value between them is worth a fit
FLAT = 1e-9  # share of the loss below which another λ is no better


def best_lam(lams: Array, mean: Array) -> float:
    """Sums taken in another order must not change the choice: round, ties to the larger λ."""
    finite = np.isfinite(mean)
    if not finite.any():
        return float(lams.max())
    lowest = np.round(mean[finite] / max(float(mean[finite].min()), np.finfo(float).tiny), 9)
    return float(lams[finite][lowest == lowest.min()].max())


def extended_lams(
    lams: Array, mean: Array, a_decade: int = 2, enough: float | None = None
) -> Array:
    """Two decades beyond the end of the grid at which the loss is least, and still falls.

    Parameters
    ----------
    lams : ndarray, shape (a,)
        Values of λ tried, in any order.
    mean : ndarray, shape (a,)
        The held-out loss at each.
    a_decade : int
        Values a decade of what is tried next.
    enough : float or None
        A fall of the loss below which it is at rest; a tiny share of the loss where not given.

    Returns
    -------
    ndarray
        What to try next: empty where the best is inside the grid, or the loss no longer falls.

    Examples
    --------
    >>> lams = np.array([0.01, 0.1, 1.0])
    >>> extended_lams(lams, np.array([1.0, 2.0, 3.0]), 1).round(6).tolist()
    [0.001, 0.0001]
    >>> [len(extended_lams(lams, np.array([first, 1.0, 3.0]))) for first in (1.0, 2.0)]
    [0, 0]

    Notes: Concept 82
    """
    best = best_lam(lams, mean)
    least, others = mean[lams == best][0], mean[lams != best]
    if not others.min(initial=np.inf) - least > (FLAT * least if enough is None else enough):
        return np.zeros(0)
    steps = 10.0 ** (np.arange(1, 2 * a_decade + 1) / a_decade)
    if best == lams.min() and best > SMALLEST:
        return best / steps
    return best * steps if best == lams.max() and best < LARGEST else np.zeros(0)


def finer_lams(lams: Array, mean: Array) -> Array:
    """The two values half-way between the best λ and its neighbours, where these are far.

    Parameters
    ----------
    lams : ndarray, shape (a,)
        Values of λ tried, in any order.
    mean : ndarray, shape (a,)
        The held-out loss at each.

    Returns
    -------
    ndarray
        What to try next: empty where the best is at an end of the grid, or its neighbours are near.

    Examples
    --------
    >>> finer_lams(np.array([0.01, 0.1, 1.0]), np.array([3.0, 1.0, 2.0])).round(4).tolist()
    [0.0316, 0.3162]
    >>> [len(finer_lams(np.array([0.1, 1.0, 2.0]), np.array(m))) for m in ([1, 2, 3], [3, 2, 1])]
    [0, 0]

    Notes: Concept 82
    """
    best, known = best_lam(lams, mean), np.sort(lams)
    at = int(np.searchsorted(known, best))
    if not 0 < at < len(known) - 1:
        return np.zeros(0)
    beside = known[[at - 1, at + 1]]
    far = np.maximum(beside / best, best / beside) > FAR
    return np.sqrt(beside[far] * best)

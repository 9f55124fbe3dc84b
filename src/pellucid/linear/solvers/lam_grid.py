"""Which λ of a grid is best, and where the grid goes on.

Notes: Concept 82, Concept 87
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SMALLEST, LARGEST = 1e-12, 1e9  # λ beyond which the default grid is not extended
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

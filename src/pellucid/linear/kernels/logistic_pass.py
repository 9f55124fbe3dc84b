"""Loss and gradient of the logistic objective in one pass over the rows.

BLAS reads X twice, once for the scores and once for the gradient. Here each row is used for both
while it is in the cache.

Notes: eq 4.56, eq 4.57
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from pellucid.linear.kernels.row_pieces import over_pieces

Array = NDArray[np.float64]
# Sums may be taken in another order; NaN and infinity keep their meaning.
ORDER_FREE = {"reassoc", "contract", "nsz"}


@numba.njit(nogil=True, cache=True, fastmath=ORDER_FREE)
def _logistic_rows(  # type: ignore[no-untyped-def]  # pragma: no cover
    X, y, weights, theta, theta_0, start, stop, g, gradient
):
    """Sum of weighted losses; adds X r to `gradient` and sum r to its last place."""
    loss = 0.0
    d = X.shape[1]
    for i in range(start, stop):
        u = theta_0
        for j in range(d):
            u += X[i, j] * theta[j]
        e = np.exp(-abs(u))
        g[i] = 1 / (1 + e) if u >= 0 else e / (1 + e)
        loss += weights[i] * (np.log1p(e) + max(u, 0.0) - y[i] * u)
        r = weights[i] * (g[i] - y[i])
        for j in range(d):
            gradient[j] += X[i, j] * r
        gradient[d] += r
    return loss


@numba.njit(nogil=True, cache=True, fastmath=ORDER_FREE)
def _moment_rows(  # type: ignore[no-untyped-def]  # pragma: no cover
    X, weights, about, start, stop, first, second
):
    for i in range(start, stop):
        for j in range(X.shape[1]):
            gap = X[i, j] - about[j]
            first[j] += weights[i] * gap
            second[j] += weights[i] * gap * gap


def logistic_pass(
    X: Array, y: Array, weights: Array, theta: Array, theta_0: float
) -> tuple[float, Array, float, Array]:
    """Weighted mean loss, its gradient by θ and by θ₀, and the guesses.

    Parameters
    ----------
    X : array of shape (n, d), in C order
    y : array of shape (n,)
        0 or 1.
    weights : array of shape (n,)
        Sum to 1.
    theta : array of shape (d,)
    theta_0 : float

    Returns
    -------
    J : float
    gradient : array of shape (d,)
    gradient_0 : float
    g : array of shape (n,)

    Examples
    --------
    >>> X, y, half = np.array([[-3.0], [3.0]]), np.array([0.0, 1.0]), np.full(2, 0.5)
    >>> J, gradient, gradient_0, g = logistic_pass(X, y, half, np.zeros(1), 0.0)
    >>> round(J, 4), gradient.tolist(), gradient_0, g.tolist()
    (0.6931, [-1.5], 0.0, [0.5, 0.5])

    Notes: KE 160, eq 4.56, eq 4.57
    """
    n, d = X.shape
    g = np.empty(n)

    def piece(start: int, stop: int) -> tuple[float, Array]:
        gradient = np.zeros(d + 1)
        loss = _logistic_rows(X, y, weights, theta, theta_0, start, stop, g, gradient)
        return loss, gradient

    parts = over_pieces(piece, n, d)
    total = np.sum([gradient for _, gradient in parts], axis=0)
    return float(sum(loss for loss, _ in parts)), total[:d], float(total[d]), g


def moment_pass(X: Array, weights: Array, about: Array) -> tuple[Array, Array]:
    """Weighted means of x − about and of its square, column by column.

    Parameters
    ----------
    X : array of shape (n, d), in C order
    weights : array of shape (n,)
    about : array of shape (d,)

    Returns
    -------
    first : array of shape (d,)
    second : array of shape (d,)

    Examples
    --------
    >>> first, second = moment_pass(np.array([[1.0], [3.0]]), np.full(2, 0.5), np.array([2.0]))
    >>> first.tolist(), second.tolist()
    ([0.0], [1.0])

    Notes: §5.3.3
    """

    def piece(start: int, stop: int) -> Array:
        sums = np.zeros((2, X.shape[1]))
        _moment_rows(X, weights, about, start, stop, sums[0], sums[1])
        return sums

    first, second = np.sum(over_pieces(piece, *X.shape), axis=0)
    return first, second

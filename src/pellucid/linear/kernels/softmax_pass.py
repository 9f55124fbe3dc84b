"""The softmax objective in one pass over the rows: loss, gradient, and products with the Hessian.

Blocks of rows stay in the cache between the two matrix products that use them.

Notes: KE 171, §4.5
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.linear.kernels.row_pieces import over_pieces, tree_sum

Array = NDArray[np.float64]
BLOCK_ROWS = 256


def softmax_pass(
    X: Array, Y: Array, weights: Array, theta: Array, theta_0: Array
) -> tuple[float, Array, Array]:
    """Weighted mean NLLM, its gradient by θ and θ₀, and the guesses.

    Parameters
    ----------
    X : array of shape (n, d)
    Y : array of shape (n, k)
        One-hot rows.
    weights : array of shape (n,)
        Sum to 1.
    theta : array of shape (d, k)
    theta_0 : array of shape (k,)

    Returns
    -------
    J : float
    gradient : array of shape (d + 1, k)
        The last row is the gradient by θ₀.
    g : array of shape (n, k)

    Examples
    --------
    >>> X, half = np.array([[1.0], [-1.0]]), np.full(2, 0.5)
    >>> J, gradient, g = softmax_pass(X, np.eye(2), half, np.zeros((1, 2)), np.zeros(2))
    >>> round(J, 4), gradient.tolist()
    (0.6931, [[-0.5, 0.5], [0.0, 0.0]])

    Notes: KE 171
    """
    (n, d), k = X.shape, Y.shape[1]
    g = np.empty((n, k))

    def piece(start: int, stop: int) -> tuple[float, Array]:
        loss, gradient = 0.0, np.zeros((d + 1, k))
        for first in range(start, stop, BLOCK_ROWS):
            rows = slice(first, min(first + BLOCK_ROWS, stop))
            u = X[rows] @ theta + theta_0
            u -= u.max(axis=1, keepdims=True)  # exp never overflows; softmax does not notice
            own = (u * Y[rows]).sum(axis=1)
            powers = np.exp(u, out=g[rows])
            sums = powers.sum(axis=1, keepdims=True)
            loss += float(weights[rows] @ (np.log(sums[:, 0]) - own))
            powers /= sums
            error = (powers - Y[rows]) * weights[rows, None]
            gradient[:d] += X[rows].T @ error
            gradient[d] += error.sum(axis=0)
        return loss, gradient

    parts = over_pieces(piece, n, d)
    return sum(loss for loss, _ in parts), tree_sum([gradient for _, gradient in parts]), g


def hessian_pass(X: Array, g: Array, weights: Array, v: Array, v_0: Array, precise: bool) -> Array:
    """The Hessian of the weighted mean NLLM times a direction; in 32 bits unless `precise`.

    Parameters
    ----------
    X : array of shape (n, d)
    g : array of shape (n, k)
        Guesses where the Hessian is taken.
    weights : array of shape (n,)
    v : array of shape (d, k)
        Direction of θ.
    v_0 : array of shape (k,)
        Direction of θ₀.
    precise : bool

    Returns
    -------
    array of shape (d + 1, k)
        The last row belongs to θ₀.

    Examples
    --------
    >>> X, half = np.array([[1.0], [-1.0]]), np.full(2, 0.5)
    >>> g = np.full((2, 2), 0.5)
    >>> hessian_pass(X, g, half, np.array([[1.0, 0.0]]), np.zeros(2), True).tolist()
    [[0.25, -0.25], [0.0, 0.0]]

    Notes: KE 171, §3.2.7
    """
    (n, d), k = X.shape, g.shape[1]
    number = np.float64 if precise else np.float32
    direction: Any = v.astype(number)
    direction_0 = v_0.astype(number)

    def piece(start: int, stop: int) -> Array:
        product = np.zeros((d + 1, k))
        for first in range(start, stop, BLOCK_ROWS):
            rows = slice(first, min(first + BLOCK_ROWS, stop))
            x, chances = X[rows].astype(number, copy=False), g[rows].astype(number, copy=False)
            moved = (x @ direction + direction_0) * chances
            moved -= chances * moved.sum(axis=1, keepdims=True)
            moved *= weights[rows, None]
            product[:d] += x.T @ moved
            product[d] += moved.sum(axis=0)
        return product

    return tree_sum(over_pieces(piece, n, d))

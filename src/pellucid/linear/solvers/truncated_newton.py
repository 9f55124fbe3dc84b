"""Newton's step without the Hessian: conjugate gradients, with a guess of H that inverts cheaply.

For many classes H has d·k rows. Its products cost one pass over the data, and H ≈ C ⊗ S, with C
how the classes' chances vary and S the weighted second moments of the columns, has an inverse that
costs k factors of d rows.

Notes: KE 171, §3.2.7
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve

Array = NDArray[np.float64]
Map = Callable[[Array], Array]
FORCING = 0.1
MOST_PRODUCTS = 200


def conjugate_gradients(product: Map, G: Array, guess: Map) -> Array:
    """P with H P ≈ G: stop when the error, as `guess` measures it, is a tenth of what it was.

    Parameters
    ----------
    product : callable
        V ↦ H V, for a positive definite H.
    G : array
    guess : callable
        About V ↦ H⁻¹ V, positive definite.

    Returns
    -------
    array like G

    Examples
    --------
    >>> H = np.diag([1.0, 4.0])
    >>> conjugate_gradients(lambda v: H @ v, np.ones((2, 1)), lambda v: v / np.diag(H)[:, None])
    array([[1.  ],
           [0.25]])

    Notes: §3.2.7
    """
    P, residual = np.zeros_like(G), G
    direction = guessed = guess(residual)
    size = first = float((residual * guessed).sum())
    for _ in range(MOST_PRODUCTS):
        bent = product(direction)
        curvature = float((direction * bent).sum())
        if not curvature > 0:  # flat to rounding: what is found must do
            break
        step = size / curvature
        P = P + step * direction
        residual = residual - step * bent
        guessed = guess(residual)
        before, size = size, float((residual * guessed).sum())
        if size <= FORCING**2 * first:
            break
        direction = guessed + (size / before) * direction
    return P if P.any() else guess(G)


def class_covariance(g: Array, weights: Array) -> Array:
    """C = Σᵢ wᵢ (diag gᵢ − gᵢ gᵢᵀ): how the classes' chances vary, k×k.

    Examples
    --------
    >>> class_covariance(np.full((1, 2), 0.5), np.ones(1)).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]

    Notes: KE 171
    """
    return np.asarray(np.diag(weights @ g) - g.T @ (g * weights[:, None]))


def kronecker_guess(C: Array, S: Array, factor: Callable[[Array], tuple[Array, bool]]) -> Map:
    """V ↦ (C ⊗ S + ridge)⁻¹ V by the eigenvectors of C.

    Parameters
    ----------
    C : array of shape (k, k)
    S : array of shape (d, d)
    factor : callable
        The Cholesky factor of its argument plus the ridge.

    Returns
    -------
    callable

    Notes: KE 171
    """
    values, Q = np.linalg.eigh(C)
    # Adding one vector to all classes changes no guess; that direction needs some curvature too.
    values = np.maximum(values, 1e-3 * values[-1])
    factors = [factor(value * S) for value in values]

    def guess(V: Array) -> Array:
        turned = V @ Q
        solved = [cho_solve(f, turned[:, [j]], check_finite=False) for j, f in enumerate(factors)]
        return np.asarray(np.hstack(solved) @ Q.T)

    return guess

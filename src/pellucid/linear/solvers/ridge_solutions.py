"""Minimisers of mean square loss + λ‖θ‖², in closed form: primal, dual, and many λ at once.

Least squares is ridge with λ = 0. All are functions of arrays; nothing here validates.

Notes: KE 62, KE 70, KE 71, Concept 72
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl
from numpy.typing import NDArray

from pellucid.linear.solvers.moments import Moments

Array = NDArray[np.float64]
Normal = Callable[[Array], Array]
MENDABLE = 0.05  # κ²ε below this: refinement by the normal equations converges
EXTENDED_NUMBERS = 20_000_000  # larger data sets are not refined in extended precision
SAFE = 1e-6  # reciprocal condition of the scaled Gram matrix above which Cholesky keeps ten digits
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Solution:
    """θ (d×t), what ran, and how near to singular the columns are.

    `condition` is that of the scaled columns; `dependent` lists columns that are combinations of
    others (empty when there is none).
    """

    theta: Array
    solver: str
    condition: float
    dependent: tuple[int, ...] = ()


def gradient(X: Array, Y: Array, theta: Array, lam: float) -> Array:
    """(2/n) Xᵀ(Xθ − Y) + 2λθ, for rows X n×d, answers n×t, θ d×t.

    Notes: eq 2.53, eq 2.61, KE 60
    """
    return np.asarray(2.0 / len(X) * X.T @ (X @ theta - Y) + 2.0 * lam * theta)


def from_moments(m: Moments, lam: float, prior: Array | None = None) -> Solution | None:
    """Solve (S/n + λI) θ = s/n + λ θ_prior by Cholesky; None where that would lose digits.

    Notes: KE 71, Concept 64
    """
    A = m.xx / m.weight
    b = m.xy / m.weight
    if prior is not None:
        b = b + lam * prior
    diagonal = np.diag(A) + lam
    scale = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = A / np.multiply.outer(scale, scale)
    scaled[np.diag_indices_from(scaled)] += lam / scale**2
    norm = float(np.abs(scaled).sum(axis=0).max())
    factor, failed = sl.lapack.dpotrf(scaled, lower=0)
    if failed:
        return None
    reciprocal, _ = sl.lapack.dpocon(factor, norm, uplo="U")
    if not reciprocal > SAFE:
        return None
    theta = sl.cho_solve((factor, False), b / scale[:, None]) / scale[:, None]
    return Solution(theta, "cholesky", float(np.sqrt(1.0 / reciprocal)))


def by_qr(X: Array, Y: Array) -> tuple[Solution, Normal | None]:
    """Least squares of centred rows by Householder QR on scaled columns.

    Dependent columns are found by pivoting; the answer is then the one of least norm.

    Returns
    -------
    Solution, Normal or None
        And a solver of the normal equations for `polished`, where their condition allows one.

    Notes: KE 62, Concept 72
    """
    n, d = X.shape
    scale = np.sqrt((X**2).sum(axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    Q, R, pivots = sl.qr(X / scale, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(R))
    top = diagonal[0] if len(diagonal) and diagonal[0] > 0 else 1.0
    rank = int((diagonal > top * min(max(n, d) * EPS, 1e-10)).sum())
    if rank < d:
        theta = sl.lstsq(X, Y, cond=max(n, d) * EPS, lapack_driver="gelsd")[0]
        return Solution(theta, "svd", np.inf, tuple(sorted(int(p) for p in pivots[rank:]))), None
    condition = 1.0 / float(sl.lapack.dtrcon(R)[0] or np.inf)
    theta = np.empty((d, Y.shape[1]))
    theta[pivots] = sl.solve_triangular(R, Q.T @ Y)
    solution = Solution(theta / scale[:, None], "qr", condition)

    def normal(g: Array) -> Array:
        step = np.empty_like(theta)
        half = sl.solve_triangular(R, (g / scale[:, None])[pivots], trans="T")
        step[pivots] = sl.solve_triangular(R, half)
        return np.asarray(step / scale[:, None])

    return solution, normal if condition**2 * EPS < MENDABLE else None


def polished(
    X: Array,
    Y: Array,
    weights: Array,
    penalty: float,
    solution: Solution,
    normal: Normal,
    offset: bool,
) -> tuple[Solution, Array]:
    """Refine θ against the gradient in extended precision; return it with θ₀.

    Each round gains as many digits as the square of the condition leaves over, also when the
    residuals are large.

    Notes: KE 62, Concept 61
    """
    w = weights.astype(np.longdouble)[:, None]
    X_long, Y_long = X.astype(np.longdouble), Y.astype(np.longdouble)
    x_mean = (w * X_long).sum(axis=0) / w.sum() if offset else np.zeros(X.shape[1], np.longdouble)
    y_mean = (w * Y_long).sum(axis=0) / w.sum() if offset else np.zeros(Y.shape[1], np.longdouble)
    X_long, Y_long = X_long - x_mean, Y_long - y_mean
    theta = solution.theta.astype(np.longdouble)
    last = np.inf
    for _ in range(8):
        g = X_long.T @ (w * (Y_long - X_long @ theta)) - penalty * theta
        step = normal(g.astype(np.float64))
        size = float(np.abs(step).max(initial=0.0))
        if not size < last:
            break
        theta, last = theta + step, size
    theta_0 = (y_mean - x_mean @ theta).astype(np.float64)
    found = Solution(theta.astype(np.float64), solution.solver, solution.condition)
    return found, np.asarray(theta_0)


def augmented(X: Array, Y: Array, lam: float, n: float) -> tuple[Array, Array]:
    """Rows √(nλ) I appended: least squares on them is ridge on X.

    Notes: KE 71
    """
    d, t = X.shape[1], Y.shape[1]
    return np.vstack([X, np.sqrt(n * lam) * np.eye(d)]), np.vstack([Y, np.zeros((d, t))])


def dual(K: Array, Y: Array, n: float, lam: float) -> tuple[Array, float] | None:
    """α with θ = Xᵀα, from K = XXᵀ (n×n), and the condition number of (X, √(nλ) I).

    Solves (K + nλI) α = Y; None where digits would be lost.

    Notes: KE 71, Concept 72
    """
    A = K.copy()
    A[np.diag_indices_from(A)] += n * lam
    norm = float(np.abs(A).sum(axis=0).max())
    factor, failed = sl.lapack.dpotrf(A, lower=0)
    if failed:
        return None
    reciprocal, _ = sl.lapack.dpocon(factor, norm, uplo="U")
    if not reciprocal > SAFE**2:
        return None
    return np.asarray(sl.cho_solve((factor, False), Y)), float(np.sqrt(1.0 / reciprocal))


def path_from_moments(m: Moments, lams: Array) -> Array:
    """θ at every λ from one eigendecomposition: (a, d, t).

    Notes: KE 71, Concept 87
    """
    values, vectors = np.linalg.eigh(m.xx / m.weight)
    values = np.maximum(values, 0.0)
    turned = vectors.T @ (m.xy / m.weight)
    return np.asarray(vectors @ (_shrink(values, lams)[:, :, None] * turned))


def _shrink(values: Array, lams: Array) -> Array:
    """1/(e + λ), and 0 for directions in which the data say nothing (the least-norm answer)."""
    total = values[None, :] + lams[:, None]
    floor = values.max(initial=0.0) * len(values) * EPS
    return np.where(total > floor, 1.0 / np.where(total > floor, total, 1.0), 0.0)


def dual_path(K: Array, Y: Array, n: float, lams: Array) -> Array:
    """α at every λ from one eigendecomposition of K (n×n): (a, n, t).

    Notes: KE 71, Concept 87
    """
    values, vectors = np.linalg.eigh(K / n)
    values = np.maximum(values, 0.0)
    turned = vectors.T @ Y / n
    shrunk = _shrink(values, lams)[:, :, None] * turned[None]
    return np.asarray(np.einsum("de,aet->adt", vectors, shrunk, optimize=True))

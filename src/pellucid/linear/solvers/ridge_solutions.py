"""Minimisers of mean square loss + λ‖θ‖², in closed form: primal, dual, and many λ at once.

Least squares is ridge with λ = 0. All are functions of arrays; nothing here validates.

Notes: KE 62, KE 70, KE 71, Concept 72
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg as sl
from numpy.typing import NDArray

from pellucid.linear.solvers.moments import Moments

Array = NDArray[np.float64]
ROUNDS = 12  # of refinement, at the most
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


@dataclass(frozen=True)
class Factors:
    """QR of the columns, scaled and in another order: A diag(1/scale) = (QR) with its pivots."""

    Q: Array
    R: Array
    pivots: NDArray[np.integer[Any]]
    scale: Array

    def corrections(self, lacking: Array, against: Array) -> tuple[Array, Array]:
        """δθ and δr with δr + Aδθ = lacking and Aᵀδr = against.

        Notes: KE 62
        """
        half = sl.solve_triangular(self.R, (against / self.scale[:, None])[self.pivots], trans="T")
        along = self.Q.T @ lacking
        step = np.empty_like(against)
        step[self.pivots] = sl.solve_triangular(self.R, along - half)
        return step / self.scale[:, None], lacking - self.Q @ (along - half)


def gradient(X: Array, Y: Array, theta: Array, lam: float) -> Array:
    """(2/n) Xᵀ(Xθ − Y) + 2λθ, for rows X n×d, targets n×t, θ d×t.

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


def by_qr(X: Array, Y: Array) -> tuple[Solution, Factors | None]:
    """Least squares of centred rows by Householder QR on scaled columns.

    Dependent columns are found by pivoting; the answer is then the one of least norm.

    Returns
    -------
    Solution, Factors or None
        And the factors for `refine_solution`, where the columns are independent.

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
    return solution, Factors(np.asarray(Q, float), np.asarray(R, float), np.asarray(pivots), scale)


def refine_solution(
    X: Array,
    Y: Array,
    weights: Array,
    penalty: float,
    solution: Solution,
    factors: Factors,
    offset: bool,
) -> tuple[Solution, Array]:
    """Refine θ together with its residual, both errors taken in extended precision; with θ₀.

    θ and r solve r + Aθ = b and Aᵀr = 0. What these equations lack, computed with more digits than
    the factors have, is solved for by the factors: each round gains as many digits as the condition
    of A leaves over (not its square), also when the residuals are large.

    Notes: KE 62, Concept 61
    """
    w = weights.astype(np.longdouble)[:, None]
    X_long, Y_long = X.astype(np.longdouble), Y.astype(np.longdouble)
    x_mean = (w * X_long).sum(axis=0) / w.sum() if offset else np.zeros(X.shape[1], np.longdouble)
    y_mean = (w * Y_long).sum(axis=0) / w.sum() if offset else np.zeros(Y.shape[1], np.longdouble)
    A, b = np.sqrt(w) * (X_long - x_mean), np.sqrt(w) * (Y_long - y_mean)
    if penalty:
        A, b = _with_penalty(A, b, np.sqrt(np.longdouble(penalty)))
    theta = solution.theta.astype(np.longdouble)
    r = b - A @ theta
    last = np.inf
    for _ in range(ROUNDS):
        lacking, against = b - r - A @ theta, -(A.T @ r)
        step, more = factors.corrections(lacking.astype(np.float64), against.astype(np.float64))
        size = float(np.abs(step * factors.scale[:, None]).max(initial=0.0))
        if not size < last:
            break
        theta, r, last = theta + step, r + more, size
    theta_0 = (y_mean - x_mean @ theta).astype(np.float64)
    found = Solution(theta.astype(np.float64), solution.solver, solution.condition)
    return found, np.asarray(theta_0)


def augmented_rows(X: Array, Y: Array, lam: float, n: float) -> tuple[Array, Array]:
    """Rows √(nλ) I appended: least squares on them is ridge on X.

    Notes: KE 71
    """
    return _with_penalty(X, Y, np.sqrt(n * lam))


def _with_penalty(X: Array, Y: Array, root: Any) -> tuple[Array, Array]:
    d, t = X.shape[1], Y.shape[1]
    return np.vstack([X, root * np.eye(d)]), np.vstack([Y, np.zeros((d, t))])


def dual_solution(K: Array, Y: Array, n: float, lam: float) -> tuple[Array, float] | None:
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

"""Fitting one ridge: which way to solve, told truthfully.

Notes: KE 71, Concept 67, Concept 72
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.linear.kernels.row_pieces import one_blas_thread
from pellucid.linear.solvers.moments import Moments, partial, uncentred, with_constant
from pellucid.linear.solvers.ridge_solutions import (
    EXTENDED_NUMBERS,
    Solution,
    augmented_rows,
    by_qr,
    dual_path,
    dual_solution,
    from_moments,
    refine_solution,
)

Array = NDArray[np.float64]
LARGEST_GRAM = 6_000  # sides of a Gram matrix beyond this are solved iteratively (sparse data)


def fit_ridge(
    X: Any,
    Y: Array,
    weights: Array | None,
    lam: float,
    *,
    offset: bool = True,
    penalize_offset: bool = False,
    prior: Array | None = None,
    moments: Moments | None = None,
) -> tuple[Solution, Array]:
    """Minimise mean square loss + λ‖θ − θ_prior‖².

    Parameters
    ----------
    X : array or CSR array, n×d
    Y : ndarray, n×t
    weights : ndarray (n,) or None
    lam : float
    offset, penalize_offset : bool
        Whether there is θ₀, and whether the penalty takes it in.
    prior : ndarray or None
        d×t; (d+1)×t with the offset first when it is penalised.
    moments : Moments or None
        Of these rows, where they are known already.

    Returns
    -------
    Solution, ndarray (t,)
        θ with the truth about how it was found, and θ₀.

    Notes: KE 70, KE 71, Concept 64, Concept 67
    """
    if offset and penalize_offset:
        return _appended_fit(X, Y, weights, lam, prior)
    if prior is not None:
        # θ − θ_prior fits what the prior leaves over.
        solution, theta_0 = fit_ridge(X, Y - X @ prior, weights, lam, offset=offset)
        return _moved(solution, prior), theta_0
    n, d = X.shape
    if lam > 0 and d > n and n <= LARGEST_GRAM:
        found = _dual_fit(X, Y, weights, lam, offset)
        if found is not None:
            return found
    if d <= LARGEST_GRAM and (d < n or lam > 0):
        m = partial(X, Y, weights) if moments is None else moments
        centred = m if offset else uncentred(m)
        with one_blas_thread(d):
            quick = from_moments(centred, lam)
        if quick is not None:
            return quick, _offset(quick.theta, centred.x_mean, centred.y_mean)
    return _row_fit(X, Y, weights, lam, offset)


def _moved(solution: Solution, prior: Array) -> Solution:
    return Solution(solution.theta + prior, solution.solver, solution.condition, solution.dependent)


def _offset(theta: Array, x_mean: Array, y_mean: Array) -> Array:
    return np.asarray(y_mean - x_mean @ theta)


def _appended_fit(
    X: Any, Y: Array, weights: Array | None, lam: float, prior: Array | None
) -> tuple[Solution, Array]:
    full = None if prior is None else prior
    quick = from_moments(with_constant(partial(X, Y, weights)), lam, full)
    if quick is not None:
        solution = quick
    else:
        dense = X.toarray() if hasattr(X, "toarray") else X
        ones = np.hstack([np.ones((len(dense), 1)), dense])
        left = Y if full is None else Y - ones @ full
        solution, _ = _row_fit(ones, left, weights, lam, offset=False)
        if full is not None:
            solution = _moved(solution, full)
    theta = Solution(solution.theta[1:], solution.solver, solution.condition, solution.dependent)
    return theta, np.asarray(solution.theta[0])


def _weighted(X: Any, Y: Array, weights: Array | None, offset: bool) -> tuple[Any, Array, Any, Any]:
    """Rows centred at the weighted mean and multiplied by √w; and the means."""
    dense = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
    w = np.ones(len(dense)) if weights is None else weights
    if offset:
        x_mean, y_mean = np.average(dense, axis=0, weights=w), np.average(Y, axis=0, weights=w)
        # A second pass takes out what rounding left of the mean.
        x_mean = x_mean + np.average(dense - x_mean, axis=0, weights=w)
        y_mean = y_mean + np.average(Y - y_mean, axis=0, weights=w)
    else:
        x_mean, y_mean = np.zeros(dense.shape[1]), np.zeros(Y.shape[1])
    root = np.sqrt(w)[:, None]
    return root * (dense - x_mean), root * (Y - y_mean), x_mean, y_mean


def _dual_fit(
    X: Any, Y: Array, weights: Array | None, lam: float, offset: bool
) -> tuple[Solution, Array] | None:
    if hasattr(X, "toarray") and X.shape[1] > LARGEST_GRAM * 10:
        return None
    Z, R, x_mean, y_mean = _weighted(X, Y, weights, offset)
    total = float(len(Z)) if weights is None else float(weights.sum())
    found = dual_solution(Z @ Z.T, R, total, lam)
    if found is None:
        return None
    theta = Z.T @ found[0]
    return Solution(theta, "dual cholesky", found[1]), _offset(theta, x_mean, y_mean)


def fit_wide_path(
    X: Array, Y: Array, weights: Array | None, lams: Array, *, offset: bool = True
) -> tuple[Array, Array]:
    """θ (a, d, t) and θ₀ (a, t) at each λ > 0, from one n×n Gram matrix: fewer rows than columns.

    Notes: KE 71, Concept 72, Concept 87
    """
    Z, R, x_mean, y_mean = _weighted(X, Y, weights, offset)
    total = float(len(Z)) if weights is None else float(weights.sum())
    thetas = np.array([Z.T @ alpha for alpha in dual_path(Z @ Z.T, R, total, lams)])
    return thetas, np.array([_offset(theta, x_mean, y_mean) for theta in thetas])


def _row_fit(
    X: Any, Y: Array, weights: Array | None, lam: float, offset: bool
) -> tuple[Solution, Array]:
    if hasattr(X, "toarray") and min(X.shape) > LARGEST_GRAM:
        return _iterative_fit(X, Y, weights, lam, offset)
    Z, R, x_mean, y_mean = _weighted(X, Y, weights, offset)
    total = float(len(Z)) if weights is None else float(weights.sum())
    rows = augmented_rows(Z, R, lam, total) if lam > 0 else (Z, R)
    solution, factors = by_qr(*rows)
    if factors is None or Z.size * Y.shape[1] > EXTENDED_NUMBERS:
        return solution, _offset(solution.theta, x_mean, y_mean)
    dense = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
    w = np.ones(len(dense)) if weights is None else weights
    return refine_solution(dense, Y, w, total * lam, solution, factors, offset)


def _iterative_fit(
    X: Any, Y: Array, weights: Array | None, lam: float, offset: bool
) -> tuple[Solution, Array]:
    """Sparse and large both ways: LSMR on the centred operator, without forming it."""
    from scipy.sparse.linalg import LinearOperator, lsmr

    n, d = X.shape
    w = np.ones(n) if weights is None else weights
    total = float(w.sum())
    root = np.sqrt(w)
    x_mean = np.asarray(w @ X).ravel() / total if offset else np.zeros(d)
    y_mean = w @ Y / total if offset else np.zeros(Y.shape[1])
    centred = LinearOperator(
        (n, d),
        matvec=lambda v: root * (X @ np.ravel(v) - x_mean @ np.ravel(v)),
        rmatvec=lambda u: X.T @ (root * np.ravel(u)) - x_mean * (root @ np.ravel(u)),
    )
    columns, condition = [], 0.0
    for target in (root[:, None] * (Y - y_mean)).T:
        found = lsmr(centred, target, damp=np.sqrt(total * lam), atol=1e-12, btol=1e-12)
        columns.append(found[0])
        condition = max(condition, float(found[6]))
    theta = np.column_stack(columns)
    return Solution(theta, "lsmr", condition), _offset(theta, x_mean, y_mean)

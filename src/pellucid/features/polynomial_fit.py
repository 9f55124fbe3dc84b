"""A polynomial fitted to the last digit: solved on a scaled domain, answered in raw powers.

Notes: Def 184, Concept 189, KE 62
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg as sl
from numpy.typing import NDArray

from pellucid.errors import SingularWarning, TooFewRowsError
from pellucid.features.monomials import monomial_values, uncentered_coefficients
from pellucid.features.polynomial_basis import PolynomialBasis

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PolynomialFit:
    """Coefficients of powers of the raw inputs, the constant first.

    Parameters
    ----------
    coefficients : ndarray, shape (m,)
        One a monomial.
    exponents : ndarray of int, shape (m, d)
        Exponent of each input.
    condition : float
        Condition number of the scaled problem that was solved.
    """

    coefficients: Array
    exponents: NDArray[np.int64]
    condition: float


def fit_polynomial(X: Any, y: Any, order: int) -> PolynomialFit:
    """Least squares by a polynomial of the inputs, with coefficients accurate in raw powers.

    High powers of raw inputs are nearly dependent and lose digits as soon as they are rounded.
    So the problem is solved for inputs mapped to [−1, 1], translated back exactly, and refined
    against residuals of the raw polynomial in extended precision.

    Parameters
    ----------
    X : array, shape (n,) or (n, d)
        Inputs.
    y : array, shape (n,)
        Answers.
    order : int
        Highest total degree.

    Returns
    -------
    PolynomialFit

    Raises
    ------
    TooFewRowsError
        With fewer rows than coefficients.

    Examples
    --------
    >>> fit_polynomial([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 5.0, 10.0], 2).coefficients.round(9) + 0
    array([1., 0., 1.])

    Notes: Def 184, Def 187, Concept 189
    """
    X = np.asarray(X, dtype=np.float64)
    X = X[:, None] if X.ndim == 1 else X
    y = np.asarray(y, dtype=np.float64)
    basis = PolynomialBasis(order=order, domain="scaled").fit(X)
    table = basis.exponents_
    if len(y) < len(table):
        raise TooFewRowsError(
            f"Order {order} has {len(table)} coefficients; {len(y)} rows do not determine them."
        )
    Z = basis.transform(X)
    Q, R = sl.qr(Z, mode="economic")
    condition = 1.0 / float(sl.lapack.dtrcon(R)[0] or np.inf)
    if not condition < 1e13:
        import warnings

        warnings.warn(
            f"fit_polynomial: order {order} has more freedom than the inputs have distinct values; "
            "lower the order.",
            SingularWarning,
            stacklevel=2,
        )
    total = np.zeros(len(table), dtype=np.longdouble)
    X_long = X.astype(np.longdouble)
    raw, Z_long = (
        monomial_values(X_long, table),
        monomial_values((X_long - basis.centre_) / basis.half_, table),
    )
    step, last = sl.solve_triangular(R, Q.T @ y), np.inf
    for _ in range(10):
        moved = _raw(step, basis)
        size = float(np.abs(step).max())
        if not size < last:
            break
        total, last = total + moved, size
        left = y - raw @ total
        half = sl.solve_triangular(R, (Z_long.T @ left).astype(np.float64), trans="T")
        step = sl.solve_triangular(R, half)
    return PolynomialFit(total.astype(np.float64), table, condition)


def _raw(step: Array, basis: PolynomialBasis) -> Array:
    found = uncentered_coefficients(step, basis.exponents_, basis.centre_, basis.half_)
    return np.array([found.get(tuple(row), 0.0) for row in basis.exponents_.tolist()])

"""`LeastSquares`: linear regression without a penalty.

Notes: KE 47, KE 62, §2.5
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pellucid.explanation import Explanation
from pellucid.linear.ridge import FIT_INTERCEPT, SquareLossRegressor, ridge_explanation
from pellucid.linear.ridge_fit import fit_ridge
from pellucid.linear.rows import training_rows


class LeastSquares(SquareLossRegressor):
    """Ordinary least squares: minimise the mean square loss; `Ridge` with λ = 0.

    Solved from one pass over the rows where that keeps its digits; else by QR on scaled columns
    with refinement, and a warning says so. Dependent columns get the shortest solution.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    coef_ : ndarray, shape (d,) or (t, d)
        θ, in answer units per unit of the column.
    intercept_ : float or ndarray, shape (t,)
        θ₀, in answer units.
    solver_ : str
        What ran: "cholesky", "qr", "svd" or "lsmr".
    condition_ : float
        Condition number of the scaled columns.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> LeastSquares(fit_intercept=False).fit(np.array([[1.0], [2.0]]), np.array([2.0, 3.0])).coef_
    array([1.6])

    Notes: KE 47, KE 62, Concept 61
    """

    hyperparameters: ClassVar = (FIT_INTERCEPT,)

    def __init__(self, *, fit_intercept: bool = FIT_INTERCEPT.default) -> None:
        self.fit_intercept = fit_intercept

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Find θ and θ₀ where the gradient is zero.

        Parameters
        ----------
        X : array or sparse array, shape (n, d)
        y : array, shape (n,) or (n, t)
        sample_weight : array, shape (n,), or None
            A weight counts like repetitions of its row.

        Returns
        -------
        LeastSquares
            Itself.
        """
        self.check_hyperparameters()
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        solution, theta_0 = fit_ridge(X, Y, weights, 0.0, offset=self.fit_intercept)
        self._keep(solution, theta_0, flat)
        self._complain(solution)
        return self

    def _explanation(self) -> Explanation:
        return ridge_explanation(self, 0.0)

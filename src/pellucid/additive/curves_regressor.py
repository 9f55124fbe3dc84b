"""`CurvesRegressor`: a number as a sum of curves, one for each column.

Notes: §5.1, §5.2, KE 71
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin

from pellucid.additive.additive_curves import AdditiveCurves
from pellucid.additive.variance_components import TermFit, fit_normal_terms
from pellucid.data.row_checks import checked_training_rows
from pellucid.explanation import Explanation, Formula

Array = NDArray[np.float64]


class CurvesRegressor(RegressorMixin, AdditiveCurves):  # type: ignore[misc]
    """Additive curves under the square loss: each column bends as its rows ask, and can be read.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    terms_ : list of dict
        Lines, waves, categories, missing values and pairs: what each needs to be computed.
    theta_ : ndarray, shape (p, 1)
        Weights of the terms' features.
    theta_0_ : ndarray, shape (1,)
        Offset: the mean target.
    lams_ : ndarray, shape (terms, 1)
        Penalty of each term, as found from the rows, in units of the squares' sum.
    effective_ : ndarray, shape (terms,)
        How many free weights each term is worth.
    sizes_ : ndarray, shape (terms,)
        Root mean square of what each term adds.
    names_, levels_ : list
        Names of the columns; categories of each, or None.
    n_iter_ : int
        Rounds of the penalties' fixed point, at most 40.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 6, 200)[:, None]
    >>> h = CurvesRegressor().fit(x, np.sin(x[:, 0]))
    >>> h.predict([[1.5], [4.5]]).round(1)
    array([ 1., -1.])

    Notes: §5.1, §5.2, KE 71
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Find all curves together.

        Parameters
        ----------
        X : Table, data frame or array, n rows
            Missing values are known as missing; categories of a table or frame as
            categories, each with an effect of its own.
        y : array, shape (n,)
            Numbers, predicted by the curves.
        sample_weight : array, shape (n,), or None
            A weight counts like repetitions of its row.

        Returns
        -------
        self
        """
        self.check_hyperparameters()
        values, y, weights = checked_training_rows(self, X, y, sample_weight)
        self._fit_terms(values, np.asarray(y, dtype=np.float64), weights, 1)
        return self

    def _solve(self, B: Array, owners: NDArray[np.intp], y: Array, weights: Array) -> TermFit:
        return fit_normal_terms(B, y, weights, owners, float(self.lam))

    def _residuals(
        self, fitted: TermFit, B: Array, y: Array, weights: Array
    ) -> tuple[Array, Array]:
        left = y - B @ fitted.theta[:, 0] - fitted.offset[0]
        total = max(weights.sum(), 1.0)
        whole = float(weights @ (y - weights @ y / total) ** 2) / total
        # Where the curves leave nothing, what is left is rounding, and no pair shows in it.
        spread = max(float(weights @ left**2) / total, 1e-6 * whole)
        return (left * weights)[:, None], (weights * max(spread, 1e-300))[:, None]

    def predict(self, X: Any) -> Array:
        """The sum of the curves, for each row of X: (n,)."""
        return self._scores(X)[:, 0]

    def _explanation(self) -> Explanation:
        return self._curves_explanation(
            "Predict a number; judged by the square loss.",
            Formula(
                "J = Σᵢ (h(x⁽ⁱ⁾) − y⁽ⁱ⁾)² + Σ_t λ_t ‖θ_t‖²",
                r"J = \sum_{i=1}^{n} (h(x^{(i)}) - y^{(i)})^2 + \sum_t \lambda_t \|\theta_t\|^2",
                "J: 1×1",
                "KE 70",
            ),
        )

"""`CurvesClassifier`: chances of classes from sums of curves, one for each column.

Notes: §5.1, §5.2, KE 160
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from pellucid.additive.additive_curves import AdditiveCurves
from pellucid.additive.variance_components import TermFit, class_probabilities, fit_likelihood_terms
from pellucid.data.row_checks import checked_training_rows, classes_of
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import LogProbabilityMixin

Array = NDArray[np.float64]


class CurvesClassifier(LogProbabilityMixin, ClassifierMixin, AdditiveCurves):  # type: ignore[misc]
    """Additive curves under the negative log likelihood; each curve can be read in log odds.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    classes_ : ndarray, shape (k,)
        Labels, sorted. Two classes have one score, that of the second.
    terms_ : list of dict
        Lines, waves, categories, missing values and pairs: what each needs to be computed.
    theta_ : ndarray, shape (p, scores)
        Weights of the terms' features.
    theta_0_ : ndarray, shape (scores,)
        Offsets.
    lams_ : ndarray, shape (terms, scores)
        Penalty of each term, as found from the rows.
    effective_ : ndarray, shape (terms,)
        How many free weights each term is worth.
    sizes_ : ndarray, shape (terms,)
        Root mean square of what each term adds.
    names_, levels_ : list
        Names of the columns; categories of each, or None.
    n_iter_ : int
        Newton's steps.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(-3, 3, 200)[:, None]
    >>> h = CurvesClassifier().fit(x, np.where(np.abs(x[:, 0]) < 1, "inside", "outside"))
    >>> h.predict([[0.0], [2.5], [-2.5]]).tolist()
    ['inside', 'outside', 'outside']

    Notes: §5.1, §5.2, KE 160
    """

    classes_: NDArray[Any]

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Find the curves of all classes together.

        Parameters
        ----------
        X : Table, data frame or array, n rows
            Missing values are known as missing; categories of a table or frame as
            categories, each with an effect of its own.
        y : array, shape (n,)
            Labels, predicted by the curves.
        sample_weight : array, shape (n,), or None
            A weight counts like repetitions of its row.

        Returns
        -------
        CurvesClassifier
            Itself.
        """
        self.check_hyperparameters()
        values, y, weights = checked_training_rows(self, X, y, sample_weight)
        self.classes_, codes = classes_of(self, y)
        k = len(self.classes_)
        self._fit_terms(values, codes, weights, 1 if k == 2 else k)
        return self

    def _solve(
        self, B: Array, owners: NDArray[np.intp], y: NDArray[np.intp], weights: Array
    ) -> TermFit:
        return fit_likelihood_terms(B, y, len(self.classes_), weights, owners, float(self.lam))

    def _residuals(
        self, fitted: TermFit, B: Array, y: NDArray[np.intp], weights: Array
    ) -> tuple[Array, Array]:
        g = class_probabilities(B @ fitted.theta + fitted.offset)
        first = 1 if g.shape[1] == 1 else 0
        truths = y[:, None] == np.arange(first, first + g.shape[1])
        spread = np.maximum(g * (1 - g), 1e-4) * weights[:, None]
        return (truths - g) * weights[:, None], spread

    def predict_proba(self, X: Any) -> Array:
        """Probability of each class, for each row of X: n×k."""
        check_is_fitted(self)
        g = class_probabilities(self._scores(X))
        return np.hstack([1 - g, g]) if g.shape[1] == 1 else g

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row; a tie goes to the first."""
        found = self.predict_proba(X)
        return np.asarray(self.classes_[found.argmax(axis=1)])

    def _explanation(self) -> Explanation:
        return self._curves_explanation(
            "Chances of classes; judged by the negative log likelihood.",
            Formula(
                "J = Σᵢ L_nll(g⁽ⁱ⁾, y⁽ⁱ⁾) + ½ Σ_t λ_t ‖θ_t‖²",
                r"J = \sum_{i=1}^{n} L_{nll}(g^{(i)}, y^{(i)}) + \tfrac{1}{2} \sum_t \lambda_t"
                r" \|\theta_t\|^2",
                "J: 1×1",
                "KE 160",
            ),
        )

"""`MeanBaseline`: guess the mean, whatever the row says. What a model must beat.

Notes: §2.4, §2.7, KE 33
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin

from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.linear.input_rows import query_rows, training_rows


class MeanBaseline(MultiOutputMixin, RegressorMixin, GlassBox):  # type: ignore[misc]
    """Predict the mean of the training answers: ridge with λ → ∞.

    Attributes
    ----------
    mean_ : float or ndarray, shape (t,)
        What it always says, in units of the target.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> MeanBaseline().fit(np.zeros((3, 1)), np.array([1.0, 2.0, 6.0])).predict(np.zeros((1, 1)))
    array([3.])

    Notes: §2.4, KE 33
    """

    block_route = "pellucid.linear.on_blocks.baselines:fit_mean"
    hyperparameters: ClassVar = ()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.regressor_tags.poor_score = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Take the (weighted) mean of y; X is only counted.

        Parameters
        ----------
        X : array or sparse array, shape (n, d)
        y : array, shape (n,) or (n, t)
        sample_weight : array, shape (n,), or None

        Returns
        -------
        MeanBaseline
            Itself.
        """
        self.check_hyperparameters()
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        mean = np.average(Y, axis=0, weights=weights)
        self.mean_ = float(mean[0]) if flat else mean
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """The mean, once for each row of X (n×d)."""
        X = query_rows(self, X)
        return np.broadcast_to(self.mean_, (X.shape[0], *np.shape(self.mean_))).copy()

    def _explanation(self) -> Explanation:
        return Explanation(
            name="MeanBaseline",
            problem="Regression, with nothing learned from the columns.",
            hypothesis=Formula("h(x) = θ₀", r"h(x) = \theta_0", "θ₀: 1×1", "§2.4"),
            algorithm="The mean of the targets minimises the mean square loss of a constant.",
            happened=(("mean", f"{np.asarray(self.mean_)}"),),
            notes="§2.4",
        )

"""`TransformedTarget`: a regression of the target's logarithm or root, answered without bias.

Notes: §2.4, KE 53
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import FramingError
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Array = NDArray[np.float64]
FURTHEST = 700.0  # exponents beyond overflow
ESTIMATOR = Hyperparameter(
    "estimator",
    None,
    "any",
    "The regression of the transformed target; None is `LeastSquares`.",
    optional=True,
    accepts=lambda value: hasattr(value, "fit"),
    described="an estimator, or None",
)
SCALE = Hyperparameter(
    "scale",
    "log",
    "str",
    "The scale of the fit: the logarithm of the target (plus one, where zeros occur) or its root.",
    choices=("log", "sqrt"),
)


class TransformedTarget(RegressorMixin, GlassBox):  # type: ignore[misc]
    """Fit a target ≥ 0 on another scale, and answer with its mean in its own units.

    Going back by the inverse alone would answer with medians, which lie too low. The residuals of
    the fit say by how much (smearing): the answer is the mean of the inverse over them.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    estimator_ : estimator
        The fitted regression of the transformed target.
    shift_ : float
        Added before the logarithm: 1 where zeros occur, else 0.
    smearing_ : float
        log: the factor; sqrt: what is added.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 3, 100)[:, None]
    >>> h = TransformedTarget(scale="log").fit(x, np.exp(1 + x[:, 0]))
    >>> h.predict([[2.0]]).round(2)
    array([20.09])

    Notes: §2.4, KE 53
    """

    hyperparameters: ClassVar = (ESTIMATOR, SCALE)

    estimator_: Any
    shift_: float
    smearing_: float
    n_features_in_: int

    def __init__(self, estimator: Any = None, scale: str = SCALE.default) -> None:
        self.estimator = estimator
        self.scale = scale

    @property
    def path_parameter(self) -> str:
        """The hyperparameter along which the regression has a path."""
        return str(getattr(self.estimator, "path_parameter", "lam"))

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the regression to the transformed target.

        Parameters
        ----------
        X : whatever the regression takes, n rows
        y : array, shape (n,)
            Numbers ≥ 0.
        sample_weight : array, shape (n,), or None

        Returns
        -------
        self

        Raises
        ------
        FramingError
            When a target is negative.
        """
        self.check_hyperparameters()
        u = self._to_scale(y)
        model = self._regression()
        weighted = {} if sample_weight is None else {"sample_weight": sample_weight}
        return self._finish(model.fit(X, u, **weighted), X, u, sample_weight)

    def path(self, X: Any, y: Any, values: Sequence[Any], sample_weight: Any = None) -> list[Self]:
        """The fitted regression at each value of the hyperparameter of its path.

        Notes: Concept 87
        """
        self.check_hyperparameters()
        u = self._to_scale(y)
        weighted = {} if sample_weight is None else {"sample_weight": sample_weight}
        found = self._regression().path(X, u, list(values), **weighted)
        return [copy.copy(self)._finish(model, X, u, sample_weight) for model in found]

    def _regression(self) -> Any:
        if self.estimator is not None:
            return clone(self.estimator)
        from pellucid.linear.least_squares import LeastSquares

        return LeastSquares()

    def _to_scale(self, y: Any) -> Array:
        y = np.asarray(y, dtype=np.float64)
        if not (y >= 0).all():
            raise FramingError(
                f"TransformedTarget: the {self.scale} needs a target ≥ 0; the smallest is "
                f"{y.min():g}. Fit it as it is."
            )
        self.shift_ = 1.0 if (y == 0).any() else 0.0
        return np.asarray(np.log(y + self.shift_) if self.scale == "log" else np.sqrt(y))

    def _finish(self, model: Any, X: Any, u: Array, weights: Any) -> Self:
        self.estimator_ = model
        left = u - model.predict(X)
        # exp of a residual far outside would let one row lift every answer.
        spread = np.exp(np.clip(left, None, 5.0)) if self.scale == "log" else left**2
        self.smearing_ = float(np.average(spread, weights=weights))
        self.n_features_in_ = int(getattr(model, "n_features_in_", 0))
        return self

    def predict(self, X: Any) -> Array:
        """The mean prediction of each row of X, in the target's own units, never below 0: (n,)."""
        check_is_fitted(self)
        u = np.asarray(self.estimator_.predict(X), dtype=np.float64)
        if self.scale == "log":
            found = np.exp(np.clip(u, -FURTHEST, FURTHEST)) * self.smearing_ - self.shift_
        else:
            found = np.maximum(u, 0.0) ** 2 + self.smearing_
        return np.asarray(np.maximum(found, 0.0))

    def _explanation(self) -> Explanation:
        back = (
            f"exp(u) · {self.smearing_:.4g}" + (" − 1" if self.shift_ else "")
            if self.scale == "log"
            else f"u² + {self.smearing_:.4g}"
        )
        return Explanation(
            name="TransformedTarget",
            problem="A skewed target is followed better on another scale; the answer is wanted in "
            "its own units, and right in the mean.",
            hypothesis=Formula(
                "h(x) = mean of g⁻¹(u(x) + r) over the residuals r of the fit",
                r"h(x) = \frac{1}{n}\sum_{i=1}^{n} g^{-1}(u(x) + r^{(i)})",
                "x: d×1",
                "§2.4",
            ),
            algorithm=f"Fitted on the {self.scale} of the target; answered as {back}.",
            happened=(("scale", self.scale), ("smearing", f"{self.smearing_:.6g}")),
            warnings=tuple(self.warnings_),
            notes="§2.4, KE 53",
            parts=(self.estimator_.explain(),),
        )

"""The softmax classifier: several classes, exactly one true for each point.

Notes: Def 170, KE 171, Concept 167
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from pellucid.explanation import Explanation, Formula
from pellucid.linear.descent_fit import steps_statement
from pellucid.linear.descent_settings import (
    BATCH_SIZE,
    NEWTON,
    RANDOM_STATE,
    RULE,
    STEP_SIZE,
    WARM_START,
)
from pellucid.linear.formula_parts import formula_parts
from pellucid.linear.penalized_classifier import PenalizedClassifier
from pellucid.linear.score_classifier import ScoreClassifier
from pellucid.linear.score_settings import CLASS_WEIGHT, FIT_INTERCEPT, LAM, MAX_ITER, TOL
from pellucid.losses import softmax

Array = NDArray[np.float64]


class SeveralClasses(ScoreClassifier):
    """Abstract: predictions and words of a classifier with one score a class.

    Notes: Def 170
    """

    def decision_function(self, X: Any) -> Array:
        """The scores u = θᵀx + θ₀; with two classes, the second less the first.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n, k), or (n,) with two classes
        """
        u = self._scores(X)
        return u if u.shape[1] > 2 else u[:, 1] - u[:, 0]

    def predict_proba(self, X: Any) -> Array:
        """Softmax of the scores, in the order of `classes_`; each row sums to 1.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n, k)
        """
        return softmax(self._scores(X))

    def predict_log_proba(self, X: Any) -> Array:
        """Logarithms of the chances, u − log Σ eᵘ: finite however far apart the scores are.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n, k)
        """
        return np.asarray(log_softmax(self._scores(X), axis=1))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row; a tie goes to the earlier class.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n,)
        """
        best = self._scores(X).argmax(axis=1)
        found: NDArray[Any] = self.classes_[best]
        return found

    def _explanation(self) -> Explanation:
        parts = formula_parts(self)
        return Explanation(
            type(self).__name__,
            problem="Several classes that exclude each other; rows independent and identically "
            "distributed; judged by NLLM.",
            hypothesis=Formula(
                f"g(x) = softmax({parts.score}), gⱼ = e^uⱼ / Σᵢ e^uᵢ",
                r"g_j = \frac{e^{u_j}}{\sum_i e^{u_i}}, \quad u = " + parts.score_latex,
                "θ: d×k, θ₀: k×1, g: k×1",
                "Def 170",
            ),
            objective=Formula(
                f"J({parts.parameters}) = −{parts.mean} Σⱼ yⱼ⁽ⁱ⁾ log gⱼ⁽ⁱ⁾ + λ‖θ‖²",
                rf"J = -{parts.mean_latex} \sum_{{j=1}}^{{k}} y_j^{{(i)}} \log g_j^{{(i)}}"
                r" + \lambda \|\theta\|^2",
                f"J: 1×1{parts.weights}",
                "KE 171",
            ),
            gradient=Formula(
                f"∇_θ J = {parts.mean} x⁽ⁱ⁾ (g⁽ⁱ⁾ − y⁽ⁱ⁾)ᵀ + 2λθ",
                rf"\nabla_\theta J = {parts.mean_latex} x^{{(i)}}(g^{{(i)}}-y^{{(i)}})^T"
                r" + 2\lambda\theta",
                "∇_θ J: d×k",
                "§4.5",
            ),
            algorithm=steps_statement(self)
            or "Newton's method on standardised columns (class by class where k·d is "
            "large), its stale Hessian mended by L-BFGS pairs; translated back exactly.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="Def 164, Def 170, KE 171, §4.5",
        )


class SoftmaxClassifier(PenalizedClassifier, SeveralClasses):
    """Several classes: softmax of k linear scores, the most probable class answered.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    coef_ : array of shape (k, d)
        θᵀ; with λ > 0 the classes' rows sum to zero.
    intercept_ : array of shape (k,)
        θ₀; sums to zero.
    classes_ : array of shape (k,)
        Labels.
    n_iter_ : int
        Iterations.
    solver_ : str
        What ran.
    condition_ : float
        Condition number of the standardised columns as the Hessian weighs them; NaN where it was
        never formed.
    objective_ : float
        J at the end.
    separating_direction_ : array or None
        When λ = 0 and the classes are separable.
    trace_ : dict
        `objective` and `gradient_norm` per iteration, and why it `stopped`.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], list("aabbcc")
    >>> SoftmaxClassifier().fit(X, y).predict([[0.2], [2.4], [6.0]]).tolist()
    ['a', 'b', 'c']

    Notes: Def 170, KE 171, §4.5
    """

    block_route = "pellucid.linear.on_blocks.classifiers:fit_penalized"
    hyperparameters = (
        *(LAM, FIT_INTERCEPT, CLASS_WEIGHT, MAX_ITER, TOL),
        *(NEWTON, RULE, STEP_SIZE, BATCH_SIZE, RANDOM_STATE, WARM_START),
    )

    def __init__(
        self,
        lam: float = LAM.default,
        fit_intercept: bool = FIT_INTERCEPT.default,
        class_weight: Any = CLASS_WEIGHT.default,
        max_iter: int = MAX_ITER.default,
        tol: float = TOL.default,
        algorithm: str = NEWTON.default,
        rule: str = RULE.default,
        step_size: Any = STEP_SIZE.default,
        batch_size: int = BATCH_SIZE.default,
        random_state: int = RANDOM_STATE.default,
        warm_start: bool = WARM_START.default,
    ) -> None:
        self.lam = lam
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.max_iter = max_iter
        self.tol = tol
        self.algorithm = algorithm
        self.rule = rule
        self.step_size = step_size
        self.batch_size = batch_size
        self.random_state = random_state
        self.warm_start = warm_start

"""The linear logistic classifier.

Notes: KE 150, KE 152, KE 160
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError
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
from pellucid.linear.score_settings import (
    CLASS_WEIGHT,
    FIT_INTERCEPT,
    LAM,
    MAX_ITER,
    THRESHOLD,
    TOL,
)
from pellucid.losses import sigmoid

Array = NDArray[np.float64]


class TwoClasses(ScoreClassifier):
    """Abstract: predictions and words of a classifier with one score and a threshold.

    Notes: KE 152
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def check_classes(self) -> None:
        super().check_classes()
        if len(self.classes_) > 2:
            raise FramingError(
                "Only binary classification is supported. The type of the target is multiclass: "
                f"{len(self.classes_)} classes. Use SoftmaxClassifier."
            )

    def truths(self, codes: NDArray[np.intp]) -> Array:
        return codes[:, None].astype(float)

    def decision_function(self, X: Any) -> Array:
        """The score u = θᵀx + θ₀ less the cut log(threshold/(1−threshold)); positive means +1.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n,)
        """
        u = self._scores(X)[:, 0]
        return u if self.threshold == 0.5 else u - np.log(self.threshold / (1 - self.threshold))

    def predict_proba(self, X: Any) -> Array:
        """1 − σ(u) and σ(u), in the order of `classes_`.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n, 2)
        """
        u = self._scores(X)[:, 0]
        return np.column_stack([sigmoid(-u), sigmoid(u)])

    def predict_log_proba(self, X: Any) -> Array:
        """Logarithms of the two chances, −log(1 + e^±u): finite however far the score goes.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n, 2)
        """
        u = self._scores(X)[:, 0]
        return -np.column_stack([np.logaddexp(0.0, u), np.logaddexp(0.0, -u)])

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of each row; a tie goes to the first class.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n,)
        """
        positive = self.decision_function(X) > 0
        found: NDArray[Any] = self.classes_[positive.astype(int)]
        return found

    def _explanation(self) -> Explanation:
        parts = formula_parts(self)
        by_offset = f";  ∂J/∂θ₀ = {parts.mean} (g⁽ⁱ⁾ − y⁽ⁱ⁾)" if self.fit_intercept else ""
        return Explanation(
            type(self).__name__,
            problem="Two classes; rows independent and identically distributed; judged by NLL.",
            hypothesis=Formula(
                f"h(x) = +1 if σ({parts.score}) > {self.threshold:g}, else −1",
                rf"h(x) = {+1} \text{{ if }} \sigma({parts.score_latex}) > {self.threshold:g}",
                "x, θ: d×1, θ₀: 1×1",
                "KE 152",
            ),
            objective=Formula(
                f"J({parts.parameters}) = {parts.mean} L_nll(σ({parts.row_score}), y⁽ⁱ⁾) + λ‖θ‖²",
                rf"J = {parts.mean_latex} L_{{nll}}(\sigma({parts.row_score_latex}),"
                r" y^{(i)}) + \lambda \|\theta\|^2",
                f"J: 1×1{parts.weights}",
                "KE 160",
            ),
            gradient=Formula(
                f"∇_θ J = {parts.mean} (g⁽ⁱ⁾ − y⁽ⁱ⁾) x⁽ⁱ⁾ + 2λθ{by_offset}",
                rf"\nabla_\theta J = {parts.mean_latex} (g^{{(i)}}-y^{{(i)}})x^{{(i)}}"
                r" + 2\lambda\theta",
                "∇_θ J: d×1",
                "eq 4.56, eq 4.57",
            ),
            algorithm=steps_statement(self)
            or "Newton's method on standardised columns, translated back exactly; the "
            "Hessian is renewed only when it pays, and L-BFGS pairs mend it in between.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="KE 150, KE 152, KE 160, KE 163, §4.3, §4.4",
        )


class LogisticClassifier(PenalizedClassifier, TwoClasses):
    """Two classes: the chance of the second is σ(θᵀx + θ₀); answered by a threshold.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    coef_ : array of shape (1, d)
        θᵀ.
    intercept_ : array of shape (1,)
        θ₀.
    classes_ : array of shape (2,)
        Labels; the second is the positive class.
    n_iter_ : int
        Iterations.
    solver_ : str
        What ran.
    condition_ : float
        Condition number of the standardised columns as the Hessian weighs them; NaN where it was
        never formed.
    objective_ : float
        J at the end.
    separating_direction_ : array of shape (1, d) or None
        When λ = 0 and the classes are separable.
    trace_ : dict
        `objective` and `gradient_norm` per iteration, and why it `stopped`.

    Examples
    --------
    >>> h = LogisticClassifier(lam=0.01).fit([[-3.0], [3.0]], ["no", "yes"])
    >>> h.predict([[1.0]]).item(), round(h.predict_proba([[0.5]])[0, 1], 3).item()
    ('yes', 0.682)

    Notes: KE 150, KE 152, KE 160, §4.4
    """

    block_route = "pellucid.linear.on_blocks.classifiers:fit_penalized"
    hyperparameters = (
        *(LAM, THRESHOLD, FIT_INTERCEPT, CLASS_WEIGHT, MAX_ITER, TOL),
        *(NEWTON, RULE, STEP_SIZE, BATCH_SIZE, RANDOM_STATE, WARM_START),
    )

    def __init__(
        self,
        lam: float = LAM.default,
        threshold: float = THRESHOLD.default,
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
        self.threshold = threshold
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

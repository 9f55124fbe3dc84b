"""The softmax classifier with λ chosen by cross-validation.

Notes: KE 171, §4.5, Concept 82
"""

from __future__ import annotations

from typing import Any

from pellucid.linear.score_cv import CV, LAMS, CrossValidated
from pellucid.linear.score_settings import CLASS_WEIGHT, FIT_INTERCEPT, MAX_ITER, TOL
from pellucid.linear.softmax_classifier import SeveralClasses


class SoftmaxCV(CrossValidated, SeveralClasses):
    """`SoftmaxClassifier` whose λ is the one of least held-out mean NLL.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    lam_ : float
        The λ chosen.
    lams_ : array
        Those tried, from large to small.
    cv_losses_ : array of shape (number of λ, folds)
        Held-out mean NLL.
    coef_ : array of shape (k, d)
        θᵀ of the fit on all rows at `lam_`.
    intercept_ : array of shape (k,)
        θ₀.
    classes_ : array
        Labels.
    n_iter_ : int
        Iterations of that fit.
    solver_ : str
        What ran.
    condition_ : float
        Condition number of the standardised columns as the Hessian weighs them; NaN where it was
        never formed.
    trace_ : dict
        `objective` and `gradient_norm` per iteration of that fit.

    Examples
    --------
    >>> X, y = [[float(i)] for i in range(20)], [0] * 7 + [1] * 7 + [2] * 6
    >>> SoftmaxCV(lams=(0.001, 10.0)).fit(X, y).lam_
    0.001

    Notes: KE 171, §4.5, Concept 82
    """

    block_route = "pellucid.linear.on_blocks.classifiers:fit_cross_validated"
    hyperparameters = (LAMS, CV, FIT_INTERCEPT, CLASS_WEIGHT, MAX_ITER, TOL)

    def __init__(
        self,
        lams: Any = LAMS.default,
        cv: Any = CV.default,
        fit_intercept: bool = FIT_INTERCEPT.default,
        class_weight: Any = CLASS_WEIGHT.default,
        max_iter: int = MAX_ITER.default,
        tol: float = TOL.default,
    ) -> None:
        self.lams = lams
        self.cv = cv
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.max_iter = max_iter
        self.tol = tol

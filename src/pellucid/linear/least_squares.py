"""`LeastSquares`: linear regression without a penalty.

Notes: KE 47, KE 62, §2.5
"""

from __future__ import annotations

from typing import Any, ClassVar

from pellucid.explanation import Explanation
from pellucid.linear.descent_settings import (
    BATCH_SIZE,
    BY_STEPS,
    CLOSED_FORM,
    MAX_ITER,
    RANDOM_STATE,
    RULE,
    STEP_SIZE,
    TOL,
    WARM_START,
)
from pellucid.linear.penalized_regressor import PenalizedRegressor
from pellucid.linear.square_loss import ridge_explanation
from pellucid.linear.square_loss_settings import FIT_INTERCEPT


class LeastSquares(PenalizedRegressor):
    """Ordinary least squares: minimise the mean square loss; `Ridge` with λ = 0.

    Solved from one pass over the rows where that keeps its digits; else by QR on scaled columns
    with refinement, and a warning says so. Dependent columns get the shortest solution.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    coef_ : ndarray, shape (d,) or (t, d)
        θ, in units of the target per unit of the column.
    intercept_ : float or ndarray, shape (t,)
        θ₀, in units of the target.
    solver_ : str
        What ran: "cholesky", "qr", "svd" or "lsmr"; or the algorithm.
    condition_ : float
        Condition number of the scaled columns.
    n_iter_ : int
        Steps or epochs; 1 in closed form. By steps there is `trace_` too: `objective` and
        `gradient_norm` along the way, and why it `stopped`.
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

    block_route = "pellucid.linear.on_blocks.ridge:fit_ridge"
    hyperparameters: ClassVar = (FIT_INTERCEPT, *BY_STEPS)

    def __init__(
        self,
        *,
        fit_intercept: bool = FIT_INTERCEPT.default,
        algorithm: str = CLOSED_FORM.default,
        rule: str = RULE.default,
        step_size: Any = STEP_SIZE.default,
        batch_size: int = BATCH_SIZE.default,
        max_iter: int = MAX_ITER.default,
        tol: float = TOL.default,
        random_state: int = RANDOM_STATE.default,
        warm_start: bool = WARM_START.default,
    ) -> None:
        self.fit_intercept = fit_intercept
        self.algorithm = algorithm
        self.rule = rule
        self.step_size = step_size
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.warm_start = warm_start

    def _explanation(self) -> Explanation:
        return ridge_explanation(self, 0.0)

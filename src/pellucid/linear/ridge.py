"""`Ridge`: linear regression with a penalty on large weights.

Notes: KE 70, KE 71, Concept 64, Concept 67
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ShapeError
from pellucid.explanation import Explanation
from pellucid.hyperparameters import Hyperparameter
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
from pellucid.linear.input_rows import training_rows
from pellucid.linear.kernels.row_pieces import independent_of_threads
from pellucid.linear.penalized_regressor import PenalizedRegressor
from pellucid.linear.solvers.moments import partial, uncentred
from pellucid.linear.solvers.ridge_fit import LARGEST_GRAM, fit_wide_path
from pellucid.linear.solvers.ridge_solutions import Solution, path_from_moments
from pellucid.linear.square_loss import ON_WEIGHTS, Penalty, ridge_explanation
from pellucid.linear.square_loss_settings import FIT_INTERCEPT, LAM

Array = NDArray[np.float64]


def _finite_numbers(value: Any) -> bool:
    try:
        return bool(np.isfinite(np.asarray(value, dtype=np.float64)).all())
    except (TypeError, ValueError):
        return False


PRIOR = Hyperparameter(
    "prior",
    None,
    "any",
    "Parameters that the penalty pulls towards; None is zero.",
    symbol="Θ_prior",
    optional=True,
    accepts=_finite_numbers,
    described="an array of finite numbers, shape (d,) or (t, d), or None",
)
PENALIZE_OFFSET = Hyperparameter(
    "penalize_offset", False, "bool", "Whether the penalty takes in the offset."
)


class Ridge(PenalizedRegressor):
    """Ridge regression: minimise the mean square loss + λ‖θ‖².

    The penalty is not divided by n and the loss has no ½, so scikit-learn's `alpha` is nλ. The
    offset is not penalised unless asked. `LeastSquares` is this with λ = 0.

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
        What ran: "cholesky", "dual cholesky", "qr", "svd" or "lsmr"; or the algorithm.
    condition_ : float
        Condition number of the scaled columns (penalty included); NaN where it is not computed.
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
    >>> X, y = np.array([[1.0], [2.0]]), np.array([2.0, 3.0])
    >>> Ridge(lam=0.5, fit_intercept=False).fit(X, y).coef_
    array([1.33333333])

    Notes: KE 70, KE 71, Concept 64, Concept 67
    """

    block_route = "pellucid.linear.on_blocks.ridge:fit_ridge"
    hyperparameters: ClassVar = (LAM, FIT_INTERCEPT, PRIOR, PENALIZE_OFFSET, *BY_STEPS)

    def __init__(
        self,
        lam: float = LAM.default,
        *,
        fit_intercept: bool = FIT_INTERCEPT.default,
        prior: Any = PRIOR.default,
        penalize_offset: bool = PENALIZE_OFFSET.default,
        algorithm: str = CLOSED_FORM.default,
        rule: str = RULE.default,
        step_size: Any = STEP_SIZE.default,
        batch_size: int = BATCH_SIZE.default,
        max_iter: int = MAX_ITER.default,
        tol: float = TOL.default,
        random_state: int = RANDOM_STATE.default,
        warm_start: bool = WARM_START.default,
    ) -> None:
        self.lam = lam
        self.fit_intercept = fit_intercept
        self.prior = prior
        self.penalize_offset = penalize_offset
        self.algorithm = algorithm
        self.rule = rule
        self.step_size = step_size
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.warm_start = warm_start

    def _prior(self, d: int, t: int) -> Array | None:
        if self.prior is None:
            return None
        prior = np.atleast_2d(np.asarray(self.prior, dtype=np.float64)).T
        appended = self.fit_intercept and self.penalize_offset
        wanted = d + 1 if appended else d
        if appended and prior.shape[0] == d:
            prior = np.vstack([np.zeros((1, prior.shape[1])), prior])
        if prior.shape[0] != wanted or prior.shape[1] not in (1, t):
            raise ShapeError(
                f"prior has shape {np.shape(self.prior)}; θ has {wanted} entries"
                + (f" for each of {t} targets" if t > 1 else "")
                + (" (the offset first)." if appended else ".")
            )
        return np.asarray(np.broadcast_to(prior, (wanted, t)))

    @independent_of_threads
    def path(self, X: Any, y: Any, lams: Sequence[float], sample_weight: Any = None) -> list[Self]:
        """The fitted regression at each λ, from one pass over the rows.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        lams : sequence of float
            Values of λ.

        Returns
        -------
        list of Ridge
            One a value, in the order given.

        Notes: KE 71, Concept 87
        """
        self.check_hyperparameters()
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        n, d = X.shape
        plain = self.prior is None and not self.penalize_offset
        if plain and d > n and n <= LARGEST_GRAM and min(lams) > 0 and not hasattr(X, "toarray"):
            thetas, offsets = fit_wide_path(
                X, Y, weights, np.asarray(lams, dtype=np.float64), offset=self.fit_intercept
            )
            return [
                self._at(lam)._unprojected(Solution(theta, "eigen", float("nan")), theta_0, flat)
                for lam, theta, theta_0 in zip(lams, thetas, offsets, strict=True)
            ]
        if not plain or d > n:
            return [self._at(lam)._fitted(X, Y, weights, flat) for lam in lams]
        m = partial(X, Y, weights)
        centred = m if self.fit_intercept else uncentred(m)
        thetas = path_from_moments(centred, np.asarray(lams, dtype=np.float64))
        return [
            self._at(lam)._unprojected(
                Solution(theta, "eigen", float("nan")),
                centred.y_mean - centred.x_mean @ theta,
                flat,
            )
            for lam, theta in zip(lams, thetas, strict=True)
        ]

    def _unprojected(self, solution: Solution, theta_0: Array, flat: bool) -> Self:
        self._keep(solution, theta_0, flat)
        return self

    def _at(self, lam: float) -> Self:
        model = copy.copy(self)
        model.lam, model.warnings_, model.moments_ = float(lam), [], None
        return model

    def _fitted(self, X: Any, Y: Array, weights: Any, flat: bool) -> Self:
        self._fit_rows(X, Y, weights, flat, float(self.lam))
        return self

    def _explanation(self) -> Explanation:
        return ridge_explanation(self, float(self.lam), self._penalty())

    def _penalty(self) -> Penalty:
        whole = self.penalize_offset and self.fit_intercept
        if self.prior is None:
            if not whole:
                return ON_WEIGHTS
            return Penalty(
                " + λ (‖θ‖² + ‖θ₀‖²)",
                r" + \lambda (\|\theta\|^2 + \|\theta_0\|^2)",
                *(ON_WEIGHTS.gradient, ON_WEIGHTS.gradient_latex),
            )
        held, held_latex = ("[θ₀ᵀ; θ]", r"[\theta_0^T; \theta]") if whole else ("θ", r"\theta")
        rest, rest_latex = (", less its first row", "") if whole else ("", "")
        return Penalty(
            f" + λ ‖{held} − Θ_prior‖²",
            rf" + \lambda \|{held_latex} - \Theta_{{prior}}\|^2",
            f" + 2λ({held} − Θ_prior){rest}",
            rf" + 2\lambda({held_latex} - \Theta_{{prior}}){rest_latex}",
        )

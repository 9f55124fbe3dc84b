"""A linear regression under the square loss, by whichever algorithm: closed form or steps.

Notes: KE 62, KE 71, §3.3
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError, ShapeError, SingularWarning
from pellucid.linear.callbacks import CallbackEstimator, with_callbacks
from pellucid.linear.descent_fit import fit_by_descent, fit_by_stochastic_epochs, warn_unsettled
from pellucid.linear.input_rows import training_rows
from pellucid.linear.kernels.row_pieces import independent_of_threads
from pellucid.linear.solvers.design import Design
from pellucid.linear.solvers.mean_square import MeanSquare
from pellucid.linear.solvers.moments import Moments, merge, partial, uncentred
from pellucid.linear.solvers.newton import Evidence
from pellucid.linear.solvers.ridge_fit import fit_ridge
from pellucid.linear.solvers.ridge_solutions import Solution, from_moments, path_from_moments
from pellucid.linear.square_loss import SquareLossRegressor

Array = NDArray[np.float64]


class PenalizedRegressor(CallbackEstimator, SquareLossRegressor):
    """Abstract: mean square loss plus λ times a penalty; a final class says which.

    Notes: KE 70
    """

    lam: float = 0.0
    prior: Any = None
    penalize_offset: bool = False
    algorithm: str
    fit_intercept: bool
    warm_start: bool
    n_iter_: int
    moments_: Moments | None
    trace_: dict[str, Any]
    standing_: dict[str, Any]
    walk_: dict[str, Any]

    @with_callbacks  # type: ignore[untyped-decorator]
    @independent_of_threads
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
        self

        Raises
        ------
        ShapeError
            When the prior does not have the shape of θ.
        HyperparameterError
            For a prior, a penalised offset or sparse rows with an algorithm that has none.
        """
        self.check_hyperparameters()
        given = X, y
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        if self.algorithm == "closed form":
            watch, close = self._watch(*given, 1, lambda _: (self.coef_, self.intercept_))
            self._fit_rows(X, Y, weights, flat, float(self.lam))
            if watch is not None:
                watch(None)
            close()
            return self
        self._refuse_unknown_to_steps()
        shares = np.full(X.shape[0], 1.0) if weights is None else weights
        design = Design(X, shares / shares.sum(), bool(self.fit_intercept))
        loss = MeanSquare(design, Y, float(self.lam))

        def as_found(B: Array) -> tuple[Any, Any]:
            theta, theta_0 = design.raw(B)
            return (theta[:, 0], float(theta_0[0])) if flat else (theta.T, theta_0)

        watch, close = self._watch(*given, self.max_iter, as_found)
        B, verdict, evidence = self._by_steps(loss, self._first(loss), watch)
        theta, theta_0 = design.raw(B)
        self._keep(Solution(theta, self.algorithm, float("nan")), theta_0, flat)
        self.n_iter_ = max(evidence.iterations, 1)
        self.trace_ = {
            "objective": evidence.objective,
            "gradient_norm": evidence.gradient_norm,
            "stopped": verdict,
        }
        warn_unsettled(self, verdict, evidence)
        self.moments_ = None
        close()
        return self

    def _by_steps(self, loss: MeanSquare, B: Array, watch: Any) -> tuple[Array, str, Evidence]:
        if self.algorithm == "descent":
            return fit_by_descent(loss, loss.kind, B, self, watch)
        if self.algorithm == "stochastic":
            return fit_by_stochastic_epochs(loss, loss.kind, B, self, watch)
        evidence = Evidence(iterations=1, hessians=1)
        for at in (B, loss.newton_step(B)):
            J, G, _ = loss.at(at)
            evidence.objective.append(J)
            evidence.gradient_norm.append(float(np.linalg.norm(G)))
        evidence.decrement = evidence.gradient_norm[-1]
        if watch is not None:
            watch(at)
        return at, "converged", evidence

    def _refuse_unknown_to_steps(self) -> None:
        if self.prior is not None or self.penalize_offset:
            raise HyperparameterError(
                f"{type(self).__name__}: a prior or a penalised offset goes with "
                f"algorithm='closed form'; got algorithm={self.algorithm!r}."
            )

    def _first(self, loss: MeanSquare) -> Array:
        """Zero, or with a warm start the coefficients of the last fit."""
        zero = np.zeros((loss.design.width, loss.k))
        before = getattr(self, "coef_", None)
        if not self.warm_start or before is None:
            return zero
        theta = np.atleast_2d(before).T
        if theta.shape != (loss.design.d, loss.k):
            return zero
        return loss.design.standardized(theta, np.atleast_1d(self.intercept_))

    def _fit_rows(self, X: Any, Y: Array, weights: Any, flat: bool, lam: float) -> None:
        solution, theta_0 = fit_ridge(
            X,
            Y,
            weights,
            lam,
            offset=self.fit_intercept,
            penalize_offset=self.penalize_offset,
            prior=self._prior(X.shape[1], Y.shape[1]),
        )
        self._keep(solution, theta_0, flat)
        self._complain(solution)
        self.n_iter_, self.moments_ = 1, None

    def _prior(self, d: int, t: int) -> Array | None:
        return None

    @independent_of_threads
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Take in further rows: exactly the fit of all rows so far (moments are merged).

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`: rows not seen before.

        Returns
        -------
        self

        Notes: KE 71
        """
        self.check_hyperparameters()
        before = getattr(self, "moments_", None)
        if before is not None:
            feature_names = self.n_features_in_
            if np.shape(X)[-1] != feature_names:
                raise ShapeError(
                    f"X has {np.shape(X)[-1]} features, but {type(self).__name__} is expecting "
                    f"{feature_names} features as input."
                )
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        block = partial(X, Y, weights)
        whole = block if before is None else merge(before, block)
        self.moments_ = whole
        centred = whole if self.fit_intercept else uncentred(whole)
        solution = from_moments(centred, float(self.lam))
        if solution is None:
            theta = path_from_moments(centred, np.array([float(self.lam)]))[0]
            solution = Solution(theta, "eigen", float("inf"))
            self.warn(
                "so far the rows leave directions undetermined; the shortest parameters are given.",
                SingularWarning,
            )
        self._keep(solution, centred.y_mean - centred.x_mean @ solution.theta, flat)
        return self

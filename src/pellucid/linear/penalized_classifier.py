"""A score classifier with one λ: its fit, and its path over several.

Notes: KE 160, KE 171, Concept 82
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.linear.callbacks import with_callbacks
from pellucid.linear.descent_fit import fit_by_descent, fit_by_stochastic_epochs, warn_unsettled
from pellucid.linear.kernels.row_pieces import independent_of_threads
from pellucid.linear.score_classifier import ScoreClassifier
from pellucid.linear.solvers.design import Design
from pellucid.linear.solvers.likelihood import MeanLoss, Solve
from pellucid.linear.solvers.newton import minimize
from pellucid.linear.solvers.stochastic_epochs import StochasticState, initial_state, train_epochs

Array = NDArray[np.float64]


class PenalizedClassifier(ScoreClassifier):
    """Abstract: mean (multi-class) NLL plus λ‖θ‖², for the λ that it was given.

    Notes: KE 160, KE 171
    """

    algorithm: str
    rule: str
    step_size: Any
    batch_size: int
    random_state: int
    warm_start: bool
    standing_: dict[str, Any]
    walk_: dict[str, Any]

    @with_callbacks  # type: ignore[untyped-decorator]
    @independent_of_threads
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Minimise J over θ and θ₀.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)
        y : array of shape (n,)
            Labels.
        sample_weight : array of shape (n,), optional
            Weights ≥ 0; a weight of 2 equals the row twice, 0 its absence.

        Returns
        -------
        self
        """
        given = X, y
        X, codes, weights = self._rows(X, y, sample_weight)
        Q = row_space(X) if self.lam > 0 and self.algorithm == "newton" else None
        design = self._design(X if Q is None else X @ Q, weights)
        loss = MeanLoss(design, self.truths(codes), self.lam)
        watch, close = self._watch(
            *given, self.max_iter, lambda B: _project_onto(Q, *self._coefficients(loss, B))
        )
        if self.algorithm == "newton":
            start, solve = self._start(loss)
            B, verdict, evidence = minimize(
                loss, start, tol=self.tol, max_iter=self.max_iter, solve=solve, watch=watch
            )
            self.set_fit(loss, B, verdict, evidence)
            self._from_row_space(Q)
        else:
            self._fit_by_steps(loss, self._first(loss), watch)
        close()
        return self

    def _from_row_space(self, Q: Array | None) -> None:
        """From coordinates in the row space to those of the columns."""
        if Q is not None:
            self.coef_ = _project_onto(Q, self.coef_, self.intercept_)[0]
            self.n_features_in_ = len(Q)

    def _first(self, loss: MeanLoss) -> Array:
        """Zero, or with a warm start the coefficients of the last fit."""
        zero = np.zeros((loss.design.width, loss.k))
        before = getattr(self, "coef_", None)
        if not self.warm_start or before is None or before.shape != (loss.k, loss.design.d):
            return zero
        return loss.design.standardized(before.T, np.asarray(self.intercept_))

    def _fit_by_steps(self, loss: MeanLoss, B: Array, watch: Any) -> None:
        if self.algorithm == "descent":
            B, verdict, evidence = fit_by_descent(loss, _kind(loss), B, self, watch)
        else:
            B, verdict, evidence = fit_by_stochastic_epochs(loss, _kind(loss), B, self, watch)
        self._describe(loss, B, verdict, evidence)
        self.solver_ = self.algorithm
        warn_unsettled(self, verdict, evidence)
        if loss.lam == 0:
            self._warn_separated(loss, B, verdict)

    @independent_of_threads
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        """One stochastic pass over further rows, under the means and scales of the first ones.

        Parameters
        ----------
        X : array of shape (n, d)
        y : array of shape (n,)
            Labels.
        classes : array, optional
            All labels there will be; needed in the first call when y does not hold them all.
        sample_weight : array of shape (n,), optional

        Returns
        -------
        self

        Raises
        ------
        FramingError
            For a label that is not among the classes.

        Notes: Def 121, Def 312
        """
        first = not hasattr(self, "standing_")
        known = None if first else self.classes_
        if first and classes is not None:
            known = np.unique(classes)
        X, codes, weights = self._rows(X, y, sample_weight, all_classes=known)
        if first:
            design = self._design(X, weights)
            start = initial_state(self.rule, np.zeros((design.width, self.truths(codes).shape[1])))
        else:
            kept = self.standing_
            mean, scale = kept["mean"], kept["scale"]
            design = Design.with_statistics(X, weights, bool(self.fit_intercept), mean, scale)
            start = StochasticState(kept["C"], kept["state"], kept["epochs"])
        loss = MeanLoss(design, self.truths(codes), self.lam)
        B, verdict, evidence, standing = train_epochs(
            loss, _kind(loss), start, rule=self.rule, step_size=self.step_size,
            batch_size=self.batch_size, seed=self.random_state, max_iter=1, tol=self.tol,
        )  # fmt: skip
        self._describe(loss, B, verdict, evidence)
        self.solver_, self.n_iter_ = "stochastic", standing.epochs
        self.standing_ = {
            "C": standing.C, "state": standing.state, "epochs": standing.epochs,
            "mean": design.mean, "scale": design.scale,
        }  # fmt: skip
        return self

    @independent_of_threads
    def path(self, X: Any, y: Any, lams: Sequence[float], sample_weight: Any = None) -> list[Any]:
        """The fitted classifier at each λ, each started from its neighbour.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)
        y : array of shape (n,)
        lams : sequence of float
            Values of λ, in any order.
        sample_weight : array of shape (n,), optional

        Returns
        -------
        list of fitted estimators, in the order of `lams`
        """
        X, codes, weights = self._rows(X, y, sample_weight)
        Q = row_space(X) if min(lams) > 0 else None
        X = X if Q is None else X @ Q
        design, Y = self._design(X, weights), self.truths(codes)
        B: Array | None = None
        solve: Solve | None = None
        fitted: dict[int, Any] = {}
        for at in np.argsort(-np.asarray(lams, dtype=float), kind="stable"):
            model = copy.copy(self)
            model.set_params(lam=float(lams[at]))
            model.check_hyperparameters()
            loss = MeanLoss(design, Y, model.lam)
            if B is None:
                B, solve = self._start(loss)
            B, verdict, evidence = minimize(
                loss, B, tol=self.tol, max_iter=self.max_iter, solve=solve
            )
            solve = evidence.solve
            model.set_fit(loss, B, verdict, evidence)
            model._from_row_space(Q)
            fitted[int(at)] = model
        return [fitted[at] for at in range(len(lams))]


def row_space(X: Any) -> Array | None:
    """An orthonormal basis d×n of what the rows span, where there are fewer rows than columns.

    The penalised θ lies in it, and its length is the same in these coordinates; so many columns
    cost no more than as many as there are rows. None where it does not pay.

    Notes: KE 70, KE 160
    """
    if hasattr(X, "tocsr") or 2 * X.shape[0] >= X.shape[1]:
        return None
    return np.asarray(np.linalg.qr(np.asarray(X).T)[0])


def _project_onto(Q: Array | None, coef: Array, intercept: Array) -> tuple[Array, Array]:
    return coef if Q is None else np.asarray(coef @ Q.T), intercept


def _kind(loss: MeanLoss) -> str:
    return "logistic" if loss.k == 1 else "softmax"

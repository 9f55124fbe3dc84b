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
from pellucid.linear.likelihood import MeanLoss, Solve
from pellucid.linear.newton import minimize
from pellucid.linear.row_pieces import one_blas_thread
from pellucid.linear.score_classifier import ScoreClassifier

Array = NDArray[np.float64]


class PenalizedClassifier(ScoreClassifier):
    """Abstract: mean (multi-class) NLL plus λ‖θ‖², for the λ that it was given.

    Notes: KE 160, KE 171
    """

    @with_callbacks  # type: ignore[untyped-decorator]
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
        loss = MeanLoss(self._design(X, weights), self._truths(codes), self.lam)
        watch, close = self._watch(*given, self.max_iter, lambda B: self._coefficients(loss, B))
        with one_blas_thread(loss.design.d):
            start, solve = self._start(loss)
            B, verdict, evidence = minimize(
                loss, start, tol=self.tol, max_iter=self.max_iter, solve=solve, watch=watch
            )
        self._keep(loss, B, verdict, evidence)
        close()
        return self

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
        design, Y = self._design(X, weights), self._truths(codes)
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
            model._keep(loss, B, verdict, evidence)
            fitted[int(at)] = model
        return [fitted[at] for at in range(len(lams))]

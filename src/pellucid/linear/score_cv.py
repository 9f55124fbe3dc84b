"""λ by cross-validation: one path on all rows, whose minimisers and Hessians start each fold.

Notes: Concept 82, Def 85, §2.7
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import check_cv

from pellucid.errors import TooFewRowsError
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.callbacks import with_callbacks
from pellucid.linear.kernels.row_pieces import with_steady_bits
from pellucid.linear.score_classifier import ScoreClassifier
from pellucid.linear.solvers.likelihood import MeanLoss
from pellucid.linear.solvers.newton import Evidence, minimize
from pellucid.wording import label

Array = NDArray[np.float64]
Fits = list[tuple[MeanLoss, Array, str, Evidence]]


def _all_above_zero(lams: Any) -> bool:
    try:
        found = np.asarray(list(lams), dtype=float)
    except (TypeError, ValueError):
        return False
    return found.ndim == 1 and len(found) > 0 and bool((found > 0).all() & np.isfinite(found).all())


LAMS = Hyperparameter(
    "lams",
    (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0),
    "any",
    "Values of λ to choose from.",
    symbol="λ",
    accepts=_all_above_zero,
    described="a sequence of numbers > 0",
)
CV = Hyperparameter(
    "cv",
    5,
    "any",
    "Number of stratified folds, a splitter, or pairs (training rows, held-out rows).",
    accepts=lambda cv: not isinstance(cv, int) or cv >= 2,
    described="a whole number ≥ 2, or a splitter",
)
# Held-out losses need no more: the excess of J is at most half its square.
FOLD_TOL = 1e-5


class CrossValidated(ScoreClassifier):
    """Abstract: a score classifier that chooses its λ by the held-out mean NLL.

    Notes: Concept 82
    """

    @with_callbacks  # type: ignore[untyped-decorator]
    @with_steady_bits
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Choose λ by k-fold cross-validation, then keep the fit on all rows at that λ.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)
        y : array of shape (n,)
            Labels.
        sample_weight : array of shape (n,), optional
            Weights ≥ 0, in training and in the held-out loss.

        Returns
        -------
        self
        """
        given = X, y
        X, codes, weights = self._rows(X, y, sample_weight)
        kept = None if sample_weight is None else np.flatnonzero(np.asarray(sample_weight) > 0)
        lams = np.sort(np.asarray(list(self.lams), dtype=float))[::-1]
        loss = MeanLoss(self._design(X, weights), self._truths(codes), lams[0])
        watch, close = self._watch(
            *given, len(lams) * self.max_iter, lambda B: self._coefficients(loss, B)
        )
        fits = self._all_rows(loss, lams, watch)
        losses = [self._fold(fits, train, held_out) for train, held_out in self._folds(codes, kept)]
        self.lams_, self.cv_losses_ = lams, np.array(losses).T
        # Sums taken in another order must not change the choice: round, ties go to the larger λ.
        mean = self.cv_losses_.mean(axis=1)
        best = int(np.argmin(np.round(mean / mean.min(), 9)))
        self.lam_ = float(lams[best])
        self._keep(*fits[best])
        close()
        return self

    def _all_rows(self, first: MeanLoss, lams: Array, watch: Any) -> Fits:
        fits: Fits = []
        for lam in lams:
            loss = MeanLoss(first.design, first.Y, float(lam))
            start, solve = (fits[-1][1], fits[-1][3].solve) if fits else self._start(loss)
            found = minimize(
                loss, start, tol=self.tol, max_iter=self.max_iter, solve=solve, watch=watch
            )
            fits.append((loss, *found))
        return fits

    def _folds(
        self, codes: NDArray[np.intp], kept: NDArray[np.intp] | None
    ) -> Iterable[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        if isinstance(self.cv, int) and np.bincount(codes).min() < 2:
            rare = self.classes_[int(np.bincount(codes).argmin())]
            raise TooFewRowsError(
                f"{type(self).__name__}: class {label(rare)} has a single row; cross-validation "
                "needs at least 2 a class, one to train on and one held out."
            )
        cv = min(self.cv, int(np.bincount(codes).min())) if isinstance(self.cv, int) else self.cv
        splits = check_cv(cv, codes, classifier=True).split(np.zeros((len(codes), 1)), codes)
        if isinstance(self.cv, int) or hasattr(self.cv, "split") or kept is None:
            return list(splits)
        # Row numbers given by hand count the rows of weight 0 too.
        place = np.full(int(kept.max()) + 1, -1)
        place[kept] = np.arange(len(kept))
        return [(_found(place, train), _found(place, held_out)) for train, held_out in splits]

    def _fold(self, fits: Fits, train: NDArray[np.intp], held_out: NDArray[np.intp]) -> list[float]:
        """The held-out mean loss at each λ."""
        design, Y = fits[0][0].design, fits[0][0].Y
        part, rest = (
            design.rows(rows, design.weights[rows] / design.weights[rows].sum())
            for rows in (train, held_out)
        )
        losses = []
        for whole, B, _, evidence in fits:
            loss = MeanLoss(part, Y[train], whole.lam)
            tol = max(self.tol, FOLD_TOL)
            B, _, _ = minimize(loss, B, tol=tol, max_iter=self.max_iter, solve=evidence.solve)
            judge = MeanLoss(rest, Y[held_out], 0.0)
            losses.append(judge.at(B)[0])
        return losses

    def _happened(self) -> tuple[tuple[str, str], ...]:
        best = int(np.flatnonzero(self.lams_ == self.lam_)[0])
        mean = float(self.cv_losses_[best].mean())
        folds = self.cv_losses_.shape[1]
        return (
            *super()._happened(),
            ("held-out NLL at this λ", f"{mean:.6g} over {folds} folds"),
            ("λ tried", ", ".join(f"{lam:g}" for lam in self.lams_)),
        )


def _found(place: NDArray[np.intp], rows: Any) -> NDArray[np.intp]:
    rows = np.asarray(rows)
    rows = place[rows[rows < len(place)]]
    found: NDArray[np.intp] = rows[rows >= 0]
    return found

"""λ by cross-validation: one path on all rows, whose minimisers and Hessians start each fold.

Notes: Concept 82, Def 85, §2.7
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import check_cv

from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.errors import TooFewRowsError
from pellucid.formatting import label
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.callbacks import with_callbacks
from pellucid.linear.kernels.row_pieces import independent_of_threads
from pellucid.linear.score_classifier import ScoreClassifier
from pellucid.linear.solvers.likelihood import MeanLoss
from pellucid.linear.solvers.newton import Evidence, minimize

Array = NDArray[np.float64]
Fit = tuple[MeanLoss, Array, str, Evidence]
Fits = list[Fit]
Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]
SMALLEST, LARGEST = 1e-12, 1e6  # λ beyond which the default grid is not extended
FLAT = 1e-4  # share of the loss below which another λ is no better


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
    "Values of λ to choose from. The default ones go on, decade by decade, as long as the best is "
    "at an end.",
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


def index_of_least_loss(mean: Array) -> int:
    """Where the mean loss is least; sums taken in another order must not change the choice.

    So numbers are rounded, and ties go to the first, which is the largest λ.

    Notes: Def 85
    """
    return int(np.argmin(np.round(mean / max(float(mean.min()), np.finfo(float).tiny), 9)))


def extended_grid(lams: Array, mean: Array) -> float | None:
    """The next λ beyond the end of a falling grid at which the mean loss is least, and still falls.

    Examples
    --------
    >>> lams = np.array([1.0, 0.1, 0.01])
    >>> [extended_grid(lams, np.array(mean)) for mean in ([3.0, 2.0, 1.0], [1.0, 2.0, 3.0])]
    [0.001, 10.0]
    >>> [extended_grid(lams, np.array(mean)) for mean in ([2.0, 1.0, 2.0], [2.0, 1.0, 1.0])]
    [None, None]

    Notes: Concept 82
    """
    best = index_of_least_loss(mean)
    if np.delete(mean, best).min(initial=np.inf) - mean[best] <= FLAT * mean[best]:
        return None
    if best == len(lams) - 1 and lams[-1] > 1.5 * SMALLEST:
        return float(f"{lams[-1] / 10:.6g}")
    if best == 0 and lams[0] < LARGEST / 1.5:
        return float(f"{lams[0] * 10:.6g}")
    return None


class CrossValidated(ScoreClassifier):
    """Abstract: a score classifier that chooses its λ by the held-out mean NLL.

    Notes: Concept 82
    """

    @with_callbacks  # type: ignore[untyped-decorator]
    @independent_of_threads
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
        loss = MeanLoss(self._design(X, weights), self.truths(codes), lams[0])
        watch, close = self._watch(
            *given, len(lams) * self.max_iter, lambda B: self._coefficients(loss, B)
        )
        folds = list(self._folds(codes, kept))
        fits = self._all_rows(loss, lams, None, watch)
        losses = self._held_out(fits, folds)
        best = index_of_least_loss(losses.mean(axis=1))
        while (
            tuple(self.lams) == LAMS.default
            and (lam := extended_grid(lams, losses.mean(axis=1))) is not None
        ):
            at = len(lams) if lam < lams[-1] else 0
            beyond = self._all_rows(loss, np.array([lam]), fits[best], watch)
            lams = np.insert(lams, at, lam)
            losses = np.insert(losses, at, self._held_out(beyond, folds), axis=0)
            fits[at:at] = beyond
            best = index_of_least_loss(losses.mean(axis=1))
        self.lams_, self.cv_losses_ = lams, losses
        self.lam_ = float(lams[best])
        self.set_fit(*fits[best])
        close()
        return self

    def _held_out(self, fits: Fits, folds: Folds) -> Array:
        """The held-out mean loss at each λ, in each fold."""
        return np.array([self._fold(fits, train, held_out) for train, held_out in folds]).T

    def _all_rows(self, first: MeanLoss, lams: Array, near: Fit | None, watch: Any) -> Fits:
        """The minimiser at each λ, each begun from its neighbour; the first from `near`."""
        fits: Fits = []
        for lam in lams:
            loss = MeanLoss(first.design, first.Y, float(lam))
            before = fits[-1] if fits else near
            start, solve = (before[1], before[3].solve) if before else self._start(loss)
            found = minimize(
                loss, start, tol=self.tol, max_iter=self.max_iter, solve=solve, watch=watch
            )
            fits.append((loss, *found))
        return fits

    def _folds(
        self, codes: NDArray[np.intp], row_numbers: NDArray[np.intp] | None
    ) -> Iterable[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        if isinstance(self.cv, int) and np.bincount(codes).min() < 2:
            rare = self.classes_[int(np.bincount(codes).argmin())]
            raise TooFewRowsError(
                f"{type(self).__name__}: class {label(rare)} has a single row; cross-validation "
                "needs at least 2 a class, one to train on and one held out."
            )
        if isinstance(self.cv, HashedFolds) and row_numbers is not None:
            fold = self.cv.of(
                row_numbers.astype(np.uint64)
            )  # of a row's place, whatever others weigh
            pairs = ((fold != j, fold == j) for j in range(self.cv.n_splits))
            return [(np.flatnonzero(train), np.flatnonzero(held)) for train, held in pairs]
        cv = min(self.cv, int(np.bincount(codes).min())) if isinstance(self.cv, int) else self.cv
        splits = check_cv(cv, codes, classifier=True).split(np.zeros((len(codes), 1)), codes)
        if isinstance(self.cv, int) or hasattr(self.cv, "split") or row_numbers is None:
            return list(splits)
        # Row numbers given by hand count the rows of weight 0 too.
        place = np.full(int(row_numbers.max()) + 1, -1)
        place[row_numbers] = np.arange(len(row_numbers))
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

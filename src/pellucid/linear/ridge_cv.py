"""`RidgeCV`: the whole λ × fold grid, or leave-one-out, from one pass over the rows.

Notes: Def 85, Concept 87, KE 71
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.model_selection import check_cv

from pellucid.data.splits import folds as make_folds
from pellucid.errors import SingularWarning, TooFewRowsError
from pellucid.explanation import Explanation
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.input_rows import training_rows
from pellucid.linear.kernels.row_pieces import independent_of_threads, one_blas_thread
from pellucid.linear.solvers.lam_grid import best_lam, extended_lams
from pellucid.linear.solvers.moments import (
    Moments,
    merge_all,
    partial,
    partials,
    squared_errors,
    uncentred,
)
from pellucid.linear.solvers.ridge_fit import fit_ridge
from pellucid.linear.solvers.ridge_solutions import dual_path, path_from_moments
from pellucid.linear.square_loss import SquareLossRegressor, ridge_explanation
from pellucid.linear.square_loss_settings import FIT_INTERCEPT

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
UNTOLD = 1e-12  # 1 − leverage of a row that fits itself, up to rounding
EXACT = 1e-8  # held-out errors below this share of Σy² are recomputed from the rows


def _all_at_least_zero(lams: Any) -> bool:
    try:
        found = np.asarray(list(lams), dtype=float)
    except (TypeError, ValueError):
        return False
    return (
        found.ndim == 1 and len(found) > 0 and bool((found >= 0).all() & np.isfinite(found).all())
    )


LAMS = Hyperparameter(
    "lams",
    tuple(float(f"{v:.6g}") for v in np.logspace(-6, 3, 19)),
    "any",
    "Values of λ to choose from. The default ones go on as long as the best is at an end.",
    symbol="λ",
    accepts=_all_at_least_zero,
    described="a sequence of numbers ≥ 0",
)
CV = Hyperparameter(
    "cv",
    5,
    "any",
    "Number of chunks, 'loo' for leave-one-out, a splitter, or pairs of row indices.",
    choices=("loo",),
    accepts=lambda cv: not isinstance(cv, int) or cv >= 2,
    described="a whole number ≥ 2, 'loo', a splitter, or pairs of row indices",
)
RANDOM_STATE = Hyperparameter(
    "random_state", 0, "int", "Seed of the shuffle that makes the chunks.", low=0
)


class RidgeCV(SquareLossRegressor):
    """Ridge regression that chooses λ by the square loss on held-out rows.

    The rows are read once: moments of each chunk give every training fold (all − chunk) and every
    held-out error. With more columns than rows the same is done with the n×n products.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    lam_ : float
        The λ with the lowest mean held-out loss.
    lams_ : ndarray, shape (a,)
        Values tried.
    scores_ : ndarray, shape (a, k) or (a, n)
        Held-out mean square loss of each chunk, or squared error of each row left out.
    coef_ : ndarray, shape (d,) or (t, d)
        θ at `lam_`, fitted on all rows.
    intercept_ : float or ndarray, shape (t,)
        θ₀.
    solver_ : str
        What ran for the last fit.
    condition_ : float
        Condition number of the scaled columns, penalty included.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(20.0)[:, None]
    >>> RidgeCV(lams=(0.0, 10.0)).fit(X, 3 * X[:, 0] + 1).lam_
    0.0

    Notes: Def 85, Concept 87, KE 71
    """

    block_route = "pellucid.linear.on_blocks.ridge:fit_ridge_cv"
    hyperparameters: ClassVar = (LAMS, CV, FIT_INTERCEPT, RANDOM_STATE)

    def __init__(
        self,
        lams: Any = LAMS.default,
        *,
        cv: Any = CV.default,
        fit_intercept: bool = FIT_INTERCEPT.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.lams = lams
        self.cv = cv
        self.fit_intercept = fit_intercept
        self.random_state = random_state

    @independent_of_threads
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Choose λ, then fit all rows with it.

        Parameters
        ----------
        X : array or sparse array, shape (n, d)
        y : array, shape (n,) or (n, t)
        sample_weight : array, shape (n,), or None
            Counts in training and in the held-out loss; a weighted row is left out whole.

        Returns
        -------
        RidgeCV
            Itself.

        Raises
        ------
        TooFewRowsError
            When there are fewer rows than chunks.
        """
        self.check_hyperparameters()
        kept = None if sample_weight is None else np.asarray(sample_weight)
        whole: Moments | None = None
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        self.lams_ = np.asarray(list(self.lams), dtype=np.float64)
        if isinstance(self.cv, str) and len(Y) < 2:
            raise TooFewRowsError(
                "RidgeCV leaves one row out, and there is only 1 sample: nothing is left."
            )
        chunks = None if isinstance(self.cv, str) else self._chunks(X.shape[0], Y, kept)
        self.scores_, mean, whole = self._judged(X, Y, weights, self.lams_, chunks)
        self.lam_ = best_lam(self.lams_, mean)
        while tuple(self.lams) == LAMS.default and len(more := extended_lams(self.lams_, mean)):
            scores, also, _ = self._judged(X, Y, weights, more, chunks)
            self.lams_, mean = np.append(self.lams_, more), np.append(mean, also)
            self.scores_ = np.vstack([self.scores_, scores])
            self.lam_ = best_lam(self.lams_, mean)
        if isinstance(self.cv, str):
            self._warn_at_edge(mean)
        order = np.argsort(self.lams_, kind="stable")
        if len(self.lams_) > len(LAMS.default):
            self.lams_, self.scores_ = self.lams_[order], self.scores_[order]
        solution, theta_0 = fit_ridge(
            X, Y, weights, self.lam_, offset=self.fit_intercept, moments=whole
        )
        self._keep(solution, theta_0, flat)
        self._complain(solution)
        return self

    def _judged(
        self, X: Any, Y: Array, weights: Array | None, lams: Array, chunks: Any
    ) -> tuple[Array, Array, Moments | None]:
        """Held-out errors at each λ, their mean, and the moments of all rows where they came by."""
        if chunks is None:
            scores = leave_one_out(X, Y, weights, lams, self.fit_intercept)
            w = np.ones(len(Y)) if weights is None else weights
            return scores, scores @ w / w.sum(), None
        scores, total, whole = k_fold(X, Y, weights, lams, chunks, self.fit_intercept)
        return scores, scores @ total / total.sum(), whole

    def _warn_at_edge(self, mean: Array) -> None:
        untold = ~np.isfinite(mean)
        if not untold.any():
            return
        which = ", ".join(f"{lam:g}" for lam in self.lams_[untold])
        said = (
            f"at λ = {which} there are so many columns that rows fit themselves (leverage 1), and "
            "leaving them out says nothing"
        )
        if untold.all():
            raise TooFewRowsError(f"RidgeCV: {said}. Give lams above 0, or use cv=5.")
        self.warn(f"{said}: these λ are not chosen. Use cv=5 to judge them.", SingularWarning)

    def _chunks(self, n: int, Y: Array, kept: Any) -> list[tuple[Rows, Rows]]:
        if isinstance(self.cv, int | np.integer):
            return make_folds(n, int(self.cv), seed=self.random_state)
        whole = n if kept is None else len(kept)
        pairs = check_cv(self.cv).split(np.zeros((whole, 1)), np.zeros(whole))
        if kept is None:
            return [(np.asarray(t), np.asarray(h)) for t, h in pairs]
        place, there = np.cumsum(kept > 0) - 1, np.ravel(kept) > 0
        return [(place[t][there[t]], place[h][there[h]]) for t, h in pairs]

    def _explanation(self) -> Explanation:
        return ridge_explanation(self, self.lam_)


def k_fold(
    X: Any, Y: Array, weights: Array | None, lams: Array, chunks: Any, offset: bool
) -> tuple[Array, Array, Moments | None]:
    """Held-out mean square loss at each λ and chunk, (a, k), and the chunks' weights, (k,).

    Last come the moments of all rows, where the chunks give them.

    Notes: Def 85, Concept 87, KE 71
    """
    n, d = X.shape
    if d > n:
        return *_dual_k_fold(X, Y, weights, lams, chunks, offset), None

    def of(rows: Rows) -> Moments:
        return partial(X[rows], Y[rows], None if weights is None else weights[rows])

    parts = _is_partition(chunks, n)
    if parts and not sp.issparse(X):
        held = partials(X, Y, weights, _chunk_of_row(chunks, n), len(chunks))
    else:
        held = [of(rows) for _, rows in chunks]
    scores = np.empty((len(lams), len(chunks)))
    for j, (train, rows) in enumerate(chunks):
        m = merge_all([h for i, h in enumerate(held) if i != j]) if parts else of(train)
        errors, thetas, offsets = held_out_errors(m, held[j], lams, offset)
        if are_cancelled(errors, held[j]):
            errors = _errors_of_rows(X, Y, weights, rows, thetas, offsets)
        scores[:, j] = errors.mean(axis=1) / held[j].weight
    return scores, np.array([h.weight for h in held]), merge_all(held) if parts else None


def held_out_errors(
    train: Moments, held_out: Moments, lams: Array, offset: bool
) -> tuple[Array, Array, Array]:
    """Σ of squared errors of a fold at each λ, fitted on others: (a, t); and the θ and θ₀.

    Notes: Def 85, KE 71
    """
    m = train if offset else uncentred(train)
    with one_blas_thread(len(m.x_mean)):
        thetas = path_from_moments(m, lams)
    offsets = m.y_mean - np.einsum("adt,d->at", thetas, m.x_mean)
    return squared_errors(held_out, thetas, offsets), thetas, offsets


def are_cancelled(errors: Array, held_out: Moments) -> bool:
    """Whether cancellation ate the digits of errors, so that the rows themselves must tell.

    Notes: KE 55
    """
    size = held_out.yy + held_out.weight * held_out.y_mean**2
    return bool((errors < EXACT * size).any())


def _chunk_of_row(chunks: Any, n: int) -> Rows:
    chunk = np.empty(n, dtype=np.intp)
    for j, (_, rows) in enumerate(chunks):
        chunk[rows] = j
    return chunk


def _is_partition(chunks: Any, n: int) -> bool:
    seen = np.zeros(n, dtype=bool)
    for _, held in chunks:
        seen[held] = True
    whole = bool(seen.all()) and sum(len(held) for _, held in chunks) == n
    return whole and all(len(train) + len(held) == n for train, held in chunks)


def _errors_of_rows(
    X: Any, Y: Array, weights: Array | None, rows: Rows, thetas: Array, offsets: Array
) -> Array:
    w = np.ones(len(rows)) if weights is None else weights[rows]
    left = [X[rows] @ theta + off - Y[rows] for theta, off in zip(thetas, offsets, strict=True)]
    return np.array([w @ r**2 for r in left])


def _products_of_rows(X: Any, offset: bool) -> Array:
    """(x − x̄)ᵀ(x' − x̄) of every two rows, n×n."""
    mean = np.ravel(X.mean(axis=0)) if offset else np.zeros(X.shape[1])
    if not hasattr(X, "toarray"):
        Z = X - mean
        return np.asarray(Z @ Z.T)
    along = X @ mean
    products: Array = (X @ X.T).toarray()
    return np.asarray(products - along[:, None] - along[None, :] + mean @ mean)


def _dual_k_fold(
    X: Any, Y: Array, weights: Array | None, lams: Array, chunks: Any, offset: bool
) -> tuple[Array, Array]:
    """The same from the n×n products of rows: for more columns than rows."""
    K = _products_of_rows(X, offset)
    w = np.ones(len(K)) if weights is None else weights
    scores = np.empty((len(lams), len(chunks)))
    for j, (train, held) in enumerate(chunks):
        share = w[train] / w[train].sum() if offset else np.zeros(len(train))
        root = np.sqrt(w[train])
        column = K[:, train] @ share  # products with the training mean
        middle = share @ K[np.ix_(train, train)] @ share
        inner = K[np.ix_(train, train)] - column[train][:, None] - column[train][None, :] + middle
        cross = K[np.ix_(held, train)] - column[held][:, None] - column[train][None, :] + middle
        y_mean = share @ Y[train]
        alphas = dual_path(
            root[:, None] * inner * root, root[:, None] * (Y[train] - y_mean), w[train].sum(), lams
        )
        guesses = np.einsum("hn,ant->aht", cross * root, alphas, optimize=True) + y_mean
        each = ((guesses - Y[held]) ** 2).mean(axis=2)
        scores[:, j] = each @ w[held] / w[held].sum()
    return scores, np.array([w[held].sum() for _, held in chunks])


def leave_one_out(X: Any, Y: Array, weights: Array | None, lams: Array, offset: bool) -> Array:
    """Squared error of each row when it is left out, (a, n): from one decomposition.

    The fold without row i has W − wᵢ rows' worth of data, so its penalty is (W − wᵢ)λ: with that
    total penalty the residual of the whole fit, divided by 1 − leverage, is the one left out.

    A row of leverage 1 fits itself whatever its target is: left out, nothing would tell its guess,
    and its error is infinite.

    Notes: Def 85, KE 71
    """
    dense: Array = X.toarray() if hasattr(X, "toarray") else X
    n = len(dense)
    w = np.ones(n) if weights is None else weights
    W = w.sum()
    root = np.sqrt(w)
    x_mean, y_mean = (w @ dense / W, w @ Y / W) if offset else (0.0, 0.0)
    Z, R = root[:, None] * (dense - x_mean), root[:, None] * (Y - y_mean)
    U, s, _ = np.linalg.svd(Z, full_matrices=False) if Z.shape[1] > n else _thin_left_vectors(Z)
    turned = U.T @ R
    base = w / W if offset else 0.0
    scores = np.empty((len(lams), n))
    squares = s**2
    floor = squares.max(initial=0.0) * max(Z.shape) * np.finfo(float).eps
    for a, lam in enumerate(lams):
        penalty = (W - w) * lam
        if weights is None:
            kept = _kept(squares, np.array([penalty[0]]), floor)[0]
            fitted, leverage = U @ (kept[:, None] * turned), U**2 @ kept + base
        else:
            shrink = U * _kept(squares, penalty, floor)
            fitted, leverage = shrink @ turned, (shrink * U).sum(axis=1) + base
        free = 1 - leverage
        told = free > UNTOLD
        left = (R - fitted) / np.where(told, free, 1.0)[:, None]
        scores[a] = np.where(told, (left**2).mean(axis=1) / w, np.inf)
    return scores


def _kept(squares: Array, penalty: Array, floor: float) -> Array:
    total = squares[None, :] + penalty[:, None]
    return np.where(total > floor, squares / np.where(total > floor, total, 1.0), 0.0)


def _thin_left_vectors(Z: Array) -> tuple[Array, Array, Array]:
    """Left vectors from the d×d products: exact enough unless the columns nearly depend."""
    values, vectors = np.linalg.eigh(Z.T @ Z)
    if values[0] <= 1e-8 * values[-1]:  # equality: all of them nought
        return np.linalg.svd(Z, full_matrices=False)
    s = np.sqrt(values)
    return Z @ (vectors / s), s, vectors.T

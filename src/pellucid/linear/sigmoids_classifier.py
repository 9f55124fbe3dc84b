"""Overlapping classes: one sigmoid a class, each its own yes or no.

Notes: Clar 174, KE 150
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import validate_data

from pellucid.data.sample_weights import relative_weights
from pellucid.errors import FramingError, LabelError
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import LogProbabilityMixin
from pellucid.linear.callbacks import Watch, with_callbacks
from pellucid.linear.formula_parts import formula_parts
from pellucid.linear.kernels.row_pieces import independent_of_threads
from pellucid.linear.score_classifier import ScoreClassifier
from pellucid.linear.score_settings import FIT_INTERCEPT, LAM, MAX_ITER, THRESHOLD, TOL
from pellucid.linear.solvers.design import Design
from pellucid.linear.solvers.likelihood import MeanLoss
from pellucid.linear.solvers.newton import Evidence, minimize
from pellucid.losses import sigmoid

Array = NDArray[np.float64]
Fit = tuple[MeanLoss, Array, str, Evidence]


class SigmoidsClassifier(LogProbabilityMixin, ScoreClassifier):
    """k classes that may overlap: k independent logistic classifiers over one design.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    coef_ : array of shape (k, d)
        θᵀ.
    intercept_ : array of shape (k,)
        θ₀.
    classes_ : array of shape (k,)
        Column numbers of y, or labels when y was a single column.
    multilabel_ : bool
        Whether y had a column a class.
    n_iter_ : int
        Most iterations that a class took.
    solver_ : str
        What ran.
    condition_ : float
        Condition number of the standardised columns as the Hessian weighs them; NaN where it was
        never formed.
    trace_ : dict
        Per iteration of the slowest class.

    Examples
    --------
    >>> X, Y = [[-2.0], [-1.0], [1.0], [2.0]], [[0, 1], [0, 1], [1, 1], [1, 0]]
    >>> SigmoidsClassifier().fit(X, Y).predict([[-3.0], [3.0]]).tolist()
    [[0, 1], [1, 0]]

    Notes: Clar 174, §4.5
    """

    block_route = "pellucid.linear.on_blocks.classifiers:fit_sigmoids"
    hyperparameters = (LAM, THRESHOLD, FIT_INTERCEPT, MAX_ITER, TOL)

    def __init__(
        self,
        lam: float = LAM.default,
        threshold: float = THRESHOLD.default,
        fit_intercept: bool = FIT_INTERCEPT.default,
        max_iter: int = MAX_ITER.default,
        tol: float = TOL.default,
    ) -> None:
        self.lam = lam
        self.threshold = threshold
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.classifier_tags.multi_label = True
        return tags

    def _columns(self, X: Any, y: Any, sample_weight: Any) -> tuple[Design, Array]:
        """The design, and a 0/1 column a class."""
        self.check_hyperparameters()
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64, multi_output=True)
        self.multilabel_ = np.ndim(y) == 2 and y.shape[1] > 1
        if not self.multilabel_:
            X, codes, weights = self._rows(X, np.ravel(_dense(y)), sample_weight)
            Y = np.eye(len(self.classes_))[codes]
            return self._design(X, weights), Y if Y.shape[1] > 2 else Y[:, 1:]
        y = np.asarray(_dense(y))
        try:
            check_classification_targets(y)
        except ValueError as error:
            raise LabelError(f"{error}: with a column a class, y holds 0 or 1.") from error
        if not np.isin(y, (0, 1)).all():
            raise FramingError(
                "With a column a class, y holds 0 or 1 for each; this one is "
                f"{type_of_target(y)} with other values."
            )
        weights = relative_weights(1.0 if sample_weight is None else sample_weight, X.shape[0])
        self.weighted_ = bool(np.ptp(weights[weights > 0]) > 0)
        X, y, weights = X[weights > 0], y[weights > 0], weights[weights > 0]
        self.classes_ = np.arange(y.shape[1])
        self.check_columns(y.min(axis=0) == y.max(axis=0))
        return self._design(X, weights / weights.sum()), y.astype(float)

    def check_columns(self, always: NDArray[np.bool_]) -> None:
        """Refuse classes that are all constant: `always` tells of each whether it is.

        Raises
        ------
        FramingError
        """
        if always.all():
            raise FramingError("Every class column of y is constant: there is nothing to learn.")

    @with_callbacks  # type: ignore[untyped-decorator]
    @independent_of_threads
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> SigmoidsClassifier:
        """Minimise the mean NLL of each class, with λ‖θ‖² a class.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)
        y : array of shape (n, k) of 0 and 1, or (n,) of labels
        sample_weight : array of shape (n,), optional

        Returns
        -------
        self
        """
        given = X, y
        design, Y = self._columns(X, y, sample_weight)
        watch, close = self._watch(*given, self.max_iter * Y.shape[1], lambda B: _raw(design, B))
        self._fit_columns(design, Y, None, watch)
        close()
        return self

    @independent_of_threads
    def path(self, X: Any, y: Any, lams: Sequence[float], sample_weight: Any = None) -> list[Any]:
        """The fitted classifier at each λ; see `LogisticClassifier.path`."""
        design, Y = self._columns(X, y, sample_weight)
        fitted: dict[int, Any] = {}
        start: Array | None = None
        for at in np.argsort(-np.asarray(lams, dtype=float), kind="stable"):
            model = copy.copy(self)
            model.set_params(lam=float(lams[at]))
            model.check_hyperparameters()
            start = model._fit_columns(design, Y, start)
            fitted[int(at)] = model
        return [fitted[at] for at in range(len(lams))]

    def _fit_columns(
        self, design: Design, Y: Array, start: Array | None, watch: Watch | None = None
    ) -> Array:
        found = np.zeros((design.width, Y.shape[1])) if start is None else start.copy()
        fits: list[Fit] = []
        for j in range(Y.shape[1]):
            loss = MeanLoss(design, Y[:, j : j + 1], self.lam)
            fit = minimize(
                loss,
                found[:, j : j + 1],
                tol=self.tol,
                max_iter=self.max_iter,
                watch=_with_column(found, j, watch),
            )
            found[:, j : j + 1] = fit[0]
            fits.append((loss, *fit))
        self.set_columns(fits)
        return found

    def set_columns(self, fits: Sequence[Fit]) -> None:
        """Set the fitted attributes from a fit a class."""
        separated: list[Array | None] = []
        for fit in fits:
            self.set_fit(*fit)
            separated.append(self.separating_direction_)
        slowest = max(fits, key=lambda fit: fit[-1].iterations)
        warned = list(dict.fromkeys(self.warnings_))
        self._describe(*slowest)
        self.objectives_ = np.array([fit[-1].objective[-1] for fit in fits])
        found = np.hstack([B for _, B, _, _ in fits])
        self.coef_, self.intercept_ = self._coefficients(slowest[0], found)
        self.warnings_ = warned
        self.separating_direction_ = next((d for d in separated if d is not None), None)

    def _lowest(self) -> tuple[tuple[str, str], ...]:
        each = ", ".join(f"{J:.6g}" for J in self.objectives_)
        return (("objective at the end, each class", each),)

    def decision_function(self, X: Any) -> Array:
        """Scores less the threshold's cut, of shape (n, k); (n,) for two plain labels."""
        u = self._scores(X) - np.log(self.threshold / (1 - self.threshold))
        return np.asarray(u[:, 0] if u.shape[1] == 1 else u)

    def predict_proba(self, X: Any) -> Array:
        """σ(u) of each class; they need not sum to 1, save for plain labels, where they do.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)

        Returns
        -------
        array of shape (n, k)
        """
        u = self._scores(X)
        if self.multilabel_:
            return sigmoid(u)
        if u.shape[1] == 1:
            return np.hstack([sigmoid(-u), sigmoid(u)])
        g = np.maximum(sigmoid(u), np.finfo(float).tiny)
        return np.asarray(g / g.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """A 0 or 1 a class, shape (n, k); the likeliest label when y was a single column."""
        u = self.decision_function(X)
        if self.multilabel_:
            return np.asarray((u > 0).astype(int))
        best = (u > 0).astype(int) if u.ndim == 1 else u.argmax(axis=1)
        found: NDArray[Any] = self.classes_[best]
        return found

    def _explanation(self) -> Explanation:
        parts = formula_parts(self)
        offset, offset_latex = (" + θ₀ⱼ", r" + \theta_{0j}") if self.fit_intercept else ("", "")
        return Explanation(
            type(self).__name__,
            problem="Overlapping classes: one yes or no each; judged by the mean NLL a class.",
            hypothesis=Formula(
                f"hⱼ(x) = 1 if σ(θ₍ⱼ₎ᵀx{offset}) > {self.threshold:g}, else 0",
                rf"h_j(x) = [\sigma(\theta_{{(j)}}^T x{offset_latex}) > {self.threshold:g}]",
                "θ: d×k, θ₀: k×1",
                "Clar 174",
            ),
            objective=Formula(
                f"Jⱼ = {parts.mean} L_nll(gⱼ⁽ⁱ⁾, yⱼ⁽ⁱ⁾) + λ‖θ₍ⱼ₎‖², each j by itself",
                rf"J_j = {parts.mean_latex} L_{{nll}}(g_j^{{(i)}}, y_j^{{(i)}})"
                r" + \lambda\|\theta_{(j)}\|^2",
                f"Jⱼ: 1×1{parts.weights}",
                "KE 160",
            ),
            gradient=Formula(
                f"∇Jⱼ = {parts.mean} (gⱼ⁽ⁱ⁾ − yⱼ⁽ⁱ⁾) x⁽ⁱ⁾ + 2λθ₍ⱼ₎",
                rf"\nabla J_j = {parts.mean_latex} (g_j^{{(i)}}-y_j^{{(i)}})x^{{(i)}}"
                r" + 2\lambda\theta_{(j)}",
                "∇Jⱼ: d×1",
                "KE 163",
            ),
            algorithm="One logistic fit a class, by Newton's method, on one standardised design.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="Clar 174, KE 150, KE 160, §4.5",
        )


def _raw(design: Design, B: Array) -> tuple[Array, Array]:
    theta, theta_0 = design.raw(B)
    return np.ascontiguousarray(theta.T), np.asarray(theta_0)


def _with_column(found: Array, j: int, watch: Watch | None) -> Watch | None:
    """Shows class j's column among those of the other classes, as they stand."""
    if watch is None:
        return None

    def among(B: Array) -> bool:
        found[:, j : j + 1] = B
        return watch(found)

    return among


def _dense(y: Any) -> Any:
    return y.todense() if hasattr(y, "todense") else y

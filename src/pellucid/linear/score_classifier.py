"""What the logistic and the softmax classifier share: validate, minimise, translate back, explain.

Notes: §4.3, §4.4, §4.5
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.data.label_encoding import encode_labels
from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.data.sample_weights import class_weights, relative_weights
from pellucid.errors import ColumnError, ConvergenceWarning, FramingError, SeparationWarning
from pellucid.formatting import label, labels
from pellucid.glass_box import GlassBox
from pellucid.linear.callbacks import CallbackEstimator
from pellucid.linear.solvers.design import Design
from pellucid.linear.solvers.likelihood import MeanLoss, Solve
from pellucid.linear.solvers.newton import Evidence, minimize

Array = NDArray[np.float64]

SUBSAMPLE = 10
# The minimiser of a tenth of the rows is no nearer than this to that of all.
START_TOL = 0.02
LARGE = 5_000_000
RUNAWAY = 12  # a margin that a likelihood with a finite minimiser seldom has


class ScoreClassifier(CallbackEstimator, ClassifierMixin, GlassBox):  # type: ignore[misc]
    """Abstract: a classifier whose scores are linear and whose loss is (multi-class) NLL.

    Notes: §4.3, §4.5
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _rows(
        self, X: Any, y: Any, sample_weight: Any, all_classes: Any = None
    ) -> tuple[Any, NDArray[np.intp], Array]:
        """Validated rows of positive weight, class codes, and weights that sum to 1.

        `all_classes`: the classes, where these rows need not hold them all.
        """
        self.check_hyperparameters()
        # Whether dense rows are finite shows in their moments, without a pass of its own.
        further = all_classes is not None and hasattr(self, "standing_")
        X, y = validate_data(
            self, X, y, accept_sparse="csr", dtype=np.float64, ensure_all_finite=False,
            reset=not further,
        )  # fmt: skip
        classes, codes = encode_labels(y)
        given = 1.0 if sample_weight is None else sample_weight
        weights = relative_weights(given, X.shape[0])
        if sp.issparse(X) or (weights == 0).any():
            check_array(X, accept_sparse="csr", estimator=self, input_name="X")
        if (weights == 0).any():  # a row of weight 0 is an absent row
            X, codes, weights = X[weights > 0], codes[weights > 0], weights[weights > 0]
            present, codes = np.unique(codes, return_inverse=True)
            classes = classes[present]
        self.classes_ = classes
        if all_classes is not None:
            codes = self._codes_among(np.asarray(all_classes), codes)
        self.check_classes()
        given = getattr(self, "class_weight", None)
        weights = weights * class_weights(given, self.classes_, codes, weights)[codes]
        self.weighted_ = bool(np.ptp(weights) > 0)
        sparse = bool(sp.issparse(X))
        return sp.csr_array(X) if sparse else X, codes, weights / weights.sum()

    def _codes_among(self, classes: NDArray[Any], codes: NDArray[np.intp]) -> NDArray[np.intp]:
        strange = self.classes_[~np.isin(self.classes_, classes)]
        if len(strange):
            raise FramingError(
                f"The label {label(strange[0])} is not among the classes {labels(classes)}: give "
                "`classes` all labels in the first partial_fit."
            )
        places: NDArray[np.intp] = np.searchsorted(classes, self.classes_)[codes]
        self.classes_ = classes
        return places

    def _design(self, X: Any, weights: Array) -> Design:
        try:
            refuse_extremes(X)
            return Design(X, weights, self.fit_intercept)
        except ColumnError:  # by NaN or infinity? they have a message of their own
            check_array(X, accept_sparse="csr", estimator=self, input_name="X")
            raise

    def check_classes(self) -> None:
        """Refuse classes that this problem does not have.

        Raises
        ------
        FramingError
        """
        if len(self.classes_) < 2:
            raise FramingError(
                f"{type(self).__name__} needs at least two classes; the rows hold one class: "
                f"{label(self.classes_[0])}."
            )

    def truths(self, codes: NDArray[np.intp]) -> Array:
        """The places of classes as columns of 0 and 1, one a score."""
        return np.eye(len(self.classes_))[codes]

    def _start(self, loss: MeanLoss) -> tuple[Array, Solve | None]:
        """Zero; on a large table the minimiser, and the Hessian, on every twentieth row."""
        design = loss.design
        B = np.zeros((design.width, loss.k))
        rare = loss.Y.mean(axis=0).min() if loss.k > 1 else 0.5
        enough = design.n * rare > 10 * SUBSAMPLE * design.width
        if design.n * design.d < LARGE or not enough or loss.lam == 0:
            return B, None
        weights = design.weights[::SUBSAMPLE]
        part = design.rows(slice(None, None, SUBSAMPLE), weights / weights.sum())
        small = MeanLoss(part, loss.Y[::SUBSAMPLE], loss.lam)
        B, _, evidence = minimize(small, B, tol=START_TOL, max_iter=30)
        return B, small.newton(evidence.guesses, False) if loss.k == 1 else evidence.solve

    def _coefficients(self, loss: MeanLoss, B: Array) -> tuple[Array, Array]:
        theta, theta_0 = loss.design.raw(B)
        return np.ascontiguousarray(theta.T), np.asarray(theta_0)

    def set_fit(self, loss: MeanLoss, B: Array, verdict: str, evidence: Evidence) -> None:
        """Set the fitted attributes, and warn of what is not as it should be."""
        self._describe(loss, B, verdict, evidence)
        self._judge(loss, B, verdict, evidence)

    def _describe(self, loss: MeanLoss, B: Array, verdict: str, evidence: Evidence) -> None:
        self.coef_, self.intercept_ = self._coefficients(loss, B)
        self.n_features_in_ = loss.design.d
        self.n_iter_ = max(evidence.iterations, 1)
        fresh = "newton-cg" if loss.truncated else "newton"
        self.solver_ = fresh if evidence.hessians > evidence.iterations else "newton-lbfgs"
        self.objective_ = evidence.objective[-1]
        self.trace_ = {
            "objective": evidence.objective,
            "gradient_norm": evidence.gradient_norm,
            "stopped": verdict,
        }
        self.condition_ = evidence.condition
        self.separating_direction_: Array | None = None

    def _judge(self, loss: MeanLoss, B: Array, verdict: str, evidence: Evidence) -> None:
        """Say what is not as it should be, and only that."""
        if loss.lam == 0 and self._warn_separated(loss, B, verdict):
            return
        short = evidence.decrement > max(self.tol, 1e-6)
        if (verdict == "precision" and short) or (verdict == "max_iter"):
            self.warn(
                f"stopped after {evidence.iterations} iterations with a Newton decrement of "
                f"{evidence.decrement:.2g}, above tol={self.tol:.2g}. Raise max_iter or tol.",
                ConvergenceWarning,
            )

    def _warn_separated(self, loss: MeanLoss, B: Array, verdict: str) -> bool:
        """Whether no finite minimiser exists; says so."""
        found = self._separated(loss, B, verdict)
        if found:
            self.trace_["stopped"] = "separated"
            self.warn(
                "the classes are linearly separable, all or some of them, so with lam=0 no finite "
                "minimiser exists: "
                "longer coefficients always fit better. The fit stopped at finite ones; their "
                "direction separates (separating_direction_). Give lam > 0 for a unique answer.",
                SeparationWarning,
            )
        return found

    def _separated(self, loss: MeanLoss, B: Array, verdict: str) -> bool:
        margins = loss.margins(B)
        if verdict == "separated" or margins.min() > 0:
            length = max(float(np.linalg.norm(self.coef_)), np.finfo(float).tiny)
            self.separating_direction_ = self.coef_ / length
            return True
        if np.abs(margins).max() < RUNAWAY:
            return False
        # Some scores run away although not every point is right: perhaps only part separates.
        self.separating_direction_ = loss.recession(margins)
        return self.separating_direction_ is not None

    def _scores(self, X: Any) -> Array:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        return np.asarray(X @ self.coef_.T) + self.intercept_

    @property
    def theta_(self) -> Array:
        """θ in the notes' layout, (d, k): one column a model."""
        return np.asarray(self.coef_.T)

    @property
    def theta_0_(self) -> Array:
        """θ₀ in the notes' layout, (k, 1)."""
        return np.asarray(self.intercept_)[:, None]

    def _conditioned(self) -> tuple[tuple[str, str], ...]:
        if not np.isfinite(self.condition_):
            return ()
        return (("condition number of the standardised columns", f"{self.condition_:.3g}"),)

    def _lowest(self) -> tuple[tuple[str, str], ...]:
        return (("objective at the end", f"{self.objective_:.6g}"),)

    def _happened(self) -> tuple[tuple[str, str], ...]:
        words = {
            "converged": "the decrement, the gradient or the fall of J went below tol",
            "precision": "no further decrease is visible in 64-bit numbers",
            "separated": "the training rows are separated; longer coefficients would fit better",
            "stopped": "a callback asked to stop",
            "max_iter": "max_iter was reached",
            "diverged": "J rose without end: the step size is too large",
        }
        return (
            ("classes", ", ".join(str(c) for c in self.classes_)),
            ("λ", f"{getattr(self, 'lam_', getattr(self, 'lam', None)):g}"),
            ("solver", f"{self.solver_}, {self.n_iter_} iterations"),
            *self._lowest(),
            ("gradient norm at the end", f"{self.trace_['gradient_norm'][-1]:.2g}"),
            ("why it stopped", words[str(self.trace_["stopped"])]),
            *self._conditioned(),
        )

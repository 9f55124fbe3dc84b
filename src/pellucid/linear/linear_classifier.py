"""The linear classifier of §4.2, trained on the 0-1 loss itself, by random search.

Notes: KE 137, KE 141, Def 129, eq 4.16
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from pellucid.explanation import Explanation, Formula
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.callbacks import with_callbacks
from pellucid.linear.formula_parts import formula_parts
from pellucid.linear.kernels.row_pieces import independent_of_threads
from pellucid.linear.logistic_classifier import TwoClasses
from pellucid.linear.score_settings import FIT_INTERCEPT
from pellucid.linear.solvers.design import Design

Array = NDArray[np.float64]
TRIES = Hyperparameter("tries", 1000, "int", "How many random directions θ are tried.", low=1)


def _seeds(value: Any) -> bool:
    try:
        check_random_state(value)
    except ValueError:
        return False
    return True


RANDOM_STATE = Hyperparameter(
    "random_state",
    0,
    "any",
    "Seed of the search.",
    accepts=_seeds,
    described="a whole number, a RandomState, or None",
)
BATCH = 50


def best_offset(u: Array, positive: NDArray[np.bool_], weights: Array) -> tuple[float, float]:
    """The offset that makes sign(u + θ₀) err least, and that error.

    Parameters
    ----------
    u : array of shape (n,)
        θᵀx of each point.
    positive : bool array of shape (n,)
    weights : array of shape (n,)
        Sum to 1.

    Returns
    -------
    theta_0, error : float

    Examples
    --------
    >>> best_offset(np.array([1.0, 2.0, 5.0]), np.array([False, False, True]), np.full(3, 1 / 3))
    (-3.5, 0.0)

    Notes: eq 4.16
    """
    order = np.argsort(u, kind="stable")
    u, positive, weights = u[order], positive[order], weights[order]
    # Cut after position i: positives up to i and negatives past i are errors.
    missed = np.cumsum(np.where(positive, weights, 0.0))
    alarms = weights[~positive].sum() - np.cumsum(np.where(positive, 0.0, weights))
    errors = np.concatenate([[weights[~positive].sum()], missed + alarms])
    cuts = np.concatenate([[u[0] - 1.0], (u[:-1] + u[1:]) / 2, [u[-1] + 1.0]])
    possible = np.concatenate([[True], u[1:] > u[:-1], [True]])
    # Rounded, so that sums taken in another order choose the same cut.
    at = int(np.argmin(np.where(possible, np.round(errors, 12), np.inf)))
    return -float(cuts[at]), max(float(errors[at]), 0.0)


class LinearClassifier(TwoClasses):
    """Two classes parted by a hyperplane, found by trying random directions on the 0-1 loss.

    The 0-1 objective is flat, so descent cannot serve; each try draws θ and takes its best θ₀.
    `separate` decides exactly whether an error-free hyperplane exists.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    coef_ : array of shape (1, d)
        θᵀ, the normal, pointing to the positive side.
    intercept_ : array of shape (1,)
        θ₀.
    classes_ : array of shape (2,)
        Labels; the second is the positive class.
    training_error_ : float
        Mean 0-1 loss on the training rows.
    trace_ : dict
        `objective`: the best error after each batch of tries.
    n_iter_ : int
        Tries made.

    Examples
    --------
    >>> h = LinearClassifier().fit([[1.0], [2.0], [4.0], [5.0]], [-1, -1, 1, 1])
    >>> h.predict([[0.0], [3.0], [9.0]]).tolist(), h.training_error_
    ([-1, -1, 1], 0.0)

    Notes: KE 137, KE 141, §4.2
    """

    hyperparameters = (TRIES, FIT_INTERCEPT, RANDOM_STATE)
    threshold = 0.5

    def __init__(
        self,
        tries: int = TRIES.default,
        fit_intercept: bool = FIT_INTERCEPT.default,
        random_state: Any = RANDOM_STATE.default,
    ) -> None:
        self.tries = tries
        self.fit_intercept = fit_intercept
        self.random_state = random_state

    @with_callbacks  # type: ignore[untyped-decorator]
    @independent_of_threads
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearClassifier:
        """Try random hyperplanes; keep the one of least training error.

        Parameters
        ----------
        X : array or sparse array of shape (n, d)
        y : array of shape (n,)
            Two labels.
        sample_weight : array of shape (n,), optional
            Weights ≥ 0.

        Returns
        -------
        self
        """
        given = X, y
        X, codes, weights = self._rows(X, y, sample_weight)
        design = self._design(X, weights)
        batches = -(-self.tries // BATCH)
        watch, close = self._watch(*given, batches, lambda B: _raw(design, B))
        random = check_random_state(self.random_state)
        best, B = np.inf, np.zeros((design.width, 1))
        errors: list[float] = []
        for batch in range(batches):
            count = min(BATCH, self.tries - batch * BATCH)
            drawn = random.normal(size=(count, design.d)).T
            error, found = _best_of(design, drawn, codes == 1)
            if round(error, 12) < round(best, 12):
                best, B = error, found
            errors.append(best)
            if (watch is not None and watch(B)) or best == 0:
                break
        self.coef_, self.intercept_ = _raw(design, B)
        self.training_error_, self.n_iter_ = best, min(len(errors) * BATCH, self.tries)
        self.trace_ = {"objective": errors, "stopped": "no error" if best == 0 else "tries"}
        close()
        return self

    @property
    def predict_proba(self) -> Any:
        """A linear classifier predicts a class, not a probability."""
        raise AttributeError(
            "LinearClassifier predicts classes, not probabilities: LogisticClassifier."
        )

    predict_log_proba = predict_proba

    def _explanation(self) -> Explanation:
        parts = formula_parts(self)
        return Explanation(
            type(self).__name__,
            problem="Two classes; rows independent and identically distributed; judged by the "
            "0-1 loss.",
            hypothesis=Formula(
                f"h(x) = +1 if {parts.score} > 0, else −1",
                rf"h(x) = \mathrm{{sign}}({parts.score_latex})",
                "x, θ: d×1, θ₀: 1×1",
                "KE 141",
            ),
            objective=Formula(
                f"J({parts.parameters}) = {parts.mean} L₀₁(sign({parts.row_score}), y⁽ⁱ⁾)",
                rf"J = {parts.mean_latex} L_{{01}}(\mathrm{{sign}}({parts.row_score_latex}),"
                r" y^{(i)})",
                f"J: 1×1{parts.weights}",
                "eq 4.16",
            ),
            algorithm="Random search: the gradient of J is 0 almost everywhere (eq 4.17), so "
            "directions are drawn at random and each takes the offset that errs least.",
            happened=(
                ("directions tried", f"{self.n_iter_}"),
                ("training error", f"{self.training_error_:.6g}"),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 129, KE 137, KE 141, Def 146, §4.2",
        )


def _raw(design: Design, B: Array) -> tuple[Array, Array]:
    theta, theta_0 = design.raw(B)
    return np.ascontiguousarray(theta.T), theta_0


def _best_of(design: Design, drawn: Array, positive: NDArray[np.bool_]) -> tuple[float, Array]:
    """The best of a batch of directions (and of their reverses)."""
    offset = np.zeros((1 if design.offset else 0, drawn.shape[1]))
    U = design.scores(np.vstack([offset, drawn]))
    best, B = np.inf, np.zeros((design.width, 1))
    for j in range(drawn.shape[1]):
        for sign in (1.0, -1.0):
            if design.offset:
                theta_0, error = best_offset(sign * U[:, j], positive, design.weights)
            else:
                theta_0 = 0.0
                error = float(design.weights @ ((sign * U[:, j] > 0) != positive))
            if round(error, 12) < round(best, 12):
                best = error
                B[design.offset :, 0] = sign * drawn[:, j]
                B[: design.offset] = theta_0
    return best, B

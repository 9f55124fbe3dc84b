"""`Ridge`: linear regression with a squared penalty on its weights.

Notes: KE 65, KE 70, KE 71, Concept 66, Concept 67, Concept 68, Concept 72
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin

from pellucid.errors import ConditionWarning, ShapeError, SingularWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.moments import Moments, merge, partial, uncentred
from pellucid.linear.ridge_fit import fit_ridge
from pellucid.linear.ridge_solutions import Solution, from_moments, path_from_moments
from pellucid.linear.rows import query_rows, training_rows

Array = NDArray[np.float64]
WORRYING = 1e7  # condition of the scaled columns at which half of the digits may be gone

LAM = Hyperparameter(
    "lam", 1.0, "float", "Weight of the regularizer.", symbol="λ", low=0.0, open_high=True,
    high=float("inf"),
)  # fmt: skip
FIT_INTERCEPT = Hyperparameter(
    "fit_intercept", True, "bool", "Whether there is an offset.", symbol="θ₀"
)


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


class SquareLossRegressor(MultiOutputMixin, RegressorMixin, GlassBox):  # type: ignore[misc]
    """Abstract: a linear regression fitted in closed form; a final class says its penalty.

    Notes: KE 45, §2.3
    """

    coef_: Array
    intercept_: Any
    solver_: str
    condition_: float
    n_features_in_: int

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def predict(self, X: Any) -> Array:
        """Predict h(x) = θᵀx + θ₀.

        Parameters
        ----------
        X : array or sparse array, shape (n, d)

        Returns
        -------
        ndarray, shape (n,) or (n, t)
            In units of the answers.

        Notes: KE 45
        """
        X = query_rows(self, X)
        return np.asarray(X @ self.coef_.T + self.intercept_)

    @property
    def theta_(self) -> Array:
        """θ in the notes' layout: d×1, or d×t."""
        return np.atleast_2d(self.coef_).T

    @property
    def theta_0_(self) -> Any:
        """θ₀, the offset."""
        return self.intercept_

    def _keep(self, solution: Solution, theta_0: Array, flat: bool) -> None:
        self.coef_ = solution.theta[:, 0].copy() if flat else solution.theta.T.copy()
        self.intercept_ = float(theta_0[0]) if flat else np.array(theta_0)
        self.solver_, self.condition_ = solution.solver, float(solution.condition)

    def _complain(self, solution: Solution) -> None:
        if solution.dependent:
            names = self._names(solution.dependent)
            self.warn(
                f"columns are linearly dependent ({names} follow from the others), so many "
                "parameters fit equally well; the shortest are given. Drop columns, gather more "
                "rows, or take λ > 0.",
                SingularWarning,
            )
        elif solution.condition > WORRYING:
            self.warn(
                f"columns are nearly dependent (condition {solution.condition:.1e}): about "
                f"{np.log10(solution.condition):.0f} of 16 digits of the parameters can be lost. "
                f"Solved by {solution.solver}. Scale or drop columns, or take λ > 0.",
                ConditionWarning,
            )

    def _names(self, columns: Sequence[int]) -> str:
        names = getattr(self, "feature_names_in_", None)
        shown = [repr(str(names[c])) if names is not None else f"column {c}" for c in columns[:4]]
        return ", ".join(shown) + (" …" if len(columns) > 4 else "")


class Ridge(SquareLossRegressor):
    """Ridge regression: minimise the mean square loss + λ‖θ‖².

    The penalty is not divided by n and the loss has no ½, so scikit-learn's `alpha` is nλ. The
    offset is not penalised unless asked. `LeastSquares` is this with λ = 0.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    coef_ : ndarray, shape (d,) or (t, d)
        θ, in answer units per unit of the column.
    intercept_ : float or ndarray, shape (t,)
        θ₀, in answer units.
    solver_ : str
        What ran: "cholesky", "dual cholesky", "qr", "svd" or "lsmr".
    condition_ : float
        Condition number of the scaled columns (penalty included); NaN where it is not computed.
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

    hyperparameters: ClassVar = (LAM, FIT_INTERCEPT, PRIOR, PENALIZE_OFFSET)

    def __init__(
        self,
        lam: float = LAM.default,
        *,
        fit_intercept: bool = FIT_INTERCEPT.default,
        prior: Any = PRIOR.default,
        penalize_offset: bool = PENALIZE_OFFSET.default,
    ) -> None:
        self.lam = lam
        self.fit_intercept = fit_intercept
        self.prior = prior
        self.penalize_offset = penalize_offset

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Find θ and θ₀ in closed form.

        Parameters
        ----------
        X : array or sparse array, shape (n, d)
        y : array, shape (n,) or (n, t)
        sample_weight : array, shape (n,), or None
            A weight counts like repetitions of its row.

        Returns
        -------
        Ridge
            Itself.

        Raises
        ------
        ShapeError
            When the prior does not have the shape of θ.
        """
        self.check_hyperparameters()
        X, Y, weights, flat = training_rows(self, X, y, sample_weight)
        self._fit_rows(X, Y, weights, flat, float(self.lam))
        return self

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
        self.moments_: Moments | None = None

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

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Take in further rows: exactly the fit of all rows so far (moments are merged).

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`: rows not seen before.

        Returns
        -------
        Ridge
            Itself.

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
        if self.prior is not None or self.penalize_offset or X.shape[1] > X.shape[0]:
            return [self._at(lam)._fitted(X, Y, weights, flat) for lam in lams]
        m = partial(X, Y, weights)
        centred = m if self.fit_intercept else uncentred(m)
        thetas = path_from_moments(centred, np.asarray(lams, dtype=np.float64))
        found = []
        for lam, theta in zip(lams, thetas, strict=True):
            model = self._at(lam)
            model._keep(
                Solution(theta, "eigen", float("nan")),
                centred.y_mean - centred.x_mean @ theta,
                flat,
            )
            found.append(model)
        return found

    def _at(self, lam: float) -> Self:
        model = copy.copy(self)
        model.lam, model.warnings_, model.moments_ = float(lam), [], None
        return model

    def _fitted(self, X: Any, Y: Array, weights: Any, flat: bool) -> Self:
        self._fit_rows(X, Y, weights, flat, float(self.lam))
        return self

    def _explanation(self) -> Explanation:
        penalised = "‖θ‖² + θ₀²" if self.penalize_offset else "‖θ‖²"
        return ridge_explanation(self, float(self.lam), penalised)


def ridge_explanation(model: Any, lam: float, penalised: str = "‖θ‖²") -> Explanation:
    """The open book of a regression with square loss; λ = 0 is least squares."""
    plain = lam == 0
    tail, latex = ("", "") if plain else (f" + λ {penalised}", r" + \lambda \|\theta\|^2")
    slope = "" if plain else " + 2λθ"
    return Explanation(
        name=type(model).__name__,
        problem="Regression: predict a number; judged by square loss on rows never used.",
        hypothesis=Formula(
            "h(x) = θᵀx + θ₀", r"h(x) = \theta^T x + \theta_0", "x: d×1, θ: d×1, θ₀: 1×1", "KE 45"
        ),
        objective=Formula(
            f"J(θ, θ₀) = (1/n) Σᵢ (θᵀx⁽ⁱ⁾ + θ₀ − y⁽ⁱ⁾)²{tail}",
            r"J(\theta,\theta_0) = \frac{1}{n}\sum_{i=1}^{n}"
            rf"\left(\theta^T x^{{(i)}} + \theta_0 - y^{{(i)}}\right)^2{latex}",
            "X: d×n, Y: 1×n, J: 1×1",
            "KE 47" if plain else "KE 70",
        ),
        gradient=Formula(
            f"∇J = (2/n) X(Xᵀθ + θ₀ − Yᵀ){slope}",
            r"\nabla_\theta J = \frac{2}{n} X\left(X^T\theta + \theta_0 - Y^T\right)"
            + ("" if plain else r" + 2\lambda\theta"),
            "∇J: d×1 = (d×n)(n×1)",
            "eq 2.53" if plain else "eq 2.61",
        ),
        algorithm=f"Closed form ({model.solver_}): the gradient is set to zero and solved for θ.",
        happened=(
            *((("λ", f"{lam:.6g}"),) if not plain else ()),
            ("weights", f"{np.atleast_2d(model.coef_).shape[1]}"),
            ("‖θ‖", f"{np.linalg.norm(model.coef_):.6g}"),
            ("θ₀", np.array2string(np.asarray(model.intercept_), precision=6)),
            ("condition of the scaled columns", f"{model.condition_:.3g}"),
        ),
        warnings=tuple(model.warnings_),
        notes="KE 62, §2.5" if plain else "KE 70, KE 71, §2.6",
    )

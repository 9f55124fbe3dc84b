"""What every linear regression under the square loss shares: predictions, warnings, words.

Notes: KE 45, KE 47, §2.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin

from pellucid.errors import ConditionWarning, SingularWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.linear.descent_fit import steps_statement
from pellucid.linear.input_rows import query_rows
from pellucid.linear.solvers.ridge_solutions import Solution

Array = NDArray[np.float64]
WORRYING = 1e7  # condition of the scaled columns at which half of the digits may be gone


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

    def set_solution(self, solution: Solution, theta_0: Array, flat: bool) -> None:
        """Take a solution as the fit, and warn of what it lacks.

        Parameters
        ----------
        solution : Solution
        theta_0 : ndarray, shape (t,)
        flat : bool
            Whether there is one answer a row, not an array of them.
        """
        self._keep(solution, theta_0, flat)
        self._complain(solution)

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
        algorithm=steps_statement(model)
        or f"Closed form ({model.solver_}): the gradient is set to zero and solved for θ.",
        happened=(
            *((("λ", f"{lam:.6g}"),) if not plain else ()),
            ("weights", f"{np.atleast_2d(model.coef_).shape[1]}"),
            ("‖θ‖", f"{np.linalg.norm(model.coef_):.6g}"),
            ("θ₀", np.array2string(np.asarray(model.intercept_), precision=6)),
            *(
                (("condition of the scaled columns", f"{model.condition_:.3g}"),)
                if np.isfinite(model.condition_)
                else ()
            ),
        ),
        warnings=tuple(model.warnings_),
        notes="KE 62, §2.5" if plain else "KE 70, KE 71, §2.6",
    )

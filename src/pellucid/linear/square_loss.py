"""What every linear regression under the square loss shares: predictions, warnings, words.

Notes: KE 45, KE 47, §2.3
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin

from pellucid.errors import ConditionWarning, SingularWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.linear.descent_fit import steps_statement
from pellucid.linear.formula_parts import formula_parts
from pellucid.linear.input_rows import query_rows
from pellucid.linear.solvers.ridge_solutions import Solution

Array = NDArray[np.float64]
WORRYING = 1e7  # condition of the scaled columns at which half of the digits may be gone


@dataclass(frozen=True)
class Penalty:
    """λ times a penalty, as it stands in a formula, and its gradient by θ.

    Notes: KE 70
    """

    text: str
    latex: str
    gradient: str
    gradient_latex: str


ON_WEIGHTS = Penalty(" + λ ‖θ‖²", r" + \lambda \|\theta\|^2", " + 2λθ", r" + 2\lambda\theta")


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
            In units of the targets.

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
            Whether there is one target a row, not an array of them.
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


def ridge_explanation(model: Any, lam: float, penalty: Penalty = ON_WEIGHTS) -> Explanation:
    """The open book of a regression with square loss; λ = 0 is least squares."""
    plain, several = lam == 0, np.ndim(model.coef_) == 2
    parts = formula_parts(model)
    weighted, has_offset = bool(parts.weights), "θ₀" in parts.parameters
    bars, bars_latex = (("‖", "‖"), (r"\|", r"\|")) if several else (("(", ")"), ("(", ")"))
    offset, offset_latex = (" + θ₀", r" + \theta_0") if has_offset else ("", "")
    if several and offset:
        offset, offset_latex = " + 1θ₀ᵀ", r" + 1\theta_0^T"
    factor, matrix = ("(2/Σᵢ wᵢ)", "X diag(w) ") if weighted else ("(2/n)", "X")
    factor_latex, matrix_latex = (
        (r"\frac{2}{\sum_i w_i}", r"X \mathrm{diag}(w)") if weighted else (r"\frac{2}{n}", "X")
    )
    t = "t" if several else "1"
    return Explanation(
        name=type(model).__name__,
        problem="Regression: predict a number; judged by square loss on rows never used.",
        hypothesis=Formula(
            f"h(x) = {parts.score}",
            f"h(x) = {parts.score_latex}",
            f"x: d×1, θ: d×{t}" + (f", θ₀: {t}×1" if has_offset else ""),
            "KE 45",
        ),
        objective=Formula(
            f"J({parts.parameters}) = {parts.mean} "
            f"{bars[0]}{parts.row_score} − y⁽ⁱ⁾{bars[1]}²" + ("" if plain else penalty.text),
            rf"J = {parts.mean_latex} {bars_latex[0]}{parts.row_score_latex} - y^{{(i)}}"
            rf"{bars_latex[1]}^2" + ("" if plain else penalty.latex),
            f"X: d×n, Y: {t}×n, J: 1×1{parts.weights}",
            "KE 47" if plain else "KE 70",
        ),
        gradient=Formula(
            f"∇J = {factor} {matrix}(Xᵀθ{offset} − Yᵀ)" + ("" if plain else penalty.gradient),
            rf"\nabla_\theta J = {factor_latex} {matrix_latex}(X^T\theta{offset_latex} - Y^T)"
            + ("" if plain else penalty.gradient_latex),
            f"∇J: d×{t} = (d×n)(n×{t})",
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

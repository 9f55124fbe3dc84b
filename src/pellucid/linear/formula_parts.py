"""What the printed formulas of linear models share: the mean over the rows, and the score.

A formula is printed as it was minimised: with the weights of rows that count unlike, and without
an offset that is not fitted.

Notes: KE 45, KE 47, KE 160
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FormulaParts:
    """Parts of a formula, in two spellings.

    Parameters
    ----------
    mean, mean_latex : str
        The mean over the rows, up to the term of one row.
    score, score_latex : str
        u(x), of a new point.
    row_score, row_score_latex : str
        The same of row i.
    parameters : str
        What J is a function of.
    weights : str
        Shape of the weights, where rows count unlike.

    Notes: KE 45, KE 47
    """

    mean: str
    mean_latex: str
    score: str
    score_latex: str
    row_score: str
    row_score_latex: str
    parameters: str
    weights: str


def formula_parts(model: Any) -> FormulaParts:
    """The parts as this fitted model has them.

    Examples
    --------
    >>> from pellucid import LeastSquares
    >>> model = LeastSquares(fit_intercept=False).fit([[1.0], [2.0]], [2.0, 3.0], [1.0, 2.0])
    >>> parts = formula_parts(model)
    >>> parts.mean, parts.score
    ('(1/Σᵢ wᵢ) Σᵢ wᵢ', 'θᵀx')

    Notes: KE 45, KE 47
    """
    weighted = getattr(model, "weighted_", False) or (
        getattr(model, "class_weight", None) is not None
    )
    has_offset = getattr(model, "fit_intercept", True)
    offset, offset_latex = (" + θ₀", r" + \theta_0") if has_offset else ("", "")
    return FormulaParts(
        mean="(1/Σᵢ wᵢ) Σᵢ wᵢ" if weighted else "(1/n) Σᵢ",
        mean_latex=(
            r"\frac{1}{\sum_i w_i}\sum_{i=1}^{n} w_i" if weighted else r"\frac{1}{n}\sum_{i=1}^{n}"
        ),
        score=f"θᵀx{offset}",
        score_latex=rf"\theta^T x{offset_latex}",
        row_score=f"θᵀx⁽ⁱ⁾{offset}",
        row_score_latex=rf"\theta^T x^{{(i)}}{offset_latex}",
        parameters="θ, θ₀" if has_offset else "θ",
        weights=", w: n×1" if weighted else "",
    )

"""What a fitted `KMeans` tells of itself.

Notes: KE 220, Def 225
"""

from __future__ import annotations

from typing import Any

from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number

REASONS = {
    "labels": "no point changed cluster",
    "means": "the means moved less than tol",
    "cycles": "max_iter was reached",
}
CYCLES = (
    "k-means: points go to the nearest mean, means move to the average of their points, until "
    "nothing changes. Each half-step lowers L or leaves it; the end is a local minimum, which "
    "depends on the start. Distances that bounds make needless are skipped; labels and loss are "
    "those of double precision."
)


def stop_reason(algorithm: str, reason: str) -> str:
    """Why a run stopped.

    Examples
    --------
    >>> stop_reason("descent", "means")
    'the gradient became small'

    Notes: Def 225
    """
    if algorithm == "descent" and reason == "means":
        return "the gradient became small"
    return REASONS[reason]


def explain_k_means(model: Any) -> Explanation:
    """A fitted `KMeans` in words.

    Notes: KE 220, Def 225, Concept 226
    """
    losses: Any = model.trace_["losses"]
    descent = model.algorithm == "descent"
    happened = [
        ("loss L", number(model.inertia_, 6)),
        ("steps" if descent else "cycles", f"{model.n_iter_:,}; {model.trace_['stopped']}"),
        ("points in each cluster", ", ".join(number(float(c)) for c in model.counts_[:20])),
    ]
    if len(losses) > 1:
        spread = f"{number(min(losses), 6)} to {number(max(losses), 6)}"
        happened.append((f"losses of {len(losses)} starts", spread))
    return Explanation(
        "KMeans",
        problem=(
            "Clustering: unlabelled points are put into k groups. Points near one another are "
            "taken to be alike, near meaning a small squared distance in the units of the "
            "columns."
        ),
        hypothesis=Formula(
            "y⁽ⁱ⁾ = argmin_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖²",
            r"y^{(i)} = \arg\min_j \|x^{(i)} - \mu^{(j)}\|^2",
            "x, μ: d×1",
            "Notation 229",
        ),
        objective=Formula(
            "L = Σⱼ Σᵢ 1(y⁽ⁱ⁾ = j) ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖²",
            r"\mathcal{L} = \sum_{j=1}^k \sum_{i=1}^n \mathbb{1}(y^{(i)} = j)"
            r" \|x^{(i)} - \mu^{(j)}\|^2",
            "a sum over all points",
            "KE 220",
        ),
        gradient=Formula(
            "∂L/∂μ⁽ʲ⁾ = −2 Σᵢ 1(y⁽ⁱ⁾ = j) (x⁽ⁱ⁾ − μ⁽ʲ⁾): zero where μ⁽ʲ⁾ is the average",
            r"\partial \mathcal{L}/\partial \mu^{(j)} = -2 \sum_{i=1}^n"
            r" \mathbb{1}(y^{(i)} = j)\,(x^{(i)} - \mu^{(j)})",
            "d×1",
            "Concept 227",
        ),
        algorithm=_descent(model) if descent else CYCLES,
        happened=tuple(happened),
        warnings=tuple(model.warnings_),
        notes="KE 220, Def 225, Concept 226",
    )


def _descent(model: Any) -> str:
    eta = "by line search" if model.step_size is None else f"{model.step_size}"
    if model.step_size is None and model.rule != "gradient descent":
        eta = "0.1"
    return (
        f"Descent on L(μ)/n, L(μ) = Σᵢ min_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖², by all points, rule {model.rule!r}, "
        f"step size η {eta}. Labels are the nearest means at the end. L has kinks where points "
        "change cluster, and many local minima."
    )

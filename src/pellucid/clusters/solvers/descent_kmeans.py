"""k-means by gradient descent: means move against the gradient of the loss, labels come at the end.

Notes: §6.2.14, §6.2.15
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.clusters.kernels.compensated_sums import compensated_sum
from pellucid.clusters.kernels.k_means_loss import Array, k_means_loss, loss_gradient
from pellucid.clusters.kernels.nearest import nearest_of_rows
from pellucid.clusters.solvers.lloyd import Run
from pellucid.descent.minimizer import minimize
from pellucid.descent.objective import Objective
from pellucid.descent.stopping import SmallGradient, Steps

DEFAULT_STEP = 0.1


def k_means_objective(X: Array, k: int, weights: Array | None = None) -> Objective:
    """J(μ) = L(μ) / n with L(μ) = Σᵢ min_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖², for `descent.minimize`.

    The division by n moves no minimiser; it keeps step sizes free of the number of points.

    Parameters
    ----------
    X : array of shape (n, d)
    k : int
    weights : array of shape (n,), optional
        How often each point counts; n is then their sum.

    Returns
    -------
    Objective
        Of μ, an array of shape (k, d). Its `part` is the gradient over some points.

    Examples
    --------
    >>> J = k_means_objective(np.array([[0.0], [2.0]]), 1)
    >>> J.value(np.array([[1.0]])), J.gradient_at(np.array([[2.0]])).tolist()
    (1.0, [[2.0]])

    Notes: Concept 227, Notation 228
    """
    n = len(X) if weights is None else float(weights.sum())

    def value(means: Array) -> float:
        return compensated_sum(nearest_of_rows(X, means)[1], weights) / n

    def part(means: Array, rows: Any) -> Array:
        share = None if weights is None else weights[rows]
        return loss_gradient(X[rows], means, share) * (len(X) / n / len(rows))

    return Objective(
        value,
        lambda means: loss_gradient(X, means, weights) / n,
        text="J(μ) = (1/n) Σᵢ min_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖²",
        latex=r"J(\mu) = \frac{1}{n} \sum_{i=1}^n \min_j \|x^{(i)} - \mu^{(j)}\|^2",
        points=len(X),
        part=part,
        shape=(k, X.shape[1]),
    )


def descended_k_means(
    X: Array,
    means: Array,
    weights: Array | None = None,
    *,
    rule: str = "gradient descent",
    step_size: Any = None,
    max_iter: int = 300,
    least_slope: float = 1e-6,
    record: bool = False,
) -> Run:
    """Descend from the means given; the labels are the nearest means at the end.

    A mean to which no point is nearest has gradient zero and stays: the rule for empty clusters is
    not part of descent.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)
    weights : array of shape (n,), optional
    rule, step_size
        As `descent.minimize` takes them; a step size of None is a line search where the rule allows
        one, else 0.1.
    max_iter : int
        Most steps.
    least_slope : float
        ‖∇J‖ that counts as flat.
    record : bool
        Whether to keep every step.

    Returns
    -------
    Run
        `reason` is "means" where ‖∇J‖ became small.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0], [11.0]])
    >>> descended_k_means(X, np.array([[0.0], [8.0]])).means.round(4).ravel().tolist()
    [1.0, 10.0]

    Notes: Concept 227, Notation 229
    """
    eta = step_size
    if eta is None:
        eta = "line search" if rule == "gradient descent" else DEFAULT_STEP
    found = minimize(
        k_means_objective(X, len(means), weights),
        means,
        rule=rule,
        step_size=eta,
        stop=SmallGradient(least_slope) | Steps(max_iter),
        record=int(record),
    )
    ended = np.asarray(found.theta, dtype=np.float64)
    y, D = nearest_of_rows(X, ended)
    history = []
    for path in found.path if record else []:
        labels, _ = nearest_of_rows(X, path)
        loss = k_means_loss(X, path, labels, weights)
        history.append({"what": "descended", "means": path, "labels": labels, "loss": loss})
    empty = len(means) - len(np.unique(y))
    reason = "means" if "‖∇J‖" in found.reason else "cycles"
    return Run(ended, y, compensated_sum(D, weights), found.steps, reason, 0, empty, history)

"""Chapters 3.0 and 3.3: descent on least squares and ridge, claim by claim, each with its picture.

python examples/chapter_3/regression.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pellucid import LeastSquares, Ridge
from pellucid.descent import HeldOut, Objective, Steps, minimize, model_objective
from pellucid.descent.objective import central_differences, forward_differences
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.descent import contour, descent_curves
from pellucid.pictures.style import (
    BLUE,
    GREY,
    ORANGE,
    axes_for,
    figure_of,
    legend_above,
    side_by_side,
)

START = {"theta": np.zeros(3), "theta_0": 0.0}


def data(n: int = 80, noise: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, 3))
    return X, X @ [1.0, -2.0, 0.5] + 3 + noise * rng.normal(size=n)


def closed_form_and_descent_agree() -> Figure:
    """Least squares and ridge solved at once and step by step: the same answer.

    3.0.1-closed-form-against-iteration, 3.3.1-descent-reaches-closed-form
    """
    X, y = data()
    runs = []
    for lam, model in ((0.0, LeastSquares()), (0.3, Ridge(lam=0.3))):
        best = model.fit(X, y)
        J = model_objective("square", "linear", X, y, lam=lam)
        found = minimize(J, START, step_size=0.2, stop=Steps(150))
        np.testing.assert_allclose(found.theta["theta"], best.coef_, atol=1e-9)
        np.testing.assert_allclose(found.theta["theta_0"], best.intercept_, atol=1e-9)
        runs.append(found)
    return descent_curves(runs, ["least squares", "ridge, λ = 0.3"])


def answers_on_the_way_are_usable() -> Figure:
    """A poor model is spotted early, and a good one stopped early.

    3.0.1-intermediate-answers
    """
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 60)
    y = np.sin(3 * x) + 0.4 * rng.normal(size=60)

    def objective(order: int, rows: slice) -> Objective:
        """Polynomials of an order, in a basis that descent gets on with."""
        basis = np.polynomial.chebyshev.chebvander(x[rows], order)[:, 1:]
        return model_objective("square", "linear", basis, y[rows])

    train, rest = slice(0, 20), slice(20, 60)
    line = minimize(
        objective(1, train), {"theta": np.zeros(1), "theta_0": 0.0}, step_size=0.3, stop=Steps(2000)
    )
    wide = {"theta": np.zeros(13), "theta_0": 0.0}
    held = objective(13, rest)
    how: dict[str, Any] = {"step_size": 0.05}
    whole = minimize(objective(13, train), wide, stop=Steps(2000), **how)
    patient = HeldOut(held.value, patience=10) | Steps(2000)
    stopped = minimize(objective(13, train), wide, stop=patient, **how)
    assert line.values[20] < 1.02 * line.value  # after 20 steps the line's poor level is seen
    assert line.value > 2 * whole.value
    assert stopped.steps < whole.steps / 20
    assert held.value(stopped.theta) < 0.9 * held.value(whole.theta)
    with axes_for(None) as axes:
        axes.plot(line.times, line.values, color=GREY, label="a line: its level is soon seen")
        axes.plot(whole.times, whole.values, color=BLUE, label="order 13, training")
        held_out = [held.value(theta) for theta in whole.path]
        axes.plot(whole.times, held_out, color=ORANGE, label="order 13, held out")
        axes.axvline(stopped.steps, color=ORANGE, lw=1, ls=":")
        axes.set_xscale("log")
        axes.set_xlabel("step")
        axes.set_ylabel("mean square loss")
        legend_above(axes)
        return figure_of(axes)


def numeric_and_exact_gradients_agree() -> Figure:
    """The numerical gradient agrees with the formula for small δ.

    3.3.3-numeric-agrees
    """
    X, y = data()
    J = model_objective("square", "linear", X, y, lam=0.3)
    at = {"theta": np.array([0.3, -1.0, 2.0]), "theta_0": np.array(1.0)}
    exact = J.gradient_at(at)["theta"]
    deltas = np.geomspace(1e-1, 1e-6, 11)
    errors = [
        np.abs(forward_differences(J.value, at, delta)["theta"] - exact).max() for delta in deltas
    ]
    np.testing.assert_allclose(errors[0] / errors[2], 10, rtol=0.01)  # in step with δ
    assert errors[-1] < 1e-5
    both = np.abs(central_differences(J.value, at)["theta"] - exact).max()
    assert both < 1e-8
    with axes_for(None) as axes:
        axes.loglog(deltas, errors, "o-", color=BLUE, label="(J(θ + δ) − J(θ))/δ")
        axes.axhline(both, color=ORANGE, ls="--", label="both sides, δ chosen by rounding")
        axes.set_xlabel("δ")
        axes.set_ylabel("largest error of the gradient")
        axes.legend(fontsize=9)
        return figure_of(axes)


def descent_without_a_formula() -> Figure:
    """The numerical gradient serves where no formula for the gradient is at hand.

    3.3.3-numeric-without-formula
    """
    rng = np.random.default_rng(1)
    pull = rng.normal(size=(40, 2)) * [1.0, 0.4] + [1.0, -0.5]

    def J(theta: np.ndarray) -> float:
        """The mean distance to some points: no gradient is given."""
        return float(np.linalg.norm(pull - theta, axis=1).mean())

    start = np.array([-2.0, 1.5])
    runs = [
        (way, minimize(J, start, gradient=way, step_size=0.3, stop=Steps(200)))
        for way in ("forward", "central")
    ]
    exact = Objective(
        J, lambda t: ((t - pull) / np.linalg.norm(pull - t, axis=1)[:, None]).mean(axis=0)
    )
    best = minimize(exact, start, step_size=0.3, stop=Steps(200))
    for _, found in runs:
        np.testing.assert_allclose(found.theta, best.theta, atol=1e-5)
    return contour(J, runs[:1], (-0.5, 0.3), (4.5, 3.6))


def one_delta_for_all_is_a_mistake() -> Figure:
    """Adding one δ to all of θ mixes the partial derivatives (the mistake behind eq 3.29)."""
    X, y = data()
    J = model_objective("square", "linear", X, y)
    at = {"theta": np.array([0.5, 0.5, 0.5]), "theta_0": np.array(0.0)}
    exact = J.gradient_at(at)["theta"]
    delta = 1e-6
    shifted = at | {"theta": at["theta"] + delta}
    mixed = (J.value(shifted) - J.value(at)) / delta
    one_by_one = forward_differences(J.value, at)["theta"]
    np.testing.assert_allclose(one_by_one, exact, atol=1e-5)
    np.testing.assert_allclose(mixed, exact.sum(), rtol=1e-4)
    with side_by_side(2) as (figure, axes):
        for ax, heights, title in (
            (axes[0], one_by_one, "δ in one row at a time"),
            (axes[1], np.full(3, mixed), "δ added to all"),
        ):
            places = np.arange(1, 4)
            ax.bar(places - 0.2, exact, 0.4, color=GREY, label="exact")
            ax.bar(places + 0.2, heights, 0.4, color=BLUE, label="numeric")
            ax.set_xticks(places, ["θ₁", "θ₂", "θ₃"])
            ax.set_xlabel("parameter")
            ax.set_title(title)
        axes[0].set_ylabel("partial derivative of J")
        axes[0].legend(fontsize=9)
        return figure


CLAIMS = (
    closed_form_and_descent_agree,
    answers_on_the_way_are_usable,
    numeric_and_exact_gradients_agree,
    descent_without_a_formula,
    one_delta_for_all_is_a_mistake,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

"""Chapter 3 run: its examples with their numbers, its rules and its pitfalls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.descent import (
    HeldOut,
    Objective,
    SmallGradient,
    SmallStep,
    Steps,
    minimize,
    model_objective,
)
from pellucid.descent.objective import central_differences, forward_differences
from pellucid.errors import ShapeError
from pellucid.pictures import descent as pictures
from pellucid.pictures import linear_approximation

SQUARE = Objective(lambda t: float(t**2), lambda t: 2 * t, text="θ²")
BOWL = Objective(lambda t: float(t @ t), lambda t: 2 * t)


def test_any_objective_is_improved_watched_paused_and_stopped() -> None:
    """3.0.1-iterative-improvement."""
    first = minimize(SQUARE, 1.0, step_size=0.1, stop=Steps(5))
    assert (np.diff(first.values) < 0).all()  # watched
    on = minimize(SQUARE, first, step_size=0.1, stop=Steps(9))  # paused, and gone on with
    assert on.steps == 9
    assert on.path[:6] == first.path
    stopped = minimize(SQUARE, 1.0, stop=HeldOut(lambda t: float((t - 0.5) ** 2)) | Steps(99))
    assert stopped.steps < 99


def test_every_parameter_has_its_own_step() -> None:
    """3.0.2-step-of-every-parameter: Δθ has θ's shape, the offset is updated apart."""
    J = model_objective("square", "linear", [[1.0, 2.0], [3.0, 1.0]], [1.0, 2.0], lam=0.5)
    start = {"theta": np.array([0.3, -0.2]), "theta_0": np.array(0.1)}
    found = minimize(J, start, step_size=0.01, stop=Steps(1)).theta
    slope = J.gradient_at(start)
    for name, theta in start.items():
        assert np.shape(slope[name]) == np.shape(theta)
        np.testing.assert_allclose(found[name], theta - 0.01 * slope[name])


@pytest.mark.parametrize("at", [2.0, -2.0])
def test_the_step_is_against_the_slope(at: float) -> None:
    """3.1.2-sign-rule, 3.1.2-step-left-figure: a positive slope means a step to the left."""
    found = minimize(SQUARE, at, step_size=0.1, stop=Steps(1))
    assert np.sign(found.theta - at) == -np.sign(2 * at)
    line = pictures.descent_path(SQUARE.value, found).axes[0].lines[1]
    x = np.asarray(line.get_xdata(), dtype=float)
    assert np.sign(x[1] - x[0]) == -np.sign(at)


def test_ten_steps_lead_from_theta_0_to_theta_10() -> None:
    """3.1.7-ten-steps, 3.1.8-fixed-steps: t = 0 is the start, t counts steps."""
    found = minimize(SQUARE, 1.0, step_size=0.1, stop=Steps(10))
    assert found.times.tolist() == list(range(11))
    assert found.theta == pytest.approx(0.8**10)
    assert "10 steps" in found.reason


def test_the_derivative_is_taken_anew_at_every_step() -> None:
    """3.1.7-descent-1d, 3.2.4-argument-not-factor: ∇J is asked for at each new θ."""
    asked: list[float] = []

    def slope(t: Any) -> Any:
        asked.append(float(t))
        return 2 * t

    found = minimize(Objective(lambda t: float(t**2), slope), 1.0, step_size=0.1, stop=Steps(3))
    assert [float(theta) for theta in found.path[:3]] == pytest.approx([1, 0.8, 0.64])
    assert set(np.round(found.path, 12)) <= set(np.round(asked, 12))


def test_one_for_ever_and_back() -> None:
    """3.1.7-square-path-1: η = 1 goes to and fro between 1 and −1."""
    found = minimize(SQUARE, 1.0, step_size=1.0, stop=Steps(40))
    assert np.ravel(found.path).tolist() == [(-1.0) ** t for t in range(41)]
    assert found.verdict == "oscillating"


def test_flat_is_not_yet_a_minimum() -> None:
    """3.1.8-flat-is-not-minimum: x³ is flat at 0, and lower beside it."""
    found = minimize(lambda t: float(t**3), 0.0, stop=SmallGradient(1e-3) | Steps(10))
    assert "‖∇J‖" in found.reason
    assert found.verdict == "saddle or flat"
    assert "lower nearby" in str(found).replace("\n" + " " * 15, " ")


def test_stopping_rules_in_many_dimensions() -> None:
    """3.2.7-stop-nd, 3.1.8-small-step, 3.1.8-small-derivative: norms, not absolute values."""
    by_step = minimize(BOWL, [3.0, 4.0], step_size=0.1, stop=SmallStep(1e-3) | Steps(999))
    last = np.linalg.norm(np.subtract(by_step.path[-1], by_step.path[-2]))
    before = np.linalg.norm(np.subtract(by_step.path[-2], by_step.path[-3]))
    assert last < 1e-3 <= before
    by_slope = minimize(BOWL, [3.0, 4.0], step_size=0.1, stop=SmallGradient(1e-3) | Steps(999))
    assert "‖∇J‖" in by_slope.reason
    assert np.linalg.norm(2 * np.asarray(by_slope.path[-2])) < 1e-3


def test_descent_in_five_dimensions() -> None:
    """3.2.3-descent-nd, 3.2.4-gradient: θ − η∇J, entry by entry."""
    A = np.diag([1.0, 2.0, 3.0, 4.0, 5.0])
    J = Objective(lambda t: float(t @ A @ t), lambda t: 2 * A @ t)
    found = minimize(J, np.ones(5), step_size=0.05, stop=Steps(7))
    np.testing.assert_allclose(found.theta, (1 - 0.1 * np.arange(1, 6)) ** 7)
    assert J.gradient_at(np.ones(5)).shape == (5,)


def test_the_step_size_scales_the_step() -> None:
    """3.1.6-step-size: Δθ = −η J′(θ)."""
    moves = [
        float(minimize(SQUARE, 3.0, step_size=eta, stop=Steps(1)).theta) - 3 for eta in (0.01, 0.02)
    ]
    assert moves == pytest.approx([-0.06, -0.12])


def test_least_squares_at_zero_by_the_objective_of_parts() -> None:
    """3.3.1-three-points, 3.3.1-ols-objective-and-gradient: J = 56/3, −56/3 and −8."""
    J = model_objective("square", "linear", [[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0])
    zero = {"theta": np.zeros(1), "theta_0": np.array(0.0)}
    assert J.value(zero) == pytest.approx(56 / 3)
    slope = J.gradient_at(zero)
    assert slope["theta"] == pytest.approx([-56 / 3])
    assert slope["theta_0"] == pytest.approx(-8)


def test_both_parts_of_ridge_are_updated_from_the_old_values() -> None:
    """3.3.2-ridge-updates: ∂J/∂θ₀ is taken at step t − 1, and the offset is not penalised."""
    rng = np.random.default_rng(0)
    X, y, lam, eta = rng.normal(size=(9, 2)), rng.normal(size=9), 0.7, 0.1
    theta, offset = np.array([0.5, -1.0]), 0.4
    J = model_objective("square", "linear", X, y, lam=lam)
    start = {"theta": theta, "theta_0": offset}
    found = minimize(J, start, step_size=eta, stop=Steps(1)).theta
    e = X @ theta + offset - y
    np.testing.assert_allclose(found["theta"], theta - eta * (2 / 9 * X.T @ e + 2 * lam * theta))
    np.testing.assert_allclose(found["theta_0"], offset - eta * 2 * e.mean())


def test_a_gradient_of_another_shape_is_refused() -> None:
    """3.3.2-gradient-shape."""
    with pytest.raises(ShapeError, match="shaped as what it differentiates by"):
        minimize(Objective(lambda t: 0.0, lambda t: t[:, None]), np.ones(3))


def test_the_offset_is_perturbed_too() -> None:
    """3.3.3-numerical-gradient: δ in one row at a time, and in θ₀."""
    J = model_objective("square", "linear", [[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0], lam=0.1)
    at = {"theta": np.array([0.5]), "theta_0": np.array(-1.0)}
    exact = J.gradient_at(at)
    for numeric in (central_differences(J.value, at), forward_differences(J.value, at)):
        np.testing.assert_allclose(numeric["theta"], exact["theta"], rtol=1e-5)
        np.testing.assert_allclose(numeric["theta_0"], exact["theta_0"], rtol=1e-5)


def test_one_delta_for_all_entries_mixes_them() -> None:
    """3.3.3-scalar-shift: the mistake behind eq 3.29 is not what is computed here."""
    at = np.array([1.0, -3.0])
    mixed = (BOWL.value(at + 1e-6) - BOWL.value(at)) / 1e-6
    np.testing.assert_allclose(mixed, -4, atol=1e-4)
    np.testing.assert_allclose(forward_differences(BOWL.value, at), [2, -6], atol=1e-4)


def test_regularized_points_average_to_the_whole() -> None:
    """3.4.2-regularized-point-gradient: ∇L_i + 2λθ, whose mean is ∇J."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    J = model_objective("square", "linear", X, y, lam=0.4)
    at = {"theta": np.array([0.5, -1.0]), "theta_0": np.array(0.2)}
    parts = [J.batch_gradient_at(at, np.array([i]))["theta"] for i in range(30)]
    np.testing.assert_allclose(np.mean(parts, axis=0), J.gradient_at(at)["theta"])


def labelled(figure: Any) -> bool:
    return all(axes.get_xlabel() for axes in figure.axes) and bool(figure.axes[0].get_ylabel())


def test_pictures_say_what_their_axes_are() -> None:
    """3.0.4-labelled-axes, 3.0.3-hilly-surface-figure, 3.1.5-four-cases-figure and the others."""
    one = minimize(SQUARE, 1.0, step_size=0.3, stop=Steps(5))
    two = minimize(BOWL, [1.0, 0.5], step_size=0.1, stop=Steps(5))
    hill = Objective(lambda t: -float(t**2), lambda t: -2 * t)
    falling = minimize(hill, 0.1, step_size=0.3, stop=Steps(6))
    cases = [
        (f"η = {eta}", minimize(SQUARE, 1.0, step_size=eta, stop=Steps(8)))
        for eta in (1.1, 0.001, 0.95, 0.4)
    ]
    drawn = [
        pictures.tangent(np.sin, np.cos, 1.0),
        pictures.descent_path(SQUARE.value, one),
        pictures.descent_path(hill.value, falling),
        pictures.step_sizes(SQUARE.value, cases),
        pictures.basins(SQUARE.value, [one], -1, 1),
        pictures.contour(BOWL.value, [("gradient descent", two)], (0, 0), (3, 3)),
        pictures.surface(BOWL.value, two, (0, 0), (3, 3)),
        pictures.parameter_slices(BOWL.value, [1.0, 0.5], 1.0),
        pictures.descent_curves([two]),
        pictures.planar_error(BOWL, [1.0, 0.5], [0.6, 0.8]),
        linear_approximation.axis_steps(BOWL, [1.0, 0.5], [-0.5, 0.2]),
        linear_approximation.change_by_direction(BOWL, [1.0, 0.5], 0.1),
    ]
    assert all(labelled(figure) for figure in drawn)
    assert drawn[6].axes[0].get_zlabel() == "J"
    titles = [axes.get_title(loc="left") for axes in drawn[3].axes]
    assert [title.split(": ")[1] for title in titles] == [
        "diverging", "under way", "oscillating", "converged",
    ]  # fmt: skip


def test_crawling_is_seen_to_crawl() -> None:
    """3.1.5-four-cases-figure: each panel shows at least where the others went."""
    runs = [(str(eta), minimize(SQUARE, 1.0, step_size=eta, stop=Steps(8))) for eta in (0.001, 0.4)]
    curves = [axes.lines[0] for axes in pictures.step_sizes(SQUARE.value, runs).axes]
    spans = [np.ptp(np.asarray(curve.get_xdata(), dtype=float)) for curve in curves]
    assert spans[0] == pytest.approx(spans[1], rel=0.05)


def test_the_demonstrations_stand_beside_the_table() -> None:
    listed = (Path(__file__).parents[2] / "examples" / "README.md").read_text("utf-8")
    scripts = (Path(__file__).parents[2] / "examples").glob("chapter_*/*.py")
    for script in scripts:
        assert f"{script.parent.name}/{script.name}" in listed

"""Chapter 3.2: descent in many dimensions, claim by claim, each with its picture.

python examples/chapter_3/many_dimensions.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from pellucid.descent import (
    Objective,
    Steps,
    along_one_parameter,
    first_order_change,
    minimize,
    split_step,
)
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.descent import contour, parameter_slices, planar_error
from pellucid.pictures.linear_approximation import (
    axis_steps,
    change_by_direction,
    step_along_and_across,
)

BOWL = Objective(
    lambda t: float(t[0] ** 2 + 4 * t[1] ** 2),
    lambda t: np.array([2 * t[0], 8 * t[1]]),
    text="θ₁² + 4 θ₂²",
)
PLANE = Objective(lambda t: float(3 * t[0] - 2 * t[1]), lambda t: np.array([3.0, -2.0]))


def a_slice_of_a_bowl_is_a_parabola() -> Figure:
    """A slice of a bowl is a parabola.

    3.2.1-bowl-slice
    """
    at = [0.5, -0.5]
    t = np.linspace(-1, 1, 7)
    for k, steepness in enumerate((1, 4)):
        heights = [along_one_parameter(BOWL, at, k).value(each) for each in t]
        squared, linear, _ = np.polyfit(t, heights, 2)
        assert abs(squared - steepness) < 1e-9 > abs(linear)
        np.testing.assert_allclose(np.diff(heights, 3), 0, atol=1e-12)
    return parameter_slices(BOWL.value, at, 1.0)


def the_order_of_axis_steps_is_irrelevant_on_a_plane() -> Figure:
    """On a plane the order of the two axis steps does not matter, nor whether both are one step.

    3.2.2-axis-order-irrelevant
    """
    at, first, second = np.array([1.0, 1.0]), np.array([-0.6, 0.0]), np.array([0.0, 0.4])
    J = PLANE.value
    one = (J(at + first) - J(at)) + (J(at + first + second) - J(at + first))
    other = (J(at + second) - J(at)) + (J(at + second + first) - J(at + second))
    assert abs(one - other) < 1e-12
    assert abs(one - first_order_change(PLANE, at, first + second)) < 1e-12
    together = minimize(PLANE, at, stop=Steps(1)).theta
    apart = minimize(PLANE, at, stop=Steps(2), along="one axis").theta
    np.testing.assert_allclose(together, apart)
    return axis_steps(PLANE, at.tolist(), (first + second).tolist())


def a_larger_partial_moves_farther() -> Figure:
    """A larger partial derivative gives a larger move along its axis.

    3.2.3-larger-partial-larger-move
    """
    found = minimize(BOWL, [1.0, 1.0], step_size=0.05, stop=Steps(12))
    move, slope = np.abs(found.path[1] - found.path[0]), np.abs(BOWL.gradient_at(found.path[0]))
    assert move[1] > move[0]
    np.testing.assert_allclose(move, 0.05 * slope)
    return contour(BOWL.value, [("η = 0.05", found)], (0.2, 0.2), (2.4, 2.4))


def a_perpendicular_step_changes_nothing_to_first_order() -> Figure:
    """A step at right angles to ∇J leaves J unchanged to first order.

    3.2.5-plane-directions
    """
    at = np.array([1.0, 0.5])
    g = BOWL.gradient_at(at)
    sideways = np.array([-g[1], g[0]]) / np.linalg.norm(g)
    assert abs(first_order_change(BOWL, at, sideways)) < 1e-12
    assert PLANE.value(at + np.array([2.0, 3.0])) == PLANE.value(at)  # exactly, on a plane
    changes = [abs(BOWL.value(at + h * sideways) - BOWL.value(at)) / h for h in (1e-1, 1e-2, 1e-3)]
    assert changes[2] < changes[1] / 9 < changes[0] / 80  # a change of second order
    split = split_step([-0.5, -0.2], g)
    assert abs(np.vdot(split.across, g)) < 1e-12
    return step_along_and_across(BOWL, at.tolist(), [-0.5, -0.2])


def the_gradient_is_the_steepest_direction() -> Figure:
    """Among small steps of equal length the one along −∇J lowers J most.

    3.2.6-steepest-descent
    """
    rng = np.random.default_rng(0)
    for _ in range(20):
        at = rng.normal(size=2)
        g = BOWL.gradient_at(at)
        directions = rng.normal(size=(200, 2))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        tried = min(BOWL.value(at + 1e-4 * d) for d in directions)
        assert BOWL.value(at - 1e-4 * g / np.linalg.norm(g)) <= tried + 1e-8
    return change_by_direction(BOWL, [1.0, 0.5], 0.05)


def the_plane_is_wrong_by_the_square_of_the_step() -> Figure:
    """ΔJ ≈ Δθ · ∇J, with an error that falls as the square of the step (eq 3.21)."""
    at, along = np.array([1.0, 0.5]), np.array([0.6, 0.8])
    errors = [
        BOWL.value(at + h * along) - BOWL.value(at) - first_order_change(BOWL, at, h * along)
        for h in (0.1, 0.01)
    ]
    np.testing.assert_allclose(errors[0] / errors[1], 100, rtol=1e-6)
    return planar_error(BOWL, at, along)


CLAIMS = (
    a_slice_of_a_bowl_is_a_parabola,
    the_order_of_axis_steps_is_irrelevant_on_a_plane,
    a_larger_partial_moves_farther,
    a_perpendicular_step_changes_nothing_to_first_order,
    the_gradient_is_the_steepest_direction,
    the_plane_is_wrong_by_the_square_of_the_step,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

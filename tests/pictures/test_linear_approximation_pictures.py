"""Pictures of the local view and of derivatives as arrays: what they draw is what they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.descent import Objective, first_order_change
from pellucid.pictures import derivatives, linear_approximation
from pellucid.pictures.style import to_svg

BOWL = Objective(
    lambda t: float(t[0] ** 2 + 4 * t[1] ** 2), lambda t: np.array([2 * t[0], 8 * t[1]])
)
DRAWN: dict[str, Callable[[], Figure]] = {
    "touching_plane": lambda: linear_approximation.surface_and_tangent_plane(
        BOWL, [0.8, 0.4], 0.6, [0.3, 0.2]
    ),
    "axis_moves": lambda: linear_approximation.axis_steps(BOWL, [1.0, 0.6], [-0.5, -0.3]),
    "turning_step": lambda: linear_approximation.change_by_direction(BOWL, [1.0, 0.5], 0.05),
    "step_parts": lambda: linear_approximation.step_along_and_across(
        BOWL, [1.0, 0.5], [-0.5, -0.2]
    ),
    "layout_grids": derivatives.layout_grids,
    "input_output_rectangle": derivatives.input_output_rectangle,
    "hidden_vector": derivatives.hidden_vector,
    "axes_of_arrays": derivatives.axes_of_arrays,
}


@pytest.mark.parametrize("name", DRAWN)
def test_looks_as_it_did(name: str) -> None:
    """What is drawn is compared once the test has passed."""
    assert DRAWN[name]().axes


@pytest.mark.parametrize("name", DRAWN)
def test_draws_the_same_bytes_twice(name: str) -> None:
    one, again = (to_svg(DRAWN[name](), name) for _ in range(2))
    assert one == again


def texts(figure: Figure, panel: int = 0) -> list[str]:
    return [text.get_text() for text in figure.axes[panel].texts]


def test_every_pair_stands_in_the_grid_in_either_layout() -> None:
    """A.1.2-undecided-grid-figure, A.4.1-shapes-figure: 3 outputs, 2 inputs, 6 derivatives."""
    figure = derivatives.layout_grids(2, 3)
    cells = [[t for t in texts(figure, k) if "partial" in t] for k in (0, 1)]
    assert len(cells[0]) == len(set(cells[0])) == 6
    assert set(cells[0]) == set(cells[1])
    flipped = np.array(cells[1]).reshape(3, 2).T.ravel().tolist()
    assert cells[0] == flipped
    rectangle = texts(derivatives.input_output_rectangle(3, 2))
    assert {"v: 3×1", "w: 1×2", "∂w/∂v: 3×2"} <= set(rectangle)


def test_a_hidden_vector_is_one_row_and_then_a_rectangle() -> None:
    """A.5-hide-a-vector-figure."""
    found = texts(derivatives.hidden_vector(3, 2))
    assert {"v hidden: 1×2", "v expanded: 3×2"} <= set(found)
    assert sum("partial" in t for t in found) == 2 + 6


def test_each_array_shows_its_axes() -> None:
    """A.8.1-axes-figure: a vector has one, a matrix two, a block three."""
    figure = derivatives.axes_of_arrays()
    for panel, names in enumerate(("i", "ij", "ijk")):
        assert [t for t in texts(figure, panel) if t in set("ijk")] == list(names)


def test_axis_moves_are_labelled_with_what_the_plane_promises() -> None:
    """3.2.2-axis-moves-figure, A.2.2-planar-figure."""
    figure = DRAWN["axis_moves"]()
    labels = sorted(t for t in texts(figure) if t)
    along = [first_order_change(BOWL, [1.0, 0.6], step) for step in ([-0.5, 0.0], [0.0, -0.3])]
    assert labels == sorted(f"{change:+.3g}".replace("-", "−") for change in along * 2)


def test_the_turning_step_is_lowest_against_the_gradient() -> None:
    """3.2.6-rotating-step-figure."""
    line = DRAWN["turning_step"]().axes[0].lines[2]
    angles, change = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert abs(angles[np.argmin(change)]) >= 176
    assert abs(angles[np.argmax(change)]) <= 4


def test_the_plane_touches_and_the_surface_leaves_it() -> None:
    """0.1-tangent-plane-figure: the gap at the end of the step is the plane's error."""
    gap = DRAWN["touching_plane"]().axes[0].lines[-1].get_data_3d()[2]
    here, step = np.array([0.8, 0.4]), np.array([0.3, 0.2])
    error = BOWL.value(here + step) - BOWL.value(here) - first_order_change(BOWL, here, step)
    assert gap[1] - gap[0] == pytest.approx(error)

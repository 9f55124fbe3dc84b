"""Pictures of descent: each draws what it was given, the same bytes twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.descent import Batches, Objective, Steps, minimize
from pellucid.pictures import descent as pictures
from pellucid.pictures.style import to_svg

BOWL = Objective(lambda t: float(t**2), lambda t: 2 * t)
LONG = Objective(
    lambda t: float(t[0] ** 2 + 12 * t[1] ** 2),
    lambda t: np.array([2 * t[0], 24 * t[1]]),
    points=4,
    part=lambda t, rows: np.array([2 * t[0], 24 * t[1]]) * (1 + rows.mean() - 1.5),
)
ONE = minimize(BOWL, 1.0, step_size=0.3, stop=Steps(5))
TWO = minimize(LONG, [-2.0, 0.9], step_size=0.03, stop=Steps(9))
SAMPLED = minimize(LONG, [-2.0, 0.9], step_size=0.03, batches=Batches(1), stop=Steps(9))

DRAWN: dict[str, Callable[[], Figure]] = {
    "tangent": lambda: pictures.tangent(np.sin, np.cos, 1.0),
    "walk": lambda: pictures.descent_path(BOWL.value, ONE),
    "step_sizes": lambda: pictures.step_sizes(BOWL.value, [("η = 0.3", ONE), ("again", ONE)]),
    "starts": lambda: pictures.basins(BOWL.value, [ONE, ONE], -1.0, 1.0),
    "contour": lambda: pictures.contour(LONG.value, [("plain", TWO)], (0, 0), (5, 3)),
    "surface": lambda: pictures.surface(LONG.value, TWO, (0, 0), (5, 3)),
    "slices": lambda: pictures.parameter_slices(LONG.value, [1.0, 0.5], 1.0),
    "batch_against_stochastic": lambda: pictures.batch_and_stochastic(
        LONG.value, TWO, SAMPLED, (0, 0), (5, 3)
    ),
    "descent_curves": lambda: pictures.descent_curves([TWO, SAMPLED], ["a", "b"], minimum=0.0),
    "planar_error": lambda: pictures.planar_error(LONG, [1.0, 0.5], [0.1, 0.2]),
}


@pytest.mark.parametrize("name", DRAWN)
def test_looks_as_it_did(name: str) -> None:
    """What is drawn is compared once the test has passed."""
    assert DRAWN[name]().axes


@pytest.mark.parametrize("name", DRAWN)
def test_draws_the_same_bytes_twice(name: str) -> None:
    one, again = (to_svg(DRAWN[name](), name) for _ in range(2))
    assert one == again
    assert one.startswith("<svg")


def test_the_walk_is_the_path() -> None:
    line = pictures.descent_path(BOWL.value, ONE).axes[0].lines[1]
    np.testing.assert_allclose(line.get_xdata(), [float(t) for t in ONE.path])
    np.testing.assert_allclose(line.get_ydata(), ONE.values)


def test_the_plane_is_wrong_by_the_square_of_the_step() -> None:
    """Concept 109, eq 3.21."""
    line: Any = pictures.planar_error(LONG, [1.0, 0.5], [0.1, 0.2]).axes[0].lines[1]
    lengths, errors = (np.asarray(a) for a in (line.get_xdata(), line.get_ydata()))
    slope = np.polyfit(np.log(lengths[5:]), np.log(errors[5:]), 1)[0]
    assert slope == pytest.approx(2, abs=0.01)

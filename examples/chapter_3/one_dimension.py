"""Chapter 3.0-3.1: descent in one dimension, claim by claim, each with its picture.

python examples/chapter_3/one_dimension.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from pellucid.descent import Descent, Objective, SmallStep, Steps, minimize
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.descent import basins, descent_path, step_sizes, tangent

SQUARE = Objective(lambda t: float(t**2), lambda t: 2 * t, text="θ²")


def on_square(eta: float, steps: int = 10) -> Descent:
    return minimize(SQUARE, 1.0, step_size=eta, stop=Steps(steps))


def zoom_straightens() -> Figure:
    """Zooming in on a smooth curve makes it look straight.

    3.1.1-zoom-straightens
    """

    def bend(zoom: float) -> float:
        """How far the curve leaves its tangent, as a share of the width shown."""
        t = np.linspace(1 - zoom, 1 + zoom, 101)
        return float(np.abs(np.sin(t) - np.sin(1) - np.cos(1) * (t - 1)).max() / zoom)

    assert bend(0.1) < bend(0.5) / 4 < bend(2.0) / 8
    return tangent(np.sin, np.cos, 1.0)


def a_large_step_diverges() -> Figure:
    """A step size too large moves ever further from the minimum.

    3.1.5-diverging
    """
    found = on_square(1.1)
    assert (np.diff(np.abs(found.path)) > 0).all()
    assert found.verdict == "diverging"
    return descent_path(SQUARE.value, found)


def a_small_step_crawls() -> Figure:
    """A step size too small converges very slowly.

    3.1.5-crawling
    """
    to_a_tenth = SmallStep(1e-9) | Steps(100_000)
    small, good = (
        minimize(SQUARE, 1.0, step_size=eta, stop=to_a_tenth, record=0) for eta in (0.001, 0.3)
    )
    assert small.steps > 200 * good.steps
    return step_sizes(SQUARE.value, [("η = 0.001", on_square(0.001)), ("η = 0.3", on_square(0.3))])


def a_step_between_oscillates() -> Figure:
    """A step size between oscillates, most of a step undoing the one before; yet it converges.

    3.1.5-oscillating
    """
    found = on_square(0.95, 20)
    steps = np.diff(np.ravel(found.path))
    assert (steps[1:] * steps[:-1] < 0).all()  # to and fro
    assert np.abs(steps[1:] + steps[:-1]).max() < 0.2 * np.abs(steps).max()  # little is left
    assert on_square(0.95, 400).verdict == "converged"
    return descent_path(SQUARE.value, found)


def a_good_step_converges_quickly() -> Figure:
    """A good step size converges quickly; a little oscillation is harmless.

    3.1.5-good-step
    """
    straight, swinging = on_square(0.35, 20), on_square(0.65, 20)
    assert max(abs(float(run.theta)) for run in (straight, swinging)) < 1e-9
    assert float(swinging.path[1]) < 0 < float(swinging.path[2])
    runs = [("η = 1.1", on_square(1.1, 4)), ("η = 0.001", on_square(0.001))]
    runs += [("η = 0.95", on_square(0.95, 12)), ("η = 0.65", swinging)]
    return step_sizes(SQUARE.value, runs)


def the_right_step_depends_on_the_problem() -> Figure:
    """A larger step may learn faster but risks divergence; the right one depends on the problem.

    3.1.6-right-step-depends
    """
    steep = Objective(lambda t: 10 * float(t**2), lambda t: 20 * t, text="10 θ²")
    flat = Objective(lambda t: 0.1 * float(t**2), lambda t: 0.2 * t, text="θ²/10")
    small, large = (
        [minimize(J, 1.0, step_size=eta, stop=Steps(8)) for J in (steep, flat)]
        for eta in (0.08, 4.0)
    )
    assert abs(float(large[1].theta)) < 1e-4 < 0.5 < abs(float(small[1].theta))  # larger is faster
    assert abs(float(small[0].theta)) < 0.1  # and on the steep curve
    assert large[0].verdict == "diverging"
    return step_sizes(flat.value, [("θ²/10, η = 0.08", small[1]), ("η = 4", large[1])])


def convexity_leads_to_the_minimum() -> Figure:
    """Convex, smooth, a small step: the global minimum from any start (Theorem 103).

    3.1.9-convex-reaches-minimum
    """

    def J(t: float) -> float:
        return float(np.logaddexp(0, t) + 0.1 * t**2 - 0.2 * t)

    runs = [minimize(J, start, step_size=0.5) for start in (-8.0, -3.0, 2.0, 8.0)]
    ends = [float(run.theta) for run in runs]
    grid = np.linspace(-9, 9, 20_001)
    assert np.ptp(ends) < 1e-4
    assert abs(ends[0] - grid[np.argmin([J(t) for t in grid])]) < 1e-3
    return basins(J, runs, -9, 9)


def a_hill_has_no_foot() -> Figure:
    """On a concave curve J falls without end, and the verdict says so.

    3.1.10-unbounded-below
    """
    hill = Objective(lambda t: -float(t**2), lambda t: -2 * t, text="−θ²")
    found = minimize(hill, 0.1, step_size=0.1, stop=Steps(20))
    assert (np.diff(found.values) < 0).all()
    assert minimize(hill, 0.1, step_size=0.1, stop=Steps(2000)).verdict == "unbounded below"
    return descent_path(hill.value, found, reach=1.0)


def the_start_decides() -> Figure:
    """With several valleys the start decides which minimum is found, at small steps too.

    3.1.11-start-decides
    """

    def J(t: float) -> float:
        return float(0.05 * t**2 + np.cos(2 * t))

    runs = [minimize(J, start, step_size=0.01) for start in (-5.5, -2.6, 0.3, 3.4)]
    ends = [float(run.theta) for run in runs]
    assert all(run.verdict == "converged" for run in runs)
    assert min(np.diff(ends)) > 1
    return basins(J, runs, -6.5, 6.5)


CLAIMS = (
    zoom_straightens,
    a_large_step_diverges,
    a_small_step_crawls,
    a_step_between_oscillates,
    a_good_step_converges_quickly,
    the_right_step_depends_on_the_problem,
    convexity_leads_to_the_minimum,
    a_hill_has_no_foot,
    the_start_decides,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

"""Chapter 2.5-2.6: where J is flat, and what λ does; each claim with its picture.

python examples/chapter_2/penalties.py [FOLDER]
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid import LeastSquares, Ridge, training_error
from pellucid.descent import Objective, minimize, model_objective
from pellucid.errors import SingularWarning
from pellucid.formatting import number
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.descent import contours, tangents
from pellucid.pictures.regression_lines import lines
from pellucid.pictures.surfaces import planes

Array = NDArray[np.float64]


def without_offset(X: Array, y: Array, lam: float = 0.0) -> Objective:
    """J over θ alone, θ₀ held at 0."""
    J = model_objective("square", "linear", X, y, lam=lam)

    def both(theta: Any) -> dict[str, Any]:
        return {"theta": np.atleast_1d(np.asarray(theta, dtype=float)), "theta_0": 0.0}

    return Objective(
        lambda theta: float(J.value(both(theta))),
        lambda theta: np.reshape(J.gradient_at(both(theta))["theta"], np.shape(theta)),
    )


def the_tangent_is_flat_at_the_minimum() -> Figure:
    """J′(θ) = 0 at θ* = 8/5 and nowhere else, as J″ > 0.

    2.5.8-tangent-figure
    """
    X, y = np.array([[1.0], [2.0]]), np.array([2.0, 3.0])
    J = without_offset(X, y)
    h = LeastSquares(fit_intercept=False).fit(X, y)
    assert abs(h.coef_[0] - 1.6) < 1e-12
    assert abs(J.gradient_at(np.float64(1.6))) < 1e-12
    rising = [float(J.gradient_at(np.float64(t))) for t in np.linspace(0, 3, 31)]
    np.testing.assert_allclose(np.diff(rising), 0.1 * 5)  # J″ = (2/n) Σ x² = 5, everywhere
    return tangents(J.value, J.gradient_at, (0.6, 1.6, 2.4), 0.0, 3.2)


def lam_tames_amplified_errors() -> Figure:
    """Two points a hundredth apart give a slope of 100 and 225 at x = 2; λ brings that to 25.5.

    2.6.4-lam-slider-figure
    """
    X, y = np.array([[0.0], [0.01]]), np.array([25.0, 26.0])
    lams = (0.0, 1e-5, 1e-4, 0.1)
    panels, said = [], []
    for lam in lams:
        h = Ridge(lam=lam).fit(X, y)
        said.append(float(h.predict([[2.0]])[0]))
        panels.append((f"λ = {number(lam)}: h(2) = {number(said[-1], 4)}", X, y, {"": h}))
    assert abs(said[0] - 225) < 1e-6
    assert abs(said[-1] - 25.54986) < 1e-5
    assert said == sorted(said, reverse=True)
    return lines(panels, reach=(-0.1, 2.1), heights=(0.0, 240.0))


def a_lowered_offset_is_not_mended() -> Figure:
    """Far from the origin a penalised offset is pushed down, and the line no longer fits.

    2.6.5-offset-figure
    """
    rng = np.random.default_rng(1)
    X = rng.uniform(8, 12, 25)[:, None]
    y = 20 + 0.8 * X[:, 0] + 0.7 * rng.normal(size=25)
    free = LeastSquares().fit(X, y)
    lowered = LeastSquares().fit(X, y - 8)  # the same slope, θ₀ down by 8
    assert abs(lowered.coef_[0] - free.coef_[0]) < 1e-9
    assert abs(training_error(lowered, X, y) - training_error(free, X, y) - 64) < 1e-9
    pulled = Ridge(lam=5.0, penalize_offset=True).fit(X, y)
    kept = Ridge(lam=5.0).fit(X, y)
    assert pulled.intercept_ < free.intercept_ - 5
    assert training_error(pulled, X, y) > 5 * training_error(kept, X, y)
    return lines(
        [("θ₀ free", X, y, {"least squares": free, "λ = 5, θ₀ free": kept}),
         ("θ₀ pushed down", X, y, {"least squares, θ₀ − 8": lowered}),
         ("θ₀ penalised", X, y, {"λ = 5, θ₀ penalised": pulled})],
        reach=(0.0, 13.0), heights=(0.0, 34.0),
    )  # fmt: skip


def points_along_a_line() -> tuple[Array, Array]:
    """Rows whose second input repeats the first: nothing tells their weights apart."""
    rng = np.random.default_rng(2)
    t = rng.uniform(-2, 2, 20)
    return np.column_stack([t, t]), 2 * t + 0.3 * rng.normal(size=20)


def many_planes_through_one_line() -> Figure:
    """Many planes fit points that lie along one line equally well; λ > 0 chooses the least steep.

    2.6.6-equal-planes-figure
    """
    X, y = points_along_a_line()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        shortest = LeastSquares().fit(X, y)
    assert any(issubclass(each.category, SingularWarning) for each in told)
    turned = {}
    for turn in (-1.0, 3.0):
        # One input alone, the weight of the other given: a plane turned about the line.
        h = LeastSquares().fit(X[:, :1], y - turn * X[:, 1])
        plane = Ridge(lam=1.0).fit(X, y)
        plane.coef_, plane.intercept_ = np.array([h.coef_[0], turn]), h.intercept_
        J = training_error(plane, X, y)
        np.testing.assert_allclose(J, training_error(shortest, X, y))
        turned[f"θ = ({h.coef_[0]:.2g}, {turn:g})".replace("-", "−")] = plane
    chosen = Ridge(lam=1e-3).fit(X, y)
    np.testing.assert_allclose(chosen.coef_[0], chosen.coef_[1])
    assert all(np.linalg.norm(chosen.coef_) < np.linalg.norm(h.coef_) for h in turned.values())
    name = f"θ = ({chosen.coef_[0]:.2g}, {chosen.coef_[1]:.2g})"
    return planes([("equally good", turned), ("λ = 0.001", {name: chosen})], X, y)


def a_flat_valley() -> Figure:
    """Without λ, J has a flat valley and the start decides where descent ends; with λ one bottom.

    2.6.6-flat-valley-figure
    """
    X, y = points_along_a_line()
    panels = []
    starts = ([-2.5, 0.0], [0.0, -2.0], [3.5, 2.0], [-1.0, 3.5])
    for lam in (0.0, 0.2):
        J = without_offset(X, y, lam)
        runs = [(f"{s}", minimize(J, np.array(s), step_size=0.1)) for s in starts]
        ends = np.array([found.theta for _, found in runs])
        apart = np.linalg.norm(ends - ends.mean(axis=0), axis=1).max()
        if lam == 0:
            assert np.ptp([found.value for _, found in runs]) < 1e-9  # all of them equally low
            assert apart > 1
        else:
            assert apart < 1e-4
            np.testing.assert_allclose(ends[:, 0], ends[:, 1], atol=1e-4)
        panels.append((f"λ = {lam:g}", J.value, runs))
    return contours(panels, (0.5, 0.5), (7.0, 7.0))


CLAIMS = (
    the_tangent_is_flat_at_the_minimum,
    lam_tames_amplified_errors,
    a_lowered_offset_is_not_mended,
    many_planes_through_one_line,
    a_flat_valley,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

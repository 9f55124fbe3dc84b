"""Chapter 2.1-2.4: hypotheses, what is least and where, lines and planes that fit, random tries.

python examples/chapter_2/hypotheses.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid import (
    LeastSquares,
    MeanBaseline,
    NearestNeighborRegressor,
    RandomRegression,
    read_table,
    training_error,
)
from pellucid.data import linear_sample
from pellucid.descent import Objective, local_minima, minimize
from pellucid.formatting import number
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.descent import min_and_argmin
from pellucid.pictures.diagram import Block, chain
from pellucid.pictures.regression_lines import random_tries, residual_lines, scatter
from pellucid.pictures.surfaces import planes

Array = NDArray[np.float64]
PENGUINS = Path(__file__).parents[1] / "penguins.csv"


def placed(theta_0: float, theta: float) -> LeastSquares:
    """The line of one input that has these parameters."""
    h = LeastSquares().fit([[0.0], [1.0]], [theta_0, theta_0 + theta])
    np.testing.assert_allclose([h.intercept_, h.coef_[0]], [theta_0, theta], atol=1e-9)
    return h


def flippers() -> tuple[Array, Array]:
    """Flipper length and body mass of the penguins of whom both were measured."""
    table = read_table(PENGUINS)
    length, mass = table["flipper_length_mm"].values, table["body_mass_g"].values
    known = np.isfinite(length) & np.isfinite(mass)
    return length[known][:, None], mass[known]


def one_input_against_the_output() -> Figure:
    """A scatter shows the answer rise with the input, before any hypothesis: long flippers, heavy.

    2.1.4-scatter-figure
    """
    X, y = flippers()
    assert X.shape == (342, 1)
    assert LeastSquares().fit(X, y).coef_[0] > 0
    assert np.corrcoef(X[:, 0], y)[0, 1] > 0.8
    return scatter(X, y, ("flipper length (mm)", "body mass (g)"))


def any_hypothesis_fits_in_the_box() -> Figure:
    """A hypothesis takes x and answers y; what stands in the box can be swapped.

    2.1.4-hypothesis-box-figure
    """
    X, y = flippers()
    errors = {}
    for h in (MeanBaseline(), NearestNeighborRegressor(n_neighbors=15), LeastSquares()):
        h.fit(X, y)
        assert h.predict([[200.0]]).shape == (1,)
        errors[type(h).__name__] = training_error(h, X, y)
    assert training_error(lambda rows: np.full(len(rows), y.mean()), X, y) == errors["MeanBaseline"]
    assert errors["LeastSquares"] < errors["MeanBaseline"]
    line = LeastSquares().fit(X, y)
    said = float(line.predict([[200.0]])[0])
    return chain(
        [
            Block("x", forward="200 mm", boxed=False),
            Block("h", under="least\nsquares", forward=f"{number(said, 4)} g"),
            Block("y", boxed=False),
        ]
    )


def the_minimum_is_an_output_and_the_argmin_an_input() -> Figure:
    """(x − 1)² is least, 0, at x = 1: the minimum is a height, the argmin a place.

    2.2.3-min-argmin-figure
    """
    square = Objective(lambda x: float((x - 1) ** 2))
    (least,) = local_minima(square.value, -1.0, 3.0)
    assert (least.value, least.theta) == (0.0, 1.0)
    found = minimize(square, 3.0, step_size=0.3)
    assert abs(found.value) < 1e-9
    assert abs(float(found.theta) - 1) < 1e-4
    return min_and_argmin(square.value, (2.5, 1.75, 1.0), -1.0, 3.0)


def a_poor_line_and_a_good_one() -> Figure:
    """On y ≈ 3x + 1 the line (1, 3) misses by little, (10, 1) by much: J is the mean square miss.

    2.3.7-line-figures
    """
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(0, 5, 14))[:, None]
    y = 3 * x[:, 0] + 1 + rng.normal(size=14)
    poor, good = placed(10.0, 1.0), placed(1.0, 3.0)
    J = {name: training_error(h, x, y) for name, h in (("poor", poor), ("good", good))}
    assert J["good"] < J["poor"] / 5
    np.testing.assert_allclose(J["good"], np.mean((good.predict(x) - y) ** 2))
    assert training_error(LeastSquares().fit(x, y), x, y) <= J["good"]
    return residual_lines([("θ₀ = 10, θ₁ = 1", poor), ("θ₀ = 1, θ₁ = 3", good)], x, y, squares=True)


def predictions_lie_on_a_plane() -> Figure:
    """With two inputs the predictions are a plane in three dimensions; its height is the answer.

    2.3.7-plane-figure
    """
    X, y = linear_sample(40, (1.5, 0.5), noise=0.8, seed=1)
    h = LeastSquares().fit(X, y)
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    low, right, up, both = h.predict(corners)
    assert abs(both - (right + up - low)) < 1e-12  # a fourth corner adds no bend
    residuals = h.predict(X) - y
    assert np.abs(X.T @ residuals).max() < 1e-9  # no tilt of it does better
    return planes([("least squares", {"h": h})], X, y)


def tries_at_random_are_a_level_to_beat() -> Figure:
    """The best J never rises with more random tries, and never falls below least squares.

    2.4-tries-figure
    """
    X, y = linear_sample(40, (2.0,), noise=0.7, seed=2)
    found = [RandomRegression(tries=n, random_state=3).fit(X, y) for n in (1, 10, 1000)]
    least = LeastSquares().fit(X, y)
    best = found[-1].best_
    assert (np.diff(best) <= 0).all()
    np.testing.assert_allclose(best[-1], training_error(found[-1], X, y))
    assert best[-1] > training_error(least, X, y)
    return random_tries(found, least, X, y)


CLAIMS = (
    one_input_against_the_output,
    any_hypothesis_fits_in_the_box,
    the_minimum_is_an_output_and_the_argmin_an_input,
    a_poor_line_and_a_good_one,
    predictions_lie_on_a_plane,
    tries_at_random_are_a_level_to_beat,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

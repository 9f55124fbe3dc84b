"""Chapter 1.2-1.5: samples, losses, dials and orders, claim by claim, each with its picture.

python examples/chapter_1/losses_and_classes.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline

from pellucid import LeastSquares, PolynomialBasis, test_error, training_error
from pellucid.data import Distribution
from pellucid.descent import minimize, model_objective
from pellucid.descent.model import HYPOTHESES
from pellucid.formatting import number
from pellucid.losses import LOSSES, asymmetric
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.distributions import loss_by_error, sample_histograms
from pellucid.pictures.features import curves_side_by_side
from pellucid.pictures.regression_lines import lines

Array = NDArray[np.float64]


def a_histogram_approaches_its_distribution() -> Figure:
    """The more draws, the nearer the shares come to the probabilities.

    1.2.3-sampling-figure
    """
    weather = Distribution({"rain": 0.2, "cloudy": 0.35, "sunny": 0.4, "snow": 0.05})
    sizes = (20, 200, 20_000)
    off = []
    for n in sizes:
        gaps = []
        for seed in range(20):
            drawn = weather.draw(n, seed).tolist()
            gaps.append(max(abs(drawn.count(o) / n - p) for o, p in weather.probabilities.items()))
        off.append(float(np.mean(gaps)))
    assert off[1] < off[0] / 2
    assert off[2] < off[1] / 5  # as 1/√n
    return sample_histograms(weather, sizes)


def losses_against_the_miss() -> Figure:
    """Square loss leaves absolute loss behind beyond a miss of 1; costs weigh the two sides apart.

    1.3.2-loss-curves
    """
    square, absolute, wrong = (LOSSES[name] for name in ("square", "absolute", "zero-one"))
    misses = np.array([0.5, 1.0, 3.0])
    zero = np.zeros(3)
    assert (np.sign(square(misses, zero) - absolute(misses, zero)) == [-1, 0, 1]).all()
    for loss in (square, absolute, wrong):
        np.testing.assert_array_equal(loss(misses, zero), loss(-misses, zero))
    assert (wrong(misses, zero) == 1).all()
    costs = ((1.0, 1.0), (10.0, 1.0), (1.0, 5.0))
    for missed, alarm in costs:
        loss = asymmetric({(0, 1): missed, (1, 0): alarm})
        assert loss([0, 1, 1], [1, 0, 1]).tolist() == [missed, alarm, 0.0]
    return loss_by_error(costs)


def three_dials() -> Figure:
    """Fitting A sin(Bx) + C turns three dials until the mean loss over the data is least.

    1.4.5-dials-figure
    """
    rng = np.random.default_rng(0)
    X = rng.uniform(-3, 3, 40)[:, None]
    y = 2 * np.sin(1.5 * X[:, 0]) + 1 + 0.3 * rng.normal(size=40)
    J = model_objective("square", "sine", X, y)
    found = minimize(J, {"theta": np.array([1.0, 1.2]), "theta_0": 0.0}, step_size="line search")
    assert np.abs(np.append(found.theta["theta"], found.theta["theta_0"]) - [2, 1.5, 1]).max() < 0.2
    settings = [(1.0, 0.8, 0.0), (2.0, 1.2, 0.0), (2.0, 1.5, 0.0)]
    settings.append((*found.theta["theta"].tolist(), float(found.theta["theta_0"])))
    panels, losses = [], []
    for A, B, C in settings:
        dials = {"theta": np.array([A, B]), "theta_0": C}

        def h(rows: Any, dials: Any = dials) -> Array:
            return HYPOTHESES["sine"].forward(dials, rows)[0]

        losses.append(J.value(dials))
        np.testing.assert_allclose(losses[-1], training_error(h, X, y))
        said = ", ".join(f"{n} = {number(v, 2)}" for n, v in zip("ABC", (A, B, C), strict=True))
        panels.append((f"{said}\nmean loss {number(losses[-1])}", X, y, {"": h}))
    assert losses == sorted(losses, reverse=True)
    return lines(panels)


def a_higher_order_expresses_more() -> Figure:
    """Each order holds the lower ones, so training error falls with it; error on new rows turns up.

    1.5.2-order-figure
    """
    rng = np.random.default_rng(2)

    def rows(n: int) -> tuple[Array, Array]:
        x = rng.uniform(-1, 1, n)
        return x[:, None], np.sin(3 * x) + 0.25 * rng.normal(size=n)

    X, y = rows(18)
    new = rows(4000)
    orders = (1, 3, 6, 12)
    runs, seen, unseen = [], [], []
    for order in orders:
        h = make_pipeline(PolynomialBasis(order, include_constant=False), LeastSquares()).fit(X, y)
        seen.append(training_error(h, X, y))
        unseen.append(test_error(h, *new))
        runs.append((f"order {order}: training error {number(seen[-1], 2)}", h))
    assert (np.diff(seen) < 0).all()
    assert unseen[1] == min(unseen)
    assert unseen[-1] > 3 * unseen[1]
    return curves_side_by_side(runs, X, y)


CLAIMS = (
    a_histogram_approaches_its_distribution,
    losses_against_the_miss,
    three_dials,
    a_higher_order_expresses_more,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

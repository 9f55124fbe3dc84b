"""Chapter 3.4: stochastic descent, claim by claim, each with its picture.

python examples/chapter_3/stochastic.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pellucid.descent import (
    Batches,
    Constant,
    Cosine,
    Descent,
    Objective,
    Power,
    Steps,
    convergence_conditions,
    minimize,
)
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.descent import basins, batch_and_stochastic
from pellucid.pictures.style import BLUE, GREEN, GREY, ORANGE, axes_for, figure_of


def one_point(seed: int) -> Batches:
    return Batches(1, order="replaced", seed=seed)


def least_squares(X: np.ndarray, y: np.ndarray) -> Objective:
    """Mean square loss of θᵀx, its gradient over all points and over some."""

    def part(theta: Any, rows: Any) -> np.ndarray:
        A = X[rows]
        slope: np.ndarray = 2 / len(A) * (A.T @ (A @ theta - y[rows]))
        return slope

    every = slice(None)
    return Objective(
        lambda theta: float(np.mean((X @ theta - y) ** 2)),
        lambda theta: part(theta, every),
        points=len(y),
        part=part,
    )


def plane_data(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n points about a plane, and the least-squares answer."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 2)) @ [[1.0, 0.5], [0.0, 0.7]]
    y = X @ [1.0, -0.5] + 0.5 * rng.normal(size=n)
    return X, y, np.linalg.lstsq(X, y)[0]


def steps_average_to_the_batch() -> Figure:
    """Stochastic steps average to the batch step, and their paths to its path.

    3.4.2-averages-to-batch
    """
    X, y, best = plane_data(50)
    J, start = least_squares(X, y), np.array([-1.5, 1.0])
    single = np.mean([J.batch_gradient_at(start, np.array([i])) for i in range(50)], axis=0)
    np.testing.assert_allclose(single, J.gradient_at(start))
    how: dict[str, Any] = {"step_size": 0.1, "stop": Steps(60)}
    whole = minimize(J, start, **how)
    paths = [minimize(J, start, batches=one_point(seed), **how) for seed in range(150)]
    mean = np.mean([run.theta for run in paths], axis=0)
    spread = np.std([run.theta for run in paths], axis=0).max()
    assert np.abs(mean - whole.theta).max() < 4 * spread / np.sqrt(150)
    assert np.linalg.norm(whole.theta - best) < np.linalg.norm(start - best) / 5
    return batch_and_stochastic(J.value, whole, paths[0], (-0.1, 0.2), (3.4, 2.6))


def good_before_all_data_are_seen() -> Figure:
    """A good model is found before all data are seen, while batch descent has yet to move.

    3.4.2-good-before-all-data
    """
    n = 20_000
    X, y, best = plane_data(n)
    J, start = least_squares(X, y), np.array([-1.5, 1.0])
    least = J.value(best)
    few = minimize(
        J, start, step_size=Power(2.0, 1.0, shift=20), batches=Batches(1, seed=1),
        stop=Steps(n // 20), record=10,
    )  # fmt: skip
    whole = minimize(J, start, step_size=0.2, stop=Steps(4))
    excess, at_start = few.value - least, J.value(start) - least
    assert few.steps == n // 20  # a twentieth of the points, each looked at once
    assert excess < 0.01 * at_start
    assert whole.values[1] - least > 10 * excess  # even after a whole pass
    with axes_for(None) as axes:
        axes.plot(few.times, few.values - least, color=BLUE, label="one point a step")
        axes.step(
            whole.times * n, whole.values - least, color=ORANGE, where="post", label="all points"
        )
        axes.axvline(n, color=GREY, ls=":")
        axes.set_xscale("symlog", linthresh=10)
        axes.set_xlim(0, None)
        axes.set_yscale("log")
        axes.set_xlabel("points looked at (dotted: all, once)")
        axes.set_ylabel("J above its least value")
        axes.legend(loc="lower left", fontsize=9)
        return figure_of(axes)


def noise_leaves_a_local_minimum() -> Figure:
    """The noise can leave a local minimum in which batch descent stays.

    3.4.2-escapes-local-minimum
    """
    pulls = np.random.default_rng(0).normal(size=40)
    pulls = 3 * (pulls - pulls.mean()) / pulls.std()

    def J(theta: Any) -> float:
        """A shallow valley on the right, a deep one on the left; the points pull to and fro."""
        return float((theta**2 - 1) ** 2 + 0.6 * theta)

    def slope(theta: Any) -> Any:
        return 4 * theta * (theta**2 - 1) + 0.6

    objective = Objective(
        J, slope, points=40, part=lambda theta, rows: slope(theta) + pulls[rows].mean()
    )
    step = Cosine(0.06, 1500)
    whole = minimize(objective, 1.2, step_size=step, stop=Steps(1500), record=20)
    noisy = [
        minimize(
            objective, 1.2, step_size=step, batches=one_point(seed), stop=Steps(1500), record=0
        )
        for seed in range(12)
    ]
    assert float(whole.theta) > 0.7
    assert sum(float(run.theta) < -0.8 for run in noisy) >= 10
    shown = minimize(
        objective, 1.2, step_size=step, batches=one_point(0), stop=Steps(1500), record=20
    )
    return basins(J, [whole, shown], -1.9, 1.9)


def noise_hinders_memorising() -> Figure:
    """The noise hinders memorising: with more weights than points it ends nearer to the truth.

    3.4.2-less-memorising
    """
    n, d = 20, 30

    def runs(seed: int) -> tuple[np.ndarray, Descent, Descent]:
        """h(x) = Σ (u_j² − v_j²) x_j has 2d weights; three inputs matter, n points are known."""
        rng = np.random.default_rng(seed)
        X, truth = rng.normal(size=(n, d)), np.r_[np.ones(3), np.zeros(d - 3)]
        y = X @ truth

        def part(theta: Any, rows: Any) -> np.ndarray:
            A = X[rows]
            slope = A.T @ (A @ (theta[0] ** 2 - theta[1] ** 2) - y[rows]) / len(A)
            return 2 * np.array([theta[0] * slope, -theta[1] * slope])

        J = Objective(
            lambda theta: float(np.mean((X @ (theta[0] ** 2 - theta[1] ** 2) - y) ** 2)) / 2,
            lambda theta: part(theta, slice(None)),
            points=n,
            part=part,
        )
        how: dict[str, Any] = {"step_size": 0.05, "stop": Steps(4000), "record": 40}
        start = np.full((2, d), 0.3)
        batches = one_point(seed + 100)
        return truth, minimize(J, start, **how), minimize(J, start, batches=batches, **how)

    def away(truth: np.ndarray, theta: np.ndarray) -> float:
        """Mean square loss on new points x ~ N(0, I)."""
        return float(np.sum((theta[0] ** 2 - theta[1] ** 2 - truth) ** 2))

    ratios = []
    for seed in range(4):
        truth, whole, noisy = runs(seed)
        assert max(whole.value, noisy.value) < 1e-3  # both fit every point they know
        ratios.append(away(truth, noisy.theta) / away(truth, whole.theta))
    assert max(ratios) < 0.9
    assert np.mean(ratios) < 0.75
    with axes_for(None) as axes:
        for run, colour, label in (
            (whole, ORANGE, "all points"),
            (noisy, BLUE, "one point a step"),
        ):
            losses = [away(truth, theta) for theta in run.path]
            axes.plot(run.times, losses, color=colour, label=label)
        axes.set_xlabel("step")
        axes.set_ylabel("loss on new points")
        axes.legend()
        return figure_of(axes)


def shrinking_too_fast_and_not_at_all() -> Figure:
    """Steps that shrink too fast cannot reach a far optimum; constant ones need not settle.

    3.4.3-too-fast-too-slow
    """
    x = 20 + np.random.default_rng(0).normal(size=100)
    J = Objective(
        lambda theta: float(np.mean((theta - x) ** 2)) / 2,
        lambda theta: theta - x.mean(),
        points=100,
        part=lambda theta, rows: theta - x[rows].mean(),
    )
    runs = {
        "0.5/t²": (Power(0.5, 2.0), GREY),
        "0.5": (Constant(0.5), ORANGE),
        "1/t": (Power(1.0), GREEN),
    }
    away = {}
    with axes_for(None) as axes:
        for name, (step, colour) in runs.items():
            found = minimize(J, 0.0, step_size=step, batches=one_point(3), stop=Steps(4000))
            away[name] = np.abs(np.ravel(found.path) - x.mean())
            holds = "both hold" if convergence_conditions(step).hold else "one fails"
            axes.loglog(found.times[1:], away[name][1:], color=colour, label=f"η = {name}: {holds}")
        assert away["0.5/t²"].min() > 5  # the total distance is finite
        assert away["1/t"][-1] < 0.05
        assert away["0.5"][-2000:].mean() > 5 * away["1/t"][-2000:].mean()
        assert [convergence_conditions(step).hold for step, _ in runs.values()] == [
            False, False, True,
        ]  # fmt: skip
        axes.set_xlabel("step")
        axes.set_ylabel("distance from the optimum")
        axes.legend(loc="lower left", fontsize=9)
        return figure_of(axes)


CLAIMS = (
    steps_average_to_the_batch,
    good_before_all_data_are_seen,
    noise_leaves_a_local_minimum,
    noise_hinders_memorising,
    shrinking_too_fast_and_not_at_all,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

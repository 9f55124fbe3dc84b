"""Section 7.7 run: batches, averages, momentum, Adadelta, Adagrad and Adam, claim by claim."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.descent import (
    Batches,
    Cosine,
    Objective,
    Steps,
    adadelta,
    adagrad,
    adam,
    minimize,
    momentum,
    moving_average,
    running_average,
    scaling_stage,
    weighted_average,
)
from pellucid.descent.rules.scaling_stages import STAGES
from pellucid.errors import HyperparameterError, ShapeError

LONG = Objective(
    lambda t: float(t[0] ** 2 + 50 * t[1] ** 2) / 2, lambda t: np.array([t[0], 50 * t[1]])
)
SQUARE = Objective(lambda t: float(t**2), lambda t: 2 * t)


def least_squares(
    n: int, noise: float = 0.5, seen: list[int] | None = None
) -> tuple[Objective, np.ndarray]:
    """Mean square loss over n points of a plane, and its minimiser; how many points were asked."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 3))
    y = X @ [1.0, -2.0, 0.5] + noise * rng.normal(size=n)

    def part(theta: Any, rows: Any) -> Any:
        if seen is not None:
            seen.append(len(X[rows]))
        return 2 / len(X[rows]) * X[rows].T @ (X[rows] @ theta - y[rows])

    whole = slice(None)
    J = Objective(
        lambda t: float(np.mean((X @ t - y) ** 2)), lambda t: part(t, whole), points=n, part=part
    )
    return J, np.linalg.lstsq(X, y)[0]


@pytest.mark.parametrize("n", [100, 5000])
def test_a_step_costs_its_batch_and_not_the_data(n: int) -> None:
    """7.7.1.2-cheaper-step, 7.7.1.3-time-by-batch: K points are looked at, not n."""
    for size in (1, 8):
        seen: list[int] = []
        J, _ = least_squares(n, seen=seen)
        minimize(
            J,
            np.zeros(3),
            batches=Batches(size, order="independent"),
            step_size=0.01,
            stop=Steps(20),
            record=0,
        )
        assert seen.count(size) >= 20
        assert seen.count(n) < 20  # the looks at the ends


def test_the_gradient_grows_more_accurate_with_the_batch() -> None:
    """7.7.1.3-accuracy-grows: error about 1/√K, and a larger step size is borne."""
    J, _ = least_squares(400)
    theta = np.array([2.0, 2.0, 2.0])
    errors = []
    for size in (1, 16):
        batches = Batches(size, order="replaced", seed=1)
        gaps = [
            J.batch_gradient_at(theta, batches.rows(t, 400)) - J.gradient_at(theta)
            for t in range(1, 400)
        ]
        errors.append(np.sqrt(np.mean(np.square(gaps))))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.2)
    how: dict[str, Any] = {"step_size": 0.45, "stop": Steps(300), "record": 0}
    one, many = (
        minimize(J, theta, batches=Batches(size, seed=2), **how).value for size in (1, 100)
    )
    assert many < 1
    assert not one < 1e3


def test_a_small_part_of_the_points_improves_much() -> None:
    """7.7.1.2-small-subset: a hundredth of the points takes off nine tenths of the excess."""
    J, best = least_squares(20_000)
    few = minimize(J, np.zeros(3), batches=Batches(1), step_size=0.02, stop=Steps(200), record=0)
    assert few.value - J.value(best) < 0.1 * (J.value(np.zeros(3)) - J.value(best))


def test_noise_in_the_data_hurts_stochastic_steps_more() -> None:
    """7.7.1.2-noisy-data: the same step size, quiet and noisy answers."""
    away: dict[tuple[float, bool], float] = {}
    for noise in (0.1, 3.0):
        J, best = least_squares(300, noise)
        for single in (False, True):
            batches = Batches(1, seed=3) if single else None
            end = minimize(
                J, np.zeros(3), step_size=0.03, batches=batches, stop=Steps(3000), record=0
            )
            away[noise, single] = float(np.linalg.norm(end.theta - best))
    assert away[3.0, False] < 1e-6
    assert away[3.0, True] > 10 * away[0.1, True]


def test_batch_sizes_outside_the_data_are_refused() -> None:
    """7.7.1.3-batch-bounds: K in 1…n; under the sum η is for K points, not for one."""
    J, _ = least_squares(12)
    with pytest.raises(HyperparameterError, match="K lies in 1…12"):
        minimize(J, np.zeros(3), batches=Batches(13))
    with pytest.raises(HyperparameterError, match="size ≥ 1"):
        Batches(0)
    by_sum, by_mean = (
        minimize(
            J, np.zeros(3), step_size=eta, batches=Batches(4, reduction=how), stop=Steps(9)
        ).theta
        for how, eta in (("sum", 0.01), ("mean", 0.04))
    )
    np.testing.assert_allclose(by_sum, by_mean)


def test_averaged_steps_cancel_oscillation() -> None:
    """7.7.4.1-averaging-cancels: across a steep valley two steps undo each other."""
    found = minimize(LONG, [1.0, 1.0], step_size=0.039, stop=Steps(6))
    slopes = np.array([LONG.gradient_at(theta) for theta in found.path])
    averaged = moving_average(slopes, 2)[1:]
    steep = np.abs(averaged[:, 1]) / np.abs(slopes[1:, 1])
    flat = np.abs(averaged[:, 0]) / np.abs(slopes[1:, 0])
    assert (steep < 0.05).all()
    assert (flat > 0.9).all()


def test_weights_of_an_average_sum_to_one() -> None:
    """7.7.4.2-weighted-average, 7.7.4.2-sixty-percent, 7.7.4.2-weights-sum."""
    assert weighted_average([10.0, 0.0], [0.6, 0.4]) == 6  # 60 % of it comes from x₁
    with pytest.raises(HyperparameterError, match=r"sum to 1; these sum to 1\.2"):
        weighted_average([1.0, 2.0], [0.6, 0.6])
    with pytest.raises(ShapeError, match="One weight an item"):
        weighted_average([1.0, 2.0], [1.0])


def test_an_equal_average_of_all_the_past_stiffens() -> None:
    """7.7.4.2-equal-average-stiffens: the same news moves it ever less; a running one as before."""
    moved = []
    for past in (10, 1000):
        items = np.r_[np.zeros(past), np.ones(1)]
        moved.append((moving_average(items, past + 1)[-1], running_average(items, 0.9)[-1]))
    assert moved[1][0] < moved[0][0] / 50
    assert moved[0][1] == pytest.approx(moved[1][1]) == pytest.approx(0.1)


@given(st.lists(st.floats(0, 0.95), min_size=1, max_size=8))
def test_the_missing_share_is_the_product(gammas: list[float]) -> None:
    """7.7.4.3-running-average, 7.7.6.2-time-varying-share, 7.7.6.2-deflation: of ones, 1 − Πγ."""
    shares = running_average(np.ones(len(gammas)), lambda t: gammas[t - 1])
    np.testing.assert_allclose(shares, 1 - np.cumprod(gammas), atol=1e-12)
    mended = running_average(np.ones(len(gammas)), lambda t: gammas[t - 1], correct=True)
    np.testing.assert_allclose(mended, 1, rtol=1e-9)
    constant = running_average(np.ones(5), gammas[0])
    np.testing.assert_allclose(constant, 1 - gammas[0] ** np.arange(1, 6), atol=1e-12)


def test_running_averages_of_ones() -> None:
    """7.7.6.2-three-ones, 7.7.6.2-bias-correction: 0.9, 0.99, 0.999, and 1, 1, 1 corrected."""
    assert running_average(np.ones(3), 0.1) == pytest.approx([0.9, 0.99, 0.999])
    assert running_average(np.ones(3), 0.1, correct=True) == pytest.approx([1, 1, 1])
    with pytest.raises(HyperparameterError, match="0 ≤ γ < 1"):
        running_average(np.ones(3), lambda t: 1.0)


def test_the_simple_moving_average_forgets_at_once() -> None:
    """7.7.4.3-simple-moving-average, Clar 321."""
    items = np.array([9.0, 1.0, 1.0, 1.0])
    assert moving_average(items, 2).tolist() == [9, 5, 1, 1]
    assert running_average(items, 0.5)[-1] > 1
    with pytest.raises(HyperparameterError, match="≥ 1"):
        moving_average(items, 0)


def test_the_weight_of_the_past_may_vary() -> None:
    """7.7.4.5-momentum: γ as a function of t; a constant function is the constant."""
    how: dict[str, Any] = {"step_size": 0.1, "stop": Steps(7)}
    varying = minimize(SQUARE, 1.0, rule=momentum(lambda t: 0.9), **how)
    assert varying.theta == minimize(SQUARE, 1.0, rule=momentum(0.9), **how).theta
    growing = minimize(SQUARE, 1.0, rule=momentum(lambda t: 1 - 1 / t), **how)
    W, M = 1.0, 0.0
    for t in range(1, 8):
        M = (1 - 1 / t) * M + 1 / t * 2 * W
        W -= 0.1 * M
    assert growing.theta == pytest.approx(W)
    with pytest.raises(HyperparameterError, match="constant γ"):
        momentum(lambda t: 0.9, correct=True)


def test_momentum_damps_oscillation() -> None:
    """7.7.4.5-damps-oscillation, 7.7.4.5-paths-figure: on an elongated bowl, at the same η."""
    from pellucid.pictures.descent import contour

    how: dict[str, Any] = {"step_size": 0.039, "stop": Steps(60)}
    plain = minimize(LONG, [1.0, 1.0], **how)
    swung = minimize(LONG, [1.0, 1.0], rule=momentum(0.5), **how)
    turns = [np.sum(np.diff(np.sign(np.array(run.path)[:, 1])) != 0) for run in (plain, swung)]
    assert turns[1] < turns[0]
    assert swung.value < plain.value / 2
    figure = contour(LONG.value, [("plain", plain), ("momentum", swung)], (0.4, 0), (1.6, 2.4))
    names = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert names == ["plain", "momentum"]


def test_each_weight_has_its_own_step() -> None:
    """7.7.5.1-step-per-weight, 7.7.5.3-elementwise-squares: η_j = η/(√G_j + ε), entry by entry."""
    g = np.array([3.0, 0.1])
    rule = adadelta(0.9)
    theta, G = rule.step(g, rule.init(np.zeros(2)), np.zeros(2), 0.5)
    np.testing.assert_allclose(G, 0.1 * g**2)
    np.testing.assert_allclose(theta, -0.5 / (np.sqrt(0.1 * g**2) + 1e-8) * g)
    for made in (adadelta(), adagrad(), adam()):
        alone = [
            made.step(part, made.init(np.zeros(1)), np.zeros(1), 0.1)[0] for part in g[:, None]
        ]
        both = made.step(g, made.init(np.zeros(2)), np.zeros(2), 0.1)[0]
        np.testing.assert_allclose(both, np.concatenate(alone))


def test_each_scaling_shows_its_defect() -> None:
    """7.7.5.2-scaling-stages (eq 7.31–7.33)."""

    def first(name: str, g: Any, G: Any = 0.0) -> Any:
        rule = scaling_stage(name)
        with np.errstate(all="ignore"):
            return np.asarray(rule.step(np.asarray(g), np.asarray(G), np.zeros_like(g), 1.0)[0])

    lengths = [np.linalg.norm(first("unit length", np.array([0.0, g]))) for g in (1e-6, 1.0)]
    assert lengths == pytest.approx([1, 1])  # it never settles
    assert abs(first("own square", 1e-4)) > 1e3  # flat, and thrown far away
    assert np.isnan(first("average of squares", 0.0))  # 0/0
    steep, flat = (abs(first("guarded average", g, g * g)) for g in (100.0, 1.0))
    assert steep < flat / 50  # steep axes are neglected
    steep, flat = (abs(first("root of the average", g, g * g)) for g in (100.0, 1.0))
    assert steep == pytest.approx(flat)  # and here evened
    assert all(stage.defect for stage in list(STAGES.values())[:-1])
    last, rule = scaling_stage("root of the average"), adadelta()
    g = np.array([2.0, -0.3])
    np.testing.assert_array_equal(last.step(g, g * g, g, 0.1)[0], rule.step(g, g * g, g, 0.1)[0])
    with pytest.raises(HyperparameterError, match="no stage"):
        scaling_stage("cube")


def test_epsilon_guards_the_division() -> None:
    """7.7.5.4-epsilon: a zero gradient is no step; the scaling is at most 1/ε, or 1/√ε inside."""
    for rule in (adadelta(), adadelta(epsilon_place="inside"), adagrad(), adam()):
        assert rule.step(0.0, rule.init(1.0), 1.0, 0.1)[0] == 1.0
    for place, most in (("outside", 1e4), ("inside", 1e2)):
        rule = adadelta(epsilon=1e-4, epsilon_place=place)
        step = -rule.step(1e-30, rule.init(0.0), 0.0, 1.0)[0]
        assert step == pytest.approx(1e-30 * most)
    assert "(√G + ε)" in adadelta().text
    assert "√(G + ε)" in adadelta(epsilon_place="inside").text


def test_steep_and_flat_axes_progress_alike() -> None:
    """7.7.5.5-equal-progress: plain descent is a hundredfold apart, Adadelta level."""
    bowl = Objective(
        lambda t: float(t[0] ** 2 + 100 * t[1] ** 2), lambda t: np.array([2 * t[0], 200 * t[1]])
    )
    gone = {
        name: 1 - minimize(bowl, [1.0, 1.0], rule=name, step_size=eta, stop=Steps(10)).theta
        for name, eta in (("gradient descent", 0.001), ("adadelta", 0.01))
    }
    assert gone["gradient descent"][1] > 20 * gone["gradient descent"][0]
    np.testing.assert_allclose(*gone["adadelta"], rtol=1e-6)


def test_rare_features_are_learnt_faster() -> None:
    """7.7.5.6-sparse-data: a feature seen once in fifty rows, and noise where it hardly shows."""
    rng = np.random.default_rng(0)
    n = 1000
    X = np.column_stack([rng.normal(size=n), (np.arange(n) % 50 == 0) * 1.0])
    y = X @ [1.0, 1.0]

    def part(theta: Any, rows: Any) -> Any:
        return 2 / len(X[rows]) * X[rows].T @ (X[rows] @ theta - y[rows])

    J = Objective(
        lambda t: float(np.mean((X @ t - y) ** 2)), lambda t: part(t, slice(None)), None, "", "",
        n, part,
    )  # fmt: skip
    how: dict[str, Any] = {"batches": Batches(10), "stop": Steps(100), "record": 0}
    plain = minimize(J, np.zeros(2), step_size=0.05, **how).theta
    scaled = minimize(J, np.zeros(2), rule="adadelta", step_size=0.05, **how).theta
    assert abs(plain[0] - 1) < 0.05  # the common feature is learnt by either
    assert abs(scaled[1] - 1) < abs(plain[1] - 1) / 2
    rule = adadelta()  # and the other side: noise alone is followed as eagerly as a signal
    noise, signal = (abs(rule.step(g, rule.init(0.0), 0.0, 0.1)[0]) for g in (1e-3, 1.0))
    assert noise == pytest.approx(signal, rel=1e-4)


def test_adagrad_stalls_and_adadelta_goes_on() -> None:
    """7.7.5.7-stalls, 7.7.5.7-adagrad: on an endless slope its steps shrink as 1/√t."""
    slope = Objective(lambda t: float(t), lambda t: np.ones_like(t))
    moves = {
        name: -np.diff(
            np.ravel(minimize(slope, 0.0, rule=name, step_size=0.1, stop=Steps(400)).path)
        )
        for name in ("adagrad", "adadelta")
    }
    assert moves["adagrad"][399] == pytest.approx(0.1 / np.sqrt(400))
    assert moves["adadelta"][399] == pytest.approx(0.1)


def test_adam_keeps_two_averages() -> None:
    """7.7.6.1-two-averages: B₁ of the gradients, B₂ of their squares, both corrected."""
    rule, theta = adam(0.8, 0.95), np.array([1.0, -2.0])
    state, m, v = rule.init(theta), np.zeros(2), np.zeros(2)
    W = theta.copy()
    for t, g in enumerate(np.random.default_rng(0).normal(size=(5, 2)), 1):
        theta, state = rule.step(g, state, theta, 0.1)
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g * g
        W = W - 0.1 * (m / (1 - 0.8**t)) / np.sqrt(v / (1 - 0.95**t) + 1e-8)
    np.testing.assert_allclose(theta, W)


def test_adam_is_insensitive_to_its_settings() -> None:
    """7.7.6.3-insensitive: ε, B₁ and B₂ are moved about, and it ends at the minimum."""
    J, best = least_squares(100)
    for rule in (adam(), adam(0.8), adam(0.95), adam(0.9, 0.99), adam(epsilon=1e-4)):
        end = minimize(
            J, np.zeros(3), rule=rule, step_size=Cosine(0.1, 400), stop=Steps(400), record=0
        )
        np.testing.assert_allclose(end.theta, best, atol=5e-3)

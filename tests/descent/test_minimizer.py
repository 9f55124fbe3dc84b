"""Descents whose course is known: step sizes, stops, verdicts, going on, stochastic steps."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import LeastSquares
from pellucid.descent import (
    RULES,
    Batches,
    Constant,
    Cosine,
    HeldOut,
    LineSearch,
    Objective,
    Power,
    SmallChange,
    SmallGradient,
    SmallStep,
    Stepped,
    Steps,
    WallTime,
    convergence_conditions,
    descent_steps,
    minimize,
    momentum,
)
from pellucid.descent.step_sizes import step_size_of
from pellucid.errors import FramingError, HyperparameterError, ShapeError

SQUARE = Objective(lambda t: float(t**2), lambda t: 2 * t, text="θ²")


def least_squares(n: int = 60, d: int = 3, seed: int = 0) -> tuple[Objective, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    y = X @ np.arange(1.0, d + 1) + rng.normal(size=n)
    best = LeastSquares(fit_intercept=False).fit(X, y).coef_

    def part(theta: Any, rows: Any) -> Any:
        return 2 / len(rows) * X[rows].T @ (X[rows] @ theta - y[rows])

    every = np.arange(n)
    return Objective(
        lambda theta: float(np.mean((X @ theta - y) ** 2)),
        lambda theta: part(theta, every),
        points=n,
        part=part,
    ), best


@pytest.mark.parametrize(
    ("eta", "walk"),
    [
        (0.1, [0.8, 0.64, 0.512, 0.4096]),
        (0.4, [0.2, 0.04, 0.008]),
        (0.9, [-0.8, 0.64, -0.512]),
        (1.1, [-1.2, 1.44, -1.728]),
    ],
)
def test_the_walk_on_the_square(eta: float, walk: list[float]) -> None:
    """§3.1: θ⁽ᵗ⁾ = (1 − 2η)ᵗ."""
    found = minimize(SQUARE, 1.0, step_size=eta, stop=Steps(len(walk)))
    np.testing.assert_allclose(found.path[1:], walk, rtol=1e-12)
    assert found.times.tolist() == list(range(len(walk) + 1))
    np.testing.assert_allclose(found.values, np.array([1.0, *walk]) ** 2)


@pytest.mark.parametrize(
    ("name", "J", "start", "eta", "verdict"),
    [
        ("good", lambda t: float(t**2), 1.0, 0.3, "converged"),
        ("some oscillation is harmless", lambda t: float(t**2), 1.0, 0.9, "converged"),
        ("to and fro", lambda t: float(t**2), 1.0, 1.0, "oscillating"),
        ("too large", lambda t: float(t**2), 1.0, 1.1, "diverging"),
        ("down, then wider and wider", lambda t: float(t[0] ** 2 + 3.335 * t[1] ** 2),
         [1.0, 1e-3], 0.3, "diverging"),
        ("too small", lambda t: float(t**2), 1.0, 1e-7, "crawling"),
        ("a hill", lambda t: -float(t**2), 0.1, 0.1, "unbounded below"),
        ("a slope", lambda t: 3 * float(t), 0.1, 0.1, "unbounded below"),
        ("a peak", lambda t: -float(t**2), 0.0, 0.1, "saddle or flat"),
        ("a plain", lambda t: 7.0, 1.0, 0.1, "saddle or flat"),
        ("a saddle", lambda t: float(t[0] ** 2 - t[1] ** 2), [1.0, 0.0], 0.1, "saddle or flat"),
        ("log loss of separated points", lambda t: float(np.logaddexp(0, -3 * t)), 0.0, 0.5,
         "no finite minimiser"),
        ("an exponential", lambda t: float(np.exp(-t)), 0.0, 0.5, "no finite minimiser"),
        ("stopped early", lambda t: float(t**2), 1.0, 0.001, "under way"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
@pytest.mark.parametrize("record", [0, 1])
def test_verdicts(name: str, J: Any, start: Any, eta: float, verdict: str, record: int) -> None:
    """§3.1.5, Concept 104, Theorem 103's gap: what happened is told for what it is."""
    steps = 200 if name == "stopped early" else 4000
    found = minimize(
        J, start, step_size=eta, record=record, stop=Steps(steps) | SmallGradient(1e-9)
    )
    assert found.verdict == verdict, found
    told = str(found.explain())
    assert verdict in told
    assert found.reason in told.replace("\n" + " " * 15, " ")


@pytest.mark.parametrize("name", RULES)
def test_every_rule_reaches_least_squares(name: str) -> None:
    """§3.3: descent reaches the closed form; numeric gradient as well as the exact one."""
    J, best = least_squares()
    eta = {"gradient descent": 0.1, "momentum": 0.1, "true adadelta": 3.0, "adagrad": 1.0}
    found = minimize(
        J, np.zeros(3), rule=name, step_size=Cosine(eta.get(name, 0.05), 3000), stop=Steps(3000)
    )
    np.testing.assert_allclose(found.theta, best, atol=1e-3)
    by_values = minimize(J.value, np.zeros(3), gradient="forward", stop=Steps(300))
    np.testing.assert_allclose(by_values.theta, best, atol=1e-5)


def test_jax_gives_the_gradient_and_takes_its_arrays() -> None:
    import jax
    import jax.numpy as jnp

    with jax.enable_x64(True):
        found = minimize(
            lambda t: jnp.sum((t - 2.0) ** 2), jnp.zeros(3), gradient="jax", stop=Steps(100)
        )
        np.testing.assert_allclose(found.theta, 2, atol=1e-9)


def test_nested_parameters() -> None:
    found = minimize(
        lambda p: float(np.sum((p["w"] - 1) ** 2) + (p["b"][0] + 3) ** 2),
        {"w": np.zeros((2, 2)), "b": [0.0]},
    )
    np.testing.assert_allclose(found.theta["w"], 1, atol=1e-5)
    assert found.theta["b"][0] == pytest.approx(-3, abs=1e-5)


def test_start_decides_which_valley() -> None:
    """Concept 107."""

    def J(t: Any) -> float:
        return float((t**2 - 1) ** 2 + 0.2 * t)

    left, right = (minimize(J, s, step_size=0.01).theta.item() for s in (-0.5, 0.5))
    assert left < 0 < right
    assert J(left) < J(right)


def test_one_axis_after_the_other_makes_the_same_sum_on_a_plane() -> None:
    """§3.2.2, eq 3.13–3.16: on a plane the order of the two does not matter."""
    plane = Objective(lambda t: float(3 * t[0] - 2 * t[1]), lambda t: np.array([3.0, -2.0]))
    together = minimize(plane, [0.0, 0.0], stop=Steps(1)).theta
    apart = minimize(plane, [0.0, 0.0], stop=Steps(2), along="one axis")
    assert apart.path[1].tolist() == pytest.approx([-0.3, 0])
    np.testing.assert_allclose(apart.theta, together)
    J, best = least_squares()
    np.testing.assert_allclose(
        minimize(J, np.zeros(3), along="one axis", stop=Steps(600)).theta, best, atol=1e-6
    )


@pytest.mark.parametrize("step_size", ["line search", "shrinking", LineSearch(first=1e6)])
def test_searches_need_no_step_size(step_size: Any) -> None:
    """Theorem 103: some η works; keep shrinking until it does."""
    J, best = least_squares()
    found = minimize(J, np.zeros(3), step_size=step_size, stop=Steps(2000) | SmallGradient(1e-9))
    np.testing.assert_allclose(found.theta, best, atol=1e-7)
    assert found.verdict == "converged"
    assert (np.diff(found.values) <= 1e-12).all()


def test_a_shrinking_search_tells_what_it_gave_up() -> None:
    found = minimize(lambda t: 500 * float(t**2), 1.0, step_size="shrinking", stop=Steps(100))
    assert found.step_sizes_tried[0] == 1.0
    assert float(found.step_size.split(",")[0]) < 2 / 1000
    told = dict(found.explain().happened)["step sizes at which J rose"]
    assert told == ", ".join(f"{eta:g}" for eta in found.step_sizes_tried[-5:])
    assert len(found.step_sizes_tried) > 5
    assert "J rose" in str(found)


@pytest.mark.parametrize(
    ("stop", "why"),
    [
        (Steps(7), "7 steps"),
        (SmallStep(1e-3), "‖Δθ‖ fell below 0.001"),
        (SmallGradient(1e-3), "‖∇J‖ fell below 0.001"),
        (SmallChange(1e-4), "J changed by less than 0.0001"),
        (WallTime(0.05), "0.05 seconds"),
        (Steps(10_000) | SmallStep(1e-3), "‖Δθ‖"),
        (SmallStep(1e-1) & Steps(50), "‖Δθ‖ fell below 0.1, and 50 steps"),
    ],
)
def test_stops_are_named(stop: Any, why: str) -> None:
    """§3.1.8."""
    began = time.process_time()
    found = minimize(SQUARE, 1.0, step_size=0.01, stop=stop | Steps(10_000_000), record=0)
    assert why in found.reason
    assert time.process_time() - began < 20


def test_step_and_slope_rules_agree_up_to_the_step_size() -> None:
    """§3.1.8: |Δθ| = η|J′|, so ε for the step is η times ε for the slope."""
    by_step = minimize(SQUARE, 1.0, step_size=0.05, stop=SmallStep(0.05 * 1e-4))
    assert by_step.steps == minimize(SQUARE, 1.0, step_size=0.05, stop=SmallGradient(1e-4)).steps


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(sorted(RULES)), st.integers(1, 30), st.booleans(), st.integers(0, 3))
def test_going_on_gives_the_bits_of_an_uninterrupted_run(
    rule: str, cut: int, sampled: bool, record: int
) -> None:
    J, _ = least_squares()
    batches = Batches(7, seed=3) if sampled else None
    how: dict[str, Any] = {
        "rule": rule, "step_size": Power(0.1, 0.5), "batches": batches, "record": record,
    }  # fmt: skip
    whole = minimize(J, np.zeros(3), stop=Steps(40), **how)
    part = minimize(J, np.zeros(3), stop=Steps(cut), **how)
    on = minimize(J, part, stop=Steps(40), **how)
    assert (on.theta == whole.theta).all()
    assert on.steps == 40
    assert on.verdict == whole.verdict


def test_early_stopping_returns_the_best_on_held_out_rows() -> None:
    """Def 333: not the last; patience 1 is the notes' rule."""
    held = HeldOut(lambda t: float((t - 0.3) ** 2), patience=1)
    found = minimize(SQUARE, 1.0, step_size=0.05, stop=held)
    assert found.reason == "the held-out loss stopped falling"
    assert abs(found.theta - 0.3) < 0.05
    assert found.last < found.theta
    patient = minimize(SQUARE, 1.0, step_size=0.05, stop=HeldOut(held.loss, patience=5))
    assert patient.steps == found.steps + 4
    assert patient.theta == found.theta


def test_recording_off_keeps_the_ends_and_asks_for_no_values() -> None:
    asked: list[int] = []

    def J(t: Any) -> float:
        asked.append(1)
        return float(t**2)

    found = minimize(Objective(J, lambda t: 2 * t), 1.0, stop=Steps(500), record=0)
    assert len(found.path) == len(found.values) == 2
    assert len(asked) < 80  # the ends, and the looks around at the end
    assert len(minimize(SQUARE, 1.0, stop=Steps(500), record=100).path) == 6


def test_batches_of_all_points_are_batch_descent_and_one_is_stochastic() -> None:
    """Def 309, Def 310, Def 312: K = n gives ∇J, K = 1 one point; sums are K times means."""
    J, _ = least_squares(n=12)
    how: dict[str, Any] = {"step_size": 0.01, "stop": Steps(20)}
    whole = minimize(J, np.zeros(3), **how).theta
    all_points = minimize(J, np.zeros(3), batches=Batches(12), **how).theta
    np.testing.assert_allclose(all_points, whole, rtol=1e-10)
    summed = Batches(4, reduction="sum", seed=5)
    by_sum = minimize(J, np.zeros(3), step_size=0.0025, stop=Steps(20), batches=summed).theta
    by_mean = minimize(J, np.zeros(3), batches=Batches(4, seed=5), **how).theta
    np.testing.assert_allclose(by_sum, by_mean, rtol=1e-10)


@pytest.mark.parametrize("order", ["shuffled", "independent", "replaced"])
def test_draws(order: str) -> None:
    """§7.7.1: an epoch holds each point once; independent draws do not repeat within a step."""
    batches = Batches(5, order=order, seed=1)
    seen = [batches.rows(t, 12) for t in range(1, 4)]
    if order == "shuffled":
        assert sorted(np.concatenate(seen)) == list(range(12))
    if order != "replaced":
        assert all(len(set(rows.tolist())) == len(rows) for rows in seen)
    assert (Batches(5, order=order, seed=1).rows(2, 12) == seen[1]).all()
    mean = np.mean([np.bincount(batches.rows(t, 12), minlength=12) for t in range(1, 3001)], axis=0)
    assert mean.max() / mean.min() < 1.25


def test_stochastic_gradients_average_to_the_whole() -> None:
    """Def 121: the expectation over points is ∇J, regularizer and all."""
    J, _ = least_squares()
    theta = np.array([0.3, -1.0, 2.0])
    mean = np.mean([J.batch_gradient_at(theta, np.array([i])) for i in range(60)], axis=0)
    np.testing.assert_allclose(mean, J.gradient_at(theta), rtol=1e-10)


def test_stochastic_steps_settle_when_the_two_series_say_so() -> None:
    """Theorem 123: 1/t settles on the minimum; a constant step keeps wandering about it."""
    J, best = least_squares(n=200)
    shrinking = minimize(
        J, np.zeros(3), step_size=lambda t: 1 / (t + 10), batches=Batches(1), stop=Steps(3000),
        record=0,
    )  # fmt: skip
    constant = minimize(
        J, np.zeros(3), step_size=0.1, batches=Batches(1), stop=Steps(3000), record=0
    )
    assert np.linalg.norm(shrinking.theta - best) < 0.05
    assert np.linalg.norm(constant.theta - best) > 3 * np.linalg.norm(shrinking.theta - best)
    near = minimize(
        J, np.zeros(3), step_size=Power(0.1, 2.0), batches=Batches(1), stop=Steps(3000), record=0
    )
    assert np.linalg.norm(near.theta - best) > 1


@pytest.mark.parametrize(
    ("step_size", "diverges", "converge"),
    [
        (0.1, True, False),
        ("1/t", True, True),
        (Power(2.0, 0.5), True, False),
        (Power(2.0, 0.51), True, True),
        (Power(2.0, 1.01), False, True),
        (Stepped(1.0, 0.5, 10), False, True),
        (Stepped(1.0, 1.0, 10), True, False),
        (Cosine(1.0, 50), False, True),
        (Cosine(1.0, 50, floor=0.01), True, False),
        (lambda t: 1 / t, None, None),
        ("line search", None, None),
    ],
)
def test_the_two_series_are_decided_exactly(step_size: Any, diverges: Any, converge: Any) -> None:
    """Theorem 123: for c t^(−p), both hold iff ½ < p ≤ 1."""
    found = convergence_conditions(step_size)
    assert (found.sum_diverges, found.squares_converge) == (diverges, converge)
    assert str(found)


def test_schedules_are_what_their_formulas_say() -> None:
    assert [Stepped(1.0, 0.1, 3)(t) for t in (3, 4, 7)] == pytest.approx([1, 0.1, 0.01])
    assert Cosine(1.0, 10, 0.2)(11) == pytest.approx(0.2)
    assert step_size_of(lambda t: 2.0 / t)(4) == 0.5
    assert Constant(0.3)(99) == 0.3


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda: minimize(SQUARE, 1.0, step_size=-1), HyperparameterError, "number > 0"),
        (lambda: minimize(SQUARE, 1.0, step_size="fast"), HyperparameterError, "line search"),
        (lambda: minimize(SQUARE, 1.0, along="two"), HyperparameterError, "one axis"),
        (lambda: minimize(3.0, 1.0), FramingError, "a function of θ"),
        (lambda: minimize(SQUARE, 1.0, batches=Batches(2)), FramingError, "points"),
        (
            lambda: minimize(SQUARE, 1.0, step_size="line search", rule=momentum()),
            HyperparameterError,
            "gradient descent",
        ),
        (
            lambda: minimize(Objective(lambda t: 0.0, lambda t: t[:1]), np.ones(3)),
            ShapeError,
            r"shape \(1,\); θ has \(3,\)",
        ),
        (lambda: Steps(0), HyperparameterError, "≥ 1"),
        (lambda: Batches(0), HyperparameterError, "size ≥ 1"),
        (lambda: Stepped(1.0, 2.0), HyperparameterError, "factor"),
    ],
)
def test_what_does_not_fit_is_named(wrong: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        wrong()


def test_what_came_down_from_a_peak_does_not_diverge() -> None:
    """§3.1.5: J rose first and then fell; and noise around a minimum is no divergence."""
    from pellucid.descent.verdict import RecentSteps, judge_descent

    def tail(*values: float) -> RecentSteps:
        marks = {2**k: (float(k), 1.0, value) for k, value in enumerate(values)}
        return RecentSteps(1.0, 1.0, [], marks)

    came_down = tail(40.0, 900.0, 358_515.0, 20_000.0, 900.0, 38.0)
    for sampled in (True, False):
        assert judge_descent(came_down, 30.0, 37.8, False, False, sampled) == "under way"
    noise = tail(0.5, 0.7, 0.4, 0.8, 0.6, 0.7)
    assert judge_descent(noise, 0.1, 0.6, False, False, sampled=True) == "under way"
    rising = tail(1.0, 3.0, 9.0, 81.0, 6000.0, 3e7)
    for sampled in (True, False):
        assert judge_descent(rising, 0.9, 4e7, False, False, sampled) == "diverging"


@pytest.mark.parametrize("rule", RULES)
def test_a_walk_takes_the_steps_of_a_descent(rule: str) -> None:
    """KE 113: step by step, and in one run, with the same bits, and the gradients of the path."""
    J, start = least_squares()
    stop = Steps(30) | SmallGradient(1e-9)
    whole = minimize(J, start, rule=rule, step_size=0.05, stop=stop)
    places, course = [], descent_steps(J, start, rule=rule, step_size=0.05, stop=stop)
    try:
        while True:
            places.append(next(course))
    except StopIteration as end:
        told = end.value
    assert [p.step for p in places] == whole.times.tolist()
    assert [p.value for p in places] == whole.values.tolist()
    for here, theta, gradient in zip(places, whole.path, whole.gradients, strict=True):
        assert (here.theta == theta).all()
        assert (here.gradient == gradient).all()
        assert (gradient == J.gradient_at(theta)).all()
    assert [p.reason for p in places[:-1]] == [""] * (len(places) - 1)
    assert (places[-1].reason, told.verdict) == (whole.reason, whole.verdict)


def test_a_walk_cannot_shrink_its_step_size() -> None:
    J, start = least_squares()
    with pytest.raises(HyperparameterError, match="call minimize"):
        next(descent_steps(J, start, step_size="shrinking"))


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_so_many_looks_without_a_fall_are_borne_and_no_more(patience: int) -> None:
    """Def 333: it stops at exactly the look that makes `patience` of them."""
    looks: list[float] = []

    def rising(theta: object) -> float:
        looks.append(float(len(looks)))
        return looks[-1]

    minimize(SQUARE, 1.0, step_size=0.05, stop=HeldOut(rising, patience=patience))
    assert len(looks) == 1 + patience

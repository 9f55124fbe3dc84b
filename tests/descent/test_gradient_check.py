"""The numeric check of a gradient: agreement, the worst entry by name, kinks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.descent import check_gradient
from pellucid.descent.objective import forward_differences
from pellucid.errors import ShapeError
from pellucid.linear.solvers.likelihood import logistic_objective


def test_the_forward_difference_of_the_notes() -> None:
    """KE 119: θ² at 3 with δ = 0.01: 6.01, exact 6."""
    assert forward_differences(lambda t: float(t**2), np.array(3.0), 0.01) == pytest.approx(6.01)


def test_least_squares_at_zero() -> None:
    """§3.3: x = (1, 2, 3), y = (2, 4, 6), θ = θ₀ = 0: J = 56/3, slopes −56/3 and −8."""
    x, y = np.array([1.0, 2, 3]), np.array([2.0, 4, 6])

    def J(p: Any) -> float:
        return float(np.mean((p["theta"] * x + p["theta_0"] - y) ** 2))

    at = {"theta": 0.0, "theta_0": 0.0}
    assert J(at) == pytest.approx(56 / 3)
    exact = {"theta": np.array(-56 / 3), "theta_0": np.array(-8.0)}
    assert check_gradient(J, lambda p: exact, at).agrees


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 999))
def test_the_logistic_gradient_agrees(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(3, 9)), rng.integers(0, 2, (1, 9)).astype(float)

    def J(p: Any) -> float:
        return logistic_objective(p[0], float(p[1]), X, y, 0.2)[0]

    def gradient(p: Any) -> Any:
        _, by_theta, by_offset = logistic_objective(p[0], float(p[1]), X, y, 0.2)
        return by_theta, np.array(by_offset)

    found = check_gradient(J, gradient, (rng.normal(size=(3, 1)), rng.normal()))
    assert found.agrees, found


def test_the_worst_entry_is_named() -> None:
    def wrong(p: Any) -> Any:
        g = 2 * p["w"]
        g[2, 1] += 0.5
        return {"w": g, "b": 2 * p["b"]}

    at = {"w": np.arange(6.0).reshape(3, 2), "b": np.ones(2)}
    found = check_gradient(lambda p: float((p["w"] ** 2).sum() + (p["b"] ** 2).sum()), wrong, at)
    assert not found.agrees
    assert found.worst == "['w'][2, 1]"
    assert (found.given, found.measured) == pytest.approx((10.5, 10))
    assert "θ['w'][2, 1] it says 10.5" in str(found)


@pytest.mark.parametrize(("slope", "right"), [(-1.0, True), (0.3, True), (1.0, True), (1.2, False)])
def test_at_a_kink_any_slope_between_is_right(slope: float, right: bool) -> None:
    found = check_gradient(
        lambda t: float(abs(t).sum()), lambda t: np.array([1.0, slope]), [2.0, 0]
    )
    assert found.agrees is right
    assert found.kinks == ("[1]",)


def test_steep_is_no_kink() -> None:
    found = check_gradient(lambda t: float(np.exp(3 * t)), lambda t: 3 * np.exp(3 * t), 2.0)
    assert found.agrees
    assert not found.kinks


def test_another_shape_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"shape \(3, 1\); θ has \(3,\)"):
        check_gradient(lambda t: float(t @ t), lambda t: (2 * t)[:, None], np.ones(3))

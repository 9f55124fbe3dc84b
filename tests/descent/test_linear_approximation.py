"""The local view and what sequences do: planes, first-order changes, slices, minima, settling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pellucid.descent import (
    Objective,
    along_one_parameter,
    converged_after,
    distance,
    first_order_change,
    local_minima,
    minimize,
    split_step,
    tangent_plane,
)
from pellucid.errors import HyperparameterError, ShapeError

vectors = arrays(np.float64, 3, elements=st.floats(-10, 10))
BOWL = Objective(lambda t: float(t @ t), lambda t: 2 * t)


def test_one_is_nearer_to_two_than_to_ten() -> None:
    """3.0.4-nearer-settings, 3.0.4-parameter-space: settings have a distance, nested ones too."""
    assert distance(1.0, 2.0) == 1 < distance(1.0, 10.0)
    assert distance({"w": [3.0, 0.0]}, {"w": [0.0, 4.0]}) == 5
    with pytest.raises(ShapeError, match="shaped as θ"):
        distance([1.0, 2.0], [1.0])


@given(vectors, vectors)
def test_a_plane_is_its_own_local_plane(slope: np.ndarray, at: np.ndarray) -> None:
    """3.1.1-local-line, 3.2.1-local-plane."""
    J = Objective(lambda t: float(slope @ t) + 2, lambda t: slope)
    plane = tangent_plane(J, at)
    for theta in (at, at + 1, np.zeros(3)):
        assert plane(theta) == pytest.approx(J.value(theta), abs=1e-9)


@given(vectors, vectors)
def test_the_change_is_the_sum_over_the_parameters(at: np.ndarray, move: np.ndarray) -> None:
    """3.2.5-first-order-change, A.2.3-finite-changes: Δf ≈ Σ (∂f/∂xᵢ) Δxᵢ, off by ‖Δx‖²."""
    change = first_order_change(BOWL, at, move)
    assert change == pytest.approx(sum(2 * a * m for a, m in zip(at, move, strict=True)), abs=1e-9)
    off = BOWL.value(at + move) - BOWL.value(at) - change
    assert off == pytest.approx(float(move @ move), abs=1e-9)


@given(vectors, vectors)
def test_a_step_is_split_at_right_angles(move: np.ndarray, g: np.ndarray) -> None:
    """3.2.8-decomposition: the part aside changes nothing to first order."""
    split = split_step(move, g)
    np.testing.assert_allclose(split.along + split.across, move, atol=1e-9)
    if g @ g > 1e-6:
        assert abs(split.across @ g) <= 1e-9 * (1 + np.linalg.norm(move) * np.linalg.norm(g))
        assert split.along @ g == pytest.approx(move @ g, rel=1e-6, abs=1e-9)


def test_one_parameter_at_a_time() -> None:
    """3.2.1-slices: the others held still, a one-dimensional problem."""
    J = Objective(
        lambda t: float(t[0] ** 2 * t[1] + t[1]),
        lambda t: np.array([2 * t[0] * t[1], t[0] ** 2 + 1]),
    )
    along = along_one_parameter(J, [1.0, 3.0], 0)
    assert along.value(2.0) == 15
    assert float(along.gradient_at(np.array(2.0))) == 12
    assert minimize(along, 1.0).theta.item() == pytest.approx(0, abs=1e-5)
    with pytest.raises(HyperparameterError, match="no parameter 2"):
        along_one_parameter(J, [1.0, 3.0], 2)


def test_minima_are_told_apart() -> None:
    """3.1.11-minima: lower than all nearby points; the global one lower than any."""
    found = local_minima(lambda t: float(0.05 * t**2 + np.cos(2 * t)), -6.0, 6.0)
    assert [round(m.theta, 1) for m in found] == [-4.6, -1.5, 1.5, 4.6]
    assert [m.is_global for m in found] == [False, True, True, False]
    assert local_minima(lambda t: 7.0, -1, 1) == []
    plain = local_minima(lambda t: max(abs(t) - 1, 0), -2, 2)
    assert [m.theta for m in plain] == [0]
    with pytest.raises(HyperparameterError, match="low < high"):
        local_minima(abs, 1, -1)


def test_one_over_n_converges_and_once_near_is_not_enough() -> None:
    """3.1.3-one-over-n, 3.1.3-convergence-test (eq 3.8 against eq 3.7)."""
    harmonic = 1 / np.arange(1, 1001)
    for epsilon in (0.5, 0.1, 0.01):
        k = converged_after(harmonic, 0.0, epsilon)
        assert k is not None
        assert (harmonic[k:] < epsilon).all()
        assert harmonic[k - 1] >= epsilon
    swinging = np.tile([0.0, 1.0], 50)
    assert swinging.min() == 0  # it comes as near as can be, again and again
    assert converged_after(swinging, 0.0, 0.5) is None
    assert converged_after([np.nan], 0.0, 1.0) is None
    with pytest.raises(HyperparameterError, match="ε"):
        converged_after(harmonic, 0.0, 0.0)


def test_zooming_in_on_a_surface_flattens_it() -> None:
    """0.1-zoom-flattens: the gap to the touching plane, as a share of the width, falls with it."""

    def J(t: np.ndarray) -> float:
        return float(np.sin(t[0]) * np.cos(2 * t[1]))

    at = np.array([0.7, 0.3])
    plane = tangent_plane(J, at)
    turned = np.linspace(0, 2 * np.pi, 13)
    circle = np.column_stack([np.cos(turned), np.sin(turned)])
    bends = [
        max(abs(J(at + h * d) - plane(at + h * d)) for d in circle) / h for h in (1, 0.1, 0.01)
    ]
    assert bends[1] < bends[0] / 5
    assert bends[2] == pytest.approx(bends[1] / 10, rel=0.1)

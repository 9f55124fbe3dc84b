"""Objectives, and the numeric gradient of KE 119."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.descent import Objective
from pellucid.descent.objective import central_differences


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=25)
def test_ke_119_central_differences_equal_the_ridge_gradient(seed: int) -> None:
    """eq 3.25"""
    rng = np.random.default_rng(seed)
    X, y, theta = rng.normal(size=(3, 8)), rng.normal(size=8), rng.normal(size=3)

    def J(t: np.ndarray) -> float:
        return float(np.mean((t @ X - y) ** 2) + 0.3 * t @ t)

    exact = 2 / 8 * X @ (theta @ X - y) + 0.6 * theta
    np.testing.assert_allclose(central_differences(J, theta), exact, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(Objective(J).gradient_at(theta), exact, rtol=1e-7, atol=1e-7)
    np.testing.assert_array_equal(Objective(J, lambda t: exact).gradient_at(theta), exact)


def test_the_gradient_has_the_shape_of_theta() -> None:
    """Concept 117"""
    theta = np.arange(6.0).reshape(2, 3)
    assert central_differences(lambda t: float((t**3).sum()), theta).shape == (2, 3)

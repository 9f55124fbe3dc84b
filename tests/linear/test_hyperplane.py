"""Signed distances and feet: properties of any hyperplane."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pellucid.errors import FramingError, ShapeError
from pellucid.linear import projections, signed_distance

NUMBERS = st.floats(-100, 100)


@given(st.integers(1, 4), st.data())
def test_a_foot_is_on_the_plane_at_the_signed_distance(d: int, data: st.DataObject) -> None:
    """Concept 140"""
    X = data.draw(hnp.arrays(np.float64, (3, d), elements=NUMBERS))
    theta = data.draw(hnp.arrays(np.float64, d, elements=NUMBERS))
    theta_0 = data.draw(NUMBERS)
    assume(np.linalg.norm(theta) > 1e-3)
    foot, distance = projections(X, theta, theta_0), signed_distance(X, theta, theta_0)
    scale = 1 + np.abs(X).max() + abs(theta_0) / np.linalg.norm(theta)
    assert np.abs(signed_distance(foot, theta, theta_0)).max() < 1e-9 * scale
    np.testing.assert_allclose(
        np.linalg.norm(X - foot, axis=1), np.abs(distance), atol=1e-9 * scale
    )
    longer = signed_distance(X, 3 * theta, 3 * theta_0)
    np.testing.assert_allclose(longer, distance, atol=1e-9 * scale)


def test_what_is_no_hyperplane_is_refused() -> None:
    with pytest.raises(FramingError, match="no direction"):
        signed_distance([[1.0, 2.0]], [0.0, 0.0], 1.0)
    with pytest.raises(ShapeError, match="one entry a column"):
        projections([[1.0, 2.0]], [1.0], 1.0)

"""Pictures of features: the three views say the same, and draw the same bytes twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.pipeline import make_pipeline

from pellucid import LogisticClassifier, PolynomialBasis, RadialBasis, Ridge
from pellucid.data import noisy_line, petals, xor
from pellucid.errors import ShapeError
from pellucid.pictures import features as pictures
from pellucid.pictures.style import to_svg

LINE = np.linspace(-2.5, 2.5, 14)[:, None]
SIGNS = np.where(2 - LINE[:, 0] ** 2 > 0, 1, -1)
PLANE, CORNERS = xor(40, spread=0.4)


def bent(order: int, X: Any, y: Any) -> Any:
    basis = PolynomialBasis(order, include_constant=False)
    return make_pipeline(basis, LogisticClassifier(lam=1e-4)).fit(X, y)


ONE, TWO = bent(2, LINE, SIGNS), bent(2, PLANE, CORNERS)
CURVE = make_pipeline(PolynomialBasis(3), Ridge(lam=1e-3)).fit(*noisy_line())
DRAWN: dict[str, Callable[[], Figure]] = {
    "three_views_of_a_line": lambda: pictures.three_views(ONE, LINE, SIGNS),
    "three_views_of_a_plane": lambda: pictures.three_views(TWO, PLANE, CORNERS),
    "signs_beside": lambda: pictures.sign_regions_side_by_side(
        [("one", TWO), ("again", TWO)], PLANE, CORNERS
    ),
    "curves_beside": lambda: pictures.curves_side_by_side([("order 3", CURVE)], *noisy_line()),
    "radial_functions": lambda: pictures.radial_functions([0.5, 2.0]),
}


@pytest.mark.parametrize("name", DRAWN)
def test_looks_as_it_did(name: str) -> None:
    """What is drawn is compared once the test has passed."""
    assert DRAWN[name]().axes


@pytest.mark.parametrize("name", DRAWN)
def test_draws_the_same_bytes_twice(name: str) -> None:
    one, again = (to_svg(DRAWN[name](), name) for _ in range(2))
    assert one == again
    assert one.startswith("<svg")


def test_the_bent_separator_is_the_score_over_the_inputs() -> None:
    """5.1.1-bent-separator: y = f(x), and marks where f(x) = 0."""
    axes = pictures.bent_separator(ONE, LINE, SIGNS).axes[0]
    curve: Any = next(line for line in axes.lines if len(np.ravel(line.get_xdata())) > 100)
    x = np.asarray(curve.get_xdata())
    np.testing.assert_allclose(curve.get_ydata(), ONE.decision_function(x[:, None]))
    marks: Any = next(line for line in axes.lines if line.get_marker() == "|")
    at = np.asarray(marks.get_xdata())
    assert len(at) == 2
    np.testing.assert_allclose(ONE.decision_function(at[:, None]), 0, atol=1e-4)


@pytest.mark.parametrize("order", [2, 5])
def test_the_moved_data_lie_as_far_from_the_hyperplane_as_their_score_says(order: int) -> None:
    """5.1.2-moved-data: in many dimensions the hyperplane is seen from its edge, at 0."""
    X, y = petals(120)
    model = bent(order, X, y)
    phi, theta = model[:-1].transform(X), model[-1].coef_[0]
    at = pictures.hyperplane_coordinates(phi, theta, float(model[-1].intercept_[0]))
    np.testing.assert_allclose(at[:, 0] * np.linalg.norm(theta), model.decision_function(X))
    along = at[:, 1] - at[:, 1].mean()
    assert abs(np.cov(along, phi @ theta)[0, 1]) < np.cov(along, along)[0, 1]
    drawn: Any = pictures.moved_data(model, X, y).axes[0].lines
    plus = next(line for line in drawn if line.get_marker() == "P")
    np.testing.assert_allclose(plus.get_xdata(), at[y > 0, 0])


def test_two_features_are_the_axes_and_the_separator_is_straight() -> None:
    """5.1.2-lifted-points: points at (x, x²), the line θᵀφ + θ₀ = 0 through the picture."""
    axes = pictures.moved_data(ONE, LINE, SIGNS).axes[0]
    plus: Any = next(line for line in axes.lines if line.get_marker() == "P")
    x = LINE[SIGNS > 0, 0]
    np.testing.assert_allclose(np.column_stack(plus.get_data()), np.column_stack([x, x**2]))
    edge: Any = next(line for line in axes.lines if line.get_marker() == "None")
    ends = np.column_stack(edge.get_data())
    score = ends @ ONE[-1].coef_[0] + ONE[-1].intercept_[0]
    np.testing.assert_allclose(score, 0, atol=1e-9 * np.abs(ends).max())


def test_signs_are_those_of_the_predictions() -> None:
    """5.1.3-sign-regions."""
    axes = pictures.sign_regions(TWO, PLANE, CORNERS).axes[0]
    mesh: Any = axes.collections[0]
    cells = np.asarray(mesh.get_array()).ravel()
    middles = mesh.get_coordinates()
    centres = (middles[:-1, :-1] + middles[1:, 1:]).reshape(-1, 2) / 2
    assert (cells == (TWO.predict(centres) > 0)).mean() > 0.999
    line = pictures.sign_regions(ONE, LINE, SIGNS).axes[0]
    np.testing.assert_allclose(ONE.decision_function(line.get_xticks()[:, None]), 0, atol=1e-4)


def test_crossings_are_found_to_many_digits() -> None:
    """5.1.1-minus-x-squared-plus-two: −x² + 2 is −2 at ±2, 2 at 0, and 0 at ±√2 alone."""

    def f(x: Any) -> Any:
        return 2 - np.asarray(x)[:, 0] ** 2

    assert f([[2.0], [0.0], [-2.0]]).tolist() == [-2, 2, -2]
    found = pictures.sign_changes(f, -4, 4)
    np.testing.assert_allclose(found, [-np.sqrt(2), np.sqrt(2)], atol=1e-7)
    assert len(pictures.sign_changes(f, 3, 4)) == 0
    assert pictures.sign_changes(lambda x: np.asarray(x)[:, 0], -1, 1).tolist() == [0]


def test_which_labels_are_positive() -> None:
    assert pictures.is_positive([-1.0, 1.0]).tolist() == [False, True]
    assert pictures.is_positive([3, 5, 3]).tolist() == [False, True, False]
    assert pictures.is_positive(["b", "a"]).tolist() == [True, False]
    assert pictures.is_positive([0.5, -2.0, 3.0]).tolist() == [True, False, True]


def test_radial_features_and_regressions_are_viewed_too() -> None:
    model = make_pipeline(RadialBasis(6, beta=2.0), Ridge(lam=1e-6)).fit(PLANE, CORNERS)
    assert len(pictures.three_views(model, PLANE, CORNERS).axes) == 3


def test_a_view_says_what_it_has_room_for() -> None:
    with pytest.raises(ShapeError, match=r"room for 1 to 2 inputs; X has shape \(4, 3\)"):
        pictures.sign_regions(ONE, np.zeros((4, 3)), [1, 0, 1, 0])

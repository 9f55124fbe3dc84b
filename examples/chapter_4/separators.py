"""Chapter 4.2: linear separators, claim by claim, each with its picture.

python examples/chapter_4/separators.py [FOLDER]
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid import LeastSquares, LinearClassifier, LogisticClassifier, accuracy, separate
from pellucid.formatting import number
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.regression_lines import line_and_separator
from pellucid.pictures.separators import boundary, line_and_plane, separator, separators
from pellucid.pictures.surfaces import splitting_plane, surfaces

Array = NDArray[np.float64]


def placed(theta: Sequence[float], theta_0: float) -> LinearClassifier:
    """The linear classifier of labels −1 and +1 that has these parameters."""
    d = len(theta)
    h = LinearClassifier(tries=1).fit(np.vstack([np.zeros(d), np.ones(d)]), [-1, 1])
    h.coef_, h.intercept_ = np.array([theta], dtype=float), np.array([theta_0], dtype=float)
    return h


def cloud(n: int, seed: int, spread: float = 1.0, d: int = 2) -> Array:
    return spread * np.random.default_rng(seed).normal(size=(n, d))


def kept_apart(h: LinearClassifier, X: Array, room: float) -> Array:
    """The points that are not nearer to the boundary than so much."""
    theta, _ = boundary(h)
    distance = np.abs(h.decision_function(X)) / np.linalg.norm(theta)
    return np.asarray(X[distance > room])


def a_threshold_is_a_separator() -> Figure:
    """The rule x₁ > 3 is a point of the number line, and a line where there are two inputs.

    4.2.1-number-line-figure
    """
    X = np.array([[0.5], [1.2], [2.0], [2.7], [3.3], [4.1], [4.6], [5.5]])
    y = np.where(X[:, 0] > 3, 1, -1)
    on_line = LinearClassifier().fit(X, y)
    assert on_line.training_error_ == 0
    on_line = placed([1.0], -3.0)
    in_plane = placed([1.0, 0.0], -3.0)
    rows = np.column_stack([X, cloud(len(X), 0, 1.5)[:, 0]])
    assert (on_line.predict(X) == y).all()
    assert (in_plane.predict(rows) == y).all()  # whatever x₂ is
    assert on_line.predict([[3.0]])[0] == -1  # a tie
    return line_and_plane(("x₁ > 3 with one input", on_line, X, y),
                          ("x₁ > 3 with two inputs", in_plane, rows, y))  # fmt: skip


def some_data_need_an_oblique_line() -> Figure:
    """Data may be parted by an oblique line and by no threshold on a single input.

    4.2.3-oblique-figure
    """
    h = placed([1.0, 1.0], 0.0)
    X = kept_apart(h, cloud(70, 1), 0.35)
    y = h.predict(X)
    assert separate(X, y).verdict == "separable"
    best = {}
    for k in (0, 1):
        assert separate(X[:, [k]], y).verdict == "not separable"
        one = LinearClassifier().fit(X[:, [k]], y)
        theta = np.zeros(2)
        theta[k] = one.coef_[0, 0]
        best[k] = placed(theta.tolist(), float(one.intercept_[0]))
    wrong = [int((best[k].predict(X) != y).sum()) for k in (0, 1)]
    assert min(wrong) > 0
    return separators(
        [(f"x₁ alone: {wrong[0]} wrong", best[0], X, y),
         (f"x₂ alone: {wrong[1]} wrong", best[1], X, y),
         ("an oblique line: 0 wrong", h, X, y)]
    )  # fmt: skip


def theta_is_the_normal() -> Figure:
    """θ stands at right angles to the boundary, and points to the positive side.

    4.2.4-normal-figure
    """
    h = placed([2.0, 1.0], -1.0)
    theta, _ = boundary(h)
    along = np.array([1.0, -2.0])
    on = np.array([0.5, 0.0]) + np.linspace(-2, 2, 9)[:, None] * along
    np.testing.assert_allclose(h.decision_function(on), 0, atol=1e-12)
    assert theta @ along == 0
    assert (h.predict(on + 0.01 * theta) == 1).all()
    assert (h.predict(on - 0.01 * theta) == -1).all()
    X = kept_apart(h, cloud(60, 2, 1.6), 0.2)
    return separator(h, X, h.predict(X))


def the_sign_of_the_dot_product() -> Figure:
    """θ·x is positive where x is within 90° of θ, negative beyond, and 0 at right angles.

    4.2.6-dot-product-figure
    """
    theta = np.array([0.6, 0.8])
    turns = np.deg2rad(np.arange(0, 360, 30))
    rotation = np.stack([np.cos(turns), np.sin(turns), -np.sin(turns), np.cos(turns)])
    X = np.einsum("ijk,j->ki", rotation.reshape(2, 2, -1).transpose(1, 0, 2), theta)
    h = placed(theta.tolist(), 0.0)
    u = h.decision_function(X)
    np.testing.assert_allclose(u, np.cos(turns), atol=1e-12)  # of unit vectors
    within = np.abs((np.rad2deg(turns) + 180) % 360 - 180)
    assert (u[within < 89] > 0).all()
    assert (u[within > 91] < 0).all()
    np.testing.assert_allclose(u[np.isclose(within, 90)], 0, atol=1e-12)
    return separator(h, X, np.where(u > 1e-9, 1, -1), reach=1.45, scores=True)


def the_offset_moves_the_boundary() -> Figure:
    """A positive offset puts the origin on the positive side: the boundary moves against θ.

    4.2.9-offset-figure
    """
    X = cloud(400, 3, 1.2)
    runs, shares = [], []
    few = X[:24]
    for theta, name in (([1.0, 1.0], ""), ([-1.0, -1.0], "flipped: ")):
        for theta_0 in (1.5, 0.0, -1.5):
            sign = 1 if not name else -1
            h = placed(theta, sign * theta_0)
            away = kept_apart(h, few, 0.1)
            said = f"{name}θ₀ = {number(sign * theta_0 or 0.0)}"
            runs.append((said, h, away, h.predict(away)))
            shares.append(float((h.predict(X) == 1).mean()))
            at_zero = h.predict([[0.0, 0.0]])[0]
            assert at_zero == (1 if sign * theta_0 > 0 else -1)
    assert shares[0] > shares[1] > shares[2]  # a positive offset enlarges the positive side
    np.testing.assert_allclose(np.array(shares[:3]) + shares[3:], 1)  # flipping swaps the sides
    return separators(runs, reach=2.6)


def the_shortest_way_to_the_boundary() -> Figure:
    """The boundary lies −θ₀/‖θ‖ from the origin, along θ.

    4.2.10-distance-figure
    """
    X = np.array([[4.0, 3.0], [2.5, 4.5], [4.5, 1.0], [-1.0, 1.0], [0.5, -1.0], [1.0, 1.2]])
    y = np.array([1, 1, 1, -1, -1, -1])
    found = separate(X, y)
    assert found.direction is not None
    foot = -found.offset * found.direction  # ‖direction‖ = 1
    h = placed(found.direction.tolist(), found.offset)
    assert (h.predict(X) == y).all()
    np.testing.assert_allclose(h.decision_function([foot]), 0, atol=1e-12)
    along = np.array([-found.direction[1], found.direction[0]])
    others = foot + np.linspace(-3, 3, 61)[:, None] * along
    np.testing.assert_allclose(h.decision_function(others), 0, atol=1e-12)
    assert np.linalg.norm(others, axis=1).min() >= np.linalg.norm(foot) - 1e-12
    return separator(h, X, y, reach=5.2, foot=True)


def a_plane_splits_space() -> Figure:
    """With three inputs the separator is a plane, a hyperplane of one dimension less.

    4.2.11-plane-figure
    """
    truth = placed([0.5, -0.4, 1.0], 0.3)
    X = kept_apart(truth, cloud(70, 4, d=3), 0.3)
    y = truth.predict(X)
    found = separate(X, y)
    assert found.verdict == "separable"
    assert found.direction is not None
    h = placed(found.direction.tolist(), found.offset)
    assert (h.predict(X) == y).all()
    # Two directions lie within the boundary, one stands on it.
    within = np.linalg.svd(found.direction[None, :])[2][1:]
    foot = -found.offset * found.direction
    np.testing.assert_allclose(h.decision_function(foot + 3 * within), 0, atol=1e-9)
    return splitting_plane(h, X, y)


def a_slope_or_a_normal() -> Figure:
    """The line of a regression shows its answers and θ is its slope; of a classifier, a normal.

    4.2.12-two-plots-figure
    """
    rng = np.random.default_rng(5)
    x = np.sort(rng.uniform(-2, 2, 25))[:, None]
    regression = LeastSquares().fit(x, 1.5 * x[:, 0] - 0.5 + 0.4 * rng.normal(size=25))
    rise = np.diff(regression.predict([[0.0], [1.0]]))[0]
    assert abs(rise - regression.coef_[0]) < 1e-12
    classifier = placed([1.5, 1.0], -0.5)
    theta, theta_0 = boundary(classifier)
    on = np.array([[0.0, -theta_0 / theta[1]], [1.0, -(theta_0 + theta[0]) / theta[1]]])
    np.testing.assert_allclose(classifier.decision_function(on), 0, atol=1e-12)
    assert np.diff(on[:, 1])[0] == -theta[0] / theta[1]  # its slope is not θ₁
    X = kept_apart(classifier, cloud(50, 6, 1.3), 0.2)
    y = 1.5 * x[:, 0] - 0.5 + 0.4 * np.random.default_rng(7).normal(size=25)
    return line_and_separator(regression, x, y, classifier, X, classifier.predict(X))


def the_plot_of_a_classifier_hides_its_score() -> Figure:
    """Seen from above, only where the score is 0 remains, and its sign to either side.

    4.2.13-score-surface-figure
    """
    h, steeper = placed([1.0, -0.5], 0.5), placed([3.0, -1.5], 1.5)
    X = kept_apart(h, cloud(40, 8, 1.2), 0.2)
    y = h.predict(X)
    assert (steeper.predict(X) == y).all()  # the same picture from above
    np.testing.assert_allclose(steeper.decision_function(X), 3 * h.decision_function(X))
    on = np.array([[-0.5, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(h.decision_function(on), 0, atol=1e-12)
    return surfaces([("its height is the score", h, False)], X, y, flat=("from above", h))


def no_line_separates() -> Figure:
    """Opposite points in one place, + − + along a line, or clouds that overlap: every line errs.

    4.2.14-non-separable-figure
    """
    twice = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.6], [-1.0, -0.5]])
    twice_y = np.array([1, -1, 1, -1])
    row = np.array([[-1.0, -0.5], [0.0, 0.0], [1.0, 0.5]])
    row_y = np.array([1, -1, 1])
    rng = np.random.default_rng(9)
    overlap_y = np.where(np.arange(80) % 2 == 0, 1, -1)
    overlap = rng.normal(size=(80, 2)) + 1.2 * overlap_y[:, None]
    for X, y in ((twice, twice_y), (row, row_y), (overlap, overlap_y)):
        assert separate(X, y).verdict != "separable"
    h = LogisticClassifier().fit(overlap, overlap_y)
    right = accuracy(h, overlap, overlap_y)
    assert 0.9 < right < 1  # yet a line may serve well
    return separators(
        [("opposites in one place", None, twice, twice_y),
         ("+ − + along a line", None, row, row_y),
         (f"overlap: {right:.0%} right", h, overlap, overlap_y)]
    )  # fmt: skip


CLAIMS = (
    a_threshold_is_a_separator,
    some_data_need_an_oblique_line,
    theta_is_the_normal,
    the_sign_of_the_dot_product,
    the_offset_moves_the_boundary,
    the_shortest_way_to_the_boundary,
    a_plane_splits_space,
    a_slope_or_a_normal,
    the_plot_of_a_classifier_hides_its_score,
    no_line_separates,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

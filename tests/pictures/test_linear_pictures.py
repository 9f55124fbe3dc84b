"""Pictures of lines, separators, surfaces, sigmoids and chances: what they draw is what is so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from legible import illegible, is_diagram
from pellucid import LeastSquares, LogisticClassifier, RandomRegression, Ridge, tune
from pellucid.data import Distribution, folds, linear_sample
from pellucid.errors import ShapeError
from pellucid.pictures import (
    cross_validation,
    descent,
    distributions,
    linear_maps,
    regression_lines,
    separators,
    sigmoids,
    surfaces,
)
from pellucid.pictures.style import to_svg

X, y = linear_sample(24, seed=1)
PLANE = np.random.default_rng(0).normal(size=(40, 2))
SIDES = np.where(PLANE @ [1.0, -0.5] + 0.3 > 0, 1, -1)
SPACE = np.random.default_rng(1).normal(size=(40, 3))
HALVES = np.where(SPACE @ [0.4, -0.3, 1.0] > 0, 1, -1)
LINE, ONE = LeastSquares().fit(X, y), LogisticClassifier(lam=0.01).fit(X, y > 1)
TWO = LogisticClassifier(lam=0.01).fit(PLANE, SIDES)
THREE = LogisticClassifier(lam=0.01).fit(SPACE, HALVES)
COIN = Distribution({"heads": 0.5, "tails": 0.5})
CUT = folds(len(y), 3)
BOWL = (lambda t: (t - 1) ** 2 + 3, lambda t: 2 * (t - 1))
DRAWN: dict[str, Callable[[], Figure]] = {
    "separator": lambda: separators.separator(TWO, PLANE, SIDES, scores=True),
    "foot": lambda: separators.separator(TWO, PLANE, SIDES, reach=3, foot=True),
    "surfaces": lambda: surfaces.surfaces([("σ", TWO, True)], PLANE, SIDES, ("above", TWO)),
    "splitting_plane": lambda: surfaces.splitting_plane(THREE, SPACE, HALVES),
    "chances": lambda: sigmoids.class_probabilities(
        {"h": ONE}, X, y > 1, marked=True, thresholds=[0.9]
    ),
    "moving_score": lambda: sigmoids.softmax_of_one_score([1, 2, 3], 2),
    "misses": lambda: regression_lines.residual_lines([("h", LINE)], X, y, squares=True),
    "sampled": lambda: distributions.sample_histograms(COIN, [10, 100]),
    "losses": lambda: distributions.loss_by_error([(1, 10)]),
    "plane_moved": lambda: linear_maps.transformed_plane([("shear", [[1, 1], [0, 1]])]),
    "nested_boxes": lambda: cross_validation.nested_search(tune(Ridge(), X, y, [0.0, 1.0])),
}


def texts(figure: Figure) -> str:
    return " | ".join(
        [t.get_text() for axes in figure.axes for t in axes.texts]
        + [axes.get_title("left") + axes.get_title() for axes in figure.axes]
    )


@pytest.mark.parametrize("name", DRAWN)
def test_looks_as_it_did(name: str) -> None:
    """What is drawn is compared once the test has passed."""
    assert DRAWN[name]().axes


@pytest.mark.parametrize("name", DRAWN)
def test_draws_the_same_bytes_twice(name: str) -> None:
    one, again = (to_svg(DRAWN[name](), name) for _ in range(2))
    assert one == again
    assert one.startswith("<svg")


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_nested_boxes_can_be_read_however_many_there_are(count: int) -> None:
    found = tune(Ridge(), X, y, np.geomspace(1e-3, 1, count))
    figure = cross_validation.nested_search(found)
    assert is_diagram(figure)
    assert illegible(figure) == []
    assert texts(figure).count("minimise J(Θ)") == count + 1


@pytest.mark.parametrize("threshold", [0.5, 0.8])
def test_the_line_drawn_is_where_the_decision_changes(threshold: float) -> None:
    h = LogisticClassifier(lam=0.01, threshold=threshold).fit(PLANE, SIDES)
    axes = separators.separator(h, PLANE, SIDES).axes[0]
    drawn: Any = axes.lines[0]
    np.testing.assert_allclose(h.decision_function(drawn.get_xydata()), 0, atol=1e-9)


def test_the_foot_is_the_nearest_point_of_the_boundary() -> None:
    figure = separators.separator(TWO, PLANE, SIDES, reach=3, foot=True)
    theta, theta_0 = separators.boundary(TWO)
    arrows = [t for t in figure.axes[0].texts if getattr(t, "arrow_patch", None) is not None]
    tips = np.array([a.xy for a in arrows])
    foot = -theta_0 * theta / (theta @ theta)
    assert np.linalg.norm(tips - foot, axis=1).min() < 1e-9
    assert "d = " in texts(figure)


def test_a_line_needs_a_plane() -> None:
    with pytest.raises(ShapeError, match=r"\(40, 3\)"):
        separators.separator(THREE, SPACE, HALVES)
    with pytest.raises(ShapeError, match=r"\(2, 3\)"):
        linear_maps.transformed_plane([("wide", np.ones((2, 3)))])


def test_the_squares_of_the_misses_have_the_area_of_the_loss() -> None:
    figure = regression_lines.residual_lines([("h", LINE)], X, y, squares=True)
    axes = figure.axes[0]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    sides: Any = axes.patches
    areas = [s.get_height() * s.get_width() * (high - low) / (right - left) for s in sides]
    assert np.mean(areas) == pytest.approx(np.mean((LINE.predict(X) - y) ** 2))


def test_a_threshold_is_marked_where_the_curve_reaches_it() -> None:
    axes = sigmoids.class_probabilities({"h": ONE}, thresholds=[0.9]).axes[0]
    marks: Any = [line for line in axes.lines if line.get_marker() == "o"]
    ((x, height),) = marks[0].get_xydata()
    assert height == 0.9
    assert ONE.predict_proba([[x]])[0, 1] == pytest.approx(0.9, abs=1e-5)


def test_the_bars_are_the_shares_of_the_draws() -> None:
    axes = distributions.sample_histograms(COIN, [40], seed=3).axes[0]
    bars: Any = axes.patches
    drawn = COIN.draw(40, 3)
    shares = [float(np.mean(drawn == side)) for side in COIN.probabilities]
    assert [bar.get_height() for bar in bars][:2] == pytest.approx(shares)


def test_each_chunk_is_shown_held_out_once() -> None:
    fitted = [LeastSquares().fit(X[train], y[train]) for train, _ in CUT]
    figure = cross_validation.held_out_chunks(CUT, fitted, X, y)
    held: Any = [
        line for axes in figure.axes for line in axes.lines if line.get_label() == "held out"
    ]
    shown = np.concatenate([line.get_xydata() for line in held])
    np.testing.assert_allclose(np.sort(shown[:, 0]), np.sort(X[:, 0]))


def test_the_best_lam_is_starred() -> None:
    found = tune(Ridge(), X, y, [0.0, 0.1, 100.0])
    said = texts(cross_validation.nested_search(found))
    assert said.count("★") == 1
    assert f"λ* = {found.best_value:g}" in said


def test_the_tries_end_at_what_was_found() -> None:
    found = [RandomRegression(tries=n).fit(X, y) for n in (1, 100)]
    figure = regression_lines.random_tries(found, LINE, X, y)
    curve: Any = figure.axes[1].lines[0]
    np.testing.assert_allclose(curve.get_ydata(), found[-1].best_)


def test_the_tangent_is_flat_at_the_minimum_and_the_minimum_is_marked() -> None:
    J, slope = BOWL
    figure = descent.tangents(J, slope, [0.0, 1.0], -1, 3)
    assert "θ = 1: J′ = 0" in texts(figure)
    flat: Any = figure.axes[1].lines[1]
    assert np.ptp(flat.get_ydata()) == 0
    legend: Any = descent.min_and_argmin(J, [0.0], -1, 3).axes[0].get_legend()
    assert [t.get_text() for t in legend.get_texts()] == ["min = 3", "argmin = 1"]


def test_the_sign_jumps_at_zero_where_it_is_minus_one() -> None:
    left, right, _, tie, jump, *_ = sigmoids.sign_and_sigmoid(4.0).axes[0].lines
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in (tie, jump)] == [(0, -1), (0, 1)]
    assert [line.get_markerfacecolor() for line in (tie, jump)][1] == "none"
    for side, sign in ((left, -1.0), (right, 1.0)):
        x = np.asarray(side.get_xdata())
        assert (np.sign(x) == sign).all()
        assert np.abs(x).min() < 0.02
        assert np.abs(x).max() == 4.0

"""Chapter 5.0-5.2.1: a linear machine bends on polynomial features, claim by claim, with pictures.

python examples/chapter_5/polynomials.py [FOLDER]
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.pipeline import Pipeline, make_pipeline

from pellucid import (
    LeastSquares,
    LinearClassifier,
    LogisticClassifier,
    PolynomialBasis,
    Ridge,
    separate,
)
from pellucid.data import noisy_line, petals, waveform, xor
from pellucid.descent import Objective, Steps, minimize
from pellucid.errors import ConditionWarning
from pellucid.features.monomials import monomial_count
from pellucid.linear.solvers.likelihood import logistic_objective
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.features import (
    curves_side_by_side,
    sign_changes,
    sign_regions,
    sign_regions_side_by_side,
    three_views,
)
from pellucid.pictures.style import BLUE, ORANGE, side_by_side

# − + − on a line: no point parts them.
ON_A_LINE = np.array([-2.8, -2.4, -2.0, -1.7, -1.1, -0.6, 0.0, 0.5, 1.2, 1.6, 2.0, 2.5])[:, None]
SIGNS = np.where(2 - ON_A_LINE[:, 0] ** 2 > 0, 1, -1)


def polynomial(order: int, lam: float = 0.0, **settings: Any) -> Pipeline:
    """A regression on powers of inputs taken to [−1, 1]; the offset is the model's."""
    model = Ridge(lam=lam) if lam else LeastSquares()
    settings = {"domain": "scaled", **settings}
    return make_pipeline(PolynomialBasis(order, include_constant=False, **settings), model)


def loss(model: Pipeline, X: Any, y: Any) -> float:
    return float(np.mean((model.predict(X) - y) ** 2))


def placed(X: Any, theta: list[float], theta_0: float) -> Pipeline:
    """A classifier on order-2 features with parameters of our own."""
    basis = PolynomialBasis(2, include_constant=False).fit(np.tile(X, (9, 1)))
    features = basis.transform(X)
    h = LinearClassifier(tries=1).fit(features, np.arange(len(X)) % 2)
    h.coef_, h.intercept_ = np.array([theta]), np.array([theta_0])
    return Pipeline([("features", basis), ("model", h)])


def a_line_cannot_bend() -> Figure:
    """A line underfits data along a parabola, whatever its θ; with x² it follows.

    5.0-linear-cannot-bend, 5.0-parabola-data
    """
    random = np.random.default_rng(0)
    X = np.linspace(-1, 1, 40)[:, None]
    y = 2 * X[:, 0] ** 2 - 0.5 * X[:, 0] + 0.1 * random.normal(size=40)
    line, parabola = (polynomial(order).fit(X, y) for order in (1, 2))
    assert loss(line, X, y) > 0.5 * y.var()  # most of the variance is left
    assert loss(parabola, X, y) < 0.02  # no more than the noise is
    coef, _ = parabola[0].raw_coefficients(parabola[1].coef_, parabola[1].intercept_)
    np.testing.assert_allclose(coef, [-0.5, 2.0], atol=0.1)
    named = (("line", line), ("parabola", parabola))
    return curves_side_by_side(
        [(f"{name}: loss {loss(h, X, y):.2g}", h) for name, h in named], X, y
    )


def a_sigmoid_alone_separates_linearly() -> Figure:
    """A sigmoid on top of a linear score leaves its separator a straight line.

    5.0-sigmoid-still-linear
    """
    X, y = xor(80, spread=0.4)
    h = LogisticClassifier(lam=1e-3).fit(X, y)
    random = np.random.default_rng(0)
    ends = random.normal(size=(500, 2, 2))
    ends -= (h.decision_function(ends.reshape(-1, 2)).reshape(500, 2, 1) * h.coef_[0]) / (
        h.coef_[0] @ h.coef_[0]
    )  # each moved onto the separator
    between = ends.mean(axis=1)
    np.testing.assert_allclose(h.predict_proba(between)[:, 1], 0.5, atol=1e-9)  # it holds chords
    assert h.score(X, y) < 0.8
    return sign_regions(h, X, y)


def adding_the_square_separates() -> Figure:
    """Data − + − on a line become separable with x²: −x² + 2, its views all saying the same.

    5.1.2-becomes-separable, 5.1.3-views-agree
    """
    assert separate(ON_A_LINE, SIGNS).verdict == "not separable"
    features = PolynomialBasis(2, include_constant=False).fit_transform(ON_A_LINE)
    assert separate(features, SIGNS).verdict == "separable"
    h = placed(ON_A_LINE, [0.0, -1.0], 2.0)
    x = np.linspace(-4, 4, 1001)[:, None]
    bent = 2 - x[:, 0] ** 2  # first view: the function over the inputs
    phi = h[0].transform(x)
    moved = phi @ h[1].coef_[0] + h[1].intercept_[0]  # second view: the plane over φ(x)
    np.testing.assert_allclose(bent, moved, atol=1e-12)
    edges = sign_changes(h.decision_function, -4, 4)  # third view: where the sign changes
    np.testing.assert_allclose(edges, [-np.sqrt(2), np.sqrt(2)], atol=1e-5)
    inside = (x[:, 0] > edges[0]) & (x[:, 0] < edges[1])
    assert ((bent > 0) == inside).all()
    assert (h[0].inverse_transform(phi) == x).all()  # keeping x in φ(x) loses nothing
    return three_views(h, ON_A_LINE, SIGNS)


def higher_orders_cost_more_for_less() -> Figure:
    """Each order costs more than the one before, and past the right one it no longer pays.

    5.2.1.2-cost-of-order
    """
    X, y = waveform(150, noise=0.2, seed=0)
    new, truth = waveform(2_000, noise=0.2, seed=1)
    orders = np.arange(1, 17)
    held_out = np.array([loss(polynomial(int(k)).fit(X, y), new, truth) for k in orders])
    features = np.array([monomial_count(5, int(k)) for k in orders])
    assert (np.diff(np.diff(features)) > 0).all()  # the cost of one more order grows itself
    gained = -np.diff(held_out)
    assert gained[:7].max() > 0.1
    assert gained[8:].max() < 0.01
    with side_by_side(2, (4.2, 3.4)) as (figure, (left, right)):
        left.plot(orders, held_out, "o-", color=BLUE)
        left.set_ylabel("held-out loss of the waveform")
        right.plot(orders, features, "o-", color=ORANGE)
        right.set_ylabel("features of 5 inputs")
        for ax in (left, right):
            ax.set_xlabel("order")
            ax.set_xticks(range(0, 17, 4))
        return figure


def high_orders_overfit() -> Figure:
    """Of a noisy line order 1 is right; order 15 follows the noise, order 20 every point.

    5.2.1.2-high-order-overfits
    """
    X, y = noisy_line(21)
    between = (X[1:] + X[:-1]) / 2
    truth = 2 * between[:, 0] + 1
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        runs = {k: polynomial(k).fit(X, y) for k in (1, 5, 15, 20)}
    assert {warning.category for warning in told} == {ConditionWarning}  # said of order 20
    training = {k: loss(h, X, y) for k, h in runs.items()}
    away = {k: loss(h, between, truth) for k, h in runs.items()}
    assert training[1] > training[5] > training[15] > training[20]
    assert training[20] < 1e-12  # one coefficient a point: through every one of them
    assert away[1] < 0.02 < away[15] < away[20]
    assert away[20] > 100 * away[1]  # a perfect training fit is no evidence of quality
    return curves_side_by_side([(f"order {k}", h) for k, h in runs.items()], X, y)


def lam_reduces_but_does_not_remove() -> Figure:
    """A regularizer tames order 20, and still does not make of it what order 1 is.

    5.2.1.2-lam-reduces
    """
    X, y = noisy_line(21)
    between = (X[1:] + X[:-1]) / 2
    truth = 2 * between[:, 0] + 1
    lams = np.logspace(-8, 1, 19)
    away = np.array([loss(polynomial(20, lam).fit(X, y), between, truth) for lam in lams])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConditionWarning)
        unruled, line = (polynomial(k).fit(X, y) for k in (20, 1))
    free, right = (loss(h, between, truth) for h in (unruled, line))
    assert away.min() < free / 1000
    assert away.min() > right
    best = float(lams[away.argmin()])
    runs = [("order 20, λ = 0", unruled),
            (f"order 20, λ = {best:.2g}", polynomial(20, best).fit(X, y)),
            ("order 1", line)]  # fmt: skip
    return curves_side_by_side(runs, X, y)


def order_eight_follows_the_waveform() -> Figure:
    """Order 8 fits the vibration, of one input and of two; no plane does.

    5.2.1.6-waveform
    """
    for d in (1, 2):
        X, y = waveform(400, d, noise=0.1, seed=2)
        new, truth = waveform(400, d, noise=0.0, seed=3)
        plane, bent = (polynomial(k).fit(X, y) for k in (1, 8))
        assert loss(plane, new, truth) > 0.7 * truth.var()
        assert loss(bent, new, truth) < 0.02 * truth.var()
    X, y = waveform(200, noise=0.1, seed=2)
    runs = [(f"order {k}", polynomial(k).fit(X, y)) for k in (1, 4, 8)]
    return curves_side_by_side(runs, X, y)


def xor_by_hand() -> Figure:
    """A linear model fails on XOR; at order 2 the boundary 4x₁x₂ = 0 separates it.

    5.2.1.6-xor-linear-fails
    """
    X, y = xor(120, spread=0.45)
    assert separate(X, y).verdict == "not separable"
    line, hand = LogisticClassifier(lam=1e-3).fit(X, y), placed(X, [0, 0, 0, 4, 0], 0.0)
    assert line.score(X, y) < 0.75
    assert (hand.decision_function(X) > 0).tolist() == (y > 0).tolist()
    corners, labels = xor()
    np.testing.assert_allclose(hand.decision_function(corners), labels)  # the label itself
    solved = polynomial(2, 1e-9, domain="raw").fit(np.tile(corners, (3, 1)), np.tile(labels, 3))
    np.testing.assert_allclose(solved.predict(corners), labels, atol=1e-6)  # in closed form too
    return sign_regions_side_by_side([("linear", line), ("4x₁x₂ = 0", hand)], X, y)


def xor_by_descent() -> Figure:
    """Gradient descent on order-2 features solves XOR from any of five random starts.

    5.2.1.6-xor-by-descent
    """
    X, y = xor(120, spread=0.3)
    phi = PolynomialBasis(2, include_constant=False).fit_transform(X).T  # points are columns
    answers = (y[None, :] > 0).astype(float)

    def value(theta: Any) -> float:
        return logistic_objective(theta[1:, None], theta[0], phi, answers, 1e-4)[0]

    def slope(theta: Any) -> Any:
        _, g, g_0 = logistic_objective(theta[1:, None], theta[0], phi, answers, 1e-4)
        return np.append(g_0, g)

    runs = []
    for seed in range(5):
        start = np.random.default_rng(seed).normal(size=6) * 3
        found = minimize(Objective(value, slope), start, step_size=2.0, stop=Steps(400), record=0)
        h = placed(X, found.theta[1:].tolist(), float(found.theta[0]))
        assert ((h.decision_function(X) > 0) == (y > 0)).all()
        assert np.abs(found.theta[[1, 2, 3, 5]]).max() > 0.01  # less tidy than 4x₁x₂
        runs.append((f"start {seed}", h))
    return sign_regions_side_by_side(runs[:3], X, y)


def the_hard_set_needs_order_five() -> Figure:
    """Which order it takes depends on the problem: this set fails at 2, 3 and 4, not at 5.

    5.2.1.6-hard-set
    """
    X, y = petals(300)
    runs = []
    for order in (2, 3, 4, 5):
        h = make_pipeline(
            PolynomialBasis(order, include_constant=False), LogisticClassifier(lam=1e-9)
        ).fit(X, y)
        verdict = separate(h[0].transform(X), y).verdict  # proved, not only tried
        assert verdict == ("separable" if order == 5 else "not separable")
        assert (h.score(X, y) == 1) == (order == 5)
        runs.append((f"order {order}: {h.score(X, y):.0%} right", h))
    return sign_regions_side_by_side(runs, X, y)


def squares_alone_stay_along_the_axes() -> Figure:
    """Squares without cross terms give shapes along the axes: a turned ellipse needs x₁x₂.

    5.2.1.3-squares-without-cross-terms
    """
    random = np.random.default_rng(0)
    X = random.uniform(-1, 1, size=(300, 2))
    size = (X[:, 0] - X[:, 1]) ** 2 * 4 + (X[:, 0] + X[:, 1]) ** 2 / 4
    X, y = X[np.abs(size - 0.7) > 0.1], (size < 0.7)[np.abs(size - 0.7) > 0.1].astype(int)
    runs = []
    for terms, verdict in (("axes", "not separable"), ("all", "separable")):
        basis = PolynomialBasis(2, terms=terms, include_constant=False).fit(X)
        assert separate(basis.transform(X), y).verdict == verdict
        h = make_pipeline(basis, LogisticClassifier(lam=1e-6)).fit(X, y)
        names = basis.get_feature_names_out().tolist()
        assert ("x0·x1" in names) == (terms == "all")
        # On any line along an axis, axis-wise powers curve the same wherever the line is.
        a, b = (h.decision_function(np.array([[0.1 * t, at] for t in range(3)])) for at in (-1, 1))
        assert np.isclose(np.diff(a)[0], np.diff(b)[0]) == (terms == "axes")
        runs.append((f"{'squares alone' if terms == 'axes' else 'with x₁x₂'}", h))
    return sign_regions_side_by_side(runs, X, y)


def a_bent_separator_in_the_plane() -> Figure:
    """Over two inputs the separator of order 5 is bent where the data moved see it flat.

    5.1.3-views-agree
    """
    X, y = petals(300)
    h = make_pipeline(PolynomialBasis(5, include_constant=False), LogisticClassifier(lam=1e-9)).fit(
        X, y
    )
    moved = h[0].transform(X) @ h[1].coef_[0] + h[1].intercept_[0]
    np.testing.assert_allclose(h.decision_function(X), moved, rtol=1e-9, atol=1e-9)
    assert ((moved > 0) == (h.predict(X) > 0)).all()
    return three_views(h, X, y)


CLAIMS = (
    a_line_cannot_bend,
    a_sigmoid_alone_separates_linearly,
    adding_the_square_separates,
    a_bent_separator_in_the_plane,
    higher_orders_cost_more_for_less,
    high_orders_overfit,
    lam_reduces_but_does_not_remove,
    squares_alone_stay_along_the_axes,
    order_eight_follows_the_waveform,
    xor_by_hand,
    xor_by_descent,
    the_hard_set_needs_order_five,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

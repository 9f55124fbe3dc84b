"""Chapter 4 run: its examples with their numbers, its claims on seeded data, its pitfalls."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import (
    LeastSquares,
    LinearClassifier,
    LogisticClassifier,
    PolynomialBasis,
    SigmoidsClassifier,
    SoftmaxClassifier,
    TableEncoder,
    accuracy,
    separate,
    training_error,
)
from pellucid import test_error as error_on_new_rows
from pellucid.data import Column, Kind, Table
from pellucid.descent import Objective, Steps, minimize
from pellucid.errors import FramingError, SeparationWarning, TooFewRowsWarning
from pellucid.linear import projections, signed_distance
from pellucid.linear.solvers.likelihood import logistic_objective, softmax_objective
from pellucid.losses import LOSSES, nll_from_score, sigmoid, softmax

small = st.floats(-5, 5)


def two_clouds(n: int = 200, apart: float = 2.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    return rng.normal(size=(n, 2)) + apart * (y[:, None] - 0.5), y


def placed(theta: list[float], offset: float) -> LinearClassifier:
    """A linear classifier with parameters of our own."""
    d = len(theta)
    h = LinearClassifier(tries=1).fit(np.vstack([np.zeros(d), np.ones(d)]), [-1, 1])
    h.coef_, h.intercept_ = np.array([theta]), np.array([offset])
    return h


def test_animals_from_five_numbers() -> None:
    """4.1.2-animals, 4.1.2-classification: h: ℝ⁵ → {bird, mammal, fish}."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(3, 5)) * 4
    kinds = np.array(["bird", "mammal", "fish"])
    codes = np.arange(60) % 3
    h = SoftmaxClassifier().fit(centres[codes] + rng.normal(size=(60, 5)), kinds[codes])
    assert set(h.classes_) == set(kinds)
    assert h.predict(centres).tolist() == kinds.tolist()


def test_labels_are_not_magnitudes() -> None:
    """4.1.3-classes-unordered, 4.5.2-integers-impose-order: renaming 0, 1, 2 changes no answer."""
    rng = np.random.default_rng(1)
    X, codes = rng.normal(size=(90, 2)), np.arange(90) % 3
    X = X + 3 * np.eye(3)[codes][:, :2]
    renamed = np.array([50, -7, 3])
    plain = SoftmaxClassifier().fit(X, codes).predict(X)
    assert (SoftmaxClassifier().fit(X, renamed[codes]).predict(X) == renamed[plain]).all()


def test_test_error_and_not_training_error_measures_generalization() -> None:
    """4.1.5-test-error-generalizes, 4.1.5-zero-one-loss: labels are coins, the fit looks good."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(24, 8)), rng.integers(0, 2, 24)
    h = LogisticClassifier().fit(X, y)
    new, coins = rng.normal(size=(4000, 8)), rng.integers(0, 2, 4000)
    assert training_error(h, X, y, "zero-one") < 0.3
    assert error_on_new_rows(h, new, coins, "zero-one") == pytest.approx(0.5, abs=0.04)


def test_beyond_three_is_a_separator() -> None:
    """4.2.1-threshold, eq 4.6: x₁ > 3, θ = (1, 0), θ₀ = −3, at distance 3 from the origin."""
    h = placed([1.0, 0.0], -3.0)
    assert h.predict([[3.1, 9.0], [2.9, 9.0]]).tolist() == [1, -1]
    assert -h.intercept_[0] / np.linalg.norm(h.coef_) == 3


@given(small, small, small)
def test_flipping_keeps_the_boundary_and_swaps_the_sides(a: float, b: float, offset: float) -> None:
    """4.2.2-flipped-inequality; 4.2.8-ties-consistent: on the boundary both answer −1."""
    X = np.random.default_rng(0).normal(size=(40, 2)) * 3
    one, other = placed([a, b], offset), placed([-a, -b], -offset)
    u = X @ [a, b] + offset
    off = np.abs(u) > 1e-9
    assert (one.predict(X)[off] == -other.predict(X)[off]).all()
    on = np.array([[0.0, 0.0]])
    assert placed([a, b], 0.0).predict(on).tolist() == [-1]


def test_some_data_need_an_oblique_line() -> None:
    """4.2.3-oblique-needed: no threshold on x₁ or on x₂ parts them, x₁ + x₂ does."""
    X = np.array([[0.0, 1], [1, 0], [2, -1], [0, 2], [1, 1], [2, 0]])
    y = np.array([0, 0, 0, 1, 1, 1])
    assert separate(X, y).verdict == "separable"
    assert separate(X[:, :1], y).verdict == "not separable"
    assert separate(X[:, 1:], y).verdict == "not separable"


def test_theta_is_normal_to_the_boundary_and_points_to_the_positive_side() -> None:
    """4.2.4-normal-vector, 4.2.10-signed-distance: foot −θ₀θ/‖θ‖², d = −θ₀/‖θ‖ (eq 4.14)."""
    theta, offset = np.array([3.0, 4.0]), -10.0
    foot = projections(np.zeros((1, 2)), theta, offset)[0]
    assert foot == pytest.approx(-offset * theta / (theta @ theta))
    origin, beyond, on = signed_distance([[0, 0], 2 * foot, foot], theta, offset)
    assert (origin, beyond, on) == (-2, 2, pytest.approx(0))  # θ points away from the origin
    assert -origin == -offset / np.linalg.norm(theta)
    along = np.array([-4.0, 3.0])
    assert theta @ along == 0
    assert theta @ (foot + 7 * along) + offset == pytest.approx(0)
    assert np.linalg.norm(foot) == -offset / np.linalg.norm(theta) == 2
    assert placed(list(theta), offset).predict([foot + 0.01 * theta]).tolist() == [1]


@pytest.mark.parametrize(("degrees", "side"), [(10, 1), (80, 1), (100, -1), (170, -1), (180, -1)])
def test_the_dot_product_tells_the_side(degrees: float, side: int) -> None:
    """4.2.6-dot-product-similarity: positive below 90°, negative above."""
    turn = np.deg2rad(degrees)
    assert placed([1.0, 0.0], 0.0).predict([[np.cos(turn), np.sin(turn)]]).tolist() == [side]


def test_a_positive_offset_enlarges_the_positive_side() -> None:
    """4.2.9-offset-sign: θ₀ > 0 moves the boundary against θ."""
    X = np.random.default_rng(0).normal(size=(500, 2))
    shares = [(placed([1.0, 1.0], b).predict(X) == 1).mean() for b in (-1.0, 0.0, 1.0)]
    assert shares == sorted(shares)
    assert placed([1.0, 1.0], 1.0).predict([[0.0, 0.0]]).tolist() == [1]


def test_what_breaks_separability() -> None:
    """4.2.14-broken-separability, 4.2.14-near-separable: coincident opposites; + − + on a line."""
    assert separate([[0.0], [0.0]], [0, 1]).verdict != "separable"
    assert separate([[0.0], [1.0], [2.0]], [1, 0, 1]).verdict == "not separable"
    X, y = two_clouds(400, 3.0)
    assert separate(X, y).verdict == "not separable"
    assert accuracy(LogisticClassifier().fit(X, y), X, y) > 0.95


def test_the_zero_one_objective_gives_descent_no_direction() -> None:
    """4.3.2-flat-sign, eq 4.17: a small move of θ changes no answer."""
    X, y = two_clouds()
    labels = 2 * y - 1

    def J(theta: np.ndarray) -> float:
        return training_error(placed(list(theta), 0.1), X, labels, "zero-one")

    theta, step = np.array([0.3, -0.2]), 1e-7
    for k in range(2):
        e = np.eye(2)[k] * step
        assert J(theta + e) == J(theta - e)


@given(st.floats(-30, 30))
def test_the_sigmoid_has_slope_everywhere(u: float) -> None:
    """4.3.3-sigmoid-has-slope, 4.3.3-half-at-zero, 4.3.4-probability."""
    g = sigmoid(u)
    assert g * sigmoid(-u) > 0
    assert g + sigmoid(-u) == pytest.approx(1)
    assert sigmoid(0.0) == 0.5


def test_a_stricter_threshold_sends_more_people_to_the_test() -> None:
    """4.3.6-disease-test: σ = 0.6 is +1 (no test) at 0.5, −1 at 0.9, whose cut is u = 2.1972."""
    h = LogisticClassifier(lam=0.01).fit([[-3.0], [3.0]], [-1, 1])
    at = np.log(0.6 / 0.4) / h.coef_[0, 0]
    assert h.predict_proba([[at]])[0, 1] == pytest.approx(0.6)
    assert h.predict([[at]]).tolist() == [1]
    h.set_params(threshold=0.9)
    assert h.predict([[at]]).tolist() == [-1]
    cut = 2.1972 / h.coef_[0, 0]
    assert h.predict([[cut - 1e-3], [cut + 1e-3]]).tolist() == [-1, 1]


@pytest.mark.parametrize(
    ("slope", "offset", "middle", "at_half"),
    [(1, 0, 0, 0.62246), (1, 4, -4, 0.98901), (4, 0, 0, 0.88080), (20, 0, 0, 0.9999546)],
)
def test_shapes_of_the_sigmoid(slope, offset, middle, at_half) -> None:
    """4.3.8-shapes, 4.3.8-steepness-and-shift: u = x, x + 4, 4x, 20x."""
    assert sigmoid(slope * middle + offset) == 0.5
    assert sigmoid(slope * 0.5 + offset) == pytest.approx(at_half, abs=1e-5)


def test_at_one_half_both_classifiers_share_their_separator() -> None:
    """4.3.10-same-boundary: at another threshold it is shifted in parallel."""
    X, y = two_clouds()
    h = LogisticClassifier().fit(X, y)
    line = placed(list(h.coef_[0]), h.intercept_[0])
    assert ((h.predict(X) == 1) == (line.predict(X) == 1)).all()
    h.set_params(threshold=0.8)
    shifted = placed(list(h.coef_[0]), h.intercept_[0] - np.log(0.8 / 0.2))
    assert ((h.predict(X) == 1) == (shifted.predict(X) == 1)).all()


def test_labels_minus_one_and_one_are_converted() -> None:
    """4.3.12-labels, 4.3.12-convert-labels: −1, +1 fit as 0, 1 do; the bare loss refuses −1."""
    X, y = two_clouds()
    one, other = LogisticClassifier().fit(X, y), LogisticClassifier().fit(X, 2 * y - 1)
    assert (one.coef_ == other.coef_).all()
    assert set(other.predict(X)) == {-1, 1}
    with pytest.raises(ValueError, match="-1"):
        LOSSES["nll"]([0.5], [-1])


def test_the_likelihood_is_the_hit_rate_of_a_random_guesser() -> None:
    """4.3.12-hit-rate, 4.3.13-likelihood: its log is minus the summed loss (eq 4.21–4.30)."""
    g, y = np.array([0.8, 0.3, 0.6]), np.array([1.0, 0.0, 1.0])
    likelihood = np.prod(g**y * (1 - g) ** (1 - y))
    assert np.log(likelihood) == pytest.approx(-LOSSES["nll"](g, y).sum())
    assert np.log(likelihood) == pytest.approx(-nll_from_score(np.log(g / (1 - g)), y).sum())
    draws = np.random.default_rng(0).random((200_000, 3)) < g
    assert (draws == y.astype(bool)).all(axis=1).mean() == pytest.approx(likelihood, abs=0.005)


def descended(lam: float, steps: int = 20_000, rate: float = 0.1) -> float:
    theta = np.zeros((1, 1))
    X, y = np.array([[-3.0, 3.0]]), np.array([[0.0, 1.0]])
    for _ in range(steps):
        theta = theta - rate * logistic_objective(theta, 0.0, X, y, lam)[1]
    return theta.item()


@pytest.mark.parametrize(("lam", "theta"), [(0.0, 3.266), (0.01, 1.526), (0.1, 0.912)])
def test_weights_after_twenty_thousand_steps(lam: float, theta: float) -> None:
    """4.3.17-growing-weights, 4.3.17-confidence-pays: x = ±3."""
    assert descended(lam) == pytest.approx(theta, abs=1e-3)


def test_without_lam_the_weights_keep_growing_and_it_is_said() -> None:
    """4.3.17-separated-data, 4.3.17-confidence-pays."""
    assert descended(0.0, 2000) < descended(0.0, 4000) < descended(0.0, 8000)
    with pytest.warns(SeparationWarning, match="lam > 0"):
        LogisticClassifier(lam=0.0).fit([[-3.0], [3.0]], [0, 1])


@given(small, small, st.sampled_from([0.0, 1.0]), small)
def test_three_factors_collapse_to_one(theta: float, offset: float, y: float, x: float) -> None:
    """4.4.5-product-collapses, 4.4.3-chain-rule, 4.4.4-factors, 4.4.5-point-gradient."""
    u = theta * x + offset
    g = sigmoid(u)
    by_chain = -(y / g - (1 - y) / (1 - g)) * (g * (1 - g)) * x
    assert by_chain == pytest.approx((g - y) * x, abs=1e-9)
    step = 1e-5
    slope = (nll_from_score(u + step * x, y) - nll_from_score(u - step * x, y)) / (2 * step)
    assert slope == pytest.approx((g - y) * x, abs=1e-6)
    one = (np.array([[theta]]), offset, np.array([[x]]), np.array([[y]]), 0.0)
    _, by_theta, by_offset = logistic_objective(*one)
    assert (by_theta.item(), by_offset) == (pytest.approx((g - y) * x), pytest.approx(g - y))


def test_the_offset_carries_no_regularizer() -> None:
    """4.4.5-offset-free, 4.3.16-objective, eq 4.57: λ does not enter ∂J/∂θ₀."""
    X, y = np.array([[-3.0, 3.0, 1.0]]), np.array([[0.0, 1.0, 1.0]])
    one, other = (logistic_objective(np.ones((1, 1)), 0.7, X, y, lam) for lam in (0.0, 5.0))
    assert one[2] == other[2]
    assert other[1] - one[1] == pytest.approx(2 * 5.0)


def test_theta_and_offset_step_together_from_old_values() -> None:
    """4.4.5-simultaneous-updates, eq 4.58–4.60: θ₀ steps by the slope at the old θ, not the new."""
    X, y = np.array([[-1.0, 2.0, 4.0]]), np.array([[0.0, 1.0, 1.0]])

    def slopes(theta: np.ndarray, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        _, by_theta, by_offset = logistic_objective(theta, float(offset), X, y, 0.1)
        return by_theta, np.array(by_offset)

    J = Objective(
        lambda both: logistic_objective(both[0], float(both[1]), X, y, 0.1)[0],
        lambda both: slopes(*both),
    )
    old, old_offset = np.array([[0.3]]), np.array(-0.2)
    theta, offset = minimize(J, (old, old_offset), step_size=0.5, stop=Steps(1)).theta
    by_theta, by_offset = slopes(old, old_offset)
    np.testing.assert_allclose(theta, old - 0.5 * by_theta)
    np.testing.assert_allclose(offset, old_offset - 0.5 * by_offset)
    in_turn = old_offset - 0.5 * slopes(theta, old_offset)[1]
    assert abs(offset - in_turn) > 0.01


def test_furniture_in_one_hot() -> None:
    """4.5.2-furniture, 5.3.1.3-furniture: table, bed, couch, chair in this order."""
    names = ("table", "bed", "couch", "chair")
    pieces = Column("piece", Kind.CATEGORY, np.array([3, 0, 2, 1], np.int32), names)
    coded = TableEncoder().fit_transform(Table((pieces,)))
    assert coded.tolist() == [[0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]]
    assert (coded.sum(axis=1) == 1).all()


def test_probabilities_sum_to_one_within_a_point() -> None:
    """4.5.3-class-probabilities, 4.5.3-normalize-within-point, 4.5.8-disjoint-probabilities."""
    U = np.random.default_rng(0).normal(size=(6, 3)) * 10
    g = softmax(U)
    np.testing.assert_allclose(g.sum(axis=1), 1)
    assert not np.allclose(g.sum(axis=0), 1)


@given(small)
def test_softmax_of_a_score_and_zero_is_the_sigmoid(u: float) -> None:
    """4.5.4-binary-special-case, eq 4.70–4.74."""
    assert softmax([u, 0.0]) == pytest.approx([float(sigmoid(u)), 1 - float(sigmoid(u))])


def test_softmax_of_two_classes_is_logistic() -> None:
    """4.5.4-binary-agrees: θ = ±θ_lr/2, so softmax pays half the penalty at λ and half at 2λ."""
    X, y = two_clouds()
    several, two = SoftmaxClassifier(lam=2e-2).fit(X, y), LogisticClassifier(lam=1e-2).fit(X, y)
    np.testing.assert_allclose(several.predict_proba(X), two.predict_proba(X), atol=1e-6)


def test_one_two_three() -> None:
    """4.5.6-one-two-three."""
    assert softmax([1.0, 2.0, 3.0]) == pytest.approx([0.0900, 0.2447, 0.6652], abs=5e-5)
    assert LOSSES["nllm"](softmax([1.0, 2, 3]), [0, 0, 1]) == pytest.approx(0.4076, abs=5e-5)


@given(small, small, small)
def test_the_larger_score_is_the_likelier_class(a: float, b: float, c: float) -> None:
    """4.5.6-larger-score-closer, 4.5.6-softmax."""
    g = softmax([a, b, c])
    assert (a > b) <= (g[0] >= g[1])


def test_softmax_gradient_of_a_point() -> None:
    """4.5.7-softmax-gradient: x(g − y)ᵀ and g − y, against central differences."""
    rng = np.random.default_rng(0)
    theta, offset, x = rng.normal(size=(2, 3)), rng.normal(size=(3, 1)), rng.normal(size=(2, 1))
    Y = np.array([[0.0], [1.0], [0.0]])
    _, by_theta, by_offset = softmax_objective(theta, offset, x, Y, 0.0)
    g = softmax((theta.T @ x + offset).T).T
    np.testing.assert_allclose(by_theta, x @ (g - Y).T)
    np.testing.assert_allclose(by_offset, g - Y)
    step = np.zeros((2, 3))
    step[1, 2] = 1e-6
    up, down = (softmax_objective(theta + s * step, offset, x, Y, 0.0)[0] for s in (1, -1))
    assert (up - down) / 2e-6 == pytest.approx(by_theta[1, 2], abs=1e-8)


def test_one_animal_is_not_cat_and_dog_but_a_picture_may_hold_both() -> None:
    """4.5.8-cat-and-dog, 4.5.8-softmax-misfits-overlap: sigmoids say 90 % and 90 %."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    Y = (X + 0.3 * rng.normal(size=(400, 2)) > 0).astype(int)
    g = SigmoidsClassifier().fit(X, Y).predict_proba([[1.5, 1.5]])[0]
    assert g.min() > 0.9
    exclusive = softmax(np.array([5.0, 5.0]))
    assert exclusive.max() == 0.5


def test_softmax_is_refused_for_several_labels_a_row() -> None:
    """4.5.8-exclusive-classes."""
    with pytest.raises(ValueError, match=r"1d|SigmoidsClassifier|multilabel"):
        SoftmaxClassifier().fit([[0.0], [1.0]], [[1, 1], [0, 1]])
    with pytest.raises(FramingError, match="SoftmaxClassifier"):
        LogisticClassifier().fit([[0.0], [1.0], [2.0]], [0, 1, 2])


def test_a_linear_machine_fails_on_xor_and_order_two_solves_it() -> None:
    """5.2.1.6-xor-linear-fails."""
    X = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    y = np.array([1, 0, 0, 1])
    assert separate(X, y).verdict == "not separable"
    with pytest.warns(TooFewRowsWarning, match="5 features of 4 rows"):
        bent = PolynomialBasis(2, include_constant=False).fit_transform(X)
    assert separate(bent, y).verdict == "separable"
    assert accuracy(LogisticClassifier().fit(bent, y), bent, y) == 1


def test_theta_is_a_slope_in_regression_and_a_normal_in_classification() -> None:
    """4.2.12-slope-or-normal: h = 2x + 1 rises 2 a step; the boundary 2x₁ + x₂ = 0 falls by 2."""
    h = LeastSquares().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    assert h.predict([[1.0]])[0] - h.predict([[0.0]])[0] == pytest.approx(h.coef_[0])
    line = placed([2.0, 1.0], 0.0)
    assert line.predict([[1.0, -1.9], [1.0, -2.1]]).tolist() == [1, -1]


def test_a_scale_decides_which_feature_counts() -> None:
    """5.3.3.1-scale-of-features, eq 5.29: 10 % of 4000 is 400, all of 7 is 7."""
    columns = (
        Column("salary", Kind.NUMERIC, np.array([3600.0, 4000.0, 4400.0])),
        Column("years", Kind.NUMERIC, np.array([0.0, 7.0, 14.0])),
    )
    raw = np.column_stack([c.values for c in columns])
    assert (raw[2] - raw[1]).tolist() == [400, 7]
    coded = TableEncoder().fit_transform(Table(columns))
    np.testing.assert_allclose(coded[:, 0], coded[:, 1])

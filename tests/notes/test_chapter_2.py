"""Chapter 2 run: its examples with their numbers, its claims on seeded data, its pitfalls."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import (
    LeastSquares,
    PolynomialBasis,
    RandomRegression,
    Ridge,
    RidgeCV,
    TableEncoder,
    cross_validate,
    learning_curve,
    training_error,
    tune,
    validate,
)
from pellucid import test_error as error_on_new_rows
from pellucid.calculus import closed_form, declare, differentiate, read
from pellucid.calculus.codegen.modules import callable_for
from pellucid.data import Column, Kind, Table, folds
from pellucid.descent import Objective, local_minima, minimize
from pellucid.descent.objective import central_differences
from pellucid.errors import ShapeError, SingularWarning
from pellucid.linear.solvers.ridge_solutions import gradient
from pellucid.losses import LOSSES


def rows(n: int, d: int = 3, noise: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, X @ np.arange(1.0, d + 1) + 2 + noise * rng.normal(size=n)


def J(theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> float:
    """In the notes' layout: θ d×1, X d×n, Y 1×n."""
    return ((theta.T @ X - Y) @ (theta.T @ X - Y).T / X.shape[1]).item()


def test_three_brands_become_unit_vectors() -> None:
    """2.1.3-one-hot-brands, eq 2.1."""
    brands = Column("brand", Kind.CATEGORY, np.array([0, 1, 2], np.int32), ("A", "B", "C"))
    assert TableEncoder().fit_transform(Table((brands,))).tolist() == (np.eye(3).tolist())


def test_life_expectancy_is_a_function_of_three_numbers() -> None:
    """2.1.3-life-expectancy, 2.1.2-signature: h takes x in ℝ³ and answers one number."""
    h = LeastSquares().fit(*rows(20))
    assert h.predict([[1.7, 65.0, 40.0]]).shape == (1,)


def test_with_lam_zero_the_objective_is_the_training_error() -> None:
    """2.2.2-zero-lam-is-training-error."""
    X, y = rows(30)
    h = Ridge(lam=0.0).fit(X, y)
    plain = LeastSquares().fit(X, y)
    np.testing.assert_allclose(h.coef_, plain.coef_)
    theta = np.append(h.intercept_, h.coef_)[:, None]
    appended = np.vstack([np.ones(30), X.T])
    assert J(theta, appended, y[None, :]) == pytest.approx(training_error(h, X, y))


def test_minimum_and_argmin_of_the_shifted_square() -> None:
    """2.2.3-shifted-square: the least value is 0, taken at x* = 1."""
    bowl = Objective(lambda x: float((x[0] - 1) ** 2))
    assert bowl.value(np.array([1.0])) == 0
    assert bowl.gradient_at(np.array([1.0]))[0] == pytest.approx(0, abs=1e-9)
    assert bowl.gradient_at(np.array([0.5]))[0] < 0 < bowl.gradient_at(np.array([1.5]))[0]


def test_optimization_returns_the_lowest_value_and_where_it_is() -> None:
    """2.2.3-min-and-argmin: (x − 1)² + 2 is least, 2, at 1; the two are told apart."""

    def f(x: float) -> float:
        return float((x - 1) ** 2 + 2)

    found = minimize(f, 4.0, step_size=0.3)
    assert found.value == pytest.approx(2)  # an output
    assert float(found.theta) == pytest.approx(1, abs=1e-4)  # an input
    assert f(float(found.theta)) == found.value
    (seen,) = local_minima(f, -3.0, 4.0)
    assert (seen.value, seen.theta) == (pytest.approx(2), pytest.approx(1, abs=2e-3))


@pytest.mark.parametrize(
    ("text", "kind", "by_hand"),
    [("(theta*x - y)^2", "minimiser", 2 * 3.0**2), ("y - (theta*x)^2", "maximiser", -2 * 3.0**2)],
)
def test_the_sign_of_the_second_derivative_tells_a_minimum(text, kind, by_hand) -> None:
    """2.5.8-second-derivative: J′ = 0 is a minimiser where J″ > 0, a maximiser where J″ < 0."""
    declared = declare({"theta": "scalar", "x": "scalar", "y": "scalar"})
    theta = declared.symbols["theta"]
    J = read(text, declared)
    stationary = closed_form(J, theta)
    assert f"its {kind} solves" in str(stationary)
    second = differentiate(differentiate(J, theta).expression, theta).expression
    assert float(callable_for([second])(x=3.0)) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("J", "start"),
    [
        (lambda t: -float(t**2), 0.0),
        (lambda t: float(t[0] ** 2 - t[1] ** 2), np.array([0.0, 0.0])),
        (lambda t: float(t**3), 0.0),
    ],
    ids=["a peak", "a saddle", "a terrace"],
)
def test_a_zero_gradient_is_not_taken_for_a_minimum(J, start) -> None:
    """2.5.11-zero-gradient-may-mislead: a peak, a saddle and a terrace are told from a minimum."""
    found = minimize(J, start, step_size=0.1)
    assert found.gradient_norm == pytest.approx(0, abs=1e-6)
    assert found.verdict == "saddle or flat"
    assert minimize(lambda t: float(np.sum(t**2)), start).verdict == "converged"


def test_a_miss_grows_dearer_the_larger_it_already_is() -> None:
    """2.3.5-square-differences, 2.3.5-symmetric-loss: 2² − 1² = 3, 24² − 23² = 47."""
    square = LOSSES["square"]
    assert square(2.0, 0.0) - square(1.0, 0.0) == 3
    assert square(24.0, 0.0) - square(23.0, 0.0) == 47
    assert square(-5.0, 0.0) == square(5.0, 0.0)


def test_the_square_of_a_length_is_smooth_where_the_length_is_not() -> None:
    """2.3.5-smooth-square: slopes of w² and of |w| on both sides of 0."""
    step = 1e-6
    assert LOSSES["square"].derivative(np.array([-step, step]), np.zeros(2)) == pytest.approx(
        [0, 0], abs=1e-5
    )
    assert LOSSES["absolute"].derivative(np.array([-step, step]), np.zeros(2)).tolist() == [-1, 1]


def test_predictions_of_a_linear_hypothesis_lie_on_a_plane() -> None:
    """2.3.7-hyperplane: midpoints are predicted by midpoints."""
    h = LeastSquares().fit(*rows(20))
    a, b = np.random.default_rng(1).normal(size=(2, 8, 3))
    np.testing.assert_allclose(h.predict((a + b) / 2), (h.predict(a) + h.predict(b)) / 2)


def test_the_larger_weight_matters_more_on_a_common_scale() -> None:
    """2.3.8-larger-weight-matters-more: without its column the model loses the more."""
    X, y = rows(400)
    whole = training_error(LeastSquares().fit(X, y), X, y)
    lost = []
    for k in range(3):
        Z = np.delete(X, k, axis=1)
        lost.append(training_error(LeastSquares().fit(Z, y), Z, y) - whole)
    assert lost == sorted(lost)


def test_random_tries_are_a_level_that_least_squares_beats() -> None:
    """2.4-baseline-to-beat, 2.4-more-tries-never-worse."""
    X, y = rows(50)
    best = RandomRegression(tries=2000).fit(X, y).best_
    assert (np.diff(best) <= 0).all()
    assert training_error(LeastSquares().fit(X, y), X, y) <= best[-1]


@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 999))
def test_five_forms_of_the_objective_agree(d: int, n: int, seed: int) -> None:
    """2.5.6-forms-agree, 2.5.7-transposed-layout: sum, dot, matrix and transposed matrix."""
    rng = np.random.default_rng(seed)
    X, Y, theta = rng.normal(size=(d, n)), rng.normal(size=(1, n)), rng.normal(size=(d, 1))
    by_sum = sum((float(theta[:, 0] @ X[:, i]) - Y[0, i]) ** 2 for i in range(n)) / n
    R = theta.T @ X - Y
    assert J(theta, X, Y) == pytest.approx(by_sum)
    h = LeastSquares(fit_intercept=False)
    h.coef_, h.intercept_ = theta[:, 0], 0.0
    assert training_error(h, X.T, Y[0], "square") == pytest.approx(by_sum)
    slopes = central_differences(lambda t: J(t, X, Y), theta)
    np.testing.assert_allclose(gradient(X.T, Y.T, theta, 0.0), slopes, atol=1e-6)
    assert float(R.ravel() @ R.ravel()) / n == pytest.approx(by_sum)
    Xt, Yt = X.T, Y.T
    assert ((Xt @ theta - Yt).T @ (Xt @ theta - Yt) / n).item() == pytest.approx(by_sum)
    if d == 1:
        assert ((theta * X - Y) @ (theta * X - Y).T / n).item() == pytest.approx(by_sum)


def test_two_points_by_row_vectors() -> None:
    """2.5.9-two-points, 2.5.9-n-point-minimum: x = (1, 2), y = (2, 3); R and J at 1, J* = 0.1."""
    X, Y = np.array([[1.0, 2.0]]), np.array([[2.0, 3.0]])
    one = np.array([[1.0]])
    assert (one.T @ X - Y).tolist() == [[-1, -1]]
    assert J(one, X, Y) == 1
    best = (X * Y).sum() / (X * X).sum()
    h = LeastSquares(fit_intercept=False).fit(X.T, Y[0])
    assert best == 8 / 5 == pytest.approx(h.coef_[0])
    assert J(np.array([[best]]), X, Y) == pytest.approx(0.1)


def test_one_point_is_fitted_by_y_over_x_and_not_at_zero() -> None:
    """2.5.8-one-point-minimum, 2.5.8-divide-by-zero."""
    h = LeastSquares(fit_intercept=False).fit([[4.0]], [10.0])
    assert h.coef_[0] == 2.5
    with pytest.warns(SingularWarning):
        assert LeastSquares(fit_intercept=False).fit([[0.0]], [10.0]).coef_[0] == 0


def test_the_prepended_one_gives_the_offset_first() -> None:
    """2.5.12-offset-comes-first, 2.5.2-appended-one, 2.5.12-ols-solution: (XXᵀ)⁻¹XYᵀ."""
    X, y = rows(25)
    h = LeastSquares().fit(X, y)
    columns = np.vstack([np.ones(25), X.T])
    theta = np.linalg.solve(columns @ columns.T, columns @ y[:, None])
    np.testing.assert_allclose(theta[:, 0], [h.intercept_, *h.coef_])


def test_a_one_appended_to_some_points_only_is_a_shape_error() -> None:
    """2.5.6-append-to-every-point, 2.5.6-shape-errors: both shapes are named."""
    h = LeastSquares().fit(*rows(20))
    with pytest.raises(ValueError, match=r"4 features.* 3 features"):
        h.predict([[1.0, 2.0, 3.0, 4.0]])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LeastSquares().fit(np.ones((3, 2)), np.ones(4))


def test_residuals_are_orthogonal_to_every_column() -> None:
    """2.5.11-residuals-orthogonal, 2.5.10-stationary-system: X(Xᵀθ − Yᵀ) = 0, d + 1 equations."""
    X, y = rows(40)
    h = LeastSquares().fit(X, y)
    residuals = h.predict(X) - y
    np.testing.assert_allclose(X.T @ residuals, 0, atol=1e-11)
    assert residuals.sum() == pytest.approx(0, abs=1e-11)


def test_the_change_of_j_is_the_step_times_the_gradient() -> None:
    """2.5.10-first-order-change, 2.5.11-differences-agree: exact as the step shrinks."""
    X, y = rows(30)
    theta = np.random.default_rng(2).normal(size=3)
    objective = Objective(lambda t: float(np.mean((X @ t - y) ** 2)))
    slope = gradient(X, y[:, None], theta[:, None], 0.0).ravel()
    direction = np.random.default_rng(3).normal(size=3)
    errors = [
        abs(objective.value(theta + s * direction) - objective.value(theta) - s * direction @ slope)
        for s in (1e-2, 1e-4)
    ]
    assert errors[1] < 1e-3 * errors[0]
    np.testing.assert_allclose(objective.gradient_at(theta), slope, rtol=1e-6)


def test_a_fair_prior_resists_three_heads_in_four() -> None:
    """2.6.2-coin-prior: pulled from 75 % towards 50 %, the more the larger λ."""
    flips, ones = np.array([1.0, 1.0, 1.0, 0.0]), np.ones((4, 1))
    found = [
        Ridge(lam=lam, prior=[0.5], fit_intercept=False).fit(ones, flips).coef_[0]
        for lam in (0.0, 1.0, 100.0)
    ]
    assert found[0] == pytest.approx(0.75)
    assert found[1] == pytest.approx(0.625)
    assert found[2] == pytest.approx(0.5, abs=0.01)


def test_a_good_prior_helps_when_data_are_few() -> None:
    """2.6.2-prior-helps-when-scarce: true weights 1, 2, 3, the prior near them."""
    X, y = rows(2000, seed=9)
    few = [rows(5, seed=s) for s in range(40)]
    plain = np.mean([error_on_new_rows(Ridge(0.3).fit(*f), X, y) for f in few])
    told = Ridge(0.3, prior=[1.1, 1.9, 3.2])
    assert np.mean([error_on_new_rows(told.fit(*f), X, y) for f in few]) < 0.8 * plain


def test_ridge_and_more_data_tame_amplification() -> None:
    """2.6.4-ridge-tames-amplification: ±3 of noise, two points 0.01 apart, asked at x = 2."""
    rng = np.random.default_rng(0)

    def guesses(n: int, lam: float) -> float:
        found = []
        for _ in range(200):
            x = np.linspace(0, 0.01, n) if n == 2 else np.linspace(0, 1, n)
            y = 25 + rng.uniform(-3, 3, n)
            found.append(Ridge(lam).fit(x[:, None], y).predict([[2.0]])[0])
        return float(np.std(found))

    assert guesses(2, 0.0) > 300
    assert guesses(2, 0.1) < 3
    assert guesses(400, 0.0) < 1


def test_a_lowered_offset_is_not_mended_by_a_penalised_slope() -> None:
    """2.6.5-lowered-offset: far from the origin, J rises and the slope only flattens."""
    X, y = rows(50, d=1)
    X = X + 20
    h = LeastSquares().fit(X, y)
    low = h.intercept_ - 10
    assert np.mean((X @ h.coef_ + low - y) ** 2) > 50 * training_error(h, X, y)
    free, pulled = Ridge(1.0).fit(X, y), Ridge(1.0, penalize_offset=True).fit(X, y)
    assert training_error(free, X, y) != pytest.approx(training_error(pulled, X, y))


def test_a_singular_problem_names_its_columns_and_lam_restores_one_answer() -> None:
    """2.6.7-singular-least-squares, 2.6.7-singular-message: as λ → 0 the shortest answer."""
    X, y = rows(30, d=2)
    X = np.column_stack([X, X[:, 0]])
    with pytest.warns(SingularWarning, match=r"column 2.*λ > 0"):
        shortest = LeastSquares().fit(X, y)
    near = Ridge(1e-9).fit(X, y)
    np.testing.assert_allclose(near.coef_, shortest.coef_, rtol=1e-6)
    assert near.coef_[0] == pytest.approx(near.coef_[2])


@pytest.mark.parametrize("penalized", [False, True])
def test_large_lam_leaves_the_mean_or_nothing(penalized: bool) -> None:
    """2.6.8-large-lam-shrinks, 2.6.8-lam-extremes: ‖θ‖ → 0; h → ȳ, or 0 with a penalised offset."""
    X, y = rows(30)
    h = Ridge(1e9, penalize_offset=penalized).fit(X, y)
    assert np.linalg.norm(h.coef_) < 1e-6
    np.testing.assert_allclose(h.predict(X), 0 if penalized else y.mean(), atol=1e-5)


def test_a_strong_effect_survives_the_penalty_and_a_weak_one_does_not() -> None:
    """2.6.8-strong-effect-survives, 2.6.8-small-lam-is-ols."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 2))
    y = 10 * X[:, 0] + 0.1 * X[:, 1] + rng.normal(size=200)
    h = Ridge(0.3).fit(X, y)
    assert h.coef_[0] > 7
    assert abs(h.coef_[1]) < 0.5
    np.testing.assert_allclose(Ridge(1e-12).fit(X, y).coef_, LeastSquares().fit(X, y).coef_)


def test_n_lam_stands_on_the_diagonal_and_makes_the_matrix_invertible() -> None:
    """2.6.11-ridge-diagonal, 2.6.12-invertibility, 2.6.10-ridge-solution: n = 4, λ = 0.5."""
    X, Y = np.ones((3, 4)), np.array([[1.0, 2, 3, 4]])
    A = X @ X.T + 4 * 0.5 * np.eye(3)
    assert np.linalg.matrix_rank(X @ X.T) == 1
    assert (A - X @ X.T).tolist() == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]
    h = Ridge(0.5, fit_intercept=False).fit(X.T, Y[0])
    np.testing.assert_allclose(h.coef_, np.linalg.solve(A, X @ Y.T).ravel())


def test_ridge_lowers_overfitting() -> None:
    """2.6.12-ridge-lowers-overfitting: 20 columns, 25 rows."""
    X, y = rows(2000, d=20, noise=30.0, seed=1)
    train, new = slice(0, 25), slice(25, None)
    gaps = []
    for lam in (0.0, 2.0):
        h = Ridge(lam).fit(X[train], y[train])
        gaps.append(error_on_new_rows(h, X[new], y[new]) - training_error(h, X[train], y[train]))
    assert gaps[1] < gaps[0] / 2


def test_more_data_steady_the_fit() -> None:
    """2.7.2-more-data-steadies: held-out loss falls with the rows; four points move far."""
    X, y = rows(800)
    curve = learning_curve(LeastSquares(), X, y, sizes=[5, 40, 600])
    held = [s.mean for s in curve.held_out]
    assert held[0] > held[1] > held[2]
    few = [LeastSquares().fit(X[s : s + 4, :1], y[s : s + 4]).coef_[0] for s in range(0, 400, 4)]
    many = [LeastSquares().fit(X[s : s + 200, :1], y[s : s + 200]).coef_[0] for s in (0, 200, 400)]
    assert np.std(few) > 5 * np.std(many)


def test_more_data_do_not_teach_a_line_to_bend() -> None:
    """2.7.3-line-on-parabola: the line's loss stays, the quadratic's goes."""
    rng = np.random.default_rng(0)
    for n in (50, 5000):
        x = rng.uniform(-1, 1, (n, 1))
        y = x[:, 0] ** 2
        bend = PolynomialBasis(2, include_constant=False).fit(x)
        assert training_error(LeastSquares().fit(x, y), x, y) > 0.07
        Z = bend.transform(x)
        assert training_error(LeastSquares().fit(Z, y), Z, y) < 1e-25


def test_lam_trades_one_error_for_the_other() -> None:
    """2.7.4-lam-trade-off, 2.7.3-lam-milder-than-order: spread falls, bias rises; best between."""
    X, y = rows(3000, d=10, noise=15.0, seed=3)
    new = slice(2000, None)
    lams = [1e-4, 0.3, 100.0]
    spread, bias, loss = [], [], []
    for lam in lams:
        fits = [Ridge(lam).fit(X[s : s + 20], y[s : s + 20]) for s in range(0, 2000, 20)]
        guesses = np.array([h.predict(X[new]) for h in fits])
        spread.append(guesses.var(axis=0).mean())
        bias.append(np.mean((guesses.mean(axis=0) - (X[new] @ np.arange(1.0, 11) + 2)) ** 2))
        loss.append(np.mean((guesses - y[new]) ** 2))
    assert spread == sorted(spread, reverse=True)
    assert bias[2] > bias[0]
    assert loss[1] == min(loss)


def test_four_chunks_give_four_hypotheses() -> None:
    """2.7.11-four-chunks, 2.7.11-not-one-hypothesis: scores and no model are returned."""
    X, y = rows(20)
    found = cross_validate(Ridge(), X, y, k=4)
    assert len(found.score.chunks) == 4
    assert not hasattr(found, "predict")


def test_inside_a_fold_n_is_that_of_the_fold() -> None:
    """2.7.11-chunk-size-of-fold: nλ with the training rows of the fold, in the fast grid too."""
    X, y = rows(20, d=2)
    chunks = folds(20, 4, seed=0)
    fast = RidgeCV(lams=(0.7,), cv=chunks).fit(X, y)
    losses = []
    for train, held in chunks:
        Z, mean = X[train] - X[train].mean(axis=0), y[train].mean()
        theta = np.linalg.solve(Z.T @ Z + 15 * 0.7 * np.eye(2), Z.T @ (y[train] - mean))
        guess = (X[held] - X[train].mean(axis=0)) @ theta + mean
        losses.append(np.mean((guess - y[held]) ** 2))
    assert np.ravel(fast.scores_).mean() == pytest.approx(np.mean(losses))


def test_cross_validation_approximates_validation() -> None:
    """2.7.11-approximates-validation, 2.7.9-averaging-steadies, 2.7.9-lucky-split."""

    def sample(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        X = rng.normal(size=(60, 3))
        return X, X @ [1.0, 2.0, 3.0] + rng.normal(size=60)

    truth = validate(Ridge(0.01), sample, rounds=300)
    assert truth.std() > 0.15 * truth.mean()  # one split may be lucky or unlucky
    steadier = truth.reshape(30, 10).mean(axis=1)
    assert steadier.std() < truth.std() / 2
    rng = np.random.default_rng(4)
    folded = [cross_validate(Ridge(0.01), *sample(rng)).score.mean for _ in range(40)]
    assert np.mean(folded) == pytest.approx(truth.mean(), rel=0.08)


def test_scored_by_training_error_the_smallest_lam_wins() -> None:
    """2.7.15-training-error-picks-smallest, 2.7.15-lambda-optimization: held-out rows do not."""
    X, y = rows(24, d=10, noise=20.0)
    lams = [1e-6, 0.01, 1.0, 10.0]
    tuned = tune(Ridge(), X, y, lams)
    assert int(np.argmin([s.mean for s in tuned.training])) == 0
    assert tuned.best_value > 1e-6


def test_the_final_loss_has_no_regularizer() -> None:
    """2.7.5-unregularized-evaluation, eq 2.64."""
    X, y = rows(30)
    h = Ridge(5.0).fit(X, y)
    assert error_on_new_rows(h, X, y) == pytest.approx(np.mean((h.predict(X) - y) ** 2))


def test_a_prior_of_the_wrong_length_is_a_shape_error() -> None:
    """2.6.2-prior-regularizer."""
    with pytest.raises(ShapeError, match="θ has 3 entries"):
        Ridge(prior=[1.0, 2.0]).fit(*rows(10))

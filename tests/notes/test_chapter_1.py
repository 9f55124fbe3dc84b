"""Chapter 1 run: its examples with their numbers, its claims on seeded data, its pitfalls."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import (
    LeastSquares,
    MeanBaseline,
    NearestNeighborRegressor,
    PolynomialBasis,
    frame,
    read_table,
    training_error,
    validate,
)
from pellucid import test_error as error_on_new_rows
from pellucid.data import Column, Kind, Table
from pellucid.descent import check_gradient, minimize, model_objective
from pellucid.descent.model import HYPOTHESES
from pellucid.errors import HyperparameterError
from pellucid.evaluation.assumptions import check_assumptions
from pellucid.evaluation.decision_threshold import choose_threshold, expected_costs
from pellucid.features.polynomial_fit import fit_polynomial
from pellucid.losses import LOSSES, asymmetric


def table(**columns: np.ndarray) -> Table:
    return Table(tuple(Column(n, Kind.NUMERIC, np.asarray(v, float)) for n, v in columns.items()))


def noisy_line(rng: np.random.Generator, n: int = 30) -> tuple[np.ndarray, np.ndarray]:
    X = rng.normal(size=(n, 1))
    return X, 2 * X[:, 0] + 1 + rng.normal(size=n)


def test_puppies_are_a_regression_judged_by_the_absolute_error(tmp_path) -> None:
    """1.0.5-puppies, 1.0.5-problem-framing, 1.0.7-solution-framing: framed in words."""
    rng = np.random.default_rng(0)
    breeds = rng.choice(["beagle", "pug", "poodle"], 60)
    lines = [
        f"{rng.uniform(3, 30):.1f},{rng.uniform(100, 160):.1f},{b},{rng.uniform(8, 16):.2f}"
        for b in breeds
    ]
    (tmp_path / "puppies.csv").write_text(
        "weight,pressure,breed,lifetime\n" + "\n".join(lines), encoding="utf-8"
    )
    framing = frame(read_table(tmp_path / "puppies.csv"), "lifetime", loss="absolute")
    assert (framing.problem, framing.loss) == ("regression", "absolute")
    assert framing.assumptions
    assert framing.features == ("weight", "pressure", "breed")


@pytest.mark.parametrize(
    ("target", "problem"), [("salary", "regression"), ("language", "several classes")]
)
def test_the_target_tells_regression_from_classification(tmp_path, target, problem) -> None:
    """1.1.3-salary-and-language, 1.1.3-supervised-classes."""
    rng = np.random.default_rng(1)
    lines = [
        f"{rng.integers(0, 40)},{rng.uniform(2e4, 9e4):.2f},{rng.choice(['en', 'fr', 'de'])}"
        for _ in range(90)
    ]
    (tmp_path / "t.csv").write_text("years,salary,language\n" + "\n".join(lines), encoding="utf-8")
    assert frame(read_table(tmp_path / "t.csv"), target).problem == problem


def test_dependent_points_teach_less() -> None:
    """1.2.5-dependent-points-teach-less: thirty points, or ten of them thrice."""

    def thrice(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        X, y = noisy_line(rng, 10)
        return np.repeat(X, 3, axis=0), np.repeat(y, 3)

    fresh = np.random.default_rng(5)
    X, y = noisy_line(fresh, 5000)
    losses = {}
    for name, sample in (("independent", noisy_line), ("dependent", thrice)):
        rng = np.random.default_rng(2)
        fits = [LeastSquares().fit(*sample(rng)) for _ in range(60)]
        losses[name] = np.mean([error_on_new_rows(h, X, y) for h in fits])
    assert losses["independent"] < losses["dependent"] - 0.05


def test_a_shifted_test_distribution_is_predicted_badly() -> None:
    """1.2.6-shifted-test-distribution: trained on July, tested on December; and it is said."""
    rng = np.random.default_rng(0)
    july, december = rng.uniform(20, 30, 300), rng.uniform(-5, 5, 300)

    def sales(t: np.ndarray) -> np.ndarray:
        return (t - 10) ** 2 + rng.normal(size=len(t))

    h = LeastSquares().fit(july[:, None], sales(july))
    here = error_on_new_rows(h, july[:, None], sales(july))
    assert error_on_new_rows(h, december[:, None], sales(december)) > 100 * here


def test_each_resampling_gives_another_fit() -> None:
    """1.2.7-resampling-noise, 1.2.7-estimation: slopes scatter about the truth as σ/√n says."""
    rng = np.random.default_rng(3)
    slopes = [LeastSquares().fit(*noisy_line(rng)).coef_[0] for _ in range(400)]
    assert len(set(slopes)) == 400
    assert np.mean(slopes) == pytest.approx(2, abs=0.05)
    assert np.std(slopes) == pytest.approx(1 / np.sqrt(30), rel=0.15)


def test_a_missed_heart_attack_costs_ten_false_alarms() -> None:
    """1.3.2-heart-attack-costs, 1.3.2-asymmetric-loss: attack is 1."""
    loss = asymmetric({(0, 1): 10, (1, 0): 1})
    assert loss([0, 1, 1, 0], [1, 0, 1, 0]).tolist() == [10, 1, 0, 0]


def test_wrong_answers_are_summed_zero_one_loss() -> None:
    """1.3.2-wrong-answers."""
    assert LOSSES["zero-one"](list("abcda"), list("abdda")).sum() == 1


def test_square_loss_punishes_large_errors_out_of_proportion() -> None:
    """1.3.2-square-punishes-large: ten times the error, ten times or a hundred times the loss."""
    for name, times in (("absolute", 10), ("square", 100)):
        small, large = LOSSES[name]([1.0, 10.0], [0.0, 0.0])
        assert large / small == times


def test_mean_loss_approaches_the_expected_loss() -> None:
    """1.3.3-law-of-large-numbers: guess 1 of a coin with P(1) = 0.3, 0-1 loss: expected 0.7."""
    rng = np.random.default_rng(0)
    off = [
        abs(LOSSES["zero-one"](np.ones(n), (rng.random(n) < 0.3).astype(float)).mean() - 0.7)
        for n in (100, 10_000, 1_000_000)
    ]
    assert off[2] < 2e-3
    assert off[2] < off[0]


def test_expected_loss_is_probability_times_loss_summed() -> None:
    """1.3.3-expected-loss (Concept 17): by hand, for each guess, and as what many trials cost."""
    costs, chances = asymmetric({(1, 0): 1.0, (0, 1): 10.0}), {0: 0.7, 1: 0.3}
    assert costs.expected(1, chances) == pytest.approx(0.7 * 1)
    assert costs.expected(0, chances) == pytest.approx(0.3 * 10)
    assert LOSSES["absolute"].expected(2, {1: 0.2, 2: 0.5, 4: 0.3}) == pytest.approx(0.2 + 0.6)
    truths = np.random.default_rng(0).choice([0, 1], 100_000, p=[0.7, 0.3])
    assert costs(np.zeros(100_000, int), truths).mean() == pytest.approx(3, abs=0.05)
    with pytest.raises(HyperparameterError, match=r"these sum to 1\.2"):
        costs.expected(0, {0: 0.9, 1: 0.3})


def test_the_cheaper_side_wins_beyond_one_in_eleven() -> None:
    """1.3.3-cheaper-side: with costs 1 and 10, always-1 is cheaper once P(a = 1) exceeds 1/11."""
    for share, better in ((0.08, "zero"), (0.1, "one")):
        truths = np.arange(1000) < 1000 * share
        always = expected_costs(np.full(1000, 0.5), truths, np.array([0.4, 0.6]), 1.0, 10.0)
        assert ("one" if always[0] < always[1] else "zero") == better
    assert choose_threshold({"0:1": 1.0, "1:0": 10.0}, ["0", "1"]) == pytest.approx(1 / 11)


def test_fitting_a_sample_too_closely_raises_the_error_on_new_rows() -> None:
    """1.4.6-overfitting, 1.5.2-expressive-overfits: order 9 on 12 points of a noisy line."""
    rng = np.random.default_rng(4)
    inside, outside = {1: [], 9: []}, {1: [], 9: []}
    for _ in range(30):
        x = np.sort(rng.uniform(-1, 1, 12))
        y = 2 * x + rng.normal(size=12) * 0.5
        new = rng.uniform(-0.9, 0.9, 200)
        truth = 2 * new + rng.normal(size=200) * 0.5
        for order in inside:
            powers = fit_polynomial(x, y, order).coefficients[::-1]
            inside[order].append(np.mean((np.polyval(powers, x) - y) ** 2))
            outside[order].append(np.mean((np.polyval(powers, new) - truth) ** 2))
    assert np.mean(inside[9]) < np.mean(inside[1])
    assert np.median(outside[9]) > 1.5 * np.median(outside[1])


def test_quadratics_contain_every_line_and_no_line_a_parabola() -> None:
    """1.5.2-quadratics-contain-lines, 1.5.2-class-lacks-shape."""
    x = np.linspace(-2, 2, 21)[:, None]
    bend = PolynomialBasis(2, include_constant=False)
    on_line = LeastSquares().fit(bend.fit_transform(x), 3 * x[:, 0] - 1)
    assert training_error(on_line, bend.transform(x), 3 * x[:, 0] - 1) < 1e-25
    on_parabola = LeastSquares().fit(x, x[:, 0] ** 2)
    baseline = MeanBaseline().fit(x, x[:, 0] ** 2)
    y = x[:, 0] ** 2
    assert training_error(on_parabola, x, y) == pytest.approx(training_error(baseline, x, y))


def test_points_of_another_length_are_refused_with_both_lengths() -> None:
    """1.5.5-same-shape."""
    h = LeastSquares().fit(np.eye(4)[:, :3] + np.arange(4)[:, None] ** 2, [1.0, 2, 4, 3])
    with pytest.raises(ValueError, match=r"2 features.* 3 features"):
        h.predict([[1.0, 2.0]])


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("sine", lambda x, A, B, C: A * np.sin(B * x) + C),
        ("quadratic", lambda x, A, B, C: A * x**2 + B * x + C),
        ("linear", lambda x, A, B, C: A * x + C),
    ],
)
def test_sine_quadratic_and_line_are_hypothesis_classes(name, by_hand) -> None:
    """1.4.4-sine-and-quadratic-classes, eq 1.4, eq 1.5: guesses, gradients, and a fit."""
    x = np.linspace(-2, 2, 41)
    A, B, C = 1.3, 0.8, -0.4
    truth = {"theta": np.array([A, B])[: 1 if name == "linear" else 2], "theta_0": C}
    guesses, _ = HYPOTHESES[name].forward(truth, x[:, None])
    np.testing.assert_allclose(guesses, by_hand(x, A, B, C))
    J = model_objective("square", name, x[:, None], guesses)
    away = {"theta": truth["theta"] + 0.3, "theta_0": C - 0.5}
    assert check_gradient(J.value, J.gradient, away).agrees
    found = minimize(J, away, step_size="line search")
    assert found.value < 1e-8
    np.testing.assert_allclose(found.theta["theta"], truth["theta"], atol=1e-3)


def test_sine_and_quadratic_may_be_the_same_constant() -> None:
    """1.4.4-constant-coincidence: with A = B = 0 both are C; else they differ."""
    x = np.linspace(-3, 3, 25)[:, None]
    still, moving = ({"theta": np.full(2, v), "theta_0": 1.7} for v in (0.0, 0.5))
    sine, quadratic = (HYPOTHESES[name].forward for name in ("sine", "quadratic"))
    assert (sine(still, x)[0] == 1.7).all()
    assert (quadratic(still, x)[0] == 1.7).all()
    assert np.abs(sine(moving, x)[0] - quadratic(moving, x)[0]).max() > 1


def test_nearest_points_answer() -> None:
    """1.4.1-nearest-neighbour: the mean of the k most alike, whatever lies far off."""
    h = NearestNeighborRegressor(n_neighbors=2).fit([[0.0], [1.0], [50.0]], [1.0, 3.0, 99.0])
    assert h.predict([[0.4]]).tolist() == [2.0]


def test_training_error_stands_in_for_what_is_unknown() -> None:
    """1.4.5-training-error-stands-in, 1.3.3-honest-measure: it is below the error on new rows."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(15, 5)), rng.normal(size=15)
    h = LeastSquares().fit(X, y)
    errors = validate(
        LeastSquares(), lambda r: (r.normal(size=(15, 5)), r.normal(size=15)), rounds=20
    )
    assert training_error(h, X, y) < 1 < errors.mean()


def test_order_of_rows_that_carries_information_is_said() -> None:
    """1.2.5-independence-check, 1.0.7-false-assumption: a random walk is not independent draws."""
    rng = np.random.default_rng(0)
    walk = table(x=rng.normal(size=400), y=np.cumsum(rng.normal(size=400)))
    coins = table(x=rng.normal(size=400), y=rng.normal(size=400))
    told = [f.name for f in check_assumptions(walk, frame(walk, "y"))]
    assert any("order" in name for name in told), told
    assert not check_assumptions(coins, frame(coins, "y"))

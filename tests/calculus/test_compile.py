"""The objective compiler: a formula with data becomes an Objective.

Notes: KE 113, (3.23), KE 119
"""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.calculus import compile_objective
from pellucid.descent.objective import Objective
from pellucid.errors import FormulaError, FramingError, ShapeError

RIDGE = "norm2(X'*theta - y)^2/n + lam*norm2(theta)^2"
LOGISTIC = "sum(log(1 + exp(-y .* (X'*theta))))/n + lam*norm2(theta)^2"


def table(n: int = 40, d: int = 3) -> dict[str, object]:
    rng = np.random.default_rng(0)
    return {
        "X": rng.normal(size=(n, d)).T,
        "y": np.where(rng.normal(size=n) > 0, 1.0, -1.0),
        "lam": 0.2,
    }


def plain_ridge(theta, X, y, lam):
    gap = X.T @ theta - y
    return gap @ gap / y.size + lam * theta @ theta, 2 * X @ gap / y.size + 2 * lam * theta


def plain_logistic(theta, X, y, lam):
    margin = y * (X.T @ theta)
    slope = -X @ (y / (1 + np.exp(margin))) / y.size
    return np.log1p(np.exp(-margin)).mean() + lam * theta @ theta, slope + 2 * lam * theta


@pytest.mark.parametrize(("formula", "plain"), [(RIDGE, plain_ridge), (LOGISTIC, plain_logistic)])
def test_equals_the_plain_formula(formula, plain) -> None:
    data = table()
    objective = compile_objective(formula, "theta", data)
    assert isinstance(objective, Objective)
    for seed in range(3):
        theta = np.random.default_rng(seed).normal(size=3)
        value, slope = plain(theta, **data)
        assert objective.value(theta) == pytest.approx(value, rel=1e-12)
        np.testing.assert_allclose(objective.gradient(theta), slope, rtol=1e-10)
        assert objective.gradient(theta).shape == theta.shape
        step, v = 1e-6, np.array([1.0, -2, 0.5])
        turned = (plain(theta + step * v, **data)[1] - plain(theta - step * v, **data)[1]) / 2e-6
        np.testing.assert_allclose(objective.hessian_vector(theta, v), turned, rtol=1e-6, atol=1e-8)
    assert "‖" in objective.text
    assert r"\lVert" in objective.latex


def test_a_change_of_theta_in_place_is_seen() -> None:
    objective = compile_objective(RIDGE, "theta", table())
    theta = np.ones(3)
    first = objective.value(theta)
    theta += 1
    assert objective.value(theta) != first
    slope = objective.gradient(theta)
    slope[:] = 0
    assert np.any(objective.gradient(theta) != 0)


def test_extreme_scores_stay_finite() -> None:
    data = table() | {"lam": 0.0}
    objective = compile_objective(LOGISTIC, "theta", data)
    value = objective.value(np.full(3, 1e4))
    assert np.isfinite(value)
    assert np.isfinite(objective.gradient(np.full(3, 1e4))).all()


def test_matrices_are_parameters_too() -> None:
    rng = np.random.default_rng(1)
    data = {"X": rng.normal(size=(3, 20)), "Y": rng.normal(size=(20, 2))}
    objective = compile_objective("norm2(X'*W - Y)^2", "W", data)
    W = rng.normal(size=(3, 2))
    expected = 2 * data["X"] @ (data["X"].T @ W - data["Y"])
    np.testing.assert_allclose(objective.gradient(W), expected)


def test_rows_as_points_is_the_other_layout() -> None:
    data = table()
    columns = compile_objective("norm2(X'*theta - y)^2/n", "theta", data | {"lam": 0.0})
    rows = compile_objective("norm2(X*theta - y)^2/n", "theta", {"X": data["X"].T, "y": data["y"]})
    theta = np.ones(3)
    assert rows.value(theta) == pytest.approx(columns.value(theta))


def test_faults_are_named() -> None:
    data = table()
    with pytest.raises(FormulaError, match="No data for lam"):
        compile_objective(RIDGE, "theta", {"X": data["X"], "y": data["y"]})
    with pytest.raises(ShapeError, match="one number"):
        compile_objective("X'*theta", "theta", data)
    with pytest.raises(FormulaError, match="missing or infinite"):
        compile_objective(RIDGE, "theta", data | {"y": np.full(40, np.nan)})
    with pytest.raises(FormulaError, match="not numbers"):
        compile_objective(RIDGE, "theta", data | {"y": np.array(["a"] * 40)})
    with pytest.raises(ShapeError):
        compile_objective(RIDGE, "theta", data | {"y": np.ones(39)})
    objective = compile_objective(RIDGE, "theta", data)
    with pytest.raises(ShapeError, match="theta must have shape"):
        objective.value(np.ones(4))


@pytest.mark.parametrize("n", [6, 7])
@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("norm2(X'*theta - y)^2", "Xy"),
        ("norm2(theta'*X - Y)^2", "XY"),
        ("norm2(W'*theta - y)^2", "Wy"),
        ("norm2(X'*theta)^2", "X"),
        ("norm2(X'*theta - c*y)^2", "Xyc"),
    ],
)
@pytest.mark.parametrize("mean", [True, False])
def test_def_121_the_parts_of_the_points_have_the_whole_gradient_as_their_mean(
    formula: str, names: str, mean: bool, n: int
) -> None:
    """However the points are cut, for means and sums, with points in rows or in columns."""
    rng = np.random.default_rng(0)
    wide, y = rng.normal(size=(2, n)), rng.normal(size=n)
    every = {"X": wide, "W": wide, "y": y, "Y": y[None], "c": 2.0}
    found = compile_objective(formula + "/n" * mean, "theta", {name: every[name] for name in names})
    assert found.points == n
    assert found.part is not None
    theta, order = rng.normal(size=2), rng.permutation(n)
    for cut in (1, 2, n - 1):
        parts = [order[:cut], order[cut:]]
        whole = sum(len(rows) / n * found.part(theta, rows) for rows in parts)
        np.testing.assert_allclose(whole, found.gradient(theta), rtol=1e-9)


def test_def_121_what_is_neither_a_mean_nor_a_sum_over_points_has_no_batches() -> None:
    data = {name: value for name, value in table().items() if name != "lam"}
    found = compile_objective("norm2(X'*theta - y)^2 + norm2(theta)^2", "theta", data)
    with pytest.raises(FramingError, match="neither a mean nor a plain sum"):
        found.part(np.ones(3), [0, 1])
    alone = compile_objective("norm2(theta)^2", "theta", {}, where="theta: 3")
    assert (alone.points, alone.part) == (0, None)

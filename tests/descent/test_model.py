"""An objective from its parts: gradients by differences, closed forms reached, parts average."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from pellucid import Ridge
from pellucid.descent import Batches, SmallGradient, Steps, check_gradient, minimize
from pellucid.descent.model import HYPOTHESES, REGULARIZERS, model_objective
from pellucid.errors import FramingError, ShapeError

PAIRS = [("square", "linear"), ("absolute", "linear"), ("nll", "logistic"), ("square", "logistic")]


def rows(seed: int = 0, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X[:, 0] - X[:, 1] + rng.normal(size=n) > 0).astype(float)


def start() -> dict[str, Any]:
    return {"theta": np.zeros(3), "theta_0": np.array(0.0)}


@given(st.integers(0, 999), st.sampled_from(PAIRS), st.sampled_from(sorted(REGULARIZERS)))
def test_gradients_equal_differences(seed: int, pair: tuple[str, str], regularizer: str) -> None:
    """KE 119."""
    J = model_objective(*pair, *rows(seed), lam=0.3, regularizer=regularizer)
    rng = np.random.default_rng(seed)
    at = {"theta": rng.normal(size=3), "theta_0": rng.normal()}
    found = check_gradient(J.value, J.gradient_at, at)
    assert found.agrees, found


@pytest.mark.parametrize("pair", PAIRS)
def test_parts_average_to_the_whole(pair: tuple[str, str]) -> None:
    """Def 121."""
    J = model_objective(*pair, *rows(), lam=0.3)
    at = {"theta": np.array([0.2, -1.0, 0.5]), "theta_0": np.array(0.1)}
    parts = [J.batch_gradient_at(at, np.array([i])) for i in range(40)]
    np.testing.assert_allclose(
        np.mean([p["theta"] for p in parts], axis=0), J.gradient_at(at)["theta"], atol=1e-12
    )


def test_ridge_is_reached() -> None:
    """§3.3: the offset is left out of the penalty."""
    X, y = rows()
    J = model_objective("square", "linear", X, y, lam=0.2)
    found = minimize(J, start(), step_size="line search", stop=Steps(500) | SmallGradient(1e-10))
    best = Ridge(0.2).fit(X, y)
    np.testing.assert_allclose(found.theta["theta"], best.coef_, atol=1e-8)
    assert found.theta["theta_0"] == pytest.approx(best.intercept_, abs=1e-8)


def test_logistic_regression_is_reached_by_batches() -> None:
    X, y = rows(n=200)
    J = model_objective("nll", "logistic", X, y, lam=0.05)
    found = minimize(
        J, start(), step_size=lambda t: 2 / (1 + t / 20), batches=Batches(20), stop=Steps(4000),
        record=0,
    )  # fmt: skip
    best = LogisticRegression(C=1 / (2 * 200 * 0.05), tol=1e-10).fit(X, y)
    np.testing.assert_allclose(found.theta["theta"], best.coef_[0], atol=0.01)


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ShapeError, match=r"\(2, 1\) and y \(3,\)"):
        model_objective("square", "linear", [[1.0], [2.0]], [1.0, 2, 3])
    with pytest.raises(FramingError, match="linear, logistic, quadratic, sine"):
        model_objective("square", "cubic", *rows())
    with pytest.raises(ShapeError, match="'sine' is of one input; X has 3 columns"):
        model_objective("square", "sine", np.ones((4, 3)), np.ones(4)).value(
            {"theta": np.ones(2), "theta_0": 0.0}
        )
    assert set(HYPOTHESES) == {"linear", "logistic", "quadratic", "sine"}

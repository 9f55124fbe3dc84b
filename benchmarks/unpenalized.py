"""Without a penalty: least squares and logistic regression against statsmodels and scikit-learn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression

from harness import Row, compare
from pellucid import LeastSquares, LogisticClassifier


def least_squares() -> list[Row]:
    rng = np.random.default_rng(0)
    n, d = 100_000, 100
    X = rng.normal(size=(n, d))
    y = X @ rng.normal(size=d) + rng.normal(size=n)

    def same(mine: Any, theirs: Any) -> str:
        gap = float(np.abs(np.append(mine.intercept_, mine.coef_) - theirs.params).max())
        assert gap < 1e-8, gap
        return f"coefficients agree to {gap:.0e}"

    return compare(
        f"least squares, n={n:,} d={d}",
        lambda: LeastSquares().fit(X, y),
        {"statsmodels OLS": (lambda: sm.OLS(y, sm.add_constant(X)).fit(), None)},
        same,
        rounds=3,
    )


def logistic() -> list[Row]:
    rng = np.random.default_rng(1)
    n, d = 100_000, 50
    X = rng.normal(size=(n, d))
    y = (X @ rng.normal(size=d) / 3 + rng.logistic(size=n) > 0).astype(int)

    def objective(h: Any) -> float:
        theta = getattr(h, "params", None)
        if theta is None:
            theta = np.append(h.intercept_, h.coef_)
        u = X @ theta[1:] + theta[0]
        return float(np.mean(np.logaddexp(0, u) - y * u))

    def same(mine: Any, theirs: Any) -> str:
        gap = objective(mine) - objective(theirs)
        assert abs(gap) < 1e-9, gap
        return f"mean losses agree to {abs(gap):.0e}"

    def peer(solver: str) -> Any:
        return LogisticRegression(C=np.inf, solver=solver, tol=1e-6, max_iter=500).fit(X, y)

    return compare(
        f"logistic, λ = 0, n={n:,} d={d}",
        lambda: LogisticClassifier(lam=0.0).fit(X, y),
        {
            "statsmodels Logit": (lambda: sm.Logit(y, sm.add_constant(X)).fit(disp=0), None),
            "newton-cholesky": (lambda: peer("newton-cholesky"), None),
            "lbfgs": (lambda: peer("lbfgs"), None),
        },
        same,
        rounds=3,
    )


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    return least_squares() + logistic()


if __name__ == "__main__":
    from harness import table

    print(table(run()))

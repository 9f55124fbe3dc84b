"""LogisticCV against LogisticRegressionCV: 10 λ × 5 folds, the same held-out criterion."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegressionCV

from harness import Row, compare
from pellucid.linear import LogisticCV

N, D = 20_000, 50
LAMS = np.logspace(-6, 0, 10)


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    random = np.random.default_rng(0)
    X = random.normal(size=(N, D))
    chance = 1 / (1 + np.exp(-X @ random.normal(size=D) / 5))
    y = (random.random(N) < chance).astype(int)

    def peer(solver: str, tol: float) -> Any:
        job = LogisticRegressionCV(
            Cs=list(1 / (2 * N * LAMS)),
            cv=5,
            solver=solver,
            tol=tol,
            scoring="neg_log_loss",
            use_legacy_attributes=False,
            l1_ratios=(0,),
        )
        return lambda: job.fit(X, y)

    def same(mine: Any, theirs: Any) -> str:
        assert np.isclose(mine.lam_, 1 / (2 * N * float(np.ravel(theirs.C_)[0])))
        gap = np.abs(theirs.coef_ - mine.coef_).max()
        assert gap < 1e-3, gap
        return f"same λ; coefficients agree to {gap:.0e}"

    return compare(
        f"LogisticCV, 10 λ × 5 folds, n={N:,} d={D}",
        lambda: LogisticCV(lams=tuple(LAMS)).fit(X, y),
        {
            "lbfgs (the default)": (peer("lbfgs", 1e-4), 5),
            "newton-cholesky": (peer("newton-cholesky", 1e-4), None),
        },
        same,
    )


if __name__ == "__main__":
    from harness import table

    print(table(run()))

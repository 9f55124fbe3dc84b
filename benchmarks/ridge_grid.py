"""Ridge, the whole λ × fold grid and leave-one-out, against GridSearchCV(Ridge) and RidgeCV."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import linear_model as peer
from sklearn.model_selection import GridSearchCV, KFold

from harness import Row, compare
from pellucid import RidgeCV

LAMS = np.logspace(-4, 2, 20)


def run() -> list[Row]:
    rows = []
    for n, d, grid, loo, rounds in (
        (100_000, 50, 100, 8, 3),
        (2_000, 20, 500, None, 5),
        (500, 5_000, 20, None, 1),
    ):
        rows += case(n, d, grid, loo, rounds)
    return rows


def case(n: int, d: int, grid: float, loo: float | None, rounds: int) -> list[Row]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d))
    y = X @ rng.normal(size=d) / np.sqrt(d) + rng.normal(size=n)
    chunks = list(KFold(5, shuffle=True, random_state=0).split(X))
    share = len(chunks[0][0])

    def ours() -> Any:
        return RidgeCV(LAMS, cv=chunks).fit(X, y)

    def search() -> Any:
        job = GridSearchCV(
            peer.Ridge(), {"alpha": LAMS * share}, cv=chunks, scoring="neg_mean_squared_error"
        )
        return job.fit(X, y)

    def same(mine: Any, theirs: Any) -> str:
        gap = np.abs(mine.scores_.mean(axis=1) + theirs.cv_results_["mean_test_score"]).max()
        assert gap < 1e-4, gap
        return f"held-out losses agree to {gap:.0e}"

    found = compare(
        f"ridge, 20 λ × 5 folds, n={n:,} d={d:,}", ours, {"GridSearchCV(Ridge)": (search, grid)},
        same, rounds,
    )  # fmt: skip
    if loo is not None:
        found += compare(
            f"ridge, 20 λ leave-one-out, n={n:,} d={d}",
            lambda: RidgeCV(LAMS, cv="loo").fit(X, y),
            {"RidgeCV (leave-one-out)": (lambda: peer.RidgeCV(alphas=LAMS * n).fit(X, y), None)},
            lambda a, b: f"λ chosen: {a.lam_:.3g} and {b.alpha_ / n:.3g}",
            rounds,
        )
        found += compare(
            f"ridge, 20 λ × 5 folds (ours) v leave-one-out (peer), n={n:,} d={d}",
            ours,
            {"RidgeCV (leave-one-out)": (lambda: peer.RidgeCV(alphas=LAMS * n).fit(X, y), loo)},
            lambda a, b: f"λ chosen: {a.lam_:.3g} and {b.alpha_ / n:.3g}",
            rounds,
        )
    return found


if __name__ == "__main__":
    from harness import table

    print(table(run()))

"""Ordinary least squares against LinearRegression and Ridge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import linear_model as peer

from harness import Row, compare
from pellucid import LeastSquares


def run() -> list[Row]:
    rng = np.random.default_rng(0)
    n, d = 200_000, 200
    X = rng.normal(size=(n, d))
    y = X @ rng.normal(size=d) + rng.normal(size=n)

    def same(mine: Any, theirs: Any) -> str:
        gap = float(np.abs(mine.coef_ - theirs.coef_).max())
        assert gap < 1e-8, gap
        return f"coefficients agree to {gap:.0e}"

    peers: dict[str, tuple[Callable[[], Any], float | None]] = {
        "LinearRegression": (lambda: peer.LinearRegression().fit(X, y), 8),
        "Ridge(alpha=1e-9)": (lambda: peer.Ridge(alpha=1e-9).fit(X, y), 2.5),
    }
    try:
        from sklearnex import linear_model as intel
    except ImportError:
        pass
    else:
        peers["scikit-learn-intelex"] = (lambda: intel.LinearRegression().fit(X, y), None)
    return compare(
        f"least squares, n={n:,} d={d}",
        lambda: LeastSquares().fit(X, y),
        peers,
        same,
        rounds=3,
    )


if __name__ == "__main__":
    from harness import table

    print(table(run()))

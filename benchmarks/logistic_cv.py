"""LogisticCV against LogisticRegressionCV: 10 λ × 5 folds, the same held-out criterion.

Run: python benchmarks/logistic_cv.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegressionCV

from pellucid.linear import LogisticCV

N, D, ROUNDS = 20_000, 50, 3
LAMS = np.logspace(-6, 0, 10)


def seconds(job: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = job()
    return time.perf_counter() - began, result


def main() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(N, D))
    chance = 1 / (1 + np.exp(-X @ random.normal(size=D) / 5))
    y = (random.random(N) < chance).astype(int)
    jobs: dict[str, Callable[[], Any]] = {"ours": lambda: LogisticCV(lams=tuple(LAMS)).fit(X, y)}
    for solver, tol in (("lbfgs", 1e-5), ("newton-cholesky", 1e-4)):
        peer = LogisticRegressionCV(
            Cs=list(1 / (2 * N * LAMS)),
            cv=5,
            solver=solver,
            tol=tol,
            scoring="neg_log_loss",
            use_legacy_attributes=False,
            l1_ratios=(0,),
        )
        jobs[solver] = lambda peer=peer: peer.fit(X, y)
    times: dict[str, list[float]] = {name: [] for name in jobs}
    fitted: dict[str, Any] = {}
    for _ in range(ROUNDS):  # interleaved, so that a busy machine slows all alike
        for name, job in jobs.items():
            took, fitted[name] = seconds(job)
            times[name].append(took)
    ours = np.median(times["ours"])
    for name, found in times.items():
        gap = np.abs(fitted[name].coef_ - fitted["ours"].coef_).max()
        print(f"{name:16s} {np.median(found):7.3f} s  ratio {np.median(found) / ours:5.2f}", end="")
        print(f"  coefficients differ from ours by at most {gap:.1e}")


if __name__ == "__main__":
    main()

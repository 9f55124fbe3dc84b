"""Compiled ridge and logistic objectives against hand-written NumPy and PyTorch autograd.

n = 100,000 points, d = 100 features; value and gradient together; same data, interleaved runs,
ratio of medians. Asked: at most 1.15 times hand-written NumPy, at least 1.5 times faster than
PyTorch autograd.

Run: python benchmarks/calculus_objectives.py
"""

from __future__ import annotations

import statistics
import time

import numpy as np
import torch
from scipy.special import expit

from pellucid.calculus import compile_objective

N, D, LAM, ROUNDS = 100_000, 100, 0.1, 25
RIDGE = "norm2(X'*theta - y)^2/n + lam*norm2(theta)^2"
LOGISTIC = "sum(log(1 + exp(-y .* (X'*theta))))/n + lam*norm2(theta)^2"


def by_hand(rows: np.ndarray, y: np.ndarray):
    def ridge(theta):
        gap = rows @ theta - y
        value = gap @ gap / N + LAM * theta @ theta
        return value, 2 / N * (rows.T @ gap) + 2 * LAM * theta

    def logistic(theta):
        score = -y * (rows @ theta)
        value = np.logaddexp(0, score).sum() / N + LAM * theta @ theta
        return value, -(rows.T @ (y * expit(score))) / N + 2 * LAM * theta

    return {"ridge": ridge, "logistic": logistic}


def by_torch(rows: np.ndarray, y: np.ndarray):
    X, t = torch.as_tensor(rows), torch.as_tensor(y)

    def run(loss):
        def both(theta):
            at = torch.tensor(theta, requires_grad=True)
            value = loss(at) + LAM * at @ at
            value.backward()
            return float(value.detach()), at.grad.numpy()

        return both

    return {
        "ridge": run(lambda at: ((X @ at - t) ** 2).sum() / N),
        "logistic": run(lambda at: torch.nn.functional.softplus(-t * (X @ at)).sum() / N),
    }


def timed(job, theta) -> float:
    start = time.perf_counter()
    job(theta)
    return time.perf_counter() - start


def main() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(N, D))
    y = np.where(rng.normal(size=N) + rows[:, 0] > 0, 1.0, -1.0)
    data = {"X": rows.T, "y": y, "lam": LAM}
    hand, rival = by_hand(rows, y), by_torch(rows, y)
    for name, formula in (("ridge", RIDGE), ("logistic", LOGISTIC)):
        objective = compile_objective(formula, "theta", data)

        def compiled(theta, objective=objective):
            return objective.value(theta), objective.gradient(theta)

        theta = rng.normal(size=D) * 0.1
        for other in (hand[name], rival[name]):
            value, slope = other(theta)
            np.testing.assert_allclose(compiled(theta)[0], value, rtol=1e-10)
            np.testing.assert_allclose(compiled(theta)[1], slope, rtol=1e-8)
        times: dict[str, list[float]] = {"compiled": [], "hand": [], "torch": []}
        for _ in range(ROUNDS):
            theta = rng.normal(size=D) * 0.1
            times["compiled"].append(timed(compiled, theta))
            times["hand"].append(timed(hand[name], theta))
            times["torch"].append(timed(rival[name], theta))
        mid = {who: statistics.median(t) for who, t in times.items()}
        print(
            f"{name:<9} compiled {mid['compiled'] * 1e3:6.1f} ms   hand {mid['hand'] * 1e3:6.1f} ms"
            f"   torch {mid['torch'] * 1e3:6.1f} ms"
            f"   compiled/hand {mid['compiled'] / mid['hand']:.2f}"
            f"   torch/compiled {mid['torch'] / mid['compiled']:.2f}"
        )


if __name__ == "__main__":
    main()

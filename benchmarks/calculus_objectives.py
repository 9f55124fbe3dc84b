"""Compiled ridge and logistic objectives against hand-written NumPy and PyTorch autograd.

n = 100,000 points, d = 100 features; value and gradient together; same data, interleaved runs,
ratio of medians. Asked: at most 1.15 times hand-written NumPy, at least 1.5 times faster than
PyTorch autograd.

Run: python benchmarks/calculus_objectives.py
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from scipy.special import expit

from harness import Row, compare
from pellucid.calculus import compile_objective

N, D, LAM, ROUNDS = 100_000, 100, 0.1, 41
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


def run() -> list[Row]:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(N, D))
    y = np.where(rng.normal(size=N) + rows[:, 0] > 0, 1.0, -1.0)
    data = {"X": rows.T, "y": y, "lam": LAM}
    hand, rival = by_hand(rows, y), by_torch(rows, y)
    made: list[Row] = []
    for name, formula in (("ridge", RIDGE), ("logistic", LOGISTIC)):
        objective = compile_objective(formula, "theta", data)
        thetas = itertools.cycle(rng.normal(size=(7, D)) * 0.1)

        def compiled(objective=objective, thetas=thetas):
            theta = next(thetas)
            return theta, objective.value(theta), objective.gradient(theta)

        def other(job, thetas=thetas):
            theta = next(thetas)
            return theta, *job(theta)

        def same(mine, theirs, name=name):
            value, slope = hand[name](mine[0])
            np.testing.assert_allclose(mine[1], value, rtol=1e-10)
            np.testing.assert_allclose(mine[2], slope, rtol=1e-8)
            value, slope = hand[name](theirs[0])
            np.testing.assert_allclose(theirs[1], value, rtol=1e-10)
            return "values agree to 1e-10, gradients to 1e-8"

        peers = {
            "hand-written NumPy": (lambda name=name: other(hand[name]), 1 / 1.15),
            "PyTorch autograd": (lambda name=name: other(rival[name]), 1.5),
        }
        job = f"{name} value and gradient from a formula, n={N:,} d={D}"
        # One peer at a time: each run then finds the caches as its rival left them.
        for peer, asked in peers.items():
            made += compare(job, compiled, {peer: asked}, same, ROUNDS)
    return made


if __name__ == "__main__":
    from harness import table

    print(table(run()))

"""One epoch of stochastic descent on a logistic model: ours compiled, PyTorch eager, SGDClassifier.

PyTorch takes the same steps on the same standardised rows in the same order, and must end at the
same parameters; SGDClassifier takes rows one by one, and must end at the same loss.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import SGDClassifier

from harness import Row, compare
from pellucid import LogisticClassifier
from pellucid.descent import Batches

N, D, K, ETA, LAM = 1_000_000, 50, 32, 0.05, 1e-6


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, D))
    y = (X @ rng.normal(size=D) / 5 + rng.logistic(size=N) > 0).astype(np.int64)
    mean, scale = X.mean(axis=0), X.std(axis=0)
    Z = (X - mean) / scale
    rows, answers = torch.tensor(Z), torch.tensor(y, dtype=torch.float64)
    order = torch.tensor(Batches(K, seed=0).epoch(0, N).reshape(-1, K))

    def eager() -> Any:
        theta = torch.zeros(D, dtype=torch.float64, requires_grad=True)
        offset = torch.zeros((), dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([theta, offset], lr=ETA)
        loss_of = torch.nn.functional.binary_cross_entropy_with_logits
        for chosen in order:
            optimizer.zero_grad()
            u = rows[chosen] @ theta + offset
            (loss_of(u, answers[chosen]) + LAM * (theta @ theta)).backward()
            optimizer.step()
        return theta.detach().numpy(), float(offset)

    def ours() -> Any:
        h = LogisticClassifier(
            lam=LAM, algorithm="stochastic", max_iter=1, step_size=ETA, batch_size=K
        ).fit(X, y)
        return h.coef_[0] * scale, h.intercept_[0] + float(h.coef_[0] @ mean)

    def one_by_one() -> Any:
        h = SGDClassifier(
            loss="log_loss", alpha=2 * LAM, max_iter=1, tol=None, learning_rate="constant",
            eta0=ETA / K, random_state=0,
        ).fit(Z, y)  # fmt: skip
        return h.coef_[0], float(h.intercept_[0])

    def objective(found: Any) -> float:
        u = Z @ found[0] + found[1]
        return float(np.mean(np.logaddexp(0, u) - y * u))

    def same(mine: Any, theirs: Any) -> str:
        gap = objective(mine) - objective(theirs)
        assert gap < 1e-3, gap
        apart = float(np.abs(mine[0] - theirs[0]).max())
        return f"mean losses differ by {abs(gap):.0e}, parameters by {apart:.0e}"

    return compare(
        f"logistic, one epoch, n={N:,} d={D}, {K} rows a step",
        ours,
        {"PyTorch eager": (eager, 3), "SGDClassifier": (one_by_one, 1 / 1.3)},
        same,
        rounds=3,
    )


if __name__ == "__main__":
    from harness import table

    print(table(run()))

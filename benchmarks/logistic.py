"""Logistic and softmax classifiers against scikit-learn's solvers, at equal excess of J.

Every solver runs at the loosest tolerance of a ladder that brings J within 1e-8 of the least J that
any of them reaches; one that cannot is named in the table and not timed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classification_data import digits, gaussian, one_hot_like
from harness import Row, compare
from pellucid import LogisticClassifier, SoftmaxClassifier

Array = NDArray[np.float64]
Fit = Callable[[float], Callable[[], Any]]
EXCESS, LAM = 1e-8, 1e-4
LADDER = (1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 1e-7)
MOST_ITERATIONS = 1_000


def objective(h: Any, X: Array, y: NDArray[np.intp]) -> float:
    """Mean NLLM + λ‖θ‖², in 64 bits, for ours and theirs alike."""
    u = X @ h.coef_.T + h.intercept_
    if u.shape[1] == 1:
        u = np.hstack([np.zeros_like(u), u])
    u -= u.max(axis=1, keepdims=True)
    losses = np.log(np.exp(u).sum(axis=1)) - u[np.arange(len(y)), y]
    return float(losses.mean() + LAM * (h.coef_**2).sum())


def theirs(module: Any, solver: str, X: Array, y: NDArray[np.intp]) -> Fit:
    def fit(tol: float) -> Callable[[], Any]:
        return lambda: module(
            C=1 / (2 * len(X) * LAM), solver=solver, tol=tol, max_iter=MOST_ITERATIONS
        ).fit(X, y)

    return fit


def case(
    job: str,
    data: tuple[Array, NDArray[np.intp]],
    ours: type,
    solvers: Iterable[str],
    asked: float,
    rounds: int,
) -> list[Row]:
    X, y = data
    fits: dict[str, Fit] = {"ours": lambda tol: lambda: ours(lam=LAM, tol=tol).fit(X, y)}
    fits |= {solver: theirs(LogisticRegression, solver, X, y) for solver in solvers}
    intel = _intel()
    if intel is not None:
        fits["scikit-learn-intelex"] = theirs(intel, "lbfgs", X, y)
    best = objective(ours(lam=LAM, tol=1e-9).fit(X, y), X, y)
    chosen, short = {}, []
    for name, fit in fits.items():
        for tol in LADDER:
            h = fit(tol)()
            excess = objective(h, X, y) - best
            if excess <= EXCESS or np.max(h.n_iter_) >= MOST_ITERATIONS:
                break
        if excess <= EXCESS:
            chosen[name] = fit(tol)
        else:
            short.append(f"{name} stayed {excess:.0e} above after {np.max(h.n_iter_)} iterations")
    mine = chosen.pop("ours")

    def quality(a: Any, b: Any) -> str:
        gaps = [objective(h, X, y) - best for h in (a, b)]
        assert max(gaps) <= EXCESS, gaps
        said = f"J above the least: {max(gaps[0], 0):.0e} and {max(gaps[1], 0):.0e}"
        return "; ".join([said, *short])

    scikit = {
        name: (fit, asked if name != "scikit-learn-intelex" else None)
        for name, fit in chosen.items()
    }
    return compare(job, mine, scikit, quality, rounds)


def _intel() -> Any:
    try:
        from sklearnex.linear_model import LogisticRegression as intel
    except ImportError:
        return None
    return intel


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    rows = case(
        "logistic, n=200,000 d=200",
        gaussian(),
        LogisticClassifier,
        ("lbfgs", "newton-cholesky", "newton-cg"),
        2,
        5,
    )
    rows += case(
        "logistic, one-hot-like, n=100,000 d=300",
        one_hot_like(),
        LogisticClassifier,
        ("lbfgs", "newton-cholesky"),
        2,
        3,
    )
    rows += case(
        "softmax, 10 classes, n=60,000 d=784",
        digits(),
        SoftmaxClassifier,
        ("lbfgs", "newton-cg"),
        1.5,
        1,
    )
    return rows


if __name__ == "__main__":
    from harness import table

    print(table(run()))

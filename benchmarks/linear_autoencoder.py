"""A linear autoencoder against every solver of scikit-learn's PCA, at equal variance."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from harness import Row, compare
from pellucid import LinearAutoencoder

N, D, K = 200_000, 200, 10
SOLVERS = ("covariance_eigh", "randomized", "arpack", "full")


def cloud() -> np.ndarray:
    """Ten broad axes, turned, in noise."""
    rng = np.random.default_rng(0)
    spread = np.r_[np.linspace(6, 2, K), np.ones(D - K)]
    turn, _ = np.linalg.qr(rng.normal(size=(D, D)))
    return np.asarray(rng.normal(size=(N, D)) * spread @ turn + 3.0)


def same_variance(ours: LinearAutoencoder, peer: Any) -> str:
    a = ours.explained_variance_ratio_.sum()
    b = peer.explained_variance_ratio_.sum()
    assert abs(a - b) < 1e-6, (a, b)
    return f"share of variance {a:.6f} and {b:.6f}"


def run() -> list[Row]:
    X = cloud()

    def peer(solver: str) -> Any:
        return lambda: PCA(K, svd_solver=solver, random_state=0).fit(X)

    return compare(
        f"linear autoencoder, n={N:,} d={D} k={K}",
        lambda: LinearAutoencoder(K).fit(X),
        {f"PCA, {solver}": (peer(solver), 2.0) for solver in SOLVERS},
        same_variance,
        rounds=3,
    )


if __name__ == "__main__":
    from harness import table

    print(table(run()))

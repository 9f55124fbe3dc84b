"""k-means against scikit-learn (Lloyd and Elkan), scikit-learn-intelex and Faiss on the CPU.

Everybody starts from the same means, makes up to 20 cycles under the same tolerance (the digits: as
many as it takes), and must end at the same loss, to 1e-6 of it, as measured in double precision;
Faiss, which has no tolerance, makes as many cycles as we did, on all rows, in single precision;
where rounding leads it elsewhere it is not timed. What counts is the fastest peer.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans as Theirs
from sklearn.metrics import calinski_harabasz_score
from sklearnex.cluster import KMeans as Intel

from harness import Row, compare
from pellucid import KMeans
from pellucid.clusters.kernels.nearest import nearest_of_rows
from pellucid.clusters.solvers.restarts import Plan, initial_means

Array = NDArray[np.float64]
DIGITS = Path(__file__).parents[2] / "shared" / "data" / "digits28.npz"
EQUAL = 1e-6
CYCLES = 20
KS = tuple(range(2, 13))


def groups(n: int, d: int, k: int, apart: float, seed: int = 0) -> Array:
    """k round groups of standard deviation 1, their middles `apart` from zero in each column."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(k, d)) * apart
    return middles[rng.integers(0, k, n)] + rng.normal(size=(n, d))


def loss(X: Array, means: Any) -> float:
    return float(nearest_of_rows(X, np.ascontiguousarray(means, dtype=np.float64))[1].sum())


def _faiss(X: Array, starts: list[Array], cycles: list[int]) -> Callable[[], Array]:
    """All runs on all rows, as float32 (it takes nothing else), and the best means."""

    def fit() -> Array:
        Z = X.astype(np.float32)
        made = []
        for start, count in zip(starts, cycles, strict=True):
            h = faiss.Kmeans(
                X.shape[1], len(start), niter=count, max_points_per_centroid=1 << 30,
                min_points_per_centroid=1,
            )  # fmt: skip
            h.train(Z, init_centroids=start.astype(np.float32))
            made.append((h.obj[-1], h.centroids))
        return np.asarray(min(made, key=lambda pair: pair[0])[1])

    return fit


def _scikit(
    estimator: Any, X: Array, starts: list[Array], most: int, **settings: Any
) -> Callable[[], Array]:
    def fit() -> Array:
        made = [
            estimator(len(s), init=s, n_init=1, max_iter=most, **settings).fit(X) for s in starts
        ]
        return np.asarray(min(made, key=lambda h: h.inertia_).cluster_centers_)

    return fit


def same_starts(
    job: str, X: Array, starts: list[Array], asked: float, rounds: int, most: int = CYCLES
) -> list[Row]:
    k = len(starts[0])

    def ours() -> Array:
        given = iter(starts)
        h = KMeans(k, init=lambda *_, **__: next(given), n_init=len(starts), max_iter=most)
        return np.asarray(h.fit(X).cluster_centers_)

    cycles = [KMeans(k, init=s, max_iter=most).fit(X).n_iter_ for s in starts]

    mine = loss(X, ours())
    single, fit_single = [], _faiss(X, starts, cycles)
    single.append(fit_single())
    apart = loss(X, single[0]) / mine - 1
    note = "" if abs(apart) <= EQUAL else f"; Faiss ends elsewhere, its loss {apart:+.0e} of ours"

    def quality(one: Any, other: Any) -> str:
        gap = abs(loss(X, one) / loss(X, other) - 1)
        assert gap <= EQUAL, (job, gap)
        return f"losses differ by {gap:.0e}; {sum(cycles)} cycles{note}"

    peers = {
        "scikit-learn Lloyd": (_scikit(Theirs, X, starts, most), asked),
        "scikit-learn Elkan": (_scikit(Theirs, X, starts, most, algorithm="elkan"), asked),
        "scikit-learn-intelex": (_scikit(Intel, X, starts, most), asked),
    }
    if not note:  # the first fit was made already
        peers["Faiss, no subsampling"] = lambda: single.pop() if single else fit_single(), asked
    return compare(job, ours, peers, quality, rounds)


def drawn(X: Array, k: int, restarts: int = 1, init: str = "random") -> list[Array]:
    return initial_means(X, [k], Plan(init, restarts))[0]


def whole_job(X: Array, rounds: int) -> list[Row]:
    """Starts, ten restarts, every k from 2 to 12, and the k of the largest variance ratio."""

    def chosen(models: list[Any]) -> tuple[int, float]:
        ratios = [calinski_harabasz_score(X, h.labels_) for h in models]
        best = models[int(np.argmax(ratios))]
        return best.n_clusters, best.inertia_

    def ours() -> tuple[int, float]:
        return chosen(KMeans(n_init=10).path(X, KS))

    def theirs() -> tuple[int, float]:
        return chosen([Theirs(k, n_init=10, random_state=0).fit(X) for k in KS])

    def intel() -> tuple[int, float]:
        return chosen([Intel(k, n_init=10, random_state=0).fit(X) for k in KS])

    def quality(mine: Any, other: Any) -> str:
        assert mine[0] == other[0], (mine, other)
        assert mine[1] / other[1] - 1 <= EQUAL, (mine, other)
        return (
            f"both choose k = {mine[0]}; losses there differ by {abs(mine[1] / other[1] - 1):.0e}"
        )

    n, d = X.shape
    return compare(
        f"whole job: starts, 10 restarts, k from 2 to 12, n={n:,} d={d}",
        ours,
        {"scikit-learn loop": (theirs, 4), "scikit-learn-intelex loop": (intel, None)},
        quality,
        rounds,
    )


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    rows = []
    for n, d, k, asked, rounds in ((1_000_000, 2, 10, 1.5, 3), (1_000_000, 16, 32, 1.5, 1)):
        X = rng.normal(size=(n, d))
        rows += same_starts(f"n={n:,} d={d} k={k}", X, drawn(X, k), asked, rounds)
    X = rng.normal(size=(500_000, 64))
    rows += same_starts("n=500,000 d=64 k=100", X, drawn(X, 100), 2, 1)
    X = groups(500_000, 32, 500, 1.0)
    rows += same_starts("groups, n=500,000 d=32 k=500", X, drawn(X, 500), 2, 1)
    if DIGITS.exists():
        X = np.load(DIGITS)["images"].reshape(-1, 784) / 255.0
        starts = drawn(X, 10, 10, "k-means++")
        rows += same_starts("real digits, n=8,000 d=784 k=10, 10 restarts", X, starts, 2, 1, 1000)
    else:
        print(f"no digits here ({DIGITS.name}): their row is left out")
    return rows + whole_job(groups(30_000, 8, 7, 3.0), 1)


if __name__ == "__main__":
    from harness import table

    print(table(run()))

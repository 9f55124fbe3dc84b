"""What a pass over blocks costs: processor seconds a row, and fits on blocks against in memory.

Answers must be equal first: objectives to 1e-9 of their size, means of clusters from one start to
the last bit. Processor time stands beside wall time, since it holds on a busy machine too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid import KMeans, LogisticClassifier, RidgeCV
from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.row_blocks import array_blocks


def timed(job: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall and processor seconds, and what was made."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = job()
    return time.perf_counter() - wall, time.process_time() - cpu, made


def line(name: str, n: int, width: int, ours: Any, theirs: Any, quality: str) -> str:
    """A row of the table."""
    passes = ours[2].blocks_["passes"]
    rate = passes * n * width * 8 / 1e9 / ours[1]
    return (
        f"| {name} | {ours[0]:.2f} | {ours[1]:.2f} | {passes} | {rate:.2f} | {theirs[0]:.2f} | "
        f"{theirs[1]:.2f} | {ours[1] / theirs[1]:.2f}× | {quality} |"
    )


def rows(n: int) -> list[str]:
    """The table for n rows."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 20))
    score = X @ rng.normal(size=20) / 4 + rng.logistic(size=n)
    made = []
    for name, model, y in (
        ("ridge, λ × 5 folds, 20 columns", RidgeCV(cv=HashedFolds(5)), score),
        ("logistic, 20 columns", LogisticClassifier(), score > 0),
    ):
        model.fit(array_blocks(X[:9_000], y[:9_000]))  # what is compiled is compiled
        ours = timed(lambda m=model, y=y: m.fit(array_blocks(X, y)))  # type: ignore[misc]
        other = type(model)(**model.get_params())
        theirs = timed(lambda m=other, y=y: m.fit(X, y))  # type: ignore[misc]
        gap = np.abs(ours[2].coef_ - theirs[2].coef_).max() / np.abs(theirs[2].coef_).max()
        assert gap < 1e-9, gap
        made.append(line(name, n, 20, ours, theirs, f"coefficients within {gap:.0e}"))
    middles = 3 * rng.normal(size=(32, 16))
    Z = middles[rng.integers(32, size=n)] + rng.normal(size=(n, 16))
    start = Z[:32]
    settings: dict[str, Any] = {"init": start, "max_iter": 10, "tol": 0.0}
    KMeans(32, **settings).fit(array_blocks(Z[:9_000]))
    ours = timed(lambda: KMeans(32, **settings).fit(array_blocks(Z)))
    theirs = timed(lambda: KMeans(32, **settings).fit(Z))
    assert (ours[2].cluster_centers_ == theirs[2].cluster_centers_).all()
    made.append(line("k-means, 16 columns, k = 32, 10 cycles", n, 16, ours, theirs, "equal bits"))
    return made


def main() -> str:
    """The table, for so many rows."""
    options = argparse.ArgumentParser(prog="python benchmarks/blocks.py", description=main.__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    n = options.parse_args().rows
    head = (
        f"{n:,} rows in memory, in blocks of 65,536.\n\n"
        "| fit | blocks: wall s | processor s | passes | GB a processor second | in memory: wall s "
        "| processor s | blocks / memory, processor | quality |\n" + "|---" * 9 + "|\n"
    )
    return head + "\n".join(rows(n))


if __name__ == "__main__":
    print(main())

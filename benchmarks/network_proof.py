"""What networks reach: digits never used, and a table that is larger than its training's memory.

Each proof runs in a process of its own, which tells its time and its highest resident memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
DIGITS = """
import json, time, numpy as np
from pellucid import ConvNetClassifier, NetworkClassifier
from pellucid.data.splits import split_rows
from pellucid.descent.step_sizes import Cosine
held = np.load({file!r})
X, y = held["images"], held["labels"]
split = split_rows(len(X), test=0.2, seed=0, labels=y)
steps = len(split.train) // 64
if {convolves}:
    h = ConvNetClassifier(filters=(16, 32), hidden=(128,), dropout=0.5, input_noise=0.2,
                          epochs=30, batch_size=64, step_size=Cosine(2e-3, 30 * steps))
else:
    X = X.reshape(len(X), -1)
    h = NetworkClassifier(hidden=(1024,), dropout=0.5, input_noise=0.7, standardize="whole",
                          epochs=60, batch_size=64, step_size=Cosine(1e-3, 60 * steps))
begin = time.perf_counter()
h.fit(X[split.train], y[split.train])
print(json.dumps([h.score(X[split.test], y[split.test]), time.perf_counter() - begin]))
"""
STREAM = """
import json, resource, sys, time
from pellucid.networks import Dense, Network, ParquetRows, ReLU, train
network = Network([Dense(64), ReLU(), Dense(32), ReLU(), Dense(1)], "square", 50, reduction="mean")
begin = time.perf_counter()
done = train(network, ParquetRows({file!r}, "y"), epochs=2, batch_size=256)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps([peak, done.history["loss"], time.perf_counter() - begin]))
"""


def _told(code: str) -> list[float]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout.splitlines()[-1]))


def _table_on_disk(path: Path, n: int = 1_000_000, d: int = 50) -> float:
    """Write n rows, a row group at a time; the variance of y."""
    import pyarrow as pa
    from pyarrow import parquet

    random = np.random.default_rng(0)
    theta = random.normal(size=d) / np.sqrt(d)
    writer, spread = None, []
    for _ in range(n // 50_000):
        X = random.normal(size=(50_000, d)).astype(np.float32)
        y = (np.sin(2 * X @ theta) + 0.1 * random.normal(size=len(X))).astype(np.float32)
        block = pa.table({f"x{j}": X[:, j] for j in range(d)} | {"y": y})
        writer = writer or parquet.ParquetWriter(path, block.schema)
        writer.write_table(block)
        spread.append(float(y.var()))
    assert writer is not None
    writer.close()
    return float(np.mean(spread))


def lines() -> str:
    """Markdown."""
    rows = ["| proof | reached | asked | | |", "|---|---|---|---|---|"]
    file = str(ROOT / "examples" / "digits.npz")
    for name, convolves, asked in (("small CNN", True, 0.985), ("dense net", False, 0.965)):
        share, took = _told(DIGITS.format(file=file, convolves=convolves))
        limit = " in 90 s" if convolves else ""
        fits = share >= asked and (took <= 90 or not convolves)
        rows.append(
            f"| digits, {name}: right on 1,600 never used | {share:.2%} after {took:.0f} s of "
            f"training | ≥ {asked:.1%}{limit} | {'met' if fits else '**not met**'} | |"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        variance = _table_on_disk(path)
        peak, losses, took = _told(STREAM.format(file=str(path)))
    assert losses[-1] < variance / 4, (losses, variance)
    rows.append(
        f"| 50-64-32-1 on 1,000,000 × 50 rows of Parquet, 2 epochs | {peak:.2f} GiB at most, "
        f"{took:.0f} s | < 1 GB | {'met' if peak * 1.0737 < 1 else '**not met**'} | mean loss "
        f"{losses[-1]:.3f}, variance of the answers {variance:.3f} |"
    )
    return "\n".join(rows)


if __name__ == "__main__":
    print(lines())

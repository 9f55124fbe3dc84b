"""Rows beyond one fit's comfort, against Spark MLlib, dask-ml and scikit-learn's `partial_fit`.

Peers live in an environment of their own (`pip install pyspark dask-ml`; Spark wants Java):
`python benchmarks/outgrow_peers.py PYTHON_OF_THE_PEERS [ROWS]`. Every fit is a process of its own
with two cores, and tells the seconds of the fit alone: neither imports nor the start of Spark
count, nor reading where the rows are given in memory. The loss of what each found is worked out
here, on the same rows. Ours reads Parquet in every pass where the peer is given Parquet, too.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyarrow import dataset

FILE_ROWS = 1_000_000
COLUMNS, CLUSTER_COLUMNS, K, CYCLES = 19, 16, 32, 10
LAM = 1e-6
JUDGED = 1_000_000  # rows of the first file, on which losses are compared
EPOCHS, NEAR = 5, 1e-3  # of SGD at most; and how near to our loss it has to come
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ended:
    """What a fit found, and what it took."""

    seconds: float
    work: float
    found: dict[str, Any]


def rows_of(folder: Path, columns: int) -> Array:
    """All rows of a folder's files."""
    table = dataset.dataset(folder).to_table([f"x{i}" for i in range(columns)])
    return np.column_stack([table[f"x{i}"].to_numpy() for i in range(columns)])


def labels_of(folder: Path) -> NDArray[Any]:
    """The classes, 0 or 1."""
    return np.asarray(dataset.dataset(folder).to_table(["y"])["y"].to_numpy())


def written(folder: Path, rows: int) -> None:
    """Files of rows: numbers x0, x1, …, and a class of them with noise."""
    import pyarrow as pa
    from pyarrow import parquet

    weights = np.random.default_rng(1 << 40).normal(size=COLUMNS)
    folder.mkdir(parents=True)
    for file in range(-(-rows // FILE_ROWS)):
        rng = np.random.default_rng(file)
        X = rng.normal(size=(min(FILE_ROWS, rows - file * FILE_ROWS), COLUMNS))
        y = X @ weights + rng.normal(scale=4.0, size=len(X)) > 0
        table = {f"x{i}": X[:, i] for i in range(COLUMNS)} | {"y": y.astype(np.int32)}
        parquet.write_table(pa.table(table), folder / f"{file:04d}.parquet", row_group_size=1 << 18)


# Fits. Each takes the folder, and gives a function that fits and one that tells what was found.


Fit = tuple[Callable[[], Any], Callable[[Any], dict[str, Any]]]


def _linear(h: Any) -> dict[str, Any]:
    return {"theta": np.ravel(h.coef_).tolist(), "theta_0": float(np.ravel(h.intercept_)[0])}


def _means(means: Any) -> dict[str, Any]:
    return {"means": np.asarray(means).tolist()}


def _parquet_blocks(folder: Path, columns: int, *, labels: bool) -> Any:
    """The files as blocks of arrays, read again in every pass."""
    from pellucid.data.blocks.file_blocks import file_blocks
    from pellucid.data.blocks.passes import LocalPasses
    from pellucid.data.blocks.prepared_blocks import PreparedBlocks

    names = [f"x{i}" for i in range(columns)]

    def prepare(tile: Any) -> Any:
        X = np.column_stack([tile.rows[name].to_numpy() for name in names])
        return (X, tile.rows["y"].to_numpy()) if labels else (X,)

    wanted = [*names, "y"] if labels else names
    return PreparedBlocks(file_blocks(str(folder)), prepare, wanted, columns, LocalPasses())


def _few(columns: int) -> tuple[Array, NDArray[np.intp]]:
    """Rows and classes on which a fit is compiled or loaded."""
    X = np.random.default_rng(0).normal(size=(5_000, columns))
    return X, (X[:, 0] + 0.1 * X[:, 1] > 0).astype(np.intp) ^ (np.arange(5_000) % 7 == 0)


def ours_logistic_parquet(folder: Path) -> Fit:
    """Our logistic classifier on Parquet that does not stay in memory."""
    from pellucid import LogisticClassifier
    from pellucid.data.blocks.row_blocks import array_blocks

    model, blocks = LogisticClassifier(lam=LAM), _parquet_blocks(folder, COLUMNS, labels=True)
    model.fit(array_blocks(*_few(COLUMNS)))  # warm
    return lambda: model.fit(blocks), _linear


def ours_logistic_arrays(folder: Path) -> Fit:
    """The same on blocks of arrays."""
    from pellucid import LogisticClassifier
    from pellucid.data.blocks.row_blocks import array_blocks

    model = LogisticClassifier(lam=LAM)
    blocks = array_blocks(rows_of(folder, COLUMNS), labels_of(folder))
    model.fit(array_blocks(*_few(COLUMNS)))  # warm
    return lambda: model.fit(blocks), _linear


def ours_k_means_parquet(folder: Path) -> Fit:
    """Our k-means on Parquet that does not stay in memory."""
    return _our_k_means(_parquet_blocks(folder, CLUSTER_COLUMNS, labels=False), folder)


def ours_k_means_arrays(folder: Path) -> Fit:
    """The same on blocks of arrays."""
    from pellucid.data.blocks.row_blocks import array_blocks

    return _our_k_means(array_blocks(rows_of(folder, CLUSTER_COLUMNS)), folder)


def _our_k_means(blocks: Any, folder: Path) -> Fit:
    from pellucid import KMeans
    from pellucid.data.blocks.row_blocks import array_blocks

    model = KMeans(K, init=_start(folder), n_init=1, max_iter=CYCLES, tol=0.0)
    model.fit(array_blocks(_few(CLUSTER_COLUMNS)[0]))  # warm
    return lambda: model.fit(blocks), lambda h: _means(h.cluster_centers_)


def _start(folder: Path) -> Array:
    return rows_of(sorted(folder.iterdir())[0], CLUSTER_COLUMNS)[:K].copy()


def _spark(folder: Path, columns: int) -> Any:
    """A session with two cores, and the rows as vectors; Spark keeps them, as it advises."""
    from pyspark.ml.feature import VectorAssembler
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "8g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    frame = session.read.parquet(str(folder))
    names = [f"x{i}" for i in range(columns)]
    frame.limit(10).toPandas()  # warm: the reader is compiled
    return VectorAssembler(inputCols=names, outputCol="x").transform(frame).select("x", "y")


def spark_logistic(folder: Path) -> Fit:
    """MLlib's logistic regression."""
    from pyspark.ml.classification import LogisticRegression
    from pyspark.sql.functions import col

    rows = _spark(folder, COLUMNS).withColumn("y", col("y").cast("double"))
    model = LogisticRegression(featuresCol="x", labelCol="y", regParam=2 * LAM, maxIter=100)
    model.fit(rows.limit(10_000))  # warm
    return (
        lambda: model.fit(rows),
        lambda h: {"theta": h.coefficients.toArray().tolist(), "theta_0": float(h.intercept)},
    )


def spark_k_means(folder: Path) -> Fit:
    """MLlib's k-means from rows at random: it takes no start of ours."""
    from pyspark.ml.clustering import KMeans

    rows = _spark(folder, CLUSTER_COLUMNS).select("x")
    model = KMeans(featuresCol="x", k=K, initMode="random", maxIter=CYCLES, tol=0.0, seed=0)
    model.fit(rows.limit(10_000))  # warm
    return lambda: model.fit(rows), lambda h: _means(h.clusterCenters())


def dask_k_means(folder: Path) -> Fit:
    """dask-ml's k-means on arrays in memory, by threads."""
    import dask.array as da
    from dask_ml.cluster import KMeans

    X = rows_of(folder, CLUSTER_COLUMNS)
    model = KMeans(K, init=_start(folder), max_iter=CYCLES, tol=0.0)
    rows = da.from_array(X, chunks=(len(X) // 16, CLUSTER_COLUMNS))
    return lambda: model.fit(rows), lambda h: _means(h.cluster_centers_)


def sgd_logistic(folder: Path) -> Fit:
    """Epochs of `SGDClassifier.partial_fit` over arrays in memory: seconds and what was found after
    each."""
    from sklearn.linear_model import SGDClassifier

    X, y = rows_of(folder, COLUMNS), labels_of(folder)

    def fit() -> list[dict[str, Any]]:
        model, epochs, spent = SGDClassifier(loss="log_loss", alpha=2 * LAM), [], 0.0
        before = work_so_far()
        for _ in range(EPOCHS):
            began = time.perf_counter()
            for at in range(0, len(X), 1 << 16):
                model.partial_fit(X[at : at + (1 << 16)], y[at : at + (1 << 16)], classes=[0, 1])
            spent += time.perf_counter() - began
            epochs.append({"seconds": spent, "work": work_so_far() - before, **_linear(model)})
        return epochs

    return fit, lambda epochs: {"epochs": epochs}


FITS: dict[str, Callable[[Path], Fit]] = {
    made.__name__: made
    for made in (
        *(ours_logistic_parquet, ours_logistic_arrays, ours_k_means_parquet, ours_k_means_arrays),
        *(spark_logistic, spark_k_means, dask_k_means, sgd_logistic),
    )
}


def work_so_far() -> float:
    """Processor seconds of this process, and of the Java that works for it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = used.ru_utime + used.ru_stime
    if "pyspark" in sys.modules:
        from pyspark import SparkContext

        java = Path(f"/proc/{SparkContext._gateway.proc.pid}/stat").read_text().rpartition(")")[2]
        spent += sum(map(int, java.split()[11:13])) / os.sysconf("SC_CLK_TCK")
    return spent


def fit_here(name: str, folder: Path) -> None:
    """Fit, and print what was found as a line of JSON."""
    fit, tell = FITS[name](folder)
    began, before = time.perf_counter(), work_so_far()
    made = fit()
    seconds, work = time.perf_counter() - began, work_so_far() - before
    print(json.dumps({"seconds": seconds, "work": work, "found": tell(made)}))


def ended(python: str, name: str, folder: Path) -> Ended:
    """A fit in a process of its own."""
    command = [python, __file__, "--fit", name, str(folder)]
    quiet = os.environ | {"PYTHONWARNINGS": "ignore", "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-800:]}")
    return Ended(**json.loads(done.stdout.strip().splitlines()[-1]))


def log_loss(folder: Path, found: dict[str, Any]) -> float:
    """J on the judged rows: the mean negative log likelihood, with the penalty."""
    file = sorted(folder.iterdir())[0]
    X, y = rows_of(file, COLUMNS)[:JUDGED], labels_of(file)[:JUDGED]
    theta = np.array(found["theta"])
    u = np.where(y == 1, 1.0, -1.0) * (X @ theta + found["theta_0"])
    return float(np.logaddexp(0.0, -u).mean() + LAM * theta @ theta)


def inertia(folder: Path, found: dict[str, Any]) -> float:
    """Mean squared distance of the judged rows from their nearest mean."""
    X = rows_of(sorted(folder.iterdir())[0], CLUSTER_COLUMNS)[:JUDGED]
    means = np.array(found["means"])
    shifted = (means**2).sum(axis=1) - 2 * X @ means.T
    return float((shifted.min(axis=1) + (X**2).sum(axis=1)).mean())


def line(job: str, asked: str, ours: Ended, theirs: Ended, quality: str) -> str:
    """A row of the table: wall seconds decide, processor seconds hold on a busy machine too."""
    ratio, of_work = theirs.seconds / ours.seconds, theirs.work / ours.work
    met = "met" if ratio >= float(asked) else "**not met**"
    return (
        f"| {job} | {ours.seconds:.1f} | {theirs.seconds:.1f} | {ratio:.2f}× | {ours.work:.1f} "
        f"| {theirs.work:.1f} | {of_work:.2f}× | ≥ {asked}× | {met} | {quality} |"
    )


def lines(python: str, rows: int) -> list[str]:
    """All rows of the table."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "rows"
        written(folder, rows)
        return [*_logistic(python, folder, rows), *_k_means(python, folder, rows)]


def _logistic(python: str, folder: Path, rows: int) -> list[str]:
    ours = ended(sys.executable, "ours_logistic_parquet", folder)
    spark = ended(python, "spark_logistic", folder)
    arrays = ended(sys.executable, "ours_logistic_arrays", folder)
    sgd = ended(python, "sgd_logistic", folder)
    loss, theirs = log_loss(folder, ours.found), log_loss(folder, spark.found)
    epochs = sgd.found["epochs"]
    losses = [log_loss(folder, epoch) for epoch in epochs]
    near = [i for i, each in enumerate(losses) if each <= loss * (1 + NEAR)]
    at = near[0] if near else len(epochs) - 1
    reached = "reached" if near else "**not reached**"
    stopped = Ended(epochs[at]["seconds"], epochs[at]["work"], {})
    size = f"{rows:,} × {COLUMNS + 1}"
    return [
        line(f"logistic, {size}, Parquet: Spark MLlib local[2]", "3", ours, spark,
             f"loss {loss:.7f} against {theirs:.7f}"),
        line(f"logistic, {size}, arrays: SGDClassifier.partial_fit", "2", arrays, stopped,
             f"{at + 1} epochs; loss {losses[at]:.7f}, within {NEAR:g} of ours {reached}"),
    ]  # fmt: skip


def _k_means(python: str, folder: Path, rows: int) -> list[str]:
    ours = ended(sys.executable, "ours_k_means_parquet", folder)
    spark = ended(python, "spark_k_means", folder)
    arrays = ended(sys.executable, "ours_k_means_arrays", folder)
    dask = ended(python, "dask_k_means", folder)
    mine, theirs, third = (inertia(folder, each.found) for each in (ours, spark, dask))
    size = f"{rows:,} × {CLUSTER_COLUMNS}, k = {K}, {CYCLES} cycles"
    return [
        line(f"k-means, {size}, Parquet: Spark MLlib local[2]", "3", ours, spark,
             f"inertia {mine:.5f} against {theirs:.5f}, from another start"),
        line(f"k-means, {size}, arrays: dask-ml", "2", arrays, dask,
             f"inertia {inertia(folder, arrays.found):.7f} against {third:.7f}, from one start"),
    ]  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "--fit":
        fit_here(sys.argv[2], Path(sys.argv[3]))
    else:
        size = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
        print(
            "| job | ours (s) | peer (s) | ratio | work | peer's work | ratio | asked | | quality |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        print("\n".join(lines(sys.argv[1], size)))

"""Jobs on the workers of a Dask cluster: the bits of this machine; what is lost can be resumed."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from distributed import Client, LocalCluster
from pyarrow import csv, parquet

import pellucid
from pellucid import Settings
from pellucid.data.blocks import dask_client, tiles
from pellucid.data.blocks.file_blocks import file_blocks
from pellucid.errors import ClusterError, ColumnError, TableError
from pellucid.jobs.cluster.cluster_result import ClusterSettings
from pellucid.jobs.fit import candidates, fit_tables
from pellucid.jobs.fit.interval_machine import with_intervals
from pellucid.jobs.on_blocks import progress_passes
from pellucid.jobs.on_blocks.check_any_size import check_any_size
from pellucid.jobs.on_blocks.cluster_on_blocks import cluster_on_blocks
from pellucid.jobs.on_blocks.fit_any_size import fit_any_size
from pellucid.jobs.on_blocks.fit_on_blocks import fit_on_blocks
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.jobs.on_blocks.pass_checkpoints import PassCheckpoints
from pellucid.jobs.on_blocks.prediction_stream import predictor_of, write_predictions
from pellucid.storage.csv_text import csv_bytes

N = 700
CHOSEN: dict[str, Any] = {"test": 0.3, "cv": 2}
HERE = MemoryBudget(500_000_000, True)
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(autouse=True, scope="module")
def no_yardstick() -> Iterator[None]:
    """Trees take most of the time of a fit to few rows, and no part in what is proved here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            fit_tables, "compared_recipes", lambda *of: candidates.compared_recipes(*of)[:2]
        )
        yield


def say(stage: str, done: float) -> None:
    """Nobody listens."""


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=(2, N))
    hue = rng.choice(["red", "blue"], N)
    y = 2 * x - z + (hue == "red") + rng.normal(size=N)
    return pd.DataFrame({"x": x, "z": z, "hue": hue, "y": y, "up": np.where(y > 0, "yes", "no")})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("logs")
    table = pa.Table.from_pandas(frame(), preserve_index=False)
    for at in (0, 300):
        rows = table.slice(at, 300 if not at else None)
        parquet.write_table(rows, folder / f"{at}.parquet", row_group_size=110)
    return str(folder / "*.parquet")


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster


def asked(**other: Any) -> Settings:
    return Settings("y", model="least-squares", drop=("up",), **CHOSEN, **other)


@pytest.fixture(scope="module")
def here(files: str) -> Any:
    """The fit by threads of this process."""
    return fit_on_blocks(file_blocks(files), asked(), HERE)


def bits(result: Any) -> tuple[bytes, float, float]:
    model = result.machine.model
    return model.coef_.tobytes(), result.test_error, result.training_error


def test_workers_of_other_processes_give_the_bits_of_this_machine(
    files: str, here: Any, workers: LocalCluster, tmp_path: Path
) -> None:
    """By the address, for files of Parquet and of CSV; and a Dask frame of the active client."""
    there = asked(cluster=workers.scheduler_address)
    found = fit_any_size(files, there, say, tmp_path / "out")
    assert bits(found) == bits(here)
    assert "workers of the Dask cluster at tcp" in found.findings[0].message
    text = tmp_path / "rows.csv"
    csv.write_csv(pa.Table.from_pandas(frame(), preserve_index=False), text)
    assert bits(fit_any_size(str(text), there, say)) == bits(here)
    with Client(workers):
        parts = dd.from_pandas(frame(), npartitions=3)
        found = pellucid.fit_table(parts, asked())
    assert bits(found) == bits(here)
    assert "3 partitions of Dask" in found.findings[0].message
    checked = check_any_size(
        files, "up", Settings("up").reading(), say,
        test=0.2, seed=0, cluster=workers.scheduler_address,
    )  # fmt: skip
    assert checked.rows == N


def test_workers_answer_rows_as_this_machine_does(
    files: str, here: Any, workers: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, with intervals, from Parquet and CSV; what is wrong with a row is said too."""
    monkeypatch.setattr(tiles, "MOST", 512)
    text = tmp_path / "rows.csv"
    text.write_bytes(csv_bytes(pa.Table.from_pandas(frame(), preserve_index=False)))
    predictor = predictor_of(with_intervals(here.machine, 0.9))

    def answered(source: str, suffix: str, cluster: str | None) -> bytes:
        stream = io.BytesIO()
        assert write_predictions(predictor, source, stream, suffix, cluster=cluster) == N
        return stream.getvalue()

    at = workers.scheduler_address
    for source, suffix in ((files, ".jsonl"), (str(text), ".csv")):
        assert answered(source, suffix, at) == answered(source, suffix, None)
    one, other = (
        parquet.read_table(io.BytesIO(answered(files, ".parquet", each))) for each in (at, None)
    )
    assert one.equals(other)
    assert one.column_names[-4:] == ["prediction", "low", "high", "caution"]
    text.write_text(text.read_text() + "1,odd,red,2,yes\n")
    with pytest.raises(ColumnError, match="row 701 holds 'odd'"):
        write_predictions(predictor, str(text), io.BytesIO(), ".csv", cluster=at)


def test_what_no_cluster_can_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv.write_csv(pa.Table.from_pandas(frame(), preserve_index=False), tmp_path / "rows.csv")
    monkeypatch.setattr(dask_client, "CONNECTION_SECONDS", 0.2)
    settings = Settings("y", cluster="tcp://127.0.0.1:9")
    with pytest.raises(ClusterError, match=r"No Dask scheduler answers at tcp://127\.0"):
        fit_any_size(str(tmp_path / "rows.csv"), settings, say, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    refused = "--cluster needs files that workers can read"
    with pytest.raises(TableError, match=refused):
        fit_any_size("-", settings, say)
    with pytest.raises(TableError, match=refused):
        write_predictions(predictor_of(None), "-", io.BytesIO(), ".csv", cluster="tcp://a:1")


def test_a_scheduler_that_is_lost_leaves_a_run_that_goes_on(
    files: str, here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere, or without a cluster, with the same bits."""
    monkeypatch.setattr(dask_client, "CONNECTION_SECONDS", 1)
    cluster = LocalCluster(n_workers=1, processes=False, protocol="tcp://", dashboard_address=":0")
    there = asked(cluster=cluster.scheduler_address)
    with monkeypatch.context() as patch:
        keep = PassCheckpoints.keep

        def lost(record: PassCheckpoints, number: int, found: Any) -> None:
            keep(record, number, found)
            if number == 2:
                cluster.close()

        patch.setattr(PassCheckpoints, "keep", lost)
        with pytest.raises(ClusterError, match=r"was lost .*with --resume goes on"):
            fit_any_size(files, there, say, tmp_path / "out")
    assert (tmp_path / "out" / ".passes" / "2").exists()
    found = fit_any_size(files, asked(), say, tmp_path / "out", resume=True)
    assert bits(found) == bits(here)
    assert not (tmp_path / "out").exists()


def killing(victim: int) -> Any:
    """`DaskPasses`, whose second pass loses a worker in its middle."""

    class Killing(progress_passes.DaskPasses):
        def reduce(self, *arguments: Any, **more: Any) -> Any:
            if self.taken == 1:
                threading.Timer(0.01, lambda: os.kill(victim, signal.SIGKILL)).start()
            return super().reduce(*arguments, **more)

    return Killing


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ridge", "logistic", "groups"])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_any_job_on_any_number_of_workers_of_which_one_is_killed(
    kind: str, count: int, files: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "MOST", 512)  # several tiles, here and there

    def answer(room: MemoryBudget) -> Any:
        if kind == "groups":
            chosen = ClusterSettings(ks=(2,))
            found: Any = cluster_on_blocks(file_blocks(files), chosen, room, say)
            return found.machine.model.cluster_centers_.tobytes(), found.machine.evidence
        target, other = ("y", "up") if kind == "ridge" else ("up", "y")
        chosen_fit = Settings(target, model=kind, drop=(other,), lams=(0.01,), **CHOSEN)
        return bits(fit_on_blocks(file_blocks(files), chosen_fit, room))

    with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=":0") as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]
        monkeypatch.setattr(progress_passes, "DaskPasses", killing(pids[0]))
        there = answer(MemoryBudget(500_000_000, True, cluster.scheduler_address))
    assert there == answer(HERE)


@pytest.mark.slow
def test_a_damaged_file_is_named_by_workers_too(workers: LocalCluster, tmp_path: Path) -> None:
    """By file and row group; nothing is left."""
    table = pa.Table.from_pandas(frame(), preserve_index=False)
    for name in "ab":
        parquet.write_table(table, tmp_path / f"{name}.parquet", row_group_size=200)
    path = tmp_path / "b.parquet"
    column = parquet.ParquetFile(path).metadata.row_group(2).column(0)
    at = column.dictionary_page_offset or column.data_page_offset
    damaged = bytearray(path.read_bytes())
    damaged[at : at + 40] = b"\xff" * 40
    path.write_bytes(damaged)
    fit = partial(fit_any_size, str(tmp_path / "*.parquet"))
    with pytest.raises(TableError, match=r"b\.parquet, row group 2 cannot be read"):
        fit(Settings("y", cluster=workers.scheduler_address), say, tmp_path / "out")
    assert not (tmp_path / "out").exists()

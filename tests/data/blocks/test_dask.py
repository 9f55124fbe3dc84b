"""Collections of Dask: partitions of any size, by threads or by a cluster, give the same bits."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster, get_worker, wait
from hypothesis import given
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline

from pellucid import KMeans, LinearAutoencoder, LogisticClassifier, RidgeCV, Standardize
from pellucid.data.blocks import tiles
from pellucid.data.blocks.dask_blocks import DaskBlocks, dask_blocks, dask_table
from pellucid.data.blocks.dask_passes import DaskPasses, tasks_of_tiles
from pellucid.data.blocks.dask_placement import keepers, place
from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.row_batches import concatenate_rows
from pellucid.data.blocks.row_blocks import array_blocks
from pellucid.errors import ClusterError, ShapeError

N = 5_000
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 4)) + [0.0, 3.0, 100.0, 1.0]
Y = X @ [1.0, -1.0, 0.5, 0.0] + RNG.normal(size=N)
YES = np.where(np.median(Y) < Y, "yes", "no")
CUTS: list[Any] = [1_700, (4_900, 50, 50), (1, 2, *[333] * 15, 2)]
KINDS = ["ridge", "logistic", "means", "axes", "pipeline"]


@pytest.fixture(autouse=True, scope="module")
def small_tiles() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "MOST", 512)
        yield


def fitted(kind: str, rows: Any, numbers: Any = None, labels: Any = None) -> bytes:
    """What was learnt, as bytes; rows are blocks with their answers, or collections of Dask."""
    if kind == "ridge":
        return RidgeCV().fit(rows, numbers).coef_.tobytes()
    if kind == "logistic":
        return LogisticClassifier().fit(rows, labels).coef_.tobytes()
    if kind == "means":
        return KMeans(3).fit(rows).cluster_centers_.tobytes()
    if kind == "axes":
        return LinearAutoencoder(2).fit(rows).components_.tobytes()
    model = make_pipeline(Standardize(), LogisticClassifier()).fit(rows, labels)
    return model[-1].coef_.tobytes()


@pytest.fixture(scope="module")
def in_memory() -> dict[str, bytes]:
    answers = {"ridge": Y, "logistic": YES, "pipeline": YES}
    return {
        kind: fitted(kind, array_blocks(X, answers.get(kind, np.zeros((N, 0))))) for kind in KINDS
    }


def collections(cut: Any) -> tuple[Any, Any, Any]:
    """Rows whose columns are cut too, and answers cut in another way."""
    return (
        da.from_array(X, chunks=(cut, (1, 3))),
        da.from_array(Y, chunks=1_234),
        da.from_array(YES, chunks=-1),
    )


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 17))
def test_units_hold_every_row_once_each_tile_whole(counts: list[int], size: int) -> None:
    edges = np.cumsum([0, *counts])
    seen = []
    for unit in tasks_of_tiles(counts, size):
        rows = [edges[j] + np.arange(a, b) for j, a, b in unit.slices]
        assert rows[0][0] == unit.tile * size
        seen += rows
    assert np.concatenate([*seen, np.arange(0)]).tolist() == list(range(edges[-1]))
    starts = [unit.tile for unit in tasks_of_tiles(counts, size)]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_cluster_partitions_are_read_here(kind: str, in_memory: dict[str, bytes]) -> None:
    assert fitted(kind, *collections(CUTS[0])) == in_memory[kind]


def test_data_frames_keep_their_names_and_answers_come_lazily() -> None:
    frame = pd.DataFrame(X, columns=list("abcd")).assign(y=Y)
    parts = dd.from_pandas(frame, npartitions=3)
    model = make_pipeline(Standardize(), RidgeCV()).fit(parts[list("abcd")], parts["y"])
    memory = make_pipeline(Standardize(), RidgeCV(cv=HashedFolds(5)))
    memory.fit(frame[list("abcd")], Y)
    assert model[0].feature_names_in_.tolist() == list("abcd")
    found = model.predict(parts[list("abcd")])
    assert isinstance(found, dd.Series)
    np.testing.assert_allclose(
        found.compute().to_numpy(), memory.predict(frame[list("abcd")]), rtol=1e-10
    )
    lazy = (
        LogisticClassifier()
        .fit(*collections(CUTS[0])[::2])
        .predict_proba(da.from_array(X, chunks=1_000))
    )
    assert lazy.shape == (N, 2)
    assert concatenate_rows(list(dask_table(parts).blocks())).column_names == [*"abcd", "y"]


def test_lengths_that_dask_does_not_know_are_counted_and_must_agree() -> None:
    dX = da.from_array(X, chunks=1_000)
    some = dX[dX[:, 0] > 0]
    there = X[:, 0] > 0
    weights = np.where(Y[there] > 0, 2.0, 1.0)
    found = KMeans(2).fit(some, sample_weight=da.from_array(weights, chunks=77))
    blocks = array_blocks(X[there], np.zeros((there.sum(), 0)), weights)
    assert found.cluster_centers_.tobytes() == KMeans(2).fit(blocks).cluster_centers_.tobytes()
    with pytest.raises(ShapeError, match=r"X has 5,000 rows but y has 4,999"):
        RidgeCV().fit(dX, da.from_array(Y[1:], chunks=500))


def cluster(workers: int) -> LocalCluster:
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
    )


def assert_what_the_cluster_keeps_is_fitted(client: Client, in_memory: dict[str, bytes]) -> None:
    """Persisted arrays, frames and columns of frames: none of them can be read without a client."""
    rows, numbers, labels = (each.persist() for each in collections(CUTS[0]))
    frame = dd.from_pandas(pd.DataFrame(X, columns=list("abcd")).assign(y=Y), npartitions=3)
    frame = frame.persist()
    wait([rows, numbers, labels, frame])
    assert fitted("ridge", rows, numbers) == in_memory["ridge"]
    assert fitted("pipeline", rows, None, labels) == in_memory["pipeline"]
    assert fitted("ridge", frame[list("abcd")], frame["y"]) == in_memory["ridge"]
    whole = da.from_array(X, chunks=(1_700, 4)).persist()
    wait(whole)
    for source in (dask_blocks(whole), dask_table(frame), dask_blocks(frame[list("abcd")])):
        assert [len(kept) for kept in keepers(client, source)] == [1] * source.pieces
        assert len(next(iter(source.blocks()))) > 0
    lazy = dask_table(dd.from_pandas(pd.DataFrame(X), npartitions=2))
    assert keepers(client, lazy) == [[], []]


def assert_rows_stay_where_they_are(client: Client) -> None:
    """Partitions dealt out by hand, large enough for Dask to move some if it were asked."""
    names = list(client.nthreads())
    dealt = [(3 * at) % 5 % 2 for at in range(8)]
    assert sum(dealt) == 4
    parts = [client.submit(np.ones, (1_000, 64), workers=[names[i]], pure=False) for i in dealt]
    wait(parts)
    rows = da.concatenate([da.from_delayed(part, (1_000, 64), float) for part in parts])
    source = dask_blocks(rows.persist())
    wait(source.collections)
    assert [[names.index(kept) for kept in each] for each in keepers(client, source)] == [
        [i] for i in dealt
    ]
    where = list(DaskPasses(client).map_tiles(source, where_it_is_taken))
    first = [tile * source.tile // 1_000 for tile in range(len(where))]
    assert [names.index(each) for each in where] == [dealt[part] for part in first]


def where_it_is_taken(tile: Any) -> str:
    time.sleep(0.02)
    return get_worker().address


@given(st.data())
def test_units_are_placed_where_their_rows_are_and_evenly(data: st.DataObject) -> None:
    threads = data.draw(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3), min_size=1))
    kept = st.lists(st.sampled_from("abcdx"), unique=True, max_size=3)
    kept_by = data.draw(st.lists(kept, max_size=12))
    work = [data.draw(st.integers(1, 100)) for _ in kept_by]
    placed = place(kept_by, work, threads)
    assert len(placed) == len(work)
    if None in placed:
        assert set(placed) == {None}
        return
    assert all(worker in each for worker, each in zip(placed, kept_by, strict=True))
    share = sum(work) / sum(threads.values())
    for name, count in threads.items():
        load = sum(rows for rows, worker in zip(work, placed, strict=True) if worker == name)
        assert load <= count * (share + max(work, default=0)) * (1 + 1e-12)


@given(st.integers(1, 24))
def test_equal_units_kept_by_all_are_placed_in_equal_numbers(n: int) -> None:
    placed = place([list("abcd")] * n, [10] * n, dict.fromkeys("abcd", 1))
    counts = [placed.count(name) for name in "abcd"]
    assert max(counts) - min(counts) <= 1


def test_units_are_left_to_dask_where_one_keeps_too_much_or_nobody_anything() -> None:
    threads = {"a": 1, "b": 1}
    assert place([["a"], ["a"], ["b"]], [10, 10, 10], threads) == ["a", "a", "b"]
    assert place([["a"]] * 6 + [["b"]], [10] * 7, threads) == [None] * 7
    assert place([["a"], []], [10, 10], threads) == [None, None]
    assert place([["gone"], ["b"]], [10, 10], threads) == [None, None]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_persisted_collections_are_read_by_their_client(in_memory: dict[str, bytes]) -> None:
    """What a cluster keeps cannot be computed without it: neither arrays nor columns of frames."""
    with Client(processes=False, dashboard_address=None):
        rows, numbers, _ = (each.persist() for each in collections(CUTS[0]))
        frame = dd.from_pandas(pd.DataFrame(X, columns=list("abcd")).assign(y=Y), npartitions=3)
        frame = frame.persist()
        wait([rows, numbers, frame])
        assert fitted("ridge", rows, numbers) == in_memory["ridge"]
        assert len(next(iter(dask_blocks(frame[list("abcd")], frame["y"]).blocks()))) == 2


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_of_processes_gives_the_bits_of_one_machine(
    in_memory: dict[str, bytes],
) -> None:
    with cluster(2) as workers, Client(workers) as client:
        model = RidgeCV().fit(*collections(CUTS[2])[:2])
        assert model.coef_.tobytes() == in_memory["ridge"]
        assert_what_the_cluster_keeps_is_fitted(client, in_memory)
        assert_rows_stay_where_they_are(client)
        bad = da.from_array(np.where(np.arange(N)[:, None] == 4_321, np.nan, X), chunks=800)
        with pytest.raises(ShapeError, match="row 4,321"):
            LinearAutoencoder(2).fit(bad)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers_and_any_cut_give_the_same_bits(
    workers: int, in_memory: dict[str, bytes]
) -> None:
    with cluster(workers) as several, Client(several):
        for cut in CUTS:
            for kind in KINDS:
                assert fitted(kind, *collections(cut)) == in_memory[kind], (cut, kind)


@dask.delayed
def slowly(rows: Any) -> Any:
    """So that there is time to kill who computes it."""
    time.sleep(0.3)
    return rows


@dask.delayed
def failing_twice(rows: Any, folder: str) -> Any:
    """A block whose reading fails two times."""
    before = len(list(Path(folder).iterdir()))
    if before < 2:
        (Path(folder) / str(before)).touch()
        raise OSError("the disk did not answer")
    return rows


def delayed_rows(wrap: Any) -> Any:
    parts = [
        da.from_delayed(wrap(dask.delayed(X[at : at + 700])), (len(X[at : at + 700]), 4), float)
        for at in range(0, N, 700)
    ]
    return da.concatenate(parts)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_killed_in_the_middle_changes_no_bit(
    kind: str, in_memory: dict[str, bytes]
) -> None:
    with cluster(2) as workers, Client(workers):
        victim = workers.workers[0].pid
        killer = threading.Timer(0.8, lambda: os.kill(victim, signal.SIGKILL))
        killer.start()
        found = fitted(kind, delayed_rows(slowly), *collections(1_000)[1:])
        killer.join()
        assert found == in_memory[kind]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_block_that_fails_twice_is_read_again(
    tmp_path: Path, in_memory: dict[str, bytes]
) -> None:
    with cluster(2) as workers, Client(workers):
        rows = delayed_rows(lambda each: failing_twice(each, str(tmp_path)))
        assert fitted("axes", rows) == in_memory["axes"]
        assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_lost_scheduler_ends_with_a_sentence() -> None:
    workers = cluster(1)
    client = Client(workers)
    parts = [slowly(dask.delayed((X[at : at + 100],))) for at in range(0, N, 100)]
    source = DaskBlocks(parts, [100] * 50, tuple("abcd"), "rows")
    timer = threading.Timer(1.0, workers.close)
    timer.start()
    with pytest.raises(ClusterError, match="scheduler of the Dask cluster was lost"):
        DaskPasses(client).reduce(source, lambda tile: len(tile.rows[0]), lambda a, b: a + b)
    timer.join()
    client.close()

"""k-means on blocks: from the same start, the means of rows in memory, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid import KMeans
from pellucid.clusters.on_blocks import assignment
from pellucid.data.blocks import row_sample, tiles
from pellucid.data.blocks.row_blocks import array_blocks
from pellucid.errors import FramingError

RNG = np.random.default_rng(0)
MEANS = 4 * RNG.normal(size=(9, 5))
LABELS = RNG.integers(9, size=70_000)
X = MEANS[LABELS] + RNG.normal(size=(70_000, 5))
WEIGHTS = RNG.integers(0, 3, len(X)).astype(float)
NONE = np.zeros((len(X), 0))


def same(blocks: KMeans, memory: KMeans) -> None:
    assert (blocks.cluster_centers_ == memory.cluster_centers_).all()
    assert blocks.inertia_ == memory.inertia_
    assert (blocks.counts_ == memory.counts_).all()
    assert blocks.n_iter_ == memory.n_iter_
    assert blocks.trace_["losses"] == memory.trace_["losses"]


@pytest.mark.parametrize("init", [X[:9], "positions"], ids=["given", "positions"])
def test_from_one_start_means_and_loss_have_the_bits_of_rows_in_memory(init: Any) -> None:
    """KE 220: sums carried in twice the precision are the same however they are cut."""
    n_init = 1 if isinstance(init, np.ndarray) else 2
    memory = KMeans(9, init=init, n_init=n_init).fit(X, sample_weight=WEIGHTS)
    same(KMeans(9, init=init, n_init=n_init).fit(array_blocks(X, NONE, WEIGHTS, cut=9_999)), memory)


@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
def test_rows_that_a_sample_holds_start_as_in_memory(init: str) -> None:
    rows: NDArray[np.float64] = X[:9_000]
    memory = KMeans(9, init=init, stop="labels").fit(rows)
    same(KMeans(9, init=init, stop="labels").fit(array_blocks(rows, cut=1_234)), memory)


@pytest.mark.parametrize("unit", [2.0**700, 2.0**-700])
@pytest.mark.parametrize("init", ["positions", "k-means++", "k-means||"])
def test_rows_of_any_size_are_grouped_as_in_memory(unit: float, init: str) -> None:
    """Squares of these distances overflow, or vanish."""
    rows: NDArray[np.float64] = X[:900] * unit
    blocks = KMeans(9, init=init).fit(array_blocks(rows, cut=123))
    same(blocks, KMeans(9, init=init).fit(rows))
    plain = KMeans(9, init=init).fit(X[:900])
    assert (blocks.predict(rows) == plain.predict(X[:900])).all()


def test_empty_clusters_are_given_the_farthest_row() -> None:
    rows = RNG.integers(0, 3, size=(400, 1)).astype(float)
    start = np.array([[0.0], [90.0], [91.0], [92.0]])
    with pytest.warns(UserWarning, match="distinct"):
        memory = KMeans(4, init=start).fit(rows)
    with pytest.warns(UserWarning, match="distinct"):
        blocks = KMeans(4, init=start).fit(array_blocks(rows, cut=70))
    same(blocks, memory)


def test_k_means_parallel_draws_from_all_rows_and_spreads_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Concept 231: over several seeds its losses are those of k-means++ on all rows."""
    monkeypatch.setattr(row_sample, "MOST", 300)
    monkeypatch.setattr(row_sample, "FEWEST", 300)
    rows = X[:9_000]
    losses = []
    for seed in range(4):
        blocks = KMeans(9, init="k-means||", random_state=seed).fit(array_blocks(rows, cut=1_000))
        again = KMeans(9, init="k-means||", random_state=seed).fit(array_blocks(rows, cut=777))
        assert blocks.cluster_centers_.tobytes() == again.cluster_centers_.tobytes()
        losses.append(blocks.inertia_)
    best = KMeans(9, n_init=8).fit(rows).inertia_
    assert min(losses) < 1.001 * best
    sampled = KMeans(9).fit(array_blocks(rows))
    assert sampled.blocks_["notes"] == ["300 of 9,000 rows, for where the means start"]
    assert "300 of 9,000 rows" in str(sampled.explain())


def test_labels_are_not_kept_and_what_does_not_go_is_said() -> None:
    blocks = array_blocks(X[:900], cut=100)
    assert not hasattr(KMeans(3).fit(blocks), "labels_")
    with pytest.raises(FramingError, match="predict gives them"):
        KMeans(3).fit_predict(blocks)
    with pytest.raises(FramingError, match="takes no record=True"):
        KMeans(3, record=True).fit(blocks)


@pytest.mark.parametrize("kept", [0, 70_000])
def test_what_is_kept_of_tiles_changes_no_bit(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing kept, or of the first tiles only: as where bounds of all rows are."""
    rows = X[:2_500]
    settings: dict[str, Any] = {"init": rows[:9], "stop": "labels"}
    memory = KMeans(9, **settings).fit(rows)
    monkeypatch.setattr(assignment.TileCache.__init__, "__defaults__", (kept,))
    monkeypatch.setattr(tiles, "MOST", 512)
    same(KMeans(9, **settings).fit(array_blocks(rows, cut=600)), memory)

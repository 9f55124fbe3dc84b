"""Groups of rows in blocks: the means and sizes of all rows, and what is said of the sample."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pellucid import KMeans
from pellucid.data import read_table
from pellucid.data.blocks.row_blocks import MemoryBlocks
from pellucid.jobs.cluster.cluster_result import ClusterSettings
from pellucid.jobs.on_blocks.cluster_on_blocks import cluster_on_blocks
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget


def test_groups_of_blocks_are_those_of_all_rows_in_memory() -> None:
    """The sample is a part of the rows; scales, means and sizes are those of all."""
    rng = np.random.default_rng(3)
    which = rng.choice(3, 900, p=[0.5, 0.3, 0.2])
    X = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])[which] + rng.normal(size=(900, 2))
    table = pa.table({"a": X[:, 0], "b": X[:, 1]})

    class Small(MemoryBudget):
        def sampled_rows(self, columns: int) -> int:
            return 300

    settings = ClusterSettings(ks=(3,))
    found = cluster_on_blocks(MemoryBlocks(table, 70), settings, Small(1, True), lambda *_: None)
    machine = found.machine
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    plain = KMeans(n_clusters=3, random_state=0).fit(Z)
    mine = np.asarray(machine.model.cluster_centers_)
    near = np.argmin(((mine[:, None] - plain.cluster_centers_) ** 2).sum(axis=2), axis=1)
    np.testing.assert_allclose(mine, plain.cluster_centers_[near], rtol=1e-9)
    assert [p.rows for p in found.profiles] == sorted(np.bincount(which), reverse=True)
    assert np.bincount(machine.predict(read_table(table)))[1:].tolist() == [
        p.rows for p in found.profiles
    ]
    assert (found.rows, len(found.groups)) == (900, 300)
    assert "A sample of 300 rows" in found.findings[0].message

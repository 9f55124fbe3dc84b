"""`cluster` on rows that do not go into memory: how many groups from a sample, the means from all.

Notes: §6.1, Concept 211, Concept 240
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.k_means import KMeans
from pellucid.clusters.kernels.k_means_loss import nearest_mean
from pellucid.data.blocks.column_statistics import fit_encoder_to_all_rows
from pellucid.data.blocks.prepared_blocks import PreparedBlocks
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.data.table import Table
from pellucid.data.table_reader import read_table
from pellucid.errors import PellucidWarning
from pellucid.findings import Finding
from pellucid.jobs.cluster.cluster_job import cluster_table
from pellucid.jobs.cluster.cluster_machine import ClusterMachine
from pellucid.jobs.cluster.cluster_result import ClusterResult, ClusterSettings
from pellucid.jobs.on_blocks.any_size import rows_beyond_memory
from pellucid.jobs.on_blocks.block_statements import IN_BLOCKS, findings_of_sample
from pellucid.jobs.on_blocks.first_passes import infer_kinds
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.jobs.on_blocks.progress_passes import ProgressPasses, passes_over
from pellucid.jobs.on_blocks.training_rows import read_tile
from pellucid.notebook_progress import Progress

Counts = NDArray[np.int64]
Read = Callable[[Tile], Table]


def cluster_any_size(
    data: str,
    settings: ClusterSettings,
    progress: Progress,
    memory: str | None = None,
    cluster: str | None = None,
) -> ClusterResult:
    """`cluster_table` where the rows go into memory, else `cluster_on_blocks`.

    Parameters
    ----------
    data : str
    settings : ClusterSettings
    progress : callable (stage, share done)
    memory : str or None
        Memory that the job may take.
    cluster : str or None
        Address of a Dask cluster whose workers read the rows.

    Raises
    ------
    PellucidError
        As those.

    Notes: Concept 211
    """
    beyond = rows_beyond_memory(data, settings.encoding or "utf-8", memory, cluster)
    if beyond is not None:
        source, room = beyond
        return cluster_on_blocks(source, settings, room, progress)
    progress("reading the table", 0.0)
    return cluster_table(read_table(data, **settings.reading()), settings, progress=progress)


def cluster_on_blocks(
    source: RowBlocks, settings: ClusterSettings, room: MemoryBudget, progress: Progress
) -> ClusterResult:
    """Find the groups of rows in blocks.

    A sample goes through `cluster_table`, which chooses their number and describes them. Scales
    and means are then those of all rows: the k-means algorithm goes on from the sample's means.

    Returns
    -------
    ClusterResult
        With the groups of the sample's rows; sizes are those of all rows, and `places` are the
        sample's rows in the source.

    Notes: Concept 211, Concept 231
    """
    began = time.perf_counter()
    sampled = room.sampled_rows(len(source.names))
    with (
        passes_over(source, room, progress) as passes,
        warnings.catch_warnings(),
    ):  # of a tile alone
        warnings.simplefilter("ignore", PellucidWarning)
        profile, reading = infer_kinds(source, settings.reading(), sampled, settings.seed, passes)
        progress("weighing numbers of groups on a sample", 0.2)
        found = cluster_table(reading.sample, settings)
        missing = tuple(settings.reading()["missing"])
        read = partial(
            read_tile, schema=found.machine.input_schema, typed=source.typed, missing=missing
        )

        passes.next("means and ranges of all rows", 0.4, 0.5)
        machine, by_sample = _with_all_statistics(
            found.machine, reading.sample, source, passes, read
        )
        passes.next("the k-means algorithm", 0.5, 0.9)
        machine = replace(machine, model=_means(machine, source, passes, read))
        passes.next("sizes of the groups", 0.9, 1.0)
        counts = _sizes(machine, source, passes, read)
    note = Finding(
        IN_BLOCKS,
        "note",
        f"{room.reason(source)} All {profile.rows:,} rows gave: kinds of columns, scales, the "
        f"means and sizes of the groups. A sample of {len(reading.sample):,} rows, drawn by a hash "
        "of each row's place, gave: how many groups there are, how sure that is, their traits and "
        f"the pictures{', and the codes of ' + ', '.join(by_sample) if by_sample else ''}.",
    )
    result = _of_all(found, machine, counts, profile.places, note)
    return replace(result, seconds=time.perf_counter() - began)


def _with_all_statistics(
    machine: ClusterMachine, sample: Table, source: RowBlocks, passes: ProgressPasses, read: Read
) -> tuple[ClusterMachine, list[str]]:
    """The encoder by all rows; a missing value stays no mark to group by."""
    features, codes = machine.features, machine.encoder.codes_
    encoder, by_sample = fit_encoder_to_all_rows(
        machine.encoder,
        sample.select(features),
        lambda tile: read(tile).select(features),
        source,
        passes,
    )
    encoder.codes_ = [
        code | {"names": old["names"], "missing": old["missing"]}
        for code, old in zip(encoder.codes_, codes, strict=True)
    ]
    return replace(machine, encoder=encoder), by_sample


def _means(machine: ClusterMachine, source: RowBlocks, passes: ProgressPasses, read: Read) -> Any:
    """k-means on all rows, from the sample's means."""
    starts = np.asarray(machine.model.cluster_centers_)

    def prepare(tile: Tile) -> Any:
        return (machine.features_of(read(tile)),)

    blocks = PreparedBlocks(source, prepare, machine.features, starts.shape[1], passes)
    return KMeans(n_clusters=len(starts), init=starts, n_init=1).fit(blocks)


def _sizes(
    machine: ClusterMachine, source: RowBlocks, passes: ProgressPasses, read: Read
) -> Counts:
    """Rows of each cluster of the model."""
    means = np.asarray(machine.model.cluster_centers_)

    def of_tile(tile: Tile) -> Counts:
        labels, _ = nearest_mean(machine.features_of(read(tile)), means)
        return np.bincount(labels, minlength=len(means)).astype(np.int64)

    return passes.reduce(source, of_tile, lambda a, b: a + b, machine.features)


def _of_all(
    result: ClusterResult, machine: ClusterMachine, counts: Counts, places: Any, note: Finding
) -> ClusterResult:
    """The sample's result with the groups of all rows, numbered by their sizes."""
    before = machine.numbers
    order = np.empty(len(counts), dtype=np.intp)
    order[np.argsort(-counts, kind="stable")] = np.arange(1, len(counts) + 1)
    renamed = dict(zip(before.tolist(), order.tolist(), strict=True))
    rows = dict(zip(order.tolist(), counts.tolist(), strict=True))
    profiles = tuple(
        replace(p, group=renamed[p.group], rows=rows[renamed[p.group]],
                share=rows[renamed[p.group]] / counts.sum())
        for p in result.profiles
    )  # fmt: skip
    evidence = machine.evidence | {
        "rows": int(counts.sum()),
        "rows in each group": ", ".join(f"{n:,}" for n in sorted(counts.tolist(), reverse=True)),
    }
    words = {renamed[g]: text for g, text in machine.words.items()}
    renumber = np.vectorize(renamed.get, otypes=[np.intp])
    returned = np.empty(len(counts))
    returned[[renamed[g] - 1 for g in range(1, len(counts) + 1)]] = result.stability
    return replace(
        result,
        rows=int(counts.sum()),
        machine=replace(
            machine, numbers=order, words=dict(sorted(words.items())), evidence=evidence
        ),
        groups=renumber(result.groups),
        profiles=tuple(sorted(profiles, key=lambda p: p.group)),
        stability=tuple(returned.tolist()),
        axes=replace(result.axes, groups=renumber(result.axes.groups)),
        silhouettes=None
        if result.silhouettes is None
        else (renumber(result.silhouettes[0]), result.silhouettes[1]),
        findings=(note, *findings_of_sample(result.findings, len(places))),
        places=places,
    )

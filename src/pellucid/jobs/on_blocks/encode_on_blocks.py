"""`encode` on rows that do not go into memory: axes and what they keep from all rows.

Notes: Def 353, Concept 357, §8.3, §8.4
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.autoencoders.baseline import baseline_losses
from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.data.blocks.column_statistics import fit_encoder_to_all_rows
from pellucid.data.blocks.hashed_splits import Places, is_test_row
from pellucid.data.blocks.prepared_blocks import PreparedBlocks
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.data.table import Table
from pellucid.data.table_reader import read_table
from pellucid.errors import PellucidWarning, TooFewRowsError
from pellucid.findings import Finding
from pellucid.jobs.encode.encode_job import encode_table, losses_by_column
from pellucid.jobs.encode.encoding_input import places_of_columns
from pellucid.jobs.encode.encoding_machine import EncodingMachine
from pellucid.jobs.encode.encoding_result import ColumnReconstruction, EncodeResult, EncodeSettings
from pellucid.jobs.encode.encoding_statements import (
    columns_of_code,
    findings,
    headline,
    outlier_rows,
)
from pellucid.jobs.on_blocks.any_size import rows_beyond_memory
from pellucid.jobs.on_blocks.block_statements import IN_BLOCKS, findings_of_sample
from pellucid.jobs.on_blocks.first_passes import infer_kinds
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.jobs.on_blocks.progress_passes import ProgressPasses, passes_over
from pellucid.jobs.on_blocks.training_rows import read_tile
from pellucid.notebook_progress import Progress

Array = NDArray[np.float64]


def encode_any_size(
    data: str,
    settings: EncodeSettings,
    progress: Progress,
    memory: str | None = None,
    cluster: str | None = None,
) -> EncodeResult:
    """`encode_table` where the rows go into memory, else `encode_on_blocks`.

    Parameters
    ----------
    data : str
    settings : EncodeSettings
    progress : callable (stage, share done)
    memory, cluster : str or None
        As in `Settings`.

    Raises
    ------
    PellucidError
        As those.

    Notes: Def 353
    """
    beyond = rows_beyond_memory(data, settings.encoding or "utf-8", memory, cluster)
    if beyond is not None:
        source, room = beyond
        return encode_on_blocks(source, settings, room, progress)
    progress("reading the table", 0.0)
    return encode_table(read_table(data, **settings.reading()), settings, progress=progress)


@dataclass(frozen=True)
class ReconstructionSums:
    """Sums over rows never used.

    Parameters
    ----------
    rows : int
    code_losses, baseline_losses : ndarray, shape (d,)
        What each number loses, by the code and by a code of no numbers.
    squares : ndarray, shape (3,)
        Squared errors: of no code, of this code, of the best linear one.
    """

    rows: int
    code_losses: Array
    baseline_losses: Array
    squares: Array

    def added(self, other: ReconstructionSums) -> ReconstructionSums:
        """Those of both runs of rows."""
        return ReconstructionSums(
            self.rows + other.rows,
            self.code_losses + other.code_losses,
            self.baseline_losses + other.baseline_losses,
            self.squares + other.squares,
        )

    def kept(self, name: str, places: Any = slice(None)) -> ColumnReconstruction:
        """What is kept of some numbers."""
        judged, nothing = (
            float(each[places].sum()) for each in (self.code_losses, self.baseline_losses)
        )
        return ColumnReconstruction(name, judged / self.rows, nothing / self.rows)


@dataclass(frozen=True)
class Coder:
    """How a tile becomes numbers, and which of its rows nothing is learned from.

    Parameters
    ----------
    machine : EncodingMachine
    typed : bool
    missing : tuple of str
        Further spellings of "missing".
    test : float
    seed : int
    """

    machine: EncodingMachine
    typed: bool
    missing: tuple[str, ...]
    test: float
    seed: int

    def table(self, tile: Tile) -> Table:
        """The columns that are encoded."""
        read = read_tile(tile, self.machine.input_schema, self.typed, self.missing)
        return read.select(self.machine.features)

    def numbers(self, tile: Tile) -> Array:
        """Rows as the model sees them."""
        return np.asarray(self.machine.encoder.transform(self.table(tile)))

    def learned_from(self, tile: Tile) -> Any:
        """The numbers of the training rows, as blocks hold them."""
        return (self.numbers(tile)[~is_test_row(tile.places, self.test, self.seed)],)


def encode_on_blocks(
    source: RowBlocks, settings: EncodeSettings, room: MemoryBudget, progress: Progress
) -> EncodeResult:
    """Compress rows in blocks into codes.

    Training rows of a sample go through `encode_table`. Principal axes are then those of all
    training rows; a network stays that of the sample. What a code keeps is measured on all rows
    that are for the test.

    Returns
    -------
    EncodeResult
        With codes and losses of the sample's rows, which stand at `places` of the source.

    Raises
    ------
    TooFewRowsError
        When no row is for the test.

    Notes: Def 353, Concept 357, §8.4
    """
    began = time.perf_counter()
    sampled = room.sampled_rows(len(source.names))
    with passes_over(source, room, progress) as passes, warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)  # of a tile alone
        profile, reading = infer_kinds(source, settings.reading(), sampled, settings.seed, passes)
        inside = np.flatnonzero(~is_test_row(profile.places, settings.test, settings.seed))
        sample, places = reading.sample.take(inside), profile.places[inside]
        progress(f"encoding a sample of {len(sample):,} rows", 0.2)
        found = encode_table(sample, settings)
        missing = tuple(settings.reading()["missing"])
        coder = Coder(found.machine, source.typed, missing, settings.test, settings.seed)
        by_sample: list[str] = []
        if settings.model == "linear":
            passes.next("means and ranges of all rows", 0.4, 0.55)
            coder, by_sample = _with_all_statistics(coder, sample, source, passes)
        passes.next("the axes of all training rows", 0.55, 0.75)
        linear = _axes(coder, settings.k, source, passes)
        if settings.model == "linear":
            coder = replace(coder, machine=replace(coder.machine, model=linear))
        passes.next("measuring what is lost", 0.75, 0.95)
        X = np.asarray(coder.machine.encoder.transform(sample.select(found.features)))
        lost = _lost(coder, linear, X, source, passes)
    result = _of_all(found, coder.machine, X, lost, places, profile.rows)
    note = _note(room.reason(source), settings.model, profile.rows, len(sample), by_sample)
    result = replace(result, findings=(note, *result.findings))
    return replace(result, seconds=time.perf_counter() - began)


def _with_all_statistics(
    coder: Coder, sample: Table, source: RowBlocks, passes: ProgressPasses
) -> tuple[Coder, list[str]]:
    """The encoder by all rows."""
    machine = coder.machine
    features = sample.select(machine.features)
    encoder, by_sample = fit_encoder_to_all_rows(
        machine.encoder, features, coder.table, source, passes
    )
    return replace(coder, machine=replace(machine, encoder=encoder)), by_sample


def _axes(coder: Coder, k: int, source: RowBlocks, passes: ProgressPasses) -> Any:
    """The best linear code of all training rows."""
    machine = coder.machine
    width = len(machine.encoder.get_feature_names_out())
    blocks = PreparedBlocks(source, coder.learned_from, machine.features, width, passes)
    return LinearAutoencoder(k).fit(blocks)


def _lost(
    coder: Coder, linear: Any, X: Array, source: RowBlocks, passes: ProgressPasses
) -> ReconstructionSums:
    """One pass over the rows that are for the test.

    Parameters
    ----------
    X : ndarray, shape (m, d)
        Rows of the sample, whose means a network's code of no numbers decodes to.
    """
    model, middle = coder.machine.model, np.asarray(linear.mean_)
    training = middle[None] if model is linear else X

    def of_tile(tile: Tile) -> ReconstructionSums:
        Z = coder.numbers(tile)[is_test_row(tile.places, coder.test, coder.seed)]
        d = Z.shape[1]
        if not len(Z):
            return ReconstructionSums(0, np.zeros(d), np.zeros(d), np.zeros(3))
        errors = [Z - each for each in (middle, model.reconstruct(Z), linear.reconstruct(Z))]
        return ReconstructionSums(
            len(Z),
            losses_by_column(model, Z).sum(axis=0),
            baseline_losses(model, training, Z).sum(axis=0),
            np.array([float((each**2).sum()) for each in errors]),
        )

    found = passes.reduce(source, of_tile, ReconstructionSums.added, coder.machine.features)
    if not found.rows:
        raise TooFewRowsError("No row is for the test: gather more rows, or choose another --test.")
    return found


def _of_all(
    result: EncodeResult,
    machine: EncodingMachine,
    X: Array,
    lost: ReconstructionSums,
    places: Places,
    rows: int,
) -> EncodeResult:
    """The sample's result with what all rows keep; codes and odd rows by the model of all."""
    settings, model, m = result.settings, machine.model, len(X)
    blocks = places_of_columns(machine.encoder)
    none, ours, best = (lost.squares / lost.rows).tolist()
    kept, squares = lost.kept("all columns"), ColumnReconstruction("this code", ours, none)
    linear = ColumnReconstruction("best linear code", best, none)
    judged, codes = losses_by_column(model, X), np.asarray(model.encode(X))
    names = [str(name) for name in machine.encoder.get_feature_names_out()]
    odd = outlier_rows(judged, blocks, result.identifiers)
    holes = {c.name: c.missing for c in result.columns if c.used}
    mine = findings(model, holes, kept, squares, linear)
    table_says = [f for f in result.findings if f.name not in {each.name for each in mine}]
    evidence = machine.evidence | {
        "rows": rows,
        "numbers a row": len(names),
        "kept on rows never used": f"{kept.share:.1%}",
        "squared error kept, this code": f"{squares.share:.1%}",
        "squared error kept, best linear code": f"{linear.share:.1%}",
    }
    return replace(
        result,
        rows=rows,
        d=len(names),
        headline=headline("table", settings.k, len(names), kept, squares, linear, settings.model),
        codes=codes,
        losses=judged.sum(axis=1),
        all_columns=kept,
        by_column=tuple(lost.kept(name, block) for name, block in blocks.items()),
        squares=squares,
        linear=linear,
        code_descriptions=columns_of_code(codes, X, names),
        outliers=tuple(replace(each, row=int(places[each.row - 1]) + 1) for each in odd),
        findings=tuple(findings_of_sample([*table_says, *mine], m)),
        machine=replace(machine, evidence=evidence),
        places=places,
        measured=lost.rows,
    )


def _note(reason: str, model: str, rows: int, sampled: int, by_sample: list[str]) -> Finding:
    """Which steps went over all rows, and which over a sample."""
    linear = model == "linear"
    whole = "scales, the code" if linear else "the best linear code"
    part = (
        "what goes with each number" if linear else "scales, the code, what goes with its numbers"
    )
    codes = f", the codes of {', '.join(by_sample)}" if by_sample else ""
    return Finding(
        IN_BLOCKS,
        "note" if linear else "caution",
        f"{reason} All {rows:,} rows gave: kinds of columns, {whole}, and what is kept of the rows "
        f"never used. A sample of {sampled:,} rows, drawn by a hash of each row's place, gave: "
        f"{part}{codes}, the worst rows and the map.",
        (),
        "" if linear else "For a code of all rows: --model linear.",
    )

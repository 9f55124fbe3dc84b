"""Sums that the first pass takes along: the same fit as by passes of its own, in fewer of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pellucid.data.blocks.passes import LocalPasses
from pellucid.data.blocks.row_blocks import MemoryBlocks
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.on_blocks import fit_on_blocks as job
from pellucid.jobs.on_blocks.held_out_numbers import HeldOutNumbers, room_for_held_out
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.jobs.on_blocks.number_columns import NumberColumn
from pellucid.jobs.on_blocks.number_sums import NumberSums, merged, number_sums
from pellucid.storage.value_bytes import as_bytes, from_bytes

SETTINGS = Settings("y", model="ridge", cv=2, keep_test_out=True)
N = 900


def rows(gap: bool = False) -> pa.Table:
    """Numbers of unlike sizes, one of them whole, far from 0; and an answer."""
    rng = np.random.default_rng(2)
    far, small = 30 + rng.normal(size=N), 1e-6 * rng.normal(size=N)
    whole = rng.integers(0, 500, N)
    y = 2 * far + 1e6 * small + 1e-2 * whole + rng.normal(size=N)
    small = pa.array(small, mask=(np.arange(N) % 50 == 7) & gap)
    return pa.table({"far": far, "small": small, "whole": whole, "y": y})


def fitted(table: pa.Table, cut: int) -> tuple[FitResult, list[int]]:
    """The fit, and how many rows each pass went over."""
    taken: list[int] = []
    reduce = LocalPasses.reduce

    def counted(self: Any, source: Any, *given: Any) -> Any:
        taken.append(source.rows)
        return reduce(self, source, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalPasses, "reduce", counted)
        found = job.fit_on_blocks(MemoryBlocks(table, cut), SETTINGS, MemoryBudget(1 << 29, True))
    return found, taken


def test_the_fit_is_that_of_passes_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, taken = fitted(rows(), 170)
    assert len(taken) == 1  # the test is that of rows kept from it
    monkeypatch.setattr(job, "suffice", lambda *_: False)
    by_passes, taken = fitted(rows(), N)
    assert len(taken) == 4
    mine, theirs = ours.machine.model, by_passes.machine.model
    np.testing.assert_allclose(mine.coef_, theirs.coef_, rtol=1e-9)
    assert mine.intercept_ == pytest.approx(theirs.intercept_, rel=1e-12)
    assert (ours.chosen.lam, ours.rows) == (by_passes.chosen.lam, by_passes.rows)
    assert ours.test_error == pytest.approx(by_passes.test_error, rel=1e-10)
    assert ours.errors_baseline == pytest.approx(by_passes.errors_baseline, rel=1e-10)
    assert ours.machine.training_facts["ranges"] == by_passes.machine.training_facts["ranges"]
    assert ours.machine.lower_bound == by_passes.machine.lower_bound


def full_disk(*_: Any, **__: Any) -> Any:
    raise OSError("no space left")


@pytest.mark.parametrize("where", ["a file", "nowhere", "a full disk"])
def test_the_test_is_the_same_wherever_its_rows_were_kept(
    where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same bits; what cannot be kept is read again."""
    ours, taken = fitted(rows(), 170)
    assert len(taken) == 1
    place = None if where == "nowhere" else HeldOutNumbers(1, tmp_path)
    monkeypatch.setattr(job, "room_for_held_out", lambda *_: place)
    if where == "a full disk":
        monkeypatch.setattr("tempfile.TemporaryFile", full_disk)
    theirs, taken = fitted(rows(), N)
    assert len(taken) == (1 if where == "a file" else 2)
    for one, other in ((ours, theirs), (theirs, ours)):
        assert one.test_error == other.test_error
        assert one.errors == other.errors
        assert one.errors_baseline == other.errors_baseline
        assert one.interval == other.interval
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("memory", [1, 1 << 20], ids=["in a file", "in memory"])
def test_a_tile_without_test_rows_keeps_none(memory: int, tmp_path: Path) -> None:
    held = HeldOutNumbers(memory, tmp_path)
    column = NumberColumn([np.arange(4.0)], (0, 4))
    held.keep(0, ["x", "y"], [column, column], [])
    held.keep(1, ["x", "y"], [column, column], [3])
    assert held.is_of(2)
    assert [held.of(tile)["y"].tolist() for tile in range(2)] == [[], [3.0]]
    held.close()


def test_rows_are_kept_where_there_is_room(tmp_path: Path) -> None:
    def kept(size: float, folder: Path | None) -> bool:
        found = room_for_held_out(size, 1_000_000, folder)
        if found is not None:
            found.close()
        return found is not None

    assert [kept(1_000, None), kept(200_000, tmp_path)] == [True, True]
    assert [kept(200_000, None), kept(1e18, tmp_path)] == [False, False]


def test_a_missing_number_is_left_to_passes_of_its_own() -> None:
    found, taken = fitted(rows(gap=True), 170)
    assert len(taken) == 4
    assert "small is missing" in list(found.machine.steps[0].get_feature_names_out())


def test_no_cut_and_no_way_to_a_file_changes_a_bit() -> None:
    of_tile = number_sums(SETTINGS)
    assert of_tile is not None

    def sums(cut: int, workers: int) -> Any:
        return LocalPasses(workers).reduce(MemoryBlocks(rows(), cut), of_tile, merged)

    one = sums(100, 1)
    assert isinstance(one, NumberSums)
    again = from_bytes(as_bytes(sums(N, 3)))
    for fold, m in one.folds.items():
        assert (m.xx == again.folds[fold].xx).all()
    assert (one.low == again.low).all()
    train = one.train
    assert train.weight + one.folds[-1].weight == N
    assert merged(one, None) is None
    assert merged(one, replace(one, names=("other",))) is None

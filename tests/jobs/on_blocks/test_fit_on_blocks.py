"""A fit to rows in blocks: the answer of a fit in memory, whatever the cut, and what it says."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from pellucid.data import TableEncoder, read_table
from pellucid.data.blocks.hashed_splits import is_test_row, row_numbers
from pellucid.data.blocks.row_blocks import MemoryBlocks
from pellucid.data.framing import frame
from pellucid.errors import FramingError, OutputError, TooLargeError
from pellucid.evaluation.training_ranges import training_ranges
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.interval_machine import with_intervals
from pellucid.jobs.on_blocks.block_statements import _listed
from pellucid.jobs.on_blocks.first_passes import frame_blocks
from pellucid.jobs.on_blocks.fit_any_size import fit_any_size
from pellucid.jobs.on_blocks.fit_on_blocks import fit_on_blocks
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.jobs.on_blocks.pass_checkpoints import PassCheckpoints
from pellucid.jobs.on_blocks.progress_passes import ProgressPasses
from pellucid.linear import LogisticClassifier, Ridge

N = 1_200


@lru_cache
def rows() -> pa.Table:
    """Numbers with gaps, categories of which one is rare, two values, dates, and an answer."""
    rng = np.random.default_rng(5)
    x, hue = rng.normal(size=N), rng.choice(["red", "blue", "tan"], N, p=[0.5, 0.499, 0.001])
    day = np.datetime64("2024-01-01", "us") + rng.integers(0, 400, N).astype("timedelta64[D]")
    y = 3 * x + (hue == "red") + rng.normal(size=N)
    gaps = pa.array(x, mask=rng.random(N) < 0.01)
    return pa.table({"x": gaps, "hue": hue, "on": rng.choice(["yes", "no"], N), "day": day, "y": y})


@lru_cache
def fitted(cut: int, **other: Any) -> FitResult:
    chosen: dict[str, Any] = {"cv": 2, "lams": (0.01,), "keep_test_out": True}
    settings = Settings("y", model="ridge", **chosen, **other)
    source = MemoryBlocks(rows(), cut)
    return fit_on_blocks(source, settings, MemoryBudget(500_000_000, True))


def test_the_answer_is_that_of_all_rows_in_memory() -> None:
    """Encoder, θ, errors and ranges are those of a plain fit to the same training rows."""
    found = fitted(170)
    table = read_table(rows())
    test = is_test_row(row_numbers(0, N), 0.2, 0)
    features, y = table.select(found.framing.features), table["y"].values
    inside = features.take(np.flatnonzero(~test))
    encoder = TableEncoder().fit(inside, y[~test])
    h = Ridge(lam=found.chosen.lam).fit(encoder.transform(inside), y[~test])
    mine = found.machine.steps[0]
    assert list(mine.get_feature_names_out()) == list(encoder.get_feature_names_out())
    np.testing.assert_allclose(found.machine.model.coef_, h.coef_, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.machine.model.intercept_, h.intercept_, rtol=1e-10)
    left = found.machine.predict(features.take(np.flatnonzero(test))) - y[test]
    assert found.test_error == pytest.approx(float(left @ left) / test.sum(), rel=1e-10)
    assert found.errors["R²"] == pytest.approx(1 - (left @ left) / test.sum() / y[test].var())
    assert found.machine.training_facts["ranges"] == training_ranges(inside)
    assert (len(found.split.train), len(found.split.test)) == (int((~test).sum()), int(test.sum()))


def test_no_cut_of_the_rows_changes_a_bit() -> None:
    one, other = fitted(170), fitted(N)
    assert one.machine.model.coef_.tobytes() == other.machine.model.coef_.tobytes()
    assert (one.test_error, one.training_error) == (other.test_error, other.training_error)


def test_what_used_a_sample_is_said() -> None:
    found = next(f for f in fitted(170).findings if f.name == "rows in blocks")
    assert "All 1,200 rows gave" in found.message
    assert "A sample" in found.message


def test_what_the_model_does_is_named_with_its_rows_and_predict_gives_intervals() -> None:
    found = fitted(170)
    insight, known = found.insight, found.machine.training_facts["intervals"]
    assert insight is not None
    assert insight.importance
    assert insight.dependence
    told = next(f for f in found.findings if f.name == "rows in blocks").message
    assert f"importance ({insight.rows:,} test rows)" in told
    assert f"intervals of predictions ({known['rows']:,} training rows" in told
    (judged,) = [name for name in found.machine.evidence if name.startswith("coverage")]
    assert f"coverage: {judged.split()[-3]} test rows" in told
    answers = with_intervals(found.machine, 0.8).answers(read_table(rows()))
    assert (answers["low"] <= answers["prediction"]).all()
    y = np.asarray(rows()["y"].to_numpy())
    inside = np.mean((answers["low"] <= y) & (y <= answers["high"]))
    assert abs(inside - 0.8) < 0.05


def test_files_go_into_memory_or_into_blocks(tmp_path: Path) -> None:
    few = rows().slice(0, 400).select(["x", "on", "y"])
    csv.write_csv(few.slice(0, 150), tmp_path / "1.csv")
    csv.write_csv(few.slice(150), tmp_path / "2.csv")
    settings = Settings("y", model="ridge", memory="1GB")
    told: list[str] = []
    found = fit_any_size(str(tmp_path / "*.csv"), settings, lambda stage, done: told.append(stage))
    assert found.rows == 400
    assert found.source == "2 csv files"
    assert "reading the table" in told
    with pytest.raises(TooLargeError, match="at least 500MB"):
        fit_any_size(str(tmp_path), Settings("y", memory="10MB"), lambda *_: None)


def test_settings_that_need_all_rows_are_refused_by_name() -> None:
    with pytest.raises(FramingError, match="--group needs all rows in memory"):
        fit_on_blocks(MemoryBlocks(rows()), Settings("y", group="on"), MemoryBudget(1 << 30, True))


def test_a_model_without_a_block_route_is_fitted_to_the_sample_and_says_so() -> None:
    source = MemoryBlocks(rows().slice(0, 600), 70)
    settings = Settings("y", model="nearest", cv=2)
    found = fit_on_blocks(source, settings, MemoryBudget(500_000_000, True))
    assert any(f.name == "fitted to a sample" for f in found.findings)
    assert len(found.split.train) + len(found.split.test) == found.rows == 600


def test_a_damaged_file_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    """In the middle of the pass, as `pellucid fit` meets it."""
    from pellucid.cli import main

    path = tmp_path / "in" / "1.parquet"
    path.parent.mkdir()
    parquet.write_table(rows(), path, row_group_size=300)
    column = parquet.ParquetFile(path).metadata.row_group(2).column(0)
    at = column.dictionary_page_offset or column.data_page_offset
    damaged = bytearray(path.read_bytes())
    damaged[at : at + 40] = b"\xff" * 40
    path.write_bytes(damaged)
    with pytest.raises(SystemExit) as stopped:
        main(["fit", str(path.parent), "--target", "y", "-o", str(tmp_path / "out")])
    assert stopped.value.code == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ended", [1, 3])
def test_a_run_that_was_stopped_goes_on_with_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: int
) -> None:
    """After any whole pass; and not from other settings."""
    parquet.write_table(rows().slice(0, 600), tmp_path / "rows.parquet", row_group_size=90)
    monkeypatch.setattr(MemoryBudget, "holds", lambda *_: False)
    settings = Settings("y", model="least-squares", test=0.3, cv=2)
    where = (str(tmp_path / "rows.parquet"), settings, lambda *_: None, tmp_path / "out")
    with monkeypatch.context() as patch:
        keep = PassCheckpoints.keep

        def stopped(record: PassCheckpoints, number: int, found: Any) -> None:
            if number > ended:
                raise KeyboardInterrupt
            keep(record, number, found)

        patch.setattr(PassCheckpoints, "keep", stopped)
        with pytest.raises(KeyboardInterrupt, match="--resume"):
            fit_any_size(*where)
    assert sorted(p.name for p in (tmp_path / "out" / ".passes").iterdir()) == [
        *map(str, range(1, ended + 1)), "mark",
    ]  # fmt: skip
    with pytest.raises(OutputError, match="settings"):
        fit_any_size(where[0], Settings("y", model="mean"), *where[2:], True)
    found = fit_any_size(*where, True)
    whole = fit_any_size(*where)
    assert found.machine.model.coef_.tobytes() == whole.machine.model.coef_.tobytes()
    assert found.test_error == whole.test_error
    assert not (tmp_path / "out" / ".passes").exists()


def test_classes_are_fitted_to_all_rows_too() -> None:
    """The logistic family by its own passes, at the λ of the sample."""
    label = np.where(np.asarray(rows()["y"]) > 0, "up", "down")
    table = rows().set_column(4, "y", pa.array(label))
    settings = Settings("y", model="logistic", cv=2, lams=(0.01,))
    found = fit_on_blocks(MemoryBlocks(table, 170), settings, MemoryBudget(500_000_000, True))
    read = read_table(table)
    test = is_test_row(row_numbers(0, N), 0.2, 0)
    inside = read.select(found.framing.features).take(np.flatnonzero(~test))
    X = found.machine.steps[0].transform(inside)
    h = LogisticClassifier(lam=0.01).fit(X, label[~test])
    np.testing.assert_allclose(found.machine.model.coef_, h.coef_, rtol=1e-6, atol=1e-9)
    said = found.machine.predict(read.take(np.flatnonzero(test)))
    assert found.errors["accuracy"] == pytest.approx(float((said == label[test]).mean()))
    assert "λ" in next(f.message for f in found.findings if f.name == "rows in blocks")


def test_a_budget_ends_with_the_model_of_the_sample_and_says_so() -> None:
    """The first look and the test are taken whatever they take; the rest is named."""
    settings = Settings("y", model="least-squares", cv=2, budget=0.01)
    found = fit_on_blocks(MemoryBlocks(rows(), 170), settings, MemoryBudget(500_000_000, True))
    left_out, *_ = found.findings
    assert "the fit to all rows" in left_out.message
    said = next(f for f in found.findings if f.name == "fitted to a sample")
    assert said.message.startswith("The 0.01 s allowed left no time")
    assert len(found.split.train) + len(found.split.test) == N
    assert found.chosen.model == "mean"
    with pytest.raises(FramingError, match="--budget may end within one"):
        fit_any_size("-", settings, lambda *_: None, resume=True)


def test_rows_without_a_target_are_not_counted_on_the_sample() -> None:
    """The sample knows how many of its own rows lack one, not how many of all."""
    gaps = pa.array(rows()["y"].to_numpy(), mask=np.arange(N) % 7 == 0)
    table = rows().set_column(4, "y", gaps)
    passes = ProgressPasses(lambda stage, done: None, N)
    known = frame_blocks(MemoryBlocks(table, 300), Settings("y"), 500, passes)
    assert known.framing.reasons
    assert not any("left out" in reason for reason in known.framing.reasons)
    assert any("left out" in reason for reason in frame(read_table(table), "y").reasons)


@pytest.mark.parametrize(
    ("names", "told"),
    [("ab", "'a', 'b'"), ("abcde", "'a', 'b', 'c', 'd', 'e'"),
     ("abcdefg", "'a', 'b', 'c', 'd', 'e' and 2 more")],
)  # fmt: skip
def test_of_many_columns_five_are_named_and_the_others_counted(names: str, told: str) -> None:
    assert _listed(list(names)) == told

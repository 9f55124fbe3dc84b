"""Codes of rows in blocks: axes of all training rows, what they keep of all others."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pellucid import LinearAutoencoder, TableEncoder, read_table
from pellucid.data.blocks.hashed_splits import is_test_row, row_numbers
from pellucid.data.blocks.row_blocks import MemoryBlocks
from pellucid.errors import TooFewRowsError
from pellucid.jobs.encode.encoding_result import EncodeResult, EncodeSettings
from pellucid.jobs.on_blocks.encode_on_blocks import encode_on_blocks
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget

N = 900


class Small(MemoryBudget):
    """A sample is a part of the rows."""

    def sampled_rows(self, columns: int) -> int:
        return 300


@lru_cache
def rows() -> pa.Table:
    rng = np.random.default_rng(4)
    t = rng.normal(size=(N, 2))
    X = t @ rng.normal(size=(2, 4)) + 0.3 * rng.normal(size=(N, 4))
    gap = pa.array(X[:, 0], mask=rng.random(N) < 0.03)
    hue = np.where(t[:, 0] > 0, "red", "blue")
    return pa.table({"a": gap, **{c: X[:, i] for i, c in enumerate("bcd", 1)}, "hue": hue})


@lru_cache
def encoded(cut: int, model: str = "linear", **other: Any) -> EncodeResult:
    settings = EncodeSettings(k=2, model=model, **other)
    return encode_on_blocks(MemoryBlocks(rows(), cut), settings, Small(1, True), lambda *_: None)


def test_axes_and_what_they_keep_are_those_of_all_rows_in_memory() -> None:
    found = encoded(70)
    table = read_table(rows())
    test = is_test_row(row_numbers(0, N), 0.2, 0)
    X = TableEncoder().fit(table).transform(table)
    plain = LinearAutoencoder(2).fit(X[~test])
    left = X[test] - plain.reconstruct(X[test])
    none = X[test] - X[~test].mean(axis=0)
    assert found.all_columns.loss == pytest.approx(float((left**2).sum(axis=1).mean()), rel=1e-9)
    assert found.all_columns.baseline_loss == pytest.approx(float((none**2).sum(axis=1).mean()))
    assert found.squares.share == pytest.approx(found.linear.share) == found.all_columns.share
    assert sum(kept.loss for kept in found.by_column) == pytest.approx(found.all_columns.loss)
    mine = found.machine.encode(table.take(np.flatnonzero(test)))
    np.testing.assert_allclose(found.machine.model.decode(mine), X[test] - left, atol=1e-9)


def test_no_cut_changes_a_bit_and_what_used_a_sample_is_said() -> None:
    one, other = encoded(70), encoded(N)
    components = [each.machine.model.components_.tobytes() for each in (one, other)]
    assert components[0] == components[1]
    assert one.all_columns == other.all_columns
    assert one.places is not None
    assert (one.rows, len(one.codes), one.d) == (N, len(one.places), 6)
    assert one.measured_rows == int(is_test_row(row_numbers(0, N), 0.2, 0).sum())
    assert "All 900 rows gave" in one.findings[0].message
    assert f"A sample of {len(one.codes)} rows" in one.findings[0].message


@pytest.mark.slow
def test_a_network_stays_that_of_the_sample_and_is_measured_on_all_rows() -> None:
    found = encoded(170, "network", epochs=3)
    assert found.findings[0].severity == "caution"
    assert found.measured_rows == encoded(70).measured_rows
    assert found.linear.loss == pytest.approx(encoded(70).linear.loss, rel=0.2)


def test_rows_without_a_row_for_the_test_are_refused() -> None:
    assert not is_test_row(row_numbers(0, N), 1e-6, 0).any()
    with pytest.raises(TooFewRowsError, match="No row is for the test"):
        encoded(70, test=1e-6)

"""`pellucid check` beyond memory says what it says of the same rows in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv, table

from pellucid.data.reading_options import ReadingOptions
from pellucid.jobs.on_blocks import check_any_size as job
from pellucid.jobs.on_blocks.check_any_size import CheckResult, check_any_size
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, CheckResult]:
    """The same file without a target and with one, read whole and in blocks."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    colour = rng.choice(["red", "blue"], 300)
    file = tmp_path / "t.csv"
    y = 2 * x + rng.normal(size=300)
    csv.write_csv(table({"x": x, "colour": colour, "leak": 3 * y + 1, "y": y}), file)
    found = {}
    for beyond in (False, True):
        if beyond:
            monkeypatch.setattr(MemoryBudget, "holds", lambda room, source: False)
        for target in (None, "y"):
            name = f"{'blocks' if beyond else 'memory'} {target}"
            found[name] = check_any_size(
                str(file),
                target,
                ReadingOptions().reading(),
                lambda *_: None,
                test=0.2,
                seed=0,
                memory="1GB",
            )
    return found


def test_kinds_and_framing_are_those_of_the_rows_in_memory(
    checked: dict[str, CheckResult],
) -> None:
    for target in (None, "y"):
        whole, blocks = checked[f"memory {target}"], checked[f"blocks {target}"]
        assert blocks.rows == whole.rows == 300
        assert [(c.name, c.kind) for c in blocks.table.columns] == [
            (c.name, c.kind) for c in whole.table.columns
        ]
        assert (blocks.framing is None) is (whole.framing is None) is (target is None)
        assert blocks.findings[0].name == job.IN_BLOCKS
        assert {f.name for f in whole.findings} <= {f.name for f in blocks.findings}
    assert checked["blocks y"].framing == checked["memory y"].framing
    assert len(checked["blocks y"].findings) > len(checked["blocks None"].findings)

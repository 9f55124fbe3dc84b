"""What is written of the lab: the values of a control that are laid out, and the index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pellucid.lab import export
from pellucid.lab.catalogue import page_named
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.rendering import NO_TABLE
from pellucid.lab.sample_tables import sample
from pellucid.lab.tables import Tables

PAGE = page_named("sigmoid")


def test_each_value_of_a_control_is_laid_out() -> None:
    def laid(control: object, data: Data = NO_TABLE) -> list[object]:
        return export.values_of(control, PAGE, {"a": 2}, data)  # type: ignore[arg-type]

    assert laid(setting("a", 2, "A", shown=(1, 4))) == [1, 2, 3, 4]
    assert laid(setting("a", False, "A")) == [False, True]
    assert laid(setting("a", "x", "A", choices=("x", "y"))) == ["x", "y"]
    assert laid(setting("a", [[1.0]], "A")) == [2], "of what has no range, the value it has"
    table = sample("a wave")
    (column,) = (c for c in page_named("line-by-hand").controls if c.name == "x")
    assert laid(column, table) == table.offered(("numeric",))


@pytest.mark.parametrize(
    ("source", "told"),
    [(None, "over samples of known truth"), ("examples/penguins.csv", "over penguins.csv")],
)
def test_the_index_names_the_table(
    source: str | None,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    """Of the pages and of their first pictures there are tests of their own."""
    monkeypatch.chdir(pytestconfig.rootpath)
    monkeypatch.setattr(export, "entries", list)
    monkeypatch.setattr(export, "first_pictures", lambda tables: "<!-- the pictures -->")
    (index,) = export.write_all(tmp_path, source)
    text = index.read_text(encoding="utf-8")
    assert told in text
    assert 'href="sigmoid.html"' in text
    assert "<!-- the pictures -->" in text
    assert text.count("<style>") == 1


def test_of_a_long_table_every_so_many_rows_are_shown() -> None:
    tables = Tables(pa.table({"a": np.arange(10_001.0), "b": np.arange(10_001.0)}))
    data = tables.of(page_named("line-by-hand"), {"data": "own"})
    assert data.table.numbers("a")[:, 0].tolist() == list(range(0, 10_001, 3))
    assert "np.arange(0, len(table), 3))  # every 3th row" in data.program


def test_a_table_that_serves_no_page_makes_room_for_a_sample() -> None:
    page = page_named("line-by-hand")
    assert Tables(pa.table({"word": ["a", "b"]})).of(page, {}) is sample(page.samples[0])
    rows = pa.table({"a": 1.5 * np.arange(20), "b": 1.5 * np.arange(20)})
    assert Tables(rows).of(page, {}).name == "data"


def test_of_many_tables_that_were_dropped_the_first_makes_room() -> None:
    tables = Tables()
    names = [tables.dropped(f"t{i}.csv", b"a,b\n1,2\n")["name"] for i in range(10)]
    assert [each["name"] for each in tables.offered()] == names[2:]

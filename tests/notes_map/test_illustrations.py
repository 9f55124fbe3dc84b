"""What stands beside an item: its live page, its example script, its picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from pellucid.cli.run_file import read_run
from pellucid.errors import TableError
from pellucid.lab.catalogue import entries, page_named
from pellucid.lab.tables import Tables
from pellucid.notes_map import as_records, items, lab_page, render
from pellucid.notes_map.illustrations import lab_pages
from pellucid.notes_map.references import parse_references

ROOT = Path(__file__).parents[2]


def test_pages_read_as_text_are_the_pages_of_the_lab() -> None:
    read = lab_pages()
    assert set(read) == {row.name for row in entries()}
    for name, references in read.items():
        assert list(references) == parse_references(f"Notes: {page_named(name).notes}")
        assert lab_page(page_named(name).notes) in read


def test_what_stands_beside_an_item_exists() -> None:
    records = as_records()
    assert len(records) == len(items())
    objects = {item.object for item in items()}
    for record in records:
        assert not record["page"] or record["page"] in lab_pages()
        assert not record["example"] or (ROOT / str(record["example"])).is_file()
        assert not record["picture"] or record["picture"] in objects
    named = [sum(bool(record[kind]) for record in records) for kind in ("example", "picture")]
    assert min(named) > len(records) // 4
    assert "live     pellucid lab --page back-propagation" in render("7.5")


def test_a_run_is_read_as_it_was(tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("x;y\n" + "\n".join(f"{i},5;{2 * i}" for i in range(9)))
    (tmp_path / "run.toml").write_text(
        f'data = "{table.as_posix()}"\n[settings]\ntarget = "y"\ndecimal = [","]\n'
    )
    data, target, reading = read_run(tmp_path)
    assert (data, target, reading) == (str(table), "y", {"decimal": (",",)})
    own = Tables(data, target, reading).of(page_named("line-by-hand"), {"data": "own"})
    assert own.table.numbers("x")[0, 0] == 0.5
    space: dict[str, object] = {}
    exec(own.program, space)
    assert space["table"].names == ("x", "y")  # type: ignore[attr-defined]
    (tmp_path / "run.toml").write_text('[settings]\ntarget = "y"\n')
    with pytest.raises(TableError, match="does not name the data"):
        read_run(tmp_path)

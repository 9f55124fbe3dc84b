"""Collecting citations from docstrings and tests, and telling where the map lies."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pellucid.errors import NotesReferenceError
from pellucid.notes_map import (
    Citation,
    Item,
    Reference,
    audit,
    consistency,
    items,
    references_in_source,
)
from pellucid.notes_map.citations import references_in_tests

RIDGE = "pellucid.errors:ShapeError"
TEST = "tests/notes_map/test_citations.py::test_docstrings_are_collected_without_importing"


def item(id_: str, **changes: str) -> Item:
    return replace(next(each for each in items() if each.id == id_), **changes)


def test_docstrings_are_collected_without_importing(tmp_path: Path) -> None:
    room = tmp_path / "house" / "linear"
    room.mkdir(parents=True)
    (room / "__init__.py").write_text('"""A room.\n\nNotes: §2.6\n"""\nraise RuntimeError\n')
    (room / "ridge.py").write_text(
        "class Ridge:\n"
        '    """Fit.\n\n    Notes: KE 71\n    """\n\n'
        "    def fit(self):\n"
        '        """Fit.\n\n        Notes: Def 80\n        """\n\n'
        "def _private():\n"
        '    """Notes: Def 81."""\n\n'
        "def silent():\n"
        '    """Cites KE 70 outside a line of notes."""\n'
    )
    found = {each.name: each for each in references_in_source(tmp_path / "house")}
    assert {name: [str(r) for r in each.references] for name, each in found.items()} == {
        "house.linear": ["§2.6"],
        "house.linear.ridge:Ridge": ["KE 71"],
        "house.linear.ridge:Ridge.fit": ["Def 80"],
        "house.linear.ridge:_private": ["Def 81"],
    }
    assert not found["house.linear.ridge:_private"].public
    assert found["house.linear.ridge:Ridge"].public


def test_tests_cite_by_docstring_comment_and_name(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "linear"
    folder.mkdir(parents=True)
    (folder / "test_ridge.py").write_text(
        "def test_a():\n    '''2.6.10-two-points: θ = 4/3.'''\n\n"
        "# KE 70 as printed\n"
        "def test_b():\n    x = 1  # and §2.6.9\n\n"
        "class TestMore:\n"
        "    def test_ke_71_and_2_6_11_diagonal(self):\n        pass\n\n"
        "def test_20_2_plain():\n    pass\n\n"
        "def helper():\n    '''KE 71'''\n"
    )
    found = {each.name.partition("::")[2]: each for each in references_in_tests(tmp_path / "tests")}
    assert found["test_a"].ids == ("2.6.10-two-points",)
    assert [str(r) for r in found["test_b"].references] == ["KE 70", "§2.6.9"]
    named = found["TestMore::test_ke_71_and_2_6_11_diagonal"]
    assert [str(r) for r in named.references] == ["KE 71", "§2.6.11"]
    assert set(found) == {"test_a", "test_b", "TestMore::test_ke_71_and_2_6_11_diagonal"}


def test_a_reference_that_does_not_exist_is_a_fault() -> None:
    wrong = Citation("pellucid.x:f", 3, (Reference("box", "71", "Definition"),))
    assert (
        "pellucid.x:f (line 3): The notes have no Def 71"
        in consistency.unknown_references([wrong])[0]
    )


@pytest.mark.parametrize(
    ("object_", "test", "fault"),
    [
        ("pellucid.errors:NoSuchError", TEST, "no object 'pellucid.errors:NoSuchError'"),
        ("pellucid.no_such_room", TEST, "no object 'pellucid.no_such_room'"),
        (RIDGE, "tests/test_absent.py::test_x", "there is no file 'tests/test_absent.py'"),
        (RIDGE, TEST + "_not", "has no 'test_docstrings_are_collected_without_importing_not'"),
        (RIDGE, "", "an object and a test are both needed"),
        ("", TEST, "an object and a test are both needed"),
    ],
)
def test_a_built_item_needs_an_object_and_a_test_that_exist(
    object_: str, test: str, fault: str
) -> None:
    built = item("2.6.10-ridge-solution", object=object_, test=test)
    assert fault in consistency.missing_evidence([built])[0]
    assert not consistency.missing_evidence(
        [item("2.6.10-ridge-solution", object=RIDGE, test=TEST)]
    )
    assert not consistency.missing_evidence([item("2.6.10-ridge-solution", object="", test="")])


def test_a_built_object_cites_the_notes_itself_or_through_its_home() -> None:
    built = item("2.6.10-ridge-solution", object=RIDGE, test=TEST)
    assert "has no line `Notes:" in consistency.uncited_objects([built], [])[0]
    for name in (RIDGE, "pellucid.errors"):
        assert not consistency.uncited_objects([built], [Citation(name, 1, ())])
    method = replace(built, object="pellucid.notes_map.records:Section.holds")
    assert not consistency.uncited_objects(
        [method], [Citation("pellucid.notes_map.records:Section", 1, ())]
    )
    assert consistency.uncited_objects([method], [Citation("pellucid.notes_map", 1, ())])


def test_what_is_cited_may_not_be_left_open() -> None:
    wanted = item("2.6.10-ridge-solution", object="", test="")
    other = item("2.6.9-ridge-objective", object=RIDGE, test=TEST)
    cites = Citation("pellucid.linear.ridge:Ridge", 1, (Reference("box", "71", "Key Equation"),))
    fault = "pellucid.linear.ridge:Ridge cites KE 71, but 2.6.10-ridge-solution is still open."
    assert consistency.cited_but_open([wanted, other], [cites]) == [fault]
    # An issue that has nothing built yet owes nothing; a private object promises nothing.
    assert not consistency.cited_but_open([wanted, replace(other, object="", test="")], [cites])
    private = replace(cites, name="pellucid.linear.ridge:_solve")
    assert not consistency.cited_but_open([wanted, other], [private])
    built = replace(wanted, object=RIDGE, test=TEST)
    assert not consistency.cited_but_open([built, other], [cites])


@pytest.fixture
def copied_map(tmp_path: Path) -> Path:
    return Path(shutil.copytree(audit.DATA, tmp_path / "items"))


def test_filling_writes_the_map_or_nothing(copied_map: Path) -> None:
    row = {"id": "2.6.10-ridge-solution", "object": RIDGE, "test": TEST}
    audit.fill([{**row, "object": "", "test": ""}], copied_map)
    before = {path.name: path.read_bytes() for path in copied_map.iterdir()}
    assert audit.fill([row], copied_map) == 1
    after = {path.name: path.read_bytes() for path in copied_map.iterdir()}
    assert [name for name in before if before[name] != after[name]] == ["chapter_2.csv"]
    written = list(csv.DictReader(after["chapter_2.csv"].decode().splitlines()))
    assert [r["id"] for r in written if r["object"] == RIDGE] == ["2.6.10-ridge-solution"]
    wrong = [{**row, "object": "", "test": ""}, {**row, "id": "2.6.10-no-such-thing"}]
    with pytest.raises(NotesReferenceError, match=r"no item '2\.6\.10-no-such-thing'"):
        audit.fill(wrong, copied_map)
    assert {path.name: path.read_bytes() for path in copied_map.iterdir()} == after
    audit.fill([{**row, "object": "", "test": ""}], copied_map)
    assert {path.name: path.read_bytes() for path in copied_map.iterdir()} == before


def test_candidates_are_ordered_by_how_closely_they_cite() -> None:
    wanted = item("2.6.10-two-points")
    box, section = Reference("box", "71"), Reference("section", "2.6.10")
    citations = [
        Citation("m:by_section", 1, (section,)),
        Citation("m:by_equation", 1, (Reference("equation", "2.61"),)),
        Citation("m:by_box", 1, (box,)),
        Citation("m:_by_box_privately", 1, (box,)),
        Citation("m:by_id", 1, (), (wanted.id,)),
        Citation("m:elsewhere", 1, (Reference("section", "3.1"),)),
    ]
    expected = ["m:by_id", "m:by_box", "m:_by_box_privately", "m:by_section", "m:by_equation"]
    assert audit.candidates(wanted, citations) == expected


def test_the_report_shows_the_candidates_of_an_open_item(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = replace(items()[0], object="", test="")
    citing = [Citation("m:it", 1, (), (wanted.id,))]
    monkeypatch.setattr(audit, "references_in_source", lambda: citing)
    monkeypatch.setattr(audit, "references_in_tests", list)
    assert audit.report([wanted]).endswith("    object  m:it")


def test_the_audit_proposes_and_names_what_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(["2.7.7", "--propose"]) == 0
    assert capsys.readouterr().out.startswith("id,object,test\n")
    assert audit.main(["KE 500"]) == 1
    assert "the nearest is Concept 488" in capsys.readouterr().err


def test_the_map_is_light_to_import() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pellucid.notes_map as m; m.render('2.6'); print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"numpy", "jax", "sklearn", "matplotlib", "numba"} & set(loaded)

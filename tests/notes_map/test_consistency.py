"""The map is honest on this very tree, in both directions."""

from __future__ import annotations

from functools import cache

from pellucid.notes_map import consistency, items, references_in_source
from pellucid.notes_map.citations import SOURCE, Citation, references_in_tests
from pellucid.notes_map.references import notes_lines, parse_references

MEND = "python -m pellucid.notes_map.audit shows the candidates"


@cache
def citations() -> list[Citation]:
    return references_in_source()


def test_every_reference_in_a_docstring_exists() -> None:
    assert len(citations()) > 20
    assert consistency.unknown_references(citations()) == []


def test_every_line_of_notes_cites_something() -> None:
    silent = [
        f"{path.relative_to(SOURCE)}: Notes: {line}"
        for path in SOURCE.rglob("*.py")
        for line in notes_lines(path.read_text("utf-8"))
        if not parse_references(f"Notes: {line}")
    ]
    assert silent == []


def test_every_built_item_names_an_object_and_a_test_that_exist() -> None:
    assert consistency.missing_evidence(items()) == [], MEND


def test_every_built_object_cites_the_notes() -> None:
    assert consistency.uncited_objects(items(), citations()) == [], MEND


def test_nothing_cited_is_left_open() -> None:
    assert consistency.cited_but_open(items(), citations()) == [], MEND


def test_nothing_that_a_test_names_is_left_open() -> None:
    assert consistency.tested_but_open(items(), references_in_tests()) == [], MEND

"""Reading references and finding what they name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import NotesReferenceError, PellucidError
from pellucid.notes_map import (
    Box,
    Equation,
    Item,
    Section,
    boxes,
    find,
    items,
    parse_references,
    references_in,
    sections,
)

few = settings(deadline=None, max_examples=40)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("2.6", "§2.6"),
        ("§2.6.10", "§2.6.10"),
        ("section 2.6.10", "§2.6.10"),
        ("KE 71", "KE 71"),
        ("Key Equation 71", "KE 71"),
        ("  ke   71 ", "KE 71"),
        ("71", "KE 71"),
        ("box 71", "KE 71"),
        ("Def 63", "Def 63"),
        ("Definition 63", "Def 63"),
        ("Clarification 88", "Clar 88"),
        ("A.3", "§A.3"),
        ("§A.3.1", "§A.3.1"),
        ("a", "chapter A"),
        ("A", "chapter A"),
        ("2", "chapter 2"),
        ("chapter 7", "chapter 7"),
        ("Def 2", "Def 2"),
        ("box 2", "Def 2"),
        ("7.5.17", "§7.5.17"),
        ("5.2.1.3", "§5.2.1.3"),
        ("eq 2.61", "eq 2.61"),
        ("eq. (2.61)", "eq 2.61"),
        ("eq 9", "eq 0.9"),
        ("eq A.90", "eq A.90"),
        ("(2.61)", "eq 2.61"),
        ("N 28", "Notation 28"),
        ("CL 88", "Clar 88"),
        ("ridge solution", "KE 71"),
        ("Cross-Validation", "Def 85"),
    ],
)
def test_find_understands_what_people_type(words: str, label: str) -> None:
    assert find(words).label == label


def test_find_knows_items_by_their_id() -> None:
    found = find("2.6.10-ridge-solution")
    assert isinstance(found, Item)
    assert found.boxes == ("KE 71",)


@few
@given(st.sampled_from(boxes()))
def test_every_box_is_found_by_label_and_by_number(box: Box) -> None:
    assert find(box.label) == box
    assert find(f"{box.kind} {box.number}") == box
    assert find(f"box {box.number}") == box
    if box.number > 9:
        assert find(str(box.number)) == box


@few
@given(st.sampled_from(sections()))
def test_every_section_is_found_with_its_equations(section: Section) -> None:
    assert find(section.number) == section
    assert find(section.label) == section
    for count in {section.first_equation, section.last_equation} - {0}:
        equation = find(f"eq {section.chapter}.{count}")
        assert isinstance(equation, Equation)
        assert section.number in equation.sections


@few
@given(st.sampled_from(items()))
def test_every_item_is_found(item: Item) -> None:
    assert find(item.id) == item


@few
@given(st.text(max_size=30))
def test_anything_else_is_refused_by_name(words: str) -> None:
    found: object = None
    complaint = ""
    try:
        found = find(words)
    except NotesReferenceError as error:
        complaint = str(error)
    named = "nearest" in complaint or "Name a section" in complaint
    assert named or isinstance(found, Section | Box | Equation | Item)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("KE 500", "boxes run from 1 to 488; the nearest is Concept 488"),
        ("Def 0", "boxes run from 1 to 488; the nearest is Def 1"),
        ("Def 71", r"box 71 is KE 71 \(Ridge solution\)\. The nearest Definition is Def 69"),
        ("2.6.13", r"no §2\.6\.13; the nearest is §2\.6\.12"),
        ("2.99.3", r"no §2\.99\.3; the nearest is §2\.8"),
        ("2.6.10.4", r"the nearest is §2\.6\.10"),
        ("A.11", r"the nearest is §A\.10"),
        ("12.3", "the nearest is chapter 9"),
        ("eq 2.99", r"equations of chapter 2 run from 2\.1 to 2\.64; the nearest is eq 2\.64"),
        ("eq 12.3", "their chapters are 0 to 9 and A"),
        ("eq B-7.60", r"the nearest is eq 7\.51"),
        ("ridge solutoin", "The nearest is 'ridge solution'"),
        ("2.6.10-ridge-solutoin", "The nearest is '2.6.10-ridge-solution'"),
    ],
)
def test_an_unknown_reference_names_the_nearest(words: str, message: str) -> None:
    with pytest.raises(NotesReferenceError, match=message) as caught:
        find(words)
    assert isinstance(caught.value, PellucidError)
    assert isinstance(caught.value, LookupError)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("KE 71, §2.6.10", ["KE 71", "§2.6.10"]),
        ("Def 80, 81 and eq 2.64", ["Def 80", "Def 81", "eq 2.64"]),
        ("Defs 80–82; §2.7.6-2.7.8", ["Def 80", "box 81", "box 82", "§2.7.6", "§2.7.8"]),
        ("Concept 56, §1.2.8", ["Concept 56", "§1.2.8"]),
        ("eqs 2.60–2.61, eq B-7.31", ["eq 2.60", "eq 2.61", "eq B-7.31"]),
        ("Notation 480, Clar 88, Theorem 103, Remark 156.", None),
        ("§A.5, A.6, chapter 9 (the corrected reading)", ["§A.5", "§A.6", "chapter 9"]),
        ("§2.6.4.", ["§2.6.4"]),
        ("a section a reader likes", []),
    ],
)
def test_references_are_read_from_a_line(line: str, read: list[str] | None) -> None:
    expected = line.rstrip(".").split(", ") if read is None else read
    assert [str(reference) for reference in references_in(line)] == expected
    assert [str(reference) for reference in parse_references(f"    Notes: {line}")] == expected


def test_notes_lines_admit_shorter_forms_that_prose_does_not() -> None:
    line = "A.1, (A.67), N 28, Cl 88; 2.6.10, KE 71"
    read = [str(reference) for reference in parse_references(f"Notes: {line}")]
    assert read == ["§A.1", "eq A.67", "Notation 28", "Clar 88", "§2.6.10", "KE 71"]
    assert [str(r) for r in references_in("version 2.6 (3.1) of N 28, KE 71")] == ["KE 71"]


def test_only_notes_lines_count_and_they_may_go_on() -> None:
    text = "Like KE 70.\n\nNotes: KE 71,\n    §2.6.10,\n    eq 2.61\n\nSee Def 63.\nNotes: Def 69"
    assert [str(r) for r in parse_references(text)] == ["KE 71", "§2.6.10", "eq 2.61", "Def 69"]


def test_chapter_seven_counts_its_equations_three_times() -> None:
    assert find("eq 7.31").sections == ("7.3.2", "7.5.11", "7.7.5.2")  # type: ignore[union-attr]
    assert find("eq A-7.31").sections == ("7.3.2",)  # type: ignore[union-attr]
    assert find("eq B-7.31").sections == ("7.5.11",)  # type: ignore[union-attr]

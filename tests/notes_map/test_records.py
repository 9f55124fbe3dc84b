"""The index of the notes and the list of items are complete and consistent."""

from __future__ import annotations

import re

import pytest

from pellucid.notes_map import boxes, find, items, references_in, sections, terms
from pellucid.notes_map.records import ABBREVIATIONS, CHAPTERS, TAGS

# Boxes that only name or remark: there is nothing to build or to test.
WORDS_ONLY = {
    244,  # networks are inspired by the brain
    248,  # neuron, unit and node are one thing
    275,  # a superscript is a layer
}
LAST_EQUATION = {
    "0": [32],
    "1": [11],
    "2": [64],
    "3": [32],
    "4": [87],
    "5": [34],
    "6": [13],
    "7": [47, 51, 74],
    "8": [9],
    "9": [35],
    "A": [90],
}
CHAPTER_OF_ISSUE = {2: "01245", 3: "03A79", 4: "1456", 5: "79", 6: "8"}


def test_boxes_run_from_one_to_the_last_without_a_gap() -> None:
    assert [box.number for box in boxes()] == list(range(1, 489))
    assert {box.kind for box in boxes()} == set(ABBREVIATIONS)


def test_every_box_stands_in_a_section_and_in_the_order_of_the_notes() -> None:
    order = {section.number: place for place, section in enumerate(sections())}
    places = [order[box.section] for box in boxes()]
    assert places == sorted(places)


def test_sections_are_unique_and_follow_each_other() -> None:
    numbers = [section.number for section in sections()]
    assert len(set(numbers)) == len(numbers)
    assert [number for number in numbers if "." not in number] == list(CHAPTERS)
    for number in numbers:
        parent, _, last = number.rpartition(".")
        assert not parent or parent in numbers or parent.endswith(".0")
        if last.isdigit() and int(last) > 1:
            assert f"{parent}.{int(last) - 1}".removeprefix(".") in numbers


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_equations_of_a_chapter_are_counted_without_a_gap(chapter: str) -> None:
    runs: list[int] = []
    for section in sections():
        if section.chapter != chapter or not section.first_equation:
            continue
        if section.first_equation == 1:
            runs.append(0)
        assert section.first_equation == runs[-1] + 1, section
        runs[-1] = section.last_equation
    assert runs == LAST_EQUATION[chapter]


def test_titles_are_short() -> None:
    assert max(len(box.title) for box in boxes()) <= 70
    assert max(len(section.title) for section in sections()) <= 70
    assert max(len(item.title) for item in items()) <= 120


def test_ids_are_unique_slugs_under_an_existing_section() -> None:
    ids = [item.id for item in items()]
    assert len(set(ids)) == len(ids)
    numbers = {section.number for section in sections()}
    for item in items():
        assert item.section in numbers, item.id
        assert re.fullmatch(r"(\d|A)(\.\d+)+-[a-z0-9]+([.-][a-z0-9]+)*", item.id), item.id


def test_items_stand_in_the_order_of_the_notes() -> None:
    order = {section.number: place for place, section in enumerate(sections())}
    places = [order[item.section] for item in items()]
    assert places == sorted(places)


def test_items_have_a_known_tag_and_the_issue_of_their_chapter() -> None:
    for item in items():
        assert item.tag in TAGS, item.id
        assert item.section[0] in CHAPTER_OF_ISSUE[item.issue] or item.id.endswith("-terms"), item


def test_items_cite_boxes_by_their_kind_and_equations_that_exist() -> None:
    for item in items():
        assert [find(label).label for label in item.boxes] == list(item.boxes), item.id
        for reference in references_in(item.title):
            find(reference)


def test_every_box_has_an_item_unless_it_is_words_only() -> None:
    covered = {number for item in items() for number in item.box_numbers}
    assert {box.number for box in boxes()} - covered == WORDS_ONLY


def test_every_key_equation_and_theorem_is_asked_for_beyond_a_warning() -> None:
    asked = {n for item in items() if item.tag != "pitfall" for n in item.box_numbers}
    needed = {box.number for box in boxes() if box.kind in ("Key Equation", "Theorem")}
    # Box 438 forbids a stride larger than the field: a claim and a warning.
    assert needed <= asked


def test_every_chapter_asks_for_each_kind_of_thing() -> None:
    for chapter in CHAPTERS:
        assert {item.tag for item in items() if item.section.split(".")[0] == chapter} == set(TAGS)


def test_every_term_leads_to_its_place() -> None:
    assert len(terms()) > 200
    for term, label in terms().items():
        assert find(term).label == label
        assert term == term.lower()

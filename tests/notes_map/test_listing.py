"""What `pellucid notes` prints."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pellucid.errors import NotesReferenceError
from pellucid.notes_map import as_records, items, listing, render, sections
from pellucid.notes_map.records import CHAPTERS


def test_without_a_place_each_chapter_is_counted() -> None:
    lines = render().splitlines()
    rows = [line.split() for line in lines if line.split()[:1] and line.split()[0] in CHAPTERS]
    assert [row[0] for row in rows[: len(CHAPTERS)]] == list(CHAPTERS)
    total = next(line.split() for line in lines if line.startswith("All"))
    assert [int(n) for n in total[1:]] == [
        sum(int(row[-k]) for row in rows[:11]) for k in (3, 2, 1)
    ]
    assert int(total[-1]) == len(items())


def test_a_section_lists_all_items_below_it() -> None:
    text = render("2.6")
    below = [item for item in items() if item.section == "2.6" or item.section.startswith("2.6.")]
    assert text.startswith("§2.6 · Regularization\n")
    assert all(item.title in text for item in below)
    assert [record["id"] for record in as_records("2.6")] == [item.id for item in below]
    assert not any(record["section"] == "2.60" for record in as_records("2.6"))


def test_a_built_item_shows_its_object_and_test(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [
        replace(item, object="pellucid.a:b", test="tests/a.py::test_b")
        if item.id == "2.6.10-ridge-solution"
        else replace(item, object="", test="")
        for item in items()
    ]
    monkeypatch.setattr(listing, "items", lambda: tuple(known))
    text = render("2.6.10")
    assert "1 of 4 built; open: implement 2, example 1" in text
    assert "✓ built  implement  Ridge in closed form" in text
    assert "pellucid.a:b" in text
    assert "tests/a.py::test_b" in text


@pytest.mark.parametrize(
    "place", ["KE 71", "eq 2.61", "ridge solution", "2.6.10-two-points", "A", "7"]
)
def test_every_kind_of_place_prints(place: str) -> None:
    assert render(place).splitlines()[0].count(" · ") >= 1
    assert as_records(place)


def test_a_place_with_nothing_to_build_says_so() -> None:
    empty = next(s for s in sections() if not listing.items_under(s))
    assert render(empty.number).endswith("Nothing to implement stands here.")
    assert as_records(empty.number) == []


def test_records_are_plain_data() -> None:
    assert json.loads(json.dumps(as_records())) == as_records()
    assert {record["state"] for record in as_records()} <= {"built", "open"}


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(NotesReferenceError, match="nearest"):
        render("2.6.13")
    with pytest.raises(NotesReferenceError, match="nearest"):
        as_records("Def 71")


def test_each_place_below_a_chapter_stands_under_its_own_title() -> None:
    titles = {section.number: section.title for section in sections()}
    heads = [line for line in render("2").splitlines()[2:] if line.startswith("§")]
    places = dict.fromkeys(item.section for item in items() if item.section.split(".")[0] == "2")
    assert heads == [f"§{place} {titles[place]}" for place in places]

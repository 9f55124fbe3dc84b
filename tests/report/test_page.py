"""The elements of a report: well-formed, whatever stands in them, and marked as they are meant."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.report import page
from pellucid.report.common_parts import MOST_NAMED, _named

TEXT = st.text("ab<>&\"' é", max_size=6)
PARTS = {
    "section": lambda text: page.section(text, "<p>x</p>"),
    "paragraph": lambda text: page.paragraph(f"x{text}", "soft"),
    "picture": lambda text: page.picture("<svg/>", text),
    "wide picture": lambda text: page.picture("<svg/>", text, wide=True),
    "collapsible": lambda text: page.collapsible(text, "<p>x</p>"),
}


@given(st.data(), st.integers(1, 4), st.integers(0, 4))
def test_a_grid_is_its_cells_each_under_its_head(data: st.DataObject, wide: int, tall: int) -> None:
    heads = data.draw(st.lists(TEXT, min_size=wide, max_size=wide))
    rows = [data.draw(st.lists(TEXT, min_size=wide, max_size=wide)) for _ in range(tall)]
    numbers = data.draw(st.sets(st.integers(0, wide - 1)))
    chosen = data.draw(st.none() | st.integers(0, 4))
    caption = data.draw(TEXT)
    box = ElementTree.fromstring(page.grid(caption, heads, rows, sorted(numbers), chosen))
    assert (box.get("aria-label") or "", box.findtext(".//caption") or "") == (caption, caption)
    kinds = ["number" if i in numbers else "name" if i == 0 else None for i in range(wide)]
    named = box.findall("./table/thead/tr/th")
    assert [(th.text or "", th.get("class"), th.get("scope")) for th in named] == [
        (head, kind, "col") for head, kind in zip(heads, kinds, strict=True)
    ]
    lines = box.findall("./table/tbody/tr")
    assert [line.get("class") for line in lines] == [
        "chosen" if i == chosen else None for i in range(tall)
    ]
    for line, row in zip(lines, rows, strict=True):
        cells = [(td.text or "", td.get("class"), td.get("data-head")) for td in line]
        assert cells == list(zip(row, kinds, heads, strict=True))


@given(TEXT)
@pytest.mark.parametrize("part", PARTS)
def test_a_text_is_itself_in_every_element(part: str, text: str) -> None:
    made = ElementTree.fromstring(PARTS[part](text))
    assert text in "".join(made.itertext())
    assert ("wide big" in [each.get("class") for each in made.iter()]) == (part == "wide picture")
    assert (made.get("class") == "soft") == (part == "paragraph")


def test_what_has_no_content_is_not_there() -> None:
    assert page.section("A", "", "") == page.paragraph("") == page.side_by_side("", "") == ""
    assert page.section("A", "", "<p>b</p>") == "<section><h2>A</h2><p>b</p></section>"
    assert page.side_by_side("", "<p>b</p>") == '<div class="pair"><p>b</p></div>'
    assert page.paragraph("a") == "<p>a</p>"
    whole = page.page("<t>", "<p>b</p>")
    assert "<title>&lt;t&gt;</title>" in whole
    assert whole.endswith("<body><main><p>b</p></main></body></html>\n")


@pytest.mark.parametrize("count", [1, MOST_NAMED - 1, MOST_NAMED, MOST_NAMED + 1, 2_000])
def test_columns_that_share_a_reason_are_named_up_to_forty_and_then_counted(count: int) -> None:
    names = [f"x{i}" for i in range(count)]
    named, _, more = _named(names).partition(" and ")
    assert named.split(", ") == names[:40]
    assert more == (f"{count - 40:,} more" if count > 40 else "")

"""Results show themselves in notebooks: short, and safe whatever the data say."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from pellucid import Settings, fit_table
from pellucid.clusters.choosing_k import choose_k
from pellucid.data import Column, Kind, Table, read_table
from pellucid.descent import Objective, minimize
from pellucid.findings import Finding
from pellucid.jobs.fit.fit_result import FitResult
from pellucid.notebook_card import card
from pellucid.picture_mixin import PictureMixin

HOSTILE = "<script>alert(1)</script>"


class Balanced(HTMLParser):
    """Fails where a tag is closed that was not opened last."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def fitted() -> FitResult:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    columns = [Column(f"{HOSTILE}{i}", Kind.NUMERIC, X[:, i]) for i in range(3)]
    y = Column("y", Kind.NUMERIC, X @ [1.0, 2.0, 0.0] + rng.normal(size=80))
    return fit_table(Table((*columns, y), HOSTILE), Settings("y", model="ridge"))


def shown_by(thing: Any) -> str:
    shown: str = thing._repr_html_()
    assert HOSTILE not in shown
    reader = Balanced()
    reader.feed(shown)
    assert reader.open == []
    return shown


def test_results_show_themselves_short_and_safe(fitted: FitResult) -> None:
    rng = np.random.default_rng(0)
    wide = read_table(rng.normal(size=(30, 500)))
    clouds = np.concatenate([rng.normal(c, 1, (30, 2)) for c in (0, 9)])
    down = minimize(Objective(lambda t: float(t @ t), lambda t: 2 * t), np.ones(2))
    texts = Column(HOSTILE, Kind.TEXT, np.array([HOSTILE, None] * 50, dtype=object))
    choice = choose_k(clouds, (2, 3), splits=4, references=9)
    for thing in (fitted, fitted.machine, wide, texts, wide.columns[0], choice, down):
        words, _, picture = shown_by(thing).partition("<svg")
        assert 100 < len(words) < 4_000, type(thing)
        assert len(picture) < 80_000, type(thing)
        assert bool(picture) == isinstance(thing, PictureMixin)
    assert "ridge regression" in shown_by(fitted)
    assert "test error" in shown_by(fitted.machine)
    assert "30 rows, 500 columns" in shown_by(wide)
    assert "488 more" in shown_by(wide)
    assert "50 missing" in shown_by(texts)
    assert len(repr(fitted)) < 200


@pytest.mark.parametrize(("place", "most"), [("title", 120), ("sentence", 400), ("cell", 60)])
@pytest.mark.parametrize("over", [-1, 0, 1, 50])
def test_a_text_is_cut_only_where_it_is_too_long(place: str, most: int, over: int) -> None:
    text = ("0123456789" * 50)[: most + over]
    title, sentence, cell = (
        text if place == each else "" for each in ("title", "sentence", "cell")
    )
    shown = re.findall(r">([^<>]+)<", card(title, [sentence], ("",), [(cell,)]))
    assert shown == [text if over <= 0 else f"{text[: most - 1]}…"]


@pytest.mark.parametrize("rows", [0, 1, 11, 12, 13, 14, 1500])
def test_a_card_shows_twelve_rows_and_counts_the_others(rows: int) -> None:
    shown = card("", heads=("n",), rows=[(i,) for i in range(rows)])
    assert re.findall(r"<td>(\d+)</td>", shown) == [str(i) for i in range(min(rows, 12))]
    assert re.findall(r"and ([\d,]+) more", shown) == ([f"{rows - 12:,}"] if rows > 12 else [])
    assert ("<table>" in shown) == (rows > 0)


def test_a_card_stays_small_whatever_it_holds() -> None:
    long = card("t" * 9_999, ["s" * 9_999] * 3, ("a",), [("c" * 9_999,)] * 9_999)
    assert len(long) < 4_000
    assert "and 9,987 more" in long


def test_a_fit_shows_what_is_grave_and_leaves_notes_to_the_report(fitted: FitResult) -> None:
    told = [Finding("n", severity, f"this {severity}") for severity in ("note", "caution", "alarm")]
    shown = shown_by(replace(fitted, findings=tuple(told)))
    assert "this caution" in shown
    assert "this alarm" in shown
    assert "this note" not in shown

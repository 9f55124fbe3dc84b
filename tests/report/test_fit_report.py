"""The report of a fit: offline, safe, readable, the same bytes each time."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from results import HOSTILE, all_results, result

from fingerprints import check, sections
from pellucid.errors import OutputError
from pellucid.evaluation.evaluation_results import Score
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.held_out_weights import WEIGHTED
from pellucid.report import render, write_report
from pellucid.report.weights_section import _parts_section

RESULTS = all_results()
WITHOUT_PICTURES: Any = {"curve": None, "insight": None}


@cache
def page_of(name: str) -> str:
    return render(RESULTS[name])


@pytest.mark.parametrize("name", RESULTS)
def test_page_is_safe_offline_and_in_order(name: str) -> None:
    page = page_of(name)
    assert "<script" not in page.lower()
    loads = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)|url\(([^)]*)\)""", page)
    assert all((a or b).startswith(("#", "data:")) for a, b in loads)
    outside = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    outside = re.sub(r"<!DOCTYPE[^>]*>", "", outside)
    assert not re.search(r"https?://", outside)
    levels = [int(h) for h in re.findall(r"<h([1-6])\b", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


@pytest.mark.parametrize("name", RESULTS)
def test_ids_are_unique(name: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page_of(name))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", RESULTS)
def test_a_page_shows_what_was_looked_at(name: str) -> None:
    check(Path(__file__).with_name("shown.json"), name, sections(page_of(name)))


def test_same_bytes_twice() -> None:
    assert render(result()) == page_of("regression")


@pytest.mark.parametrize(
    ("interval", "said"), [((0.04, 0.09), "0.2 to 0.3"), ((-0.01, 0.25), "0 to 0.5")]
)
def test_the_interval_of_a_squared_error_is_in_the_targets_unit(
    interval: tuple[float, float], said: str
) -> None:
    found = result(interval=interval, **WITHOUT_PICTURES)
    page = render(replace(found, framing=replace(found.framing, loss="square")))
    assert said in re.sub(r"<[^>]+>", " ", page)


def test_names_from_data_are_escaped() -> None:
    page = page_of("hostile")
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_the_page_tells_what_the_model_does_and_how_far_to_trust_it() -> None:
    page = page_of("regression")
    for words in ("Importance, by shuffling", "all of it", "may be chance", "per unit"):
        assert words in page
    assert "The strongest columns" in page
    assert "The test row predicted worst" in page
    assert "narrower than 900" in page
    assert "towards" in page_of("hostile")
    assert "Importance, by shuffling" not in page_of("bare")


def test_a_reason_that_repeats_is_told_once() -> None:
    reason = "Already a number."
    columns = tuple(ColumnSummary(f"x{i}", "numeric", 0, True, reason) for i in range(500))
    page = render(result(columns=columns, **WITHOUT_PICTURES))
    assert page.count(reason) == 1
    assert "460 more" in page


def test_what_is_assumed_is_listed_where_something_is() -> None:
    assert "<h3>Assumed</h3>" in page_of("bare")
    framing = replace(RESULTS["bare"].framing, assumptions=())
    assert "<h3>Assumed</h3>" not in render(replace(RESULTS["bare"], framing=framing))


def test_the_roc_of_two_classes_is_drawn_from_their_probabilities() -> None:
    assert "ROC: finding" in page_of("two classes")
    assert "ROC: finding" not in page_of("three classes")
    without = replace(RESULTS["two classes"], probabilities=None, **WITHOUT_PICTURES)
    assert "ROC: finding" not in render(replace(without, settings=Settings("answer")))


def test_costs_are_drawn_where_some_were_given() -> None:
    given = RESULTS["two classes"]
    assert "Costs decide the threshold" in page_of("two classes")
    free = replace(
        given, settings=replace(given.settings, costs={}), threshold=0.5, **WITHOUT_PICTURES
    )
    assert "Costs decide the threshold" not in render(free)


def test_unknown_numbers_are_dashes() -> None:
    assert ">nan<" not in page_of("nan")


def test_many_weights_are_cut_and_said_so() -> None:
    page = page_of("many weights")
    assert "The largest 200 of 3,000 weights." in page
    assert "x2999" not in page


def test_report_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    write_report(RESULTS["bare"], tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>\n")
    blocked = tmp_path / "file"
    blocked.write_text("kept")
    with pytest.raises(OutputError, match="file"):
        write_report(RESULTS["bare"], blocked / "report.html")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "report.html"]


def test_mistakes_are_listed_where_a_table_of_them_is_large() -> None:
    """Three classes are read off the table itself; of four the commonest are named."""
    words = "The commonest mistakes"
    assert words not in page_of("three classes")
    assert words in render(result("several classes", ("a", "b", "c", "d"), **WITHOUT_PICTURES))


@pytest.mark.parametrize(
    ("problem", "answers"),
    [("regression", "numbers its parts predict"), ("two classes", "chances that its parts give")],
)
def test_an_average_is_said_to_be_of_what_its_parts_answer(problem: str, answers: str) -> None:
    for model, why in (
        ("average", "the average had a lower loss than each"),
        (WEIGHTED, "pulled a little towards equal ones"),
    ):
        found: Any = SimpleNamespace(
            framing=SimpleNamespace(problem=problem),
            chosen=SimpleNamespace(parts=(), model=model),
        )
        section = _parts_section(found)
        assert f"An answer is the average of the {answers}" in section
        assert why in section


@pytest.mark.parametrize("order", [None, "day"])
@pytest.mark.parametrize("times", [2, 5])
def test_the_page_says_how_candidates_were_judged(order: str | None, times: int) -> None:
    """On as many chunks as there were, on the past where rows have an order, parts of averages."""
    plain = result()
    linear = replace(plain.chosen, score=Score(0.31, 0.02, (0.3,) * times))
    curves = replace(linear, name="curves", parameters=None)
    average = replace(curves, name="average", parts=((linear, 0.5), (curves, 0.5)))
    settings = Settings("answer", order_by=order)

    def said(*tried: Any) -> str:
        shown = replace(plain, settings=settings, candidates=tried, chosen=linear)
        return sections(render(replace(shown, **WITHOUT_PICTURES)))["The candidates"]

    alone, all_three = said(linear), said(linear, curves, average)
    weighted = said(linear, replace(average, model=WEIGHTED))
    assert ("weights found on the chunks before it" in weighted) is (order is not None)
    assert ("weights found on the other chunks" in weighted) is (order is None)
    assert "weights found" not in all_three
    assert f"judged on that one, {times} times" in alone
    assert ("the chunks before one" in alone) is (order is not None)
    assert ("all chunks but one" in alone) is (order is None)
    assert "average is judged" not in alone
    assert "A dash" not in alone
    assert "average is judged" in all_three
    assert "A dash" in all_three


@pytest.mark.parametrize(("lam", "said"), [(0.001, "has"), (0.1, "comes within 0.011 of")])
def test_a_chosen_lambda_is_said_to_be_the_best_only_where_it_is(lam: float, said: str) -> None:
    chosen = replace(result().chosen, lam=lam)
    page = render(result(chosen=chosen))
    assert f"{said} the lowest held-out loss" in page

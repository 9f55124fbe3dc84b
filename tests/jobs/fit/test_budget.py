"""`--budget`: the job ends in time with the best so far, and names what it left out.

Notes: Concept 87
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid.jobs.fit.fit_tables as fit_tables
from pellucid.evaluation.cross_validation import score_of
from pellucid.evaluation.deadline import Deadline
from pellucid.evaluation.evaluation_results import Candidate
from pellucid.jobs.fit.candidate_choice import choose, said_of_late_fits, said_of_one_alone
from pellucid.jobs.fit.final_refit import candidates_in_time
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.jobs.fit.time_budget import TimeBudget, time_for_work
from pellucid.report.fit_report import render


def rows() -> np.ndarray:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    return np.column_stack([X, X[:, 0] + rng.normal(size=120)])


@pytest.fixture(scope="module")
def spent() -> FitResult:
    """A fit whose time was over before it began."""
    return fit_table(rows(), Settings("x4", budget=1.0), started_at=time.perf_counter() - 60)


def test_without_time_the_baseline_is_taken_and_all_that_is_missing_named(spent: FitResult) -> None:
    """Concept 87: what could not be compared is said, never silently absent."""
    assert spent.chosen.model == "mean"
    told = " ".join(f.message for f in spent.findings if "time" in f.message)
    for name in (
        "ridge regression",
        "boosted small trees",
        "assumptions",
        "importance",
        "curve",
    ):
        assert name in told
    assert spent.curve is None
    assert spent.insight is not None
    assert not spent.insight.importance


@pytest.mark.parametrize("model", ["auto", "ridge", "forest", "mean"])
def test_asked_for_is_said_of_what_was_asked_for_only(model: str) -> None:
    """What the time allowed left over was not somebody's wish."""
    asked = Settings("x4", model=model, budget=1.0, cv=2)
    late = fit_table(rows()[:40], asked, started_at=time.perf_counter() - 60)
    assert late.chosen.model == "mean"
    assert ("was asked for" in late.why) == (model == "mean")
    assert ("could be compared" in late.why) == (model != "mean")
    assert (f"--model {model}" in late.why) == (model in ("ridge", "forest"))


@given(
    costs=st.lists(st.floats(0.01, 1.0), min_size=2, max_size=5, unique=True),
    seconds=st.floats(0.05, 4.0),
)
def test_the_choice_is_among_fits_that_end_in_time(costs: list[float], seconds: float) -> None:
    """What has the lowest loss and no time left is named, and is not said to be worse."""
    every = [
        Candidate(f"m{i}", f"m{i}", score_of([5.0 - i, 5.1 - i]), i, 0.0, 1, seconds=cost, rows=10)
        for i, cost in enumerate(costs)
    ]
    taken = candidates_in_time(every, every, Deadline(seconds), n=10, folds=1)
    late = [each for each in every if each not in taken]
    chosen, why = choose(taken, "square", beside=every, alone=said_of_one_alone("auto", len(every)))
    assert chosen in taken
    assert ("lowest loss" in why) == (len(taken) > 1)
    told = said_of_late_fits(late)
    assert bool(told) == bool(late)
    assert all((f" {each.name}" in told.replace(",", "")) == (each in late) for each in every)
    if len(taken) == 1:
        assert "time allowed" in why
        assert chosen.seconds <= min(costs)
    else:
        assert all(3 * each.seconds < seconds for each in taken)


def test_what_there_was_no_time_to_fit_is_named_before_the_choice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fit_tables, "candidates_in_time", lambda allowed, *others: allowed[:2])
    found = fit_tables.fit_table(rows()[:40], Settings("x4", cv=2))
    late = ", ".join(each.name for each in found.candidates[2:])
    assert found.why.startswith(f"The time allowed left none to fit {late}; ")
    assert found.chosen in found.candidates[:2]


def test_a_report_of_a_fit_without_time_says_nothing_of_what_is_missing(spent: FitResult) -> None:
    page = render(spent)
    assert "The strongest columns" not in page
    assert "Nothing speaks against the assumptions" not in page
    assert "left no time for" in page


def test_the_time_kept_for_the_report_grows_with_what_starting_took() -> None:
    now = time.perf_counter()
    quick, slow = (time_for_work(60.0, now - begun).left for begun in (1.0, 8.0))
    assert quick == pytest.approx(60 - 1 - 1.5, abs=0.2)
    assert slow == pytest.approx(60 - 8 - 12, abs=0.2)
    assert time_for_work(None, now).left == float("inf")
    shared = time_for_work(60.0, now - 8.0, processes=2).left
    assert slow < shared < 60 - 8


def test_each_thing_left_out_is_named_once() -> None:
    in_time = TimeBudget(Deadline(0.0))
    for _ in range(2):
        assert in_time.run("a picture", lambda going: 1) is None
    (found,) = in_time.findings(3.0)
    assert found.message.count("a picture") == 1
    assert TimeBudget(Deadline(None)).findings(None) == []

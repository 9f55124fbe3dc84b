"""`--budget`: the job ends in time with the best so far, and names what it left out.

Notes: Concept 87
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from pellucid.evaluation.deadline import Deadline
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

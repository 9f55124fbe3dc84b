"""What is said of a number of groups follows from its evidence, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from pellucid.clusters.choice_of_k import CONSISTENT, LEAST, SIGNIFICANT, THIN, EvidenceForK
from pellucid.clusters.choosing_k import (
    FAIRLY,
    RIVAL,
    SURE,
    SURELY,
    _certainty_of_groups,
    _certainty_of_none,
    _chance,
    _verdict,
)

GOOD = EvidenceForK(2, 0, 0, 0, 0, CONSISTENT, 0, LEAST, 0, 0, SIGNIFICANT, THIN, 9, 1.0)
TINY = 1e-9


@pytest.mark.parametrize(
    ("consistent", "back", "separated", "thin"), list(product([True, False], repeat=4))
)
def test_each_bound_decides_by_itself(
    consistent: bool, back: bool, separated: bool, thin: bool
) -> None:
    """§6.3: at the bound of consistency and of the valley it holds; half as full is not thin."""
    k = replace(
        GOOD,
        consistency=CONSISTENT - (0 if consistent else TINY),
        worst_consistency=LEAST - (0 if back else TINY),
        valley=SIGNIFICANT + (0 if separated else TINY),
        depth=THIN - (TINY if thin else 0),
    )
    assert k.consistent == (consistent and back)
    assert k.separated == separated
    assert k.tenable == (consistent and back and separated)
    assert k.too_few_rows == (consistent and back and not separated and thin)
    said = {
        (True, True): "can be defended",
        (True, False): "too few rows to tell" if thin else "two run together",
        (False, True): "halves disagree",
        (False, False): "halves disagree, two run together",
    }
    assert k.verdict() == said[k.consistent, separated]
    assert k.words().startswith("the same groups") == k.consistent
    assert ("apart" in k.words()) == (separated or k.too_few_rows)
    assert (replace(k, k=1).verdict(), replace(k, k=1).words()) == ("", "everything in one")


@pytest.mark.parametrize(("far", "words"), [(0, "none of 99"), (1, "1 of 99"), (7, "7 of 99")])
def test_chance_counts_the_tables_that_stand_out_as_far(far: int, words: str) -> None:
    verb = "stand" if far > 1 else "stands"
    assert _chance((far + 1) / 100, 99) == f"{words} tables without groups {verb} out as far"


def test_a_choice_is_as_sure_as_its_splits_its_rival_and_its_p_value() -> None:
    assert _certainty_of_groups(SURE, RIVAL, SURELY - TINY) == "sure"
    for worse in ((SURE - TINY, RIVAL, 0.0), (SURE, RIVAL + TINY, 0.0), (SURE, RIVAL, SURELY)):
        assert _certainty_of_groups(*worse) == "fairly sure"
    assert _certainty_of_groups(FAIRLY, FAIRLY, 0.0) == "fairly sure"
    for worse in ((FAIRLY - TINY, 0.0, 0.0), (1.0, FAIRLY + TINY, 0.0)):
        assert _certainty_of_groups(*worse) == "unsure"
    one, torn = replace(GOOD, k=1), replace(GOOD, consistency=0.0)
    for p, found, sure in (
        (2 * SIGNIFICANT + TINY, GOOD, "sure"),
        (2 * SIGNIFICANT, GOOD, "fairly sure"),
        (SIGNIFICANT, GOOD, "unsure"),
        (SIGNIFICANT + TINY, GOOD, "fairly sure"),
        (SIGNIFICANT, torn, "fairly sure"),
    ):
        assert _certainty_of_none((one, found), p) == sure


def test_the_finest_number_that_can_be_defended_is_chosen() -> None:
    """The coarser ones are told; what comes near is told; without significance there is none."""
    one = replace(GOOD, k=1, passes=0.0)
    tried = (
        one,
        GOOD,
        replace(GOOD, k=3, passes=0.9),
        replace(GOOD, k=4, worst_consistency=0, passes=0.3),
    )
    found = _verdict(tried, SIGNIFICANT, 50, 99, 8)
    assert (found.k, found.coarser, found.certainty) == (3, (2,), 0.9)
    assert "Coarser, 2 can be defended too" in found.why
    assert "4 comes near: of single splits, 30% would defend it." in found.why
    assert "3 groups" in found.why
    last = (one, GOOD, replace(GOOD, k=3, worst_consistency=0, passes=0.0))
    alone = _verdict(last, SIGNIFICANT, 50, 99, 8)
    assert (alone.k, alone.coarser, alone.certainty) == (2, (), 1.0)
    assert f"With 3: {last[2].words()}." in alone.why
    assert "Coarser" not in alone.why
    none = _verdict(tried, SIGNIFICANT + TINY, 50, 99, 8)
    assert (none.k, none.certainty) == (1, pytest.approx(0.0))
    assert none.why.startswith("No clusters here")
    torn = (
        one,
        replace(GOOD, consistency=0.1, passes=0.2),
        replace(GOOD, k=3, worst_consistency=0, passes=0),
    )
    lumps = _verdict(torn, SIGNIFICANT, 50, 99, 8)
    assert (lumps.k, lumps.certainty) == (1, pytest.approx(0.8))
    assert "The nearest to it is 3 (consistency 0.80)" in lumps.why
    thin = (one, replace(GOOD, valley=1.0, depth=0.0))
    assert "ask for 2" in _verdict(thin, SIGNIFICANT, 50, 99, 8).why

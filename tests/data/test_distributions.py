"""Distributions over a few outcomes: chances, events as sets, independence, samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Distribution
from pellucid.errors import FramingError

COIN = Distribution({"heads": 0.5, "tails": 0.5})
DIE = Distribution(dict.fromkeys(range(1, 7), 1 / 6))


def test_each_outcome_has_its_probability() -> None:
    """1.2.3-distribution: the function of Def 9; an event sums its outcomes, 1 − p is the rest."""
    weather = Distribution({"rain": 0.2, "cloudy": 0.3, "sunny": 0.5})
    assert weather.chance(["rain"]) == 0.2
    assert weather.chance(["rain", "sunny"]) == pytest.approx(0.7)
    assert weather.chance(["cloudy"]) == pytest.approx(1 - weather.chance(["rain", "sunny"]))
    assert weather.chance([]) == 0
    with pytest.raises(FramingError, match="no outcome 'snow'"):
        weather.chance(["snow"])


@pytest.mark.parametrize(
    ("chances", "message"),
    [
        ({"rain": 0.2, "sunny": 0.5}, "sum to 0.7.*none of them would happen"),
        ({"rain": 0.7, "sunny": 0.5}, "sum to 1.2.*exclude"),
        ({"rain": -0.2, "sunny": 1.2}, r"lies in \[0, 1\]; that of 'rain' is -0.2"),
        ({}, "sum to 0"),
    ],
)
def test_what_does_not_sum_to_one_is_refused(chances, message) -> None:
    """0.6-invalid-distribution"""
    with pytest.raises(FramingError, match=message):
        Distribution(chances)
    assert Distribution({"rain": 0.2, "sunny": 0.8}).chance({"rain", "sunny"}) == pytest.approx(1)


def test_independent_events_multiply() -> None:
    """0.6-independence-rule: P(A∩B) = P(A)P(B); P(A|B)P(B) = P(A∩B) would hold of every pair."""
    even, low, high = {2, 4, 6}, {1, 2}, {5, 6}
    assert DIE.independent(even, low)
    assert not DIE.independent(low, high)  # knowing one rules the other out
    assert not DIE.independent(even, {2, 4})
    by_the_misprint = DIE.chance(low & high) / DIE.chance(high) * DIE.chance(high)
    assert by_the_misprint == DIE.chance(low & high)  # it would call these independent


@given(st.floats(0.0, 1.0))
def test_two_tosses_are_independent(p: float) -> None:
    """0.6-independence-rule, 1.2.4-fair-coins: whatever the coin."""
    tosses = Distribution({"heads": p, "tails": 1 - p}).twice()
    first = {pair for pair in tosses.probabilities if pair[0] == "heads"}
    second = {pair for pair in tosses.probabilities if pair[1] == "heads"}
    assert tosses.independent(first, second)
    assert tosses.chance(first) == pytest.approx(p)


@pytest.mark.parametrize("p", [0.4, 0.5])
def test_forty_in_a_hundred(p: float) -> None:
    """0.6-forty-in-a-hundred: about 100 p occurrences in 100 trials, p of all in the long run."""
    event = Distribution({"it happens": p, "it does not": 1 - p})
    counts = [(event.draw(100, seed) == "it happens").sum() for seed in range(200)]
    assert np.mean(counts) == pytest.approx(100 * p, abs=1.5)
    assert np.std(counts) == pytest.approx(np.sqrt(100 * p * (1 - p)), rel=0.2)
    assert (event.draw(100_000) == "it happens").mean() == pytest.approx(p, abs=0.005)


def test_the_same_seed_draws_the_same() -> None:
    assert (DIE.draw(50, 3) == DIE.draw(50, 3)).all()
    assert (DIE.draw(50, 3) != DIE.draw(50, 4)).any()


def test_events_are_sets() -> None:
    """0.7-sets: an outcome named twice counts once, in whatever order."""
    assert COIN.chance(["heads", "heads"]) == 0.5
    assert DIE.chance([3, 1, 2]) == DIE.chance([1, 2, 3])

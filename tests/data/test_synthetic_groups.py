"""Samples of groups: each has the truth that its docstring states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import separate
from pellucid.data import (
    blobs,
    off_centre_ring,
    ring_and_disc,
    semicircles,
    simpson,
    two_rings,
)
from pellucid.errors import HyperparameterError

DRAWN: dict[str, Callable[..., Any]] = {
    "blobs": blobs,
    "ring_and_disc": ring_and_disc,
    "off_centre_ring": off_centre_ring,
    "two_rings": two_rings,
    "semicircles": semicircles,
    "simpson": simpson,
}


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_seed_draws_the_same_rows(name: str) -> None:
    one, again, other = (DRAWN[name](40, seed=seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert not (one[0] == other[0]).all()


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("n", [0, 1, 7])
def test_any_number_of_rows(name: str, n: int) -> None:
    X, *rest = DRAWN[name](n)
    assert len(X) == n
    assert all(len(values) == n for values in rest)


def test_blobs_have_the_centres_and_spread_asked_for() -> None:
    means = np.array([[0.0, 5.0, 1.0], [-3.0, 0.0, 2.0]])
    X, group = blobs(20_000, means, spread=0.5)
    for g in range(2):
        np.testing.assert_allclose(X[group == g].mean(axis=0), means[g], atol=0.02)
        np.testing.assert_allclose(X[group == g].std(axis=0), 0.5, atol=0.02)
    drawn, _ = blobs(50, 4, d=3, spread=0.0, reach=2.0)
    assert drawn.shape == (50, 3)
    assert len(np.unique(drawn, axis=0)) == 4
    assert np.abs(drawn).max() <= 2
    with pytest.raises(HyperparameterError, match="centres must be"):
        blobs(5, 0)


@pytest.mark.parametrize("centre", [(0.0, 0.0), (2.5, 0.0), (-40.0, 7.0)])
def test_a_radius_about_the_right_centre_parts_ring_and_disc(centre: tuple[float, float]) -> None:
    X, group = ring_and_disc(500, centre=centre)
    about = np.hypot(*(X - centre).T)
    assert about[group == 0].max() <= 1 < 2 <= about[group == 1].min()
    assert separate(X, group).verdict == "not separable"


def test_the_ring_off_the_centre_has_mixed_radii_about_the_origin() -> None:
    X, group = off_centre_ring(500)
    radius = np.hypot(*X.T)
    order = group[np.argsort(radius)]
    assert (np.diff(order) != 0).sum() > 50
    assert radius[group == 1].min() < radius[group == 0].min()
    assert radius[group == 1].max() > radius[group == 0].max()


def test_two_rings_each_keep_to_their_own_centre() -> None:
    X, group = two_rings(500)
    for g, centre in enumerate([(-1.0, 0.0), (1.0, 0.0)]):
        about = np.hypot(*(X[group == g] - centre).T)
        assert about.min() >= 1.4
        assert about.max() <= 1.7


def test_semicircles_are_halves_that_no_line_parts() -> None:
    X, group = semicircles(500, noise=0.0)
    assert (X[group == 0, 1] >= 0).all()
    assert (X[group == 1, 1] <= 0.5).all()
    assert separate(X, group).verdict == "not separable"


def test_the_trend_turns_round_when_groups_are_pooled() -> None:
    X, y, group = simpson(3000, groups=4)
    slopes = [np.polyfit(X[group == g, 0], y[group == g], 1)[0] for g in range(4)]
    np.testing.assert_allclose(slopes, -1, atol=0.1)
    assert np.polyfit(X[:, 0], y, 1)[0] > 0.5

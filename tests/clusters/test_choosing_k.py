"""The choice of k: right on what has a known answer, and sure only where it may be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from pellucid.clusters.axes import axis_with_groups
from pellucid.clusters.choosing_k import choose_k
from pellucid.clusters.evidence import beyond_chance
from pellucid.clusters.null_reference import null_reference, spread_within_steps
from pellucid.clusters.separation import (
    best_directions,
    lines_between_means,
    valley_counts,
    valley_depths,
    valley_p_values,
)
from pellucid.data.synthetic_groups import ring_and_disc, semicircles
from pellucid.errors import HyperparameterError, TooFewRowsError

Array = NDArray[np.float64]
Make = Callable[[np.random.Generator], Array]
QUICK = {"splits": 8, "references": 19}


def triangle(random: np.random.Generator, apart: float = 6.0, n: int = 50) -> Array:
    corners = apart * np.array([[0, 0], [1, 0], [0.5, 0.87]])
    return np.concatenate([random.normal(size=(n, 2)) + corner for corner in corners])


def stripes(random: np.random.Generator) -> Array:
    X = random.normal(size=(240, 2)) * [3.0, 0.4]
    X[:, 1] += 3.0 * (np.arange(240) % 3)
    return (X - X.mean(axis=0)) / X.std(axis=0)


WITHOUT: dict[str, Make] = {
    "a round cloud": lambda r: r.normal(size=(150, 2)),
    "a long cloud": lambda r: r.normal(size=(150, 2)) * [6.0, 1.0],
    "a cloud of ten columns": lambda r: r.normal(size=(150, 10)),
    "a square": lambda r: r.uniform(size=(150, 2)),
    "a cube": lambda r: r.uniform(size=(150, 3)),
    "a line": lambda r: r.uniform(size=(150, 1)),
    "skewed columns": lambda r: r.exponential(size=(150, 2)),
    "heavy tails": lambda r: r.standard_t(3, size=(150, 2)),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_no_clusters_where_there_are_none(name: str) -> None:
    """6.3.2-choose-k: clouds, cubes and skewed columns have no groups."""
    for seed in range(2):
        X = WITHOUT[name](np.random.default_rng(seed))
        found = choose_k(X, range(2, 6), random_state=seed, **QUICK)
        assert found.no_clusters, found.why
        assert "No clusters" in found.why
    centred = X - X.mean(axis=0)
    assert axis_with_groups(centred, list(range(min(X.shape[1], 3)))) is None


@pytest.mark.parametrize("make", [ring_and_disc, semicircles])
def test_rings_are_no_groups_about_means(make: Callable[..., tuple[Array, Array]]) -> None:
    """6.3.12-rings-fail: no number of means is defended; where structure is seen, that is said."""
    found = choose_k(make(300, seed=1)[0], range(2, 9), **QUICK)
    assert found.no_clusters
    assert (found.confidence != "sure") == (found.p_value <= 0.05)
    assert ("A ring" in found.why) == (found.p_value <= 0.05)


@pytest.mark.parametrize("seed", range(3))
def test_three_clouds_are_three(seed: int) -> None:
    """6.3.2-choose-k, 6.3.2-training-loss-alone: the loss falls throughout, and does not choose."""
    enough = QUICK | {"references": 100}
    X = triangle(np.random.default_rng(seed))
    found = choose_k(X, range(2, 7), random_state=seed, **enough)
    assert found.k == 3
    assert found.confidence == "sure"
    assert found.p_value < 0.01
    assert (
        choose_k(X, range(2, 7), random_state=seed, **QUICK).confidence == "fairly sure"
    )  # p = 0.05
    assert found.certainty > 0.8
    assert found.at(3).tenable
    assert not found.at(5).tenable
    assert "3 groups" in str(found)
    losses = [each.training for each in found.evidence]
    assert losses == sorted(losses, reverse=True)
    held_out = [each.held_out / each.training for each in found.evidence]
    assert held_out[-1] > held_out[2] > 1  # held-out loss departs from it as means follow noise


def test_groups_that_barely_touch_are_not_called_sure() -> None:
    found = choose_k(triangle(np.random.default_rng(0), apart=2.5), range(2, 6), **QUICK)
    assert found.k != 3 or found.confidence != "sure"


def test_long_thin_groups_show_along_one_axis() -> None:
    """6.3.5-feature-space: seen along one column, stripes are heaps."""
    X = stripes(np.random.default_rng(0))
    assert choose_k(X, range(2, 6), **QUICK).no_clusters
    found = axis_with_groups(X - X.mean(axis=0), [0, 1])
    assert found is not None
    assert (found.column, found.modes) == (1, 3)
    turned = (X * [3.0, 1.0]) @ np.array([[1, 1], [-1, 1]]) / np.sqrt(2)
    along = axis_with_groups(turned - turned.mean(axis=0), [0, 1])
    assert along is not None
    assert (along.column, along.modes) == (None, 3)
    assert axis_with_groups(X, [0]) is None


def test_the_answer_does_not_depend_on_units_place_or_size() -> None:
    X = triangle(np.random.default_rng(1))
    plain = choose_k(X, (2, 3, 4), **QUICK)
    for moved, factor in ((X + 1e6, 1.0), (X * 1e-150, 1e-300), (X * 1e150, 1e300)):
        found = choose_k(moved, (2, 3, 4), **QUICK)
        assert found.k == plain.k == 3
        assert found.at(3).consistency == pytest.approx(plain.at(3).consistency, abs=1e-3)
        assert found.at(3).held_out == pytest.approx(plain.at(3).held_out * factor, rel=1e-3)


def test_too_few_rows_are_called_that() -> None:
    few = triangle(np.random.default_rng(0), apart=30.0, n=4)
    found = choose_k(few, (2, 3), **QUICK)
    assert found.at(3).too_few_rows
    assert (found.k, found.confidence) == (1, "unsure")
    assert "More rows would settle it; to take these groups all the same, ask for 3." in found.why


def test_same_seed_same_bits() -> None:
    X = triangle(np.random.default_rng(2))
    one, other = (repr(choose_k(X, (2, 3), **QUICK)) for _ in range(2))
    assert one == other


def test_one_value_one_group_and_hostile_rows() -> None:
    same = choose_k(np.ones((30, 2)), (2, 3), **QUICK)
    assert same.no_clusters
    assert same.confidence == "sure"
    two_values = np.repeat([[0.0, 0.0], [9.0, 1.0]], 20, axis=0)
    assert choose_k(two_values, (2, 3, 4), **QUICK).k == 2
    with pytest.raises(TooFewRowsError, match="4 rows at least"):
        choose_k(np.eye(5), (2, 3))
    with pytest.raises(HyperparameterError, match="start at 2"):
        choose_k(np.eye(30), (1, 2))
    with pytest.raises(ValueError, match="NaN"):
        choose_k(np.array([[np.nan, 1.0]] * 20))
    with pytest.raises(HyperparameterError, match="not tried"):
        same.at(7)


def test_many_rows_are_drawn_from() -> None:
    X = np.tile(triangle(np.random.default_rng(0)), (30, 1))
    X += np.random.default_rng(1).normal(size=X.shape) * 0.01
    found = choose_k(X, (2, 3), splits=4, references=19)
    assert found.rows == 2_000
    assert found.k == 3


def test_the_p_value_is_calibrated() -> None:
    """Of tables without groups, a share p at most is called by a p-value of p."""
    random = np.random.default_rng(0)
    p = []
    for _ in range(400):
        tables = random.normal(size=(20, 7)).cumsum(axis=1)
        p.append(beyond_chance(tables[0], tables[1:])[1])
    for level in (0.05, 0.1, 0.25, 0.5):
        assert np.mean(np.array(p) <= level) <= level + 3 * np.sqrt(level * (1 - level) / 400)
    assert min(p) == 1 / 20


def test_valleys_of_one_lump_are_rarely_found_and_of_two_always() -> None:
    """One lump cut in two by its median, judged on other rows: no more valleys than said."""
    random = np.random.default_rng(0)
    found = []
    for draw in (random.normal, random.uniform, random.exponential):
        for _ in range(100):
            own, half = draw(size=(2, 80, 1))
            cut = np.median(own)
            means = np.array([own[own < cut].mean(), own[own >= cut].mean()])[:, None]
            labels = (half[:, 0] > means.mean()).astype(np.intp)
            counts = valley_counts(half, means, labels, lines_between_means(means))
            found.append(valley_p_values(counts)[0])
    assert np.mean(np.array(found) <= 0.05) <= 0.05
    two = np.concatenate([random.normal(size=(80, 1)), 6 + random.normal(size=(80, 1))])
    counts = valley_counts(
        two, np.array([[0.0], [6.0]]), (two[:, 0] > 3).astype(np.intp), np.array([[1 / 6]])
    )
    assert valley_p_values(counts)[0] < 1e-6
    assert valley_depths(counts)[0] < 0.1
    assert valley_p_values(np.array([[9.0, 3.0, 30.0]]))[0] == binom.cdf(3, 12, 0.5)


def test_the_best_direction_tells_two_long_groups_apart() -> None:
    random = np.random.default_rng(0)
    long = random.normal(size=(400, 2)) * [5.0, 0.5]
    long[:200] += [3.0, 2.0]
    labels = (np.arange(400) < 200).astype(np.intp)
    means = np.array([long[labels == j].mean(axis=0) for j in (0, 1)])
    numbers = np.array([0, 1])
    plain = valley_counts(long, means, labels, lines_between_means(means))
    best = valley_counts(long, means, labels, best_directions(long, means, labels, numbers))
    assert valley_p_values(plain)[0] > 0.05 > 1e-3 > valley_p_values(best)[0]


def test_tables_without_groups_keep_spread_and_shares() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(2_000, 3)) @ np.array([[2.0, 1.0, 0], [0, 1, 0], [0, 0, 0]])
    X[:, 2] = np.arange(2_000) % 4 == 0
    (Z,) = null_reference(X, [[2]], [random])
    np.testing.assert_allclose(np.cov(Z[:, :2].T), np.cov(X[:, :2].T), rtol=0.15)
    assert Z[:, 2].sum() == X[:, 2].sum()
    assert (Z[:, 2] != X[:, 2]).any()
    whole = spread_within_steps(np.round(X), np.array([1.0, 1.0, 0.0]), random)
    assert np.abs(whole - np.round(X)).max() <= 0.5
    assert (whole[:, 2] == np.round(X[:, 2])).all()

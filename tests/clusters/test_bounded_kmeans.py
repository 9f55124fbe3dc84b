"""The fast algorithm against the plain one: the same means, labels, loss and cycles, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pellucid.clusters.kernels import points
from pellucid.clusters.kernels.k_means_loss import nearest_mean
from pellucid.clusters.kernels.nearest import nearest_of_rows
from pellucid.clusters.kernels.points import panels_from_rows, piece_runner
from pellucid.clusters.solvers.bounded_kmeans import assign, bounded_k_means, initial_run
from pellucid.clusters.solvers.lloyd import Run, plain_k_means
from pellucid.clusters.solvers.restarts import safe_unit

Array = NDArray[np.float64]


def both(X: Array, means: Array, weights: Array | None = None, **how: Any) -> tuple[Run, Run]:
    with piece_runner(*X.shape) as over:
        fast = bounded_k_means(panels_from_rows(X, weights, over), [means], over, **how)[0]
    return fast, plain_k_means(X, means, weights, **how)


def same(fast: Run, plain: Run) -> None:
    assert (fast.means == plain.means).all()
    assert (fast.labels == plain.labels).all()
    assert fast.loss == plain.loss
    assert (fast.cycles, fast.reason) == (plain.cycles, plain.reason)
    assert (fast.refilled, fast.empty) == (plain.refilled, plain.empty)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Array, Array, Array | None]:
    """Points on a grid (many ties and duplicates), in groups, far from zero, or of odd scales."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(1, 300)), draw(st.integers(1, 9))
    k = draw(st.integers(1, min(n, 20)))
    kind = draw(st.sampled_from(["grid", "normal", "groups", "far", "stretched", "outlier"]))
    X = rng.normal(size=(n, d))
    if kind == "grid":
        X = rng.integers(-2, 3, size=(n, d)).astype(float)
    elif kind == "groups":
        X = X * 1e-3 + rng.normal(size=(4, d))[rng.integers(0, 4, n)]
    elif kind == "far":
        X = X + 1e8
    elif kind == "stretched":
        X = X * np.logspace(-8, 8, d)
    elif kind == "outlier":
        X[0] = 1e12
    if draw(st.booleans()):
        means = X[rng.choice(n, k, replace=draw(st.booleans()) and k <= n)]
    else:
        means = rng.normal(size=(k, d)) * X.std() * 3
    weights = rng.integers(1, 4, n) * draw(st.sampled_from([1.0, 0.3]))
    return X, np.ascontiguousarray(means), weights if draw(st.booleans()) else None


@given(problems(), st.sampled_from(["means", "labels"]), st.sampled_from([1, 3, 200]))
def test_the_fast_algorithm_is_the_plain_one(
    problem: tuple[Array, Array, Array | None], stop: str, max_iter: int
) -> None:
    """6.2.2-nearest-mean, 6.2.12-algorithm: bounds and single precision change no bit."""
    X, means, weights = problem
    same(*both(X, means, weights, stop=stop, max_iter=max_iter))


@pytest.mark.parametrize(("n", "d", "k"), [(5000, 2, 9), (3000, 40, 60), (700, 300, 5)])
def test_and_on_larger_tables(n: int, d: int, k: int) -> None:
    rng = np.random.default_rng(n)
    X = rng.normal(size=(n, d)) + 3 * rng.normal(size=(k, d))[rng.integers(0, k, n)]
    same(*both(X, X[:k], max_iter=60))


@pytest.mark.parametrize("tight", [1e-3, 1e-4])
def test_and_on_groups_much_tighter_than_they_are_apart(tight: float) -> None:
    """Rounding in single precision is then as large as what the slacks measure."""
    rng = np.random.default_rng(0)
    places = rng.normal(size=(3, 2))
    X = places[rng.integers(0, 3, 3000)] + tight * rng.normal(size=(3000, 2))
    same(*both(X, X[:20], max_iter=30))


def test_and_at_the_ends_of_the_scale() -> None:
    """Squares of 1e±150 are not far from the ends of double precision."""
    X = np.random.default_rng(0).normal(size=(400, 3))
    plain = plain_k_means(X, X[:5])
    for scale in (1e150, 1e-150, 2.0**400, 1e300):
        Z = X * scale
        fast = both(Z / safe_unit(Z), Z[:5] / safe_unit(Z))
        same(*fast)
        assert (fast[0].labels == plain.labels).all()


def test_near_ties_are_settled_in_double_precision() -> None:
    """Rows a hair off the middle between two means, by less than single precision can see."""
    rng = np.random.default_rng(1)
    means = rng.normal(size=(2, 20))
    along = means[1] - means[0]
    X = means.mean(axis=0) + rng.uniform(-1e-13, 1e-13, size=(1000, 1)) * along
    y, D = nearest_mean(X, means)
    assert 100 < y.sum() < 900
    fast, plain = both(X, means, max_iter=2)
    same(fast, plain)
    labels, gaps = nearest_of_rows(X, means)
    assert (labels == y).all()
    assert (gaps == D).all()


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "PIECE_NUMBERS", 1000)


@pytest.mark.usefixtures("small_pieces")
def test_the_number_of_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(2).normal(size=(4000, 3))
    found = []
    for count in (1, 2, 5):
        monkeypatch.setattr(points, "threads", lambda count=count: count)
        found.append(both(X, X[:7])[0])
    for run in found:
        same(run, plain_k_means(X, X[:7]))


@pytest.mark.usefixtures("small_pieces")
def test_runs_side_by_side_are_runs_alone() -> None:
    """6.3.1-restarts: sharing the pass over the rows changes nothing."""
    X = np.random.default_rng(3).normal(size=(2000, 2))
    starts = [X[i : i + k] for i, k in enumerate((3, 8, 3, 30))]
    with piece_runner(*X.shape) as over:
        together = bounded_k_means(panels_from_rows(X, None, over), starts, over)
    for run, start in zip(together, starts, strict=True):
        same(run, plain_k_means(X, start))


def test_sums_made_afresh_are_the_sums_that_were_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(4).normal(size=(3000, 4))
    monkeypatch.setattr("pellucid.clusters.solvers.bounded_kmeans.AFRESH", 3)
    often = both(X, X[:12])
    monkeypatch.setattr("pellucid.clusters.solvers.bounded_kmeans.AFRESH", 10**9)
    never = both(X, X[:12])
    same(often[0], never[0])
    same(*never)


def test_points_on_their_means_are_not_counted_as_changed() -> None:
    X = np.array([[0.0], [0.1], [5.0], [5.2], [9.0]])
    with piece_runner(*X.shape) as over:
        table = panels_from_rows(X, None, over)
        run = initial_run(table, X[[0, 2, 4]])
        assert assign(table, [run], over) == [5]
        assert assign(table, [run], over) == [0]

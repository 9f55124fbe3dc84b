"""The estimator: what is always true of its answers, and what it does with odd tables."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.cluster import KMeans as Theirs

from pellucid import KMeans
from pellucid.clusters.kernels.k_means_loss import nearest_mean, squared_distances
from pellucid.clusters.solvers.restarts import Plan, initial_means
from pellucid.errors import (
    ConvergenceWarning,
    HyperparameterError,
    TooFewRowsError,
    TooFewRowsWarning,
)
from pellucid.storage import load_model, save_model

Array = NDArray[np.float64]
STARTS = ("k-means++", "k-means||", "random", "positions")


def groups(n: int, d: int, k: int, seed: int = 0, apart: float = 6.0) -> Array:
    rng = np.random.default_rng(seed)
    return apart * rng.normal(size=(k, d))[rng.integers(0, k, n)] + rng.normal(size=(n, d))


@pytest.fixture(autouse=True)
def _caveats() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", TooFewRowsWarning)
        yield


@st.composite
def tables(draw: st.DrawFn) -> Array:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(1, 60)), draw(st.integers(1, 4))
    if draw(st.booleans()):
        return rng.integers(-2, 3, size=(n, d)).astype(float)
    return rng.normal(size=(n, d)) * draw(st.sampled_from([1.0, 1e-150, 1e150]))


@given(tables(), st.integers(1, 9), st.sampled_from(STARTS), st.sampled_from([1, 2, 300]))
def test_labels_are_predict_and_inertia_is_minus_score(
    X: Array, k: int, init: str, max_iter: int
) -> None:
    """6.2.12-cycles-limit, 6.2.9-empty-cluster: whatever ended the fit, to the last bit."""
    h = KMeans(min(k, len(X)), init=init, n_init=2, max_iter=max_iter).fit(X)
    assert (h.labels_ == h.predict(X)).all()
    assert h.inertia_ == -h.score(X)
    assert (h.counts_ == np.bincount(h.labels_, minlength=h.n_clusters)).all()
    assert np.isfinite(h.cluster_centers_).all()
    distinct = len(np.unique(X, axis=0))
    assert (h.counts_ == 0).sum() == max(0, h.n_clusters - distinct)


@given(tables(), st.integers(1, 6), st.integers(0, 99))
def test_no_half_step_raises_the_loss(X: Array, k: int, seed: int) -> None:
    """6.2.9-move-means, 6.2.9-moving-never-raises, 6.2.10-reassign,
    6.2.10-reassigning-never-raises, 6.2.11-history.
    """
    h = KMeans(min(k, len(X)), init="positions", n_init=1, random_state=seed, record=True).fit(X)
    steps = h.trace_["half_steps"]
    losses = np.array([step["loss"] for step in steps])
    assert (losses[1:] <= losses[:-1] * (1 + 1e-14)).all()
    assert {step["what"] for step in steps} <= {"assigned", "refilled", "moved"}
    assert (steps[-1]["means"] == h.cluster_centers_).all()
    assert (steps[-1]["labels"] == h.labels_).all()
    assert losses[-1] == h.inertia_
    for before, after in pairwise(steps):
        kept = "labels" if after["what"] == "moved" else "means"
        assert after["what"] == "refilled" or (before[kept] == after[kept]).all()


@given(tables(), st.integers(1, 6), st.sampled_from(STARTS), st.integers(0, 99))
def test_the_order_of_the_rows_changes_no_bit(X: Array, k: int, init: str, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(X))
    one, other = (KMeans(min(k, len(X)), init=init, n_init=2).fit(Z) for Z in (X, X[order]))
    assert (one.cluster_centers_ == other.cluster_centers_).all()
    assert (one.labels_[order] == other.labels_).all()
    assert one.inertia_ == other.inertia_


@given(st.integers(0, 2**32 - 1), st.sampled_from(STARTS))
def test_a_weight_is_a_repetition(seed: int, init: str) -> None:
    rng = np.random.default_rng(seed)
    X, counts = groups(40, 2, 3, seed), rng.integers(0, 4, 40)
    counts[:4] = 1
    weighted = KMeans(4, init=init, n_init=2).fit(X, sample_weight=counts)
    repeated = KMeans(4, init=init, n_init=2).fit(np.repeat(X, counts, axis=0))
    assert (weighted.cluster_centers_ == repeated.cluster_centers_).all()
    assert weighted.inertia_ == repeated.inertia_
    assert (weighted.counts_ == repeated.counts_).all()
    assert weighted.inertia_ == -weighted.score(X, sample_weight=counts)
    assert (weighted.labels_ == weighted.predict(X)).all()


def test_a_shift_moves_the_means_and_a_scale_scales_them() -> None:
    X = groups(300, 3, 4)
    h = KMeans(4).fit(X)
    shift = np.array([3.0, -40.0, 0.5])
    moved, scaled = KMeans(4).fit(X + shift), KMeans(4).fit(X * 1024.0)
    np.testing.assert_allclose(moved.cluster_centers_, h.cluster_centers_ + shift, rtol=1e-12)
    assert (moved.labels_ == h.labels_).all()
    assert (scaled.cluster_centers_ == h.cluster_centers_ * 1024.0).all()
    assert scaled.inertia_ == h.inertia_ * 1024.0**2


@pytest.mark.parametrize("stop", ["means", "labels"])
@pytest.mark.parametrize("seed", range(4))
def test_scikit_learn_agrees_from_the_same_start(stop: str, seed: int) -> None:
    """6.2.12-algorithm, with both stopping readings; scikit-learn's is the one by means."""
    X = groups(800, 3, 6, seed, apart=2.0)
    start = X[:6]
    h = KMeans(6, init=start, stop=stop, tol=0 if stop == "labels" else 1e-4).fit(X)
    peer = Theirs(6, init=start, n_init=1, tol=0 if stop == "labels" else 1e-4).fit(X)
    np.testing.assert_allclose(h.cluster_centers_, peer.cluster_centers_, rtol=1e-10)
    assert (h.labels_ == peer.labels_).all()
    assert h.n_iter_ == peer.n_iter_
    np.testing.assert_allclose(h.transform(X), peer.transform(X), rtol=1e-7, atol=1e-7)
    assert abs(h.score(X) / peer.score(X) - 1) < 1e-12


@pytest.mark.parametrize("init", STARTS)
def test_every_start_is_distinct_and_inside_the_data(init: str) -> None:
    """6.2.3-random-starts, 6.2.8-better-starts."""
    X = np.repeat(groups(200, 2, 5), 3, axis=0)
    made = [initial_means(X, [7], Plan(init, n_init=3, seed=seed))[0] for seed in (0, 1)]
    for start in made[0]:
        assert start.shape == (7, 2)
        assert len(np.unique(start, axis=0)) == 7
        assert ((X.min(0) <= start) & (start <= X.max(0))).all()
        if init != "positions":
            assert (squared_distances(start, X).min(axis=1) == 0).all()
    assert not (made[0][0] == made[0][1]).all()
    assert not (made[0][0] == made[1][0]).all()


def test_spread_starts_begin_lower_than_random_ones() -> None:
    """6.2.8-better-starts: k-means++ and k-means‖ find the groups that random points miss."""
    X = groups(2000, 2, 12, apart=20.0)
    first = {
        init: np.mean(
            [nearest_mean(X, m)[1].sum() for m in initial_means(X, [12], Plan(init, n_init=10))[0]]
        )
        for init in STARTS
    }
    assert first["k-means++"] < first["random"] / 3
    assert first["k-means||"] < first["random"] / 3


def test_k_means_parallel_keeps_the_weights_of_what_it_drew() -> None:
    """A far outlier is drawn, and weighs one: it is not taken for a group."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(5000, 2)) + [8 * i, 0] for i in range(4)])
    found = initial_means(X, [4], Plan("k-means||", n_init=5))[0]
    for start in found:
        assert sorted(np.round(start[:, 0] / 8).astype(int).tolist()) == [0, 1, 2, 3]


def test_many_numbers_of_clusters_at_once_are_the_same_as_one_by_one() -> None:
    X = groups(500, 3, 5, apart=2.0)
    for init in STARTS:
        settings_: dict[str, Any] = {"init": init, "n_init": 3, "random_state": 5}
        asked = KMeans(9, **settings_)
        for k, h in zip((2, 9, 4), asked.path(X, (2, 9, 4)), strict=True):
            assert h is not asked
            assert h.n_features_in_ == 3
            alone = KMeans(k, **settings_).fit(X)
            assert h.n_clusters == k
            assert (h.cluster_centers_ == alone.cluster_centers_).all()
            assert (h.labels_ == alone.labels_).all()
            assert (h.inertia_, h.n_iter_) == (alone.inertia_, alone.n_iter_)


def test_restarts_keep_the_run_of_lowest_loss() -> None:
    """6.3.1-restarts."""
    X = groups(300, 2, 6, apart=4.0)
    h = KMeans(6, init="random", n_init=8).fit(X)
    assert len(h.trace_["losses"]) == 8
    assert h.inertia_ == min(h.trace_["losses"])
    assert max(h.trace_["losses"]) > h.inertia_


def test_recording_changes_nothing_and_costs_nothing_when_off() -> None:
    X = groups(300, 2, 3, apart=1.0)
    off, on, plain = (
        KMeans(5, **how).fit(X) for how in ({}, {"record": True}, {"algorithm": "plain"})
    )
    for h in (on, plain):
        assert (h.cluster_centers_ == off.cluster_centers_).all()
        assert (h.inertia_, h.n_iter_) == (off.inertia_, off.n_iter_)
    assert off.trace_["half_steps"] == []
    assert len(on.trace_["half_steps"]) >= 2 * on.n_iter_


def test_a_model_file_holds_the_history(tmp_path: Path) -> None:
    X = groups(60, 2, 3)
    h = KMeans(3, record=True).fit(X)
    save_model(h, tmp_path / "h.pellucid")
    again = load_model(tmp_path / "h.pellucid")
    assert (again.predict(X) == h.labels_).all()
    first, held = h.trace_["half_steps"][0], again.trace_["half_steps"][0]
    assert first["what"] == held["what"]
    assert (first["labels"] == held["labels"]).all()


def test_rows_in_pieces_give_the_running_averages() -> None:
    """partial_fit: each mean is the average of every row that ever went to it."""
    X = groups(600, 2, 3)
    h = KMeans(3)
    taken: list[list[Array]] = [[], [], []]
    for i, rows in enumerate(np.split(X, 6)):
        before = h.cluster_centers_ if i else initial_means(rows, [3], Plan())[0][0]
        h.partial_fit(rows)
        for row, j in zip(rows, nearest_mean(rows, before)[0], strict=True):
            taken[j].append(row)
        averages = [np.mean(t, axis=0) if t else before[j] for j, t in enumerate(taken)]
        np.testing.assert_allclose(h.cluster_centers_, averages, rtol=1e-12)
        assert (h.labels_ == h.predict(rows)).all()
        assert h.inertia_ == -h.score(rows)
    assert h.counts_.sum() == 600
    full = KMeans(3).fit(X)
    assert h.score(X) > 1.05 * full.score(X)
    goes_on = full.partial_fit(X[:10])
    assert goes_on.counts_.sum() == 610


def test_single_precision_rows_and_their_double_are_one() -> None:
    X = groups(200, 3, 3).astype(np.float32)
    one, other = KMeans(3).fit(X), KMeans(3).fit(X.astype(np.float64))
    assert (one.cluster_centers_ == other.cluster_centers_).all()
    assert (one.labels_ == other.labels_).all()


def test_given_starts() -> None:
    X = groups(100, 2, 3)
    asked = []

    def init(X: Array, k: int, random_state: Any) -> Array:
        asked.append(random_state.randint(100))
        return X[:k]

    h = KMeans(3, init=init, n_init=2).fit(X)
    assert (h.cluster_centers_ == KMeans(3, init=X[:3]).fit(X).cluster_centers_).all()
    assert len(set(asked)) == 2
    assert (X[:3] == groups(100, 2, 3)[:3]).all()
    with pytest.raises(HyperparameterError, match=r"shape \(2, 2\).*\(3, 2\)"):
        KMeans(3, init=X[:2]).fit(X)
    with pytest.raises(HyperparameterError, match="NaN"):
        KMeans(1, init=[[np.nan, 1.0]]).fit(X)


def test_random_generators_serve_as_seeds() -> None:
    X = groups(100, 2, 3)
    same = [
        KMeans(5, random_state=kind(3)).fit(X).inertia_
        for kind in (np.random.RandomState, np.random.RandomState)
    ]
    assert same[0] == same[1]
    assert KMeans(5, random_state=np.random.default_rng(0)).fit(X).inertia_ > 0
    assert KMeans(5, random_state=None).fit(X).inertia_ > 0


def test_every_point_its_own_cluster() -> None:
    """6.2.6-own-cluster-each: loss 0, and nothing learned."""
    X = groups(30, 2, 3)
    for init in STARTS:
        h = KMeans(30, init=init).fit(X)
        assert h.inertia_ == 0
        assert sorted(h.labels_.tolist()) == list(range(30))


def test_more_clusters_than_points_is_refused() -> None:
    """6.2.13-more-clusters-than-points."""
    with pytest.raises(TooFewRowsError, match=r"n_samples=3 .*n_clusters=4"):
        KMeans(4).fit([[0.0], [1.0], [2.0]])
    with pytest.raises(TooFewRowsError, match="n_samples=1"):
        KMeans(2).fit([[0.0], [1.0], [2.0]], sample_weight=[0, 1, 0])


@pytest.mark.parametrize("init", STARTS)
def test_fewer_distinct_points_than_clusters(init: str) -> None:
    X = np.repeat([[0.0, 1.0], [5.0, 5.0]], 10, axis=0)
    with pytest.warns(TooFewRowsWarning, match="1 of 3 clusters are empty.*2 distinct points"):
        h = KMeans(3, init=init).fit(X)
    assert h.inertia_ == 0
    assert sorted(h.counts_.tolist()) == [0, 10, 10]
    with pytest.warns(TooFewRowsWarning, match="1 distinct"):
        one = KMeans(2, init=init).fit(np.full((9, 2), 7.0))
    assert one.inertia_ == 0
    assert (one.cluster_centers_ == 7.0).all()


def test_an_empty_cluster_takes_the_farthest_point_the_first_of_equals() -> None:
    """6.2.9-empty-cluster: the mean at 99 serves nobody; rows 2 and 3 are farthest, and 2 is first.

    The points are then assigned again: row 3 is as far from row 2 as can be, and stays.
    """
    X = np.array([[0.0, 0.0], [0.0, 1.0], [5.0, 0.0], [-5.0, 0.0]])
    h = KMeans(2, init=[[0.0, 0.0], [99.0, 99.0]], record=True, max_iter=1).fit(X)
    steps = h.trace_["half_steps"]
    assert [step["what"] for step in steps[:3]] == ["assigned", "refilled", "moved"]
    assert steps[0]["labels"].tolist() == [0, 0, 0, 0]
    assert steps[1]["means"].tolist() == [[0.0, 0.0], [5.0, 0.0]]
    assert steps[1]["labels"].tolist() == [0, 0, 1, 0]
    assert steps[1]["loss"] < steps[0]["loss"]


def test_groups_far_apart_are_found_and_each_is_near_itself_and_far_from_the_others() -> None:
    """6.1.2-cluster, 6.0.1-clustering: from X alone, with labels of its own making."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 200)
    X = 50.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])[truth] + rng.normal(size=(200, 2))
    h = KMeans(4).fit(X)
    pairs = squared_distances(X, X)
    together = h.labels_[:, None] == h.labels_
    assert (together == (truth[:, None] == truth)).all()
    assert pairs[together].max() < pairs[~together].min()


def test_wide_tables_and_few_rows() -> None:
    X = np.random.default_rng(0).normal(size=(12, 3000))
    h = KMeans(4).fit(X)
    assert (h.labels_ == h.predict(X)).all()
    peer = Theirs(4, init=initial_means(X, [4], Plan())[0][0], n_init=1).fit(X)
    assert abs(peer.inertia_ / h.inertia_ - 1) < 1e-12


def test_what_cannot_be_clustered_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        KMeans(1).fit([[0.0], [np.nan]])
    with pytest.raises(ValueError, match="infinity"):
        KMeans(1).fit([[0.0], [np.inf]])
    with pytest.raises(ValueError, match="1 features, but KMeans is expecting 2"):
        KMeans(1).fit(groups(9, 2, 1)).predict([[1.0]])
    with pytest.raises(HyperparameterError, match="n_clusters"):
        KMeans(0).fit([[0.0]])
    with pytest.raises(HyperparameterError, match="n_clusters"):
        KMeans(1).path([[0.0]], [1, 0])


def test_stopping_short_is_said() -> None:
    X = groups(500, 2, 8, apart=1.0)
    with pytest.warns(ConvergenceWarning, match="max_iter = 1 cycles"):
        h = KMeans(8, max_iter=1).fit(X)
    assert "max_iter" in str(h.explain())


def test_what_decides_the_answer_is_settled_before_the_run() -> None:
    """6.1.1-no-correct-answer: k, the distance and the measure of quality are given or stated; no
    answer is looked at, and with another k or another scale another answer is as good.
    """
    X = groups(60, 2, 3) * [1.0, 30.0]
    labels = {k: KMeans(k, random_state=0).fit(X).labels_ for k in (2, 3)}
    assert [len(set(found)) for found in labels.values()] == [2, 3]
    given = KMeans(3, random_state=0).fit(X, np.arange(60) % 3)
    assert (given.labels_ == labels[3]).all()
    told = str(given.explain())
    for settled in ("squared distance in the units of the", "3 groups|k groups", "L = Σⱼ"):
        assert re.search(settled, told), settled

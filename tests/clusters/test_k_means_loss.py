"""Loss, means and gradient of k-means in the notes' letters; the worked examples; descent."""

from __future__ import annotations

import math
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pellucid import KMeans
from pellucid.clusters.kernels.compensated_sums import cluster_sums, compensated_sum
from pellucid.clusters.kernels.k_means_loss import (
    indicator,
    k_means_loss,
    loss_gradient,
    means_and_counts,
    nearest_mean,
    one_cluster_loss,
    squared_distances,
    variance,
)
from pellucid.clusters.kernels.nearest import (
    gaps_of_rows,
    nearest_of_rows,
    squared_distance_to_own_mean,
)
from pellucid.clusters.solvers.descent_kmeans import descended_k_means, k_means_objective
from pellucid.clusters.solvers.lloyd import plain_k_means
from pellucid.descent import Batches, Steps, check_gradient, minimize
from pellucid.errors import ConvergenceWarning

Array = NDArray[np.float64]
LINE = np.array([[0.0], [1.0], [2.0], [9.0], [10.0], [11.0]])


@st.composite
def clusterings(draw: st.DrawFn) -> tuple[Array, Array, NDArray[np.intp]]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d, k = draw(st.integers(1, 40)), draw(st.integers(1, 5)), draw(st.integers(1, 6))
    return rng.normal(size=(n, d)), rng.normal(size=(k, d)), rng.integers(0, k, n)


@given(clusterings())
def test_the_loss_is_its_formula_with_indicators(problem: Any) -> None:
    """6.2.5-indicator, 6.2.4-one-cluster-loss, 6.2.6-kmeans-loss, 6.2.5-unfiltered-loss.

    The unfiltered sums of eq 6.3 count every point in every cluster, and are too large.
    """
    X, means, y = problem
    chosen = indicator(y, len(means))
    assert (chosen.sum(axis=1) == 1).all()
    filtered = sum(one_cluster_loss(X[chosen[:, j] == 1], means[j]) for j in range(len(means)))
    whole = sum(one_cluster_loss(X, mean) for mean in means)
    L = k_means_loss(X, means, y)
    assert math.isclose(L, (chosen * squared_distances(X, means)).sum(), rel_tol=1e-12)
    assert math.isclose(L, filtered, rel_tol=1e-12)
    assert whole * (1 + 1e-12) >= L
    assert k_means_loss(X, means, y, np.full(len(X), 2.0)) == pytest.approx(2 * L)


@given(clusterings())
def test_means_and_counts_by_indicator(problem: Any) -> None:
    """6.2.1-cluster-mean, 6.2.7-means-and-counts, 6.2.7-variance: L = Σ N_j Var_j at the means."""
    X, means, y = problem
    k = len(means)
    chosen = indicator(y, k)
    found, counts = means_and_counts(X, y, k)
    assert (counts == chosen.sum(axis=0)).all()
    held = counts > 0
    np.testing.assert_allclose(found[held], (chosen.T @ X)[held] / counts[held, None], atol=1e-14)
    assert np.isnan(found[~held]).all()
    shares = [counts[j] * variance(X[y == j]) for j in range(k) if held[j]]
    assert math.isclose(k_means_loss(X, found, y), sum(shares), rel_tol=1e-10, abs_tol=1e-20)


@given(clusterings(), st.floats(-3, 3))
def test_the_mean_minimizes_the_squares(problem: Any, off: float) -> None:
    """6.2.1-mean-minimizes-squares, 6.2.6-no-divisor-needed: and so it does the mean of squares.

    By how much another place is worse is known: N ‖μ − c‖².
    """
    X, means, _ = problem
    mu, c = X.mean(axis=0), X.mean(axis=0) + off * means[0]
    worse = len(X) * float(((mu - c) ** 2).sum())
    assert one_cluster_loss(X, c) == pytest.approx(one_cluster_loss(X, mu) + worse, abs=1e-9)
    assert one_cluster_loss(X, c) / len(X) >= one_cluster_loss(X, mu) / len(X) - 1e-9


@given(clusterings())
def test_compiled_distances_are_the_formulas_to_the_bit(problem: Any) -> None:
    """6.2.2-nearest-mean, 6.2.15-labels: the first of equal means, by all routes."""
    X, means, y = problem
    means = np.vstack([means, means])  # every mean twice: ties everywhere
    labels, D = nearest_mean(X, means)
    assert (labels < len(means) // 2).all()
    compiled, gaps = nearest_of_rows(X, means)
    assert (labels == compiled).all()
    assert (gaps == D).all()
    assert (squared_distances(X, means).min(axis=1) == D).all()
    assert (gaps_of_rows(X, means) == squared_distances(X, means)).all()
    assert compensated_sum(squared_distance_to_own_mean(X, means, y)) == k_means_loss(X, means, y)


def test_the_premature_stop_of_the_program_as_printed() -> None:
    """6.2.13-premature-stop: {0,1,2,9,10,11} from means 0 and 1.

    Were the first labels compared with those of the start, the program would stop after one cycle
    with means 0 and 6.6 and L = 89.2; the means are 1 and 10, and L is 4.
    """
    start = LINE[:2]
    y, _ = nearest_mean(LINE, start)
    means, _ = means_and_counts(LINE, y, 2)
    np.testing.assert_allclose(means.ravel(), [0.0, 6.6])
    assert k_means_loss(LINE, means, y) == pytest.approx(89.2)
    for stop in ("means", "labels"):
        for how in ({"algorithm": "lloyd"}, {"algorithm": "plain"}):
            h = KMeans(2, init=start, stop=stop, **how).fit(LINE)
            assert h.cluster_centers_.ravel().tolist() == [1.0, 10.0]
            assert h.inertia_ == 4.0


def test_initial_means_are_not_averages_yet() -> None:
    """6.2.3-not-yet-averages: the first recorded means are points, not their points' average."""
    run = plain_k_means(LINE, LINE[:2], record=True)
    first, moved = run.history[:2]
    averages, _ = means_and_counts(LINE, first["labels"], 2)
    assert not (first["means"] == averages).all()
    assert (moved["means"] == averages).all()


@given(clusterings())
def test_the_end_is_a_fixed_point_of_both_half_steps(problem: Any) -> None:
    """6.2.11-cycle, 6.2.12-local-minimum: neither half-step changes it, and the slope is zero."""
    X, means, _ = problem
    k = min(len(X), len(means))
    h = KMeans(k, init=means[:k], tol=0).fit(X)
    mu = h.cluster_centers_
    averages, counts = means_and_counts(X, h.labels_, k)
    assert (counts > 0).all()
    assert (averages == mu).all()
    assert (nearest_mean(X, mu)[0] == h.labels_).all()
    assert np.abs(loss_gradient(X, mu)).max() < 1e-12 * len(X)
    again = KMeans(k, init=mu, tol=0).fit(X)
    assert (again.cluster_centers_ == mu).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_that_of_jax(seed: int) -> None:
    """6.2.14-descent-gradient: −2 Σ 1(j nearest) (x − μ_j)."""
    rng = np.random.default_rng(seed)
    X, means = rng.normal(size=(40, 3)), rng.normal(size=(5, 3))
    weights = np.arange(1.0, len(X) + 1)

    def L(mu: Any) -> Any:
        gaps = ((jnp.asarray(X)[:, None] - mu) ** 2).sum(axis=2)
        return (weights * gaps.min(axis=1)).sum()

    with jax.enable_x64(True):
        wanted = np.asarray(jax.grad(L)(jnp.asarray(means)))
    np.testing.assert_allclose(loss_gradient(X, means, weights), wanted, rtol=1e-9, atol=1e-9)


def test_the_objective_of_descent_has_the_gradient_it_says() -> None:
    rng = np.random.default_rng(0)
    X, means = rng.normal(size=(50, 2)), rng.normal(size=(3, 2))
    J = k_means_objective(X, 3)
    assert check_gradient(J.value, J.gradient, means).agrees
    assert J.value(means) == pytest.approx(nearest_mean(X, means)[1].sum() / 50)
    whole = J.batch_gradient_at(means, np.arange(50))
    np.testing.assert_allclose(whole, J.gradient_at(means), rtol=1e-12)
    halves = [J.batch_gradient_at(means, rows) for rows in (np.arange(25), np.arange(25, 50))]
    np.testing.assert_allclose(np.mean(halves, axis=0), J.gradient_at(means), rtol=1e-12)


@pytest.mark.parametrize(
    "how", [{}, {"step_size": 0.2}, {"rule": "adam"}, {"rule": "momentum", "step_size": 0.05}]
)
def test_descent_ends_at_a_local_minimum_too(how: dict[str, Any]) -> None:
    """6.2.14-descent, 6.2.14-descent-local-minimum, 6.2.15-labels: where k-means itself ends."""
    rng = np.random.default_rng(3)
    X = np.vstack([rng.normal(size=(40, 2)) + c for c in ([0, 0], [9, 0], [0, 9])])
    start = X[[0, 40, 80]]
    h = KMeans(3, init=start, algorithm="descent", tol=1e-7, max_iter=5000, record=True, **how)
    h.fit(X)
    cycles = KMeans(3, init=start, tol=0).fit(X)
    np.testing.assert_allclose(h.cluster_centers_, cycles.cluster_centers_, atol=1e-5)
    assert (h.labels_ == cycles.labels_).all()
    assert h.inertia_ == -h.score(X)
    losses = [step["loss"] for step in h.trace_["half_steps"]]
    assert losses[-1] < losses[0]
    if not how:
        assert (np.diff(losses) <= 1e-9).all()
    assert "gradient" in h.trace_["stopped"]
    assert "Descent" in str(h.explain())


def test_descent_finds_no_global_minimum_for_sure() -> None:
    """6.2.14-descent-local-minimum: a start that splits one group is a bad one for both."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(30, 2)) + c for c in ([0, 0], [40, 0], [40, 12])])
    bad = np.array([[-1.0, 0.0], [1.0, 0.0], [40.0, 6.0]])
    good = KMeans(3, n_init=5).fit(X).inertia_
    for algorithm in ("lloyd", "descent"):
        h = KMeans(3, init=bad, algorithm=algorithm, max_iter=3000).fit(X)
        assert h.inertia_ > 5 * good


def test_a_mean_that_serves_nobody_stays_under_descent() -> None:
    with pytest.warns(ConvergenceWarning, match="1 of 2 clusters are empty.*gradient is zero"):
        h = KMeans(2, init=[[5.0], [99.0]], algorithm="descent").fit(LINE)
    assert h.cluster_centers_.ravel().tolist() == [5.5, 99.0]


def test_stochastic_descent_on_k_means() -> None:
    rng = np.random.default_rng(5)
    X = np.vstack([rng.normal(size=(100, 2)) + c for c in ([0, 0], [9, 9])])
    J = k_means_objective(X, 2)
    found = minimize(J, X[[0, 100]], step_size="1/t", batches=Batches(10), stop=Steps(400))
    assert J.value(found.theta) < 1.02 * KMeans(2).fit(X).inertia_ / 200


def test_descent_that_runs_out_of_steps_says_so() -> None:
    rng = np.random.default_rng(1)
    with pytest.warns(ConvergenceWarning, match="max_iter = 2 steps"):
        KMeans(3, algorithm="descent", max_iter=2).fit(rng.normal(size=(60, 2)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = descended_k_means(LINE, LINE[:2], max_iter=1, step_size=0.1)
    assert run.reason == "cycles"


@given(st.integers(0, 2**32 - 1))
def test_sums_are_those_of_exact_arithmetic(seed: int) -> None:
    """Sums are rounded once: as `math.fsum` has them, in any order, and as weights have it."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(200, 2)) * np.logspace(0, 12, 200)[rng.permutation(200), None]
    y, counts = rng.integers(0, 3, 200), rng.integers(1, 5, 200)
    sums, _ = cluster_sums(X, y, 3)
    order = rng.permutation(200)
    assert (cluster_sums(X[order], y[order], 3)[0] == sums).all()
    weighted, total = cluster_sums(X, y, 3, counts.astype(float))
    again = cluster_sums(np.repeat(X, counts, axis=0), np.repeat(y, counts), 3)
    assert (weighted == again[0]).all()
    assert (total == again[1]).all()
    for j in range(3):
        for t in range(2):
            assert sums[j, t] == math.fsum(X[y == j, t])
    thirds = compensated_sum(X[:, 0], np.full(200, 0.1))
    exact = math.fsum(float(x) * 0.1 for x in X[:, 0])
    assert math.isclose(thirds, exact, rel_tol=1e-12, abs_tol=1e-3)

"""`RadialBasis`: the function, its limits, exact distances, the choice of centres and of β."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import make_pipeline

from pellucid import LogisticClassifier, RadialBasis, Ridge, load_model, save_model
from pellucid.data import blobs, ring_and_disc, waveform
from pellucid.errors import (
    FramingError,
    HyperparameterError,
    ScaleWarning,
    TooFewRowsError,
    TooFewRowsWarning,
    TooLargeError,
)
from pellucid.features.radial_kernel import median_beta, radial_features, squared_distances


def rows(n: int = 30, d: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


@pytest.mark.parametrize("d", [1, 2, 40])
def test_equals_the_formula_and_scikit_learns_kernel(d: int) -> None:
    """5.2.2-radial-function: exp(−β‖p − x‖²) of each pair (Def 190)."""
    X, P = rows(50, d), rows(20, d, 1)
    plain = np.exp(-0.7 * ((X[:, None] - P) ** 2).sum(axis=2))
    np.testing.assert_allclose(radial_features(X, P, 0.7), plain, rtol=1e-11)
    np.testing.assert_allclose(radial_features(X, P, 0.7), rbf_kernel(X, P, gamma=0.7), rtol=1e-11)


def test_every_training_point_is_a_centre_and_is_kept() -> None:
    """5.2.2-radial-transform: n features, of the points of the fit, for new rows too (Def 191)."""
    X, new = rows(), rows(7, seed=5)
    basis = RadialBasis(beta=0.5).fit(X)
    assert (basis.centers_ == X).all()
    features = basis.transform(new)
    assert features.shape == (7, 30)
    np.testing.assert_allclose(features[3, 4], np.exp(-0.5 * ((new[3] - X[4]) ** 2).sum()))
    assert basis.get_feature_names_out()[:2].tolist() == ["radialbasis0", "radialbasis1"]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.integers(1, 5))
def test_properties(seed: int, beta: float, d: int) -> None:
    """5.2.2-radial-properties: 1 at its point, between 0 and 1, symmetric in p and x."""
    X = rows(8, d, seed)
    features = RadialBasis(beta=beta).fit_transform(X)
    assert (np.diag(features) == 1).all()
    assert features.min() >= 0
    assert features.max() <= 1
    np.testing.assert_allclose(features, features.T, rtol=1e-9, atol=1e-300)


def test_a_large_beta_tends_to_the_identity_and_a_small_one_to_ones() -> None:
    X = rows()
    assert (RadialBasis(beta=1e9).fit_transform(X) == np.eye(30)).all()
    np.testing.assert_allclose(RadialBasis(beta=1e-12).fit_transform(X), 1, atol=1e-9)


@settings(deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 6),
    st.floats(-1e8, 1e8),
    st.sampled_from([1e-150, 1, 1e4]),
)
def test_no_distance_loses_its_digits(seed: int, d: int, shift: float, scale: float) -> None:
    """Points far from the origin and near one another: the product form alone cancels there."""
    random = np.random.default_rng(seed)
    X = scale * random.normal(size=(12, d)) + shift
    P = np.vstack([X[:3], X[3:6] + 1e-7 * scale * random.normal(size=(3, d))])
    np.testing.assert_allclose(squared_distances(X, P), cdist(X, P, "sqeuclidean"), rtol=1e-10)


def test_distances_beyond_the_largest_number_are_far() -> None:
    X = np.array([[0.0], [1e200]])
    assert (RadialBasis(beta=1.0).fit_transform(X) == np.eye(2)).all()
    assert np.isfinite(RadialBasis().fit_transform(X)).all()


@pytest.mark.parametrize("metric", ["cityblock", "cosine", lambda x, p: float(np.abs(x - p).max())])
def test_any_distance_takes_the_place_of_the_squared_one(metric: Any) -> None:
    X = rows()
    features = RadialBasis(beta=0.4, metric=metric).fit_transform(X)
    np.testing.assert_allclose(features, np.exp(-0.4 * cdist(X, X, metric)), rtol=1e-12)


def test_a_distance_that_is_none_is_refused() -> None:
    with pytest.raises(HyperparameterError, match="metric must be"):
        RadialBasis(metric="nearness").fit(rows())
    with pytest.raises(HyperparameterError, match="gives a negative number"):
        RadialBasis(beta=1.0, metric=lambda x, p: -1.0).fit_transform(rows())


def test_blocks_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory beyond the features themselves is that of one block a thread."""
    X, P = rows(500), rows(40, seed=1)
    whole = radial_features(X, P, 0.3)
    monkeypatch.setattr("pellucid.features.radial_kernel.BLOCK_NUMBERS", 400)
    np.testing.assert_allclose(radial_features(X, P, 0.3), whole, rtol=1e-12)


def test_more_features_than_memory_are_told_before_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    basis = RadialBasis().fit(rows(600))
    monkeypatch.setattr("pellucid.features.memory_limit.total_memory", lambda: 1 << 20)
    with pytest.raises(TooLargeError, match=r"600 rows of 600 features.*Choose fewer centres"):
        basis.transform(rows(600))


def test_random_centres_are_rows_and_depend_on_the_seed() -> None:
    X = rows(100)
    one, again, other = (
        RadialBasis(10, centers="random", random_state=s).fit(X).centers_ for s in (0, 0, 1)
    )
    assert (one == again).all()
    assert not (one == other).all()
    assert {tuple(p) for p in one} <= {tuple(x) for x in X}
    assert len(np.unique(one, axis=0)) == 10


def test_centres_by_k_means_stand_in_the_groups() -> None:
    means = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    X, _ = blobs(300, means, spread=0.5)
    found = RadialBasis(3).fit(X).centers_
    assert np.sqrt(squared_distances(means, found)).min(axis=1).max() < 0.2


def test_fewer_rows_than_centres() -> None:
    with pytest.warns(TooFewRowsWarning, match="30 rows for 31 centres"):
        assert len(RadialBasis(31).fit(rows()).centers_) == 30
    assert RadialBasis(30).fit(rows()).warnings_ == []


def test_the_median_rule() -> None:
    """At the median distance a feature is 1/e; points that all agree leave β at 1."""
    X = np.array([[0.0], [1.0], [3.0]])
    assert RadialBasis().fit(X).beta_ == 1 / 4
    assert RadialBasis().fit(np.ones((5, 2))).beta_ == 1
    assert median_beta(np.array([np.inf])) == 1
    assert 0.1 < RadialBasis().fit(rows(5000)).beta_ * 2 * 3 < 2


def test_beta_tuned_by_answers_beats_the_median_rule() -> None:
    """A fast wave wants a narrower neighbourhood than the median distance."""
    X, y = waveform(300, frequency=25.0, noise=0.05)
    new, truth = waveform(300, frequency=25.0, noise=0.0, seed=1)
    losses = {}
    for beta in ("median", "tuned"):
        model = make_pipeline(RadialBasis(60, beta=beta), Ridge(lam=1e-6)).fit(X, y)
        losses[beta] = float(np.mean((model.predict(new) - truth) ** 2))
    assert losses["tuned"] < losses["median"] / 10
    basis = RadialBasis(60, beta="tuned").fit(X, y)
    assert basis.beta_ in basis.tried_
    assert len(basis.tried_) == 9
    assert "left-out loss" in str(basis.explain())


def test_beta_is_tuned_by_labels_and_by_several_answers_too() -> None:
    X, y = ring_and_disc(200)
    names = np.array(["disc", "ring"])[y]
    assert RadialBasis(20, beta="tuned").fit(X, names).beta_ > 0
    both = RadialBasis(20, beta="tuned").fit(X, np.column_stack([y, 1 - y]))
    assert both.beta_ > 0
    assert RadialBasis(beta="tuned", centers="random").fit(*waveform(500)).beta_ > 0
    with pytest.raises(FramingError, match="needs answers"):
        RadialBasis(beta="tuned").fit(X)
    with pytest.raises(TooFewRowsError, match="1 sample"):
        RadialBasis(beta="tuned").fit(X[:1], y[:1])
    with pytest.raises(FramingError, match="200 rows and y has 3"):
        RadialBasis(beta="tuned").fit(X, y[:3])


def test_a_column_that_decides_alone_is_named() -> None:
    """5.2.2-input-scale: the units of the inputs decide what is close."""
    X = rows() * [1.0, 1000.0, 1.0]
    with pytest.warns(ScaleWarning, match=r"column 1 makes 100 % of the squared distances"):
        basis = RadialBasis().fit(X)
    assert "Standardize the columns" in str(basis.explain())
    assert basis.transform(X).shape == (30, 30)  # and the feature count equals n
    moved = X.copy()
    moved[:, 0] += 5.0
    np.testing.assert_allclose(basis.transform(moved), basis.transform(X), rtol=1e-3)


def test_a_model_file_keeps_it(tmp_path: Any) -> None:
    basis = RadialBasis(5).fit(rows())
    save_model(basis, tmp_path / "basis.pellucid")
    again = load_model(tmp_path / "basis.pellucid")
    assert (again.transform(rows(4)) == basis.transform(rows(4))).all()


def test_a_linear_machine_bends_round_any_shape() -> None:
    X, y = ring_and_disc(300)
    model = make_pipeline(RadialBasis(30), LogisticClassifier(lam=1e-4)).fit(X, y)
    assert model.score(*ring_and_disc(300, seed=1)) > 0.99
    assert clone(model).fit(X, y).score(X, y) == model.score(X, y)

"""One model a cluster: each as if it stood alone, and the gain it brings."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN

from pellucid import ClusterThenModel, HierarchicalClusters, KMeans, LeastSquares, Ridge
from pellucid.data.synthetic_groups import simpson
from pellucid.errors import HyperparameterError, TooFewRowsWarning
from pellucid.jobs.cluster.cluster_gain import cluster_gain
from pellucid.linear import LogisticClassifier, MajorityBaseline


def test_each_cluster_has_the_model_of_its_own_rows() -> None:
    """6.3.10-cluster-then-model: as fitting each group by hand."""
    X, y, _ = simpson(120)
    found = ClusterThenModel(Ridge(lam=0.1), n_clusters=3).fit(X, y)
    labels = found.labels(X)
    for j, model in enumerate(found.models_):
        own = labels == j
        alone = Ridge(lam=0.1).fit(X[own], y[own])
        np.testing.assert_allclose(model.coef_, alone.coef_)
        np.testing.assert_allclose(found.predict(X)[own], alone.predict(X[own]))
    one = ClusterThenModel(n_clusters=1).fit(X, y)
    np.testing.assert_allclose(one.predict(X), LeastSquares().fit(X, y).predict(X))


def test_small_clusters_are_answered_by_the_whole() -> None:
    X = np.r_[np.arange(30.0), 1000.0, 1001.0][:, None]
    y = 2 * X[:, 0]
    with pytest.warns(TooFewRowsWarning, match="fewer than 10"):
        found = ClusterThenModel(n_clusters=2).fit(X, y)
    assert sum(model is found.whole_ for model in found.models_) == 1
    np.testing.assert_allclose(found.predict(X), y, atol=1e-9)


def test_any_clustering_that_predicts_will_do() -> None:
    X, y, _ = simpson(120, 4)
    for clusters in (KMeans(4, n_init=10, random_state=1), HierarchicalClusters(4)):
        found = ClusterThenModel(clusters=clusters).fit(X, y)
        assert all(model.coef_[0] < 0 for model in found.models_)
    with pytest.raises(HyperparameterError, match="must have predict"):
        ClusterThenModel(clusters=DBSCAN()).fit(X, y)


def test_classes_that_a_cluster_lacks_have_probability_zero() -> None:
    random = np.random.default_rng(0)
    X = np.concatenate([random.normal(size=(60, 2)), 20 + random.normal(size=(60, 2))])
    y = np.where(X[:, 0] > 0, "b", "a")
    y[60:] = "b"  # one cluster knows one class only
    found = ClusterThenModel(LogisticClassifier(lam=0.01), n_clusters=2).fit(X, y)
    p = found.predict_proba(X)
    assert p.shape == (120, 2)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    assert any(isinstance(model, MajorityBaseline) for model in found.models_)
    assert found.score(X, y) > 0.9
    assert not hasattr(ClusterThenModel(), "predict_proba")


def test_the_gain_is_measured_on_rows_held_out() -> None:
    """6.3.10-cluster-then-model: clusters help where trends differ, and not where they do not."""
    X, y, _ = simpson(150)
    found = cluster_gain(LeastSquares(), X, y, n_clusters=3)
    assert found.helps
    assert found.gain.mean == pytest.approx(found.whole.mean - found.clustered.mean)
    assert "clusters help" in str(found)
    straight = X[:, 0] + np.random.default_rng(0).normal(size=len(X))
    none = cluster_gain(LeastSquares(), X, straight, n_clusters=3)
    assert not none.helps
    assert "do not help" in str(none)

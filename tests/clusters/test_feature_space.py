"""Clustering φ(x) instead of x: any transformation may stand in front of k-means."""

from __future__ import annotations

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from pellucid import PolynomialBasis
from pellucid.clusters import KMeans, consistency
from pellucid.clusters.quality import silhouettes
from pellucid.data.synthetic_groups import blobs, ring_and_disc


def radius(X: np.ndarray) -> np.ndarray:
    return np.linalg.norm(X, axis=1, keepdims=True)


def test_a_pipeline_clusters_in_feature_space() -> None:
    """6.3.5-feature-space"""
    X, group = ring_and_disc(300, seed=2)
    found = make_pipeline(FunctionTransformer(radius), KMeans(2, n_init=5, random_state=0)).fit(X)
    alone = KMeans(2, n_init=5, random_state=0).fit(radius(X))
    assert (found.predict(X) == alone.labels_).all()
    assert consistency(found.predict(X), group) == 1.0
    # x₁², x₁x₂ and x₂² hold the squared radius: a polynomial basis does as well
    squares = PolynomialBasis(order=2).fit_transform(X)[:, -3:][:, [0, 2]].sum(axis=1)
    basis = KMeans(2, n_init=5, random_state=0).fit(squares[:, None])
    assert consistency(basis.labels_, group) > 0.9


def test_standardising_is_such_a_transformation() -> None:
    """6.3.5-feature-space"""
    X, group = blobs(200, [[0, 0], [0, 6]], seed=0)
    X *= [50.0, 1.0]
    raw = KMeans(2, n_init=5, random_state=0).fit(X)
    scaled = make_pipeline(StandardScaler(), KMeans(2, n_init=5, random_state=0)).fit(X)
    assert consistency(raw.labels_, group) < 0.1 < 0.9 < consistency(scaled.predict(X), group)


def test_near_each_other_and_far_from_the_rest_is_what_a_silhouette_measures() -> None:
    """6.1.2-cluster: two such groups score near 1, one lump that was cut scores low."""
    X, group = blobs(120, [[0, 0], [30, 0]], seed=0)
    assert silhouettes(X, group).min() > 0.8
    lump = X[group == 0]
    cut = KMeans(2, n_init=5, random_state=0).fit(lump)
    assert silhouettes(lump, cut.labels_).mean() < 0.5

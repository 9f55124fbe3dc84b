"""Groups within groups: nested at every level, the same whatever the order, as SciPy merges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster.hierarchy import fcluster, is_monotonic, is_valid_linkage, linkage

from pellucid import HierarchicalClusters
from pellucid.clusters.quality import consistency
from pellucid.clusters.solvers.cluster_tree import members_of_nodes
from pellucid.data.synthetic_groups import blobs
from pellucid.errors import HyperparameterError, TooFewRowsError, TooFewRowsWarning

points = arrays(np.float64, st.tuples(st.integers(3, 25), st.integers(1, 3)),
                elements=st.integers(-50, 50).map(float))  # fmt: skip
pytestmark = pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")


@given(points, st.sampled_from(["split", "merge"]))
def test_a_finer_level_only_splits(X: np.ndarray, algorithm: str) -> None:
    """6.3.4-hierarchical: each fine group lies in one coarse group; every level has its number."""
    found = HierarchicalClusters(algorithm=algorithm).fit(X)
    most = len(found.linkage_) + 1
    if most > 1:
        assert is_valid_linkage(found.linkage_)
        assert is_monotonic(found.linkage_)
    coarse = found.cut(1)
    assert (coarse == 0).all()
    for k in range(2, most + 1):
        fine = found.cut(k)
        assert sorted(np.unique(fine)) == list(range(k))
        for group in range(k):
            assert len(np.unique(coarse[fine == group])) == 1
        coarse = fine


@given(points)
@settings(max_examples=25, deadline=None)
def test_labels_are_predictions_at_every_level(X: np.ndarray) -> None:
    found = HierarchicalClusters(3, random_state=1).fit(X) if len(X) >= 3 else None
    assert found is not None
    assert (found.labels_ == found.predict(X)).all()
    for k in range(1, len(found.linkage_) + 2):
        assert (found.cut(k) == found.predict(X, k)).all()


def test_splitting_lowers_the_loss_by_what_the_heights_say() -> None:
    X, _ = blobs(200, 6, seed=3)
    found = HierarchicalClusters(most_leaves=6).fit(X)

    def loss(k: int) -> float:
        labels = found.cut(k)
        return sum(
            float(((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum()) for j in range(k)
        )

    falls = [loss(k) - loss(k + 1) for k in range(1, 6)]
    heights = found.linkage_[::-1, 2]
    exact = np.maximum.accumulate(np.sqrt(2 * np.array(falls))[::-1])[::-1]
    np.testing.assert_allclose(heights, exact, rtol=1e-9)


def test_well_parted_groups_are_found_at_each_level() -> None:
    """6.3.4-hierarchical: fish and birds first, then the kinds of each."""
    X, kind = blobs(120, [[0, 0], [3, 0], [20, 0], [23, 0]], spread=0.3, seed=0)
    for algorithm in ("split", "merge"):
        found = HierarchicalClusters(algorithm=algorithm).fit(X)
        assert consistency(found.cut(2), kind // 2) == 1.0
        assert consistency(found.cut(4), kind) == 1.0
        assert consistency(found.cut(height=40.0), kind // 2) == 1


@pytest.mark.parametrize("method", ["ward", "average", "complete", "single"])
def test_merging_is_scipys(method: str) -> None:
    X, _ = blobs(60, 5, seed=1)
    found = HierarchicalClusters(5, algorithm="merge", linkage=method).fit(X)
    theirs = fcluster(linkage(X, method), 5, "maxclust")
    assert consistency(found.labels_, theirs) == 1.0
    again = found.predict(X)
    if method == "ward":
        assert consistency(found.labels_, again) > 0.9


def test_what_cannot_be_grouped_is_said() -> None:
    with pytest.raises(TooFewRowsError, match="at most 3"):
        HierarchicalClusters(5).fit(np.eye(3))
    with pytest.warns(TooFewRowsWarning, match="only 2 different"):
        few = HierarchicalClusters(3).fit([[0.0], [0.0], [1.0], [1.0]])
    assert len(few.cluster_centers_) == 2
    fitted = HierarchicalClusters(most_leaves=4).fit(np.arange(20.0)[:, None])
    with pytest.raises(HyperparameterError, match="Raise most_leaves"):
        fitted.cut(9)
    with pytest.raises(HyperparameterError, match="every pair"):
        HierarchicalClusters(algorithm="merge").fit(np.arange(20_001.0)[:, None])
    with pytest.raises(HyperparameterError, match="whole weights"):
        HierarchicalClusters(algorithm="merge").fit(np.eye(3), sample_weight=[1, 0.5, 2])


@given(points)
def test_the_members_of_a_node_are_those_of_both_its_parts(X: np.ndarray) -> None:
    tree = linkage(X, "ward")
    members = members_of_nodes(tree)
    assert [each.tolist() for each in members[: len(X)]] == [[row] for row in range(len(X))]
    assert len(members) == 2 * len(X) - 1
    for row, node in enumerate(tree, len(X)):
        parts = [*members[int(node[0])], *members[int(node[1])]]
        assert sorted(members[row]) == sorted(parts)
        assert len(parts) == node[3]

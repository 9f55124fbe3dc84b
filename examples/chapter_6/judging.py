"""Chapter 6.2.14 and 6.3.4-6.3.12: judging clusters, claim by claim, each with its picture.

python examples/chapter_6/judging.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from pellucid import ClusterThenModel, HierarchicalClusters, LeastSquares
from pellucid.clusters import KMeans, choose_k, consistency, loss_per_point
from pellucid.clusters.kernels.k_means_loss import k_means_loss, loss_gradient, nearest_mean
from pellucid.clusters.quality import agreement
from pellucid.data.synthetic_groups import (
    blobs,
    off_centre_ring,
    ring_and_disc,
    semicircles,
    simpson,
    two_rings,
)
from pellucid.jobs.cluster.cluster_gain import cluster_gain
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.clusters import (
    clustered_points,
    clusterings,
    consistency_by_k,
    linkage_tree,
    mean_paths,
    pooled_and_group_lines,
)

TRIANGLE = [[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]]


def descent_reaches_a_minimum_too() -> Figure:
    """Gradient descent on the means alone reaches a minimum, with labels read off afterwards.

    6.2.14-descent-local-minimum
    """
    X, _ = blobs(150, TRIANGLE, seed=1)
    means = X[[0, 10, 40]].copy()
    walked = [means]
    for _ in range(300):
        means = means - 0.25 * loss_gradient(X, means) / len(X)
        walked.append(means)
    labels = nearest_mean(X, means)[0]
    assert np.abs(loss_gradient(X, means)).max() < 1e-6 * len(X)
    loss = k_means_loss(X, means, labels)
    random = np.random.default_rng(0)
    for _ in range(50):
        nearby = means + 0.05 * random.normal(size=means.shape)
        assert k_means_loss(X, nearby, nearest_mean(X, nearby)[0]) > loss
    # Where a point changes cluster the loss bends, but it does not jump.
    way = np.linspace(0, 1, 2001)
    along = [means + s * (walked[0] - means) for s in way]
    heights = np.array([k_means_loss(X, m, nearest_mean(X, m)[0]) for m in along])
    assert np.abs(np.diff(heights)).max() < 0.01 * np.ptp(heights)
    return mean_paths(X, walked, labels)


def coarse_groups_contain_fine_ones() -> Figure:
    """Groups at several levels: each coarse one contains fine ones, and a cut reads any level.

    6.3.4-hierarchical
    """
    centres = {"trout": (0, 0), "shark": (3, 0), "owl": (22, 8), "wren": (25, 8), "bat": (22, 22)}
    X, kind = blobs(200, list(centres.values()), spread=0.4, seed=3)
    found = HierarchicalClusters(most_leaves=5).fit(X)
    for coarse in range(1, 5):
        wide, fine = found.cut(coarse), found.cut(coarse + 1)
        for group in range(coarse + 1):
            assert len(np.unique(wide[fine == group])) == 1
    assert consistency(found.cut(5), kind) == 1.0
    assert len(np.unique(found.cut(3)[np.isin(kind, (0, 1))])) == 1  # the fish are one group
    names = [list(centres)[int(kind[found.leaves_ == leaf][0])] for leaf in range(5)]
    return linkage_tree(found.linkage_, k=3, names=names)


def standardizing_undoes_a_stretched_axis() -> Figure:
    """With one axis stretched k-means cuts along it; standardised, it finds the groups.

    6.3.5-standardizing-helps
    """
    X, group = blobs(300, [[0.0, 0.0], [0.0, 6.0]], seed=0)
    stretched = X * [20.0, 1.0]
    scaled = (stretched - stretched.mean(axis=0)) / stretched.std(axis=0)
    raw, better = (KMeans(2, n_init=10, random_state=0).fit(Z).labels_ for Z in (stretched, scaled))
    assert consistency(raw, group) < 0.1
    assert consistency(better, group) > 0.97
    return clusterings(
        [("as measured", stretched, raw, None), ("standardised", scaled, better, None)]
    )


def a_large_test_loss_tells_a_misfit() -> Figure:
    """Held-out loss tells when means fit their rows only, or not the distribution at all.

    6.3.6-large-test-loss
    """
    X, _ = blobs(600, TRIANGLE, seed=1)
    seen, unseen = X[:60], X[60:]
    right, many = (KMeans(k, n_init=10, random_state=0).fit(seen) for k in (3, 30))
    gaps = [
        loss_per_point(unseen, h.cluster_centers_) / loss_per_point(seen, h.cluster_centers_)
        for h in (right, many)
    ]
    assert gaps[0] < 1.6
    assert gaps[1] > 5  # thirty means follow sixty rows
    elsewhere = KMeans(3, n_init=10, random_state=0).fit(seen + [15.0, 0.0])
    apart = loss_per_point(unseen, elsewhere.cluster_centers_)
    assert apart > 10 * loss_per_point(unseen, right.cluster_centers_)
    return clusterings(
        [
            (f"k = {len(h.cluster_centers_)}: held out / trained = {gap:.1f}", unseen,
             h.predict(unseen), h.cluster_centers_)
            for h, gap in ((right, gaps[0]), (many, gaps[1]))
        ]
    )  # fmt: skip


def consistent_is_not_relevant() -> Figure:
    """Groups can come back every time and still not be the ones that matter.

    6.3.8-consistent-not-relevant
    """
    random = np.random.default_rng(0)
    scanner, sick = np.arange(300) % 2, (np.arange(300) // 2) % 2
    X = np.column_stack([9.0 * scanner, 2.5 * sick]) + random.normal(size=(300, 2))
    found = choose_k(X, range(2, 6), splits=8, references=19)
    labels = KMeans(2, n_init=10, random_state=0).fit(X).labels_
    few = [None] * 300
    for row in range(0, 300, 15):
        few[row] = "sick" if sick[row] else "well"
    assert found.at(2).consistency > 0.97  # real, and about the scanner
    assert consistency(labels, scanner) == 1.0
    assert agreement(labels, few).rows == 20
    assert agreement(labels, few).index < 0.2
    return consistency_by_k(found)


def one_regression_a_cluster_wins() -> Figure:
    """One regression a cluster predicts better than one for all rows.

    6.3.10-per-cluster-regression
    """
    X, y, group = simpson(240, seed=1)
    found = cluster_gain(LeastSquares(), X, y, n_clusters=3)
    assert found.helps
    assert found.clustered.mean < 0.2 * found.whole.mean
    straight = 2 * X[:, 0] + np.random.default_rng(0).normal(size=len(y))
    assert not cluster_gain(LeastSquares(), X, straight, n_clusters=3).helps
    return pooled_and_group_lines(X[:, 0], y, group, names=("exercise", "heart disease"))


def the_pooled_trend_turns_round() -> Figure:
    """Over all rows disease rises with exercise; in every age group it falls.

    6.3.11-simpson-reversal
    """
    X, y, age = simpson()
    pooled = LeastSquares().fit(X, y)
    by_cluster = ClusterThenModel(LeastSquares(), n_clusters=3).fit(X, y)
    assert pooled.coef_[0] > 0
    assert all(own.coef_[0] < 0 for own in by_cluster.models_)
    assert consistency(by_cluster.labels(X), age) == 1.0  # found without the ages
    return pooled_and_group_lines(
        X[:, 0], y, by_cluster.labels(X), names=("exercise", "heart disease")
    )


def rings_and_semicircles_defeat_means() -> Figure:
    """k-means fails on a ring around a disc and on two semicircles, and that is said.

    6.3.12-rings-fail
    """
    panels = []
    for title, make in (("ring and disc", ring_and_disc), ("semicircles", semicircles)):
        X, group = make(400, seed=0)
        found = KMeans(2, n_init=20, random_state=0).fit(X)
        assert consistency(found.labels_, group) < 0.4
        assert choose_k(X, range(2, 7), splits=8, references=19).no_clusters
        panels.append((title, X, found.labels_, found.cluster_centers_))
    return clusterings(panels, regions=True)


def the_radius_rescues_the_centred_ring() -> Figure:
    """The radius as a feature rescues the ring about the origin, no other.

    6.3.12-radius-feature
    """
    panels, right = [], {}
    for title, make in (
        ("centred", ring_and_disc), ("off centre", off_centre_ring), ("two rings", two_rings),
    ):  # fmt: skip
        X, group = make(400, seed=0)
        radius = np.linalg.norm(X, axis=1, keepdims=True)
        labels = KMeans(2, n_init=20, random_state=0).fit(radius).labels_
        right[title] = consistency(labels, group)
        panels.append((f"{title}: {right[title]:.2f}", X, labels, None))
    assert right["centred"] > 0.97
    assert max(right["off centre"], right["two rings"]) < 0.4
    return clusterings(panels)


def five_groups_to_the_eye() -> Figure:
    """Five groups that anyone would outline, found alike.

    6.0.1-groups-revealed
    """
    X, group = blobs(300, [[0, 0], [6, 1], [1, 7], [8, 8], [14, 3]], spread=0.9, seed=5)
    found = choose_k(X, range(2, 9), splits=8, references=19)
    assert found.k == 5
    return clustered_points(X, group)


CLAIMS = (
    descent_reaches_a_minimum_too,
    coarse_groups_contain_fine_ones,
    standardizing_undoes_a_stretched_axis,
    a_large_test_loss_tells_a_misfit,
    consistent_is_not_relevant,
    one_regression_a_cluster_wins,
    the_pooled_trend_turns_round,
    rings_and_semicircles_defeat_means,
    the_radius_rescues_the_centred_ring,
    five_groups_to_the_eye,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

"""Pictures of clusters: each drawn from a real fit, on axes of one's own, the same bytes twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.clusters import HierarchicalClusters, KMeans, choose_k, silhouettes
from pellucid.data.synthetic_groups import blobs, ring_and_disc, semicircles, simpson
from pellucid.jobs.cluster.cluster_result import PrincipalAxes
from pellucid.pictures import clusters
from pellucid.pictures.style import to_svg

CORNERS = [[0, 0], [8, 0], [0, 8], [8, 8], [4, 15]]
X, GROUP = blobs(150, CORNERS, seed=4)
AXES = PrincipalAxes(
    X, np.array(CORNERS, dtype=float), GROUP + 1, (0.6, 0.4), ((("a", 1.0),), (("b", -1.0),))
)
TREND = simpson(60)


@cache
def found() -> KMeans:
    return KMeans(5, init="random", n_init=1, random_state=1, record=True).fit(X)


@cache
def choice(structured: bool = True) -> Any:
    if structured:
        return choose_k(X, (2, 3, 5), splits=4, references=19)
    noise = np.random.default_rng(0).normal(size=(60, 2))
    return choose_k(noise, (2, 3), splits=4, references=19)


@cache
def tree() -> tuple[HierarchicalClusters, Any]:
    """The tree, and how many points of each group its leaves hold."""
    grown = HierarchicalClusters(most_leaves=6).fit(X)
    counts = [[np.sum((grown.leaves_ == leaf) & (g == GROUP)) for g in range(5)]
              for leaf in range(6)]  # fmt: skip
    return grown, np.array(counts)


def steps() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = found().trace_["half_steps"]
    return made


PICTURES: dict[str, Callable[..., Figure]] = {
    "points": lambda ax=None: clusters.clustered_points(
        X, GROUP, found().cluster_centers_, regions=True, ax=ax
    ),
    "paths": lambda ax=None: clusters.mean_paths(
        X, [s["means"] for s in steps()], found().labels_, ax
    ),
    "loss": lambda ax=None: clusters.loss_by_k(choice(), ax=ax),
    "consistency": lambda ax=None: clusters.consistency_by_k(choice(), ax=ax),
    "no clusters": lambda ax=None: clusters.consistency_by_k(choice(False), ax=ax),
    "beyond": lambda ax=None: clusters.compactness_by_k(choice(), ax=ax),
    "silhouette": lambda ax=None: clusters.silhouette(GROUP + 1, silhouettes(X, GROUP), ax=ax),
    "axes": lambda ax=None: clusters.principal_axes(AXES, ax=ax),
    "tree": lambda ax=None: clusters.linkage_tree(tree()[0].linkage_, tree()[1], 5, ax=ax),
    "named tree": lambda ax=None: clusters.linkage_tree(
        tree()[0].linkage_, names=[*"uvwxyz"], ax=ax
    ),
    "trends": lambda ax=None: clusters.pooled_and_group_lines(
        TREND[0][:, 0], TREND[1], TREND[2], ax=ax
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_returns_a_figure_and_draws_on_given_axes(name: str) -> None:
    assert isinstance(PICTURES[name](), Figure)
    mine = Figure()
    axes: Any = mine.add_subplot()
    assert PICTURES[name](ax=axes) is mine
    assert axes.has_data()
    assert axes.get_xlabel()


@pytest.mark.parametrize("name", PICTURES)
def test_same_bytes_twice(name: str) -> None:
    assert to_svg(PICTURES[name](), name) == to_svg(PICTURES[name](), name)


def test_five_groups_each_in_a_colour_and_mark_of_their_own() -> None:
    """6.0.1-five-groups-figure"""
    axes = clusters.clustered_points(X, GROUP).axes[0]
    clouds = axes.collections
    assert len(clouds) == 5
    assert len({tuple(c.get_facecolor()[0]) for c in clouds}) == 5
    assert len({c.get_paths()[0].vertices.tobytes() for c in clouds}) == 5
    assert sum(len(c.get_offsets()) for c in clouds) == 150


def test_half_steps_show_the_four_stages_of_the_notes() -> None:
    """6.2.8-initialization-figure, 6.2.9-moved-means-figure, 6.2.10-reassigned-figure,
    6.2.12-converged-figure
    """
    figure = clusters.k_means_frames(X, steps())
    titles = [axes.get_title("left").partition("\n")[0] for axes in figure.axes]
    assert titles[:3] == ["1) assigned", "2) moved", "3) assigned"]
    assert titles[-1] == f"{len(steps())}) {steps()[-1]['what']}"
    arrows = [len(axes.texts) for axes in figure.axes]
    assert arrows[0] == arrows[2] == 0 < arrows[1]  # means move in the second frame only
    losses = [steps()[i]["loss"] for i in (0, 1, 2, -1)]
    assert losses == sorted(losses, reverse=True)


def test_the_path_of_the_means_is_drawn_from_its_start() -> None:
    """6.2.14-descent-figure"""
    walked = [s["means"] for s in steps()]
    axes = clusters.mean_paths(X, walked, found().labels_).axes[0]
    crosses = [line for line in axes.lines if line.get_marker() == "X"]
    starts = {tuple(line.get_xydata()[0]) for line in crosses}
    assert starts == {tuple(mean) for mean in walked[0]}


def test_two_clusterings_stand_side_by_side() -> None:
    """6.3.1-bad-start-figure, 6.3.3-two-readings-figure, 6.3.12-rings-figure"""
    bad = KMeans(5, init=np.array([[0, 0], [0, 1], [1, 0], [8, 0], [4, 12.0]]), n_init=1).fit(X)
    assert bad.inertia_ > 1.5 * KMeans(5, n_init=10, random_state=0).fit(X).inertia_
    panels = [("unlucky", X, bad.labels_, bad.cluster_centers_), ("true", X, GROUP, None)]
    for name, make in (("ring", ring_and_disc), ("bows", semicircles)):
        Z, group = make(100)
        panels.append((name, Z, group, None))
    figure = clusters.clusterings(panels)
    assert [axes.get_title("left") for axes in figure.axes] == ["unlucky", "true", "ring", "bows"]


def test_a_tree_is_cut_where_it_says() -> None:
    """6.3.4-tree-figure"""
    grown, counts = tree()
    axes = clusters.linkage_tree(grown.linkage_, counts, 5).axes[0]
    cut = next(line for line in axes.lines if line.get_label() == "cut into 5")
    height = cut.get_ydata()[0]
    assert (grown.linkage_[:, 2] > height).sum() == 4
    assert (grown.cut(height=height) == grown.cut(5)).all()
    shown = [int(t.get_text()) for t in axes.get_xticklabels()]
    assert sorted(shown) == sorted(counts.sum(axis=1))


def test_the_pooled_line_rises_and_those_of_the_groups_fall() -> None:
    """6.3.11-simpson-figure"""
    axes = clusters.pooled_and_group_lines(TREND[0][:, 0], TREND[1], TREND[2]).axes[0]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert [label.startswith("slope −") for label in labels] == [True, True, True, False]
    assert labels[3].startswith("all rows: slope 0.")

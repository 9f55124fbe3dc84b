"""Pictures of clusters: points with means and regions, half-steps, quality against k, trees.

Groups are told apart by colour and by mark, so that neither is needed alone.

Notes: Def 212, Concept 215, Concept 222, Concept 223, Concept 231, Def 235, Concept 240
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.clusters.choice_of_k import CONSISTENT, ChoiceOfK
from pellucid.clusters.kernels.k_means_loss import nearest_mean
from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.jobs.cluster.cluster_result import PrincipalAxes
from pellucid.pictures.evaluation import shorten_name
from pellucid.pictures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    SERIES,
    axes_for,
    figure_of,
    plain_numbers,
    side_by_side,
)

Array = NDArray[np.float64]
Labels = NDArray[Any]
MARKS = "osD^vPXp*h"
MOST_DOTS = 3_000


def group_colour(group: int) -> str:
    """Colour of a group, counted from 0."""
    return SERIES[group % len(SERIES)]


def clustered_points(
    X: Array,
    labels: Labels,
    means: Array | None = None,
    *,
    title: str = "",
    regions: bool = False,
    names: tuple[str, str] = ("x₁", "x₂"),
    ax: Axes | None = None,
) -> Figure:
    """Points of a plane by group, with the means, and the region that each mean is nearest to.

    Parameters
    ----------
    X : ndarray, shape (n, 2)
    labels : ndarray of int, shape (n,)
        From 0.
    means : ndarray, shape (k, 2), or None
    title : str
    regions : bool
        Whether to tint the plane by nearest mean.
    names : two str
        Names of the axes.
    ax : Axes or None
        Where to draw.

    Notes: Def 212, Def 213
    """
    with axes_for(ax, (4.6, 4.2)) as axes:
        _points(axes, X, labels, means, regions)
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        axes.set_title(title)
        return figure_of(axes)


def _points(axes: Axes, X: Array, labels: Labels, means: Array | None, regions: bool) -> None:
    size = float(np.clip(900 / max(len(X), 1) ** 0.75, 3, 22))
    if regions and means is not None:
        _regions(axes, X, means)
    for j in np.unique(labels):
        own = X[labels == j]
        axes.scatter(
            own[:, 0], own[:, 1], s=size, color=group_colour(int(j)),
            marker=MARKS[int(j) % len(MARKS)], alpha=0.75, linewidths=0, zorder=2,
        )  # fmt: skip
    if means is not None:
        for j, mean in enumerate(means):
            axes.plot(
                *mean, marker=MARKS[j % len(MARKS)], color=group_colour(j), markersize=13,
                markeredgecolor=INK, markeredgewidth=2, zorder=4,
            )  # fmt: skip


def _regions(axes: Axes, X: Array, means: Array) -> None:
    both = np.vstack([X, means])
    low, high = both.min(axis=0), both.max(axis=0)
    room = 0.06 * np.maximum(high - low, 1e-9)
    low, high = low - room, high + room
    u, v = (np.linspace(low[i], high[i], 240) for i in (0, 1))
    grid = np.column_stack([each.ravel() for each in np.meshgrid(u, v)])
    nearest = nearest_mean(grid, means)[0].reshape(len(v), len(u))
    tints = ListedColormap([group_colour(j) for j in range(len(means))])
    axes.imshow(
        nearest, extent=(low[0], high[0], low[1], high[1]), origin="lower", aspect="auto",
        cmap=tints, vmin=-0.5, vmax=len(means) - 0.5, alpha=0.12, interpolation="nearest", zorder=0,
    )  # fmt: skip
    axes.grid(False)


def clusterings(
    panels: Sequence[tuple[str, Array, Labels, Array | None]],
    *,
    regions: bool = False,
    names: tuple[str, str] = ("x₁", "x₂"),
) -> Figure:
    """Clusterings side by side.

    Parameters
    ----------
    panels : sequence of (title, X of shape (n, 2), labels, means or None)

    Notes: Concept 231, Concept 234
    """
    with side_by_side(len(panels)) as (figure, axes):
        for ax, (title, X, labels, means) in zip(axes, panels, strict=True):
            _points(ax, X, labels, means, regions)
            ax.set_title(title)
            ax.set_xlabel(names[0])
            plain_numbers(ax.xaxis)
            plain_numbers(ax.yaxis)
        axes[0].set_ylabel(names[1])
        return figure


def k_means_frames(
    X: Array, steps: Sequence[dict[str, Any]], at: Sequence[int] | None = None
) -> Figure:
    """Frames of a k-means run: points go to the nearest mean, means go to the average, in turn.

    Parameters
    ----------
    X : ndarray, shape (n, 2)
    steps : sequence of dict
        `trace_["half_steps"]` of a `KMeans(record=True)`: "what", "means", "labels", "loss".
    at : sequence of int or None
        Which of them to show; the first three and the last when None.

    Notes: Concept 222, Concept 223, Concept 224
    """
    chosen = sorted({*range(min(3, len(steps))), len(steps) - 1}) if at is None else list(at)
    with side_by_side(len(chosen), (3.3, 3.4)) as (figure, axes):
        before: Array | None = None
        for ax, i in zip(axes, chosen, strict=True):
            step = steps[i]
            means = np.asarray(step["means"])
            _points(ax, X, np.asarray(step["labels"]), means, regions=True)
            if i > 0:
                before = np.asarray(steps[i - 1]["means"])
                for old, new in zip(before, means, strict=True):
                    if (old != new).any():
                        ax.annotate(
                            "", new, old, arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.4}
                        )
            ax.set_title(f"{i + 1}) {step['what']}\nL = {number(float(step['loss']), 4)}")
            ax.set_xlabel("x₁")
            plain_numbers(ax.xaxis)
            plain_numbers(ax.yaxis)
        axes[0].set_ylabel("x₂")
        return figure


def mean_paths(X: Array, walked: Sequence[Array], labels: Labels, ax: Axes | None = None) -> Figure:
    """The way of each mean over the points, start marked by a cross.

    Parameters
    ----------
    X : ndarray, shape (n, 2)
    walked : sequence of ndarray, shape (k, 2)
        Means after each step.
    labels : ndarray of int, shape (n,)
        At the end.

    Notes: Concept 227, Notation 228
    """
    way = np.array(walked)
    with axes_for(ax, (4.6, 4.2)) as axes:
        _points(axes, X, labels, way[-1], regions=True)
        for j in range(way.shape[1]):
            axes.plot(*way[:, j].T, "-", color=INK, lw=1.4, zorder=3)
            axes.plot(*way[0, j], "X", color=INK, markersize=8, zorder=3)
        axes.set_xlabel("x₁")
        axes.set_ylabel("x₂")
        return figure_of(axes)


def loss_by_k(choice: ChoiceOfK, k: int | None = None, ax: Axes | None = None) -> Figure:
    """Training and held-out loss per point against k: both fall, and neither chooses.

    Notes: Concept 232, Concept 237
    """
    ks = [e.k for e in choice.evidence]
    held = np.array([e.held_out for e in choice.evidence])
    error = np.array([e.held_out_error for e in choice.evidence])
    with axes_for(ax) as axes:
        axes.fill_between(ks, held - error, held + error, color=BLUE, alpha=0.18, lw=0)
        axes.plot(ks, held, "o-", color=BLUE, label="held-out", markersize=5)
        training = [e.training for e in choice.evidence]
        axes.plot(ks, training, "s--", color=GREY, label="training", markersize=4)
        _mark_k(axes, choice.k if k is None else k)
        axes.set_ylabel("loss per point")
        axes.set_ylim(bottom=0)
        return _against_k(axes, ks)


def consistency_by_k(choice: ChoiceOfK, k: int | None = None, ax: Axes | None = None) -> Figure:
    """How alike halves of the rows cut the whole, against k; filled marks have all groups apart.

    Notes: Concept 238
    """
    shown = choice.evidence[1:]
    ks = [e.k for e in shown]
    with axes_for(ax) as axes:
        axes.axhspan(CONSISTENT, 1.02, color=GREEN, alpha=0.1, lw=0)
        for e in shown:
            axes.errorbar(
                e.k, e.consistency, yerr=e.consistency_error, fmt="o", color=BLUE, capsize=3,
                markersize=8, mfc=BLUE if e.separated else "none", mew=1.6,
            )  # fmt: skip
        axes.plot(ks, [e.consistency for e in shown], "-", color=BLUE, lw=1, alpha=0.6)
        axes.plot([], [], "o", color=BLUE, label="all groups apart")
        axes.plot([], [], "o", color=BLUE, mfc="none", mew=1.6, label="two run together")
        _mark_k(axes, choice.k if k is None else k)
        axes.set_ylim(min(0.0, *(e.consistency for e in shown)) - 0.03, 1.03)
        axes.set_ylabel("consistency of two halves")
        return _against_k(axes, ks)


def compactness_by_k(choice: ChoiceOfK, k: int | None = None, ax: Axes | None = None) -> Figure:
    """How far the rows are more compact than tables without groups, against k.

    Notes: Concept 232, Concept 238
    """
    shown = choice.evidence[1:]
    ks = [e.k for e in shown]
    with axes_for(ax) as axes:
        axes.axhspan(-2, 2, color=GREY, alpha=0.15, lw=0, label="tables without groups")
        axes.plot(ks, [e.beyond for e in shown], "o-", color=BLUE, markersize=6)
        _mark_k(axes, choice.k if k is None else k)
        axes.set_ylabel("standard deviations beyond chance")
        return _against_k(axes, ks)


def _mark_k(axes: Axes, k: int) -> None:
    if k > 1:
        axes.axvline(k, color=ORANGE, lw=1.5, label=f"k = {k}")


def _against_k(axes: Axes, ks: Sequence[int]) -> Figure:
    axes.set_xlabel("k, number of groups")
    axes.set_xticks(ks if len(ks) <= 16 else ks[:: len(ks) // 12])
    axes.legend()
    return figure_of(axes)


def silhouette(groups: Labels, values: Array, ax: Axes | None = None) -> Figure:
    """Silhouettes of the rows, longest first within each group; below 0 is nearer to another.

    Parameters
    ----------
    groups : ndarray of int, shape (m,)
        From 1.
    values : ndarray, shape (m,)
        Of `silhouettes`.

    Notes: Concept 240, Def 212
    """
    with axes_for(ax, (5.2, 3.8)) as axes:
        at, room = 0, max(len(values) // 60, 1)
        for g in np.unique(groups):
            own = np.sort(values[groups == g])
            axes.fill_betweenx(
                np.arange(at, at + len(own)),
                0,
                own,
                color=group_colour(int(g) - 1),
                lw=0,
                step="mid",
            )
            label = f"{g}  ({own.mean():.2f})"
            axes.text(-0.02, at + len(own) / 2, label, ha="right", va="center", fontsize=10)
            at += len(own) + room
        axes.axvline(float(values.mean()), color=INK, lw=1.2, ls="--")
        axes.axvline(0, color=INK, lw=0.8)
        left = min(-0.28, float(values.min()) - 0.05)
        axes.set_xlim(left, 1)
        axes.set_yticks([])
        axes.set_ylabel("rows, by group (mean)")
        axes.set_xlabel("silhouette (dashed: mean)")
        return figure_of(axes)


@renamed_arguments(seen="result")
def principal_axes(result: PrincipalAxes, ax: Axes | None = None) -> Figure:
    """The rows seen along the two directions in which they spread most, by group.

    Notes: Concept 240
    """
    step = max(1, len(result.scores) // MOST_DOTS)
    with axes_for(ax, (5.6, 4.6)) as axes:
        _points(axes, result.scores[::step], result.groups[::step] - 1, None, regions=False)
        for g, mean in enumerate(result.means):
            axes.annotate(
                str(g + 1), mean, ha="center", va="center", fontsize=13, fontweight="bold",
                color="white", zorder=5,
                bbox={"boxstyle": "circle,pad=0.25", "fc": group_colour(g), "ec": INK, "lw": 1.2},
            )  # fmt: skip
        for axis, share, made_of in zip(
            (axes.xaxis, axes.yaxis), result.shares, result.loadings, strict=True
        ):
            terms = " ".join(
                f"{'+' if w > 0 else '−'} {shorten_name(n, 18)}" for n, w in made_of[:2]
            )
            axis.set_label_text(f"{share:.0%} of the spread\n{terms} …", fontsize=9)
            plain_numbers(axis)
        return figure_of(axes)


def linkage_tree(
    linkage: Array,
    counts: Array | None = None,
    k: int | None = None,
    names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """A tree of groups, coarse above fine, with the height at which it is cut into k.

    Parameters
    ----------
    linkage : ndarray, shape (m − 1, 4)
        `linkage_` of `HierarchicalClusters`.
    counts : ndarray, shape (m, groups), or None
        Rows of each group in each leaf: the commonest colours the leaf's mark.
    k : int or None
        Where to cut.
    names : sequence of str or None
        Names of the leaves.

    Notes: Def 235
    """
    from scipy.cluster.hierarchy import dendrogram

    leaves = len(linkage) + 1
    with axes_for(ax, (min(5.2 + 0.08 * leaves, 9.0), 3.8)) as axes:
        drawn = dendrogram(linkage, no_plot=True)
        order = [int(leaf) for leaf in drawn["leaves"] or ()]
        for xs, ys in zip(drawn["icoord"], drawn["dcoord"], strict=True):
            axes.plot(xs, ys, color=INK, lw=1.3)
        places = 5 + 10 * np.arange(leaves)
        for place, leaf in zip(places, order, strict=True):
            if counts is not None:
                group = int(counts[leaf].argmax())
                axes.plot(
                    place, 0, MARKS[group % len(MARKS)], color=group_colour(group), markersize=7,
                    clip_on=False, zorder=3,
                )  # fmt: skip
        if k is not None and 1 < k <= leaves:
            above, below = linkage[leaves - k, 2], linkage[leaves - k - 1, 2] if k < leaves else 0
            axes.axhline((above + below) / 2, color=ORANGE, ls="--", label=f"cut into {k}")
            axes.legend()
        labels = [""] * leaves if counts is None else [f"{counts[i].sum():.0f}" for i in order]
        if names is not None:
            labels = [names[i] for i in order]
        small = 9 if leaves <= 20 else 7
        axes.set_xticks(places, labels, fontsize=small, rotation=0 if names is None else 30)
        axes.grid(False, axis="x")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("finest groups" if counts is None or names else "finest groups, by rows")
        axes.set_ylabel("√(2 · fall of the loss)")
        plain_numbers(axes.yaxis)
        return figure_of(axes)


def pooled_and_group_lines(
    x: Array,
    y: Array,
    groups: Labels,
    *,
    names: tuple[str, str] = ("x", "y"),
    ax: Axes | None = None,
) -> Figure:
    """The line through all rows, and the lines through each group's: they may disagree.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
    groups : ndarray of int, shape (n,)
        From 0.

    Notes: Def 243, Concept 242
    """
    with axes_for(ax, (5.2, 4.0)) as axes:
        _points(axes, np.column_stack([x, y]), groups, None, regions=False)
        for g in np.unique(groups):
            _line(axes, x[groups == g], y[groups == g], group_colour(int(g)), "-", "")
        _line(axes, x, y, INK, "--", "all rows")
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        axes.legend()
        return figure_of(axes)


def _line(axes: Axes, x: Array, y: Array, colour: str, style: str, label: str) -> None:
    slope, offset = np.polyfit(x, y, 1)
    ends = np.array([x.min(), x.max()])
    named = f"{label}: slope {number(float(slope), 2)}".removeprefix(": ")
    axes.plot(ends, slope * ends + offset, style, color=colour, lw=2.2, label=named, zorder=3)

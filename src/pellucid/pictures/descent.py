"""Pictures of descent: tangents, walks on curves and contours, rules side by side, their curves.

Each takes plain functions and `Descent`s, and returns a figure.

Notes: Concept 95, KE 102, Concept 99, Concept 104, Concept 107, Concept 109, Concept 115, Def 121
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.descent import Descent, Objective, local_minima
from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.pictures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SERIES,
    axes_for,
    figure_of,
    legend_above,
    plain_numbers,
    side_by_side,
)

Array = NDArray[np.float64]
Curve = Callable[[Any], Any]
ENDLESS = ("diverging", "unbounded below")  # their paths leave the picture


def _heights(J: Curve, at: Array) -> Array:
    return np.array([float(J(np.float64(t))) for t in at])


def tangent(J: Curve, slope: Curve, at: float, zooms: Sequence[float] = (2.0, 0.5, 0.1)) -> Figure:
    """A curve with its tangent at a point, nearer and nearer: it grows straight.

    Parameters
    ----------
    J, slope : callable θ -> float
    at : float
        Where the tangent touches.
    zooms : sequence of float
        Half of the width shown, one picture each.

    Notes: Concept 95
    """
    with side_by_side(len(zooms)) as (figure, axes):
        for ax, zoom in zip(axes, zooms, strict=True):
            t = np.linspace(at - zoom, at + zoom, 200)
            ax.plot(t, _heights(J, t), color=BLUE, lw=2)
            ax.plot(t, float(J(at)) + float(slope(at)) * (t - at), color=ORANGE, lw=1.5, ls="--")
            ax.plot(at, float(J(at)), "o", color=ORANGE)
            ax.set_title(f"within ± {zoom:g}")
            ax.set_xlabel("θ")
        axes[0].set_ylabel("J(θ)")
        return figure


def tangents(J: Curve, slope: Curve, at: Sequence[float], low: float, high: float) -> Figure:
    """A curve with its tangent at one point after another: it lies flat where J is least.

    Parameters
    ----------
    J, slope : callable θ -> float
    at : sequence of float
        Where the tangents touch, one picture each.
    low, high : float
        What is shown.

    Notes: Concept 58
    """
    t = np.linspace(low, high, 200)
    with side_by_side(len(at)) as (figure, axes):
        for ax, theta in zip(axes, at, strict=True):
            rise, here = float(slope(np.float64(theta))), float(J(np.float64(theta)))
            ax.plot(t, _heights(J, t), color=BLUE, lw=2)
            near = theta + (high - low) * np.array([-0.2, 0.2])
            ax.plot(near, here + rise * (near - theta), color=ORANGE, lw=2, ls="--")
            ax.plot(theta, here, "o", color=ORANGE)
            flat = abs(rise) < 1e-9
            ax.set_title(f"θ = {number(theta)}: J′ = {number(0.0 if flat else rise)}")
            ax.set_xlabel("θ")
            plain_numbers(ax.yaxis)
        axes[0].set_ylabel("J(θ)")
        return figure


def min_and_argmin(f: Curve, at: Sequence[float], low: float, high: float) -> Figure:
    """A point that slides along a curve; the minimum on the upright axis, the argmin on the other.

    Parameters
    ----------
    f : callable x -> float
    at : sequence of float
        Where the point stands, one picture each.
    low, high : float
        What is shown; it holds the minimum.

    Notes: Notation 39, Notation 40
    """
    least = next(each for each in local_minima(f, low, high) if each.is_global)
    x = np.linspace(low, high, 300)
    heights = _heights(f, x)
    beneath = least.value - 0.2 * float(np.ptp(heights))
    with side_by_side(len(at)) as (figure, axes):
        for ax, place in zip(axes, at, strict=True):
            ax.plot(x, heights, color=GREY, lw=2)
            ax.plot([low, least.theta], [least.value] * 2, color=BLUE, ls="--", lw=1.5)
            ax.plot([least.theta] * 2, [beneath, least.value], color=ORANGE, ls="--", lw=1.5)
            here = float(f(np.float64(place)))
            ax.plot(place, here, "o", color=INK, markersize=8)
            on_axis: Any = {"ls": "", "clip_on": False, "zorder": 9}
            name = f"min = {number(least.value)}"
            ax.plot(low, least.value, marker="s", color=BLUE, label=name, **on_axis)
            name = f"argmin = {number(least.theta)}"
            ax.plot(least.theta, beneath, marker="^", color=ORANGE, label=name, **on_axis)
            ax.set_xlim(low, high)
            ax.set_ylim(beneath, None)
            ax.set_title(f"f({number(place)}) = {number(here)}")
            ax.set_xlabel("x")
        axes[0].set_ylabel("f(x)")
        axes[0].legend(fontsize=10, loc="upper center")
        return figure


@renamed_arguments(found="descent")
def descent_path(
    J: Curve, descent: Descent, reach: float | None = None, ax: Axes | None = None
) -> Figure:
    """The steps of a one-dimensional descent on its curve, the start marked by a cross.

    Notes: KE 102, Notation 101
    """
    thetas = np.array([float(np.ravel(t)[0]) for t in descent.path])
    with axes_for(ax) as axes:
        _walk(axes, J, thetas, reach)
        return figure_of(axes)


def _walk(
    axes: Axes, J: Curve, thetas: Array, reach: float | None = None, window: Array | None = None
) -> None:
    shown = thetas if window is None else np.concatenate([thetas, window])
    low, high = float(shown.min()), float(shown.max())
    room = 0.15 * max(high - low, 1e-3) if reach is None else reach
    t = np.linspace(low - room, high + room, 300)
    axes.plot(t, _heights(J, t), color=GREY, lw=1.5)
    heights = _heights(J, thetas)
    axes.plot(thetas, heights, "o-", color=BLUE, markersize=4, lw=1)
    axes.plot(thetas[0], heights[0], "X", color=ORANGE, markersize=10)
    axes.set_xlabel("θ")
    axes.set_ylabel("J(θ)")


def step_sizes(J: Curve, runs: Sequence[tuple[str, Descent]], reach: float | None = None) -> Figure:
    """The same curve walked with several step sizes, side by side.

    Parameters
    ----------
    runs : sequence of (title, Descent)
    reach : float or None
        How far the curve is drawn beyond what is shown.

    Every picture shows at least where those runs went that did not diverge, so that a crawling one
    is seen to crawl.

    Notes: Concept 99, Def 100
    """
    paths = [np.array([float(np.ravel(t)[0]) for t in found.path]) for _, found in runs]
    kept = [p for p, (_, r) in zip(paths, runs, strict=True) if r.verdict not in ENDLESS]
    window = np.concatenate(kept or paths)
    with side_by_side(len(runs)) as (figure, axes):
        for ax, (title, found), path in zip(axes, runs, paths, strict=True):
            _walk(ax, J, path, reach, window)
            ax.set_title(f"{title}: {found.verdict}")
            plain_numbers(ax.yaxis)
            if ax is not axes[0]:
                ax.set_ylabel("")
        return figure


def basins(J: Curve, runs: Sequence[Descent], low: float, high: float) -> Figure:
    """Which valley each start leads to.

    Notes: Concept 107
    """
    with axes_for(None) as axes:
        t = np.linspace(low, high, 400)
        axes.plot(t, _heights(J, t), color=GREY, lw=1.5)
        for found, colour in zip(runs, _colours(len(runs)), strict=True):
            path = np.array([float(np.ravel(theta)[0]) for theta in found.path])
            heights = _heights(J, path)
            axes.plot(path, heights, "o-", color=colour, markersize=3, lw=1)
            axes.plot(path[0], heights[0], "X", color=colour, markersize=10)
            axes.plot(path[-1], heights[-1], "o", color=colour, markersize=9, mfc="none", mew=2)
        axes.set_xlabel("θ")
        axes.set_ylabel("J(θ)")
        return figure_of(axes)


def _colours(n: int) -> list[str]:
    return [SERIES[i % len(SERIES)] for i in range(n)]


def contour(
    J: Curve,
    runs: Sequence[tuple[str, Descent]],
    centre: Sequence[float],
    width: Sequence[float],
    ax: Axes | None = None,
) -> Figure:
    """Level lines of J over two parameters, with the paths of several runs.

    Parameters
    ----------
    J : callable θ of shape (2,) -> float
    runs : sequence of (title, Descent)
    centre, width : two floats
        What is shown.

    Notes: Concept 109, KE 110
    """
    with axes_for(ax, (5.2, 4.4)) as axes:
        X, Y, Z = _surface(J, centre, width)
        levels = Z.min() + (Z.max() - Z.min()) * np.linspace(0, 1, 16) ** 2
        axes.contour(X, Y, Z, levels=levels, colors=INK, linewidths=0.7, alpha=0.6)
        for (title, found), colour in zip(runs, _colours(len(runs)), strict=True):
            path = np.array([np.ravel(theta) for theta in found.path])
            axes.plot(
                path[:, 0], path[:, 1], "o-", color=colour, markersize=2.5, lw=1.3, label=title
            )
            axes.plot(*path[0], "X", color=colour, markersize=9)
        axes.set_xlim(X.min(), X.max())
        axes.set_ylim(Y.min(), Y.max())
        axes.grid(False)
        axes.set_xlabel("θ₁")
        axes.set_ylabel("θ₂")
        legend_above(axes)
        return figure_of(axes)


def contours(
    panels: Sequence[tuple[str, Curve, Sequence[tuple[str, Descent]]]],
    centre: Sequence[float],
    width: Sequence[float],
) -> Figure:
    """Several objectives over the same two parameters, each with its descents.

    Parameters
    ----------
    panels : sequence of (title, J, runs)
        J and runs as in `contour`.
    centre, width : two floats
        What is shown.

    Notes: Concept 68
    """
    with side_by_side(len(panels), (4.4, 4.2)) as (figure, axes):
        for ax, (title, J, runs) in zip(axes, panels, strict=True):
            contour(J, runs, centre, width, ax)
            ax.get_legend().remove()  # type: ignore[union-attr]
            ends = np.array([np.ravel(found.theta) for _, found in runs])
            ax.plot(ends[:, 0], ends[:, 1], "*", color=INK, markersize=12, zorder=9)
            ax.set_title(title)
        return figure


def _surface(
    J: Curve, centre: Sequence[float], width: Sequence[float], n: int = 90
) -> tuple[Array, Array, Array]:
    x, y = (c + w * np.linspace(-0.5, 0.5, n) for c, w in zip(centre, width, strict=True))
    X, Y = np.meshgrid(x, y)
    Z = np.array([[float(J(np.array([a, b]))) for a in x] for b in y])
    return X, Y, Z


@renamed_arguments(found="descent")
def surface(J: Curve, descent: Descent, centre: Sequence[float], width: Sequence[float]) -> Figure:
    """J as a landscape over two parameters, and a descent on it.

    Notes: §3.0.4, Clar 94
    """
    from matplotlib import rc_context

    from pellucid.pictures.style import SETTINGS

    with rc_context(SETTINGS):
        figure = Figure(figsize=(5.2, 4.4), layout="constrained")
        axes: Any = figure.add_subplot(projection="3d")
        X, Y, Z = _surface(J, centre, width, 40)
        axes.plot_surface(X, Y, Z, color=BLUE, alpha=0.35, linewidth=0.2, edgecolor=INK)
        path = np.array([np.ravel(theta) for theta in descent.path])
        heights = [float(J(theta)) for theta in path]
        axes.plot(path[:, 0], path[:, 1], heights, "o-", color=ORANGE, markersize=3, zorder=9)
        axes.set_xlabel("θ₁")
        axes.set_ylabel("θ₂")
        axes.set_zlabel("J")
        axes.grid(False)
        return figure


def parameter_slices(J: Curve, at: Sequence[float], reach: float) -> Figure:
    """J along each parameter alone, the others held still.

    Parameters
    ----------
    J : callable θ -> float
    at : sequence of float, length d
        θ, where the slices cross.
    reach : float
        Half of the width shown.

    Notes: Concept 108
    """
    here = np.asarray(at, dtype=np.float64)
    with side_by_side(len(here)) as (figure, axes):
        for k, ax in enumerate(axes):
            t = np.linspace(here[k] - reach, here[k] + reach, 200)
            moved = np.repeat(here[None, :], len(t), axis=0)
            moved[:, k] = t
            ax.plot(t, [float(J(row)) for row in moved], color=BLUE, lw=2)
            ax.plot(here[k], float(J(here)), "o", color=ORANGE)
            ax.set_xlabel(f"θ{'₀₁₂₃₄₅₆₇₈₉'[k + 1]}")
        axes[0].set_ylabel("J, the others held still")
        return figure


@renamed_arguments(whole="batch", sampled="stochastic")
def batch_and_stochastic(
    J: Curve, batch: Descent, stochastic: Descent, centre: Sequence[float], width: Sequence[float]
) -> Figure:
    """The path of all points beside that of a few points a step.

    Notes: Def 121, Concept 122
    """
    runs = [("all points", batch), ("a few points a step", stochastic)]
    with side_by_side(2, (4.2, 3.9)) as (figure, axes):
        for ax, run in zip(axes, runs, strict=True):
            contour(J, [run], centre, width, ax)
        return figure


@renamed_arguments(least="minimum")
def descent_curves(
    runs: Sequence[Descent], names: Sequence[str] = (), minimum: float | None = None
) -> Figure:
    """J and ‖∇J‖ along the steps of one or several descents.

    Parameters
    ----------
    runs : sequence of Descent
    names : sequence of str
        For the legend.
    minimum : float or None
        The least value of J; the excess over it is then drawn, on a logarithmic scale.

    Notes: §3.1.8
    """
    with side_by_side(2) as (figure, axes):
        for at, (found, colour) in enumerate(zip(runs, _colours(len(runs)), strict=True)):
            label = names[at] if at < len(names) else None
            values = found.values if minimum is None else np.maximum(found.values - minimum, 1e-16)
            axes[0].plot(found.times, values, color=colour, label=label)
            axes[1].plot(found.times, found.gradient_norms, color=colour, label=label)
        axes[0].set_ylabel("J" if minimum is None else "J above its least value")
        axes[0].set_yscale("linear" if minimum is None else "log")
        axes[1].set_ylabel("‖∇J‖")
        if all((found.gradient_norms > 0).any() for found in runs):
            axes[1].set_yscale("log")
        for ax in axes:
            ax.set_xlabel("step")
        if names:
            figure.legend(
                *axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=3, fontsize=10
            )
        return figure


def planar_error(objective: Objective, at: Any, direction: Any, ax: Axes | None = None) -> Figure:
    """How far J is from its plane along a step: the error falls as the square of the step.

    Parameters
    ----------
    objective : Objective
    at, direction : arrays shaped as θ

    Notes: Concept 109, eq 3.21
    """
    theta = np.asarray(at, dtype=np.float64)
    along = np.asarray(direction, dtype=np.float64)
    lengths = np.geomspace(1e-3, 1, 25)
    here, promised = (
        float(objective.value(theta)),
        float(np.vdot(objective.gradient_at(theta), along)),
    )
    moved = np.array([float(objective.value(theta + s * along)) - here for s in lengths])
    error = np.maximum(np.abs(moved - lengths * promised), 1e-16)
    with axes_for(ax) as axes:
        axes.loglog(lengths, np.abs(moved), color=GREY, ls="--", label="|ΔJ|")
        axes.loglog(lengths, error, "o-", color=BLUE, markersize=3, label="|ΔJ − Δθ · ∇J|")
        axes.set_xlabel("length of the step")
        axes.set_ylabel("change of J")
        axes.legend()
        return figure_of(axes)

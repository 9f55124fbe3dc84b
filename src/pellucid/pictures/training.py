"""Pictures of training: losses by epoch, gradients by layer, regions by epoch, spreads, fits.

Plain data in, a figure out.

Notes: Concept 294, Def 314, Def 315, Concept 317, Def 333
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from pellucid.former_names import renamed_arguments
from pellucid.pictures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SERIES,
    SETTINGS,
    axes_for,
    figure_of,
    plain_numbers,
    side_by_side,
)

Array = NDArray[Any]
DASHES = ("-", "--", "-.", ":")
ARROW: Any = {"arrowstyle": "-|>", "color": ORANGE, "lw": 2.2, "shrinkA": 0, "shrinkB": 0}


def losses(
    curves: Mapping[str, Any],
    *,
    stop: int | None = None,
    log: bool = False,
    x: str = "epoch",
    y: str = "loss",
    ax: Axes | None = None,
) -> Figure:
    """Curves by epoch, such as training and validation loss; a mark where the best weights are.

    A training's whole `history` may be given: what is no single number an epoch, such as the
    gradient norms of the layers, is left out.

    Parameters
    ----------
    curves : mapping of name -> array of shape (epochs,)
    stop : int, optional
        The epoch, counted from 1, whose weights are kept.
    log : bool
        Logarithmic heights.
    x, y : str
        What the axes hold.

    Notes: Def 333, Concept 294
    """
    drawn = {
        name: values for name, values in curves.items() if len(values) and np.ndim(values) == 1
    }
    with axes_for(ax) as axes:
        for at, (name, values) in enumerate(drawn.items()):
            times = np.arange(1, len(values) + 1)
            style = DASHES[at // len(SERIES) % len(DASHES)]
            axes.plot(times, values, style, color=SERIES[at % len(SERIES)], lw=1.8, label=name)
        if stop is not None:
            axes.axvline(stop, color=GREY, ls=":", lw=1.2)
            axes.text(stop, 0.94, " best weights", transform=axes.get_xaxis_transform(), fontsize=9)
        axes.set_yscale("log" if log else "linear")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no epoch 2.5
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.legend(fontsize=9)
        return figure_of(axes)


def gradient_norms(norms: Any, names: Sequence[str], x: str = "step") -> Figure:
    """‖∂L/∂W^ℓ‖ of each layer while training, on a logarithmic scale.

    Parameters
    ----------
    norms : array of shape (steps, layers)
    names : sequence of str
        One a layer.

    Notes: Def 314, Def 315
    """
    rows = np.maximum(np.asarray(norms, float), 1e-300)
    return losses(dict(zip(names, rows.T, strict=True)), log=True, x=x, y="length of the gradient")


def gradient_norm_by_depth(
    lengths: Mapping[str, Any], ax: Axes | None = None, y: str = "length of the gradient"
) -> Figure:
    """The length of each layer's gradient, one curve a network: vanishing or exploding.

    Parameters
    ----------
    lengths : mapping of name -> array of shape (layers,)

    Notes: Def 314, Def 315
    """
    with axes_for(ax) as axes:
        for at, (name, values) in enumerate(lengths.items()):
            layers = np.arange(1, len(values) + 1)
            axes.plot(layers, values, "o-", color=SERIES[at], markersize=4, label=name)
        axes.set_yscale("log")
        axes.set_xlabel("layer")
        axes.set_ylabel(y)
        axes.legend(fontsize=9)
        return figure_of(axes)


@renamed_arguments(answers="models")
def regions(
    models: Sequence[tuple[str, Callable[[Array], Any]]], X: Any, y: Any, columns: int = 4
) -> Figure:
    """Two features, shaded by what is answered: one picture an epoch, or a model.

    Parameters
    ----------
    models : sequence of (title, callable)
        The callable takes points n×2 and gives the chance of the second class, (n,).
    X : array, n×2
    y : array, (n,)
        0 or 1.

    Notes: Concept 274, Concept 294
    """
    X, y = np.asarray(X, float), np.asarray(y)
    columns = min(columns, len(models))
    rows = ceil(len(models) / columns)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(2.7 * columns + 0.4, 2.7 * rows + 0.3), layout="constrained")
        for at, (title, answer) in enumerate(models):
            ax = figure.add_subplot(rows, columns, at + 1)
            _region(ax, answer, X, y)
            ax.set_title(title)
            if at % columns:
                ax.set_ylabel("")
        return figure


def progress(curves: Mapping[str, Any], answer: Callable[[Array], Any], X: Any, y: Any) -> Figure:
    """Where a training stands: its losses so far beside the boundary it has reached.

    Drawn again after each epoch, from `train(…, watch=…)`, it is a training one can watch.

    Parameters
    ----------
    curves : mapping of name -> array of shape (epochs,)
    answer : callable, points n×2 -> chance of the second class, (n,)
    X : array, n×2
    y : array, (n,)
        0 or 1.

    Notes: Concept 294, Concept 274
    """
    with side_by_side(2, (4.0, 3.4)) as (figure, axes):
        losses(curves, ax=axes[0])
        _region(axes[1], answer, np.asarray(X, float), np.asarray(y))
        axes[1].set_title(f"after epoch {max(map(len, curves.values()))}")
        return figure


def _region(ax: Axes, answer: Callable[[Array], Any], X: Array, y: Array) -> None:
    room = 0.12 * np.ptp(X, axis=0)
    low, high = X.min(axis=0) - room, X.max(axis=0) + room
    x1, x2 = np.meshgrid(np.linspace(low[0], high[0], 90), np.linspace(low[1], high[1], 90))
    grid = np.column_stack([x1.ravel(), x2.ravel()])
    chances = np.asarray(answer(grid), float).reshape(x1.shape)
    ax.contourf(x1, x2, chances, levels=[-1, 0.5, 2], colors=[BLUE, ORANGE], alpha=0.25)
    _points(ax, X, y)
    ax.set(xlabel="x₁", ylabel="x₂", xlim=(low[0], high[0]), ylim=(low[1], high[1]))


def _points(ax: Axes, X: Array, y: Array) -> None:
    for label, colour, mark in ((0, BLUE, "o"), (1, ORANGE, "^")):
        own = X[y == label]
        ax.plot(own[:, 0], own[:, 1], mark, color=colour, markersize=3.5, mew=0)
    ax.grid(False)


def fits(
    x: Any, y: Any, curves: Mapping[str, Callable[[Array], Any]], room: float = 0.05
) -> Figure:
    """Points of one feature with the curves that networks drew through them.

    Parameters
    ----------
    x, y : arrays of shape (n,)
    curves : mapping of name -> callable (k,) -> (k,)
    room : float
        How far the curves go beyond the points, as a share of their span.

    Notes: Clar 288, Concept 245
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    beyond = room * np.ptp(x)
    t = np.linspace(x.min() - beyond, x.max() + beyond, 300)
    with axes_for(None) as axes:
        axes.plot(x, y, "o", color=GREY, markersize=4, mew=0)
        for at, (name, curve) in enumerate(curves.items()):
            axes.plot(t, np.asarray(curve(t)), DASHES[at % 4], color=SERIES[at], lw=2, label=name)
        span = np.ptp(y)
        axes.set_ylim(y.min() - 0.3 * span, y.max() + 0.3 * span)
        axes.set_xlabel("x")
        axes.set_ylabel("y")
        axes.legend(fontsize=9)
        return figure_of(axes)


def bars(groups: Mapping[str, Mapping[str, float]], y: str, log: bool = False) -> Figure:
    """Numbers side by side: a group a name, a bar a kind, its number written on it.

    Parameters
    ----------
    groups : mapping of name -> mapping of kind -> number
    y : str
        What the numbers are.
    """
    kinds = list(next(iter(groups.values())))
    width = 0.8 / len(kinds)
    with axes_for(None, (max(3.6, 1.0 + 1.1 * len(groups)), 3.4)) as axes:
        for at, kind in enumerate(kinds):
            heights = [float(group[kind]) for group in groups.values()]
            spots = np.arange(len(groups)) + width * (at - (len(kinds) - 1) / 2)
            drawn = axes.bar(spots, heights, 0.92 * width, color=SERIES[at], label=kind, alpha=0.85)
            axes.bar_label(drawn, [f"{height:.3g}" for height in heights], color=INK, fontsize=9)
        axes.set_xticks(range(len(groups)), list(groups))
        axes.set_yscale("log" if log else "linear")
        axes.margins(y=0.12)
        axes.grid(axis="x", visible=False)
        axes.set_xlabel(" ")
        axes.set_ylabel(y)
        if len(kinds) > 1:
            axes.legend(fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(kinds))
        return figure_of(axes)


def histograms(groups: Mapping[str, Mapping[str, Any]], x: str, bins: int = 40) -> Figure:
    """Histograms over one another, a picture a group: how a distribution moves.

    Parameters
    ----------
    groups : mapping of title -> mapping of name -> array
    x : str
        What is spread.

    Notes: Def 337, Def 341
    """
    with side_by_side(len(groups), (3.7, 3.1)) as (figure, axes):
        for ax, (title, spread) in zip(axes, groups.items(), strict=True):
            values = {name: np.ravel(np.asarray(each, float)) for name, each in spread.items()}
            both = np.concatenate(list(values.values()))
            edges = np.linspace(both.min(), both.max(), bins + 1).tolist()
            for at, (name, each) in enumerate(values.items()):
                ax.hist(each, edges, color=SERIES[at], alpha=0.45, label=name, density=True)
            ax.set_title(title)
            ax.set_xlabel(x)
            ax.legend(fontsize=9)
        axes[0].set_ylabel("share")
        return figure


def net_displacement(
    J: Callable[[Any], float],
    path: Any,
    steps: int,
    centre: Sequence[float],
    width: Sequence[float],
) -> Figure:
    """A path that swings from side to side, and the small step that its first few steps amount to.

    Parameters
    ----------
    J : callable θ of shape (2,) -> float
    path : array of shape (T, 2)
    steps : int
        How many steps the dark arrow sums up.
    centre, width : two floats
        What is shown.

    Notes: Concept 317, Concept 318
    """
    path = np.asarray(path, float)
    x, y = (c + w * np.linspace(-0.5, 0.5, 90) for c, w in zip(centre, width, strict=True))
    heights = np.array([[float(J(np.array([a, b]))) for a in x] for b in y])
    with axes_for(None, (5.2, 3.6)) as axes:
        levels = heights.min() + np.ptp(heights) * np.linspace(0, 1, 14) ** 2
        axes.contour(x, y, heights, levels=levels, colors=INK, linewidths=0.7, alpha=0.5)
        axes.plot(path[:, 0], path[:, 1], "o-", color=BLUE, markersize=3, lw=1.2, label="steps")
        axes.annotate(
            "", path[steps], path[0],
            arrowprops=ARROW,
        )  # fmt: skip
        axes.plot([], [], color=ORANGE, lw=2.2, label=f"{steps} steps together")
        axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel="θ₁", ylabel="θ₂")
        axes.grid(False)
        axes.legend(fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
        return figure_of(axes)


def agreement(found: Any, expected: Any, x: str, y: str) -> Figure:
    """Two ways to the same numbers: on the line they agree.

    Parameters
    ----------
    found, expected : arrays of one shape
    x, y : str
        What each is.

    Notes: Concept 298
    """
    found, expected = np.ravel(found), np.ravel(expected)
    with axes_for(None, (4.4, 3.8)) as axes:
        ends = [min(expected.min(), found.min()), max(expected.max(), found.max())]
        axes.plot(ends, ends, color=ORANGE, lw=1.2)
        axes.plot(expected, found, "o", color=BLUE, markersize=5, mew=0, alpha=0.6)
        plain_numbers(axes.xaxis)
        plain_numbers(axes.yaxis)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        return figure_of(axes)

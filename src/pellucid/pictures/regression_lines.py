"""Pictures of regression over one input: points, lines with what they miss, many lines beside.

Notes: KE 47, Concept 46, Concept 66, Concept 67, Def 73, Def 75, Clar 143, Clar 145
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from pellucid.evaluation.training_and_test_error import training_error
from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.pictures.features import padded_range
from pellucid.pictures.separators import separator
from pellucid.pictures.style import (
    BLUE,
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
DASHES = ("-", "--", "-.", ":")


def scatter(X: Any, y: Any, names: tuple[str, str] = ("x", "y"), ax: Axes | None = None) -> Figure:
    """One input against the output.

    Parameters
    ----------
    X : array, shape (n, 1)
    y : array, shape (n,)
    names : two str
        Of the input and the output, for the axes.
    ax : Axes or None

    Notes: §2.1.4
    """
    with axes_for(ax) as axes:
        axes.plot(np.ravel(X), y, "o", color=BLUE, alpha=0.6, markersize=4, mew=0)
        _named(axes, names)
        return figure_of(axes)


def _named(axes: Axes, names: tuple[str, str]) -> None:
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)


def residual_lines(
    runs: Sequence[tuple[str, Any]], X: Any, y: Any, *, squares: bool = False
) -> Figure:
    """Lines through the same points, each with its residuals and its mean square loss J.

    Parameters
    ----------
    runs : sequence of (title, fitted model of one input)
    X : array, shape (n, 1)
    y : array, shape (n,)
    squares : bool
        Whether each residual carries its square, whose mean area is J.

    Notes: KE 47, Concept 46
    """
    x, answers = np.ravel(np.asarray(X, float)), np.asarray(y, float)
    with side_by_side(len(runs), (4.1, 4.2)) as (figure, axes):
        low = min(float(h.predict(x[:, None]).min()) for _, h in runs)
        high = max(float(h.predict(x[:, None]).max()) for _, h in runs)
        shown = padded_range(np.append(answers, [low, high]))
        for ax, (title, h) in zip(axes, runs, strict=True):
            ax.set_xlim(*padded_range(x))
            ax.set_ylim(*shown)
            ax.set_box_aspect(1)
            _residuals(ax, x, answers, h.predict(x[:, None]), squares)
            ends = np.array(ax.get_xlim())
            ax.plot(ends, h.predict(ends[:, None]), color=BLUE, lw=2)
            ax.plot(x, answers, "o", color=INK, markersize=4)
            J = training_error(h, x[:, None], answers)
            ax.set_title(f"{title}\nJ = {number(J)}")
            _named(ax, ("x", "y"))
            if ax is not axes[0]:
                ax.set_ylabel("")
        return figure


def _residuals(axes: Axes, x: Array, actual: Array, predicted: Array, squares: bool) -> None:
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    as_wide = (right - left) / (high - low)  # the box is a square, so these sides look equal
    for at, a, g in zip(x, actual, predicted, strict=True):
        axes.plot([at, at], [a, g], color=ORANGE, lw=1.3)
        if squares:
            side = abs(g - a)
            axes.add_patch(
                Rectangle((at, min(a, g)), side * as_wide, side, color=ORANGE, alpha=0.15, lw=0)
            )


def _guesses(h: Any, X: Array) -> Array:
    return np.asarray(getattr(h, "predict", h)(X))


def lines(
    panels: Sequence[tuple[str, Any, Any, Mapping[str, Any]]], *,
    reach: tuple[float, float] | None = None, heights: tuple[float, float] | None = None,
) -> Figure:  # fmt: skip
    """Panels of points of one input, each with the curves of several models over them.

    Parameters
    ----------
    panels : sequence of (title, X of shape (n, 1), y of shape (n,), mapping of name -> model)
        Models are fitted, or functions of X; one that needs no name has an empty one.
    reach : (low, high) or None
        Inputs shown in every panel; None shows those of all points.
    heights : (low, high) or None
        Outputs shown in every panel.

    Notes: Concept 66, Concept 67, Def 73, Def 75
    """
    every = np.concatenate([np.ravel(X) for _, X, _, _ in panels])
    ends = padded_range(every) if reach is None else reach
    t = np.linspace(*ends, 301)
    tall = padded_range(np.concatenate([np.asarray(y, float) for _, _, y, _ in panels]), 0.3)
    with side_by_side(len(panels), (4.1, 3.7)) as (figure, axes):
        for ax, (title, X, y, models) in zip(axes, panels, strict=True):
            size = float(np.clip(30 / len(y) ** 0.5, 2.5, 6))
            ax.plot(np.ravel(X), y, "o", color=GREY, markersize=size, mew=0)
            for at, (name, h) in enumerate(models.items()):
                ax.plot(
                    t, _guesses(h, t[:, None]), DASHES[at % 4], label=name, lw=2,
                    color=SERIES[at % len(SERIES)],
                )  # fmt: skip
            ax.set_xlim(*ends)
            ax.set_ylim(*(heights or tall))
            ax.set_title(title)
            _named(ax, ("x", "y"))
            if ax is not axes[0]:
                ax.set_ylabel("")
            if any(models):
                ax.legend(fontsize=9)
        return figure


@renamed_arguments(least="best_fit", found="tries")
def random_tries(tries: Sequence[Any], best_fit: Any, X: Any, y: Any) -> Figure:
    """The best line of few and of many random tries, and J against tries with its floor.

    Parameters
    ----------
    tries : sequence of RandomRegression
        Fitted to X and y, with ever more tries.
    best_fit : LeastSquares
        Fitted to the same.
    X : array, shape (n, 1)
    y : array, shape (n,)

    Notes: §2.4
    """
    with side_by_side(2, (4.6, 3.9)) as (figure, (left, right)):
        scatter(X, y, ax=left)
        ends = np.array(left.get_xlim())
        for at, h in enumerate(tries):
            name = f"best of {h.n_iter_:,}" if h.n_iter_ > 1 else "a single try"
            line = h.predict(ends[:, None])
            left.plot(ends, line, DASHES[at % 4], color=SERIES[at], lw=2, label=name)
        left.set_xlim(*ends.tolist())
        left.legend(fontsize=9)
        J = tries[-1].best_
        right.step(np.arange(1, len(J) + 1), J, color=BLUE, lw=2, where="post", label="best so far")
        floor = training_error(best_fit, X, y)
        right.axhline(floor, color=ORANGE, ls="--", label=f"least squares, {number(floor)}")
        right.set_xscale("log")
        powers = 10 ** np.arange(int(np.log10(len(J))) + 1)
        right.set_xticks(powers, [f"{n:,}" for n in powers])
        right.minorticks_off()
        right.set_ylim(0, None)
        right.set_xlabel("tries")
        right.set_ylabel("J")
        right.legend(fontsize=9)
        return figure


@renamed_arguments(answers="targets")
def line_and_separator(
    regression: Any, x: Any, targets: Any, classifier: Any, X: Any, labels: Any
) -> Figure:
    """A regression line over one input next to the boundary of a classifier of two inputs.

    Parameters
    ----------
    regression : fitted model of one input
    x, targets : arrays, shape (n, 1) and (n,)
    classifier : fitted linear classifier of two inputs
    X, labels : arrays, shape (m, 2) and (m,)

    Notes: Clar 143, Clar 145
    """
    with side_by_side(2, (4.4, 4.3)) as (figure, (left, right)):
        scatter(x, targets, ("x₁", "y"), left)
        ends = np.array(left.get_xlim())
        left.plot(ends, regression.predict(ends[:, None]), color=INK, lw=2.5)
        left.set_xlim(*ends.tolist())
        slope = number(float(np.ravel(regression.coef_)[0]), 2)
        left.set_title(f"regression: y = h(x), slope θ = {slope}")
        separator(classifier, X, labels, ax=right)
        right.set_title("classification: θᵀx + θ₀ = 0, normal θ")
        return figure

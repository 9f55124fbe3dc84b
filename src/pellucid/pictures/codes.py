"""Pictures of codes and scales: entries of a code, targets by class, errors side by side.

Notes: Concept 195, Concept 198, Concept 200, Concept 202, Concept 206
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from pellucid.formatting import number
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
FEW_TICKS = 8  # so many points of a logarithmic axis are each named


def code_tables(
    codes: Mapping[str, Array],
    rows: Sequence[str],
    notes: Mapping[str, Sequence[str]] | None = None,
) -> Figure:
    """Codes of the same classes side by side: a row a class, a cell an entry, darker is more.

    Parameters
    ----------
    codes : mapping of title to ndarray (k, m)
    rows : sequence of k str
        Names of the classes.
    notes : mapping of title to k str, or None
        What stands to the right of each row, such as its number of ones.

    Notes: Concept 198, Concept 200
    """
    with side_by_side(len(codes), (2.2, 0.4 * len(rows) + 1.1)) as (figure, axes):
        for ax, (title, book) in zip(axes, codes.items(), strict=True):
            _cells(ax, book)
            ax.set_title(title)
            ax.set_xlabel("entry")
            ax.set_yticks(range(len(rows)), rows if ax is axes[0] else [""] * len(rows))
            for at, note in enumerate((notes or {}).get(title, ())):
                ax.text(book.shape[1] - 0.35, at, note, va="center", color=INK, fontsize=10)
        axes[0].set_ylabel("class")
        return figure


def _cells(ax: Axes, book: Array) -> None:
    k, m = book.shape
    top = max(float(np.abs(book).max()), 1.0)
    for i in range(k):
        for j in range(m):
            share = abs(float(book[i, j])) / top
            ax.add_patch(
                _square(j, i, facecolor=BLUE, alpha=0.85 * share, edgecolor="none"),
            )
            ax.add_patch(_square(j, i, facecolor="none", edgecolor=INK, linewidth=0.6))
            text = f"{book[i, j]:g}"
            colour = "white" if share > 0.6 else INK
            ax.text(j, i, text, ha="center", va="center", color=colour, fontsize=9)
    ax.set_xlim(-0.6, max(m - 0.4, 3.6))
    ax.set_ylim(k - 0.4, -0.6)
    ax.set_xticks(range(m), [str(j + 1) for j in range(m)])
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.tick_params(length=0)


def _square(j: int, i: int, **style: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((j - 0.46, i - 0.46), 0.92, 0.92, **style)


def targets_by_class(
    levels: Sequence[str],
    classes: NDArray[np.int32],
    y: Array,
    fits: Mapping[str, Array],
    ylabel: str = "answer",
    ax: Axes | None = None,
) -> Figure:
    """Answers of the rows of each class, and what each model says of the class.

    Parameters
    ----------
    levels : sequence of k str
    classes, y : ndarray (n,)
        Class and target of each row.
    fits : mapping of name to ndarray (k,)
        Answer of each model for each class.

    Notes: Concept 195
    """
    with axes_for(ax) as axes:
        spots = classes + np.linspace(-0.12, 0.12, len(y))
        axes.plot(spots, y, ".", color=GREY, alpha=0.45, markersize=4, label="rows")
        marks = "osD^v"
        for at, (name, answers) in enumerate(fits.items()):
            style = marks[at % len(marks)]
            axes.plot(answers, f"{style}-", color=SERIES[at], lw=1.6, markersize=6, label=name)
        axes.set_xticks(range(len(levels)), levels)
        axes.set_xlabel("class")
        axes.set_ylabel(ylabel)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=9)
        return figure_of(axes)


def errors_against(
    x: Sequence[float],
    errors: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    *,
    logarithmic: tuple[str, ...] = (),
    ax: Axes | None = None,
) -> Figure:
    """One line a code or scale: its error against what was turned.

    Parameters
    ----------
    x : sequence of float
    errors : mapping of name to sequence of float
    logarithmic : tuple of "x", "y"
        Axes with a logarithmic scale.

    Notes: Concept 202, Concept 206
    """
    with axes_for(ax) as axes:
        for at, (name, values) in enumerate(errors.items()):
            mark = "osD^v"[at % 5]
            axes.plot(x, values, f"{mark}-", color=SERIES[at], lw=1.8, markersize=5, label=name)
        if "x" in logarithmic:
            axes.set_xscale("log")
            if len(x) <= FEW_TICKS:
                axes.set_xticks(list(x), [number(float(value)) for value in x])
                axes.xaxis.set_minor_locator(NullLocator())
        if "y" in logarithmic:
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)
            plain_numbers(axes.yaxis)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        axes.legend()
        return figure_of(axes)


def centered_column(values: Array, centred: Array, name: str) -> Figure:
    """A column as it is and centred: the sign tells above from below the average.

    Parameters
    ----------
    values, centred : ndarray (n,)
    name : str
        Of the column, with its unit.

    Notes: Def 207, eq 5.30
    """
    with side_by_side(2, (3.6, 2.6)) as (figure, axes):
        colours = np.where(centred >= 0, ORANGE, BLUE)
        order = np.argsort(values)
        shown = ((values, f"{name}", values.mean()), (centred, f"{name}, centred", 0.0))
        for ax, (column, label, middle) in zip(axes, shown, strict=True):
            ax.bar(range(len(column)), column[order], color=colours[order], width=0.75)
            ax.axhline(middle, color=INK, lw=1, ls="--")
            ax.set_xlabel("row, sorted")
            ax.set_ylabel(label)
            plain_numbers(ax.yaxis)
        return figure

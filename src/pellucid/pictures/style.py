"""The one quiet style of all pictures: legible on a light page and on a dark one.

Lines and letters are mid-tone on a transparent ground; colours can be told apart by people who do
not see red or green, and never carry meaning alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pellucid.formatting import number

BLUE, ORANGE, GREEN, ROSE, GREY = "#3f7fbf", "#d9822b", "#2a9d6f", "#c2577f", "#808a94"
INK = "#6b7680"  # enough contrast on white and on near-black
SERIES = (BLUE, ORANGE, GREEN, ROSE, "#8b78c6", "#9a8f32", GREY)

SETTINGS: Any = {
    "svg.hashsalt": "pellucid",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": 0.18,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


@contextmanager
def axes_for(ax: Axes | None, size: tuple[float, float] = (5.2, 3.5)) -> Iterator[Axes]:
    """Axes to draw on: those given, or those of a new figure in the house style."""
    with matplotlib.rc_context(SETTINGS):
        if ax is not None:
            yield ax
            return
        figure = Figure(figsize=size, layout="constrained")
        yield figure.add_subplot()


@contextmanager
def side_by_side(
    n: int, size: tuple[float, float] = (3.6, 3.2)
) -> Iterator[tuple[Figure, list[Axes]]]:
    """A new figure of n pictures in a row, in the house style."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(size[0] * n, size[1]), layout="constrained")
        yield figure, [figure.add_subplot(1, n, at + 1) for at in range(n)]


def plain_numbers(axis: Axis) -> None:
    """At most six ticks, written as a person writes numbers."""
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: "0" if value == 0 else number(value)))


def legend_above(axes: Axes) -> None:
    """A legend above the picture, where no level line runs through it."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, fontsize=10)


def figure_of(ax: Axes) -> Figure:
    """The figure that the axes stand in."""
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise TypeError("The axes stand in no figure.")
    return figure


def to_svg(figure: Figure, label: str) -> str:
    """The figure as one inline `<svg>` that scales with the page; the same bytes every time.

    Parameters
    ----------
    figure : Figure
        What to draw.
    label : str
        What a person who cannot see it should be told.

    Returns
    -------
    str
        An `<svg>` element with role and title.
    """
    import html

    drawn = _drawn_once(figure)
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r' width="[\d.]+pt"', "", drawn, count=1)
    drawn = re.sub(r' height="[\d.]+pt"', "", drawn, count=1)
    spoken = html.escape(label, quote=True)
    at = drawn.index(">")
    wide = f"max-width:{figure.get_figwidth() * 72:.0f}pt"  # letters keep their size on any page
    head = f'{drawn[:at]} style="{wide}" role="img" aria-label="{spoken}">'
    return f"{head}<title>{spoken}</title>{drawn[at + 1 :]}"


def _drawn_once(figure: Figure) -> str:
    """The figure as an SVG file: `savefig` would draw all of it twice, once for the layout."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    sink, canvas, face = io.StringIO(), figure.canvas, figure.get_facecolor()
    try:
        with matplotlib.rc_context(SETTINGS):
            figure.set_facecolor("none")
            svg: Any = FigureCanvasSVG(figure)
            svg.print_svg(sink, metadata={"Date": None, "Creator": None})
    finally:
        figure.set_facecolor(face)
        figure.set_canvas(canvas)
    return sink.getvalue()


def with_unique_ids(svg: str, prefix: str) -> str:
    """The same drawing with its ids made unique, so that several share one page."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)

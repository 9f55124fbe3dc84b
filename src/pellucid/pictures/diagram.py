"""Circles, boxes and arrows: what every diagram of a network is drawn with.

One unit of a canvas is one inch, so letters and shapes keep their proportion.

Notes: Def 263
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from pellucid.pictures.style import BLUE, INK, ORANGE, SETTINGS

Point = tuple[float, float]
LETTER = 0.098  # width of a letter of 11 points, in inches
RADIUS = 0.26


@contextmanager
def canvas(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """An empty figure of so many inches, without axes to read."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
        axes.axis("off")
        yield figure, axes


def circle(
    axes: Axes, at: Point, text: str = "", colour: str = BLUE, radius: float = RADIUS
) -> None:
    """A circle with a few letters in it."""
    axes.add_patch(Circle(at, radius, facecolor=(*_rgb(colour), 0.14), edgecolor=colour, lw=1.5))
    if text:
        label(axes, at, text)


def crossed_out(axes: Axes, at: Point, colour: str = INK, radius: float = RADIUS) -> None:
    """A circle that takes no part."""
    axes.add_patch(Circle(at, radius, fill=False, edgecolor=colour, lw=1, ls=":"))
    s = radius * 0.5
    for sign in (1, -1):
        axes.plot([at[0] - s, at[0] + s], [at[1] - sign * s, at[1] + sign * s], color=colour, lw=1)


def box(axes: Axes, at: Point, text: str, size: Point, colour: str = BLUE) -> None:
    """A box about a point, with text."""
    corner = (at[0] - size[0] / 2, at[1] - size[1] / 2)
    style = "round,pad=0,rounding_size=0.06"
    face = (*_rgb(colour), 0.14)
    axes.add_patch(
        FancyBboxPatch(corner, *size, boxstyle=style, facecolor=face, edgecolor=colour, lw=1.5)
    )
    label(axes, at, text)


def arrow(
    axes: Axes, start: Point, end: Point, colour: str = INK, bend: float = 0.0, width: float = 1.2
) -> None:
    """An arrow; `bend` is how far it leaves the straight line, as a share of its length."""
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=9 + 2 * width, color=colour, lw=width,
            shrinkA=0, shrinkB=0, connectionstyle=f"arc3,rad={bend}",
        )
    )  # fmt: skip


def between(
    axes: Axes, start: Point, end: Point, colour: str = INK, width: float = 1.2,
    radius: float = RADIUS + 0.03,
) -> None:  # fmt: skip
    """An arrow from the rim of one circle to the rim of another."""
    arrow(axes, *rims(start, end, radius), colour, width=width)


def rims(start: Point, end: Point, radius: float = RADIUS + 0.03) -> tuple[Point, Point]:
    """Where the line from one circle's centre to the other's leaves the one and meets the other."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    along = radius * (b - a) / np.linalg.norm(b - a)
    p, q = a + along, b - along
    return (float(p[0]), float(p[1])), (float(q[0]), float(q[1]))


def label(
    axes: Axes, at: Point, text: str, colour: str = INK, size: float = 11, ha: str = "center",
    va: str = "center",
) -> None:  # fmt: skip
    """Text at a point."""
    axes.text(*at, text, color=colour, fontsize=size, ha=ha, va=va)


def _rgb(colour: str) -> tuple[float, float, float]:
    return matplotlib.colors.to_rgb(colour)


def column(x: float, middle: float, n: int, step: float) -> list[Point]:
    """n points one under another, centred."""
    return [(x, middle + step * ((n - 1) / 2 - i)) for i in range(n)]


@dataclass(frozen=True)
class Block:
    """A box of a chain.

    Parameters
    ----------
    text : str
    forward : str
        What it gives to the next box, written on the arrow that leaves it.
    back : str
        What comes back along that arrow.
    above, under : str
        What enters from above, such as W and W₀; a remark below.
    boxed : bool
        False for a bare letter, such as the input.
    colour : str

    Notes: Def 263, Notation 303
    """

    text: str
    forward: str = ""
    back: str = ""
    above: str = ""
    under: str = ""
    boxed: bool = True
    colour: str = BLUE


def chain(blocks: Sequence[Block]) -> Figure:
    """Boxes in series: values forward above, derivatives back below.

    Notes: Def 263, Notation 303, Def 272
    """
    widths = [max(0.5 if b.boxed else 0.2, _wide(b.text) + 0.24 * b.boxed) for b in blocks]
    gaps = [max(0.55, _wide(b.forward) + 0.25, _wide(b.back) + 0.2) for b in blocks]
    gaps[-1] = gaps[-1] if blocks[-1].forward else 0.0
    width = 0.3 + sum(widths) + sum(gaps) + 0.15
    up = 0.75 if any(b.above for b in blocks) else 0.2
    lines = max(b.under.count("\n") + 1 if b.under else 0 for b in blocks)
    down = 0.55 * any(b.back for b in blocks) + 0.1 + 0.17 * (lines + (lines > 0))
    middle, tall = down + 0.3, 0.56
    with canvas(width, down + 0.6 + up) as (figure, axes):
        x = 0.2
        for b, w, gap in zip(blocks, widths, gaps, strict=True):
            at = (x + w / 2, middle)
            if b.boxed:
                box(axes, at, b.text, (w, tall), b.colour)
            else:
                label(axes, at, b.text)
            if b.above:
                arrow(axes, (at[0], middle + 0.62), (at[0], middle + 0.3), b.colour)
                label(axes, (at[0], middle + 0.76), b.above)
            if b.under:
                below = 0.36 + 0.34 * bool(b.back or blocks[max(0, blocks.index(b) - 1)].back)
                label(axes, (at[0], middle - below), b.under, size=9.5, va="top")
            x += w
            if gap:
                _passage(axes, (x, middle), gap, b, last=b is blocks[-1])
            x += gap
        return figure


def _passage(axes: Axes, at: Point, gap: float, b: Block, last: bool) -> None:
    x, y = at
    if b.forward or not last:
        arrow(axes, (x + 0.04, y), (x + gap - 0.04, y))
        label(axes, (x + gap / 2, y + 0.05), b.forward, va="bottom")
    if b.back:
        arrow(
            axes,
            (x + gap - 0.04, y - 0.2),
            (x + 0.04, y - 0.2),
            ORANGE,
            bend=-min(0.18, 0.14 / gap),
        )
        label(axes, (x + gap / 2, y - 0.36), b.back, ORANGE, va="top")


def _wide(text: str) -> float:
    return LETTER * max(len(line) for line in text.split("\n"))

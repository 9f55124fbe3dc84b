"""Neurons in columns with their links: full, cut, dropped, shared, collapsed.

Notes: Def 265, Def 266, Def 267, Concept 282, Def 336, Def 385
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.pictures.diagram import (
    Point,
    between,
    canvas,
    circle,
    column,
    crossed_out,
    label,
    rims,
)
from pellucid.pictures.style import BLUE, GREY, INK, ORANGE

MOST = 7  # circles in a column before the middle is left out


def subscript(i: int) -> str:
    """A number as a subscript."""
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(d)] for d in str(i))


@renamed_arguments(kept="masks")
def links(
    sizes: Sequence[int],
    *,
    weights: Sequence[Any] | None = None,
    masks: Sequence[Any] | None = None,
    dropped: Sequence[Sequence[int]] = (),
    titles: Sequence[str] = (),
    below: Sequence[str] = (),
    colours: Sequence[Any] | None = None,
    values: bool = False,
    hidden: bool = False,
) -> Figure:
    """Columns of neurons and the links between them.

    Parameters
    ----------
    sizes : sequence of int
        Neurons a column, the input first.
    weights : sequence of array (m, n), optional
        Blue above 0, orange below, wide where large.
    masks : sequence of array of bool (m, n), optional
        False where a link is cut; it is drawn dotted.
    dropped : sequence of sequence of int
        Neurons of each column that take no part, counted from 0.
    titles, below : sequence of str
        Above and under each column.
    colours : sequence of array of str (m, n), optional
        A colour a link: links that share a weight share it.
    values, hidden : bool
        Whether the weights are written on their links; whether cut links are left out.

    Notes: Def 265, Def 266, Def 267, Def 336, Def 385
    """
    drawn = _Columns(sizes, weights, masks, dropped, colours, values, hidden)
    low, high = 0.42 * any(below) + 0.15, 0.42 * any(titles) + 0.15
    with canvas(drawn.width, low + drawn.height + high) as (figure, axes):
        drawn.onto(axes, 0.0, low)
        for texts, y in ((titles, low + drawn.height + 0.2), (below, 0.25)):
            for c, text in enumerate(texts):
                label(axes, (0.75 + drawn.wide * c, y), text, size=10)
        return figure


def collapse(
    weights: Sequence[Any], titles: tuple[str, str] = ("layers in series", "one")
) -> Figure:
    """Linear layers in series beside the one layer that equals them, weights on their links.

    Parameters
    ----------
    weights : sequence of arrays (m, n), each starting where the one before ends
    titles : two of str

    Notes: Concept 282, Concept 283
    """
    product = np.linalg.multi_dot(weights) if len(weights) > 1 else np.asarray(weights[0])
    stacks = [list(map(np.asarray, weights)), [product]]
    drawn = [
        _Columns([len(stack[0]), *(W.shape[1] for W in stack)], stack, values=True)
        for stack in stacks
    ]
    high = max(each.height for each in drawn)
    with canvas(drawn[0].width + drawn[1].width + 0.5, high + 0.6) as (figure, axes):
        left = 0.0
        for each, title in zip(drawn, titles, strict=True):
            each.onto(axes, left, 0.1 + (high - each.height) / 2)
            label(axes, (left + 0.5, high + 0.38), title, ha="left")
            left += each.width + 0.5
        label(axes, (drawn[0].width + 0.25, 0.1 + high / 2), "=", size=16)
        return figure


@dataclass(frozen=True)
class _Columns:
    """Columns of neurons with their links, to be put somewhere on a canvas."""

    sizes: Sequence[int]
    weights: Sequence[Any] | None = None
    kept: Sequence[Any] | None = None
    dropped: Sequence[Sequence[int]] = ()
    colours: Sequence[Any] | None = None
    values: bool = False
    hidden: bool = False

    @property
    def wide(self) -> float:
        return 1.5 + 0.35 * (self.values or max(self.sizes) > 4)

    @property
    def width(self) -> float:
        return self.wide * (len(self.sizes) - 1) + 1.5

    @property
    def height(self) -> float:
        return 0.74 * max(len(drawn_neurons(size)) for size in self.sizes)

    def onto(self, axes: Axes, left: float, bottom: float) -> None:
        middle = bottom + self.height / 2
        at = []
        for c, shown in enumerate(map(drawn_neurons, self.sizes)):
            x = left + 0.75 + self.wide * c
            at.append(dict(zip(shown, column(x, middle, len(shown), 0.74), strict=True)))
        off = [set(self.dropped[c]) if c < len(self.dropped) else set() for c in range(len(at))]
        for c in range(len(at) - 1):
            for i, start in at[c].items():
                for j, end in at[c + 1].items():
                    if min(i, j) >= 0 and i not in off[c] and j not in off[c + 1]:
                        self._link(axes, c, (i, j), start, end)
        for c, places in enumerate(at):
            for i, place in places.items():
                if i < 0:
                    label(axes, place, "⋮", size=15)
                elif i in off[c]:
                    crossed_out(axes, place)
                else:
                    text = f"x{subscript(i + 1)}" if c == 0 else ""
                    circle(axes, place, text, GREY if c == 0 else BLUE)

    def _link(self, axes: Axes, c: int, ij: tuple[int, int], start: Point, end: Point) -> None:
        W, kept = _of(self.weights, c), _of(self.kept, c)
        if self.hidden and kept is not None and not kept[ij]:
            return
        _link(axes, start, end, ij, W, kept, _of(self.colours, c))
        if self.values and W is not None:
            _weight(axes, start, end, float(W[ij]))


def _of(arrays: Sequence[Any] | None, c: int) -> Any:
    return None if arrays is None else np.asarray(arrays[c])


def drawn_neurons(size: int) -> list[int]:
    """The neurons of a column that are drawn; −1 where the rest is left out."""
    if size <= MOST:
        return list(range(size))
    return [0, 1, 2, -1, size - 2, size - 1]


def _link(
    axes: Axes, start: Point, end: Point, ij: tuple[int, int], W: Any, mask: Any, colours: Any
) -> None:
    if mask is not None and not mask[ij]:
        p, q = rims(start, end)
        axes.plot([p[0], q[0]], [p[1], q[1]], color=ORANGE, lw=1.1, ls=":")
        return
    colour, width = INK, 0.9
    if W is not None:
        largest = float(np.abs(W).max()) or 1.0
        colour = BLUE if W[ij] >= 0 else ORANGE
        width = 0.4 + 2.0 * abs(float(W[ij])) / largest
    if colours is not None:
        colour, width = str(colours[ij]), 1.5
    between(axes, start, end, colour, width)


def _weight(axes: Axes, start: Point, end: Point, w: float) -> None:
    # A third of the way, where the links of one neuron have parted and those of another not met.
    share = 0.36
    x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    label(axes, (x, y + 0.02), number(w), BLUE if w >= 0 else ORANGE, 9, va="bottom")

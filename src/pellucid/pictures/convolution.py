"""Pictures of convolution and pooling: a filter that slides, its products, strides, pools.

Notes: Def 398, Def 403, Def 405, Def 429, Def 435, KE 453
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from pellucid.errors import ShapeError
from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.pictures.diagram import arrow, canvas, label
from pellucid.pictures.network_links import links
from pellucid.pictures.style import BLUE, GREEN, GREY, INK, ORANGE, SERIES, SETTINGS, side_by_side

Array = NDArray[Any]
CELL = 0.5


def _cells(
    axes: Axes, values: Array, corner: tuple[float, float], colour: str = BLUE,
    marked: Sequence[tuple[int, int]] = (), faint: Sequence[tuple[int, int]] = (),
) -> None:  # fmt: skip
    """A matrix (or a row) of squares with its numbers, from its upper left corner."""
    values = np.atleast_2d(values)
    largest = float(np.nanmax(np.abs(values))) or 1.0
    for (r, c), value in np.ndenumerate(values):
        x, y = corner[0] + CELL * c, corner[1] - CELL * (r + 1)
        tint = 0.05 + 0.3 * abs(float(np.nan_to_num(value))) / largest
        own = ORANGE if (r, c) in marked else (GREY if (r, c) in faint else colour)
        face = (*matplotlib.colors.to_rgb(own), 0.45 if (r, c) in marked else tint)
        axes.add_patch(Rectangle((x, y), CELL, CELL, facecolor=face, edgecolor=INK, lw=0.8))
        text = "" if np.isnan(value) else number(float(value))
        label(axes, (x + CELL / 2, y + CELL / 2), text, size=10 if len(text) < 4 else 8)


def sliding_filter(
    signal: Any, filter: Any, *, at: int | None = None, stride: int = 1, padding: int = 0
) -> Figure:
    """A filter over a signal: the window it stands on, its score, and all the scores.

    Parameters
    ----------
    signal : array, (n,)
    filter : array, (k,)
    at : int, optional
        How many shifts the filter has made; by default those to the largest score.
    stride, padding : int

    Notes: Def 394, Def 398, Def 403, Def 429
    """
    f = np.asarray(filter, float)
    x = np.pad(np.asarray(signal, float), padding)
    if len(x) < len(f):
        raise ShapeError(f"A filter of {len(f)} has no window on a signal of {len(x)}.")
    starts = np.arange(0, len(x) - len(f) + 1, stride)
    y = np.array([x[i : i + len(f)] @ f for i in starts])
    at = int(y.argmax()) if at is None else at
    left = 1.25
    with canvas(left + CELL * len(x) + 0.3, 3.55) as (figure, axes):
        window = [(0, int(starts[at]) + j) for j in range(len(f))]
        edge = [(0, i) for i in range(padding)] + [(0, len(x) - 1 - i) for i in range(padding)]
        _cells(axes, x, (left, 3.3), marked=window, faint=edge)
        shift = CELL * starts[at]
        _cells(axes, f, (left + shift, 2.5), ORANGE)
        middle = left + CELL * (len(f) - 1) / 2
        for i, (start, score) in enumerate(zip(starts, y, strict=True)):
            spot = (middle + CELL * start, 1.2)
            _cells(axes, np.array([score]), spot, GREEN, marked=[(0, 0)] if i == at else [])
        centre = middle + shift + CELL / 2
        arrow(axes, (centre, 1.98), (centre, 1.24), ORANGE)
        products = " ".join(_signed(v * w) for v, w in zip(x[starts[at] :], f, strict=False))
        label(
            axes, (centre + 0.12, 1.6), f"{products} = {number(float(y[at]))}", ORANGE, 10, "left"
        )
        for text, height in (("signal x", 3.05), ("filter f", 2.25), ("y = x ∗ f", 0.95)):
            label(axes, (left - 0.15, height), text, ha="right")
        label(axes, (left - 0.15, 0.4), "shifts", ha="right", size=9)
        for i, start in enumerate(starts):
            label(axes, (middle + CELL * start + CELL / 2, 0.4), str(i), size=9)
        return figure


def _signed(value: float) -> str:
    return f"+ {number(value)}" if value >= 0 else f"− {number(-value)}"


def window_products(image: Any, filter: Any, at: tuple[int, int]) -> Figure:
    """An image with a window on it, the filter, their products, and the sum of these.

    Parameters
    ----------
    image : array, h×w
    filter : array, k×k
    at : (int, int)
        Shifts down and right.

    Notes: Def 405, Concept 406
    """
    A, f = np.asarray(image, float), np.asarray(filter, float)
    r, c = at
    k = f.shape
    V = A[r : r + k[0], c : c + k[1]]
    inside = [(r + i, c + j) for i in range(k[0]) for j in range(k[1])]
    wide = [A.shape[1], k[1], k[1]]
    high = max(A.shape[0], k[0])
    with canvas(sum(wide) * CELL + 2.9, high * CELL + 0.7) as (figure, axes):
        top, x = high * CELL + 0.2, 0.2
        _cells(axes, A, (x, top), marked=inside)
        label(axes, (x, top + 0.2), "image and window", ha="left", size=10)
        x += CELL * wide[0] + 0.5
        label(axes, (x - 0.25, top - CELL * k[0] / 2), "∘", size=14)
        _cells(axes, f, (x, top), ORANGE)
        label(axes, (x, top + 0.2), "filter", ha="left", size=10)
        x += CELL * wide[1] + 0.5
        label(axes, (x - 0.25, top - CELL * k[0] / 2), "=", size=14)
        _cells(axes, V * f, (x, top), GREEN)
        label(axes, (x, top + 0.2), "products", ha="left", size=10)
        total = number(float((V * f).sum()))
        x += CELL * wide[2] + 0.15
        label(axes, (x, top - CELL * k[0] / 2), f"their sum: {total}", ha="left")
        return figure


def pool_gradient(A: Any, size: int = 2, stride: int = 2) -> Figure:
    """Max-pooling forward, the winners marked, and where ones sent back arrive.

    Parameters
    ----------
    A : array, h×w
    size, stride : int

    Notes: Def 434, Def 435, KE 453
    """
    A = np.asarray(A, float)
    rows, columns = (np.arange(0, n - size + 1, stride) for n in A.shape)
    pooled, back = np.zeros((len(rows), len(columns))), np.zeros_like(A)
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            field = A[r : r + size, c : c + size]
            u, v = np.unravel_index(field.argmax(), field.shape)  # ties: the first
            pooled[i, j] = field[u, v]
            back[r + u, c + v] += 1
    won = [(int(r), int(c)) for r, c in np.argwhere(back > 0)]
    high = A.shape[0] * CELL
    with canvas(CELL * (2 * A.shape[1] + pooled.shape[1]) + 2.4, high + 0.7) as (figure, axes):
        top, x = high + 0.2, 0.2
        _cells(axes, A, (x, top), marked=won)
        label(axes, (x, top + 0.2), "A, the largest of each field", ha="left", size=10)
        x += CELL * A.shape[1] + 1.0
        arrow(axes, (x - 0.85, top - high / 2), (x - 0.15, top - high / 2))
        drop = (A.shape[0] - pooled.shape[0]) * CELL / 2
        _cells(axes, pooled, (x, top - drop), GREEN)
        label(axes, (x, top + 0.2), "pooled", ha="left", size=10)
        x += CELL * pooled.shape[1] + 1.0
        arrow(axes, (x - 0.85, top - high / 2), (x - 0.15, top - high / 2), ORANGE)
        _cells(axes, back, (x, top), marked=won)
        label(axes, (x, top + 0.2), "ones sent back", ha="left", size=10)
        return figure


@renamed_arguments(most="max_padding")
def output_lengths(n: int = 10, sizes: Sequence[int] = (1, 3, 5), max_padding: int = 4) -> Figure:
    """Length of the output over padding and over stride, a line a filter size.

    Notes: Concept 402, Def 403, KE 432
    """
    with side_by_side(2, (3.9, 3.2)) as (figure, axes):
        for k, colour in zip(sizes, SERIES, strict=False):
            p, s = np.arange(max_padding + 1), np.arange(1, max_padding + 2)
            axes[0].plot(p, n + 2 * p - (k - 1), "o-", color=colour, label=f"k = {k}")
            axes[1].plot(s, np.ceil((n - (k - 1)) / s), "o-", color=colour, label=f"k = {k}")
        axes[0].axhline(n, color=GREY, ls=":", lw=1.2)
        axes[0].set(xlabel="padding p, stride 1", ylabel=f"outputs of n = {n}")
        axes[1].set(xlabel="stride s, no padding")
        for ax in axes:
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes[0].legend(fontsize=9)
        return figure


def shared_links(n: int = 5, k: int = 3) -> Figure:
    """The links of a filter over n inputs: one colour a shared weight.

    Notes: Clar 418, Def 426
    """
    outputs = n - (k - 1)
    kept = np.array([[0 <= i - j < k for j in range(outputs)] for i in range(n)])
    colours = np.array([[SERIES[(i - j) % k] for j in range(outputs)] for i in range(n)])
    return links(
        [n, outputs], weights=None, colours=[colours], masks=[kept], hidden=True,
        titles=["", f"{k} weights,\n{kept.sum()} links"],
    )  # fmt: skip


def pooling_over_one(others: Sequence[float]) -> Figure:
    """Max-pooling over one entry, the others held still: a ReLU shifted to the runner-up.

    Parameters
    ----------
    others : sequence of float
        The other entries of the field.

    Notes: KE 454
    """
    M = max(others)
    a = np.linspace(M - 3, M + 3, 241)
    with side_by_side(2, (3.7, 3.0)) as (figure, axes):
        axes[0].plot(a, np.maximum(a, M), color=BLUE, lw=2)
        axes[0].set_ylabel("maxpool = M + ReLU(aᵢ − M)")
        axes[1].plot(a, (a > M).astype(float), color=ORANGE, lw=2)
        axes[1].set_ylabel("∂ maxpool / ∂aᵢ")
        for ax in axes:
            ax.axvline(M, color=GREY, ls=":", lw=1.2)
            ax.set_xlabel(f"aᵢ, the largest other M = {number(M)}")
        return figure


def flattened_matrix(M: Any) -> Figure:
    """A matrix with its vector, column by column and row by row.

    Notes: Def 389
    """
    M = np.asarray(M, float)
    high = max(CELL * M.shape[0], 2 * CELL + 0.55)
    width = CELL * (M.shape[1] + M.size) + 2.0
    with canvas(width, high + 0.55) as (figure, axes):
        top = high + 0.25
        _cells(axes, M, (0.2, top))
        label(axes, (0.2, top + 0.15), "image", ha="left", size=10)
        x = 0.2 + CELL * M.shape[1] + 1.2
        arrow(axes, (x - 1.05, top - CELL), (x - 0.2, top - CELL))
        for row, (name, order) in enumerate((("by column", "F"), ("by row", "C"))):
            y = top - 0.05 - row * (CELL + 0.45)
            label(axes, (x, y + 0.17), f"{name}, lying down", ha="left", size=10)
            _cells(axes, M.ravel(order="F" if order == "F" else "C"), (x, y), GREEN)
        return figure


def receptive_fields(
    spans: Sequence[tuple[int, int]], lengths: Sequence[int], names: Sequence[str]
) -> Figure:
    """The receptive field of one output, layer by layer, along one axis.

    Parameters
    ----------
    spans : sequence of (first, last)
        What the output rests on, input first; the last one is the output alone.
    lengths : sequence of int
        Entries of each layer.
    names : sequence of str

    Notes: Def 434, Concept 433
    """
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(6.4, 0.75 * len(spans) + 0.7), layout="constrained")
        axes = figure.add_subplot()
        widest = max(lengths)
        for at, ((first, last), length) in enumerate(zip(spans, lengths, strict=True)):
            step = widest / length
            for i in range(length):
                inside = first <= i <= last
                colour = ORANGE if inside else BLUE
                face = (*matplotlib.colors.to_rgb(colour), 0.45 if inside else 0.1)
                axes.add_patch(
                    Rectangle(
                        (i * step, at - 0.3), step, 0.6, facecolor=face, edgecolor=INK, lw=0.6
                    )
                )
        axes.set(xlim=(0, widest), ylim=(-0.5, len(spans) - 0.5), xlabel="place")
        axes.set_yticks(range(len(names)), names)
        axes.grid(False)
        return figure

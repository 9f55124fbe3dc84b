"""Attention weights as a picture, and a transformer as a stack of encoders beside one of decoders.

Notes: Def 379, Clar 380, Concept 382, Def 383
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pellucid.errors import ShapeError
from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.pictures.diagram import arrow, box, canvas, label
from pellucid.pictures.style import BLUE, GREEN, INK, ORANGE, SETTINGS

COLUMNS = 4


@renamed_arguments(asking="queries", told="keys")
def attention(
    weights: Any,
    queries: Sequence[str],
    keys: Sequence[str] | None = None,
    titles: Sequence[str] = (),
) -> Figure:
    """A square a head: row i shows what place i attends to; each row sums to 1.

    Parameters
    ----------
    weights : array, S×T or heads×S×T
    queries : sequence of str, length S
        Words or characters of the places that look.
    keys : sequence of str, length T, optional
        Of the places looked at; the same when not given.
    titles : sequence of str
        One a head; "head 1" and so on when not given.

    Raises
    ------
    ShapeError
        When words and weights do not agree.

    Notes: Def 379, Clar 380
    """
    P = np.asarray(weights, float)
    P = P[None] if P.ndim == 2 else P
    keys = queries if keys is None else keys
    if P.ndim != 3 or P.shape[1:] != (len(queries), len(keys)):
        raise ShapeError(
            f"Attention weights are heads×{len(queries)}×{len(keys)} for these words; got "
            f"{'×'.join(map(str, P.shape))}."
        )
    heads = len(P)
    columns = min(COLUMNS, heads)
    rows = ceil(heads / columns)
    cell = 0.34 if max(len(keys), len(queries)) <= 10 else 0.2
    wide = max(2.4, cell * len(keys) + 1.0)
    tall = max(2.3, cell * len(queries) + 1.2)
    names = titles or ([f"head {h + 1}" for h in range(heads)] if heads > 1 else [""])
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(wide * columns, tall * rows), layout="compressed")
        for h in range(heads):
            ax = figure.add_subplot(rows, columns, h + 1)
            _square(ax, P[h], queries, keys, written=P[h].size <= 64)
            if cell < 0.3:
                ax.tick_params(labelsize=8)
            ax.set_title(names[h] if h < len(names) else "", fontsize=11)
            if h % columns == 0:
                ax.set_ylabel("understanding this …")
            if h // columns == rows - 1:
                ax.set_xlabel("… how much this counts")
        return figure


def _square(ax: Axes, P: Any, queries: Sequence[str], keys: Sequence[str], written: bool) -> None:
    ax.imshow(P, cmap="Blues", vmin=0, vmax=max(float(P.max()), 1e-9), interpolation="nearest")
    turned = 60 if max(map(len, keys)) > 2 else 0
    ax.set_xticks(range(len(keys)), [_label(word) for word in keys], rotation=turned)
    ax.set_yticks(range(len(queries)), [_label(word) for word in queries])
    ax.grid(False)
    for side in ax.spines.values():
        side.set(visible=True, color=INK, alpha=0.4)
    if written:
        for (i, j), p in np.ndenumerate(P):
            dark = p > 0.55 * P.max()
            ax.text(
                j, i, number(float(round(p, 2))), ha="center", va="center", fontsize=8.5,
                color="white" if dark else "#22303c",
            )  # fmt: skip


def _label(word: str) -> str:
    return {" ": "␣", "\n": "↵"}.get(word, word)


def transformer_stacks(encoders: int = 2, decoders: int = 2) -> Figure:
    """A transformer: a stack of encoders, the internal representation, a stack of decoders.

    Parameters
    ----------
    encoders, decoders : int
        Blocks of each stack.

    Notes: Concept 381, Concept 382, Def 383
    """
    step = 1.75
    height = 1.9 + step * max(encoders, decoders) + 0.9
    left, right = 2.6, 6.8
    with canvas(10.1, height) as (figure, axes):
        for x, count, kind in ((left, encoders, "encoder"), (right, decoders, "decoder")):
            below = "prompt" if kind == "encoder" else "past output"
            label(axes, (x, 0.2), below)
            box(axes, (x, 0.85), "embedding + places", (2.5, 0.46), GREEN)
            arrow(axes, (x, 0.36), (x, 0.6))
            for b in range(count):
                _block(axes, (x, 1.35 + step * b), kind, b + 1)
            arrow(axes, (x, 1.09), (x, 1.33))
        top = 1.35 + step * encoders
        _representation(axes, (left, right), top, [1.35 + step * b for b in range(decoders)])
        end = 1.35 + step * decoders
        box(axes, (right, end + 0.25), "dense, softmax", (2.0, 0.46), GREEN)
        arrow(axes, (right, end + 0.5), (right, end + 0.76))
        label(axes, (right, end + 0.9), "chance of each next token")
        side = right + 2.55
        axes.plot(
            [right + 1.35, side + 0.3, side + 0.3, right + 0.6],
            [end + 0.9, end + 0.9, 0.2, 0.2], color=ORANGE, lw=1.2, ls="--",
        )  # fmt: skip
        arrow(axes, (right + 0.72, 0.2), (right + 0.6, 0.2), ORANGE)
        return figure


def _block(axes: Axes, at: tuple[float, float], kind: str, b: int) -> None:
    """One block: its parts from below, each beside a straight link."""
    x, y = at
    parts = ["self-attention", "dense"]
    if kind == "decoder":
        parts.insert(1, "attention to it")
    high = 1.5 / len(parts)
    axes.add_patch(
        matplotlib.patches.FancyBboxPatch(
            (x - 1.45, y), 2.9, 1.5, boxstyle="round,pad=0,rounding_size=0.08", fill=False,
            edgecolor=INK, lw=1, ls=":",
        )
    )  # fmt: skip
    side = -1.52 if kind == "encoder" else 1.52  # where no arrow to the decoders runs
    ha = "right" if kind == "encoder" else "left"
    label(axes, (x + side, y + 0.75), f"{kind} {b}", size=9.5, ha=ha)
    for p, part in enumerate(parts):
        colour = ORANGE if part == "attention to it" else BLUE
        box(axes, (x, y + high * (p + 0.5)), part, (2.1, high * 0.72), colour)
    arrow(axes, (x, y + 1.5), (x, y + 1.75))


def _representation(
    axes: Axes, xs: tuple[float, float], top: float, readers: Sequence[float]
) -> None:
    left, right = xs
    box(axes, (left, top + 0.25), "internal representation", (2.9, 0.46), ORANGE)
    for y in readers:
        arrow(axes, (left + 1.5, top + 0.25), (right - 1.08, y + 0.75), ORANGE, width=1.0)

"""Pictures of codes: where rows lie, what codes decode to, originals beside reconstructions.

Notes: Concept 351, Concept 362, Concept 363, Def 366, Def 370
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from numpy.typing import NDArray

from pellucid.former_names import renamed_arguments
from pellucid.pictures.diagram import Block, chain
from pellucid.pictures.images import show_image
from pellucid.pictures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SERIES,
    SETTINGS,
    axes_for,
    figure_of,
    legend_above,
    plain_numbers,
    side_by_side,
)

Array = NDArray[np.float64]
MARKS = "osD^vPXp*h"
MOST_LABELS = 12
MOST_DOTS = 3_000
MOST_IMAGES = 60


@renamed_arguments(known="labelled_rows")
def latent_map(
    codes: Array,
    labels: Any = None,
    *,
    images: Any = None,
    labelled_rows: Any = None,
    seed: int = 0,
    ax: Axes | None = None,
) -> Figure:
    """Rows by their code: along a1 and a2, or along a1 alone; small pictures where there are any.

    Parameters
    ----------
    codes : ndarray, shape (n, k)
    labels : array, shape (n,), optional
        Colour and mark of each row; beyond twelve labels all rows are drawn alike.
    images : array, n×h×w or n×h×w×c, optional
        Some of them stand where their codes are, no two over one another.
    labelled_rows : array of int, optional
        Places of rows to ring, such as the labelled ones.
    seed : int
        Of the rows drawn, where there are more than 3,000.

    Notes: Concept 351, Concept 363, Def 366
    """
    random = np.random.default_rng(seed)
    shown = np.sort(random.permutation(len(codes))[:MOST_DOTS])
    height = codes[:, 1] if codes.shape[1] > 1 else random.uniform(-1, 1, len(codes))
    names = [] if labels is None else [str(each) for each in np.unique(np.asarray(labels, str))]
    with axes_for(ax, (6.4, 5.2)) as axes:
        faint = 0.35 if images is not None else 0.6
        groups = names if 1 < len(names) <= MOST_LABELS else [""]
        for at, name in enumerate(groups):
            own = shown if not name else shown[np.asarray(labels, str)[shown] == name]
            axes.plot(
                codes[own, 0], height[own], MARKS[at % len(MARKS)], ls="", alpha=faint,
                color=label_colour(at, len(groups)), markersize=3.5, mew=0, label=name or None,
            )  # fmt: skip
        if labelled_rows is not None:
            ring: dict[str, Any] = {"mfc": "none", "mec": INK, "mew": 2, "markersize": 14}
            axes.plot(codes[labelled_rows, 0], height[labelled_rows], "o", **ring)
            axes.set_title("ringed: the rows with a label", fontsize=10)
        if images is not None:
            _place(axes, codes[:, 0], height, np.asarray(images), random.permutation(len(codes)))
        axes.set_xlabel("a1")
        axes.set_ylabel("a2" if codes.shape[1] > 1 else "(spread at random)")
        if codes.shape[1] < 2:
            axes.set_yticks([])
        for axis in (axes.xaxis, axes.yaxis)[: codes.shape[1]]:
            plain_numbers(axis)
        if groups != [""]:
            axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9, markerscale=1.8)
        return figure_of(axes)


def label_colour(at: int, count: int) -> Any:
    """Colour of the at-th of so many labels."""
    if count <= len(SERIES):
        return SERIES[at]
    return matplotlib.colormaps["tab10" if count <= 10 else "tab20"](at)


def _place(axes: Axes, x: Array, y: Array, images: Any, order: Any) -> None:
    """Pictures at their codes, none nearer to another than its own width."""
    spans = max(np.ptp(x), 1e-12), max(np.ptp(y), 1e-12)
    placed: list[tuple[float, float]] = []
    for row in order:
        spot = x[row] / spans[0], y[row] / spans[1]
        if any(abs(spot[0] - p) < 0.07 and abs(spot[1] - q) < 0.085 for p, q in placed):
            continue
        placed.append(spot)
        image = images[row][..., 0] if images[row].ndim == 3 else images[row]
        box = OffsetImage(_inked(image), zoom=20 / max(image.shape))
        axes.add_artist(AnnotationBbox(box, (x[row], y[row]), frameon=False, pad=0))
        if len(placed) >= MOST_IMAGES:
            return


def _inked(image: Any) -> Array:
    """An image as ink of that strength on nothing: its paper hides no other."""
    strength = (image - image.min()) / (np.ptp(image) or 1)
    ink = np.zeros((*image.shape, 4))
    ink[..., :3] = (0.25, 0.31, 0.36)
    ink[..., 3] = strength
    return ink


def originals_and_reconstructions(
    originals: Any, rebuilt: Mapping[str, Any], titles: Sequence[str] = (), name: str = "original"
) -> Figure:
    """Images above, and below each what its code decodes to.

    Parameters
    ----------
    originals : array, n×h×w
    rebuilt : mapping of name to array n×h×w
        One line each.
    titles : sequence of str
        Above the originals.
    name : str
        Of the first line.

    Notes: Clar 355
    """
    lines = {name: originals, **rebuilt}
    low, high = float(np.min(originals)), float(np.max(originals))
    n = len(originals)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(0.85 * n + 1.2, 0.95 * len(lines) + 0.3), layout="constrained")
        for line, (said, images) in enumerate(lines.items()):
            for at in range(n):
                ax = figure.add_subplot(len(lines), n, line * n + at + 1)
                _framed(ax, images[at], low, high)
                if line == 0 and at < len(titles):
                    ax.set_title(titles[at], fontsize=9)
                if at == 0:
                    ax.set_ylabel(said, fontsize=9, rotation=0, ha="right", va="center")
        return figure


def _framed(ax: Axes, image: Any, low: float, high: float) -> None:
    """An image on a shared scale, in a faint frame."""
    show_image(ax, image, vmin=low, vmax=high)
    for side in ax.spines.values():
        side.set(visible=True, color=INK, alpha=0.3)


def decoded_images(grid: Any, codes: Any = None) -> Figure:
    """What a grid of codes decodes to, as one sheet.

    Parameters
    ----------
    grid : array, r×c×h×w
        First row highest.
    codes : array, r×c×k, optional
        Whose first two numbers name the axes.

    Notes: Concept 363
    """
    r, c, h, w = np.shape(grid)
    sheet = np.asarray(grid).transpose(0, 2, 1, 3).reshape(r * h, c * w)
    with axes_for(None, (5.2, 5.2 * r * h / (c * w))) as ax:
        if codes is None:
            show_image(ax, sheet)
            return figure_of(ax)
        left, right = codes[0, 0, 0], codes[0, -1, 0]
        top, bottom = codes[0, 0, 1], codes[-1, 0, 1]
        half = (right - left) / (2 * (c - 1)), (top - bottom) / (2 * (r - 1))
        extent = (left - half[0], right + half[0], bottom - half[1], top + half[1])
        ax.imshow(sheet, cmap="gray_r", extent=extent, aspect="auto", interpolation="nearest")
        ax.grid(visible=False)
        ax.set_xlabel("a1")
        ax.set_ylabel("a2")
        plain_numbers(ax.xaxis)
        plain_numbers(ax.yaxis)
        return figure_of(ax)


def traversals(rows: Sequence[Any], names: Sequence[str], values: Sequence[Any] = ()) -> Figure:
    """One line a number of the code: it grows from left to right, the others stay.

    Parameters
    ----------
    rows : sequence of arrays, m×h×w
    names : sequence of str
    values : sequence of arrays, (m,), optional

    Notes: Concept 362
    """
    from pellucid.formatting import number

    m = len(rows[0])
    low, high = min(float(np.min(r)) for r in rows), max(float(np.max(r)) for r in rows)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(0.95 * m + 0.8, 1.2 * len(rows)), layout="constrained")
        for line, images in enumerate(rows):
            for at in range(m):
                ax = figure.add_subplot(len(rows), m, line * m + at + 1)
                _framed(ax, images[at], low, high)
                if line < len(values):
                    ax.set_title(number(float(values[line][at]), 2), fontsize=9)
                if at == 0:
                    ax.set_ylabel(names[line], rotation=0, ha="right", va="center")
        return figure


def variance_explained_by_column(
    names: Sequence[str], shares: Sequence[float], ax: Axes | None = None
) -> Figure:
    """What a code keeps of each column: 1 is all, 0 no more than the mean tells.

    Notes: Concept 357
    """
    with axes_for(ax, (5.6, 0.32 * len(names) + 1.0)) as axes:
        places = np.arange(len(names))[::-1]
        axes.barh(places, np.maximum(shares, 0), color=BLUE, height=0.62)
        for place, share in zip(places, shares, strict=True):
            axes.text(max(share, 0) + 0.01, place, f"{max(share, 0):.0%}", va="center", fontsize=9)
        axes.set_yticks(places, [name if len(name) < 24 else name[:22] + "…" for name in names])
        axes.set_xlim(0, 1.08)
        axes.set_xlabel("kept, on rows never used")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.grid(visible=False, axis="y")
        return figure_of(axes)


def cloud_reconstructions(
    X: Array, curves: Mapping[str, Array], names: tuple[str, str] = ("x₁", "x₂")
) -> Figure:
    """Rows of a plane, and where each way of encoding puts them: reconstructions as a line of dots.

    Parameters
    ----------
    X : ndarray, shape (n, 2)
    curves : mapping of name to ndarray (m, 2)

    Notes: §8.4.5, Concept 368
    """
    with axes_for(None, (5.4, 4.4)) as axes:
        axes.plot(*X.T, ".", color=GREY, alpha=0.5, markersize=4, label="rows")
        for at, (name, rebuilt) in enumerate(curves.items()):
            axes.plot(*rebuilt.T, MARKS[at], color=SERIES[at], markersize=3, mew=0, label=name)
        axes.set_aspect("equal")
        axes.set_xlabel(names[0])
        axes.set_ylabel(names[1])
        legend_above(axes)
        return figure_of(axes)


def axes_of_cloud(X: Array, axes_: Array, variances: Array, mean: Array) -> Figure:
    """A cloud with its principal axes, each as long as the rows spread along it.

    Notes: Concept 367, Concept 368
    """
    with axes_for(None, (4.8, 4.2)) as ax:
        ax.plot(*X.T, ".", color=GREY, alpha=0.5, markersize=4)
        total = float(np.sum(variances))
        for at, (axis, variance) in enumerate(zip(axes_, variances, strict=True)):
            tip = mean + 2 * np.sqrt(variance) * axis
            ax.annotate(
                "",
                tuple(tip),
                tuple(mean),
                arrowprops={"arrowstyle": "-|>", "color": SERIES[at], "lw": 2.4},
            )
            ax.plot(
                [], [], color=SERIES[at], lw=2.4, label=f"axis {at + 1}: {variance / total:.1%}"
            )
        ax.set_aspect("equal")
        ax.set_xlabel("x₁")
        ax.set_ylabel("x₂")
        legend_above(ax)
        return figure_of(ax)


def point_and_distribution(at: float, deviation: float) -> Figure:
    """A plain code as a point mass beside a variational one: a normal centred there.

    Notes: Def 370
    """
    t = np.linspace(at - 4 * deviation, at + 4 * deviation, 200)
    bell = np.exp(-(((t - at) / deviation) ** 2) / 2) / (deviation * np.sqrt(2 * np.pi))
    with side_by_side(2, (3.2, 2.6)) as (figure, axes):
        axes[0].plot([at, at], [0, bell.max()], color=BLUE, lw=3)
        axes[0].set_title("autoencoder: always the same")
        axes[1].fill_between(t, bell, color=ORANGE, alpha=0.4)
        axes[1].plot(t, bell, color=ORANGE, lw=2)
        axes[1].set_title("variational: a normal")
        for ax in axes:
            ax.set_xlim(t[0], t[-1])
            ax.set_ylim(0, 1.1 * bell.max())
            ax.set_xlabel("code a")
            ax.set_yticks([])
            plain_numbers(ax.xaxis)
        return figure


def sampling_pipeline(model: Any, row: Any, seed: int = 0) -> Figure:
    """A row on its way through a variational autoencoder: distribution, sample, decoded row.

    Parameters
    ----------
    model : VariationalAutoencoder
        A fitted one.
    row : array, shape (d,)
    seed : int
        Of the sample.

    Notes: Def 370, Concept 371
    """
    x = np.asarray(row, dtype=float)[None]
    (m,), (s,) = model.distribution(x)
    code = model.sample_codes(x, seed)
    made = model.decode(code)[0]
    distribution = f"m = {_short(m)}, s = {_short(s)}"
    return chain(
        [
            Block(_short(x[0]), boxed=False),
            Block("encoder", distribution, colour=BLUE),
            Block("sample a = m + s z", f"a = {_short(code[0])}", above="z from N(0, 1)"),
            Block("decoder", _short(made), colour=BLUE),
            Block("x̃", boxed=False),
        ]
    )


def _short(values: Any) -> str:
    """A number, a few of them in brackets, or how many there are."""
    from pellucid.formatting import number

    if len(values) > 4:
        return f"{len(values)} numbers"
    text = ", ".join(number(float(v)) for v in values)
    return text if len(values) == 1 else f"({text})"

"""Images: several side by side, what is got wrong most confidently, what a pixel matters.

Notes: Def 175, Concept 446
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pellucid.evaluation.roc_and_calibration import confusion_counts
from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.pictures.prediction_errors import confusion
from pellucid.pictures.style import INK, ORANGE, SETTINGS


def images(
    arrays: Sequence[Any],
    titles: Sequence[str] = (),
    *,
    columns: int = 6,
    numbers: bool | None = None,
    windows: Sequence[tuple[int, int, int, int] | None] = (),
    signed: bool = False,
    size: float = 1.7,
    shared: bool = False,
) -> Figure:
    """Images or maps side by side, dark where they are large.

    Parameters
    ----------
    arrays : sequence of arrays, h×w or h×w×1
    titles : sequence of str
    columns : int
    numbers : bool, optional
        Whether the entries are written; by default where there are at most 60 of them.
    windows : sequence of (row, column, height, width) or None
        A frame on each image.
    signed : bool
        Purple above 0, orange below, instead of greys.
    size : float
        Inches an image.
    shared : bool
        Whether all of them share one scale.

    Notes: Def 389, Def 394, Concept 413
    """
    columns = min(columns, len(arrays))
    rows = ceil(len(arrays) / columns)
    flat = [np.asarray(each, float).reshape(np.shape(each)[:2]) for each in arrays]
    largest = max(float(np.abs(each).max()) for each in flat)
    with matplotlib.rc_context(SETTINGS):
        tall = size * min(1.3, max(each.shape[0] / each.shape[1] for each in flat))
        figure = Figure(
            figsize=((size + 0.15) * columns, (tall + 0.35) * rows), layout="constrained"
        )
        for at, image in enumerate(flat):
            ax = figure.add_subplot(rows, columns, at + 1)
            bound = (largest if shared else float(np.abs(image).max())) or 1.0
            _pixels(ax, image, bound, signed, image.size <= 60 if numbers is None else numbers)
            if at < len(titles):
                ax.set_title(titles[at], fontsize=10)
            window = windows[at] if at < len(windows) else None
            if window is not None:
                r, c, h, w = window
                ax.add_patch(
                    Rectangle((c - 0.5, r - 0.5), w, h, fill=False, edgecolor=ORANGE, lw=2.5)
                )
        return figure


def _pixels(ax: Axes, image: Any, bound: float, signed: bool, numbers: bool) -> None:
    if signed:
        ax.imshow(image, cmap="PuOr", vmin=-bound, vmax=bound, interpolation="nearest")
    else:
        low = min(0.0, float(image.min()))
        ax.imshow(image, cmap="gray_r", vmin=low, vmax=bound, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for side in ax.spines.values():
        side.set(visible=True, color=INK, alpha=0.4)
    if numbers:
        for (r, c), value in np.ndenumerate(image):
            dark = value > 0.55 * bound or (signed and abs(value) > 0.55 * bound)
            text = number(float(value))
            ax.text(
                c, r, text, ha="center", va="center", fontsize=8 if len(text) < 4 else 6.5,
                color="white" if dark else "#22303c",
            )  # fmt: skip


@renamed_arguments(truths="labels", chances="probabilities")
def confident_mistakes(
    images: Any, labels: Any, probabilities: Any, classes: Sequence[Any], shown: int = 8
) -> Figure:
    """The confusion matrix beside the images that were got wrong most confidently.

    Parameters
    ----------
    images : array, n×h×w or n×h×w×c
    labels : array, (n,)
        Labels.
    probabilities : array, n×k
        In the order of `classes`.
    classes : sequence, length k
    shown : int
        How many images, at most.

    Notes: Def 175, Concept 446
    """
    probabilities, labels = np.asarray(probabilities), np.asarray(labels)
    names = [str(each) for each in classes]
    said = np.asarray(classes)[probabilities.argmax(axis=1)]
    wrong = np.flatnonzero(said != labels)
    wrong = wrong[np.argsort(-probabilities.max(axis=1)[wrong], kind="stable")][:shown]
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9.4, 4.4), layout="constrained")
        parts: Any = figure.subfigures(1, 2, width_ratios=[1.15, 1])
        left, right = parts
        for part in (left, right):
            part.set_facecolor("none")
        confusion(confusion_counts(labels, said, names), names, ax=left.add_subplot())
        rows = max(1, ceil(shown / 4))
        for at, row in enumerate(wrong):
            ax = right.add_subplot(rows, 4, at + 1)
            show_image(ax, images[row])
            ax.set_title(
                f"{labels[row]} said {said[row]}\n{probabilities[row].max():.0%}", fontsize=9
            )
        if not len(wrong):
            right.text(0.5, 0.5, "no mistakes", ha="center")
        return figure


def show_image(ax: Axes, image: Any, cmap: str = "gray_r", **settings: Any) -> None:
    """An image without ticks; a single channel in greys."""
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    ax.imshow(image, cmap=cmap, interpolation="nearest", **settings)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for side in ax.spines.values():
        side.set_visible(False)


def saliency(images: Any, gradients: Any, titles: Sequence[str] = ()) -> Figure:
    """Images above, and below how much each pixel moves the score of the answer.

    Parameters
    ----------
    images, gradients : arrays, n×h×w or n×h×w×c
        The gradient of a score by the image.
    titles : sequence of str

    Notes: Concept 446
    """
    images, gradients = np.asarray(images), np.asarray(gradients)
    size = np.abs(gradients).max(axis=-1) if gradients.ndim == 4 else np.abs(gradients)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(1.5 * len(images) + 0.4, 3.3), layout="constrained")
        for at in range(len(images)):
            above = figure.add_subplot(2, len(images), at + 1)
            show_image(above, images[at])
            if at < len(titles):
                above.set_title(titles[at], fontsize=10)
            below = figure.add_subplot(2, len(images), len(images) + at + 1)
            show_image(below, size[at], cmap="Oranges")
            if at == 0:
                above.set_ylabel("image")
                below.set_ylabel("saliency")
        return figure

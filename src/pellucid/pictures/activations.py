"""Activations with their slopes, and losses with the outputs they belong to.

Notes: Concept 284, Notation 301, Concept 286, Notation 302
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pellucid.networks.layers.activations import Elementwise
from pellucid.networks.output_losses import OUTPUT_LOSSES
from pellucid.pictures.style import BLUE, GREY, ORANGE, axes_for, figure_of, side_by_side


def activation_curve(
    activation: Elementwise, at: float | None = None, ax: Axes | None = None
) -> Figure:
    """f and f′ over z; the value and the slope at one z, with its tangent.

    Parameters
    ----------
    activation : Elementwise
    at : float, optional
        Where the tangent touches.
    ax : Axes, optional

    Notes: Concept 284, Notation 301, Concept 442
    """
    z = np.linspace(-4, 4, 401).astype(np.float32)
    a = np.asarray(activation.f(z))
    slope = np.asarray(activation.slope(z, a))
    with axes_for(ax, (4.2, 3.2)) as axes:
        axes.plot(z, a, color=BLUE, lw=2, label="f(z)")
        axes.plot(z, slope, color=ORANGE, lw=1.5, ls="--", label="f′(z)")
        if at is not None:
            here = np.float32(at)
            f = float(activation.f(here))
            rise = float(activation.slope(here, np.float32(f)))
            axes.plot([at - 1.2, at + 1.2], [f - 1.2 * rise, f + 1.2 * rise], color=GREY, lw=1)
            axes.plot(at, f, "o", color=BLUE)
            axes.set_title(f"{type(activation).__name__}: f({at:g}) = {f:.3g}, f′ = {rise:.3g}")
        else:
            axes.set_title(type(activation).__name__)
        axes.set_xlabel("z")
        axes.legend(loc="upper left", fontsize=9)
        return figure_of(axes)


def activation_curves(activations: Sequence[Elementwise]) -> Figure:
    """Several activations side by side, each with its slope.

    Notes: Concept 284, Notation 301
    """
    with side_by_side(len(activations), (2.7, 2.9)) as (figure, axes):
        for ax, each in zip(axes, activations, strict=True):
            activation_curve(each, ax=ax)
            ax.set_ylim(-1.6, 4.2)
            if ax is not axes[0]:
                ax.get_legend().remove()  # type: ignore[union-attr]
        return figure


# Task -> output activation, loss, and what is drawn on the horizontal axis.
PAIRS = (
    ("a number", "identity, square loss", "square"),
    ("one of two", "sigmoid, NLL", "nll"),
    ("one of several", "softmax, NLLM", "nllm"),
)


def output_loss_pairs() -> Figure:
    """From the task to its output and loss: the loss against the guess g, for the truth y.

    Notes: Concept 286, Notation 302
    """
    with side_by_side(len(PAIRS), (3.4, 3.1)) as (figure, axes):
        for ax, (task, pair, name) in zip(axes, PAIRS, strict=True):
            _loss_curves(ax, name)
            ax.set_title(f"{task}\n{pair}", fontsize=11)
            ax.set_xlabel("guess g")
        axes[0].set_ylabel("loss")
        return figure


def _loss_curves(ax: Axes, name: str) -> None:
    loss = OUTPUT_LOSSES[name]
    low, high = (0.01, 0.99) if loss.probabilities else (-1.0, 2.0)
    g = np.linspace(low, high, 200)[:, None].astype(np.float32)
    truths: tuple[float, ...] = (1.0,) if name == "nllm" else (0.0, 1.0)
    for y, colour in zip(truths, (BLUE, ORANGE), strict=False):
        drawn = np.asarray(loss.value(g, np.full_like(g, y)))
        text = "of the true class" if name == "nllm" else f"y = {y:g}"
        ax.plot(g[:, 0], drawn, color=colour, lw=2, label=text)
    ax.legend(fontsize=9)

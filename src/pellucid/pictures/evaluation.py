"""Pictures of an evaluation: candidates, the λ path, the learning curve, the weights.

Notes: Concept 87, Concept 77, Def 73, Def 75, Def 49
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.evaluation.diagnosis import split_error
from pellucid.evaluation.evaluation_results import Candidate, LearningCurve, Score
from pellucid.former_names import renamed_arguments
from pellucid.jobs.fit.fit_result import Weight
from pellucid.losses import LOSSES
from pellucid.pictures.style import BLUE, GREY, INK, ORANGE, axes_for, figure_of, plain_numbers


def shorten_name(name: str, max_length: int = 28) -> str:
    """A name that fits beside an axis: long ones lose their middle."""
    if len(name) <= max_length:
        return name
    head = (max_length - 1) // 2
    return f"{name[:head]}…{name[-(max_length - 1 - head) :]}"


def loss_title(loss: str) -> str:
    """What a person calls a loss."""
    return LOSSES[loss].title if loss in LOSSES else loss


@renamed_arguments(tried="compared")
def candidates(
    compared: Sequence[Candidate], chosen: str, loss: str, ax: Axes | None = None
) -> Figure:
    """Held-out loss of each candidate, with its standard error; the chosen one stands out.

    Parameters
    ----------
    compared : sequence of Candidate
        In any order.
    chosen : str
        Name of the chosen one.
    loss : str
        Name of the loss, for the axis.
    ax : Axes or None
        Where to draw.

    Notes: Concept 87
    """
    shown = [c for c in compared if np.isfinite(c.score.mean)]
    with axes_for(ax, (5.2, 0.8 + 0.5 * max(len(shown), 1))) as axes:
        for at, c in enumerate(shown):
            colour = ORANGE if c.name == chosen else BLUE
            axes.errorbar(
                c.score.mean, at, xerr=c.score.error, fmt="o", color=colour, capsize=4, markersize=8
            )
            axes.plot(c.training, at, "|", color=GREY, markersize=14, markeredgewidth=2)
        best = min(shown, key=lambda c: c.score.mean, default=None)
        if best is not None:
            axes.axvspan(
                best.score.mean - best.score.error,
                best.score.mean + best.score.error,
                color=GREY,
                alpha=0.15,
                lw=0,
            )
        axes.set_yticks(range(len(shown)), [shorten_name(c.name) for c in shown])
        axes.set_ylim(len(shown) - 0.5, -0.5)
        plain_numbers(axes.xaxis)
        axes.set_xlabel(f"{loss_title(loss)} (● held-out, | training)")
        return figure_of(axes)


def lambda_path(
    path: Sequence[tuple[float, Score, float]], lam: float, loss: str, ax: Axes | None = None
) -> Figure:
    """Held-out and training loss against λ: too small overfits, too large cannot follow.

    Parameters
    ----------
    path : sequence of (λ, held-out score, training loss)
        Along the grid.
    lam : float
        The chosen λ.
    loss : str
        Name of the loss.
    ax : Axes or None
        Where to draw.

    Notes: Concept 77, Concept 78, Concept 87
    """
    lams = np.array([p[0] for p in path])
    held = np.array([p[1].mean for p in path])
    error = np.array([p[1].error for p in path])
    with axes_for(ax) as axes:
        axes.fill_between(lams, held - error, held + error, color=BLUE, alpha=0.18, lw=0)
        axes.plot(lams, held, "o-", color=BLUE, label="held-out", markersize=4)
        axes.plot(lams, [p[2] for p in path], "s--", color=GREY, label="training", markersize=3)
        axes.axvline(lam, color=ORANGE, lw=1.5, label=f"chosen λ = {lam:.2g}")
        _scale_of(axes, lams)
        axes.set_xlabel("λ, weight of the regularizer")
        plain_numbers(axes.yaxis)
        axes.set_ylabel(loss_title(loss))
        axes.legend()
        return figure_of(axes)


def structural_and_estimation_error(
    path: Sequence[tuple[float, Score, float]], lam: float, loss: str, ax: Axes | None = None
) -> Figure:
    """Held-out loss along λ, parted in structural error with noise, and estimation error.

    Parameters
    ----------
    path, lam, loss, ax
        As in `lambda_path`.

    Notes: Def 73, Def 75, Concept 77, Concept 78
    """
    lams = np.array([p[0] for p in path])
    parts = np.array([split_error(score.mean, training) for _, score, training in path])
    with axes_for(ax) as axes:
        names = ("structural error and noise", "estimation error")
        for part, name, colour, hatch in zip(
            (np.stack([0 * lams, parts[:, 0]]), np.stack([parts[:, 0], parts.sum(axis=1)])),
            names, (BLUE, ORANGE), ("", "///"), strict=True,
        ):  # fmt: skip
            axes.fill_between(
                lams, *part, color=colour, alpha=0.35, lw=0.5, hatch=hatch, label=name
            )
        axes.axvline(lam, color=INK, lw=1.5, ls="--", label=f"chosen λ = {lam:.2g}")
        _scale_of(axes, lams)
        axes.set_ylim(0, 1.6 * float(parts.sum(axis=1)[: np.argmax(lams >= lam) + 1].max()))
        axes.set_xlabel("λ, weight of the regularizer")
        plain_numbers(axes.yaxis)
        axes.set_ylabel(loss_title(loss))
        axes.legend(loc="upper left")
        return figure_of(axes)


def _scale_of(axes: Axes, lams: NDArray[np.float64]) -> None:
    positive = lams[lams > 0]
    if len(positive) > 1 and positive.max() / positive.min() > 20:
        if (lams == 0).any():
            axes.set_xscale("symlog", linthresh=float(positive.min()))
        else:
            axes.set_xscale("log")


def learning_curve(curve: LearningCurve, loss: str, ax: Axes | None = None) -> Figure:
    """Held-out and training loss as rows are added: the gap is estimation error.

    Notes: Def 73, Def 75, Clar 74
    """
    sizes = np.array(curve.sizes)
    with axes_for(ax) as axes:
        for scores, colour, mark, label in (
            (curve.held_out, BLUE, "o-", "held-out"),
            (curve.training, GREY, "s--", "training"),
        ):
            mean = np.array([s.mean for s in scores])
            error = np.array([s.error for s in scores])
            axes.fill_between(sizes, mean - error, mean + error, color=colour, alpha=0.18, lw=0)
            axes.plot(sizes, mean, mark, color=colour, label=label, markersize=5)
        axes.set_xscale("log")
        axes.set_xticks(sizes, [f"{s:,}" for s in sizes])
        axes.minorticks_off()
        plain_numbers(axes.yaxis)
        axes.set_xlabel("training rows")
        axes.set_ylabel(loss_title(loss))
        axes.legend()
        return figure_of(axes)


@renamed_arguments(most="max_weights", found="model_weights")
def weights(
    model_weights: Sequence[Weight], max_weights: int = 20, ax: Axes | None = None
) -> Figure:
    """The largest weights, each times the standard deviation of its column.

    Notes: Def 49, §2.3.8
    """
    shown = list(model_weights[:max_weights])
    with axes_for(ax, (5.2, 0.8 + 0.3 * max(len(shown), 1))) as axes:
        sizes = [w.standardized for w in shown]
        axes.barh(range(len(shown)), sizes, color=[BLUE if s >= 0 else ORANGE for s in sizes])
        names = [shorten_name(f"{w.name} → {w.output}" if w.output else w.name, 34) for w in shown]
        axes.set_yticks(range(len(shown)), names)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.axvline(0, color=INK, lw=0.8)
        axes.set_xlabel("score per standard deviation")
        return figure_of(axes)

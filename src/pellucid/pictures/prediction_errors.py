"""Pictures of the errors on rows never used: residuals, confusion, ROC, calibration, costs.

Notes: Def 129, Def 151, Def 175, §2.3.5
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.evaluation import roc_and_calibration
from pellucid.evaluation.roc_and_calibration import confusion_counts
from pellucid.former_names import renamed_arguments
from pellucid.pictures.evaluation import shorten_name
from pellucid.pictures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    axes_for,
    figure_of,
    plain_numbers,
    side_by_side,
)

Array = NDArray[Any]
MOST_POINTS = 3_000  # points drawn; more only darken the picture


def _few(n: int) -> NDArray[np.intp]:
    return np.unique(np.linspace(0, n - 1, min(n, MOST_POINTS)).round().astype(np.intp))


@renamed_arguments(truths="targets", guesses="predictions")
def predicted_against_actual(targets: Array, predictions: Array, ax: Axes | None = None) -> Figure:
    """Each test row: its target against its prediction; on the line the prediction is right.

    Notes: Def 31
    """
    rows = _few(len(targets))
    with axes_for(ax) as axes:
        axes.plot(
            predictions[rows], targets[rows], "o", color=BLUE, alpha=0.55, markersize=4, mew=0
        )
        ends = [min(targets.min(), predictions.min()), max(targets.max(), predictions.max())]
        axes.plot(ends, ends, color=ORANGE, lw=1.2)
        plain_numbers(axes.xaxis)
        plain_numbers(axes.yaxis)
        axes.set_xlabel("predicted")
        axes.set_ylabel("actual")
        return figure_of(axes)


@renamed_arguments(truths="targets", guesses="predictions")
def residuals(targets: Array, predictions: Array, ax: Axes | None = None) -> Figure:
    """Prediction minus target against the prediction: a pattern here is structure the model misses.

    Notes: §2.5.4, Def 75
    """
    rows = _few(len(targets))
    with axes_for(ax) as axes:
        left = predictions - targets
        axes.plot(predictions[rows], left[rows], "o", color=BLUE, alpha=0.55, markersize=4, mew=0)
        axes.axhline(0, color=ORANGE, lw=1.2)
        plain_numbers(axes.xaxis)
        plain_numbers(axes.yaxis)
        axes.set_xlabel("predicted")
        axes.set_ylabel("predicted − actual")
        return figure_of(axes)


def confusion(counts: NDArray[np.int64], classes: Sequence[str], ax: Axes | None = None) -> Figure:
    """How often each class was said for each: shaded by the share of its row.

    More than twenty classes: those with the most mistakes are shown.

    Notes: Def 129, Def 175
    """
    shown = np.arange(len(classes))
    if len(classes) > 20:
        wrong = counts.sum(axis=1) + counts.sum(axis=0) - 2 * np.diag(counts)
        shown = np.sort(np.argsort(-wrong, kind="stable")[:20])
    some = counts[np.ix_(shown, shown)]
    names = [shorten_name(str(classes[int(i)]), 16) for i in shown]
    side = 2.2 + 0.45 * len(shown)
    with axes_for(ax, (max(side, 4.0), max(side * 0.85, 3.2))) as axes:
        share = some / np.maximum(some.sum(axis=1, keepdims=True), 1)
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1.15)
        for i in range(len(shown)):
            for j in range(len(shown)):
                if some[i, j]:
                    colour = "white" if share[i, j] > 0.55 else "#22303c"
                    axes.text(j, i, f"{some[i, j]}", ha="center", va="center", color=colour)
        turned = 60 if max(map(len, names)) * len(names) > 30 else 0
        axes.set_xticks(
            range(len(shown)), names, rotation=turned, ha="right" if turned else "center"
        )
        axes.set_yticks(range(len(shown)), names)
        axes.grid(False)
        axes.set_xlabel("predicted")
        axes.set_ylabel("actual")
        return figure_of(axes)


def roc(probabilities: Array, positive: Array, ax: Axes | None = None) -> Figure:
    """Hits against false alarms as the threshold falls from 1 to 0.

    Notes: Def 151
    """
    from sklearn.metrics import roc_curve

    false_alarms, hits, _ = roc_curve(positive, probabilities)
    with axes_for(ax, (4.6, 4.2)) as axes:
        axes.plot([0, 1], [0, 1], color=GREY, lw=1, ls=":")
        axes.plot(false_alarms, hits, color=BLUE, lw=2)
        axes.set_xlabel("share of negatives called positive")
        axes.set_ylabel("share of positives found")
        axes.set_aspect("equal")
        return figure_of(axes)


def calibration(
    probabilities: Array, positive: Array, bins: int = 10, ax: Axes | None = None
) -> Figure:
    """Said probability against how often it came true; bars count the rows.

    Notes: Concept 149, KE 150
    """
    said, came, counts, lower = roc_and_calibration.calibration(probabilities, positive, bins)
    error = np.sqrt(np.maximum(came * (1 - came), 0.25 / counts) / counts)
    with axes_for(ax, (4.6, 4.2)) as axes:
        tall = counts / counts.max() * 0.25
        axes.bar(lower, tall, width=1 / bins, align="edge", color=GREY, alpha=0.25)
        axes.plot([0, 1], [0, 1], color=GREY, lw=1, ls=":")
        low, high = np.minimum(error, came), np.minimum(error, 1 - came)
        axes.errorbar(
            said, came, yerr=[low.tolist(), high.tolist()], fmt="o-", color=BLUE, capsize=3
        )
        axes.set_xlabel("probability said")
        axes.set_ylabel("share that came true")
        axes.set_ylim(-0.02, 1.02)
        return figure_of(axes)


def costs_by_threshold(
    thresholds: Array, costs: Array, chosen: float, ax: Axes | None = None
) -> Figure:
    """Mean cost a row at each threshold, with the one in use.

    Notes: Def 151, §1.3
    """
    with axes_for(ax) as axes:
        axes.plot(thresholds, costs, color=BLUE, lw=2)
        axes.axvline(chosen, color=ORANGE, lw=1.5, label=f"in use: {chosen:.3g}")
        axes.axvline(0.5, color=INK, lw=1, ls=":", label="one half")
        axes.set_xlabel("threshold")
        axes.set_ylabel("mean cost of a test row")
        axes.legend()
        return figure_of(axes)


@renamed_arguments(truths="labels", said="predicted")
def binary_errors(
    probabilities: Array, labels: Array, predicted: Array, classes: Sequence[str]
) -> Figure:
    """Confusion, ROC and calibration of a classifier of two classes, side by side.

    Parameters
    ----------
    probabilities : array, shape (n,)
        Of the second class.
    labels, predicted : array, shape (n,)
        Labels, among `classes`.
    classes : two str
        The second is the positive one.

    Notes: Def 175, Def 151, Concept 149
    """
    hit = np.array([str(truth) == classes[1] for truth in labels])
    with side_by_side(3, (4.2, 3.9)) as (figure, axes):
        confusion(confusion_counts(labels, predicted, classes), classes, axes[0])
        roc(probabilities, hit, axes[1])
        calibration(probabilities, hit, ax=axes[2])
        right = np.mean([str(a) == str(b) for a, b in zip(labels, predicted, strict=True)])
        axes[0].set_title(f"accuracy {right:.3g}")
        axes[1].set_title("as the threshold falls")
        axes[2].set_title("probabilities against the rows")
        return figure

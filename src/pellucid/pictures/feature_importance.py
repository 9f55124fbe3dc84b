"""Pictures of what a model does: how much each column matters, and the prediction along a column.

Notes: §1.0.5, KE 35, Def 31
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pellucid.evaluation.column_importance import Importance
from pellucid.evaluation.partial_dependence import Dependence
from pellucid.former_names import renamed_arguments
from pellucid.pictures.evaluation import loss_title, shorten_name
from pellucid.pictures.style import GREY, INK, SERIES, axes_for, figure_of, plain_numbers

MOST_CLASSES = 6
MEAN, BAND = SERIES[:2]


@renamed_arguments(most="max_columns", found="importances")
def importance(
    importances: Sequence[Importance], loss: str, max_columns: int = 15, ax: Axes | None = None
) -> Figure:
    """By how much the loss rises when each column is shuffled, with its spread.

    Parameters
    ----------
    importances : sequence of Importance
        The most important first.
    loss : str
        Name of the loss.
    max_columns : int
        How many are drawn.

    Notes: KE 35
    """
    shown = list(importances[:max_columns])
    with axes_for(ax, (5.2, 0.9 + 0.3 * max(len(shown), 1))) as axes:
        places = range(len(shown))
        colours = [MEAN if each.sure else GREY for each in shown]
        axes.barh(places, [each.mean for each in shown], color=colours, height=0.7)
        axes.errorbar(
            [each.mean for each in shown], places, xerr=[each.spread for each in shown],
            fmt="none", ecolor=INK, capsize=3,
        )  # fmt: skip
        axes.set_yticks(places, [shorten_name(each.column) for each in shown])
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.axvline(0, color=INK, lw=0.8)
        plain_numbers(axes.xaxis)
        axes.set_xlabel(f"rise of the {loss_title(loss)}")
        return figure_of(axes)


def dependence(
    found: Dependence, answer: str, classes: Sequence[str] = (), ax: Axes | None = None
) -> Figure:
    """The mean prediction along one column, with the band in which eight rows in ten lie.

    Parameters
    ----------
    found : Dependence
        Of one column.
    answer : str
        What the answer is, for the axis.
    classes : sequence of str
        With several outputs: what each line is; the six that move most are drawn.

    Notes: Def 31
    """
    with axes_for(ax, (4.2, 3.0)) as axes:
        lines = found.mean.shape[1]
        moving = np.argsort(-np.ptp(found.mean, axis=0), kind="stable")[:MOST_CLASSES]
        names = [str(classes[j]) if len(classes) == lines else "" for j in range(lines)]
        numeric = found.kind == "numeric"
        x = np.array(found.values, dtype=float) if numeric else np.arange(len(found.values))
        for at, j in enumerate(sorted(moving)):
            colour = MEAN if lines == 1 else SERIES[at % len(SERIES)]
            if lines == 1:
                _band(axes, x, found.low[:, j], found.high[:, j], numeric)
            style = "-" if numeric or found.kind == "date" else "o"
            axes.plot(
                x, found.mean[:, j], style, color=colour, lw=2, label=shorten_name(names[j], 16)
            )
        if numeric:
            weights = found.counts / max(found.counts.max(), 1)
            low, high = axes.get_ylim()
            axes.vlines(x, low, low + 0.05 * (high - low) * weights, color=GREY, lw=2)
            axes.set_ylim(low, high)
            plain_numbers(axes.xaxis)
        else:
            _name_values(axes, found)
        plain_numbers(axes.yaxis)
        axes.set_xlabel(shorten_name(found.column, 34))
        axes.set_ylabel(shorten_name(answer, 30))
        if lines > 1:
            axes.legend(fontsize=9, ncols=1)
        return figure_of(axes)


def _band(axes: Axes, x: np.ndarray, low: np.ndarray, high: np.ndarray, numeric: bool) -> None:
    if numeric:
        axes.fill_between(x, low, high, color=BAND, alpha=0.18, lw=0)
    else:
        axes.vlines(x, low, high, color=BAND, alpha=0.4, lw=5)


def _name_values(axes: Axes, found: Dependence) -> None:
    names = [shorten_name(str(value), 14) for value in found.values]
    step = 1 if found.kind != "date" else max(len(names) // 4, 1)
    steep = len(names) > 4 or max(map(len, names), default=0) > 8
    places = range(0, len(names), step)
    axes.set_xticks(list(places), [names[i] for i in places])
    if steep:
        axes.tick_params(axis="x", labelrotation=35)
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
    axes.set_xlim(-0.5, len(names) - 0.5)

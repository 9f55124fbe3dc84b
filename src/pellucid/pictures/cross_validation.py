"""Pictures of procedures: chunks held out in turn, and a search for λ that holds many searches.

Notes: Def 85, Concept 87, Clar 88
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pellucid.evaluation.cross_validation import Folds, Tuning
from pellucid.evaluation.training_and_test_error import test_error
from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.pictures.diagram import arrow, box, canvas, label
from pellucid.pictures.features import padded_range
from pellucid.pictures.network_links import subscript
from pellucid.pictures.style import BLUE, GREEN, GREY, ORANGE, SETTINGS


def held_out_chunks(folds: Folds, fitted: Sequence[Any], X: Any, y: Any) -> Figure:
    """The dataset as a bar cut into chunks, each held out in turn, with the hypothesis it leaves.

    Parameters
    ----------
    folds : sequence of (train rows, held-out rows)
    fitted : sequence of fitted models of one input
        Each on the training rows of its fold.
    X : array, shape (n, 1)
    y : array, shape (n,)

    Notes: Def 85, Clar 86
    """
    X, y = np.asarray(X, float), np.asarray(y, float)
    t = np.linspace(*padded_range(X[:, 0]), 201)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(3.1 * len(folds), 4.1), layout="constrained")
        cells = figure.subplots(2, len(folds), height_ratios=(1, 6), squeeze=False)
        for j, ((_, out), h) in enumerate(zip(folds, fitted, strict=True)):
            _bar(cells[0, j], folds, j)
            ax = cells[1, j]
            held = np.isin(np.arange(len(y)), out)
            ax.plot(X[~held, 0], y[~held], "o", color=GREY, markersize=4, label="trained on")
            ax.plot(X[held, 0], y[held], "D", color=ORANGE, markersize=5, label="held out")
            ax.plot(t, h.predict(t[:, None]), color=BLUE, lw=2)
            lost = test_error(h, X[held], y[held])
            ax.set_title(f"h{subscript(j + 1)}: held-out loss {number(lost)}", fontsize=11)
            ax.set_ylim(*padded_range(y, 0.25))
            ax.set_xlabel("x")
        cells[1, 0].set_ylabel("y")
        cells[1, 0].legend(fontsize=9)
        return figure


def _bar(axes: Axes, folds: Folds, held: int) -> None:
    """All rows, chunk after chunk; the held-out one stands out."""
    start = 0
    for at, (_, out) in enumerate(folds):
        colour, hatch = (ORANGE, "///") if at == held else (GREY, "")
        axes.barh(0, len(out), left=start, color=colour, alpha=0.55, hatch=hatch, edgecolor="white")
        axes.text(start + len(out) / 2, 0, f"{at + 1}", ha="center", va="center")
        start += len(out)
    axes.set_xlim(0, start)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.set_xlabel("rows, by chunk", fontsize=9)
    axes.spines[:].set_visible(False)


@renamed_arguments(found="tuning")
def nested_search(tuning: Tuning, theta: str = "Θ") -> Figure:
    """Optimizing λ from outside: for each λ a whole optimization of Θ, then its held-out loss.

    Parameters
    ----------
    tuning : Tuning
    theta : str
        What the inner optimization finds.

    Notes: Clar 88, Concept 87
    """
    name = {"lam": "λ"}.get(tuning.name, tuning.name)
    step = 0.72
    tall = max(step * len(tuning.values) + 0.5, 1.6)
    with canvas(8.3, tall + 0.2) as (figure, axes):
        box(axes, (2.95, 0.1 + tall / 2), "", (5.7, tall), GREY)
        label(axes, (0.3, tall - 0.1), f"for each {name}", size=12, ha="left")
        for i, (value, score) in enumerate(zip(tuning.values, tuning.scores, strict=True)):
            y = tall - 0.6 - step * i
            best = i == tuning.best
            label(axes, (0.75, y), f"{name} = {number(float(value))}")
            box(axes, (2.6, y), f"minimise J({theta})", (2.1, 0.5), BLUE)
            arrow(axes, (1.35, y), (1.5, y))
            arrow(axes, (3.7, y), (3.95, y))
            mark = "  ★" if best else ""
            colour = ORANGE if best else GREY
            label(axes, (4.05, y), f"loss {number(score.mean)}{mark}", colour, ha="left")
        middle = max(0.1 + tall / 2, 1.45)  # few rows leave less room than what follows needs
        arrow(axes, (5.85, middle), (6.2, middle))
        label(axes, (6.98, middle), f"least loss:\n{name}* = {number(float(tuning.best_value))}")
        arrow(axes, (6.98, middle - 0.35), (6.98, middle - 0.75))
        box(axes, (6.98, middle - 1.05), f"minimise J({theta})\non all rows", (2.1, 0.6), GREEN)
        return figure

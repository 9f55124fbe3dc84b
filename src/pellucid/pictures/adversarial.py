"""Adversaries and generated rows: accuracy against budget, made rows beside real ones.

Notes: Def 373, Def 375, Clar 376
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pellucid.errors import ShapeError
from pellucid.former_names import renamed_arguments
from pellucid.pictures.style import BLUE, ORANGE, SERIES, axes_for, figure_of, legend_above


def accuracy_by_budget(
    budgets: Sequence[float],
    curves: Mapping[str, Any],
    *,
    x: str = "largest change of an entry, ε",
    y: str = "share answered rightly",
    marks: bool = True,
    log: bool = False,
    ax: Axes | None = None,
) -> Figure:
    """How accuracy falls with an adversary's budget, one curve a model.

    Parameters
    ----------
    budgets : sequence of float, length m
    curves : mapping of name -> array of shape (m,)
    x, y : str
        What the axes hold.
    marks : bool
        Whether each budget is marked.
    log : bool
        Logarithmic budgets.

    Notes: Def 373
    """
    with axes_for(ax) as axes:
        for at, (name, shares) in enumerate(curves.items()):
            style = ("-", "--", "-.", ":")[at % 4]
            axes.plot(
                budgets, shares, style, marker="o" if marks else None, markersize=4,
                color=SERIES[at % len(SERIES)], lw=1.8, label=name,
            )  # fmt: skip
        axes.set_ylim(-0.03, 1.03)
        axes.set_xscale("log" if log else "linear")
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        legend_above(axes)
        return figure_of(axes)


@renamed_arguments(made="generated")
def real_and_generated(real: Any, generated: Any, ax: Axes | None = None) -> Figure:
    """Observed rows as dots, generated ones as crosses; of one column, two histograms.

    Parameters
    ----------
    real, generated : arrays, n×d
        The first two columns are drawn.

    Raises
    ------
    ShapeError
        When they have different columns.

    Notes: Def 369, Def 375
    """
    real, generated = np.asarray(real, float), np.asarray(generated, float)
    if real.ndim != 2 or generated.ndim != 2 or real.shape[1] != generated.shape[1]:
        raise ShapeError(
            f"Real and generated rows have the same columns; got {real.shape} and "
            f"{generated.shape}."
        )
    with axes_for(ax) as axes:
        if real.shape[1] == 1:
            edges = np.histogram_bin_edges(np.r_[real[:, 0], generated[:, 0]], 30).tolist()
            axes.hist(real[:, 0], edges, color=BLUE, alpha=0.5, label="observed")
            axes.hist(
                generated[:, 0], edges, histtype="step", color=ORANGE, lw=1.8, label="generated"
            )
            axes.set_ylabel("rows")
        else:
            axes.plot(*real[:, :2].T, "o", color=BLUE, markersize=3, alpha=0.5, label="observed")
            axes.plot(*generated[:, :2].T, "x", color=ORANGE, markersize=4, label="generated")
            axes.set_ylabel("x₂")
        axes.set_xlabel("x₁")
        legend_above(axes)
        return figure_of(axes)

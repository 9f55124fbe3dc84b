"""Pictures of σ and of softmax: chances over one input, thresholds, one score that moves.

Notes: Concept 147, Def 148, Def 151, Concept 153, Concept 161, Def 170
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.formatting import number
from pellucid.losses import sigmoid, softmax
from pellucid.pictures.features import is_positive, sign_changes
from pellucid.pictures.network_links import subscript
from pellucid.pictures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SERIES,
    axes_for,
    figure_of,
    legend_above,
)

Array = NDArray[np.float64]
DASHES = ("-", "--", "-.", ":")


def sign_and_sigmoid(reach: float = 6.0, ax: Axes | None = None) -> Figure:
    """The sign of a score, flat with a jump, beside its smooth version σ, steep and less steep.

    Parameters
    ----------
    reach : float
        Half of the width shown.
    ax : Axes or None

    Notes: Concept 147, Def 148
    """
    u = np.linspace(-reach, reach, 801)
    with axes_for(ax) as axes:
        for side in (u[u < 0], u[u > 0]):
            axes.plot(side, np.sign(side), color=GREY, lw=2.5)
        axes.plot([], [], color=GREY, lw=2.5, label="sign(u)")
        axes.plot(0, -1, "o", color=GREY)  # a tie goes to −1
        axes.plot(0, 1, "o", color=GREY, mfc="none")
        for steep, style, colour in ((3.0, "-", BLUE), (1.0, "--", ORANGE)):
            name = "2σ(u) − 1" if steep == 1 else f"2σ({steep:g}u) − 1"
            axes.plot(u, 2 * sigmoid(steep * u) - 1, style, color=colour, lw=2, label=name)
        axes.set_xlabel("u")
        axes.set_ylim(-1.15, 1.15)
        axes.set_ylabel("answer")
        axes.legend(loc="upper left", fontsize=10)
        return figure_of(axes)


def class_probabilities(
    models: Mapping[str, Any], X: Any = None, y: Any = None, *, reach: float = 6.0,
    marked: bool = False, thresholds: Sequence[float] = (), probe: float | None = None,
    ax: Axes | None = None,
) -> Figure:  # fmt: skip
    """The chance of the positive class over one input, a curve a classifier.

    Parameters
    ----------
    models : mapping of name -> fitted logistic classifier of one input
    X, y : arrays, shape (n, 1) and (n,), or None
        Points, drawn at heights 0 and 1.
    reach : float
        Half of the width shown.
    marked : bool
        Whether the two sides of the first model are shaded, and its boundary marked.
    thresholds : sequence of float
        Heights, each with the input at which the first model reaches it.
    probe : float or None
        An input at which every model's chance is marked and told.
    ax : Axes or None

    Notes: Def 148, Concept 149, Def 151, Concept 153, Concept 161
    """
    x = np.linspace(-reach, reach, 801)[:, None]
    with axes_for(ax, (5.4, 3.8)) as axes:
        for at, (name, model) in enumerate(models.items()):
            colour = SERIES[at % len(SERIES)]
            if probe is not None:
                told = float(model.predict_proba([[probe]])[0, 1])
                name = f"{name}: {number(told, 5)} at x = {number(probe)}"
                axes.plot(probe, told, "o", color=colour)
            said = model.predict_proba(x)[:, 1]
            axes.plot(x[:, 0], said, DASHES[at % 4], color=colour, lw=2, label=name)
        first = next(iter(models.values()))
        if marked:
            _sides(axes, first, reach)
        for height in thresholds:
            _threshold(axes, first, height, reach)
        if X is not None:
            plus, across = is_positive(y), np.ravel(X)
            axes.plot(across[plus], np.ones(plus.sum()), "P", color=BLUE, markersize=8)
            axes.plot(across[~plus], np.zeros((~plus).sum()), "o", color=ORANGE, markersize=6)
        axes.set_ylim(-0.06, 1.06)
        axes.set_xlabel("x")
        axes.set_ylabel("chance of +1")
        legend_above(axes)
        return figure_of(axes)


def _sides(axes: Axes, model: Any, reach: float) -> None:
    (at,) = sign_changes(model.decision_function, -reach, reach)
    positive_right = model.decision_function([[reach]])[0] > 0
    left, right = (ORANGE, BLUE) if positive_right else (BLUE, ORANGE)
    axes.axvspan(-reach, at, color=left, alpha=0.12, lw=0)
    axes.axvspan(at, reach, color=right, alpha=0.12, lw=0)
    height = float(model.predict_proba([[at]])[0, 1])
    axes.plot(at, height, "o", color=INK)
    axes.annotate(
        f"σ(0) = {number(height, 2)}", (float(at), height), (10, -4), textcoords="offset points"
    )
    for x, text in ((-0.6 * reach, "−1" if positive_right else "+1"), (0.6 * reach, "+1")):
        axes.text(x, 0.5, text if x < 0 or positive_right else "−1", ha="center", fontsize=15)


def _threshold(axes: Axes, model: Any, height: float, reach: float) -> None:
    (at,) = sign_changes(lambda rows: model.predict_proba(rows)[:, 1] - height, -reach, reach)
    axes.plot([-reach, at], [height, height], color=INK, lw=1, ls=":")
    axes.plot([at, at], [0, height], color=INK, lw=1, ls=":")
    axes.plot(at, height, "o", color=INK)
    axes.annotate(
        f"{number(height)} at {number(float(at), 3)}", (float(at), height), (8, -12),
        textcoords="offset points", fontsize=10,
    )  # fmt: skip


def softmax_of_one_score(
    u: Sequence[float], moved: int, reach: float = 5.0, ax: Axes | None = None
) -> Figure:
    """What softmax makes of k scores while one of them moves and the others stay.

    Parameters
    ----------
    u : sequence of float, length k
    moved : int
        Which score moves, counted from 1; where it stands in u is marked.
    reach : float
        How far it moves to either side of 0.
    ax : Axes or None

    Notes: Def 170
    """
    scores = np.asarray(u, dtype=np.float64)
    t = np.linspace(-reach, reach, 401)
    several = np.repeat(scores[None, :], len(t), axis=0)
    several[:, moved - 1] = t
    g, here = softmax(several), softmax(scores)
    with axes_for(ax) as axes:
        for i in range(len(scores)):
            name = f"g{subscript(i + 1)}" + (
                f", u{subscript(i + 1)} moves" if i == moved - 1 else ""
            )
            axes.plot(t, g[:, i], DASHES[i % 4], color=SERIES[i], lw=2, label=name)
            axes.plot(scores[moved - 1], here[i], "o", color=SERIES[i])
        others = ", ".join(
            f"u{subscript(i + 1)} = {number(v)}" for i, v in enumerate(scores) if i != moved - 1
        )
        axes.set_title(others, fontsize=11)
        axes.set_ylim(-0.03, 1.03)
        axes.set_xlabel(f"u{subscript(moved)}")
        axes.set_ylabel("g")
        axes.legend(fontsize=10, loc="upper left")
        return figure_of(axes)

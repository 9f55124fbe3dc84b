"""Pictures of the local view: planes under surfaces, steps split in two, directions compared.

Notes: Concept 109, Concept 114, Concept 115, Concept 116, Concept 460
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.descent import Objective, first_order_change, split_step, tangent_plane
from pellucid.pictures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    SETTINGS,
    axes_for,
    figure_of,
    legend_above,
)

Array = NDArray[np.float64]


def surface_and_tangent_plane(
    J: Objective, at: Sequence[float], reach: float, move: Sequence[float] = ()
) -> Figure:
    """A surface over two parameters with the plane that touches it, and a step on both.

    Parameters
    ----------
    J : Objective
        Of θ of shape (2,).
    at : two floats
        Where the plane touches.
    reach : float
        Half of the width shown; the smaller, the less surface and plane differ.
    move : two floats, or nothing
        Δθ: its end on the surface and on the plane.

    Notes: Concept 109, Concept 460
    """
    from matplotlib import rc_context

    here = np.asarray(at, dtype=np.float64)
    plane = tangent_plane(J, here)
    grid = np.linspace(-reach, reach, 25)
    X, Y = np.meshgrid(here[0] + grid, here[1] + grid)
    points = np.stack([X, Y], axis=-1).reshape(-1, 2)
    with rc_context(SETTINGS):
        figure = Figure(figsize=(5.2, 4.4), layout="constrained")
        axes: Any = figure.add_subplot(projection="3d")
        for height, colour, alpha in ((J.value, BLUE, 0.45), (plane, ORANGE, 0.3)):
            Z = np.array([float(height(p)) for p in points]).reshape(X.shape)
            axes.plot_surface(X, Y, Z, color=colour, alpha=alpha, linewidth=0)
        axes.plot(*here[:, None], [float(J.value(here))], "o", color=INK, zorder=9)
        if len(move):
            there = here + np.asarray(move, dtype=np.float64)
            for height, colour in ((J.value, BLUE), (plane, ORANGE)):
                axes.plot(*there[:, None], [float(height(there))], "o", color=colour, zorder=9)
            ends = [float(plane(there)), float(J.value(there))]
            axes.plot([there[0]] * 2, [there[1]] * 2, ends, color=INK, lw=1.5, zorder=9)
        axes.set_xlabel("θ₁")
        axes.set_ylabel("θ₂")
        axes.set_zlabel("J")
        axes.grid(False)
        return figure


def axis_steps(J: Objective, at: Sequence[float], move: Sequence[float]) -> Figure:
    """A step split into its two axis steps, in either order, over the level lines of J.

    Parameters
    ----------
    J : Objective
        Of θ of shape (2,).
    at, move : two floats
        θ and Δθ. Each arrow is labelled with the change of J that the plane at θ promises.

    Notes: KE 110, Concept 460, eq 3.15
    """
    here, step = (np.asarray(v, dtype=np.float64) for v in (at, move))
    with axes_for(None, (5.2, 4.4)) as axes:
        _levels(axes, J, here + step / 2, 0.9 * np.abs(step).max() + 1e-12)
        for first, colour, side in ((0, BLUE, -1), (1, GREEN, 1)):
            corner = here.copy()
            corner[first] += step[first]
            for start, end in ((here, corner), (corner, here + step)):
                _arrow(axes, start, end, colour)
                change = first_order_change(J, here, end - start)
                along = int(start[0] == end[0])
                offset = [(0, 12 * side), (-12 * side, 0)][along]
                axes.annotate(
                    _signed(change), tuple((start + end) / 2), offset, textcoords="offset points",
                    color=colour, ha="center", va="center", rotation=90 * along,
                )  # fmt: skip
        _arrow(axes, here, here + step, ORANGE)
        both = first_order_change(J, here, step)
        axes.set_title(f"ΔJ on the plane: {_signed(both)} in either order", fontsize=11)
        axes.set_xlabel("θ₁")
        axes.set_ylabel("θ₂")
        return figure_of(axes)


def change_by_direction(J: Objective, at: Sequence[float], length: float) -> Figure:
    """ΔJ of a step of fixed length as it turns: least against ∇J, none at right angles to it.

    Parameters
    ----------
    J : Objective
        Of θ of shape (2,).
    at : two floats
    length : float
        ‖Δθ‖.

    Notes: Concept 114, Concept 115
    """
    here = np.asarray(at, dtype=np.float64)
    g = J.gradient_at(here)
    uphill = np.arctan2(g[1], g[0])
    turned = np.linspace(-180, 180, 181)
    steps = length * np.array(
        [[np.cos(a), np.sin(a)] for a in uphill + np.radians(turned)], dtype=np.float64
    )
    change = [float(J.value(here + s)) - float(J.value(here)) for s in steps]
    along = [float(np.vdot(split_step(s, g).along, g)) for s in steps]
    with axes_for(None) as axes:
        axes.axhline(0, color=INK, lw=0.8)
        axes.plot(turned, along, color=GREY, ls="--", label="of its part along ∇J")
        axes.plot(turned, change, color=BLUE, lw=2, label="ΔJ")
        least = int(np.argmin(change))
        axes.plot(turned[least], change[least], "o", color=ORANGE)
        axes.set_xticks([-180, -90, 0, 90, 180])
        axes.set_xlabel("angle between Δθ and ∇J (degrees)")
        axes.set_ylabel("change of J")
        axes.legend()
        return figure_of(axes)


def step_along_and_across(J: Objective, at: Sequence[float], move: Sequence[float]) -> Figure:
    """A step with its part along ∇J and the part aside, over the level lines of J.

    Notes: Concept 116, eq 3.20
    """
    here, step = (np.asarray(v, dtype=np.float64) for v in (at, move))
    split = split_step(step, J.gradient_at(here))
    with axes_for(None, (5.2, 4.4)) as axes:
        _levels(axes, J, here + step / 2, 0.9 * np.abs(step).max() + 1e-12)
        for start, end, colour, label in (
            (here, here + split.along, ORANGE, "along ∇J: changes J"),
            (here + split.along, here + step, GREY, "aside: changes nothing"),
            (here, here + step, BLUE, "Δθ"),
        ):
            _arrow(axes, start, end, colour)
            axes.plot([], [], color=colour, label=label)
        axes.set_aspect("equal")
        axes.set_xlabel("θ₁")
        axes.set_ylabel("θ₂")
        legend_above(axes)
        return figure_of(axes)


def _levels(axes: Any, J: Objective, centre: Array, reach: float) -> None:
    x, y = (np.linspace(c - reach, c + reach, 60) for c in centre)
    Z = np.array([[float(J.value(np.array([a, b]))) for a in x] for b in y])
    axes.contour(x, y, Z, levels=12, colors=INK, linewidths=0.7, alpha=0.5)
    axes.grid(False)


def _arrow(axes: Any, start: Array, end: Array, colour: str) -> None:
    axes.annotate(
        "", end, start,
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.8, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def _signed(change: float) -> str:
    return f"{change:+.3g}".replace("-", "−")

"""Pictures of linear separators in the plane: the boundary, its normal θ, and which side is which.

Each takes a fitted classifier with `coef_` and `decision_function`; the axes are equally long, so
that θ is seen to stand at right angles.

Notes: Def 130, Concept 132, Concept 134, Concept 139, Concept 140, Def 146
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.errors import ShapeError
from pellucid.formatting import number
from pellucid.pictures.features import normal_arrow, sign_regions, signed_points
from pellucid.pictures.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    SETTINGS,
    axes_for,
    figure_of,
    side_by_side,
)

Array = NDArray[np.float64]
Run = tuple[str, Any, Any, Any]  # title, fitted classifier, X, y


def boundary(model: Any) -> tuple[Array, float]:
    """θ and θ₀ of the boundary θᵀx + θ₀ = 0 that the decisions change at, threshold counted.

    Notes: KE 137, KE 152
    """
    theta = np.ravel(model.coef_).astype(np.float64)
    return theta, float(np.ravel(model.decision_function(np.zeros((1, len(theta)))))[0])


def separator(
    model: Any, X: Any, y: Any, *, reach: float | None = None, scores: bool = False,
    foot: bool = False, ax: Axes | None = None,
) -> Figure:  # fmt: skip
    """Both sides of a linear classifier over two inputs, the line between, and its normal θ.

    Parameters
    ----------
    model : fitted linear classifier of two inputs
    X : array, shape (n, 2)
    y : array, shape (n,)
        Two labels; the greater is positive.
    reach : float or None
        Half of the width shown, about the origin; None shows the points.
    scores : bool
        Whether θᵀx + θ₀ is written beside each point.
    foot : bool
        Whether the shortest way from the origin to the line is drawn, with its signed length.
    ax : Axes or None

    Raises
    ------
    ShapeError
        Unless there are two inputs.

    Notes: Def 130, Concept 132, Notation 133, Concept 140
    """
    rows = np.asarray(X, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 2:
        raise ShapeError(f"A line parts points of the plane; X has shape {rows.shape}.")
    theta, theta_0 = boundary(model)
    with axes_for(ax, (4.2, 4.2)) as axes:
        middle, half = _window(rows, reach)
        _sides(axes, model, middle, half)
        marked = reach is not None and not scores  # the origin, which θ then stands beside
        _line(axes, theta, theta_0, middle, half, aside=0.5 * half * marked)
        signed_points(axes, rows[:, 0], rows[:, 1], y)
        if scores:
            for x, u in zip(rows, model.decision_function(rows), strict=True):
                said = number(0.0 if abs(u) < 1e-9 else float(u), 2)
                axes.annotate(
                    said, (float(x[0]), float(x[1])), (0, 9), textcoords="offset points",
                    ha="center", fontsize=9,
                )  # fmt: skip
        if foot:
            _shortest(axes, theta, theta_0)
        elif ax is None:
            axes.set_title(f"θ = ({', '.join(map(number, theta))}), θ₀ = {number(theta_0)}")
        axes.set_aspect("equal")
        axes.grid(False)
        axes.set_xlabel("x₁")
        axes.set_ylabel("x₂")
        return figure_of(axes)


def _window(rows: Array, reach: float | None) -> tuple[Array, float]:
    if reach is not None:
        return np.zeros(2), reach
    low, high = rows.min(axis=0), rows.max(axis=0)
    return (low + high) / 2, 0.62 * float((high - low).max()) or 1.0


def _sides(axes: Axes, model: Any, middle: Array, half: float) -> None:
    across, up = (np.linspace(m - half, m + half, 61) for m in middle)
    A, B = np.meshgrid(across, up)
    u = model.decision_function(np.column_stack([A.ravel(), B.ravel()])).reshape(A.shape)
    top = float(np.abs(u).max()) + 1.0
    axes.contourf(A, B, u, levels=[-top, 0.0, top], colors=[ORANGE, BLUE], alpha=0.16)
    axes.set_xlim(across[0], across[-1])
    axes.set_ylim(up[0], up[-1])


def _line(
    axes: Axes, theta: Array, theta_0: float, middle: Array, half: float, aside: float
) -> None:
    """The boundary, with θ on it, `aside` from the point that is nearest to the middle."""
    length = float(np.linalg.norm(theta))
    if length == 0:
        return
    foot = middle - theta * (float(theta @ middle) + theta_0) / length**2
    along = np.array([-theta[1], theta[0]]) / length
    ends = foot + np.array([[-3.0], [3.0]]) * half * along
    axes.plot(ends[:, 0], ends[:, 1], color=INK, lw=2.5, scalex=False, scaley=False)
    start = foot + aside * along
    normal_arrow(axes, start, start + 0.3 * half * theta / length)


def _shortest(axes: Axes, theta: Array, theta_0: float) -> None:
    length = float(np.linalg.norm(theta))
    distance = -theta_0 / length
    x, y = (distance * theta / length).tolist()
    arrow = {"arrowstyle": "-|>", "color": GREEN, "lw": 2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (x, y), (0, 0), arrowprops=arrow, zorder=8)
    axes.plot(0, 0, "o", color=INK, markersize=5)
    axes.annotate("0", (0, 0), (-8, -12), textcoords="offset points")
    axes.set_title(f"d = −θ₀ / ‖θ‖ = {number(distance, 2)}")


def separators(runs: Sequence[Run], *, columns: int = 3, reach: float | None = None) -> Figure:
    """Several classifiers, each over its own points with its title.

    Parameters
    ----------
    runs : sequence of (title, fitted classifier or None, X of shape (n, 2), y of shape (n,))
        None draws the points alone.
    columns : int
    reach : float or None
        As in `separator`; with it the origin is marked.

    Notes: Def 130, Concept 131, Concept 139, Def 146
    """
    columns = min(columns, len(runs))
    rows = ceil(len(runs) / columns)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(3.4 * columns, 3.5 * rows), layout="constrained")
        for at, (title, model, X, y) in enumerate(runs):
            ax = figure.add_subplot(rows, columns, at + 1)
            if model is None:
                _points(ax, np.asarray(X, dtype=np.float64), y)
            else:
                separator(model, X, y, reach=reach, ax=ax)
            if reach is not None:
                ax.plot(0, 0, "o", color=INK, markersize=5)
                ax.annotate("0", (0, 0), (-8, -12), textcoords="offset points", fontsize=9)
            ax.set_title(title, fontsize=11)
        return figure


def _points(axes: Axes, X: Array, y: Any) -> None:
    middle, half = _window(X, None)
    signed_points(axes, X[:, 0], X[:, 1], y)
    axes.set_xlim(middle[0] - half, middle[0] + half)
    axes.set_ylim(middle[1] - half, middle[1] + half)
    axes.set_aspect("equal")
    axes.set_xlabel("x₁")
    axes.set_ylabel("x₂")


def line_and_plane(number_line: Run, plane: Run) -> Figure:
    """A threshold on a number line, and the same one as a line over two inputs.

    Parameters
    ----------
    number_line : (title, fitted classifier, X of shape (n, 1), y of shape (n,))
    plane : the same, with X of shape (n, 2)

    Notes: Def 130, §4.2.1
    """
    with side_by_side(2, (4.4, 3.9)) as (figure, axes):
        title, model, X, y = number_line
        sign_regions(model, X, y, axes[0])
        axes[0].set_title(title)
        axes[0].set_xlabel("x₁, marked where the sign changes")
        axes[0].set_box_aspect(0.25)
        title, model, X, y = plane
        separator(model, X, y, ax=axes[1])
        axes[1].set_title(title)
        return figure

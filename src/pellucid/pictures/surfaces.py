"""Pictures in three dimensions: scores and chances over two inputs, planes among points.

Notes: Def 48, Concept 68, Concept 142, Clar 143, Concept 153, Concept 154
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from pellucid.pictures.features import is_positive, padded_range
from pellucid.pictures.separators import boundary, separator
from pellucid.pictures.style import BLUE, INK, ORANGE, SERIES, SETTINGS

Array = NDArray[np.float64]
Height = Callable[[Any], Any]


@contextmanager
def axes_in_3d(n: int, flat: int = 0, size: float = 4.3) -> Iterator[tuple[Figure, list[Any]]]:
    """A new figure of n spaces in a row, and behind them so many flat pictures."""
    with matplotlib.rc_context({**SETTINGS, "axes.titlelocation": "center"}):
        figure = Figure(figsize=(size * (n + flat), size), layout="constrained")
        made: list[Any] = []
        for at in range(n + flat):
            solid = {"projection": "3d"} if at < n else {}
            axes: Any = figure.add_subplot(1, n + flat, at + 1, **solid)
            if at < n:
                axes.set_box_aspect(None, zoom=0.82)  # so that no label of an axis is cut off
                axes.grid(False)
                for axis, name in ((axes.xaxis, "x₁"), (axes.yaxis, "x₂"), (axes.zaxis, "")):
                    axis.set_major_locator(MaxNLocator(4))
                    axis.set_label_text(name)
            made.append(axes)
        yield figure, made


def _over(X: Array, height: Height, n: int = 41) -> tuple[Array, Array, Array]:
    across, up = (np.linspace(*padded_range(X[:, j]), n) for j in (0, 1))
    A, B = np.meshgrid(across, up)
    return A, B, np.asarray(height(np.column_stack([A.ravel(), B.ravel()]))).reshape(A.shape)


def _signed(axes: Any, X: Array, heights: Any, y: Any) -> None:
    plus = is_positive(y)
    z = np.broadcast_to(heights, len(X))
    for own, mark, colour in ((plus, "P", BLUE), (~plus, "o", ORANGE)):
        axes.plot(X[own, 0], X[own, 1], z[own], mark, color=colour, markersize=5, mew=0)


def _surface(axes: Any, model: Any, X: Array, y: Any, chance: bool) -> None:
    """The score, or the chance of the positive class, with the line where the answer changes."""
    if chance:
        A, B, Z = _over(X, lambda rows: model.predict_proba(rows)[:, 1])
    else:
        A, B, Z = _over(X, model.decision_function)
    floor = float(Z.min()) - 0.25 * float(np.ptp(Z))
    axes.plot_surface(A, B, Z, color=BLUE, alpha=0.3, linewidth=0.2, edgecolor=INK)
    theta, theta_0 = boundary(model)
    ends = _ends(theta, theta_0, A, B)
    at = (model.threshold if chance else 0.0) * np.ones(len(ends))
    axes.plot(ends[:, 0], ends[:, 1], at, color=ORANGE, lw=2.5, zorder=9)
    axes.plot(ends[:, 0], ends[:, 1], floor, color=ORANGE, lw=1.5, ls="--", zorder=9)
    _signed(axes, X, floor, y)
    axes.set_zlim(floor, None)
    if chance:
        axes.set_zticks([0, 0.5, 1])
    axes.set_zlabel("chance of +1" if chance else "score θᵀx + θ₀")


def _ends(theta: Array, theta_0: float, A: Array, B: Array) -> Array:
    """Where the line θᵀx + θ₀ = 0 enters and leaves the grid."""
    (left, right), (low, high) = (A.min(), A.max()), (B.min(), B.max())
    found = []
    if theta[1]:
        found += [(x, -(theta_0 + theta[0] * x) / theta[1]) for x in (left, right)]
    if theta[0]:
        found += [(-(theta_0 + theta[1] * v) / theta[0], v) for v in (low, high)]
    room = 1e-9 * (right - left + high - low)
    inside = [
        p for p in found
        if left - room <= p[0] <= right + room and low - room <= p[1] <= high + room
    ]  # fmt: skip
    return np.array(sorted(inside)).reshape(-1, 2)


def surfaces(
    runs: Sequence[tuple[str, Any, bool]], X: Any, y: Any, flat: tuple[str, Any] | None = None
) -> Figure:
    """The score, or the chance, of classifiers over two inputs, with the line of equal doubt.

    The line is drawn on the surface, and dashed on the floor, where the points lie.

    Parameters
    ----------
    runs : sequence of (title, fitted classifier, whether its chance is drawn)
    X : array, shape (n, 2)
    y : array, shape (n,)
    flat : (title, fitted classifier) or None
        Drawn last, from above, in two dimensions.

    Notes: Clar 143, Concept 153, Concept 154
    """
    rows = np.asarray(X, dtype=np.float64)
    with axes_in_3d(len(runs), int(flat is not None)) as (figure, axes):
        for ax, (title, model, chance) in zip(axes, runs, strict=False):
            _surface(ax, model, rows, y, chance)
            ax.set_title(title)
        if flat is not None:
            separator(flat[1], rows, y, ax=axes[-1])
            axes[-1].set_title(flat[0])
        return figure


def splitting_plane(model: Any, X: Any, y: Any) -> Figure:
    """Points of three inputs, the plane that splits them, and its normal θ.

    Parameters
    ----------
    model : fitted linear classifier of three inputs, θ₃ ≠ 0
    X : array, shape (n, 3)
    y : array, shape (n,)

    Notes: Concept 142, Notation 144
    """
    rows = np.asarray(X, dtype=np.float64)
    theta, theta_0 = boundary(model)
    with axes_in_3d(1, size=5.0) as (figure, (axes,)):
        A, B, Z = _over(rows, lambda at: -(at @ theta[:2] + theta_0) / theta[2])
        low, high = padded_range(rows[:, 2])
        shown = np.where(np.abs(Z - (low + high) / 2) < (high - low) / 2, Z, np.nan)
        axes.plot_surface(A, B, shown, color=INK, alpha=0.3, linewidth=0)
        _signed(axes, rows, rows[:, 2], y)
        centre = rows.mean(axis=0)
        foot = centre - theta * (theta @ centre + theta_0) / (theta @ theta)
        tip = 0.5 * np.ptp(rows, axis=0).min() * theta / np.linalg.norm(theta)
        axes.quiver(*foot, *tip, color=INK, lw=2)
        axes.text(*(foot + 1.15 * tip), "θ", fontweight="bold")
        axes.set_zlim(low, high)
        axes.set_zlabel("x₃")
        # Turned until the plane is seen nearly from its edge, and hides no point.
        axes.view_init(elev=14, azim=float(np.degrees(np.arctan2(theta[1], theta[0]))) + 100)
        return figure


def planes(runs: Sequence[tuple[str, Mapping[str, Any]]], X: Any, y: Any) -> Figure:
    """Regression planes over two inputs, each point joined to the first of them by its residual.

    Parameters
    ----------
    runs : sequence of (title, mapping of name -> fitted model)
    X : array, shape (n, 2)
    y : array, shape (n,)

    Notes: Def 48, Concept 68
    """
    rows, answers = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    with axes_in_3d(len(runs), size=4.6) as (figure, axes):
        for ax, (title, models) in zip(axes, runs, strict=True):
            for (name, model), colour in zip(models.items(), SERIES, strict=False):
                A, B, Z = _over(rows, model.predict, 9)
                ax.plot_surface(A, B, Z, color=colour, alpha=0.28, lw=0.3, edgecolor=colour)
                ax.plot([], [], "s", color=colour, alpha=0.6, label=name)
            first = next(iter(models.values())).predict(rows)
            for x, actual, said in zip(rows, answers, first, strict=True):
                ax.plot([x[0]] * 2, [x[1]] * 2, [actual, said], color=INK, lw=1)
            ax.plot(rows[:, 0], rows[:, 1], answers, "o", color=INK, markersize=4)
            ax.set_zlabel("y")
            ax.set_title(title)
            ax.view_init(elev=25, azim=-125)
            if len(models) > 1:
                ax.legend(loc="upper left", fontsize=9)
        return figure

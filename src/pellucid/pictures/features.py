"""Pictures of features: one model in three views, curves of several orders, radial functions.

The three views are of any linear model on features (a pipeline whose last step has `coef_` and
`intercept_`): the separator bent over the inputs, the data moved to where the separator is flat,
and the signs over the inputs. They show the same predictions.

Notes: Clar 181, Concept 182, Concept 183, Concept 186, Def 190
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.errors import ShapeError
from pellucid.pictures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SERIES,
    axes_for,
    figure_of,
    plain_numbers,
    side_by_side,
)

Array = NDArray[np.float64]
Score = Callable[[Any], Array]
REGIONS = ListedColormap(
    ["#5a6470", "#dfe7ee"]
)  # dark is negative, light positive, as in the notes


def decision_score(model: Any) -> Score:
    """What the model's sign is taken of: its decision function, or its prediction.

    Notes: Concept 183
    """
    return getattr(model, "decision_function", None) or model.predict  # type: ignore[no-any-return]


def is_positive(y: Any) -> NDArray[np.bool_]:
    """Which of two labels, or of signed targets, are positive: the greater label, or y > 0."""
    answers = np.asarray(y)
    if answers.dtype.kind in "if":
        labels = np.unique(answers)
        if len(labels) > 2 or (labels.min() < 0 < labels.max()):
            return np.asarray(answers > 0)
    return np.asarray(answers == np.unique(answers)[-1])


def signed_points(axes: Axes, across: Array, up: Array, y: Any) -> None:
    """Positive points as crosses, negative ones as dots."""
    plus = is_positive(y)
    axes.plot(across[plus], up[plus], "P", color=BLUE, markersize=8, mec="white", mew=0.6)
    axes.plot(across[~plus], up[~plus], "o", color=ORANGE, markersize=6, mec="white", mew=0.6)


def padded_range(values: Array, room: float = 0.12) -> tuple[float, float]:
    """The lowest and the highest value, with some room beyond."""
    low, high = float(values.min()), float(values.max())
    more = room * (high - low) or 1.0
    return low - more, high + more


def _line(X: Array, n: int = 601) -> Array:
    return np.linspace(*padded_range(X[:, 0]), n)


def _plane(X: Array, score: Score, n: int = 241) -> tuple[Array, Array, Array]:
    across, up = (np.linspace(*padded_range(X[:, j]), n) for j in (0, 1))
    A, B = np.meshgrid(across, up)
    return A, B, np.asarray(score(np.column_stack([A.ravel(), B.ravel()]))).reshape(A.shape)


def _inputs(X: Any, max_inputs: int = 2) -> Array:
    rows = np.asarray(X, dtype=np.float64)
    if rows.ndim != 2 or not 1 <= rows.shape[1] <= max_inputs:
        raise ShapeError(
            f"This view has room for 1 to {max_inputs} inputs; X has shape {rows.shape}."
        )
    return rows


def sign_changes(score: Score, low: float, high: float, n: int = 601) -> Array:
    """Where the score of one input changes sign between two ends, to a millionth of the distance.

    Notes: Concept 183, §5.1.3
    """
    x = np.linspace(low, high, n)
    f = np.asarray(score(x[:, None]))
    starts = np.flatnonzero(np.sign(f[:-1]) * np.sign(f[1:]) < 0)
    left, right = x[starts], x[starts + 1]
    for _ in range(20):
        middle = (left + right) / 2
        if len(middle):
            same = np.sign(score(middle[:, None])) == np.sign(f[starts])
            left, right = np.where(same, middle, left), np.where(same, right, middle)
    exact = x[f == 0]
    return np.sort(np.concatenate([(left + right) / 2, exact]))


def bent_separator(model: Any, X: Any, y: Any, ax: Axes | None = None) -> Figure:
    """First view: the score over the inputs, and where it is 0.

    Parameters
    ----------
    model : fitted estimator or pipeline
    X : array, shape (n, 1) or (n, 2)
        Raw inputs.
    y : array, shape (n,)
        Two labels, or signed targets.
    ax : Axes or None
        Where to draw.

    Notes: Clar 181, §5.1.1
    """
    rows, score = _inputs(X), decision_score(model)
    with axes_for(ax, (4.6, 3.8)) as axes:
        if rows.shape[1] == 1:
            t = _line(rows)
            f = np.asarray(score(t[:, None]))
            axes.axhline(0, color=INK, lw=1)
            axes.plot(t, f, color=GREY, lw=2)
            axes.fill_between(t, 0, f, where=f > 0, color=BLUE, alpha=0.15, lw=0)
            axes.fill_between(t, 0, f, where=f < 0, color=ORANGE, alpha=0.15, lw=0)
            at = sign_changes(score, float(t[0]), float(t[-1]))
            axes.plot(at, 0 * at, "|", color=INK, markersize=16, markeredgewidth=2)
            signed_points(axes, rows[:, 0], 0 * rows[:, 0], y)
            axes.set_xlabel("x")
            axes.set_ylabel("f(x)")
        else:
            A, B, f = _plane(rows, score)
            levels = axes.contour(A, B, f, levels=9, cmap="coolwarm_r", linewidths=0.8, alpha=0.8)
            axes.clabel(levels, fontsize=8)
            if f.min() < 0 < f.max():
                axes.contour(A, B, f, levels=[0.0], colors=INK, linewidths=2.5)
            signed_points(axes, rows[:, 0], rows[:, 1], y)
            axes.set_xlabel("x₁")
            axes.set_ylabel("x₂")
        axes.set_title("the separator bent")
        return figure_of(axes)


def hyperplane_coordinates(features: Array, theta: Array, theta_0: float) -> Array:
    """Two coordinates of each row: its distance from the hyperplane, and where it lies along it.

    Along the hyperplane the direction of the widest spread is taken.

    Parameters
    ----------
    features : ndarray, shape (n, m)
    theta : ndarray, shape (m,)
        The normal.
    theta_0 : float

    Returns
    -------
    ndarray, shape (n, 2)
        Signed distance θᵀφ/‖θ‖ + θ₀/‖θ‖, and the coordinate along.

    Notes: Clar 181, §5.1.2
    """
    length = float(np.linalg.norm(theta)) or 1.0
    normal = theta / length
    distance = features @ normal + theta_0 / length
    within = features - features.mean(axis=0)
    within = within - np.outer(within @ normal, normal)
    along = np.linalg.svd(within, full_matrices=False)[2][0]
    return np.column_stack([distance, within @ along])


def moved_data(model: Any, X: Any, y: Any, ax: Axes | None = None) -> Figure:
    """Second view: each point at φ(x), where the separator is flat, with its normal θ.

    With two features they are the axes. With more, the picture is turned so that the hyperplane is
    seen from its edge: across is the distance from it, up the widest spread along it.

    Parameters
    ----------
    model : fitted pipeline of features and a linear model
    X : array, shape (n, d)
        Raw inputs.
    y : array, shape (n,)
    ax : Axes or None

    Notes: Clar 181, Concept 182, §5.1.2
    """
    features = np.asarray(model[:-1].transform(X))
    theta = np.ravel(model[-1].coef_).astype(np.float64)
    theta_0 = float(np.ravel(model[-1].intercept_)[0])
    with axes_for(ax, (4.6, 3.8)) as axes:
        if features.shape[1] == 2:
            signed_points(axes, features[:, 0], features[:, 1], y)
            names = model[:-1].get_feature_names_out()
            axes.set_xlabel(f"φ₁(x) = {names[0]}")
            axes.set_ylabel(f"φ₂(x) = {names[1]}")
            _edge(axes, features, theta, theta_0)
        else:
            at = hyperplane_coordinates(features, theta, theta_0)
            axes.axvline(0, color=INK, lw=2.5)
            signed_points(axes, at[:, 0], at[:, 1], y)
            middle = float(np.median(at[:, 1]))
            far = float(np.abs(at[:, 0]).max())
            normal_arrow(axes, np.array([0, middle]), np.array([far / 3, middle]))
            axes.set_xlabel(f"distance from the hyperplane in {features.shape[1]} dimensions")
            axes.set_ylabel("widest spread along it")
        axes.set_title("the data moved")
        return figure_of(axes)


def _edge(axes: Axes, features: Array, theta: Array, theta_0: float) -> None:
    """The straight line θᵀu + θ₀ = 0 over two features, and its normal."""
    (left, right), (low, high) = padded_range(features[:, 0]), padded_range(features[:, 1])
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    square = float(theta @ theta)
    if square == 0:
        return
    middle = features.mean(axis=0)
    foot = middle - theta * (float(theta @ middle) + theta_0) / square
    along = np.array([-theta[1], theta[0]]) / np.sqrt(square)
    ends = foot + np.array([[-1.0], [1.0]]) * along * 4 * max(right - left, high - low)
    axes.plot(ends[:, 0], ends[:, 1], color=INK, lw=2.5)
    normal_arrow(axes, foot, foot + 0.2 * (high - low) * theta / np.sqrt(square))


def normal_arrow(axes: Axes, foot: Array, tip: Array) -> None:
    """θ as an arrow, with its letter beyond the tip."""
    (a, b), (c, d), (e, f) = foot.tolist(), tip.tolist(), (tip + 0.3 * (tip - foot)).tolist()
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (c, d), (a, b), arrowprops=arrow, zorder=9)
    axes.text(e, f, "θ", ha="center", va="center", fontweight="bold", zorder=9)


def sign_regions(model: Any, X: Any, y: Any, ax: Axes | None = None) -> Figure:
    """Third view: where the model says positive (light) and negative (dark), nothing else.

    Parameters
    ----------
    model : fitted estimator or pipeline
    X : array, shape (n, 1) or (n, 2)
        Raw inputs.
    y : array, shape (n,)
    ax : Axes or None

    Notes: Concept 183, §5.1.3
    """
    rows, score = _inputs(X), decision_score(model)
    with axes_for(ax, (4.6, 3.8)) as axes:
        if rows.shape[1] == 1:
            t = _line(rows)
            signs = (np.asarray(score(t[:, None])) > 0).astype(float)
            extent = (t[0], t[-1], -0.5, 0.5)
            axes.imshow(signs[None, :], cmap=REGIONS, vmin=0, vmax=1, aspect="auto", extent=extent)
            at = sign_changes(score, float(t[0]), float(t[-1]))
            axes.set_xticks(at, [f"{x:.3g}".replace("-", "−") for x in at])
            signed_points(axes, rows[:, 0], 0 * rows[:, 0], y)
            axes.set_yticks([])
            axes.set_xlabel("x, marked where the sign changes")
        else:
            A, B, f = _plane(rows, score)
            axes.pcolormesh(A, B, (f > 0).astype(float), cmap=REGIONS, vmin=0, vmax=1,
                            shading="nearest", rasterized=True)  # fmt: skip
            signed_points(axes, rows[:, 0], rows[:, 1], y)
            axes.set_xlabel("x₁")
            axes.set_ylabel("x₂")
        axes.grid(False)
        axes.set_title("the signs")
        return figure_of(axes)


def three_views(model: Any, X: Any, y: Any) -> Figure:
    """The bent separator, the moved data and the signs of one model, side by side.

    Parameters
    ----------
    model : fitted pipeline of features and a linear model
    X : array, shape (n, 1) or (n, 2)
    y : array, shape (n,)

    Notes: Clar 181, Concept 182, Concept 183
    """
    with side_by_side(3, (4.3, 3.7)) as (figure, axes):
        for view, ax in zip((bent_separator, moved_data, sign_regions), axes, strict=True):
            view(model, X, y, ax)
        return figure


def sign_regions_side_by_side(runs: Sequence[tuple[str, Any]], X: Any, y: Any) -> Figure:
    """The sign regions of several models over the same points, each with its title.

    Parameters
    ----------
    runs : sequence of (title, fitted model)
    X : array, shape (n, 2)
    y : array, shape (n,)

    Notes: Concept 183, Concept 189
    """
    with side_by_side(len(runs)) as (figure, axes):
        for (title, model), ax in zip(runs, axes, strict=True):
            sign_regions(model, X, y, ax)
            ax.set_title(title)
        return figure


def curves_side_by_side(runs: Sequence[tuple[str, Any]], X: Any, y: Any) -> Figure:
    """The regression curve of several models over one input, each with its title.

    Parameters
    ----------
    runs : sequence of (title, fitted model)
    X : array, shape (n, 1)
    y : array, shape (n,)

    Notes: Concept 177, Concept 186
    """
    rows, answers = _inputs(X, 1), np.asarray(y, dtype=np.float64)
    with side_by_side(len(runs)) as (figure, axes):
        t = np.linspace(rows[:, 0].min(), rows[:, 0].max(), 801)
        for (title, model), ax in zip(runs, axes, strict=True):
            ax.plot(t, model.predict(t[:, None]), color=BLUE, lw=2)
            ax.plot(rows[:, 0], answers, "o", color=ORANGE, markersize=4, mec="white", mew=0.4)
            ax.set_ylim(*padded_range(answers, 0.35))
            ax.set_title(title)
            ax.set_xlabel("x")
            plain_numbers(ax.yaxis)
        axes[0].set_ylabel("y")
        return figure


def radial_functions(betas: Sequence[float], p: float = 0.0, reach: float = 3.0) -> Figure:
    """Why e^−u: beside u and 1/u it is bounded and falls; and what β does about a point p.

    Parameters
    ----------
    betas : sequence of float
    p : float
        The reference point.
    reach : float
        Half of the width shown.

    Notes: Def 190, §5.2.2
    """
    with side_by_side(2, (4.2, 3.6)) as (figure, (left, right)):
        u = np.linspace(0.02, reach, 300)
        for f, name, style in ((u, "u", ":"), (1 / u, "1/u", "--"), (np.exp(-u), "e^−u", "-")):
            left.plot(u, f, style, color=BLUE if style == "-" else GREY, lw=2, label=name)
        left.set_ylim(0, 3)
        left.set_xlabel("u, squared distance")
        left.set_ylabel("feature")
        left.legend()
        x = np.linspace(p - reach, p + reach, 401)
        for beta, colour in zip(betas, SERIES, strict=False):
            right.plot(x, np.exp(-beta * (x - p) ** 2), color=colour, lw=2, label=f"β = {beta:g}")
        right.set_xlabel("x")
        right.set_ylabel(f"closeness to p = {p:g}")
        right.legend()
        return figure

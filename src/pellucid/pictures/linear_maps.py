"""The plane moved by a matrix: a grid and a square, before and after.

Notes: Def 1, §0.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid.errors import ShapeError
from pellucid.formatting import number
from pellucid.pictures.style import BLUE, GREEN, GREY, ORANGE, side_by_side

Array = NDArray[np.float64]
SQUARE = np.array([[0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0]])


def transformed_plane(matrices: Sequence[tuple[str, Any]], reach: int = 3) -> Figure:
    """What 2×2 matrices do to the plane: the grid, the unit square and its area, the two axes.

    Parameters
    ----------
    matrices : sequence of (title, array of shape (2, 2))
    reach : int
        Half of the width of the grid.

    Raises
    ------
    ShapeError
        For a matrix that is not 2×2.

    Notes: Def 1, §0.3
    """
    with side_by_side(len(matrices), (3.5, 3.9)) as (figure, axes):
        for ax, (title, given) in zip(axes, matrices, strict=True):
            A = np.asarray(given, dtype=np.float64)
            if A.shape != (2, 2):
                raise ShapeError(f"A 2×2 matrix moves the plane; got shape {A.shape}.")
            _moved(ax, A, reach)
            area = abs(float(np.linalg.det(A)))
            ax.set_title(f"{title}\narea of the square {number(area + 0.0)}")
        axes[0].set_ylabel("x₂")
        return figure


def _moved(axes: Axes, A: Array, reach: int) -> None:
    ends = np.array([-reach, reach], dtype=np.float64)
    for k in range(-reach, reach + 1):
        still = np.full(2, float(k))
        for line in (np.stack([ends, still]), np.stack([still, ends])):
            axes.plot(*line, color=GREY, lw=0.6, alpha=0.5)
            axes.plot(*(A @ line), color=BLUE, lw=0.9, alpha=0.7)
    axes.fill(*(A @ SQUARE), color=BLUE, alpha=0.35)
    for unit, colour in ((np.array([1.0, 0.0]), ORANGE), (np.array([0.0, 1.0]), GREEN)):
        tip = A @ unit
        arrow = {"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (float(tip[0]), float(tip[1])), (0, 0), arrowprops=arrow, zorder=8)
    axes.set_xlim(-reach - 0.5, reach + 0.5)
    axes.set_ylim(-reach - 0.5, reach + 0.5)
    axes.set_aspect("equal")
    axes.grid(False)
    axes.set_xlabel("x₁")

"""Points and a hyperplane θᵀx + θ₀ = 0: on which side, how far, and where they stand above it.

Notes: Def 130, Concept 132, Notation 133, Concept 140
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError, ShapeError

Array = NDArray[np.float64]


def signed_distance(X: Any, theta: Any, theta_0: float) -> Array:
    """(θᵀx + θ₀) / ‖θ‖ for each point: positive on the side that θ points to.

    Parameters
    ----------
    X : array, shape (n, d)
    theta : array, shape (d,)
        θ, the normal.
    theta_0 : float
        θ₀.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ShapeError
        When X has not d columns.
    FramingError
        When θ = 0: there is no hyperplane then.

    Examples
    --------
    >>> signed_distance([[0.0, 0.0], [4.0, 3.0]], [3.0, 4.0], -5.0).tolist()
    [-1.0, 3.8]

    Notes: Concept 140, Notation 133
    """
    rows, normal, length = _parts(X, theta)
    return np.asarray((rows @ normal + theta_0) / length)


def projections(X: Any, theta: Any, theta_0: float) -> Array:
    """The point of the hyperplane that is nearest to each point.

    Parameters
    ----------
    X, theta, theta_0
        As for `signed_distance`.

    Returns
    -------
    ndarray, shape (n, d)

    Examples
    --------
    >>> projections([[4.0, 3.0]], [0.0, 2.0], -2.0).tolist()
    [[4.0, 1.0]]

    Notes: Concept 140
    """
    rows, normal, length = _parts(X, theta)
    return rows - signed_distance(rows, normal, theta_0)[:, None] * (normal / length)


def _parts(X: Any, theta: Any) -> tuple[Array, Array, float]:
    rows, normal = np.asarray(X, np.float64), np.asarray(theta, np.float64)
    if rows.ndim != 2 or normal.shape != rows.shape[1:]:
        raise ShapeError(
            f"X has shape {rows.shape} and θ {normal.shape}: θ has one entry a column."
        )
    length = float(np.linalg.norm(normal))
    if length == 0:
        raise FramingError("θ = 0 has no direction, so θᵀx + θ₀ = 0 is no hyperplane.")
    return rows, normal, length

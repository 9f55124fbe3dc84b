"""Arrays with more axes brought to fewer, or built from fewer: stacks, columns, diagonals.

Notes: Def 476, Def 477, Concept 483, Clar 478
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ShapeError

Array = NDArray[Any]


def stacked(*layers: Any) -> Array:
    """Arrays of one shape, one behind the other, along a new last axis.

    Parameters
    ----------
    *layers : arrays, shape (r, k)
        The front one first.

    Returns
    -------
    ndarray, shape (r, k, number of layers)

    Raises
    ------
    ShapeError
        When the shapes differ.

    Examples
    --------
    >>> stacked([[1, 2, 3], [4, 5, 6]], [[5, 7, 11], [13, 17, 19]]).shape
    (2, 3, 2)

    Notes: Def 477, eq A.56
    """
    shapes = [np.shape(layer) for layer in layers]
    if not shapes or len(set(shapes)) > 1:
        raise ShapeError(f"Layers of one shape are stacked; these have {shapes or 'no layers'}.")
    return np.stack([np.asarray(layer) for layer in layers], axis=-1)


def flattened(matrix: Any) -> Array:
    """The columns of a matrix, one under the other.

    Examples
    --------
    >>> flattened([[1, 2], [3, 4]]).tolist()
    [1, 3, 2, 4]

    Notes: Def 389, eq A.58
    """
    return np.asarray(matrix).ravel(order="F")


def diagonal_vector(matrix: Any) -> Array:
    """The diagonal of a matrix that holds nothing else: no information is lost.

    Raises
    ------
    ShapeError
        When the matrix is not square, or has anything off its diagonal.

    Examples
    --------
    >>> diagonal_vector([[3, 0, 0], [0, 9, 0], [0, 0, 4]]).tolist()
    [3, 9, 4]

    Notes: Concept 483, Concept 488, eq A.57
    """
    found = np.asarray(matrix)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ShapeError(f"Only a square matrix has a diagonal to keep; this is {found.shape}.")
    kept = np.diagonal(found)
    if not np.array_equal(np.diag(kept), found):
        raise ShapeError("Off its diagonal the matrix is not zero: its diagonal would lose that.")
    return kept

"""Numbers so large, or so small, that their squares are no numbers.

Notes: §5.3.3
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ColumnError

Array = NDArray[np.float64]
SMALLEST, LARGEST = 1e-140, 1e140  # squares of these, and sums of 10²⁰ of them, are ordinary


def refuse_extremes(X: Any, Y: Array | None = None) -> None:
    """Refuse a column whose squares overflow, or vanish; a column of zeros is not one.

    Parameters
    ----------
    X : array or sparse array, shape (n, d)
    Y : array, shape (n, t), optional

    Raises
    ------
    ColumnError
        Names the column, its largest number, and by what to divide it.

    Examples
    --------
    >>> refuse_extremes(np.array([[1e200, 1.0]]))
    Traceback (most recent call last):
    ...
    pellucid.errors.ColumnError: Column 0 holds 1e+200: its squares overflow. Divide it by 1e+200.

    Notes: §5.3.3
    """
    for block, name in ((X, "Column"), (Y, "Target column")):
        if block is None or 0 in block.shape:
            continue
        size = _largest(block)
        wrong = np.flatnonzero((size > LARGEST) | ((size > 0) & (size < SMALLEST)))
        if len(wrong):
            column = int(wrong[0])
            what = "overflow" if size[column] > LARGEST else "vanish"
            raise ColumnError(
                f"{name} {column} holds {size[column]:g}: its squares {what}. Divide it by "
                f"{size[column]:.0e}."
            )


def _largest(block: Any) -> Array:
    """The largest size in each column."""
    if hasattr(block, "toarray"):
        return np.ravel(abs(block).max(axis=0).toarray())
    return np.asarray(np.maximum(block.max(axis=0), -block.min(axis=0)))

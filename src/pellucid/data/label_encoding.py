"""Labels of classes, told apart and numbered in one place.

Notes: Concept 56, Def 129
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets

from pellucid.errors import LabelError
from pellucid.formatting import label

FEW, MANY = 100, 1_000  # whole numbers so close together, in so many rows, are counted
KINDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("text", (str,)),
    ("bytes", (bytes,)),
    ("yes or no", (bool, np.bool_)),
    ("numbers", (numbers.Number,)),
)


def encode_labels(y: Any, first: int = 0) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The classes, sorted, and for each row the place of its own.

    Parameters
    ----------
    y : array of shape (n,)
        Labels of one kind: text, numbers, or yes and no.
    first : int
        The number of the first row, for messages.

    Raises
    ------
    LabelError
        Names the row without a label, or the two rows whose labels are of different kinds; and
        where y holds quantities.

    Examples
    --------
    >>> classes, codes = encode_labels(np.array(["b", "a", "b"]))
    >>> classes.tolist(), codes.tolist()
    (['a', 'b'], [1, 0, 1])

    Notes: Def 129
    """
    y = np.asarray(y)
    if y.ndim == 1 and y.dtype.kind in "bui" and len(y) > MANY and np.ptp(y.astype(float)) < FEW:
        return _counted(y)
    if y.dtype.kind in "OmM":
        _refuse_mixed(y, first)
    try:
        check_classification_targets(y)
    except ValueError as error:
        raise LabelError(f"{error}. For quantities take a regression.") from error
    try:
        classes, codes = np.unique(y, return_inverse=True)
    except TypeError as error:
        raise LabelError(f"These labels cannot be put in an order ({error}); give text.") from error
    return classes, codes


def _counted(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The same of whole numbers that lie close together: they are counted, not sorted."""
    whole: NDArray[Any] = y.view(np.uint8) if y.dtype.kind == "b" else y
    low = whole.min()
    above = (whole - low).astype(np.intp)
    there = np.bincount(above) > 0
    classes = np.flatnonzero(there).astype(whole.dtype) + low
    return classes.astype(y.dtype), (np.cumsum(there) - 1)[above]


def _refuse_mixed(y: NDArray[Any], offset: int) -> None:
    first: tuple[str, int] | None = None
    for row, value in enumerate(y.ravel().tolist() if y.dtype.kind == "O" else y.ravel()):
        if _is_missing(value):
            raise LabelError(
                f"Row {offset + row} has no label ({value}): leave such rows out, or give them a "
                "class of their own."
            )
        kind = _kind(value)
        if first is None:
            first = kind, row
        elif kind != first[0]:
            raise LabelError(
                f"Labels are of two kinds: {label(y.ravel()[first[1]])} in row {offset + first[1]} "
                f"is {first[0]}, {label(value)} in row {offset + row} is {kind}. Write all of them "
                "one way, as text for instance."
            )


def _kind(value: Any) -> str:
    named = (name for name, types in KINDS if isinstance(value, types))
    return next(named, type(value).__name__)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return False

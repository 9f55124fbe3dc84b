"""Columns that number the rows: they say where a row was written, and nothing of the next one.

Notes: §5.3, §1.4
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

FEW_ROWS = 10  # below this, uniqueness says nothing
ROWS_LEFT_OUT = 3.0  # a part of a table keeps at least so small a share of its numbers: 1 in 3
COUNTED = "counts the rows; not used"
NAMED = "numbers the rows, as its name says; not used"
# Names that software and people give to row numbers; a first column without a name is `column 1`.
NAMES = re.compile(
    r"row[ _.]?(names?|numbers?|nr|no|id)?|unnamed(: ?\d+)?|column 1|index|level_0|obs(ervation)?|#"
    r"|(case|obs|record|serial|s)?[ _.]?(id|no|nr|num|number)"
    r"|(sub|cust|pat|part|resp|stud|user|pers|house)\w*[ _.]?(id|no|nr|number)",
    re.IGNORECASE,
)


def row_number_note(
    name: str, present: NDArray[np.float64], low: float, high: float, n: int
) -> str:
    """Why a column of n rows numbers them; empty where it is an amount.

    Whole numbers, no two alike, without a gap between the least and the largest, count the rows.
    With gaps, as a part of a table has them, the name has to say it too.

    Parameters
    ----------
    name : str
        The column's name.
    present : ndarray
        Its values, or a sample of them.
    low, high, n : float, float, int
        Least and largest value of the whole column, and the number of its rows, none of them
        without a value.

    Examples
    --------
    >>> row_number_note("weight", np.arange(20.0), 0, 19, 20)
    'counts the rows; not used'
    >>> row_number_note("rownames", np.arange(20.0) * 2, 0, 38, 20)
    'numbers the rows, as its name says; not used'
    >>> row_number_note("weight", np.arange(20.0) * 2, 0, 38, 20)
    ''

    Notes: §5.3
    """
    if n < FEW_ROWS or high - low > ROWS_LEFT_OUT * n:
        return ""
    if (present != np.round(present)).any() or len(np.unique(present)) < len(present):
        return ""
    if high - low == n - 1:
        return COUNTED
    return NAMED if NAMES.fullmatch(name.strip()) else ""

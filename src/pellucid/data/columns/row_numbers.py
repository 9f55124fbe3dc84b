"""Columns that number the rows: they say where a row was written, and nothing of the next one.

Notes: §5.3, §1.4
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table import Column, Kind

FEW_ROWS = 10  # below this, uniqueness says nothing
ROWS_LEFT_OUT = 3.0  # a part of a table keeps at least so small a share of its numbers: 1 in 3
COUNTED = "counts the rows; not used"
# Names that software gives to row numbers; a first column without a name is `column 1`.
GIVEN = re.compile(
    r"row[ _.]?(names?|numbers?|nr|no|id)|unnamed(: ?\d+)?|column 1|level_0|#", re.IGNORECASE
)
# Names that people give to them, or to a code or a place that may say more.
CHOSEN = re.compile(
    r"row|index|obs(ervation)?|(case|obs|record|serial|s)?[ _.]?(id|no|nr|num|number)"
    r"|(sub|cust|pat|part|resp|stud|user|pers|house)\w*[ _.]?(id|no|nr|number)",
    re.IGNORECASE,
)


def counts_rows(present: NDArray[np.float64], low: float, high: float, n: int) -> bool:
    """Whether whole numbers, no two alike, without a gap between their ends count n rows.

    Parameters
    ----------
    present : ndarray
        Values of the column, or a sample of them.
    low, high, n : float, float, int
        Least and largest value of the whole column, and the number of its rows, none of them
        without a value.

    Examples
    --------
    >>> counts_rows(np.arange(20.0), 0, 19, 20), counts_rows(np.arange(20.0) * 2, 0, 38, 20)
    (True, False)

    Notes: §5.3
    """
    return n >= FEW_ROWS and high - low == n - 1 and _whole_and_apart(present)


def named_as_row_numbers(name: str, values: NDArray[np.float64]) -> bool:
    """Whether a column numbers the rows by its name, with gaps as a part of a table has them.

    A name that software gives is believed of any part of a table.

    Examples
    --------
    >>> [named_as_row_numbers("rownames", np.arange(20.0) * n) for n in (2, 50)]
    [True, True]
    >>> [named_as_row_numbers("id", np.arange(20.0) * n) for n in (2, 50)]
    [True, False]
    >>> named_as_row_numbers("weight", np.arange(20.0) * 2)
    False

    Notes: §5.3
    """
    n, given = len(values), GIVEN.fullmatch(name.strip())
    # The name first: values of every column of a table would be sorted.
    if n < FEW_ROWS or not (given or CHOSEN.fullmatch(name.strip())) or np.isnan(values).any():
        return False
    dense = np.ptp(values) <= ROWS_LEFT_OUT * n
    return bool(given or dense) and _whole_and_apart(values)


def numbers_rows(column: Column) -> bool:
    """Whether a column of numbers is used although its name says that it numbers the rows.

    Notes: §5.3
    """
    return column.kind is Kind.NUMERIC and named_as_row_numbers(column.name, column.values)


def _whole_and_apart(values: NDArray[np.float64]) -> bool:
    return bool((values == np.round(values)).all()) and len(np.unique(values)) == len(values)

"""Dates to parts that a linear model can weigh.

Notes: §5.3
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = ("days", "month, sine", "month, cosine", "weekday, sine", "weekday, cosine", "hour")
UNITS = ("days since 1970", "", "", "", "", "hours, 0 to 24")


def date_parts(dates: NDArray[Any]) -> NDArray[np.float64]:
    """Parts of each date; NaN where it is missing.

    Months and weekdays go round: each is a point on a circle, so December lies beside January.

    Parameters
    ----------
    dates : ndarray of datetime64, shape (n,)

    Returns
    -------
    ndarray, shape (n, 6)
        Columns as in `PARTS`.

    Examples
    --------
    >>> date_parts(np.array(["1970-01-02T12:00"], dtype="datetime64[us]"))[0, [0, 5]]
    array([ 1.5, 12. ])

    Notes: §5.3
    """
    missing = np.isnat(dates)
    safe = np.where(missing, np.datetime64(0, "us"), dates.astype("datetime64[us]"))
    days = safe.astype(np.int64) / 86_400e6
    whole = np.floor(days)
    month = safe.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (whole + 3) % 7  # the first day of 1970 was a Thursday
    year, week = 2 * np.pi * month / 12, 2 * np.pi * weekday / 7
    parts = np.column_stack(
        [days, np.sin(year), np.cos(year), np.sin(week), np.cos(week), (days - whole) * 24]
    )
    parts[missing] = np.nan
    return parts

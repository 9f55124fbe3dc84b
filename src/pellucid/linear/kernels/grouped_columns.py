"""Rows of a few columns put in the order of their groups, in one pass over the numbers.

Notes: §2.5.6, Def 85
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@numba.njit(nogil=True, cache=True)
def _grouped(group, count, order, ends):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(len(group)):
        ends[group[i]] += 1
    at = np.zeros(count, np.intp)
    for j in range(1, count):
        at[j] = ends[j - 1]
        ends[j] += ends[j - 1]
    for i in range(len(group)):
        order[at[group[i]]] = i
        at[group[i]] += 1


@numba.njit(nogil=True, cache=True)
def _shifted(values, order, shift, inside, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    low, high = np.inf, -np.inf
    for k in range(inside):
        out[k] = values[order[k]] - shift
    for k in range(inside, len(order)):
        v = values[order[k]]
        low, high = min(low, v), max(high, v)
        out[k] = v - shift
    return low, high


def rows_by_group(group: NDArray[np.intp], count: int) -> tuple[NDArray[np.intp], Any]:
    """The rows of group 0, of group 1, …, each in order; and where each group ends.

    Examples
    --------
    >>> [each.tolist() for each in rows_by_group(np.array([1, 0, 1]), 2)]
    [[1, 0, 2], [1, 3]]

    Notes: Def 85
    """
    order, ends = np.empty(len(group), np.intp), np.zeros(count, np.intp)
    _grouped(group, count, order, ends)
    return order, ends


def shifted_column(
    values: Array, order: NDArray[np.intp], shift: float, inside: int, out: Array
) -> tuple[float, float]:
    """Write values[order] − shift to `out`; the ends of the values from place `inside` on.

    Examples
    --------
    >>> out = np.empty(3)
    >>> shifted_column(np.array([5.0, 2.0, 9.0]), np.array([1, 0, 2]), 2.0, 1, out)
    (5.0, 9.0)
    >>> out.tolist()
    [0.0, 3.0, 7.0]

    Notes: Def 12
    """
    low, high = _shifted(values, order, shift, inside, out)
    return float(low), float(high)

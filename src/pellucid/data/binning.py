"""Breakpoints: a number cut into bins at edges given, at quantiles, or at equal widths.

A bin holds its lower edge: at the edges 18 and 21, eighteen is in the second bin.

Notes: Concept 205, §5.3.3
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pellucid.formatting import number

Floats = NDArray[np.float64]


def bin_indices(values: Floats, edges: Floats) -> NDArray[np.int32]:
    """The bin of each value, from 0; −1 where it is missing.

    Examples
    --------
    >>> bin_indices(np.array([17.0, 18.0, 40.0, np.nan]), np.array([18.0, 21.0]))
    array([ 0,  1,  2, -1], dtype=int32)

    Notes: Concept 205
    """
    found = np.searchsorted(edges, values, side="right")
    return np.where(np.isnan(values), -1, found).astype(np.int32)


def quantile_edges(values: Floats, bins: int) -> Floats:
    """Inner edges that leave equally many rows in each bin, as far as ties allow; no bin is empty.

    Notes: Concept 205
    """
    there = values[~np.isnan(values)]
    edges = np.unique(np.quantile(there, np.arange(1, bins) / bins))
    filled = np.unique(np.searchsorted(edges, there, side="right"))
    return np.asarray(edges[filled[:-1]])


def equal_width_edges(values: Floats, bins: int) -> Floats:
    """Inner edges of bins of equal width between the smallest and the largest value.

    Notes: Concept 205
    """
    there = values[~np.isnan(values)]
    low, high = there.min(), there.max()
    at = np.arange(1, bins) / bins
    edges = np.unique(low * (1 - at) + high * at)
    return np.asarray(edges[edges > low])


def bin_names(edges: Floats) -> list[str]:
    """Names of the bins, such as "<18", "18 to 21", "≥21".

    Examples
    --------
    >>> bin_names(np.array([18.0, 21.0]))
    ['<18', '18 to <21', '≥21']

    Notes: Concept 205
    """
    if len(edges) == 0:
        return ["any"]
    digits = next(
        (d for d in (3, 6, 9, 12, 17) if len({number(e, d) for e in edges}) == len(edges)), 17
    )
    shown = [number(float(e), digits) for e in edges]
    inner = [f"{a} to <{b}" for a, b in pairwise(shown)]
    return [f"<{shown[0]}", *inner, f"≥{shown[-1]}"]

"""Values of many monomials, row by row: each feature is written once, while its source is cached.

Notes: Def 184, Def 188
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from pellucid.features.monomials import Steps
from pellucid.linear.kernels.row_pieces import over_blocks

Array = NDArray[np.float64]
BLOCK_NUMBERS = 1 << 21  # about so many features a block: small beside the cache's neighbours


@numba.njit(nogil=True, cache=True)
def _rows(X, steps, start, stop, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(start, stop):
        for s in range(steps.shape[0]):
            first, last, v, source = steps[s, 0], steps[s, 1], steps[s, 2], steps[s, 3]
            if v < 0:
                out[i, first] = 1.0
            elif source < 0:
                out[i, first] = X[i, v]
            else:
                x = X[i, v]
                for j in range(last - first):
                    out[i, first + j] = x * out[i, source + j]


def monomial_rows(X: Array, steps: Steps, m: int) -> Array:
    """The values that `monomials.values` gives, by threads of compiled code.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    steps : ndarray of int, shape (r, 4)
        From `monomials.recipe`.
    m : int
        Number of monomials.

    Returns
    -------
    ndarray, shape (n, m), in C order

    Examples
    --------
    >>> from pellucid.features.monomials import exponents, recipe
    >>> monomial_rows(np.array([[2.0, 3.0]]), recipe(exponents(2, 2)), 6).tolist()
    [[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]

    Notes: Def 184, Def 188
    """
    X = np.ascontiguousarray(X)
    out = np.empty((len(X), m))
    rows = max(1, BLOCK_NUMBERS // max(m, 1))
    over_blocks(lambda start, stop: _rows(X, steps, start, stop, out), len(X), rows)
    return out

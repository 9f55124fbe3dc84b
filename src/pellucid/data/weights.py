"""Sample weights, checked once for all.

Notes: Def 9
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from pellucid.errors import ShapeError

Array = NDArray[np.float64]


def checked_weights(sample_weight: Any, n: int) -> Array:
    """Weights as an array of n numbers ≥ 0, not all zero."""
    if np.isscalar(sample_weight):
        sample_weight = np.full(n, sample_weight)
    weights = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    if weights.ndim != 1:
        raise ValueError("Sample weights must be 1D array or scalar: one weight a row.")
    if weights.shape != (n,):
        raise ShapeError(
            f"sample_weight.shape == {weights.shape}, expected ({n},): one weight for each row."
        )
    if (weights < 0).any() or not weights.any():
        raise ValueError("sample_weight must be ≥ 0, and not all zero: no row would count.")
    return np.asarray(weights, dtype=np.float64)

"""Digits that are a name: 02134, a number to dial, or more of them than a float keeps apart.

Notes: §2.1.3
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.columns.arrow_values import LARGEST_WHOLE
from pellucid.data.columns.spellings import CODE


def has_codes(values: pa.ChunkedArray) -> bool:
    """Whether a cell of digits is a name: 02134, or more digits than a number keeps.

    Notes: §2.1.3
    """
    return bool(pc.any(pc.match_substring_regex(values, CODE)).as_py())


def are_names(values: pa.ChunkedArray, numbers: NDArray[np.float64]) -> bool:
    """Whether digits of a cell are a name: 02134, or more of them than a float keeps apart.

    Only whole numbers that are longer than their value asks for, or beyond 2⁵³, can be one.

    Notes: §2.1.3
    """
    whole = np.flatnonzero(numbers == np.rint(numbers))
    if not len(whole):
        return False
    size = np.abs(numbers[whole])
    digits = np.floor(np.log10(np.maximum(size, 1.0))) + 1 + (numbers[whole] < 0)
    some = values if len(whole) == len(values) else values.take(pa.array(whole))
    longer = pc.binary_length(some).to_numpy() > digits
    if (size > LARGEST_WHOLE).any():
        beyond = some.filter(pa.array(size > LARGEST_WHOLE))
        if pc.any(pc.match_substring_regex(beyond, r"^\s*[+-]?\d+\s*$")).as_py():
            return True
    return bool(longer.any()) and has_codes(some.filter(pa.array(longer)))

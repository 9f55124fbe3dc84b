"""Rows of a table or images as the numbers that an autoencoder reads.

Notes: Def 353
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class EncodedRows:
    """Rows as numbers, and what stands in which columns.

    `blocks` maps each column of the table to its places among the numbers.
    """

    X: Array
    names: list[str]
    kind: str
    blocks: dict[str, list[int]]
    binary: tuple[int, ...] = ()
    categories: tuple[tuple[int, ...], ...] = ()
    size: tuple[int, ...] = ()
    identifiers: dict[str, Any] = field(default_factory=dict)

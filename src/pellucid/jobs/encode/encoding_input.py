"""Rows of a table or images as the numbers that an autoencoder reads.

Notes: Def 353
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def places_of_columns(encoder: Any) -> dict[str, list[int]]:
    """Where the numbers of each column of a table stand in a row of an encoder's output.

    Notes: §5.3
    """
    found: dict[str, list[int]] = {}
    at = 0
    for code in encoder.codes_:
        found[code["column"]] = list(range(at, at + len(code["names"])))
        at += len(code["names"])
    return found


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

"""What the decoder of images is asked for a report: rows, walks, a grid, averages.

Notes: Concept 362, Concept 363, Concept 364, §8.4.5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.autoencoders.code_experiments import (
    class_averages,
    decoded_grid,
    traversal,
    zero_and_mean,
)

Array = NDArray[np.float64]
SHOWN = 12
WALKS = 6  # numbers of a code that are varied, one by one
MOST_CLASSES = 12
MOST_ROWS = 2_000  # behind averages and ranges


@dataclass(frozen=True)
class DecoderOutputs:
    """Flat images, and what codes decode to.

    Parameters
    ----------
    places : ndarray of int, shape (m,)
        Of the rows shown, none of them learned from.
    originals, rebuilt : ndarray, shape (m, d)
    walks : tuple of ndarray (steps, d)
        One number of a code varied, the others kept; one entry a number.
    values : tuple of ndarray (steps,)
    grid : tuple of ndarray (s, s, k) and (s, s, d), or None
        Codes of two numbers or more, and what they decode to.
    averages : tuple of (str, ndarray (d,))
        What 0, the mean code and the mean code of each label decode to.
    zero : str
        What decode(0) is, in a sentence.

    Notes: Concept 362, Concept 363, Concept 364
    """

    places: NDArray[np.intp]
    originals: Array
    rebuilt: Array
    walks: tuple[Array, ...]
    values: tuple[Array, ...]
    grid: tuple[Array, Array] | None
    averages: tuple[tuple[str, Array], ...]
    zero: str


def decoder_outputs(model: Any, X: Array, labels: Any, test: Any) -> DecoderOutputs:
    """Ask the decoder.

    Notes: Concept 362, Concept 363, Concept 364
    """
    chosen, k = test[:SHOWN], int(model.code_length)
    some = X[:MOST_ROWS]
    walks = [traversal(model, some, entry) for entry in range(min(k, WALKS))]
    found = zero_and_mean(model, some)
    averages = [("the code 0", found.zero), ("the mean code", found.of_mean_code)]
    known = None if labels is None else labels[: len(some)].astype(str)
    if known is not None and len(np.unique(known)) <= MOST_CLASSES:
        averages += [
            (f"{each.label}{'' if each.typical else ' (untypical)'}", each.row)
            for each in class_averages(model, some, known)
        ]
    return DecoderOutputs(
        chosen,
        X[chosen],
        np.asarray(model.reconstruct(X[chosen])),
        tuple(walk.rows for walk in walks),
        tuple(walk.values for walk in walks),
        decoded_grid(model, some, 10) if k > 1 else None,
        tuple(averages),
        found.conclusion,
    )

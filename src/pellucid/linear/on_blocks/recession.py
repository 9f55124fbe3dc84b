"""Whether a likelihood of rows in blocks has a finite minimiser, by passes over them.

A linear program over few rows proposes a direction; a pass finds the rows that it hurts, which join
the few, until none is hurt or nothing rises.

Notes: Def 146, §4.4
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.tiles import Tile
from pellucid.linear.solvers.likelihood import MeanLoss
from pellucid.linear.solvers.recession import (
    MOST_PARAMETERS,
    RISING,
    ROUNDS,
    VIOLATED,
    Gaps,
    steepest,
)

Array = NDArray[np.float64]
Worst = tuple[Array, Array, NDArray[np.intp]]  # by how much, rows and classes


def recession_on_blocks(loss: Any, B: Array) -> Array | None:
    """As `solvers.recession.recession`, for the rows of a `BlockLoss` that ended at B.

    Notes: Def 146
    """
    scheme, column = loss.rows.scheme, loss.part.column
    k = 2 if loss.k == 1 else loss.k
    size = loss.design.width * loss.k
    if size > MOST_PARAMETERS:
        return None
    most, largest = 2 * size, loss.rows.survey.largest

    def gaps_of(X: Array, codes: NDArray[np.intp]) -> Gaps:
        return Gaps(X, codes, scheme.offset, k, largest)

    def read(tile: Tile) -> tuple[MeanLoss, Array, NDArray[np.intp]]:
        design, Y, _ = scheme.read(tile)
        own = Y if column is None else Y[:, [column]]
        codes = own[:, 0].astype(int) if own.shape[1] == 1 else own.argmax(axis=1)
        return MeanLoss(design, own, 0.0), design.X, codes

    def first(tile: Tile) -> tuple[Array, Worst]:
        tile_loss, X, codes = read(tile)
        return gaps_of(X, codes).total(), _smallest_amounts(tile_loss.margins(B), X, codes, most)

    def hurt(tile: Tile, D: Array) -> tuple[float, Worst]:
        _, X, codes = read(tile)
        lead = gaps_of(X, codes).along(D)
        return float(lead.max(initial=0.0)), _smallest_amounts(lead.min(axis=1), X, codes, most)

    reduce, source = loss.rows.passes.reduce, loss.rows.source
    total, (_, X, codes) = reduce(
        source, first, lambda a, b: (a[0] + b[0], _merged(a[1], b[1], most))
    )
    for _ in range(ROUNDS):
        few = gaps_of(X, codes)
        D = steepest(total, few.rows(np.ones(few.shape, dtype=bool)))
        rise, worst = reduce(
            source,
            lambda tile, D=D: hurt(tile, D),
            lambda a, b: (max(a[0], b[0]), _merged(a[1], b[1], most)),
        )
        if rise < RISING:
            return None
        new = worst[0] < -VIOLATED * max(1.0, rise)
        if not new.any():
            return few.direction(D)
        X, codes = np.vstack([X, worst[1][new]]), np.concatenate([codes, worst[2][new]])
    return None


def _smallest_amounts(amounts: Array, X: Array, codes: NDArray[np.intp], max_rows: int) -> Worst:
    """The rows of least amount, the earlier of equals."""
    chosen = np.argsort(amounts, kind="stable")[:max_rows]
    return amounts[chosen], X[chosen], codes[chosen]


def _merged(a: Worst, b: Worst, max_rows: int) -> Worst:
    amounts, X, codes = (np.concatenate(each) for each in zip(a, b, strict=True))
    return _smallest_amounts(amounts, X, codes, max_rows)

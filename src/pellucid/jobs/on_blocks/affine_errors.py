"""Errors of a linear model on columns of plain numbers: h(x) from the columns as they are read.

(x − mean)/scale and θᵀx + θ₀ are one affine map, so no row is encoded. The square loss of the
training rows follows from their moments; only the test rows are answered then.

Notes: KE 33, KE 35, KE 45, Def 207
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.hashed_splits import is_test_row
from pellucid.data.blocks.merge_tree import MergeTree
from pellucid.data.blocks.ordered_map import ordered_map
from pellucid.data.blocks.passes import Passes, merged_total
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.on_blocks.error_sums import (
    NOTHING,
    ErrorSums,
    Sums,
    refuse_no_rows,
    sums_of_numbers,
)
from pellucid.jobs.on_blocks.held_out_numbers import HeldOutNumbers
from pellucid.jobs.on_blocks.number_columns import number_column
from pellucid.jobs.on_blocks.number_sums import TEST_FOLD, NumberSums, encoded_folds
from pellucid.jobs.on_blocks.training_rows import RowReader
from pellucid.linear.on_blocks.fold_moments import moments_without
from pellucid.linear.solvers.moments import squared_errors
from pellucid.linear.square_loss import SquareLossRegressor

Array = NDArray[np.float64]
Values = Callable[[str], Array]  # of a column, by its name
EXACT = 1e-4  # of Σy²: smaller errors lose more digits in moments than the tenth


@dataclass(frozen=True)
class AffineMap:
    """h(x) = h₀ + Σ aⱼ (xⱼ − mⱼ) of columns as they are read, at least `lower_bound`.

    Parameters
    ----------
    columns : sequence of str
    a, m : ndarray, shape (d,)
    h_0 : float
    lower_bound : float or None

    Notes: KE 45
    """

    columns: Sequence[str]
    a: Array
    m: Array
    h_0: float
    lower_bound: float | None

    def predict(self, values: Values, rows: int) -> Array:
        """h(x) of so many rows, whose values a function gives by the name of the column."""
        found = np.full(rows, self.h_0)
        for name, slope, middle in zip(self.columns, self.a, self.m, strict=True):
            found += slope * (values(name) - middle)
        return found if self.lower_bound is None else np.maximum(found, self.lower_bound)


def affine_map(machine: Machine) -> AffineMap | None:
    """That of a linear model behind codes that are affine maps of one column each; else None.

    Notes: KE 45, Def 207
    """
    model = machine.model
    if not isinstance(model, SquareLossRegressor) or np.ndim(model.coef_) != 1:
        return None
    codes = machine.steps[0].codes_
    mean, scale = (np.concatenate([code[name] for code in codes]) for name in ("mean", "scale"))
    columns = [code["column"] for code in codes]
    return AffineMap(
        columns, model.coef_ / scale, mean, float(model.intercept_), machine.lower_bound
    )


def sum_affine_errors(
    machine: Machine,
    base: Any,
    source: RowBlocks,
    passes: Passes,
    reader: RowReader,
    sums: NumberSums,
    held_out: HeldOutNumbers | None = None,
) -> ErrorSums | None:
    """`sum_errors` of a linear machine whose columns are numbers; None where it is another.

    Parameters
    ----------
    machine, base, source, passes, reader
        As `sum_errors` takes them.
    sums : NumberSums
        Of all rows, which `suffice`.
    held_out : HeldOutNumbers or None
        The test rows, where they were kept: then the source is not read again.

    Raises
    ------
    TooFewRowsError
        When no row is for the test.

    Notes: KE 35, KE 45
    """
    h = affine_map(machine)
    if h is None:
        return None
    target, loss = machine.framing.target, machine.framing.loss
    of_training = training_sums(machine, sums)
    alike = float(base.predict(np.zeros((1, 1)))[0])
    known, test_share, seed = of_training is not None, reader.test, reader.seed

    def of_rows(values: Values) -> tuple[Sums, Sums]:
        y = values(target)
        of_base = sums_of_numbers(np.full(len(y), alike), y, loss)
        return sums_of_numbers(h.predict(values, len(y)), y, loss), of_base

    def partial(tile: Tile) -> ErrorSums:
        test = is_test_row(tile.places, test_share, seed)

        def of(rows: Any) -> tuple[Sums, Sums]:
            return of_rows(lambda name: number_column(tile, name).at(rows))

        train = NOTHING if known else of(np.flatnonzero(~test))[0]
        return ErrorSums(train, *of(np.flatnonzero(test)))

    count = -(-sums.rows // source.tile)
    if known and held_out is not None and held_out.is_of(count):
        tree: MergeTree[ErrorSums] = MergeTree(ErrorSums.added)
        kept = ordered_map(iter(range(count)), held_out.of)
        for number, columns in enumerate(kept):
            tree.add(0, number, ErrorSums(NOTHING, *of_rows(columns.__getitem__)))
        found = merged_total(tree, source)
    else:
        found = passes.reduce(source, partial, ErrorSums.added, reader.columns)
    return refuse_no_rows(found if of_training is None else replace(found, train=of_training))


def training_sums(machine: Machine, sums: NumberSums) -> Sums | None:
    """The square loss of the training rows, from their moments; None where these lose digits.

    Notes: KE 33, KE 55
    """
    if machine.framing.loss != "square" or machine.lower_bound is not None:
        return None
    folds = encoded_folds(sums, machine.framing.target, machine.steps[0].codes_)
    train = moments_without(folds, (TEST_FOLD,))
    theta, theta_0 = machine.model.coef_[None, :, None], np.full((1, 1), machine.model.intercept_)
    squares = squared_errors(train, theta, theta_0)
    if squares[0, 0] < EXACT * (train.yy[0] + train.weight * train.y_mean[0] ** 2):
        return None
    return Sums(round(train.weight), float(squares[0, 0]), float("nan"), {})

"""Sums that the first pass takes along, in case that features and target turn out to be numbers.

They hold all that a linear fit asks of the rows, so that no further pass is needed for means,
ranges and the whole λ × fold grid. A row's fold is known before the columns are; what the columns
are standardised by is an affine map, which moments take afterwards.

Notes: §2.5.6, Def 85, Def 207
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.column_statistics import AMOUNTS, ColumnStatistics
from pellucid.data.blocks.hashed_splits import HashedFolds, is_test_row
from pellucid.data.blocks.tiles import Tile
from pellucid.data.framing import Framing
from pellucid.data.scaling import LARGEST, SMALLEST, Spread, without_rounding
from pellucid.data.table import Kind, Table
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.on_blocks.held_out_numbers import HeldOutNumbers
from pellucid.jobs.on_blocks.number_columns import NumberColumn, number_column, number_columns
from pellucid.jobs.on_blocks.target_counts import TargetCounts
from pellucid.linear.kernels.grouped_columns import rows_by_group, shifted_column
from pellucid.linear.on_blocks.fold_moments import Folded, merge_folds
from pellucid.linear.solvers.moments import Moments, add_products, centred, merge

Array = NDArray[np.float64]
TEST_FOLD = -1
WIDEST = 200  # columns: beyond it their products cost more than a pass
NUMBERS = 1 << 18  # of a run of rows: 2 MB; a product of few rows costs more a row
FEW = 256  # one row of so many tells about where the middle of a column is
PLAIN_AMOUNTS = ("standardize", "center", "number")  # codes that are affine maps of one column


@dataclass(frozen=True)
class NumberSums:
    """Sums over rows of number columns; NaN where a cell is missing.

    Parameters
    ----------
    names : tuple of str
        Columns of numbers, the target among them.
    folds : dict of int to Moments
        Of these columns, side by side, without targets; the test rows are fold `TEST_FOLD`.
    low, high : ndarray, shape (d,)
        Ends of each column's training rows.
    whole : bool
        Whether the target's training rows are whole numbers.

    Notes: §2.5.6
    """

    names: tuple[str, ...]
    folds: Folded
    low: Array
    high: Array
    whole: bool

    @property
    def train(self) -> Moments:
        """Those of all training rows."""
        return reduce(merge, [m for j, m in self.folds.items() if j != TEST_FOLD])

    @property
    def rows(self) -> int:
        """All rows."""
        return round(sum(m.weight for m in self.folds.values()))

    def places(self, columns: Sequence[str]) -> list[int]:
        """Where columns stand."""
        return [self.names.index(name) for name in columns]


def number_sums(
    settings: Settings, held_out: HeldOutNumbers | None = None
) -> Callable[[Tile], NumberSums | None] | None:
    """What takes the sums of a tile, and gives its test rows to `held_out`; None where the settings
    ask for no regression.

    Notes: §2.5.6
    """
    if settings.problem not in (None, "regression") or settings.reading()["missing"]:
        return None
    folds = HashedFolds(settings.cv, random_state=settings.seed)
    target, test, seed = settings.target, settings.test, settings.seed

    def of_tile(tile: Tile) -> NumberSums | None:
        names = number_columns(tile.rows)
        if target not in names or len(names) > WIDEST or not len(tile.places):
            return None
        fold = np.where(is_test_row(tile.places, test, seed), TEST_FOLD, folds.of(tile.places))
        columns = [number_column(tile, name) for name in names]
        if held_out is not None:
            held_out.keep(tile.number, names, columns, np.flatnonzero(fold == TEST_FOLD))
        y = columns[names.index(target)].between(0, len(fold))
        return NumberSums(
            tuple(names),
            *_sums_of(columns, fold - TEST_FOLD, folds.n_splits + 1),
            bool(((fold == TEST_FOLD) | (y == np.round(y))).all()),
        )

    return of_tile


def _sums_of(
    columns: list[NumberColumn], group: NDArray[np.intp], count: int
) -> tuple[Folded, Array, Array]:
    """Moments of each group of rows, of which the first is the test; ends of the other rows.

    Columns are never turned into rows: Z Zᵀ of a few rows at a time, in the cache, is enough.
    """
    d, n = len(columns), len(group)
    few = np.arange(0, n, FEW)
    shift = np.array([column.at(few).mean() for column in columns])
    products = np.zeros((count, d + 2, d))
    low, high = np.full(d, np.inf), np.full(d, -np.inf)
    step = max(NUMBERS // d, 256) - 8
    held = np.empty((d, min(step, n)))
    with np.errstate(over="ignore", invalid="ignore"):
        for first in range(0, n, step):
            stop = min(first + step, n)
            order, ends = rows_by_group(group[first:stop], count)
            Z, tested = held[:, : len(order)], int(ends[0])
            for i, column in enumerate(columns):
                values = column.between(first, stop)
                least, most = shifted_column(values, order, shift[i], tested, Z[i])
                low[i], high[i] = min(low[i], least), max(high[i], most)
            for j, (start, end) in enumerate(pairwise([0, *ends])):
                add_products(products[j], Z[:, start:end].T, None)
    found = {
        j + TEST_FOLD: centred(each, shift, d) for j, each in enumerate(products) if each[-1, 0]
    }
    return found, low, high


def merged(a: NumberSums | None, b: NumberSums | None) -> NumberSums | None:
    """Sums of both runs of rows; None where one has none, or other columns of numbers.

    Notes: §2.5.6
    """
    if a is None or b is None or a.names != b.names:
        return None
    return NumberSums(
        a.names,
        dict(sorted(merge_folds(a.folds, b.folds).items())),
        np.minimum(a.low, b.low),
        np.maximum(a.high, b.high),
        a.whole and b.whole,
    )


def suffice(
    sums: NumberSums | None, framing: Framing, sample: Table, codes: Sequence[dict[str, Any]]
) -> bool:
    """Whether the sums tell all that passes over the rows would.

    Parameters
    ----------
    sums : NumberSums or None
    framing : Framing
    sample : Table
        With the kinds of all columns.
    codes : sequence of dict
        The encoder's.

    Notes: §2.5.6
    """
    used = [*framing.features, framing.target]
    if sums is None or framing.problem != "regression" or not {*used} <= {*sums.names}:
        return False
    if any(sample[name].kind is not Kind.NUMERIC for name in used):
        return False
    if not codes or any(code["code"] not in PLAIN_AMOUNTS for code in codes):
        return False
    at, train = sums.places(used), sums.train
    ends = np.abs([sums.low[at], sums.high[at]])
    squares = np.diag(train.xx)[at]
    with np.errstate(invalid="ignore"):
        varied = (sums.low[at] == sums.high[at]) | (squares > SMALLEST**2 * train.weight)
    complete = all(np.isfinite(m.xx[np.ix_(at, at)]).all() for m in sums.folds.values())
    return bool(complete and TEST_FOLD in sums.folds and varied.all() and ends.max() < LARGEST)


def statistics_of_sums(
    sums: NumberSums, framing: Framing, codes: Sequence[dict[str, Any]]
) -> tuple[ColumnStatistics, TargetCounts]:
    """What a pass over the training rows would tell of the columns, and of the targets.

    Notes: Def 207, Def 208
    """
    features, (y,) = sums.places(framing.features), sums.places([framing.target])
    known = _spread(sums.train)
    coded = sums.places([code["column"] for code in codes if code["code"] in AMOUNTS])
    statistics = ColumnStatistics(
        _picked(known, coded),
        sums.low[features],
        sums.high[features],
        np.zeros(len(features), dtype=np.int64),
        (),
    )
    answers = TargetCounts(
        round(sums.train.weight),
        round(sums.folds[TEST_FOLD].weight),
        amounts=_picked(known, [y]),
        lowest=float(sums.low[y]),
        whole=sums.whole,
    )
    return statistics, answers


def _spread(m: Moments) -> Spread:
    deviation = np.sqrt(np.maximum(np.diag(m.xx), 0.0) / m.weight)
    weight = np.full(len(m.x_mean), m.weight)
    return Spread(weight, m.x_mean, without_rounding(deviation, m.x_mean))


def _picked(spread: Spread, at: Sequence[int]) -> Spread:
    return Spread(spread.weight[[*at]], spread.mean[[*at]], spread.deviation[[*at]])


def encoded_folds(sums: NumberSums, target: str, codes: Sequence[dict[str, Any]]) -> Folded:
    """Moments of each fold's encoded rows and answers: (x − mean)/scale is an affine map.

    Notes: Def 85, Def 207
    """
    at, y = sums.places([code["column"] for code in codes]), sums.places([target])
    mean, scale = (np.concatenate([code[name] for code in codes]) for name in ("mean", "scale"))

    def encoded(m: Moments) -> Moments:
        return Moments(
            m.weight,
            (m.x_mean[at] - mean) / scale,
            m.x_mean[y],
            m.xx[np.ix_(at, at)] / np.multiply.outer(scale, scale),
            m.xx[np.ix_(at, y)] / scale[:, None],
            np.diag(m.xx)[y],
        )

    return {j: encoded(m) for j, m in sums.folds.items()}

"""What an encoder learns, from a pass over all training rows: means, deviations, ranges, counts.

Notes: Def 207, Def 208, Def 209, §5.3.3
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data import scaling
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.data.column_code import code_of, parse_code
from pellucid.data.column_codes.cyclic_codes import circle_points
from pellucid.data.date_parts import date_parts
from pellucid.data.scaling import LARGEST, Spread, spread
from pellucid.data.table import CODED, MISSING, Column, Kind, Table
from pellucid.errors import TableError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
AMOUNTS = ("standardize", "center", "number", "dates", "circle")
BY_COUNTS = ("two-valued", "one-hot", "thermometer", "numeric", "factored", "binary")


@dataclass(frozen=True)
class ColumnStatistics:
    """Of some rows; `merge_statistics` with those of others.

    Parameters
    ----------
    amounts : Spread
        Of the amounts of all columns side by side, as `standardized_columns` gives them.
    low, high : ndarray
        Ends of the columns with a range.
    missing : ndarray of int
        Rows without a value, by column.
    levels : tuple of ndarray of int
        How many rows hold each category, by column of categories.
    """

    amounts: Spread
    low: Floats
    high: Floats
    missing: Counts
    levels: tuple[Counts, ...]


def column_statistics(table: Table, codes: Sequence[dict[str, Any]]) -> ColumnStatistics:
    """Statistics of a table's rows for the columns of an encoder's codes.

    Notes: Def 207
    """
    n = len(table)
    blocks = [standardized_columns(code, table[code["column"]]) for code in codes]
    amounts = np.concatenate(blocks, axis=1) if blocks else np.zeros((n, 0))
    ranged = [_ends(column) for column in table.columns if is_ordered_kind(column.kind)]
    levels = tuple(
        np.bincount(c.values[c.values >= 0], minlength=len(c.levels or ())).astype(np.int64)
        for c in table.columns
        if c.kind in CODED
    )
    missing = np.array([int(c.missing.sum()) for c in table.columns], dtype=np.int64)
    return ColumnStatistics(
        spread(amounts, np.ones(n)),
        np.array([low for low, _ in ranged]),
        np.array([high for _, high in ranged]),
        missing,
        levels,
    )


def standardized_columns(code: dict[str, Any], column: Column) -> Floats:
    """What a code standardises, one column a number; none for a code of categories or of words.

    Notes: Def 207
    """
    name = code.get("code")
    if name not in AMOUNTS:
        return np.zeros((len(column.values), 0))
    if name == "dates":
        return date_parts(column.values)
    values = np.asarray(column.values, dtype=np.float64)
    return circle_points(values, code) if name == "circle" else values[:, None]


def is_ordered_kind(kind: Kind) -> bool:
    """Whether values of a kind lie between two ends."""
    return kind in (Kind.NUMERIC, Kind.DATE)


def _ends(column: Column) -> tuple[float, float]:
    there = column.values[~column.missing]
    if not len(there):
        return float("inf"), float("-inf")
    if column.kind is Kind.DATE:
        there = there.astype("datetime64[us]").astype(np.int64)
    return float(there.min()), float(there.max())


def merge_statistics(a: ColumnStatistics, b: ColumnStatistics) -> ColumnStatistics:
    """Statistics of both runs of rows together.

    Notes: Def 208
    """
    return ColumnStatistics(
        scaling.merge_spreads(a.amounts, b.amounts),
        np.minimum(a.low, b.low),
        np.maximum(a.high, b.high),
        a.missing + b.missing,
        tuple(one + other for one, other in zip(a.levels, b.levels, strict=True)),
    )


def ranges_of(table: Table, statistics: ColumnStatistics) -> dict[str, Any]:
    """The ranges that `training_ranges` finds in memory; `table` has the columns.

    Notes: Def 12
    """
    names = [c.name for c in table.columns if is_ordered_kind(c.kind)]
    met = [
        (n, lo, hi)
        for n, lo, hi in zip(names, statistics.low, statistics.high, strict=True)
        if lo <= hi
    ]
    return {
        "low": {name: float(low) for name, low, _ in met},
        "high": {name: float(high) for name, _, high in met},
        "complete": [
            c.name for c, n in zip(table.columns, statistics.missing, strict=True) if not n
        ],
    }


def refit_encoder(
    encoder: Any, table: Table, statistics: ColumnStatistics
) -> tuple[Any, list[str]]:
    """The encoder with what all training rows say, and the columns that still rest on a sample.

    Parameters
    ----------
    encoder : TableEncoder
        Fitted to a sample; its codes stay.
    table : Table
        Rows of the sample, with the kinds and levels of all rows.
    statistics : ColumnStatistics
        Of the training rows.

    Raises
    ------
    TableError
        When numbers are too large to be standardised.

    Notes: §5.3.3
    """
    place = {c.name: i for i, c in enumerate(table.columns)}
    coded = [c.name for c in table.columns if c.kind in CODED]
    counts = dict(zip(coded, statistics.levels, strict=True))
    ranges = ranges_of(table, statistics)
    again, sampled, at = copy.copy(encoder), [], 0
    again.codes_ = []
    for code in encoder.codes_:
        name, column = code["column"], table[code["column"]]
        missing = int(statistics.missing[place[name]])
        width = standardized_columns(code, column.take(np.arange(0))).shape[1]
        here, at = slice(at, at + width), at + width
        if code["code"] in AMOUNTS:
            _refuse_huge(name, ranges)
            again.codes_.append(_of_amounts(code, statistics.amounts, here, missing, ranges))
        elif code["code"] in BY_COUNTS and name in counts:
            again.codes_.append(_of_counts(code, column, counts[name], missing))
        else:
            again.codes_.append(code)
            sampled.append(name)
    return again, sampled


def fit_encoder_to_all_rows(
    encoder: Any,
    sample: Table,
    table_of: Callable[[Tile], Table],
    source: RowBlocks,
    passes: Passes,
) -> tuple[Any, list[str]]:
    """One pass over all rows, and what `refit_encoder` makes of it.

    Parameters
    ----------
    encoder, sample
        As `refit_encoder` takes them; all columns of the sample are encoded.
    table_of : callable (tile) -> Table
        The same columns of a tile.
    source : RowBlocks
    passes : Passes

    Notes: §5.3.3
    """
    codes = encoder.codes_

    def of_tile(tile: Tile) -> ColumnStatistics:
        return column_statistics(table_of(tile), codes)

    found = passes.reduce(source, of_tile, merge_statistics, sample.names)
    return refit_encoder(encoder, sample, found)


def _of_amounts(
    code: dict[str, Any], amounts: Spread, columns: slice, missing: int, ranges: dict[str, Any]
) -> dict[str, Any]:
    name = code["column"]
    mean, deviation = amounts.mean[columns], amounts.deviation[columns]
    scale = np.where(deviation > 0, deviation, 1.0)
    if code["code"] in ("center", "number"):
        scale = np.ones(1)
    if code["code"] == "number":
        mean = np.zeros(1)
    base = code["names"][: len(code["names"]) - bool(code["missing"])]
    extra = [f"{name} is missing"] if missing else []
    learned = {"names": [*base, *extra], "mean": mean, "scale": scale, "missing": missing > 0}
    if "lowest" in code and name in ranges["low"]:
        learned["lowest"] = float(np.floor(ranges["low"][name]))
    return code | learned


def _of_counts(
    code: dict[str, Any], column: Column, counts: Counts, missing: int
) -> dict[str, Any]:
    """A code of categories learned from each category once, weighed by its rows."""
    values = np.array([*range(len(counts)), MISSING], dtype=np.int32)
    each = Column(column.name, column.kind, values, column.levels, ordered=column.ordered)
    weights = np.array([*counts, missing], dtype=np.float64)
    return code | code_of(code).learn(each, weights, parse_code(code["spelled"])[1])


def _refuse_huge(name: str, ranges: dict[str, Any]) -> None:
    largest = max(abs(ranges["low"].get(name, 0.0)), abs(ranges["high"].get(name, 0.0)))
    if largest > LARGEST and np.isfinite(largest):
        raise TableError(
            f"Column {name!r} holds {largest:g}: numbers beyond 1e150 cannot be standardised "
            "(their squares overflow). Rescale the column, or leave it out (--drop)."
        )

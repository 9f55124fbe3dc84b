"""The rows that leaks are looked for in: a sample, with the target as numbers and as classes.

Notes: §1.2.8
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pellucid.data.framing import Framing
from pellucid.data.table import CODED, Column, Kind, Table

Array = NDArray[Any]
Numbers = NDArray[np.float64]
MOST_ROWS = 5_000  # rows looked at
MOST_CELLS = 5_000_000  # rows × columns; with very many columns fewer rows are looked at
LEAST_ROWS = 20  # with fewer rows nothing is proved
FEW_VALUES = 20  # a number with no more values than this may be classes


@dataclass(frozen=True)
class LeakSample:
    """A sample of rows with a target.

    `table` holds these rows. `numbers` is the target as numbers (regression), `classes` the
    target as codes 0 … k − 1 with `names`; either may be None.
    """

    table: Table
    target: str
    features: tuple[str, ...]
    numbers: Numbers | None
    classes: Array | None
    names: tuple[str, ...] = ()
    columns: dict[str, Numbers] = field(default_factory=dict)

    @cached_property
    def ranks(self) -> Numbers:
        """Ranks of the target's numbers, equal ones sharing theirs."""
        assert self.numbers is not None
        return np.asarray(stats.rankdata(self.numbers), dtype=np.float64)

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> Column:
        """The column, on the sampled rows."""
        return self.table[name]

    def as_numbers(self, name: str) -> Numbers:
        """A number or a date as floats, NaN where missing; codes of categories likewise."""
        if name not in self.columns:
            self.columns[name] = numbers_of(self.table[name])
        return self.columns[name]


def numbers_of(column: Column) -> Numbers:
    """Numbers, microseconds of dates, or codes of categories; NaN where missing."""
    values = np.asarray(column.values)
    if values.dtype.kind == "M":
        found = values.astype("datetime64[us]").astype(np.int64).astype(np.float64)
        return np.where(np.isnat(values), np.nan, found)
    if values.dtype.kind in "iu":
        return np.where(values < 0, np.nan, values.astype(np.float64))
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    return np.full(len(values), np.nan)


def sample_for_leaks(table: Table, framing: Framing, seed: int = 0) -> list[LeakSample]:
    """The evidence: one entry, or for overlapping classes one a class; none where rows are few."""
    known = np.flatnonzero(~table[framing.target].missing)
    most = min(MOST_ROWS, max(MOST_CELLS // max(len(framing.features), 1), 500))
    if len(known) > most:
        known = np.sort(np.random.default_rng(seed).choice(known, most, replace=False))
    if len(known) < LEAST_ROWS:
        return []
    some = table.take(known)
    answers = framing.answers(some)
    common = (some, framing.target, framing.features)
    if framing.problem == "regression":
        y = np.asarray(answers, dtype=np.float64)
        levels, codes = np.unique(y, return_inverse=True)
        if not np.isfinite(y).all() or len(levels) < 2:
            return []
        few = len(levels) <= FEW_VALUES and len(levels) * 4 <= len(y)
        named = tuple(f"{v:g}" for v in levels) if few else ()
        return [LeakSample(*common, y, codes if few else None, named)]
    if framing.problem == "overlapping classes":
        return [
            LeakSample(*common, None, (answers[:, j] > 0).astype(np.intp), ("not " + name, name))
            for j, name in enumerate(framing.classes)
            if 0 < (answers[:, j] > 0).sum() < len(answers)
        ]
    levels, codes = np.unique(np.asarray(answers).astype(str), return_inverse=True)
    return [LeakSample(*common, None, codes, tuple(map(str, levels)))] if len(levels) > 1 else []


def is_number(column: Column) -> bool:
    """Whether the column holds amounts: numbers or dates."""
    return column.kind in (Kind.NUMERIC, Kind.DATE)


def is_coded(column: Column) -> bool:
    """Whether the column holds categories."""
    return column.kind in CODED

"""What the columns of a table show together: totals, footers, and numbers that stand for no value.

Notes: §2.1.3
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pellucid.data.spellings import SIGNS, TOTALS, folded
from pellucid.data.table import CODED, Column, Kind

FEWEST = 5  # rows, below which a sum shows nothing
LOW = (-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0)
HIGH = (99.0, 999.0, 9999.0, 99999.0, 999999.0)


def table_findings(columns: Sequence[Column]) -> list[str]:
    """Sentences about rows that are no observations and values that may stand for missing.

    Notes: §2.1.3
    """
    if not columns or len(columns[0].values) < FEWEST:
        return []
    last = _last_row(columns)
    told = [sentence for column in columns for sentence in _of_column(column)]
    return [*([last] if last else []), *told]


def _cell(column: Column, row: int) -> str | None:
    if column.written is not None:
        return column.written[row]
    text = column.take(np.array([row])).texts()[0]
    return None if text is None else str(text)


def _last_row(columns: Sequence[Column]) -> str:
    """Whether the last row sums up the others, or is a footer."""
    row = len(columns[0].values) - 1
    texts = [
        (c, _cell(c, row)) for c in columns if c.values.dtype.kind != "f" or c.written is not None
    ]
    word = next(
        ((c.name, t) for c, t in texts if t is not None and folded(t).strip(" :") in TOTALS), None
    )
    if word is not None and _is_rare(columns, *word):
        return (
            f"The last row (row {row + 1:,}) looks like a total: column {word[0]!r} holds "
            f"{word[1]!r} in it. It is no observation: take it out of the file."
        )
    sums = [c.name for c in columns if _holds_sum(c)]
    numbers = sum(c.kind is Kind.NUMERIC for c in columns)
    if len(sums) >= 2 and 2 * len(sums) >= numbers:
        return (
            f"The last row (row {row + 1:,}) holds the sums of the rows above it in "
            f"{', '.join(map(repr, sums[:4]))}. It is no observation: take it out of the file."
        )
    there = [c for c in columns if not c.missing[row]]
    lone = len(columns) >= 3 and len(there) == 1 and there[0].values.dtype.kind != "f"
    if lone and all(2 * c.missing.sum() < len(c.values) for c in columns):
        return (
            f"The last row (row {row + 1:,}) holds {_cell(there[0], row)!r} in "
            f"{there[0].name!r} and nothing else: it looks like a footer. Take it out of the file."
        )
    return ""


def _is_rare(columns: Sequence[Column], name: str, word: str) -> bool:
    """A word of totals that many rows hold is a category like others."""
    column = next(c for c in columns if c.name == name)
    texts = column.written if column.written is not None else column.texts()
    return bool(sum(t == word for t in texts.tolist()) <= 1 + len(texts) // 50)


def _holds_sum(column: Column) -> bool:
    if column.kind is not Kind.NUMERIC:
        return False
    above, last = column.values[:-1], column.values[-1]
    total = float(np.nansum(above))
    within = 1e-9 * max(float(np.nansum(np.abs(above))), 1e-300)
    nonzero = int((np.nan_to_num(above) != 0).sum())
    return bool(abs(total - last) <= within and nonzero >= FEWEST - 1)


def _of_column(column: Column) -> list[str]:
    if column.kind is Kind.NUMERIC:
        return _sentinels(column)
    if column.kind in CODED:
        return _missing_words(column)
    return []


def _sentinels(column: Column) -> list[str]:
    values = column.values[~np.isnan(column.values)]
    low = next((v for v in LOW if _alone_below(values, v)), None)
    high = next((v for v in HIGH if _alone_above(values, v)), None)
    return [_sentinel(column.name, values, v) for v in (low, high) if v is not None]


def _alone_below(values: NDArray[np.float64], value: float) -> bool:
    """All else is positive, or zero where the value is far below it."""
    there = values == value
    rest = values[~there]
    if not there.any() or len(rest) < FEWEST:
        return False
    return bool(rest.min() > 0 or (rest.min() >= 0 and value < -1 and rest.max() > 1))


def _alone_above(values: NDArray[np.float64], value: float) -> bool:
    """Twice at least, and all else is less than half of it and small beside it."""
    there = values == value
    rest = values[~there]
    if there.sum() < 2 or len(rest) < FEWEST:
        return False
    spread = float(np.quantile(rest, 0.75) - np.quantile(rest, 0.25))
    return bool(2 * rest.max() < value and value - rest.max() > 3 * max(spread, 1e-9))


def _sentinel(name: str, values: NDArray[np.float64], value: float) -> str:
    count, rest = int((values == value).sum()), values[values != value]
    return (
        f"Column {name!r} holds {value:g} in {count:,} row{'s' if count > 1 else ''}, and "
        f"otherwise only numbers from {rest.min():g} to {rest.max():g}. If {value:g} stands for "
        f'"missing", say --missing {value:g}; as it is, it counts as a number.'
    )


def _missing_words(column: Column) -> list[str]:
    """Categories such as "?" among words."""
    found = []
    for at, level in enumerate(column.levels or ()):
        if folded(level) in SIGNS - {"x", "none", "nil", "na"} and (column.values == at).any():
            count = int((column.values == at).sum())
            found.append(
                f"Column {column.name!r} holds {level!r} in {count:,} row{'s' if count > 1 else ''}"
                f', as a category. If it stands for "missing", say --missing {level!r}.'
            )
    return found

"""What the columns of a table show together: totals, footers, and numbers that stand for no value.

Notes: §2.1.3
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns.spellings import AMONG_WORDS, TOTALS, normalized_spelling
from pellucid.data.table import CODED, Column, Kind
from pellucid.findings import Finding, option

Numbers = NDArray[np.float64]

FEWEST = 5  # rows, below which a sum shows nothing
LOW = (-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0)
HIGH = (99.0, 999.0, 9999.0, 99999.0, 999999.0)


def table_findings(columns: Sequence[Column]) -> list[Finding]:
    """Rows that are no observations, and values that may stand for missing.

    Notes: §2.1.3
    """
    if not columns or len(columns[0].values) < FEWEST:
        return []
    told = [finding for column in columns for finding in _of_column(column)]
    last = _last_row(columns)
    return [*([last] if last is not None else []), *told]


def _cell(column: Column, row: int) -> str | None:
    if column.written is not None:
        return None if column.written[row] is None else str(column.written[row])
    text = column.take(np.array([row])).texts()[0]
    return None if text is None else str(text)


def _last_row(columns: Sequence[Column]) -> Finding | None:
    """Whether the last row sums up the others, or is a footer."""
    row = len(columns[0].values) - 1
    texts = {c.name: _cell(c, row) for c in columns if _holds_words(c)}
    words = [(n, t) for n, t in texts.items() if t and normalized_spelling(t).strip(" :") in TOTALS]
    if words and _is_rare(columns, *words[0]):
        name, word = words[0]
        return _no_observation("total row", row, f"looks like a total: {name!r} is {word!r}", name)
    sums = [c.name for c in columns if _holds_sum(c)]
    if len(sums) >= 2 and 2 * len(sums) >= sum(c.kind is Kind.NUMERIC for c in columns):
        named = ", ".join(map(repr, sums[:4]))
        return _no_observation("total row", row, f"holds the sums of {named} above it", *sums)
    there = [c for c in columns if not c.missing[row]]
    lone = len(columns) >= 3 and len(there) == 1 and there[0].name in texts
    if lone and all(2 * c.missing.sum() < len(c.values) for c in columns):
        name = there[0].name
        words_ = f"looks like a footer: {name!r} is {texts[name]!r}, and nothing else is there"
        return _no_observation("footer row", row, words_, name)
    return None


def _holds_words(column: Column) -> bool:
    return column.values.dtype.kind != "f" or column.written is not None


def _no_observation(kind: str, row: int, statement: str, *names: str) -> Finding:
    return Finding(
        kind,
        "caution",
        f"The last row (row {row + 1:,}) {statement}.",
        names,
        "It is no observation: take it out of the file.",
    )


def _is_rare(columns: Sequence[Column], name: str, word: str) -> bool:
    """A word of totals that many rows hold is a category like others."""
    column = next(c for c in columns if c.name == name)
    texts = column.written if column.written is not None else column.texts()
    return bool(sum(t == word for t in texts.tolist()) <= 1 + len(texts) // 50)


def _holds_sum(column: Column) -> bool:
    if column.kind is not Kind.NUMERIC:
        return False
    above, last = column.values[:-1], column.values[-1]
    if np.isnan(total := above.sum()):
        above = above[~np.isnan(above)]
        total = above.sum()
    within = 1e-9 * max(np.abs(above).sum(), 1e-300)
    return bool(abs(total - last) <= within and np.count_nonzero(above) >= FEWEST - 1)


def _of_column(column: Column) -> list[Finding]:
    if column.kind is Kind.NUMERIC:
        return _sentinels(column)
    if column.kind in CODED:
        return _missing_words(column)
    return []


def _sentinels(column: Column) -> list[Finding]:
    low, high = np.nanmin(column.values), np.nanmax(column.values)
    found = [low] if low in LOW and _alone_below(column.values, low) else []
    found += [high] if high in HIGH and _alone_above(column.values, high) else []
    return [_sentinel(column.name, column.values, v) for v in found]


def _alone_below(values: Numbers, value: float) -> bool:
    """All else is positive, or zero where the value is far below it."""
    rest = _rest(values, value)
    if len(rest) < FEWEST:
        return False
    return bool(rest.min() > 0 or (rest.min() >= 0 and value < -1 and rest.max() > 1))


def _alone_above(values: Numbers, value: float) -> bool:
    """Twice at least, and all else is less than half of it and close together beside it."""
    rest = _rest(values, value)
    if (values == value).sum() < 2 or len(rest) < FEWEST:
        return False
    spread = float(np.quantile(rest, 0.75) - np.quantile(rest, 0.25))
    return bool(2 * rest.max() < value and value - rest.max() > 3 * spread)


def _rest(values: Numbers, value: float) -> Numbers:
    return np.asarray(values[(values != value) & ~np.isnan(values)])


def _sentinel(name: str, values: Numbers, value: float) -> Finding:
    count, rest = int((values == value).sum()), _rest(values, value)
    return Finding(
        "stands for missing?",
        "caution",
        f"Column {name!r} holds {value:g} in {_rows(count)}, and otherwise only numbers from "
        f"{rest.min():g} to {rest.max():g}. It counts as a number.",
        (name,),
        f'If {value:g} stands for "missing", say {option("missing", f"{value:g}")}.',
    )


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count > 1 else ''}"


def _missing_words(column: Column) -> list[Finding]:
    """Categories such as "?" among words."""
    found = []
    for at, level in enumerate(column.levels or ()):
        count = int((column.values == at).sum()) if normalized_spelling(level) in AMONG_WORDS else 0
        if count:
            found.append(
                Finding(
                    "stands for missing?",
                    "note",
                    f"Column {column.name!r} holds {level!r} in {_rows(count)}, as a category.",
                    (column.name,),
                    f'If it stands for "missing", say {option("missing", level, cell=True)}.',
                )
            )
    return found

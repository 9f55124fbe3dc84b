"""Cells that do not go with their column: when it is numbers all the same, and what is said.

Notes: §2.1.3
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pellucid.data.columns.spellings import JOINED, SIGNS, TOTALS, normalized_spelling
from pellucid.findings import Finding, option

NEARLY = 0.95  # a column with at least this share of numbers (or dates) holds numbers (or dates)
FEWEST = (
    10  # numbers, before signs such as "?" among them are taken for missing whatever their share
)
SHOWN = 6

Flags = NDArray[np.bool_]


def unparsed_cells(texts: pa.ChunkedArray, read: Flags) -> dict[str, list[int]]:
    """Spellings of the cells that hold something and were not read, each with its rows from 1."""
    there = np.asarray(texts.is_valid())
    rows = np.flatnonzero(there & ~read)
    found: dict[str, list[int]] = {}
    for row, text in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
        found.setdefault(text, []).append(row + 1)
    return found


def mostly_parsed(texts: pa.ChunkedArray, read: Flags) -> bool:
    """Whether a column is of the kind read, although some cells are not.

    At least 95 % are read; or all others are signs such as "?", or one total stands in the last
    row. Digits joined by an underscore are names: such a column is left as it is.

    Notes: §2.1.3
    """
    present = len(texts) - texts.null_count
    count = int(read.sum())
    if count < 2 or present == 0:
        return False
    if count == present:
        return True
    if count < present / 2:
        return False
    odd = Counter(texts.filter(pa.array(np.asarray(texts.is_valid()) & ~read)).to_pylist())
    if any(re.match(JOINED, text.strip()) for text in odd):
        return False
    if count >= NEARLY * present:
        return True
    last = texts[len(texts) - 1].as_py()
    signs = {t for t in odd if normalized_spelling(t) in SIGNS}
    rest = [t for t in odd if t not in signs]
    a_total = (
        rest == [last] and odd[last] == 1 and normalized_spelling(str(last)).strip(" :") in TOTALS
    )
    if a_total:
        return count >= FEWEST / 2
    return not rest and count >= FEWEST


def unparsed_finding(name: str, unparsed: dict[str, list[int]], n: int, kind: str) -> Finding:
    """What is said of the odd cells of a column, with what to do."""
    total = sum(len(rows) for rows in unparsed.values())
    listed = sorted(unparsed.items(), key=lambda pair: (-len(pair[1]), pair[1][0]))
    shown = ", ".join(
        f"{text!r} ({len(rows):,} row{'s' if len(rows) > 1 else ''}, first row {rows[0]:,})"
        for text, rows in listed[:SHOWN]
    )
    more = f" and {len(listed) - SHOWN} more spellings" if len(listed) > SHOWN else ""
    first = listed[0][0]
    return Finding(
        "odd cells",
        "caution",
        f"Column {name!r} holds {kind}, but for {total:,} of {n:,} cells, which count as missing: "
        f"{shown}{more}.",
        (name,),
        f"If they are missing, say {option('missing', first, cell=True)}; if they mean "
        f"something, say {option('category', name)}.",
    )

"""The word NA and its kin among words: missing, or a code like the others; and what is said.

Notes: §2.1.3
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pellucid.data.columns.spellings import SPELLINGS
from pellucid.findings import Finding, option

# Words that a person may mean; #N/A and NaN are written by programs alone.
WORDS = ("NA", "N/A", "n/a", "NULL", "null")
CODE_OR_MISSING = "NA"  # Namibia, North America, the initials of a person
TWO_CAPITALS = r"^\s*[A-Z]{2}\s*$"
FEWEST_CODES = 3  # other codes of two letters, before NA is taken for one of them


def missing_words(texts: pa.ChunkedArray, declared: tuple[str, ...]) -> dict[str, list[int]]:
    """Words for "missing" in a column that nobody spoke of, each with its rows from 1.

    Examples
    --------
    >>> missing_words(pa.chunked_array([["red", "NA", "blue", "NA"]]), ())
    {'NA': [2, 4]}

    Notes: §2.1.3
    """
    absent = [w for w in SPELLINGS if w and w not in {s.strip() for s in declared}]
    trimmed = pc.utf8_trim_whitespace(texts)
    there = pc.fill_null(pc.is_in(trimmed, value_set=pa.array(absent, pa.string())), False)
    found: dict[str, list[int]] = {}
    for row in np.flatnonzero(there).tolist():
        found.setdefault(trimmed[row].as_py(), []).append(row + 1)
    return found


def are_codes(texts: pa.ChunkedArray) -> bool:
    """Whether all cells are codes of two capitals, three different ones at least.

    Examples
    --------
    >>> are_codes(pa.chunked_array([["DE", "FR", "US", None]]))
    True

    Notes: Def 197
    """
    there = texts.drop_null().unique()
    fits = pc.match_substring_regex(there, TWO_CAPITALS)
    return len(there) >= FEWEST_CODES and bool(pc.all(fits).as_py())


def kept_as_code(name: str, rows: list[int], others: list[str]) -> Finding:
    """What is said where NA is read as one code of several.

    Notes: §2.1.3
    """
    return Finding(
        "NA among codes",
        "caution",
        f"Column {name!r} holds 'NA' in {_places(rows)} among codes of two letters "
        f"({', '.join(others[:4])}, …): it is read as a code like them.",
        (name,),
        'If it stands for "missing", say --missing NA.',
    )


def counted_as_missing(name: str, found: dict[str, list[int]]) -> Finding:
    """What is said where such words among others count as missing.

    Notes: §2.1.3
    """
    listed = ", ".join(f"{word!r} in {_places(rows)}" for word, rows in found.items())
    first = next(iter(found))
    return Finding(
        "missing among words",
        "note",
        f"Column {name!r} holds words, and {listed}; these count as missing.",
        (name,),
        f"If they are a category, say {option('category', name)}; if not, "
        f"{option('missing', first, cell=True)}.",
    )


def _places(rows: list[int]) -> str:
    return f"{len(rows):,} row{'s' if len(rows) > 1 else ''} (first row {rows[0]:,})"

"""Categories: codes of a column's texts into its levels, in the order stated or the natural one.

Notes: Def 197
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from pellucid.data.columns.arrow_values import as_texts, plain_values
from pellucid.data.columns.spellings import Levels, canonical_number
from pellucid.data.table import MISSING, UNSEEN, Column, Kind

Names = tuple[str, ...]


def stated_levels(values: Any) -> Names:
    """The levels of an ordered categorical, from low to high; nothing for any other column."""
    kind = values.type
    if not pa.types.is_dictionary(kind) or not kind.ordered:
        return ()
    chunked = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    if not chunked.num_chunks:
        return ()
    levels = chunked.unify_dictionaries().chunk(0).dictionary
    named = tuple(as_texts(plain_values(levels).values).to_pylist())
    return named if len(named) > 2 else ()


def category_column(
    name: str, kind: Kind, values: pa.ChunkedArray, note: str, levels: Names | None = None
) -> Column:
    """A column of codes; with `levels`, a text that is none of them is unseen.

    Notes: Def 197
    """
    encoded = values.combine_chunks().dictionary_encode()
    met = [str(v) for v in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    order = tuple(sorted(met, key=natural)) if levels is None else levels
    known = Levels(order)
    places = [known.exact.get(v) if levels is None else known.place(v) for v in met]
    spelled = [
        canonical_number(v.strip()) if at is None else v for v, at in zip(met, places, strict=True)
    ]
    unseen = tuple(dict.fromkeys(v for v, at in zip(spelled, places, strict=True) if at is None))
    new = {v: UNSEEN - i for i, v in enumerate(unseen)}
    table = [new[v] if at is None else at for v, at in zip(spelled, places, strict=True)]
    renamed = np.array([*table, MISSING], dtype=np.int32)
    return Column(name, kind, renamed[codes], order, note, unseen)


def natural(level: str) -> tuple[int, float, str]:
    """A key that sorts numbers by size, before text by letters."""
    try:
        return (0, float(level), level)
    except ValueError:
        return (1, 0.0, level)

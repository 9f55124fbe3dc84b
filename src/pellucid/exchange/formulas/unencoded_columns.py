"""Columns that enter a model as they are: amounts, and categories with the number that each is.

Notes: Concept 192, §5.3
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.column_values import ColumnValues
from pellucid.exchange.formulas.encoded_columns import (
    Entry,
    encoded_columns,
    level_read,
    number_read,
)
from pellucid.exchange.formulas.expressions import Ref
from pellucid.exchange.formulas.program import Program

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WholeColumn:
    """A column as the model takes it.

    Parameters
    ----------
    of : Ref
        An amount, or a category.
    levels : tuple of str or None
        Its categories; None for an amount.
    numbers : ndarray, shape (k + 2,)
        What the model takes for each category, for a missing and for a new one.
    """

    of: Ref
    levels: tuple[str, ...] | None = None
    numbers: Array | None = None


def whole_columns(
    program: Program, encoder: ColumnValues, schema: Sequence[Entry]
) -> tuple[WholeColumn, ...]:
    """The columns of the table that `encoder` hands on, in order.

    Raises
    ------
    FramingError
        For a code that no formula says.

    Notes: §5.3
    """
    entries = {entry["name"]: entry for entry in schema}
    found = [
        _column_as_is(program, code, entries[code["column"]])
        for code in encoder.codes_
        if "levels_" in code
    ]
    if encoder.coded_ is not None:
        names = encoder.coded_.get_feature_names_out()
        coded = encoded_columns(program, encoder.coded_, schema)
        found += [
            WholeColumn(program.bind("f", formula, str(name)))
            for name, formula in zip(names, coded, strict=True)
        ]
    return tuple(found)


def _column_as_is(program: Program, code: dict[str, Any], entry: Entry) -> WholeColumn:
    if code["levels_"] is None:
        return WholeColumn(number_read(program, entry))
    levels = tuple(entry["levels"])
    wanted = {level: float(place) for place, level in enumerate(code["levels_"])}
    new = np.nan if code["code"] == "place" else -2.0
    places = [wanted.get(level, new) for level in levels]
    return WholeColumn(level_read(program, entry, levels), levels, np.array([*places, np.nan, new]))

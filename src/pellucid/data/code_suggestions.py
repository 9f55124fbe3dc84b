"""`suggest_codes`: which code suits each column, and why, in the words of the notes.

Number-like: a number. Two values: one entry. An order but no distances: thermometer. Several parts:
factored. Neither: one-hot. Binary code is never suggested.

Notes: Concept 192, Def 194, Def 196, Def 197, Def 201, Concept 204
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.column_code import CODES, DEFAULT_CODES, format_code, parse_code
from pellucid.data.column_codes.cyclic_codes import cycle_of, default_waves, reason_of
from pellucid.data.compound_categories import detect_compound
from pellucid.data.ordinal_scales import Scale, joined_levels, recognized_scale
from pellucid.data.table import Column, Kind, Table, absent_column
from pellucid.data.table_reader import read_table
from pellucid.errors import ColumnError, HyperparameterError


@dataclass(frozen=True)
class Suggestion:
    """A code for a column.

    Parameters
    ----------
    column : str
        Its name.
    code : str
        The code as `--code` takes it, such as "thermometer:low,mid,high"; empty for none.
    reason : str
        Why.
    """

    column: str
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.column}: {self.code or 'no code'}. {self.reason}"


STEPS = "with a thermometer each step has a weight of its own"
REASONS = {
    Kind.NUMERIC: "Already a number, so it is kept as one; shifted to mean 0 and scaled to "
    "standard deviation 1, so that its units give it no weight of their own.",
    Kind.DATE: "A date: its day as a number, month and weekday as points on a circle, its hour.",
    Kind.BINARY: "Two values: one entry tells them apart.",
    Kind.CATEGORY: "No order shows in its names, and distances mean nothing: one-hot implies "
    "neither.",
    Kind.TEXT: "Text, or very many values: they have a code where a target is predicted.",
    Kind.IDENTIFIER: "It names the row, and says nothing about the next one.",
    Kind.CONSTANT: "It never varies, so it tells no rows apart.",
}


def suggest_codes(
    source: Any, codes: Mapping[str, str] | None = None, *, for_target: bool = True
) -> list[Suggestion]:
    """A code for each column of a table, by its kind, its order and its structure.

    Parameters
    ----------
    source : Table, path, data frame or array
        What `read_table` reads.
    codes : dict of str to str, or None
        Codes that you choose yourself, by column; they stand as said.
    for_target : bool
        Whether a target is predicted. Where none is, texts and columns of very many values have no
        code, and numbers that go round stay amounts: groups are described by amounts.

    Returns
    -------
    list of Suggestion
        One a column, in order; `code` is empty where a column has nothing to encode.

    Raises
    ------
    ColumnError
        When a column named in `codes` is not there.
    HyperparameterError
        When there is no such code, or the column cannot take it.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"size": ["S", "M", "L"] * 2, "colour": ["red", "blue", "tan"] * 2})
    >>> for suggestion in suggest_codes(frame):
    ...     print(suggestion.column, suggestion.code)
    size thermometer:S,M,L
    colour one-hot

    Notes: Concept 192, Def 194, Def 196, Def 197, Def 201
    """
    table = source if isinstance(source, Table) else read_table(source)
    asked = dict(codes or {})
    for name in asked:
        if name not in table:
            raise ColumnError(absent_column(name, table.names))
    return [
        _requested_suggestion(column, asked[column.name])
        if column.name in asked
        else _default_suggestion(column, for_target)
        for column in table.columns
    ]


def _requested_suggestion(column: Column, code_text: str) -> Suggestion:
    try:
        name, given = parse_code(code_text)
    except HyperparameterError as error:
        raise HyperparameterError(f"Column {column.name!r}: {error}") from None
    values = len(column.levels or ())
    if name == "two-valued" and values != 2:
        raise HyperparameterError(
            f"Column {column.name!r} has {values:,} different values; two-valued is for 2."
        )
    if name == "thermometer" and not given:
        scale = recognized_scale(column.name, column.levels or ())
        given = scale.levels if scale is not None else ()
        given = column.levels or () if column.ordered else given
    return Suggestion(column.name, format_code(name, given), "As you said.")


def _default_suggestion(column: Column, for_target: bool) -> Suggestion:
    if for_target and column.kind is Kind.TEXT:
        return _of_many_values(column)
    if for_target and column.kind is Kind.NUMERIC:
        cycle = cycle_of(column.name, np.asarray(column.values, dtype=np.float64))
        if cycle is not None:
            spelled = format_code("circle", default_waves(cycle))
            return Suggestion(column.name, spelled, reason_of(cycle))
    if column.kind not in DEFAULT_CODES:
        return Suggestion(column.name, "", REASONS[column.kind])
    if column.kind is not Kind.CATEGORY:
        return Suggestion(column.name, DEFAULT_CODES[column.kind], REASONS[column.kind])
    levels = list(column.levels or ())
    if column.ordered:
        reason = (
            f"The column states its order ({joined_levels(levels)}), but no distances: {STEPS}."
        )
        return Suggestion(column.name, format_code("thermometer", tuple(levels)), reason)
    scale = recognized_scale(column.name, levels)
    if scale is not None:
        return Suggestion(
            column.name, format_code("thermometer", scale.levels), _order_reason(scale)
        )
    parts = detect_compound(levels)
    if parts is not None:
        delimiter, found = parts
        counts = " × ".join(str(len(set(part))) for part in zip(*found, strict=True))
        return Suggestion(
            column.name,
            format_code("factored", (delimiter,)),
            f"Its {len(levels)} categories combine {counts} parts, parted by {delimiter!r}: each "
            "part is a simpler, meaningful factor, and one-hot by itself.",
        )
    return Suggestion(column.name, DEFAULT_CODES[column.kind], REASONS[column.kind])


def _of_many_values(column: Column) -> Suggestion:
    """A text by its words; values that recur by the mean of the target."""
    present = [text for text in column.texts() if text is not None]
    distinct = len(set(present))
    if 2 * distinct > len(present):
        return Suggestion(
            column.name,
            "text",
            "Most rows hold a text of their own: its words are counted, and their counts become "
            "places along the few axes on which training texts differ most.",
        )
    return Suggestion(
        column.name,
        "target-mean",
        f"{distinct:,} values are too many for a column each: each stands at the mean of the "
        "target over its training rows, shrunk towards the overall mean as far as chance explains "
        "the difference. Training rows take the means of other rows, so none sees its own target. "
        "Frequent values by themselves: rare.",
    )


def _order_reason(scale: Scale) -> str:
    last = " It goes round, which no step says." if scale.goes_round else ""
    named = f"{scale.kind}: {joined_levels(scale.levels)}"
    return f"Ordered by name ({named}), but no number: {STEPS}.{last}"


def kinds_for(codes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The columns that are read as a kind for the sake of their codes, by kind.

    Raises
    ------
    HyperparameterError
        When there is no such code; names the column.

    Notes: Concept 192
    """
    found: dict[str, tuple[str, ...]] = {}
    for column, spelled in codes.items():
        try:
            kind = str(kind_for(spelled))
        except HyperparameterError as error:
            raise HyperparameterError(f"Column {column!r}: {error}") from None
        found[kind] = (*found.get(kind, ()), column)
    return found


def kind_for(code: str) -> Kind:
    """The kind that a column is read as for a code.

    Notes: Concept 192
    """
    return CODES[parse_code(code)[0]].kind

"""What to be wary of in a row that is asked about: values unlike those of training.

Notes: Concept 56, §5.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.category_codes import unseen_in
from pellucid.data.codes import code_of
from pellucid.data.table import Column, Kind, Table
from pellucid.wording import number

FAR = 4.0  # standard deviations of the training rows


def cautions_of(table: Table, codes: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Sentences about each row, n lists.

    Parameters
    ----------
    table : Table
        n rows as the machine reads them.
    codes : sequence of dict
        `encoder.codes_`: what was learned from the training rows.

    Notes: §5.3
    """
    found: list[list[str]] = [[] for _ in range(len(table))]
    for code in codes:
        column = table[code["column"]]
        if "levels" in code:
            _new_categories(found, column, code)
        if column.kind is Kind.NUMERIC and code.get("code", "standardize") == "standardize":
            _far_numbers(found, column, code)
        if not code.get("missing"):
            _newly_missing(found, column)
    return found


def _new_categories(found: list[list[str]], column: Column, code: dict[str, Any]) -> None:
    count, names = unseen_in(code, column)
    if not count:
        return
    unknown = code_of(code).unknown
    for row, text in enumerate(column.texts()):
        if text in names:
            found[row].append(
                f"{column.name} = {text!r} was not met in training; such rows {unknown}."
            )


def _far_numbers(found: list[list[str]], column: Column, code: dict[str, Any]) -> None:
    mean, deviation = float(code["mean"][0]), float(code["scale"][0])
    distances: NDArray[np.float64] = np.abs(column.values / deviation - mean / deviation)
    for row in np.flatnonzero(distances > FAR):
        found[row].append(
            f"{column.name} = {number(float(column.values[row]))} lies {distances[row]:.1f} "
            f"standard deviations from the training mean {number(mean)}: the model extrapolates."
        )


def _newly_missing(found: list[list[str]], column: Column) -> None:
    for row in np.flatnonzero(column.missing):
        found[row].append(f"{column.name} is missing, and was never missing in training.")

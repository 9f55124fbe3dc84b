"""One row of JSON to its encoded numbers without a table: the machine's schema, compiled once.

`RowEncoder.encode(row)` is `encoder.transform(table_of_rows([row], …))`, bit for bit: common cells
go through a dictionary or one subtraction and division, all others through the table's own code.

Notes: §5.3, Def 207
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.column_code import code_of
from pellucid.data.columns.spellings import SPELLINGS
from pellucid.data.scaling import NEAR_OVERFLOW
from pellucid.data.table import CODED, Column, Kind
from pellucid.serve.json_cells import Entry, absent_cell, column_of_cells, no_row

Numbers = tuple[float, ...]
Cell = Callable[[Any], Numbers]
SCALED = ("standardize", "center", "number")


class RowEncoder:
    """Encodes rows as a fitted `TableEncoder` does, one at a time.

    Parameters
    ----------
    schema : sequence of dict
        The columns that a row must have: name, kind, levels.
    codes : sequence of dict
        `encoder.codes_`.
    missing : tuple of str
        Spellings of "missing" beside the usual ones.

    Notes: §5.3
    """

    def __init__(
        self,
        schema: Sequence[Entry],
        codes: Sequence[Mapping[str, Any]],
        missing: tuple[str, ...] = (),
    ) -> None:
        entries = {entry["name"]: entry for entry in schema}
        self._cells = [
            (entries[code["column"]], compile_column(entries[code["column"]], dict(code), missing))
            for code in codes
        ]
        coded = {code["column"] for code in codes}
        self._unused = [
            (entry, _unused(entry, missing)) for entry in schema if entry["name"] not in coded
        ]

    def encode(self, row: Any) -> NDArray[np.float64]:
        """The encoded row, 1×D.

        Raises
        ------
        RequestError
            As `table_of_rows` raises, for the same rows.
        """
        if type(row) is not dict:
            raise no_row(0, row)
        numbers: list[float] = []
        for entry, cell in self._cells:
            try:
                value = row[entry["name"]]
            except KeyError:
                raise absent_cell(entry, 0, list(row)) from None
            numbers += cell(value)
        for entry, check in self._unused:
            if entry["name"] not in row:
                raise absent_cell(entry, 0, list(row))
            check(row[entry["name"]])
        return np.array([numbers])


def compile_column(entry: Entry, code: dict[str, Any], missing: tuple[str, ...]) -> Cell:
    """The code of one column as a function of one cell."""
    encode = code_of(code).encode

    def by_table(value: Any) -> Numbers:
        return tuple(encode(code, column_of_cells(entry, [value], missing))[0].tolist())

    kind = Kind(entry["kind"])
    if kind in CODED and entry["levels"]:
        return _by_level(entry, code, missing, by_table)
    name = code.get("code") or "standardize"
    if kind is Kind.NUMERIC and name in SCALED:
        return _by_scale(code, by_table)
    return by_table


def _by_level(entry: Entry, code: dict[str, Any], missing: tuple[str, ...], by_table: Cell) -> Cell:
    """The codes of all levels, looked up."""
    levels = tuple(entry["levels"])
    places = np.arange(len(levels), dtype=np.int32)
    book = code_of(code).encode(code, Column(entry["name"], Kind(entry["kind"]), places, levels))
    spelled = {*SPELLINGS, *missing}
    known = {
        level: tuple(numbers)
        for level, numbers in zip(levels, book.tolist(), strict=True)
        if level not in spelled
    }
    absent = by_table(None)

    def cell(value: Any) -> Numbers:
        if type(value) is str:
            found = known.get(value)
            return by_table(value) if found is None else found
        return absent if value is None else by_table(value)

    return cell


def _by_scale(code: dict[str, Any], by_table: Cell) -> Cell:
    """(x − mean)/scale in 64-bit floats, as NumPy has it.

    Notes: Def 207, eq 5.31
    """
    mean, scale = float(code["mean"][0]), float(code["scale"][0])
    if abs(mean) >= NEAR_OVERFLOW or scale >= NEAR_OVERFLOW:
        return by_table  # the halves are scaled there
    present = (0.0,) if code["missing"] else ()
    absent = by_table(None)

    def cell(value: Any) -> Numbers:
        if type(value) is float or (type(value) is int and abs(value) < 2**53):
            z = (value - mean) / scale
            return (z, *present) if math.isfinite(z) else by_table(value)
        return absent if value is None else by_table(value)

    return cell


def _unused(entry: Entry, missing: tuple[str, ...]) -> Callable[[Any], Column]:
    """A column that the encoder leaves out still has to be one."""
    return lambda value: column_of_cells(entry, [value], missing)

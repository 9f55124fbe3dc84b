"""Codes of columns as formulas: what `TableEncoder` does to a row, one expression an entry.

A code of categories is asked what it makes of each category, of a missing and of a new one: every
code that a column of categories may have is so a table, whatever its arithmetic.

Notes: Concept 192, Def 197, Def 207, §5.3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.column_code import DEFAULT_CODES, code_of
from pellucid.data.columns.notation import Notation
from pellucid.data.columns.spellings import SIGNS
from pellucid.data.table import CODED, MISSING, UNSEEN, Column, Kind
from pellucid.data.table_encoder import TableEncoder
from pellucid.errors import FramingError
from pellucid.exchange.formulas.expressions import (
    Call,
    Constant,
    Difference,
    Expression,
    IfMissing,
    Line,
    Lookup,
    Modulo,
    Product,
    Ref,
    Steps,
    numbers,
)
from pellucid.exchange.formulas.program import Program

Code = Mapping[str, Any]
Entry = Mapping[str, Any]
SCALED = ("standardize", "center", "number")


def encoded_columns(
    program: Program, encoder: TableEncoder, schema: Sequence[Entry]
) -> list[Expression]:
    """The entries of an encoded row, in order; none of them is ever missing.

    Parameters
    ----------
    program : Program
        Gets the columns to be read.
    encoder : TableEncoder
        Fitted.
    schema : sequence of dict
        Columns as they were read in training.

    Raises
    ------
    FramingError
        For a code that no formula of a row says: of free text, or of categories' parts.

    Notes: §5.3
    """
    entries = {entry["name"]: entry for entry in schema}
    found: list[Expression] = []
    for code in encoder.codes_:
        found += _entries(program, code, entries[code["column"]])
    return found


def _entries(program: Program, code: Code, entry: Entry) -> list[Expression]:
    name = code.get("code") or DEFAULT_CODES[Kind(code["kind"])]
    if name in SCALED:
        return _numbers(number_read(program, entry), code)
    if name == "bins":
        return _bins(number_read(program, entry), code)
    if name == "circle":
        return _circle(number_read(program, entry), code)
    if name == "dates":
        return _dates(program, entry, code)
    if name == "text":
        raise FramingError(
            f"Column {code['column']!r} is free text, coded by its words: neither SQL nor a plain "
            "formula counts words as `predict` does. Export the model with --to onnx, or leave the "
            "column out (--drop)."
        )
    if name == "factored":
        raise FramingError(
            f"Column {code['column']!r} has the code factored, which takes new categories apart: "
            "no table of categories holds those. Choose the code one-hot, or export with --to onnx."
        )
    return _categories(program, code, entry)


def number_read(program: Program, entry: Entry) -> Ref:
    """A column read as numbers."""
    return program.read(entry["name"], "number", notation=Notation.of(entry.get("notation")))


def level_read(program: Program, entry: Entry, levels: Sequence[str]) -> Ref:
    """A column read as one of its categories.

    Raises
    ------
    FramingError
        When two numbers in a notation of their own are its categories.
    """
    notation = Notation.of(entry.get("notation"))
    if Kind(entry["kind"]) in CODED and not notation.plain_number:
        raise FramingError(
            f"Column {entry['name']!r} has two values, numbers written with marks of their own: "
            "these are told apart by Pellucid alone. Write plain numbers in the table and fit "
            "again, or serve the model: pellucid serve."
        )
    signs = () if Kind(entry["kind"]) in CODED else tuple(sorted(SIGNS))
    return program.read(
        entry["name"], "level", levels, Notation(missing=(*notation.missing, *signs))
    )


def _numbers(x: Ref, code: Code) -> list[Expression]:
    """(x − mean)/scale, and whether it is missing where training rows were."""
    mean, scale = (float(np.ravel(code[name])[0]) for name in ("mean", "scale"))
    return [Line(x, 1 / scale, mean), *_missing(x, code)]


def _missing(x: Ref, code: Code) -> list[Expression]:
    return [Line(x, 0.0, missing=1.0)] if code["missing"] else []


def _bins(x: Ref, code: Code) -> list[Expression]:
    edges = np.asarray(code["edges"], dtype=np.float64)
    inside = np.append(edges, np.inf) if not len(edges) else np.append(edges[0] - 1, edges)
    inside = np.where(np.isfinite(inside), inside, 0.0)
    column = Column(code["column"], Kind.NUMERIC, np.append(inside, np.nan))
    book = code_of(dict(code)).encode(dict(code), column)
    return [Steps(x, numbers(edges), numbers(b[:-1]), float(b[-1])) for b in book.T]


def _circle(x: Ref, code: Code) -> list[Expression]:
    """Sines and cosines of the angle, standardised; the names say which wave is which."""
    found: list[Expression] = []
    period, waves = float(code["period"]), int(code["waves"])
    mean, scale = np.ravel(code["mean"]), np.ravel(code["scale"])
    wanted = [name.rpartition(": ")[2] for name in code["names"][: len(mean)]]
    for name, centre, spread in zip(wanted, mean, scale, strict=True):
        part, _, times = name.partition(", ")
        wave = int(times.split(" ")[0]) if times else 1
        if not 1 <= wave <= waves:
            raise FramingError(f"Column {code['column']!r}: there is no wave {name!r}.")
        angle = Product((Constant(2 * np.pi * wave / period), Modulo(x, period)))
        wave_of = Call({"sine": "sin", "cosine": "cos"}[part], (angle,))
        shifted = Difference(wave_of, Constant(float(centre)))
        scaled = Product((Constant(1 / float(spread)), shifted))
        found.append(IfMissing(x, 0.0, scaled))
    return [*found, *_missing(x, code)]


def _dates(program: Program, entry: Entry, code: Code) -> list[Expression]:
    """Days, month and weekday on circles, and the hour; each standardised."""
    d = program.read(entry["name"], "date", notation=Notation.of(entry.get("notation")))
    month = program.month_of(d)
    stamps = np.array([f"1970-{m:02d}-01" for m in range(1, 13)], "datetime64[us]")
    monday = np.datetime64("1970-01-05", "us")
    week = np.array([monday + np.timedelta64(i, "D") for i in range(7)])
    # The code itself says what it makes of each month and weekday.
    by_month, by_day = _book(code, stamps), _book(code, week)
    mean, scale = np.ravel(code["mean"]), np.ravel(code["scale"])
    weekday = program.bind("w", Call("weekday", (d,)), f"{entry['name']}: weekday, Monday 0")
    hour = program.bind("h", Call("hour", (d,)), f"{entry['name']}: hour")
    found: list[Expression] = [Line(d, 1 / float(scale[0]), float(mean[0]))]
    edges = {12: numbers(range(1, 12)), 7: numbers(range(1, 7))}
    found += [Steps(month, edges[12], numbers(by_month[:, at])) for at in (1, 2)]
    found += [Steps(weekday, edges[7], numbers(by_day[:, at])) for at in (3, 4)]
    found.append(Line(hour, 1 / float(scale[5]), float(mean[5])))
    return [*found, *_missing(d, code)]


def _book(code: Code, stamps: NDArray[Any]) -> NDArray[np.float64]:
    return code_of(dict(code)).encode(dict(code), Column(code["column"], Kind.DATE, stamps))


def _categories(program: Program, code: Code, entry: Entry) -> list[Expression]:
    """A table a feature: what the code makes of each category."""
    known = code.get("levels") or code.get("known") or ()
    levels = tuple(entry["levels"] or known)
    places = np.array([*range(len(levels)), MISSING, UNSEEN], dtype=np.int32)
    # A name that is no category of any column stands for a new one.
    new = _none_of({*levels, *map(str, known)})
    column = Column(code["column"], Kind.CATEGORY, places, levels, unseen=(new,))
    book = code_of(dict(code)).encode(dict(code), column)
    c = level_read(program, entry, levels)
    return [Lookup(c, levels, numbers(b[:-2]), float(b[-2]), float(b[-1])) for b in book.T]


def _none_of(names: set[str]) -> str:
    found = "another"
    while found in names:
        found += "'"
    return found

"""What moved an answer: how it differs from the answer to the same row with one column unknown.

This asks the model, whatever it is; for a linear one it is θⱼ times the encoded entry, less what a
missing value would add.

Notes: §2.4, §5.3
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.column_code import code_of
from pellucid.data.table import MISSING, Kind, Table
from pellucid.serve.json_cells import Entry, column_of_cells

Array = NDArray[np.float64]


def effects_of(machine: Any, encoded: Any, schema: Sequence[Entry]) -> list[dict[str, float]]:
    """Answer less the answer without a column, by column; n dicts, the largest first.

    Parameters
    ----------
    machine : Machine
        What is asked.
    encoded : array, shape (n, D), or Table
        Rows as its encoder leaves them.
    schema : sequence of dict
        `machine.input_schema`.

    Returns
    -------
    list of dict of str to float
        In units of the target for a regression; else of the probability of the class answered.

    Notes: §5.3
    """
    entries = {entry["name"]: entry for entry in schema}
    answers = machine.answers_of(encoded)
    outputs = _outputs(answers)
    # For classes the probability of the one answered; for overlapping ones, of the likeliest.
    asked = outputs.argmax(axis=1) if outputs.shape[1] > 1 else np.zeros(len(encoded), np.intp)
    if outputs.shape[1] > 1 and machine.framing.problem != "overlapping classes":
        names = [name.removeprefix("probability_") for name in answers if name != "prediction"]
        asked = np.array([names.index(str(label)) for label in answers["prediction"]])
    rows = np.arange(len(encoded))
    found: list[dict[str, float]] = [{} for _ in rows]
    at = 0
    for code in machine.encoder.codes_:
        width = len(code["names"])
        columns = range(at, at + width)
        without = _without(encoded, columns, code, entries[code["column"]])
        at += width
        change = (outputs - _outputs(machine.answers_of(without)))[rows, asked]
        for row, value in enumerate(change.tolist()):
            found[row][code["column"]] = value
    return [dict(sorted(each.items(), key=lambda pair: -abs(pair[1]))) for each in found]


def _without(encoded: Any, columns: range, code: dict[str, Any], entry: Entry) -> Any:
    """The encoded rows with one column of the table unknown: `columns` are its encoded ones."""
    kept = "levels_" in code  # it entered the model as it is, and is known there as missing
    numbers = np.array([np.nan])
    if not kept:
        numbers = code_of(code).encode(code, column_of_cells(entry, [None], ()))[0]
    if not isinstance(encoded, Table):
        found = encoded.copy()
        found[:, columns] = numbers
        return found
    n, changed = len(encoded), list(encoded.columns)
    for at, column in enumerate(columns):
        old = changed[column]
        changed[column] = replace(
            old, values=np.full(n, _absent(old, numbers[at]), old.values.dtype)
        )
    return replace(encoded, columns=tuple(changed))


def _absent(column: Any, number: float) -> Any:
    """What stands for a missing value among the values of a column."""
    if column.levels is not None:
        return MISSING
    return {"M": np.datetime64("NaT"), "O": None}.get(column.values.dtype.kind, number)


def _outputs(answers: dict[str, Any]) -> Array:
    """Probabilities, n×k, or the numbers predicted, n×1."""
    chances = [values for name, values in answers.items() if name.startswith("probability_")]
    return np.column_stack(chances or [answers["prediction"]]).astype(np.float64)


def example_of(entry: Entry, code: dict[str, Any] | None, middle: float | None = None) -> Any:
    """A value for the form and the documentation: the training mean, or the first category."""
    kind = Kind(entry["kind"])
    if entry["levels"]:
        return entry["levels"][0]
    if code is None:
        return ""
    if kind is Kind.TEXT:
        known = code.get("known") or code.get("words") or [""]
        return known[0]
    if code.get("code") == "circle":
        return float(code["lowest"])
    if kind is Kind.NUMERIC:
        if "mean" in code:
            mean = float(code["mean"][0])
        else:
            mean = float(np.median(code["edges"])) if "edges" in code else float(middle or 0.0)
        return float(f"{mean:.4g}")
    block = np.zeros((1, len(code["names"])))
    return str(code_of(code).decode(code, block)[0].astype("datetime64[s]")).replace("T", " ")

"""Codes: how a column of each kind becomes numbers. Learned from training rows, then fixed.

A learned code is a dictionary of plain values. `CODES` is the door for further codes.

Notes: Concept 192, Clar 193, Def 197, §5.3.1.3, §5.3.3
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.dates import PARTS, date_parts
from pellucid.data.table import MISSING, UNSEEN, Column, Kind
from pellucid.errors import TableError

Floats = NDArray[np.float64]
Learned = dict[str, Any]
LARGEST = 1e150  # squares of larger numbers overflow


@dataclass(frozen=True)
class Code:
    """Three pure functions: learn from a column, encode a column, decode what was encoded."""

    learn: Callable[[Column, Floats], Learned]
    encode: Callable[[Learned, Column], Floats]
    decode: Callable[[Learned, Floats], NDArray[Any]]


def standardize(values: Floats, mean: Floats, scale: Floats) -> Floats:
    """(x − mean) / standard deviation, with missing values at the mean.

    Notes: §5.3.3
    """
    return np.asarray(np.nan_to_num((values - mean) / scale, nan=0.0))


def moments(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean and standard deviation (divisor n) of each column, missing values left out.

    A column that does not vary gets the scale 1: it becomes zeros.

    Notes: §5.3.3
    """
    there = ~np.isnan(values)
    total = np.maximum((weights[:, None] * there).sum(axis=0), np.finfo(float).tiny)
    mean = (weights[:, None] * np.where(there, values, 0.0)).sum(axis=0) / total
    centred = np.where(there, values - mean, 0.0)
    scale = np.sqrt((weights[:, None] * centred**2).sum(axis=0) / total)
    # Rounding alone makes a constant column vary by about one unit in its last digit.
    return mean, np.where(scale > 10 * np.finfo(float).eps * np.abs(mean), scale, 1.0)


def refuse_huge(name: str, values: Floats) -> None:
    """Refuse numbers whose squares overflow, by column and row."""
    sizes = np.abs(np.nan_to_num(values)).reshape(len(values), -1).max(axis=1, initial=0.0)
    if sizes.max(initial=0.0) > LARGEST:
        row = int(sizes.argmax())
        raise TableError(
            f"Column {name!r}, row {row + 1} holds {sizes[row]:g}: numbers beyond 1e150 cannot be "
            "standardised (their squares overflow). Rescale the column, or leave it out (--drop)."
        )


def _learn_numbers(column: Column, weights: Floats, values: Floats, names: list[str]) -> Learned:
    refuse_huge(column.name, np.where(weights[:, None] > 0, values, 0.0))
    mean, scale = moments(values, weights)
    missing = bool((np.isnan(values).any(axis=1) & (weights > 0)).any())
    extra = [f"{column.name} is missing"] if missing else []
    return {"names": [*names, *extra], "mean": mean, "scale": scale, "missing": missing}


def _encode_numbers(code: Learned, values: Floats) -> Floats:
    block = standardize(values, code["mean"], code["scale"])
    if not code["missing"]:
        return block
    return np.column_stack([block, np.isnan(values[:, 0]).astype(np.float64)])


def _decode_numbers(code: Learned, block: Floats) -> Floats:
    kept = block[:, : len(code["mean"])] * code["scale"] + code["mean"]
    if code["missing"]:
        kept = np.where(block[:, -1:] > 0.5, np.nan, kept)
    return np.asarray(kept)


def _values(column: Column) -> Floats:
    return np.asarray(column.values, dtype=np.float64)[:, None]


def _learn_category(column: Column, weights: Floats) -> Learned:
    levels = list(column.levels or ())
    missing = bool(((column.values == MISSING) & (weights > 0)).any())
    extra = [f"{column.name} is missing"] if missing else []
    names = [f"{column.name}={level}" for level in levels]
    return {"names": [*names, *extra], "levels": levels, "missing": missing}


def _encode_category(code: Learned, column: Column) -> Floats:
    """First category first; a missing or unseen one is all zeros."""
    k = len(code["levels"])
    codes = recoded(column, code["levels"])
    block = np.zeros((len(codes), k + int(code["missing"])))
    known = np.flatnonzero(codes >= 0)
    block[known, codes[known]] = 1.0
    if code["missing"]:
        block[:, -1] = codes == MISSING
    return block


def recoded(column: Column, levels: list[str]) -> NDArray[np.int32]:
    """Codes of a column in another list of levels; what is not among them is `UNSEEN`."""
    if list(column.levels or ()) == levels:
        return np.asarray(np.maximum(column.values, UNSEEN))
    place = {level: i for i, level in enumerate(levels)}
    known = (*(column.levels or ()), *reversed(column.unseen))
    table = np.array([*(place.get(v, UNSEEN) for v in known), MISSING], dtype=np.int32)
    return np.asarray(table[column.values])


def _decode_category(code: Learned, block: Floats) -> NDArray[Any]:
    levels = np.array([*code["levels"], None], dtype=object)
    kept = block[:, : len(code["levels"])]
    best = np.where(kept.max(axis=1, initial=0.0) > 0.5, kept.argmax(axis=1), len(levels) - 1)
    return np.asarray(levels[best])


def _learn_binary(column: Column, weights: Floats) -> Learned:
    """One column, 1 for the second level; `share` is its mean, where unknown values stand."""
    code = _learn_category(column, weights)
    levels = code["levels"]
    if len(levels) != 2:
        return code
    own = column.name if set(levels) == {"0", "1"} else f"{column.name}={levels[1]}"
    there = weights * (column.values >= 0)
    share = float(there @ (column.values == 1)) / max(float(there.sum()), np.finfo(float).tiny)
    return code | {"names": [own, *code["names"][2:]], "share": share}


def _encode_binary(code: Learned, column: Column) -> Floats:
    block = _encode_category(code, column)
    if len(code["levels"]) != 2:
        return block
    unknown = block[:, :2].sum(axis=1) == 0
    block[unknown, 1] = code["share"]
    return block[:, 1:]


def _decode_binary(code: Learned, block: Floats) -> NDArray[Any]:
    if len(code["levels"]) != 2:
        return _decode_category(code, block)
    texts = np.array(code["levels"], dtype=object)[(block[:, 0] > 0.5).astype(np.intp)]
    if code["missing"]:
        texts[block[:, -1] > 0.5] = None
    return np.asarray(texts)


def _date_names(column: Column) -> list[str]:
    return [f"{column.name}: {part}" for part in PARTS]


def _decode_dates(code: Learned, block: Floats) -> NDArray[Any]:
    days = _decode_numbers(code, block)[:, 0]
    stamps = np.where(np.isnan(days), 0.0, np.round(days * 86_400e6)).astype("int64")
    found = stamps.astype("datetime64[us]")
    found[np.isnan(days)] = np.datetime64("NaT")
    return np.asarray(found)


CODES: dict[Kind, Code] = {
    Kind.NUMERIC: Code(
        lambda column, w: _learn_numbers(column, w, _values(column), [column.name]),
        lambda code, column: _encode_numbers(code, _values(column)),
        lambda code, block: _decode_numbers(code, block)[:, 0],
    ),
    Kind.DATE: Code(
        lambda column, w: _learn_numbers(column, w, date_parts(column.values), _date_names(column)),
        lambda code, column: _encode_numbers(code, date_parts(column.values)),
        _decode_dates,
    ),
    Kind.BINARY: Code(_learn_binary, _encode_binary, _decode_binary),
    Kind.CATEGORY: Code(_learn_category, _encode_category, _decode_category),
}

"""Codes of numbers and dates: standardised, centred, kept, cut into bins, taken apart.

Notes: Concept 204, Concept 205, Def 207, §5.3.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.binning import bin_indices, bin_names, equal_width_edges, quantile_edges
from pellucid.data.class_codes import from_one_hot, one_hot
from pellucid.data.date_parts import PARTS, date_parts
from pellucid.data.scaling import (
    LARGEST,
    moments,
    refuse_huge,
    scaled_columns,
    standardize,
    zero_where_missing,
)
from pellucid.data.table import Column
from pellucid.errors import HyperparameterError, TableError

Floats = NDArray[np.float64]
Learned = dict[str, Any]
Given = tuple[str, ...]
EDGES = {"quantile": quantile_edges, "equal": equal_width_edges}


def _values(column: Column) -> Floats:
    return np.asarray(column.values, dtype=np.float64)[:, None]


def _learn(column: Column, weights: Floats, values: Floats, names: list[str]) -> Learned:
    refuse_huge(column.name, np.where(weights[:, None] > 0, values, 0.0))
    mean, scale = moments(values, weights)
    missing = bool((np.isnan(values).any(axis=1) & (weights > 0)).any())
    extra = [f"{column.name} is missing"] if missing else []
    return {"names": [*names, *extra], "mean": mean, "scale": scale, "missing": missing}


def learn_standardized(column: Column, weights: Floats, fields: Given) -> Learned:
    """Mean and standard deviation of the training rows.

    Notes: Def 207
    """
    return _learn(column, weights, _values(column), [column.name])


def learn_many_standardized(columns: Sequence[Column], weights: Floats) -> list[Learned]:
    """The same for many columns in one pass: thousands of columns cost no more than their numbers.

    Notes: Def 207
    """
    values = _side_by_side(columns)
    counted = weights > 0
    sizes = np.abs(np.where(counted[:, None], np.nan_to_num(values), 0.0)).max(axis=0, initial=0.0)
    for at in np.flatnonzero(sizes > LARGEST)[:1]:
        refuse_huge(columns[at].name, np.where(counted, values[:, at], 0.0))
    mean, scale = moments(values, weights)
    missing = np.asarray(np.isnan(values[counted]).any(axis=0))
    return [
        {
            "names": [column.name, *([f"{column.name} is missing"] if missing[at] else [])],
            "mean": mean[at : at + 1],
            "scale": scale[at : at + 1],
            "missing": bool(missing[at]),
        }
        for at, column in enumerate(columns)
    ]


def _side_by_side(columns: Sequence[Column]) -> Floats:
    return np.column_stack([np.asarray(column.values, dtype=np.float64) for column in columns])


def encode_many_numbers(codes: Sequence[Learned], columns: Sequence[Column]) -> Floats:
    """What `encode_numbers` gives for each column, side by side.

    Notes: Def 207
    """
    mean, scale = (np.concatenate([code[name] for code in codes]) for name in ("mean", "scale"))
    missing = np.array([code["missing"] for code in codes])
    values = [np.asarray(column.values, dtype=np.float64) for column in columns]
    block = zero_where_missing(scaled_columns(values, mean, scale))
    if not missing.any():
        return block
    places = np.cumsum(np.concatenate([[0], 1 + missing[:-1]]))
    found = np.zeros((len(block), len(codes) + int(missing.sum())))
    found[:, places] = block
    for at in np.flatnonzero(missing):
        found[:, places[at] + 1] = np.isnan(values[at])
    return found


def learn_centred(column: Column, weights: Floats, fields: Given) -> Learned:
    """The mean alone.

    Notes: eq 5.30
    """
    return learn_standardized(column, weights, fields) | {"scale": np.ones(1)}


def learn_kept(column: Column, weights: Floats, fields: Given) -> Learned:
    """Nothing but where a missing value stands: the number 0 is told apart by its own column.

    Notes: Concept 204
    """
    return learn_centred(column, weights, fields) | {"mean": np.zeros(1)}


def encode_numbers(code: Learned, column: Column) -> Floats:
    """(x − mean)/scale, then whether it is missing where training rows were.

    Notes: Def 207
    """
    return _encode(code, _values(column))


def _encode(code: Learned, values: Floats) -> Floats:
    block = standardize(values, code["mean"], code["scale"])
    if not code["missing"]:
        return block
    return np.column_stack([block, np.isnan(values[:, 0]).astype(np.float64)])


def _decode(code: Learned, block: Floats) -> Floats:
    kept = block[:, : len(code["mean"])] * code["scale"] + code["mean"]
    if code["missing"]:
        kept = np.where(block[:, -1:] > 0.5, np.nan, kept)
    return np.asarray(kept)


def decode_numbers(code: Learned, block: Floats) -> Floats:
    """The numbers that were encoded.

    Notes: Def 207
    """
    return np.asarray(_decode(code, block)[:, 0])


def learn_bins(column: Column, weights: Floats, fields: Given) -> Learned:
    """Edges: given, or found on the training rows; by default their quartiles.

    Raises
    ------
    HyperparameterError
        When what is given is neither edges nor a way to find them.

    Notes: Concept 205
    """
    values = np.where(weights > 0, _values(column)[:, 0], np.nan)
    missing = bool((np.isnan(_values(column)[:, 0]) & (weights > 0)).any())
    if np.isnan(values).all():
        raise TableError(f"Column {column.name!r} has no value to cut into bins.")
    edges = _edges(column.name, values, fields or ("quantile", "4"))
    names = [f"{column.name} {name}" for name in bin_names(edges)]
    extra = [f"{column.name} is missing"] if missing else []
    return {"names": [*names, *extra], "edges": edges, "missing": missing}


def _edges(name: str, values: Floats, fields: Given) -> Floats:
    if fields[0] in EDGES:
        count = fields[1] if len(fields) == 2 else "4"
        if len(fields) > 2 or not count.isdigit() or not 2 <= int(count) <= 1_000:
            raise HyperparameterError(
                f"bins of {name!r}: say {fields[0]},4 with a number of bins from 2 to 1,000; got "
                f"{','.join(fields)!r}."
            )
        return EDGES[fields[0]](values, int(count))
    try:
        edges = np.array([float(edge) for edge in fields])
    except ValueError:
        edges = np.array([np.nan])
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise HyperparameterError(
            f"bins of {name!r}: edges are numbers that rise, as 18,21; or quantile,4; or equal,4. "
            f"Got {','.join(fields)!r}."
        )
    return edges


def encode_bins(code: Learned, column: Column) -> Floats:
    """One-hot over the bins; a missing value is zeros, and said where training rows were.

    Notes: Concept 205
    """
    found = bin_indices(_values(column)[:, 0], code["edges"])
    block = one_hot(found, len(code["edges"]) + 1)
    return np.column_stack([block, found < 0]) if code["missing"] else block


def decode_bins(code: Learned, block: Floats) -> NDArray[Any]:
    """The name of the bin: where in it the number lay is gone.

    Notes: Concept 205
    """
    width = len(code["edges"]) + 1
    names = np.array([*bin_names(code["edges"]), None], dtype=object)
    found = from_one_hot((block[:, :width] > 0.5).astype(np.float64))
    return np.asarray(names[np.maximum(found, -1)])


def learn_dates(column: Column, weights: Floats, fields: Given) -> Learned:
    """Mean and deviation of each part of the dates.

    Notes: §5.3
    """
    names = [f"{column.name}: {part}" for part in PARTS]
    return _learn(column, weights, date_parts(column.values), names)


def encode_dates(code: Learned, column: Column) -> Floats:
    """The parts, standardised.

    Notes: §5.3
    """
    return _encode(code, date_parts(column.values))


def decode_dates(code: Learned, block: Floats) -> NDArray[Any]:
    """The dates, from the number of days.

    Notes: §5.3
    """
    return from_days(_decode(code, block)[:, 0])


def from_days(days: Floats) -> NDArray[Any]:
    """Dates from days since 1970; NaT for NaN.

    Notes: §5.3
    """
    stamps = np.where(np.isnan(days), 0.0, np.round(days * 86_400e6)).astype("int64")
    found = stamps.astype("datetime64[us]")
    found[np.isnan(days)] = np.datetime64("NaT", "us")
    return np.asarray(found)

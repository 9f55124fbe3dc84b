"""Classes of a raw column: which values there are, and the number of each row's.

A class is numbered from 0 in the order of its levels; `MISSING` and `UNSEEN` stand below.

Notes: Concept 192, §5.3.1
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.table import MISSING, UNSEEN
from pellucid.errors import ColumnError

Classes = NDArray[np.int32]
WHAT_IS_ONE = "a category is text, a number or true/false. (Dates have a code of their own: Dates.)"
SAMPLED = 2_000  # rows that show whether equal values are mostly one object


def factorize(name: str, values: Any) -> tuple[list[Any], Classes]:
    """The distinct values of a column as met, and the place of each row's among them.

    Parameters
    ----------
    name : str
        Of the column, for messages.
    values : array, series or sequence, shape (n,)
        Text, numbers or booleans; None, NaN and pd.NA are missing.

    Returns
    -------
    list, ndarray of int32 (n,)
        Missing rows hold `MISSING`.

    Raises
    ------
    ColumnError
        When the values are of mixed types, infinite, or not values of a category at all.

    Examples
    --------
    >>> factorize("size", ["mid", "low", None, "mid"])
    (['mid', 'low'], array([ 0,  1, -1,  0], dtype=int32))

    Notes: Concept 192
    """
    if isinstance(values, np.ndarray) and values.dtype == object and _shares_objects(values):
        return _by_object(name, values)
    return _by_value(name, values)


def _by_value(name: str, values: Any) -> tuple[list[Any], Classes]:
    array = _arrow(name, values)
    if pa.types.is_dictionary(array.type):
        encoded = array.unify_dictionaries()
    else:
        encoded = array.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
        encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    places: Classes = np.asarray(
        encoded.indices.cast(pa.int32()).fill_null(MISSING).to_numpy(zero_copy_only=False),
        dtype=np.int32,
    )
    distinct = encoded.dictionary.to_pylist()
    if pa.types.is_dictionary(array.type):  # a categorical may list what no row holds
        used, inner = np.unique(places, return_inverse=True)
        shift = int(len(used) > 0 and used[0] == MISSING)
        distinct, places = [distinct[i] for i in used[shift:]], (inner - shift).astype(np.int32)
    return distinct, places


def _shares_objects(values: NDArray[Any]) -> bool:
    """Whether equal values are mostly one and the same object, as readers of files leave them."""
    some = values[:: max(len(values) // SAMPLED, 1)]
    return len(values) > SAMPLED and len({id(v) for v in some}) < len(some) / 2


def _by_object(name: str, values: NDArray[Any]) -> tuple[list[Any], Classes]:
    """The same, looking at each object once: whole numbers are quicker to compare than text."""
    held = np.ascontiguousarray(values)
    addresses = np.ctypeslib.as_array((ctypes.c_ssize_t * len(held)).from_address(held.ctypes.data))
    encoded = pa.array(addresses).dictionary_encode()
    places = encoded.indices.to_numpy()
    row = np.empty(len(encoded.dictionary), dtype=np.intp)
    row[places] = np.arange(len(held))
    try:
        distinct, inner = factorize(name, held[row].tolist())
    except ColumnError:
        return _by_value(name, values)  # it counts all rows, for the message
    return distinct, inner[places]


def _arrow(name: str, values: Any) -> pa.ChunkedArray:
    """As Arrow holds it: text, whole numbers, floats or booleans, missing values null."""
    if hasattr(values, "to_arrow"):
        values = values.to_arrow()
    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise ColumnError(_mixed_types_message(name, values)) from error
    if pa.types.is_dictionary(array.type):
        return _chunked(_with_named_levels(values, array))
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    if pa.types.is_floating(array.type):
        _refuse_infinite(name, array)
        array = pc.add(array.cast(pa.float64()), 0.0)  # −0 is the class 0
    elif not _is_class(array.type):
        raise ColumnError(f"Column {name!r} holds values of type {array.type}; {WHAT_IS_ONE}")
    return _chunked(array)


def _with_named_levels(values: Any, array: Any) -> Any:
    """A categorical of intervals or other objects, its levels spelled as text."""
    if not isinstance(array.type.value_type, pa.BaseExtensionType):
        return array
    codes = np.asarray(values.cat.codes, dtype=np.int32)
    levels = pa.array([str(level) for level in values.cat.categories], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), levels)


def to_level(level: Any) -> Any:
    """A level as `factorize` gives it: text, numbers and booleans as they are, others as text.

    Notes: Concept 192
    """
    return level if isinstance(level, str | bool | int | float | np.generic) else str(level)


def _chunked(array: Any) -> pa.ChunkedArray:
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _is_class(kind: pa.DataType) -> bool:
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    text = text or pa.types.is_string_view(kind)
    return bool(text or pa.types.is_integer(kind) or pa.types.is_boolean(kind))


def _refuse_infinite(name: str, array: Any) -> None:
    there = pc.is_inf(array)
    if pc.any(there).as_py():
        row = pc.index(there, True).as_py() + 1
        raise ColumnError(
            f"Column {name!r}, row {row}: the value is infinite (inf), which is no category."
        )


def _mixed_types_message(name: str, values: Any) -> str:
    """Which two rows do not go together."""
    kinds: dict[str, tuple[int, Any]] = {}
    for row, value in enumerate(values, 1):
        if value is None or value != value:
            continue
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        kinds.setdefault("a number" if number else type(value).__name__, (row, value))
        if len(kinds) == 2:
            (one, (row1, value1)), (other, (row2, value2)) = kinds.items()
            return (
                f"Column {name!r} mixes types: row {row1} holds {_short(value1)} ({one}), row "
                f"{row2} {_short(value2)} ({other}). Make all of them text, or all numbers."
            )
    shown = f", such as {_short(next(iter(kinds.values()))[1])}" if kinds else ""
    return f"Column {name!r} holds {next(iter(kinds), 'nothing')}{shown}; {WHAT_IS_ONE}"


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def label(level: Any) -> str:
    """A category as a name spells it: whole numbers without a point.

    Notes: Concept 192
    """
    if isinstance(level, float) and level == round(level) and abs(level) < 1e15:
        return str(int(level))
    return str(level)


def natural_order(level: Any) -> tuple[int, float, str]:
    """A key that sorts numbers by size, before text by letters.

    Examples
    --------
    >>> sorted(["b", "10", "9", "a", 2**60 + 1, 2**60], key=natural_order)
    ['9', '10', 1152921504606846976, 1152921504606846977, 'a', 'b']
    """
    try:
        return (0, _number(level), str(level))
    except ValueError:
        return (1, 0.0, str(level))


def _number(level: Any) -> float:
    """Whole numbers as they are: as floats, neighbours past 2⁵³ would be equal."""
    try:
        whole = int(level)
    except (ValueError, OverflowError):
        return float(level)
    return whole if isinstance(level, str) or whole == level else float(level)


def match_levels(distinct: list[Any], places: Classes, levels: Any) -> tuple[Classes, list[Any]]:
    """Classes of the rows in the order of `levels`, and the values met that are not among them.

    Parameters
    ----------
    distinct, places : list, ndarray of int32 (n,)
        As from `factorize`.
    levels : sequence
        The categories in order.

    Returns
    -------
    ndarray of int32 (n,), list
        `UNSEEN` where the value is not a level.

    Notes: Def 197
    """
    number = {level: i for i, level in enumerate(levels)}
    unseen = [value for value in distinct if value not in number]
    table = np.array([*(number.get(value, UNSEEN) for value in distinct), MISSING], dtype=np.int32)
    return table[places], unseen

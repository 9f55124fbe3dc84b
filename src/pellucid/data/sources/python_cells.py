"""Python values as one Arrow column: numbers where all are numbers, dates where all are dates.

What JSON, SQLite, workbooks and columns of objects hold passes through here, so that one value is
spelled in one way, wherever it came from.

Notes: §2.1.3
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

LARGEST_WHOLE = 2**53  # beyond it not every whole number is a 64-bit float
LARGEST_INT64 = 2**63 - 1
ABSENT = ("NAType", "NaTType")  # what pandas writes for missing, known without importing it


def is_absent(value: Any) -> bool:
    """Whether a value stands for none: None, NaN, NaT, pd.NA."""
    if value is None or type(value).__name__ in ABSENT:
        return True
    if isinstance(value, float | np.floating):
        return bool(value != value)
    return isinstance(value, np.datetime64 | np.timedelta64) and bool(np.isnat(value))


def column_of_cells(values: Sequence[Any]) -> pa.Array:
    """The values of a column as Arrow holds them; missing ones null.

    Numbers beside true and false count these as 1 and 0; values of several other types become text.

    Examples
    --------
    >>> column_of_cells([1, None, 2.5]).to_pylist(), column_of_cells([1, "b"]).to_pylist()
    ([1.0, None, 2.5], ['1', 'b'])

    Notes: §2.1.3
    """
    held = [None if is_absent(v) else v for v in values]
    kinds = {_kind(v) for v in held if v is not None}
    if kinds == {"bool"}:
        return pa.array([None if v is None else bool(v) for v in held], pa.bool_())
    if kinds and kinds <= {"bool", "int", "float"}:
        return _numbers(held, kinds)
    if (kinds and kinds <= {"naive", "date"}) or kinds == {"aware"}:
        return pa.array([_microseconds(v) for v in held], _stamp(kinds))
    if kinds == {"time"}:
        return pa.array(held, pa.time64("us"))
    if kinds == {"length"}:
        return pa.array([None if v is None else _seconds(v) for v in held], pa.float64())
    return pa.array([None if v is None else as_text(v) for v in held], pa.string())


def _kind(value: Any) -> str:
    if isinstance(value, dt.timedelta | np.timedelta64):  # to NumPy a whole number
        return "length"
    if isinstance(value, bool | np.bool_):
        return "bool"
    if isinstance(value, int | np.integer):
        return "int"
    if isinstance(value, float | np.floating | Decimal):
        return "float"
    if isinstance(value, np.datetime64):
        return "naive"
    if isinstance(value, dt.datetime):
        return "naive" if value.tzinfo is None else "aware"
    if isinstance(value, dt.date):
        return "date"
    return "time" if isinstance(value, dt.time) else "other"


def _numbers(cells: list[Any], kinds: set[str]) -> pa.Array:
    if "float" in kinds:
        return pa.array([None if v is None else _as_float(v) for v in cells], pa.float64())
    largest = max((abs(int(v)) for v in cells if v is not None), default=0)
    if largest <= LARGEST_INT64:
        return pa.array([None if v is None else int(v) for v in cells], pa.int64())
    # Names made of digits.
    return pa.array([None if v is None else str(int(v)) for v in cells], pa.string())


def _as_float(value: Any) -> float:
    """The nearest float; infinity, as Python reads 1e999, for a whole number beyond all of them."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _stamp(kinds: set[str]) -> pa.DataType:
    return pa.timestamp("us", "UTC") if kinds == {"aware"} else pa.timestamp("us")


def _microseconds(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, np.datetime64):
        return int(value.astype("datetime64[us]").astype(np.int64))
    if isinstance(value, dt.datetime):
        whole = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        return int(np.datetime64(whole.replace(tzinfo=None), "us").astype(np.int64))
    return int(np.datetime64(value, "us").astype(np.int64))


def _seconds(value: Any) -> float:
    if isinstance(value, np.timedelta64):
        return float(value.astype("timedelta64[ns]").astype(np.int64)) / 1e9
    return float(value.total_seconds())


def as_text(value: Any) -> str:
    """A value as the text of a cell, as a CSV file would spell it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return repr(float(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def array_column(values: np.ndarray[Any, Any]) -> pa.Array:
    """A NumPy column of any kind as Arrow holds it.

    Notes: §2.1.3
    """
    kind = values.dtype.kind
    if kind in "fiu" and values.dtype.itemsize > 8:
        values = values.astype(np.float64)
    if kind in "fiub":
        return pa.array(values.astype(values.dtype.newbyteorder("=")), from_pandas=True)
    if kind == "M":
        return pa.array(values.astype("datetime64[us]"))
    if kind == "m":
        seconds = values.astype("timedelta64[ns]").astype(np.float64) / 1e9
        return pa.array(np.where(np.isnat(values), np.nan, seconds), from_pandas=True)
    return column_of_cells(values.tolist() if kind != "O" else list(values))

"""Python values and NumPy arrays as Arrow columns: one value, one spelling.

Notes: §2.1.3
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pellucid.data.sources.python_cells import array_column, column_of_cells

NOON = dt.datetime(2026, 11, 24, 12)
EAST = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("cells", "kind", "held"),
    [
        ([True, None, np.False_], pa.bool_(), [True, None, False]),
        ([dt.timedelta(seconds=90), None, np.timedelta64(1500, "ms")], pa.float64(),
         [90.0, None, 1.5]),
        ([np.timedelta64(1500, "ms"), np.timedelta64(2, "m")], pa.float64(), [1.5, 120.0]),
        ([NOON, None, NOON.date(), np.datetime64("2026-11-24T12")], pa.timestamp("us"),
         [NOON, None, dt.datetime(2026, 11, 24), NOON]),
        ([NOON.replace(tzinfo=EAST), None], pa.timestamp("us", "UTC"),
         [dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC), None]),
        ([NOON.time(), None], pa.time64("us"), [NOON.time(), None]),
        ([NOON, NOON.replace(tzinfo=EAST)], pa.string(),
         ["2026-11-24 12:00:00", "2026-11-24 12:00:00+02:00"]),
        ([True, False, "x", np.True_], pa.string(), ["true", "false", "x", "true"]),
        ([["é"], {"a": None}, b"\xffz", np.float32(0.5)], pa.string(),
         ['["é"]', '{"a": null}', "\ufffdz", "0.5"]),
    ],
)  # fmt: skip
def test_cells_of_one_kind_keep_it_and_others_are_text(
    cells: list[Any], kind: pa.DataType, held: list[Any]
) -> None:
    found = column_of_cells(cells)
    assert found.type == kind
    assert found.to_pylist() == held


@pytest.mark.parametrize(
    ("values", "kind", "held"),
    [
        (np.array([1.5, np.nan], ">f8"), pa.float64(), [1.5, None]),
        (np.array([1.5, np.nan], np.longdouble), pa.float64(), [1.5, None]),
        (np.array(["2026-11-24T12", "NaT"], "M8[s]"), pa.timestamp("us"), [NOON, None]),
        (np.array([1500, "NaT"], "m8[ms]"), pa.float64(), [1.5, None]),
        (np.array(["a", ""]), pa.string(), ["a", ""]),
        (np.array([True, 2, None], object), pa.int64(), [1, 2, None]),
    ],
)
def test_arrays_of_any_kind_are_columns(
    values: np.ndarray, kind: pa.DataType, held: list[Any]
) -> None:
    found = array_column(values)
    assert found.type == kind
    assert found.to_pylist() == held

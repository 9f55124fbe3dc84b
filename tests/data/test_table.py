"""Rows and columns of a table.

Notes: §2.1.3, §2.1.4
"""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data import Column, Kind, Table
from pellucid.errors import ColumnError


def test_known_rows_and_numbers_side_by_side() -> None:
    table = Table(
        (
            Column("x", Kind.NUMERIC, np.array([1.0, np.nan, 3.0])),
            Column("b", Kind.BINARY, np.array([0, 1, -1], np.int32), ("no", "yes")),
            Column("t", Kind.TEXT, np.array(["a", None, "c"], dtype=object)),
        )
    )
    assert len(table.known()) == 3
    assert table.known("x", "b").numbers("x", "b").tolist() == [[1.0, 0.0]]
    assert np.isnan(table.numbers("b")[2, 0])
    assert table.numbers().shape == (3, 0)
    with pytest.raises(ColumnError, match="holds no numbers"):
        table.numbers("x", "t")

"""Many columns of numbers are learned and encoded in one pass, as each would be by itself.

Notes: Def 207
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pellucid.data.number_codes import encode_numbers, learn_standardized
from pellucid.data.table import Column, Kind, Table
from pellucid.data.table_encoder import TableEncoder
from pellucid.errors import TableError

CELLS = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6).map(lambda v: round(v, 3)))


@given(arrays(np.float64, st.tuples(st.integers(2, 8), st.integers(1, 6)), elements=CELLS))
def test_columns_together_are_coded_as_each_by_itself(values: np.ndarray) -> None:
    columns = tuple(Column(f"x{j}", Kind.NUMERIC, values[:, j]) for j in range(values.shape[1]))
    ones = np.ones(len(values))
    encoder = TableEncoder().fit(Table(columns))
    found = encoder.transform(Table(columns))
    alone = [learn_standardized(column, ones, ()) for column in columns]
    assert encoder.get_feature_names_out().tolist() == [n for code in alone for n in code["names"]]
    blocks = [encode_numbers(code, c) for code, c in zip(alone, columns, strict=True)]
    assert np.allclose(found, np.column_stack(blocks), rtol=1e-9, atol=1e-9)
    # Rows encoded one by one are those of the whole, bit for bit.
    row = encoder.transform(Table(columns).take(np.array([0])))
    assert np.array_equal(row[0], found[0])


def test_a_number_too_large_is_named_with_its_column_and_row() -> None:
    values = np.ones((3, 2))
    values[1, 1] = 1e200
    columns = tuple(Column(f"x{j}", Kind.NUMERIC, values[:, j]) for j in range(2))
    with pytest.raises(TableError, match="'x1', row 2"):
        TableEncoder().fit(Table(columns))

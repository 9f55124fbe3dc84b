"""Nested values come back as they were, bit for bit; what is not plain is refused."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.scaling import Spread
from pellucid.errors import ModelFileError
from pellucid.storage.value_bytes import NotPlainError, as_bytes, from_bytes

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)
)
keys = st.one_of(st.text(max_size=3), st.integers(), st.floats(allow_nan=False))
values = st.recursive(
    leaves,
    lambda v: st.one_of(st.lists(v), st.tuples(v, v), st.dictionaries(keys, v)),
    max_leaves=9,
)


@given(values)
def test_plain_values_come_back(value: Any) -> None:
    found = from_bytes(as_bytes(value))
    assert found == value
    assert type(found) is type(value)


def test_arrays_tables_and_our_own_data_come_back_bit_for_bit() -> None:
    spread = Spread(np.array([0.1, np.nan]), np.array([-0.0]), np.array([np.inf]))
    table = pa.table({"a": ["x", None], "b": [1.5, None]})
    found = from_bytes(as_bytes([spread, table, Counter("aab")]))
    assert found[0].weight.tobytes() == spread.weight.tobytes()
    assert np.signbit(found[0].mean[0])
    assert found[1].equals(table)
    assert found[2] == Counter("aab")


def test_what_is_not_plain_is_refused() -> None:
    with pytest.raises(NotPlainError, match="function"):
        as_bytes({"a": lambda: None})
    with pytest.raises(ModelFileError, match="cannot be read"):
        from_bytes(b"PK no archive")

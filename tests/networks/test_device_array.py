"""What the engine computes with is a copy, whatever the alignment of the rows that came."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from pellucid.networks.engine.device_array import device_array


@pytest.mark.parametrize("offset", range(0, 64, 16))
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_later_changes_do_not_reach_the_engine(offset: int, dtype: str) -> None:
    """Memory that begins at a multiple of 64 bytes is what an engine would like to borrow."""
    raw = np.zeros(64 * 8 + 128, np.uint8)
    begin = -raw.ctypes.data % 64 + offset
    given = raw[begin : begin + 32 * np.dtype(dtype).itemsize].view(dtype)
    there = device_array(given)
    given[:] = 1
    assert not np.asarray(there).any()
    assert there.dtype == jax.dtypes.canonicalize_dtype(dtype)


def test_numbers_traced_and_of_the_engine_pass() -> None:
    assert jax.jit(lambda x: device_array(x, "int32"))(2.5) == 2
    assert device_array(3.0).shape == ()
    assert device_array(there := device_array(np.ones(2))) is there

"""Hashes of places: what they are does not depend on how many are hashed together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.blocks.hashed_splits import hash_rows, row_numbers

MASK = 2**64 - 1


def hash_of(place: int, seed: int, use: int) -> int:
    """The finaliser of SplitMix64, twice, in whole numbers of any size."""
    bits = (place + 0x9E3779B97F4A7C15 * (1 + use + 8 * seed)) & MASK
    for _ in range(2):
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & MASK
        bits ^= bits >> 31
    return bits


@given(st.integers(0, 2**40), st.integers(0, 1000), st.integers(0, 4), st.integers(1, 30_000))
def test_places_hash_alone_as_they_do_together(first: int, seed: int, use: int, n: int) -> None:
    places = row_numbers(first, n)
    found = hash_rows(places, seed, use)
    assert (places == row_numbers(first, n)).all()  # they are left as they were
    for at in {0, n // 2, n - 1}:
        assert found[at] == np.uint64(hash_of(first + at, seed, use))

"""The first pass over rows of numbers: its sample is that of lowest hashes, whatever rows count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.data.blocks import row_sample
from pellucid.data.blocks.hashed_splits import SAMPLE, hash_rows, row_numbers
from pellucid.data.blocks.passes import LocalPasses
from pellucid.data.blocks.row_blocks import MemoryBlocks, array_blocks
from pellucid.data.blocks.row_sample import Sample
from pellucid.data.blocks.row_survey import row_survey
from pellucid.data.blocks.tile_spread import spread_and_ends
from pellucid.data.scaling import spread
from pellucid.linear.on_blocks.label_survey import survey_labels

N, SIZE = 20_000, 600
X = np.arange(2.0 * N).reshape(N, 2)
CUTS = st.lists(st.integers(1, N), min_size=1, max_size=5)


def lowest(counted: np.ndarray) -> np.ndarray:
    """Places of the rows that count and hash lowest."""
    places = np.flatnonzero(counted)
    order = np.argsort(hash_rows(row_numbers(0, N), 0, SAMPLE)[places])
    return np.sort(places[order[:SIZE]])


@pytest.fixture(autouse=True)
def _small_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_sample, "MOST", SIZE)
    monkeypatch.setattr(row_sample, "FEWEST", SIZE)
    monkeypatch.setattr("pellucid.data.blocks.tiles.MOST", 1_024)


class OfUnknownLength(MemoryBlocks):
    """Blocks that do not tell how many rows they have."""

    def rows_of(self, at: int) -> None:  # type: ignore[override]
        return None


def sampled(source: MemoryBlocks) -> Sample:
    return row_survey(LocalPasses(), source).sample


@settings(max_examples=15)
@given(CUTS)
def test_the_sample_is_that_of_lowest_hashes_whether_or_not_the_number_of_rows_is_known(
    cut: list[int],
) -> None:
    for source in (array_blocks(X, cut=cut), OfUnknownLength((X,), cut)):
        assert (sampled(source).places == lowest(np.ones(N, bool))).all()


@settings(max_examples=15)
@given(CUTS, st.integers(0, N - 2 * SIZE), st.integers(1, 4))
def test_rows_of_weight_0_take_no_place_in_the_sample(cut: list[int], first: int, of: int) -> None:
    counted = (np.arange(N) >= first) & (np.arange(N) % of == 0)
    blocks = array_blocks(X, np.arange(N) % 3, counted.astype(float), cut=cut)
    for found in (sampled(blocks), survey_labels(LocalPasses(), blocks, None).sample):
        assert (found.places == lowest(counted)).all()


ROWS = st.integers(1, 3_000).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(1, 5), st.integers(0, 99))
)


@settings(max_examples=25)
@given(ROWS, st.sampled_from([0.0, 1.0, -1e6, 1e12]), st.sampled_from([1e-200, 1e-9, 1.0, 1e200]))
def test_one_look_gives_what_two_give(
    shape: tuple[int, int, int], place: float, size: float
) -> None:
    n, d, seed = shape
    rng = np.random.default_rng(seed)
    Z = (rng.normal(size=(n, d)) ** 3 + place) * size
    Z[:, 0] = np.where(rng.random(n) < 0.001, 7.0, 0.1)  # next to constant, or constant
    Z[:, -1] = np.sort(Z[:, -1])  # the first rows are far from the others
    weights = rng.gamma(0.05, size=n) + 1e-300
    found, low, high = spread_and_ends(Z, weights)
    wanted = spread(Z, weights)
    np.testing.assert_allclose(found.weight, wanted.weight, rtol=1e-12)
    near = 1e-9 * wanted.deviation + 1e-13 * np.abs(wanted.mean)
    assert (np.abs(found.mean - wanted.mean) <= near).all()
    assert (np.abs(found.deviation - wanted.deviation) <= near).all()
    assert (low == Z.min(axis=0)).all()
    assert (high == Z.max(axis=0)).all()


def test_rows_far_from_the_first_ones_are_looked_at_twice() -> None:
    Z, weights = np.full((5_000, 1), 1e9), np.full(5_000, 1e-30)
    Z[1_024:, 0] = np.arange(3_976) % 2
    weights[1_024:] = 1.0
    found, _, _ = spread_and_ends(Z, weights)
    np.testing.assert_allclose([*found.mean, *found.deviation], 0.5, rtol=1e-12)

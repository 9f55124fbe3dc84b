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

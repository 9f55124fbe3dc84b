"""A sample of rows that does not depend on how they were cut: those whose places hash lowest.

Notes: §2.1.3, Def 85
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.hashed_splits import SAMPLE, Places, hash_rows

NUMBERS = 1 << 20  # of a sample: 8 MB
MOST, FEWEST = 1 << 16, 1 << 11  # rows


@dataclass(frozen=True)
class Sample:
    """Rows of a source, in its order.

    Parameters
    ----------
    places : ndarray of uint64, shape (m,)
    hashes : ndarray of uint64, shape (m,)
    arrays : tuple of ndarray
        What stands in these rows.

    Notes: §2.1.3
    """

    places: Places
    hashes: Places
    arrays: tuple[NDArray[Any], ...]

    def __len__(self) -> int:
        return len(self.places)

    def lowest(self, size: int) -> Sample:
        """The rows of lowest hash, at most `size`."""
        if len(self) <= size:
            return self
        chosen = np.sort(np.argpartition(self.hashes, size - 1)[:size])
        return self.at(chosen)

    def at(self, chosen: NDArray[np.intp]) -> Sample:
        """Some of the rows, copied."""
        places, hashes, *arrays = (
            each.take(chosen, axis=0) for each in (self.places, self.hashes, *self.arrays)
        )
        return Sample(places, hashes, tuple(arrays))


def sample_size(width: int) -> int:
    """Rows of a sample where a row has so many numbers.

    Examples
    --------
    >>> sample_size(20), sample_size(10_000)
    (52428, 2048)

    Notes: §2.1.3
    """
    return max(FEWEST, min(MOST, NUMBERS // max(width, 1)))


def sample_of_rows(
    places: Places,
    arrays: tuple[NDArray[Any], ...],
    size: int,
    seed: int = 0,
    *,
    among: int | None = None,
) -> Sample:
    """What a run of rows gives to the sample of the whole source.

    A row is in the sample only if its hash is low among all rows: where it is known how many there
    are, others are left out at once, so that a pass over many rows carries few along.

    Parameters
    ----------
    places : ndarray of uint64, shape (n,)
        Of rows that stand next to one another, or of some of them.
    arrays : tuple of ndarray
        Of n rows each.
    size, seed : int
    among : int or None
        How many rows give to the sample, at least; None means those before the first place.

    Examples
    --------
    >>> from pellucid.data.blocks.hashed_splits import row_numbers
    >>> whole = sample_of_rows(row_numbers(0, 9), (np.arange(9),), 3)
    >>> parts = [sample_of_rows(row_numbers(a, 3), (np.arange(a, a + 3),), 3) for a in (0, 3, 6)]
    >>> merged = merge_samples(merge_samples(parts[0], parts[1], 3), parts[2], 3)
    >>> bool((merged.arrays[0] == whole.arrays[0]).all())
    True

    Notes: §2.1.3
    """
    hashes = hash_rows(places, seed, SAMPLE)
    if among is None:
        among = int(places[0]) if len(places) else 0
    enough = size + 8 * size**0.5 + 64  # of all rows, so many hash lower than the bound
    low = np.arange(len(hashes))
    if among > enough:
        low = np.flatnonzero(hashes < np.uint64(int(enough / among * 2**64)))
    return Sample(places, hashes, arrays).at(low).lowest(size)


def merge_samples(a: Sample, b: Sample, size: int) -> Sample:
    """The sample of two runs of rows, the first ones before the others.

    Notes: §2.1.3
    """
    both = zip(a.arrays, b.arrays, strict=True)
    return Sample(
        np.concatenate([a.places, b.places]),
        np.concatenate([a.hashes, b.hashes]),
        tuple(np.concatenate(each) for each in both),
    ).lowest(size)

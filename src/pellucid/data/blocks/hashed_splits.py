"""What a row is for follows from its place in the source: test rows, folds, samples.

A place is the row's number from 0 in the whole source. It is hashed with a seed, so that the answer
depends neither on how the rows are cut into blocks nor on how many there are.

Notes: §2.1.6, Def 85
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError, TooFewRowsError

Places = NDArray[np.uint64]
Rows = NDArray[np.intp]
TEST, FOLD, SAMPLE = 1, 2, 3  # uses of a place; each has hashes of its own
FACTOR, NEXT_FACTOR = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
SHIFT, NEXT_SHIFT, LAST_SHIFT = np.uint64(30), np.uint64(27), np.uint64(31)


@numba.njit(nogil=True, cache=True)
def _mixed(places, offset, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(len(places)):
        bits = places[i] + offset
        for _ in range(2):  # twice: neighbouring seeds share nothing either
            bits = (bits ^ (bits >> SHIFT)) * FACTOR
            bits = (bits ^ (bits >> NEXT_SHIFT)) * NEXT_FACTOR
            bits ^= bits >> LAST_SHIFT
        out[i] = bits


def row_numbers(first: int, n: int) -> Places:
    """The places of n rows from a first one on."""
    return np.arange(first, first + n, dtype=np.uint64)


def hash_rows(places: Places, seed: int, use: int) -> Places:
    """64 bits for each place, as good as random: the finaliser of SplitMix64.

    Examples
    --------
    >>> few, more = (hash_rows(row_numbers(0, n), 0, TEST) for n in (2, 3))
    >>> bool((few == more[:2]).all())
    True

    Notes: Def 85
    """
    offset = (0x9E3779B97F4A7C15 * (1 + use + 8 * seed)) & (2**64 - 1)
    bits = np.empty(len(places), np.uint64)
    _mixed(places, np.uint64(offset), bits)
    return bits


def is_test_row(places: Places, share: float, seed: int) -> NDArray[np.bool_]:
    """Whether each row is a test row.

    Examples
    --------
    >>> round(float(is_test_row(row_numbers(0, 10_000), 0.2, 0).mean()), 2)
    0.2

    Notes: §2.1.6, KE 35
    """
    return np.asarray(hash_rows(places, seed, TEST) < np.uint64(int(share * 2**64)))


def fold_numbers(places: Places, k: int, seed: int) -> Rows:
    """The fold of each row, from 0 to k − 1.

    Notes: Def 85
    """
    return (hash_rows(places, seed, FOLD) % np.uint64(k)).astype(np.intp)


class HashedFolds:
    """A scikit-learn splitter whose folds follow from each row's place and a seed alone.

    Rows in memory and rows in blocks have the same folds by it; sizes are equal only on average.

    Parameters
    ----------
    n_splits : int
        k, the number of folds.
    random_state : int
        The seed.

    Examples
    --------
    >>> [len(held) for _, held in HashedFolds(2).split(np.zeros((8, 1)))]
    [4, 4]

    Notes: Def 85
    """

    def __init__(self, n_splits: int = 5, *, random_state: int = 0) -> None:
        if n_splits < 2:
            raise HyperparameterError(f"HashedFolds needs n_splits ≥ 2; got {n_splits}.")
        self.n_splits, self.random_state = n_splits, random_state

    def __repr__(self) -> str:
        return f"HashedFolds({self.n_splits}, random_state={self.random_state})"

    def of(self, places: Places) -> Rows:
        """The fold of the row at each place."""
        return fold_numbers(places, self.n_splits, self.random_state)

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Rows, Rows]]:
        """Pairs of training rows and held-out rows.

        Raises
        ------
        TooFewRowsError
            When a fold would hold no row.
        """
        fold = self.of(row_numbers(0, len(X)))
        counts = np.bincount(fold, minlength=self.n_splits)
        if not counts.all():
            raise TooFewRowsError(
                f"{len(X)} rows leave a hashed fold of {self.n_splits} empty: gather more rows."
            )
        for j in range(self.n_splits):
            yield np.flatnonzero(fold != j), np.flatnonzero(fold == j)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """k."""
        return self.n_splits

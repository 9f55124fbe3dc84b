"""The codes of a class, as pure functions: class c of k (from 0) to a row of numbers, and back.

Rows are written first category first; the notes print their columns the other way up. A class
below 0 (missing, unseen) is a row of zeros.

Notes: Def 194, Def 196, Def 197, Concept 202
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Classes = NDArray[np.int32]


def one_hot(c: Classes, k: int) -> Floats:
    """Entry j is 1 where the class is j: n×k.

    Examples
    --------
    >>> one_hot(np.array([0, 2, -1]), 3)
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 0., 0.]])

    Notes: Def 197, eq 5.18
    """
    rows = np.zeros((len(c), k))
    known = np.flatnonzero(c >= 0)
    rows[known, c[known]] = 1.0
    return rows


def one_hot_sparse(c: Classes, k: int) -> sp.csr_array:
    """The same with only the ones kept.

    Notes: Def 197
    """
    if c.min(initial=0) >= 0:
        ends = np.arange(len(c) + 1, dtype=np.int32)
        return sp.csr_array((np.ones(len(c)), c, ends), (len(c), k))
    known = c >= 0
    ends = np.concatenate([[0], np.cumsum(known)]).astype(np.int32)
    return sp.csr_array((np.ones(ends[-1]), c[known], ends), (len(c), k))


def from_one_hot(rows: Floats) -> Classes:
    """The place of the one; −1 for a row of zeros, −2 for a row that is no one-hot code.

    Notes: Def 197
    """
    ones = rows == 1
    count = ones.sum(axis=1)
    clean = (count <= 1) & (ones | (rows == 0)).all(axis=1)
    found = np.where(count == 1, ones.argmax(axis=1), -1)
    return np.where(clean, found, -2).astype(np.int32)


def from_one_hot_sparse(rows: sp.csr_array) -> Classes:
    """The same for a CSR array, without its zeros.

    Notes: Def 197
    """
    count, clean, kept = _ones(rows)
    found = np.full(len(count), -1, dtype=np.int32)
    single = count == 1
    found[single] = kept.indices[kept.indptr[:-1][single]]
    return np.where(clean & (count <= 1), found, -2).astype(np.int32)


def _ones(rows: sp.csr_array) -> tuple[Classes, NDArray[np.bool_], sp.csr_array]:
    """How many entries of each row are not 0, whether they are all 1, and the tidied array."""
    kept = sp.csr_array(rows)
    kept.sum_duplicates()
    kept.eliminate_zeros()
    count = np.diff(kept.indptr)
    wrong = np.concatenate([[0], np.cumsum(kept.data != 1)])
    return count, wrong[kept.indptr[1:]] == wrong[kept.indptr[:-1]], kept


def thermometer(c: Classes, k: int) -> Floats:
    """Entry j is 1 where the class is at least j: class c has c + 1 ones. n×k.

    Examples
    --------
    >>> thermometer(np.array([0, 2]), 4)
    array([[1., 0., 0., 0.],
           [1., 1., 1., 0.]])

    Notes: Def 196, eq 5.16
    """
    return (c[:, None] >= np.arange(k)).astype(np.float64)


def thermometer_sparse(c: Classes, k: int) -> sp.csr_array:
    """The same with only the ones kept.

    Notes: Def 196
    """
    ends = np.concatenate([[0], np.cumsum(np.maximum(c + 1, 0), dtype=np.int64)])
    places = np.arange(ends[-1]) - np.repeat(ends[:-1], np.diff(ends))
    return sp.csr_array((np.ones(ends[-1]), places, ends), (len(c), k))


def from_thermometer(rows: Floats) -> Classes:
    """The number of ones, less one: wherever they stand. −2 where an entry is neither 0 nor 1.

    Notes: Concept 200
    """
    clean = ((rows == 0) | (rows == 1)).all(axis=1)
    return np.where(clean, rows.sum(axis=1) - 1, -2).astype(np.int32)


def from_thermometer_sparse(rows: sp.csr_array) -> Classes:
    """The same for a CSR array.

    Notes: Concept 200
    """
    count, clean, _ = _ones(rows)
    return np.where(clean, count - 1, -2).astype(np.int32)


def evenly_spaced(k: int) -> Floats:
    """1/k, 2/k, …, 1: the numbers of k classes.

    Notes: Def 194, eq 5.15
    """
    return np.arange(1, k + 1) / k


def numeric(c: Classes, spacing: Floats) -> Floats:
    """The number of each class: n×1.

    Examples
    --------
    >>> numeric(np.array([0, 3]), evenly_spaced(4))
    array([[0.25],
           [1.  ]])

    Notes: Def 194, eq 5.15
    """
    return np.append(spacing, 0.0)[np.maximum(c, -1)][:, None]


def from_numeric(rows: Floats, spacing: Floats) -> Classes:
    """The class whose number is nearest.

    Notes: Def 194
    """
    order = np.argsort(spacing)
    middles = (spacing[order][1:] + spacing[order][:-1]) / 2
    return order[np.searchsorted(middles, rows[:, 0])].astype(np.int32)


def digits_of(k: int) -> int:
    """How many binary digits number the classes 1 … k.

    Notes: Concept 202
    """
    return max(k, 1).bit_length()


def binary(c: Classes, k: int) -> Floats:
    """The number c + 1 of the class in base 2, most significant digit first: n×(⌊log₂ k⌋ + 1).

    Examples
    --------
    >>> binary(np.array([5]), 6)
    array([[1., 1., 0.]])

    Notes: Concept 202, eq 5.26
    """
    places = np.arange(digits_of(k))[::-1]
    return ((np.maximum(c + 1, 0)[:, None] >> places) & 1).astype(np.float64)


def from_binary(rows: Floats, k: int) -> Classes:
    """The class whose number the digits write; −1 for zero, −2 for what is no class.

    Notes: Concept 202
    """
    clean = ((rows == 0) | (rows == 1)).all(axis=1)
    found = rows @ 2.0 ** np.arange(rows.shape[1])[::-1] - 1
    return np.where(clean & (found < k), found, -2).astype(np.int32)


def share_of_differences(book: Floats) -> float:
    """Of the k − 1 ways in which k classes can differ, the share that a linear model can follow.

    A linear model with an offset answers C θ + θ₀ on the code book C, k×m: every answer when the
    centred book has rank k − 1. For classes of equal size with independent random means, this
    share is the part of the variance that is reached on average.

    Examples
    --------
    >>> share_of_differences(one_hot(np.arange(6), 6))
    1.0
    >>> share_of_differences(binary(np.arange(6), 6))
    0.6

    Notes: Concept 195, Concept 202
    """
    k = len(book)
    if k < 2:
        return 1.0
    return float(np.linalg.matrix_rank(book - book.mean(axis=0)) / (k - 1))


def followed_by_binary(k: int) -> float:
    """The share of the differences between k classes that a linear model follows on binary code.

    Notes: Concept 202
    """
    return share_of_differences(binary(np.arange(k, dtype=np.int32), k))


def cost_of_binary(name: str, k: int) -> str:
    """Why binary code is a bad idea for a column of k classes, measured on its own code.

    Notes: Concept 202
    """
    share = followed_by_binary(k)
    rest = (
        "it must spend the rest on decoding. One-hot code follows all."
        if share < 1
        else "but no class has a weight of its own, as in one-hot code: it must decode."
    )
    return (
        f"the {digits_of(k)} digits of the {k:,} classes of {name!r} let a linear model follow "
        f"{share:.0%} of the ways in which they can differ (measured: the rank of the code); {rest}"
    )

"""A vocabulary: grown from blocks of counted words, limited, and turned into rows of features.

Notes: Def 203, eq 5.27
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError
from pellucid.features.counted_documents import TokenizerSettings
from pellucid.features.word_counts import DocumentCounts, entry_texts

Array = NDArray[np.float64]
UNSEEN = -1


@dataclass
class VocabularyBuilder:
    """The words met so far, each with the documents that hold it and how often it stands there.

    `rows` documents have been read, and `skipped` words were left out for their length.
    """

    places: dict[bytes, int] = field(default_factory=dict)
    documents: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    times: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rows: int = 0
    skipped: int = 0

    def take(self, documents: DocumentCounts) -> NDArray[np.int64]:
        """Add a block; where each of its numbers stands, and −1 for a number no entry uses."""
        places = self.places
        used = np.bincount(documents.numbers, minlength=len(documents.starts))
        names = entry_texts(documents)
        here = np.full(len(names), UNSEEN, dtype=np.int64)
        for j in np.flatnonzero(used).tolist():
            here[j] = places.setdefault(names[j], len(places))
        more = len(places) - len(self.documents)
        self.documents = np.append(self.documents, np.zeros(more, dtype=np.int64))
        self.times = np.append(self.times, np.zeros(more, dtype=np.int64))
        kept = here >= 0
        self.documents[here[kept]] += used[kept]
        times = np.bincount(documents.numbers, weights=documents.counts, minlength=len(names))
        self.times[here[kept]] += times[kept].astype(np.int64)
        return here


def chosen_words(
    builder: VocabularyBuilder, min_df: float, max_df: float, limit: int | None, by_times: bool
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """The words within the limits, in alphabetical order.

    Parameters
    ----------
    builder : VocabularyBuilder
    min_df, max_df : int or float
        In how many documents a word may stand; a float is a share of them.
    limit : int or None
        How many words are kept: the most frequent, of equals the first in the alphabet.
    by_times : bool
        Whether frequent means how often, instead of in how many documents.

    Returns
    -------
    words : list of str, length k
    documents : ndarray of int, shape (k,)
        In how many documents each stands.
    columns : ndarray of int
        The column of each word that was met, −1 for one left out.

    Notes: §5.3.2
    """
    names = list(builder.places)
    low = min_df if isinstance(min_df, int) else min_df * builder.rows
    high = max_df if isinstance(max_df, int) else max_df * builder.rows
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    kept = order[(builder.documents[order] >= low) & (builder.documents[order] <= high)]
    if limit is not None and limit < len(kept):
        often = (builder.times if by_times else builder.documents)[kept]
        kept = kept[np.sort(np.argsort(-often, kind="stable")[:limit])]
    columns = np.full(len(names), UNSEEN, dtype=np.int64)
    columns[kept] = np.arange(len(kept))
    return [names[j].decode("utf-8") for j in kept.tolist()], builder.documents[kept], columns


def given_words(words: list[str], reading: TokenizerSettings) -> dict[bytes, int]:
    """The column of each word of a given vocabulary, by what documents are read as.

    Parameters
    ----------
    words : list of str
    reading : InferredColumns

    Returns
    -------
    dict of UTF-8 words to columns

    Raises
    ------
    HyperparameterError
        When two are the same word as text is read, or one can never be found.

    Notes: Def 203
    """
    columns: dict[bytes, int] = {}
    low, high = reading.sizes
    for size in range(low, high + 1):
        found = replace(reading, sizes=(size, size)).count(words)
        names = entry_texts(found)
        for column, (start, stop) in enumerate(pairwise(found.indptr.tolist())):
            if stop - start != 1 or found.counts[start] != 1:
                continue  # not of exactly so many words
            name = names[found.numbers[start]]
            if columns.setdefault(name, column) != column:
                raise HyperparameterError(
                    f"BagOfWords: vocabulary holds {words[columns[name]]!r} and "
                    f"{words[column]!r}, which are the same word in text as it is read here."
                )
    there = set(columns.values())
    lost = next((word for column, word in enumerate(words) if column not in there), None)
    if lost is not None:
        sizes = f"{low}" if low == high else f"{low} to {high}"
        raise HyperparameterError(
            f"BagOfWords: {lost!r} of vocabulary can never be found: as text is read here it is "
            f"not {sizes} word{'s' if high > 1 else ''} (see token_pattern, shortest, ngram_range)."
        )
    return columns


def columns_of_block(documents: DocumentCounts, columns: dict[bytes, int]) -> NDArray[np.int64]:
    """The column of each number of a block, −1 where the vocabulary has none."""
    names = entry_texts(documents)
    return np.fromiter((columns.get(name, UNSEEN) for name in names), np.int64, len(names))


def count_rows(documents: DocumentCounts, columns: NDArray[np.int64], width: int) -> sp.csr_array:
    """A block as sparse rows of counts, columns in order.

    Parameters
    ----------
    documents : Counted
    columns : ndarray of int
        Of each of its numbers; −1 leaves it out.
    width : int
        Number of columns.

    Returns
    -------
    csr_array, shape (n, width)
    """
    indices = columns[documents.numbers].astype(np.int32)
    data, indptr = documents.counts.astype(np.float64), documents.indptr
    kept = indices >= 0
    if not kept.all():
        indptr = np.concatenate([[0], np.cumsum(kept)])[indptr]
        indices, data = indices[kept], data[kept]
    rows = sp.csr_array((data, indices, indptr.astype(np.int32)), shape=(len(indptr) - 1, width))
    rows.sum_duplicates()  # sorts the columns of each row, too
    return rows


def stack_blocks(blocks: list[Any], width: int) -> sp.csr_array:
    """Blocks of sparse rows one below the other; 0 rows where there is none."""
    if not blocks:
        return sp.csr_array((0, width), dtype=np.float64)
    return sp.csr_array(sp.vstack(blocks, format="csr"))


def inverse_frequency(documents: NDArray[Any], n: int) -> Array:
    """How rare each word is: ln((1 + n)/(1 + documents)) + 1.

    Examples
    --------
    >>> inverse_frequency(np.array([3, 0]), 3).round(4).tolist()
    [1.0, 2.3863]

    Notes: §5.3.2
    """
    rare: Array = np.log((1.0 + n) / (1.0 + documents)) + 1.0
    return rare


def tf_idf(rows: sp.csr_array, rarity: Array) -> sp.csr_array:
    """tf-idf: each count times the rarity of its word, each row of length 1 (an empty one of 0)."""
    rows.data *= rarity[rows.indices]
    lengths = np.sqrt(np.bincount(_row_numbers(rows), rows.data**2, minlength=rows.shape[0]))
    rows.data /= lengths[_row_numbers(rows)]
    return rows


def _row_numbers(rows: sp.csr_array) -> NDArray[np.int64]:
    return np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))

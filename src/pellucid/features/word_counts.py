"""Words of a block of documents: found, numbered and counted in one compiled pass over the bytes.

A word is a run of bytes between separators. Words are numbered in the order in which they come; a
sequence of words (an n-gram) is known by the shorter one it goes on from, and its last word.

Notes: Def 203, eq 5.27
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
SEPARATOR = 0xFF  # a byte that no UTF-8 text holds
FEWEST_SLOTS = 1 << 12
# What is held of a word, together in one line of the cache: its first 8 bytes, its hash, where it
# stands (of a sequence: the one before and the last word), the document that had it last and the
# place of its entry there, and its number of words.
KEY, HASH, START, STOP, SEEN, PLACE, SIZE = range(7)
HASH_START, HASH_FACTOR = np.uint64(14695981039346656037), np.uint64(1099511628211)  # FNV-1a


class DocumentCounts(NamedTuple):
    """What a block of documents holds: rows of (number, count), and what each number stands for.

    Entries of document i stand at `indptr[i]` … `indptr[i + 1]` of `numbers` and `counts`. Number j
    is the word at `starts[j]` … `stops[j]` of `text`; where `before[j]` ≥ 0 it is instead the
    sequence `before[j]` followed by the word `last[j]`. `size[j]` is its number of words.
    `skipped` counts the words left out for their length.
    """

    indptr: NDArray[np.int64]
    numbers: NDArray[np.int32]
    counts: NDArray[np.int32]
    text: Bytes
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    before: NDArray[np.int64]
    last: NDArray[np.int64]
    size: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    skipped: int


@numba.njit(nogil=True, cache=True)
def _fold(data, table, folded):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Each byte by the table; the number of runs between separators."""
    runs, before = 0, np.uint8(SEPARATOR)
    for i in range(len(data)):
        c = table[data[i]]
        folded[i] = c
        runs += before == SEPARATOR and c != SEPARATOR
        before = c
    return runs


@numba.njit(nogil=True, cache=True)
def _word(text, start, stop, key, h, slots, entries, n_words):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The number of a word: its own where it has come before, else the next number."""
    mask = np.uint64(len(slots) - 1)
    at = (h ^ (h >> np.uint64(32))) & mask
    length = stop - start
    while slots[at] >= 0:
        j = slots[at]
        if entries[j, KEY] == key and entries[j, STOP] - entries[j, START] == length:
            i = 8  # so many bytes are the key
            while i < length and text[entries[j, START] + i] == text[start + i]:
                i += 1
            if i >= length:
                return j
        at = (at + np.uint64(1)) & mask
    slots[at] = n_words
    entries[n_words, KEY], entries[n_words, HASH] = key, np.int64(h)
    entries[n_words, START], entries[n_words, STOP], entries[n_words, SIZE] = start, stop, 1
    entries[n_words, SEEN] = -1
    return n_words


@numba.njit(nogil=True, cache=True)
def _sequence(first, word, slots, entries, n_words):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The number of the sequence `first` followed by `word`, as `_word` gives it."""
    mask = np.uint64(len(slots) - 1)
    h = (np.uint64(entries[first, HASH]) ^ np.uint64(32)) * HASH_FACTOR
    h = (h ^ np.uint64(entries[word, HASH])) * HASH_FACTOR
    at = (h ^ (h >> np.uint64(32))) & mask
    while slots[at] >= 0:
        j = slots[at]
        if entries[j, START] == first and entries[j, STOP] == word:
            return j
        at = (at + np.uint64(1)) & mask
    slots[at] = n_words
    entries[n_words, HASH], entries[n_words, START], entries[n_words, STOP] = (
        np.int64(h),
        first,
        word,
    )
    entries[n_words, SIZE], entries[n_words, SEEN] = entries[first, SIZE] + 1, -1
    return n_words


@numba.njit(nogil=True, cache=True)
def _grown(slots, entries, n_words, of_words):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Twice the slots, with the words (or else the sequences) known so far in them."""
    wider = np.full(2 * len(slots), -1, np.int32)
    mask = np.uint64(len(wider) - 1)
    for j in range(n_words):
        if (entries[j, SIZE] == 1) == of_words:
            h = np.uint64(entries[j, HASH])
            at = (h ^ (h >> np.uint64(32))) & mask
            while wider[at] >= 0:
                at = (at + np.uint64(1)) & mask
            wider[at] = j
    return wider


@numba.njit(nogil=True, cache=True)
def _read(text, i, end, shortest, longest, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The words of one document: key, hash, start and stop of each; how many, and how many skipped.

    Apart from the look-up of words, so that the processor can fetch several of those at once.
    """
    read, skipped = 0, 0
    while i < end:
        if text[i] == SEPARATOR:
            i += 1
            continue
        start, h, key, characters = i, HASH_START, np.int64(0), 0
        while i < end and text[i] != SEPARATOR:
            c = text[i]
            h = (h ^ np.uint64(c)) * HASH_FACTOR
            if i - start < 8:
                key = (key << 8) | np.int64(c)
            characters += (c & 0xC0) != 0x80
            i += 1
        if characters < shortest or characters > longest:
            skipped += 1
            continue
        found[read, KEY], found[read, HASH] = key, np.int64(h)
        found[read, START], found[read, STOP] = start, i
        read += 1
    return read, skipped


@numba.njit(nogil=True, cache=True)
def _count(  # type: ignore[no-untyped-def]  # pragma: no cover
    text, offsets, shortest, longest, low, high, indptr, numbers, counts, entries, found
):
    known, filled, skipped = 0, 0, 0
    # Small tables that grow stay in the cache; each is at most half full.
    slots, pairs = np.full(FEWEST_SLOTS, -1, np.int32), np.full(FEWEST_SLOTS, -1, np.int32)
    ending = np.empty(high + 1, np.int64)  # sequences that end at the last word, by their size
    for doc in range(len(offsets) - 1):
        read, left_out = _read(text, offsets[doc], offsets[doc + 1], shortest, longest, found)
        skipped += left_out
        for k in range(read):
            h = np.uint64(found[k, HASH])
            word = _word(
                text, found[k, START], found[k, STOP], found[k, KEY], h, slots, entries, known
            )
            if word == known:
                known += 1
                if 2 * known > len(slots):
                    slots = _grown(slots, entries, known, True)
            for n in range(min(k, high - 1), 0, -1):
                j = _sequence(ending[n], word, pairs, entries, known)
                if j == known:
                    known += 1
                    if 2 * known > len(pairs):
                        pairs = _grown(pairs, entries, known, False)
                ending[n + 1] = j
            ending[1] = word
            for n in range(low, min(k + 1, high) + 1):
                j = ending[n]
                if entries[j, SEEN] == doc:
                    counts[entries[j, PLACE]] += 1
                else:
                    numbers[filled], counts[filled] = j, 1
                    entries[j, SEEN], entries[j, PLACE] = doc, filled
                    filled += 1
        indptr[doc + 1] = filled
    return known, filled, skipped


def count_words(
    data: Bytes,
    offsets: NDArray[np.int64],
    table: Bytes,
    *,
    shortest: int = 1,
    longest: int = 1_000,
    sizes: tuple[int, int] = (1, 1),
) -> DocumentCounts:
    """Number and count the words of documents that stand one after another in `data`.

    Parameters
    ----------
    data : ndarray of uint8
        UTF-8.
    offsets : ndarray of int64, shape (n + 1,)
        Where each document begins; the last entry is the end.
    table : ndarray of uint8, shape (256,)
        What each byte is read as: `SEPARATOR` between words, a small letter for a capital one.
    shortest, longest : int
        Least and greatest number of characters of a word.
    sizes : (int, int)
        Least and greatest number of words of a sequence.

    Returns
    -------
    Counted

    Notes: Def 203
    """
    text = np.empty(len(data), dtype=np.uint8)
    low, high = sizes
    words = _fold(data, table, text) + len(offsets)
    indptr = np.zeros(len(offsets), dtype=np.int64)
    numbers, counts = np.empty((2, words * (high - low + 1)), dtype=np.int32)
    held = np.empty((words * high, 8), dtype=np.int64)
    found = np.empty((int(np.diff(offsets).max(initial=0)) // 2 + 1, 4), dtype=np.int64)
    known, filled, skipped = _count(
        text, offsets, shortest, longest, low, high, indptr, numbers, counts, held, found
    )
    held = held[:known]
    one, first, second = held[:, SIZE] == 1, held[:, START], held[:, STOP]
    return DocumentCounts(
        indptr,
        numbers[:filled].copy(),  # copies, so that the long arrays are let go of
        counts[:filled].copy(),
        text,
        starts=np.where(one, first, 0),
        stops=np.where(one, second, 0),
        before=np.where(one, -1, first),
        last=np.where(one, -1, second),
        size=held[:, SIZE].copy(),
        hashes=held[:, HASH].astype(np.uint64),
        skipped=int(skipped),
    )


def entry_texts(documents: DocumentCounts) -> list[bytes]:
    """Each number's word or sequence as UTF-8, the words of a sequence one space apart."""
    held = documents.text.tobytes()
    ends = zip(documents.starts.tolist(), documents.stops.tolist(), strict=True)
    names = [held[start:stop] for start, stop in ends]
    for j in np.flatnonzero(documents.before >= 0).tolist():
        names[j] = names[documents.before[j]] + b" " + names[documents.last[j]]
    return names

"""Counted blocks of a stream of documents, in order, by threads that run a little ahead.

Notes: Def 203
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pellucid.features.document_blocks import byte_table, in_blocks, pattern_block, plain_block
from pellucid.features.word_counts import DocumentCounts, count_words
from pellucid.linear.kernels.row_pieces import threads


@dataclass(frozen=True)
class TokenizerSettings:
    """How documents are read: what a word is, and which sequences of words count.

    Parameters
    ----------
    lowercase : bool
    pattern : str or None
        A regular expression of a word; None is the rule of `documents`.
    shortest, longest : int
        Characters of a word.
    sizes : (int, int)
        Words of a sequence.
    """

    lowercase: bool
    pattern: str | None
    shortest: int
    longest: int
    sizes: tuple[int, int]

    def count(self, documents: list[str]) -> DocumentCounts:
        """One block."""
        if self.pattern is None:
            block = plain_block(documents, self.lowercase)
        else:
            block = pattern_block(documents, re.compile(self.pattern), self.lowercase)
        table = byte_table(self.lowercase, self.pattern is not None)
        return count_words(
            *block, table, shortest=self.shortest, longest=self.longest, sizes=self.sizes
        )


def counted_blocks(
    documents: Iterable[Any], reading: TokenizerSettings
) -> Iterator[DocumentCounts]:
    """Each block of the stream, counted; no more blocks are held than threads and one.

    Parameters
    ----------
    documents : iterable of str
    reading : InferredColumns

    Raises
    ------
    TextError
        When a document is no text.
    """
    blocks = in_blocks(documents)
    first, second = next(blocks, None), None
    if first is not None:
        second = next(blocks, None)
    if first is None or second is None:  # too little to share out
        if first is not None:
            yield reading.count(first)
        return
    ahead: deque[Future[DocumentCounts]] = deque()
    with ThreadPoolExecutor(threads()) as workers:
        ahead += [workers.submit(reading.count, first), workers.submit(reading.count, second)]
        for block in blocks:
            ahead.append(workers.submit(reading.count, block))
            if len(ahead) > threads():
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

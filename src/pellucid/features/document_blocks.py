"""Documents: taken from a list, a column, a file or a stream, checked, and laid out as bytes.

Policy for text beyond ASCII: letters of any script, digits, the underscore and the marks that
combine with letters make words; everything else (emoji too) parts them. A letter and its mark are
the same word however they are composed (NFC).

Notes: Def 203, §5.3.2
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TextError
from pellucid.features.word_counts import SEPARATOR, Bytes

BLOCK_CHARACTERS = 1 << 22  # a block of documents holds about so many
BLOCK_DOCUMENTS = 50_000
PARTED = "\x00"  # stands between the words that a pattern found


class Block(NamedTuple):
    """Documents one after another: UTF-8 bytes, and where each begins."""

    data: Bytes
    offsets: NDArray[np.int64]


def each_document(X: Any) -> Iterable[Any]:
    """The documents of a list, array, one-column table, stream, or of the lines of a file.

    Parameters
    ----------
    X : iterable of str, one-column table, or Path
        A path stands for its file, a line a document, read as UTF-8.

    Raises
    ------
    TextError
        When X is one text, a mapping, a table of several columns, or nothing that can be gone
        through.

    Notes: Def 203
    """
    if isinstance(X, Path):
        return _lines(X)
    if isinstance(X, str | bytes | Mapping):
        raise TextError(
            f"BagOfWords takes a list of documents; got one {type(X).__name__}. "
            "Put a single document in a list; give a file as a pathlib.Path."
        )
    if getattr(X, "ndim", 1) == 2 or hasattr(X, "columns"):
        width = X.shape[1]
        if width != 1:
            raise TextError(f"BagOfWords takes one column of documents; got {width}. Choose one.")
        column: list[Any] = np.asarray(X)[:, 0].tolist()
        return column
    if getattr(X, "ndim", 1) != 1 or not isinstance(X, Iterable):
        raise TextError(f"BagOfWords takes a list of documents; got {type(X).__name__}.")
    return X


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        try:
            yield from file
        except UnicodeDecodeError as error:
            raise TextError(
                f"{path.name} is not UTF-8 ({error.reason}, byte {error.object[error.start]:#x}). "
                "Open it with its own encoding and pass the open file."
            ) from None


def in_blocks(documents: Iterable[Any]) -> Iterator[list[str]]:
    """The documents a block at a time, each checked; only one block is held.

    Raises
    ------
    TextError
        When a document is no text; tells which, and what it is.
    """
    block: list[str] = []
    characters = 0
    for at, document in enumerate(documents):
        if not isinstance(document, str):
            raise TextError(_complaint(at, document))
        block.append(document)
        characters += len(document)
        if characters >= BLOCK_CHARACTERS or len(block) >= BLOCK_DOCUMENTS:
            yield block
            block, characters = [], 0
    if block:
        yield block


def _complaint(at: int, document: Any) -> str:
    if document is None or document != document:
        return f"Document {at} is missing ({document!r}). Put '' in its place, or leave it out."
    if isinstance(document, bytes):
        return f"Document {at} is bytes. Decode it first, as in .decode('utf-8')."
    return (
        f"Document {at} is {document!r:.40}, of type {type(document).__name__}, no text. "
        "Turn it into text with str() if that is what it should be."
    )


@cache
def _no_word() -> re.Pattern[str]:
    """Runs of characters beyond ASCII that belong to no word."""
    marks = [c for c in range(0x80, sys.maxunicode + 1) if unicodedata.category(chr(c))[0] == "M"]
    cuts = np.flatnonzero(np.diff(marks) > 1)
    first, last = np.array(marks)[np.append(0, cuts + 1)], np.array(marks)[np.append(cuts, -1)]
    ranges = "".join(rf"\U{a:08x}-\U{b:08x}" for a, b in zip(first, last, strict=True))
    return re.compile(rf"[^\w\x00-\x7f{ranges}]+")


def plain_block(documents: list[str], lowercase: bool) -> Block:
    """Documents as bytes in which words are runs of letters, digits, underscores and marks.

    Parameters
    ----------
    documents : list of str
    lowercase : bool
        Whether letters beyond ASCII are made small; those of ASCII are left to `byte_table`.
    """
    return _concatenated([d if d.isascii() else _unicode(d, lowercase) for d in documents])


def _unicode(document: str, lowercase: bool) -> str:
    text = unicodedata.normalize("NFC", document.lower() if lowercase else document)
    return _no_word().sub(" ", text)


def pattern_block(documents: list[str], pattern: re.Pattern[str], lowercase: bool) -> Block:
    """Documents as bytes in which words are what a pattern finds, a NUL between them."""
    found = (pattern.findall(d.lower() if lowercase else d) for d in documents)
    texts = [PARTED.join(words) for words in found]
    return _concatenated(
        [t if t.isascii() else t.encode("utf-8", "replace").decode("utf-8") for t in texts]
    )


def _concatenated(texts: list[str]) -> Block:
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    joined = "".join(texts)
    if joined.isascii():
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    else:
        lengths = np.fromiter((len(t.encode("utf-8")) for t in texts), np.int64, len(texts))
    np.cumsum(lengths, out=offsets[1:])
    return Block(np.frombuffer(joined.encode("utf-8"), dtype=np.uint8), offsets)


def byte_table(lowercase: bool, by_pattern: bool) -> Bytes:
    """What each byte of a block is read as: itself, its small letter, or a separator."""
    table = np.arange(256, dtype=np.uint8)
    if by_pattern:
        table[0] = SEPARATOR
        return table
    for c in range(128):
        if not (chr(c).isalnum() or chr(c) == "_"):
            table[c] = SEPARATOR
        elif lowercase:
            table[c] = ord(chr(c).lower())
    return table

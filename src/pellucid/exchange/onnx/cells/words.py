"""Words of texts inside a graph, counted: the tokenizer is onnxruntime's own operator.

Notes: Def 203
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.exchange.onnx.cells import text as texts
from pellucid.exchange.onnx.graph import OnnxGraph

LETTERS = r"[\p{L}\p{N}_]+"  # what Python calls \w
WITH_MARKS = r"[\p{L}\p{N}\p{M}_]+"
FILLER = "\n"  # stands behind the last word of a shorter text; no word holds it


@dataclass(frozen=True)
class Words:
    """Words of texts: n×t, `FILLER` behind the last one; and how many there are, n×1."""

    each: str
    count: str


def words_in(
    graph: OnnxGraph, line: str, rule: str, *, shortest: int = 1, lowercase: bool = True
) -> Words:
    """The words of texts (n,).

    Notes: Def 203
    """
    line = texts.lower_case(graph, line) if lowercase else line
    found = graph(
        "Tokenizer", line, mark=0, pad_value=FILLER, mincharnum=shortest, tokenexp=rule,
    )  # fmt: skip
    found = graph.cast(found, str)  # of another domain's operator the checker knows no type
    spare = graph("Expand", graph.text([[FILLER]]), _one_more(graph, line))
    each = graph("Concat", found, spare, axis=1)  # a text without words has a place all the same
    there = graph("Not", texts.same(graph, each, FILLER))
    count = graph.total(graph.numbers(there), 1, keepdims=1)
    return Words(each, count)


def _one_more(graph: OnnxGraph, line: str) -> str:
    return graph("Concat", graph("Shape", line), graph.whole([1]), axis=0)


def count_entries(
    graph: OnnxGraph, words: Words, vocabulary: Sequence[Sequence[str]], sizes: tuple[int, int]
) -> str:
    """How often each entry of a vocabulary stands in each text: n×k.

    Parameters
    ----------
    vocabulary : sequence of sequences of words
        Each entry is one word, or several that follow one another.
    sizes : (int, int)
        Fewest and most words of an entry.

    Notes: Def 203, eq 5.27
    """
    low, high = sizes
    order = sorted(range(len(vocabulary)), key=lambda j: len(vocabulary[j]))
    lengths = [len(vocabulary[j]) for j in order]
    starts, at = [], 0
    for size in range(1, high + 1):
        starts.append(at)
        at += size * lengths.count(size)
    pool = [word for j in order for word in vocabulary[j]]
    found = graph(
        "TfIdfVectorizer",
        _known_spellings(graph, words.each, {w for entry in vocabulary for w in entry}),
        mode="TF",
        min_gram_length=low,
        max_gram_length=high,
        max_skip_count=0,
        ngram_counts=starts,
        ngram_indexes=order,
        pool_strings=pool,
    )
    return graph.cast(found, np.float64)


def _known_spellings(graph: OnnxGraph, words: str, vocabulary: set[str]) -> str:
    """Words as the vocabulary spells them, capitals beyond A to Z and parted accents included."""
    spelling: dict[str, str] = {}
    for word in sorted(word for word in vocabulary if not word.isascii()):
        forms = (word.upper(), word.title(), word.capitalize())
        for form in (*forms, word):
            for written in (form, unicodedata.normalize("NFD", form)):
                own = texts.as_lower_case(written)
                if own not in vocabulary and own.lower() != "" and _is_same(own, word):
                    spelling.setdefault(own, word)
    if not spelling:
        return words
    found = graph(
        "LabelEncoder",
        words,
        keys_strings=[*spelling],
        values_strings=[*spelling.values()],
        default_string="",
    )
    return graph("Where", texts.same(graph, found, ""), words, found)


def _is_same(written: str, word: str) -> bool:
    return unicodedata.normalize("NFC", written.lower()) == word


def of_unit_length(graph: OnnxGraph, rows: str) -> str:
    """Rows divided by their lengths; a row of zeros stays.

    Notes: §5.3.2
    """
    length = graph("Sqrt", graph.total(graph("Mul", rows, rows), 1, keepdims=1))
    nothing = graph("Equal", length, graph.constant(0.0))
    return graph("Div", rows, graph("Where", nothing, graph.constant(1.0), length))

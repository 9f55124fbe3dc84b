"""Bags of words as ONNX operators.

Notes: Def 203, eq 5.27
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.cells.words import (
    WITH_MARKS,
    Words,
    count_entries,
    of_unit_length,
    words_in,
)
from pellucid.exchange.onnx.converters import refused_setting
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Rows, features
from pellucid.features.vocabulary import inverse_frequency


def bag_of_words(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """For each word of the vocabulary its presence, its count, or its weighted count.

    Raises
    ------
    FramingError
        For hashed buckets and for a pattern of one's own.

    Notes: Def 203, eq 5.27
    """
    if model.n_buckets is not None:
        raise refused_setting("BagOfWords(n_buckets=…)")
    if model.token_pattern is not None:
        raise refused_setting("BagOfWords(token_pattern=…)")
    low, high = (int(size) for size in model.ngram_range)
    words = words_in(
        graph, rows.texts(graph), WITH_MARKS, shortest=int(model.shortest),
        lowercase=bool(model.lowercase),
    )  # fmt: skip
    entries = [_as_read(word, bool(model.lowercase)) for word in model.words_]
    counts = count_entries(graph, words, entries, (low, high))
    documents = np.asarray(model.document_frequency_)
    if model.unseen == "feature":
        counts = graph("Concat", counts, _unseen(graph, words, counts, entries, low), axis=1)
        documents = np.append(documents, 0)
    if model.entries == "presence":
        counts = graph("Min", counts, graph.constant(1.0))
    elif model.entries == "tf-idf":
        rarity = graph.constant(inverse_frequency(documents, int(model.n_documents_)))
        counts = of_unit_length(graph, graph("Mul", counts, rarity))
    return features(graph, [counts], len(documents))


def _as_read(entry: str, lowercase: bool) -> list[str]:
    """An entry of the vocabulary as its words come out of a text."""
    return (entry.lower() if lowercase else entry).split()


def _unseen(graph: OnnxGraph, words: Words, counts: str, entries: list[list[str]], low: int) -> str:
    """How many sequences of the fewest words the vocabulary lacks, n×1."""
    own = [j for j, entry in enumerate(entries) if len(entry) == low]
    there = graph("Sub", words.count, graph.constant(float(low - 1)))
    there = graph("Max", there, graph.constant(0.0))
    known = graph.total(graph.columns(counts, own), 1, keepdims=1)
    return graph("Sub", there, known)

"""Codes of categories, bins and dates as ONNX operators: each a look-up in a book.

Notes: Concept 192, Def 197, Concept 205
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.class_codes import one_hot
from pellucid.data.distinct_values import label
from pellucid.exchange.onnx.cells import text as texts
from pellucid.exchange.onnx.cells.dates import WIDTH, date_parts, days_of
from pellucid.exchange.onnx.cells.levels import exact_places, from_book
from pellucid.exchange.onnx.converters import refused_setting
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Part, Rows, features

Floats = NDArray[np.float64]


def class_code(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The book of each column, looked up. What the estimator refuses, the runtime refuses.

    Notes: Concept 192, Def 197
    """
    blocks, width = [], 0
    for at, levels in enumerate(model.categories_):
        book = model.code_table(at)
        places = exact_places(graph, rows.column(graph, at), levels.tolist())
        blocks.append(from_book(graph, book, _refusing(graph, places, model, len(levels))))
        width += book.shape[1]
    return features(graph, blocks, width)


def _refusing(graph: OnnxGraph, places: str, model: Any, k: int) -> str:
    """Places beyond the book, which no runtime looks up, where the policy is "error"."""
    move = np.arange(k + 2)
    move[k:] += (k + 2) * np.array([model.unseen == "error", model.missing == "error"])
    return graph("Gather", graph.whole(move), places, axis=0)


def factored_code(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Each part of a column looked up by itself: a new combination has its code all the same.

    Raises
    ------
    FramingError
        For a splitter of one's own.

    Notes: Def 201
    """
    if model.splitter is not None:
        raise refused_setting("FactoredCode(splitter=…)")
    blocks, width, part = [], 0, 0
    for at, (delimiter, count) in enumerate(zip(model.delimiters_, model.factors_, strict=True)):
        cells = rows.column(graph, at)
        split = None if delimiter is None else factors(graph, cells, delimiter, count)
        for i in range(count):
            levels, book = model.categories_[part].tolist(), model.code_table(part)
            if split is None:
                places = exact_places(graph, cells, levels)
            else:
                names = [label(level) for level in levels]
                places = factor_places(graph, split, i, names, cells)
            blocks.append(from_book(graph, book, _refusing(graph, places, model, len(levels))))
            width, part = width + book.shape[1], part + 1
    return features(graph, blocks, width)


def factors(graph: OnnxGraph, cells: Part, delimiter: str, count: int) -> str:
    """The parts of each cell, n×count.

    Notes: Def 201
    """
    most = max(count - 1, 0)
    if not most:
        return cells.result
    return texts.pieces(graph, graph.flat(cells.result), count, delimiter, most)


def factor_places(graph: OnnxGraph, split: str, at: int, levels: Sequence[str], cells: Part) -> str:
    """Places of one part among its values; of an absent cell or part, the place of a missing one.

    Spaces around a part do not count: one or two of them, on either side, are looked for.

    Notes: Def 201
    """
    unseen, missing = len(levels), len(levels) + 1
    spaces = ("", " ", "  ")
    place = {f"{a}{level}{b}": i for i, level in enumerate(levels) for a in spaces for b in spaces}
    place = {"": missing} | place | {level: i for i, level in enumerate(levels)}
    return texts.look_up_text(graph, texts.piece(graph, split, at), place, unseen)


def bins(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The bin of each amount, as the code writes it.

    Notes: Concept 205
    """
    blocks, width = [], 0
    for at, edges in enumerate(model.edges_):
        book = model.code_table(at)
        cells = rows.column(graph, at)
        blocks.append(from_book(graph, book, bin_places(graph, cells.result, edges)))
        width += book.shape[1]
    return features(graph, blocks, width)


def bin_places(graph: OnnxGraph, x: str, edges: Floats) -> str:
    """The bin of each amount n×1, and the place after the last bin where it is missing.

    Notes: Concept 205
    """
    reached = graph("GreaterOrEqual", x, graph.constant(np.append(edges, np.inf)))
    found = graph.total(graph.cast(reached, np.int64), 1)
    found = graph("Min", found, graph.whole(len(edges)))
    gone = graph.flat(graph("IsNaN", x))
    return graph("Where", gone, graph.whole(len(edges) + 1), found)


def bin_book(edges: Floats, missing: bool) -> Floats:
    """One-hot rows of the bins, then of a missing value, with a column that says so.

    Notes: Concept 205
    """
    places = np.append(np.arange(len(edges) + 1), -1).astype(np.int32)
    book = one_hot(places, len(edges) + 1)
    return np.column_stack([book, places < 0]) if missing else book


def dates(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The parts of each date, of ISO 8601 text or of days since 1970.

    Notes: §5.3
    """
    d = int(model.n_features_in_)
    blocks = [date_parts(graph, days_of(graph, rows.column(graph, at))) for at in range(d)]
    return features(graph, blocks, WIDTH * d)

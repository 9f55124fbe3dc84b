"""Which category a cell is, inside a graph: as a table reads it, or exactly as written.

The place of a cell is a row of a book: the categories in order, then one that is unseen, then a
missing one. A code of categories is such a book, and encoding is looking up.

Notes: Def 197, §2.1.3
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns.spellings import (
    FALSE_TRUE,
    SPELLINGS,
    Levels,
    canonical_number,
    is_number,
    normalized_spelling,
)
from pellucid.exchange.onnx.cells import text as texts
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Part

NOBODY = -1  # place of a spelling that a table of spellings lacks


def from_book(graph: OnnxGraph, book: NDArray[np.float64], places: str) -> str:
    """The rows of a book at places (n,): n×m.

    Notes: Def 197
    """
    return graph("Gather", graph.constant(book), places, axis=0)


def exact_places(graph: OnnxGraph, cells: Part, levels: Sequence[Any]) -> str:
    """Places of cells that are categories as they are written; "" and NaN are missing.

    Notes: Def 197
    """
    unseen, missing = len(levels), len(levels) + 1
    if cells.text:
        place = {"": missing} | {str(level): at for at, level in enumerate(levels)}
        return texts.look_up_text(graph, graph.flat(cells.result), place, unseen)
    numbers = {float(level): at for at, level in enumerate(levels) if _is_amount(level)}
    return _number_places(graph, cells.result, numbers, unseen, missing)


def is_missing(graph: OnnxGraph, text: str, levels: Sequence[str] = ()) -> str:
    """Where a cell is a spelling of "missing", but for those that are levels.

    Notes: §2.1.3
    """
    absent = [re.escape(word) for word in SPELLINGS if word and word not in levels]
    return graph("RegexFullMatch", text, pattern=rf"\s*({'|'.join(absent)})?\s*")


def text_places(graph: OnnxGraph, cells: Part, levels: Sequence[str]) -> str:
    """Places of texts as they are written, missing ones as a table knows them.

    Notes: Def 197
    """
    if not cells.text:
        return exact_places(graph, cells, levels)
    text, place = graph.flat(cells.result), {level: at for at, level in enumerate(levels)}
    found = texts.look_up_text(graph, text, place, len(levels))
    gone = is_missing(graph, text, levels)
    return graph("Where", gone, graph.whole(len(levels) + 1), found)


def _is_amount(level: Any) -> bool:
    return not isinstance(level, str) or is_number(level)


def _number_places(
    graph: OnnxGraph, x: str, place: Mapping[float, int], unseen: int, missing: int
) -> str:
    found = texts.look_up_number(graph, graph.flat(x), place, unseen)
    gone = graph("IsNaN", graph.flat(x))
    return graph("Where", gone, graph.whole(missing), found)


def table_places(graph: OnnxGraph, cells: Part, levels: Sequence[str]) -> str:
    """Places of cells as `read_table` reads them: capitals, spaces and 1.0 for 1 do not count.

    Notes: §2.1.3
    """
    unseen, missing = len(levels), len(levels) + 1
    if not cells.text:
        return exact_places(graph, cells, levels)
    known = Levels(levels)
    by_fold, by_number = _further_spellings(known)
    text = graph.flat(cells.result)
    exact = texts.look_up_text(graph, text, known.exact, NOBODY)
    # One piece more than any spelling has, so that a longer text is none of them.
    count = 1 + max((len(each.split()) for each in (*by_fold, *known.exact)), default=1)
    split = texts.pieces(graph, text, count)
    line = texts.join_pieces(graph, split, count)
    trimmed = {
        texts.join_pieces_in_python(word, count): at
        for word, at in known.exact.items()
        if word == " ".join(word.split())
    }
    tries = [exact, texts.look_up_text(graph, line, trimmed, NOBODY)]
    spelled = {
        texts.as_lower_case(texts.join_pieces_in_python(each, count)): at
        for each, at in by_fold.items()
    }
    tries.append(texts.look_up_text(graph, texts.lower_case(graph, line), spelled, NOBODY))
    if by_number:
        alone = texts.same(graph, texts.piece(graph, split, 1), "")
        word = graph("Where", alone, texts.piece(graph, split, 0), graph.text(""))
        number = texts.number_in(graph, word)
        tries.append(texts.look_up_number(graph, number, by_number, NOBODY))
    gone = is_missing(graph, text, levels)
    return graph("Where", gone, graph.whole(missing), _first_found(graph, tries, unseen))


def _first_found(graph: OnnxGraph, tries: list[str], otherwise: int) -> str:
    found = graph.whole(otherwise)
    for each in reversed(tries):
        met = graph("GreaterOrEqual", each, graph.whole(0))
        found = graph("Where", met, each, found)
    return found


def _further_spellings(levels: Levels) -> tuple[dict[str, int], dict[float, int]]:
    """Folded spellings and amounts that mean a category, with words for true and false."""
    by_fold = dict(levels.by_fold)
    for level, at in levels.exact.items():  # capitals that a graph cannot make small
        for written in (level.upper(), level.title(), level.capitalize(), level.lower()):
            if normalized_spelling(written) in levels.by_fold:
                by_fold.setdefault(" ".join(written.split()), at)
    by_number = {
        float(text): at
        for text, at in levels.by_number.items()
        if is_number(text) and np.isfinite(float(text)) and text == canonical_number(text)
    }
    for truth, at in levels.by_truth.items():
        for word in FALSE_TRUE[truth]:
            by_fold.setdefault(word, at)
        by_number.setdefault(float(truth), at)
    return by_fold, by_number

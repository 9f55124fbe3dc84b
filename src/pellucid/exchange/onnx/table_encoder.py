"""`TableEncoder` as ONNX operators: each column by its code, learned from training rows.

Notes: §5.3, §5.3.1, §5.3.3
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.data.column_code import DEFAULT_CODES, code_of
from pellucid.data.column_codes.cyclic_codes import circle_points, wave_parts
from pellucid.data.table import CODED, MISSING, UNSEEN, Column, Kind
from pellucid.exchange.onnx.cells import text as texts
from pellucid.exchange.onnx.cells.dates import date_parts, days_of
from pellucid.exchange.onnx.cells.levels import from_book, is_missing, table_places, text_places
from pellucid.exchange.onnx.cells.words import LETTERS, count_entries, of_unit_length, words_in
from pellucid.exchange.onnx.codes import (
    bin_book,
    bin_places,
    factor_places,
    factors,
)
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Part, Rows, features
from pellucid.exchange.onnx.scalers import scaled, zero_where_missing

Learned = dict[str, Any]
MOST_PLACES = 1_000  # of a circle, whose points are looked up


def table_encoder(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The codes of all columns, side by side.

    Notes: Concept 192, §5.3
    """
    blocks = [
        encode_column(graph, rows.column(graph, code["column"]), code) for code in model.codes_
    ]
    return features(graph, blocks, sum(len(code["names"]) for code in model.codes_))


def encode_column(graph: OnnxGraph, cells: Part, code: Learned) -> str:
    """One column by its code, n×m.

    Notes: Concept 192
    """
    name = code.get("code") or DEFAULT_CODES[Kind(code["kind"])]  # files of old name only the kind
    return BY_CODE.get(name, by_level)(graph, cells, code)


def _amounts(graph: OnnxGraph, cells: Part) -> str:
    """Numbers n×1, also where the column holds them as text."""
    if not cells.text:
        return cells.result
    word = texts.piece(graph, texts.pieces(graph, graph.flat(cells.result), 1), 0)
    return graph.upright(texts.number_in(graph, word))


def _standing(graph: OnnxGraph, values: str, code: Learned) -> str:
    """(x − mean)/scale, 0 where missing; then whether it is missing, where training rows were."""
    z = scaled(graph, values, code["mean"], code["scale"])
    block = zero_where_missing(graph, z)
    if not code["missing"]:
        return block
    gone = graph.numbers(graph("IsNaN", graph.columns(values, [0])))
    return graph("Concat", block, gone, axis=1)


def _number(graph: OnnxGraph, cells: Part, code: Learned) -> str:
    return _standing(graph, _amounts(graph, cells), code)


def _dates(graph: OnnxGraph, cells: Part, code: Learned) -> str:
    return _standing(graph, date_parts(graph, days_of(graph, cells)), code)


def _bins(graph: OnnxGraph, cells: Part, code: Learned) -> str:
    edges = np.asarray(code["edges"], dtype=np.float64)
    places = bin_places(graph, _amounts(graph, cells), edges)
    return from_book(graph, bin_book(edges, bool(code["missing"])), places)


def _circle(graph: OnnxGraph, cells: Part, code: Learned) -> str:
    """Sines and cosines of the angle that a value is.

    Notes: Def 194
    """
    x, period = _amounts(graph, cells), float(code["period"])
    parts = wave_parts(period, int(code["waves"]))
    turns = graph("Floor", graph("Div", x, graph.constant(period)))
    rest = graph("Sub", x, graph("Mul", turns, graph.constant(period)))
    rounded_up = graph("GreaterOrEqual", rest, graph.constant(period))  # of a hair below 0
    rest = graph("Where", rounded_up, graph.constant(0.0), rest)
    turn = graph("Div", graph("Mul", graph.constant(2 * np.pi), rest), graph.constant(period))
    waves = []
    for wave, part in parts:
        angle = graph("Mul", turn, graph.constant(float(wave)))
        waves.append(graph("Sin" if part == "sine" else "Cos", angle))
    points = waves[0] if len(waves) == 1 else graph("Concat", *waves, axis=1)
    if period == round(period) and period <= MOST_PLACES:
        points = _whole_places(graph, rest, points, circle_points(np.arange(period), code))
    return _standing(graph, points, code)


def _whole_places(graph: OnnxGraph, x: str, points: str, book: Any) -> str:
    """Points on a circle, those of whole numbers from a book: to the last bit those of NumPy."""
    whole = graph("Equal", graph("Floor", x), x)
    place = graph.cast(graph("Where", whole, x, graph.constant(0.0)), np.int64)
    return graph("Where", whole, from_book(graph, book, graph.flat(place)), points)


def by_level(graph: OnnxGraph, cells: Part, code: Learned) -> str:
    """A code of categories: what it makes of each level, of another and of a missing one."""
    levels = list(code.get("levels") or code.get("known") or ())
    return from_book(graph, book_of(code, levels), places_of(graph, cells, code, levels))


def places_of(graph: OnnxGraph, cells: Part, code: Learned, levels: Sequence[str]) -> str:
    """Places of cells among levels, by the kind of their column."""
    if Kind(code["kind"]) in CODED:
        return table_places(graph, cells, levels)
    return text_places(graph, cells, levels)


def book_of(code: Learned, levels: Sequence[str]) -> Any:
    """The rows that a code makes of each level, then of an unseen and of a missing one."""
    places = np.array([*range(len(levels)), UNSEEN, MISSING], dtype=np.int32)
    kind = Kind(code["kind"]) if Kind(code["kind"]) in CODED else Kind.CATEGORY
    column = Column(code["column"], kind, places, tuple(levels), unseen=("\x00",))
    return np.asarray(code_of(code).encode(code, column), dtype=np.float64)


def _factored(graph: OnnxGraph, cells: Part, code: Learned) -> str:
    """Known categories from the book; of others each part by itself."""
    levels, each = list(code["levels"]), list(code["factors"])
    place = places_of(graph, cells, code, levels)
    known = from_book(graph, book_of(code, levels), place)
    split = factors(graph, cells, code["delimiter"], len(each))
    blocks = []
    for i, parts in enumerate(each):
        own = factor_places(graph, split, i, parts, cells)
        blocks.append(from_book(graph, np.eye(len(parts) + 2)[:, : len(parts)], own))
    if code["missing"]:
        blocks.append(graph.repeated(np.zeros(1), split))
    parted = graph("Concat", *blocks, axis=1)
    is_new = graph.upright(graph("Equal", place, graph.whole(len(levels))))
    return graph("Where", is_new, parted, known)


def _text(graph: OnnxGraph, cells: Part, code: Learned) -> str:
    """The length of a text, and its place along each axis of words.

    Notes: Concept 192, Def 207
    """
    line = graph.flat(cells.result)
    gone = is_missing(graph, line)
    words = words_in(graph, line, LETTERS)
    values = graph("Log", graph("Add", words.count, graph.constant(1.0)))
    if len(code["words"]):
        counts = count_entries(graph, words, [[word] for word in code["words"]], (1, 1))
        there = graph("Max", counts, graph.constant(1.0))
        grown = graph("Add", graph("Log", there), graph.constant(1.0))
        none = graph("Equal", counts, graph.constant(0.0))
        weight = graph("Where", none, graph.constant(0.0), grown)
        weight = of_unit_length(graph, graph("Mul", weight, graph.constant(code["rarity"])))
        along = graph("MatMul", weight, graph.constant(code["axes"]))
        values = graph("Concat", values, along, axis=1)
    values = graph("Where", graph.upright(gone), graph.constant(np.nan), values)
    return _standing(graph, values, code)


Writer = Callable[[OnnxGraph, Part, Learned], str]
# Codes that are more than a look-up of levels.
BY_CODE: dict[str, Writer] = {
    "bins": _bins,
    "center": _number,
    "circle": _circle,
    "dates": _dates,
    "factored": _factored,
    "number": _number,
    "standardize": _number,
    "text": _text,
}

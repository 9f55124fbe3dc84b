"""`ColumnValues` as ONNX operators, and columns as trees and curves take them.

An amount is a number, NaN where missing; a category is its place among the levels, −2 where it is
none of them, NaN where missing.

Notes: Concept 192, §5.3
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.data.table import UNSEEN
from pellucid.exchange.onnx.cells.levels import from_book, table_places
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Part, Rows, features
from pellucid.exchange.onnx.table_encoder import encode_column

Learned = dict[str, Any]


def column_values(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Columns that stay, then those that are encoded.

    Notes: Concept 192
    """
    levels = {entry["name"]: entry["levels"] for entry in model.schema_}
    blocks = [
        _value(graph, rows.column(graph, code["column"]), code, levels[code["column"]])
        for code in model.codes_
        if "levels_" in code
    ]
    if model.coded_ is not None:
        blocks += [
            encode_column(graph, rows.column(graph, code["column"]), code)
            for code in model.coded_.codes_
        ]
    return features(graph, blocks, len(model.get_feature_names_out()))


def _value(graph: OnnxGraph, cells: Part, code: Learned, levels: list[str] | None) -> str:
    """One column that stays: its amount, or the place of its category."""
    if code["levels_"] is None or levels is None:
        return cells.result
    order = {level: float(at) for at, level in enumerate(code["levels_"])}
    unseen = np.nan if code["code"] == "place" else float(UNSEEN)
    book = np.array([*(order.get(level, unseen) for level in levels), unseen, np.nan])
    return from_book(graph, book[:, None], table_places(graph, cells, levels))


def values_of_columns(graph: OnnxGraph, rows: Rows, model: Any) -> str:
    """Rows as an estimator of amounts and categories was fitted to them: n×d.

    Columns of text are categories among its levels; columns that `ColumnValues` made are places
    already.

    Notes: Notation 7
    """
    names = getattr(model, "feature_names_in_", None)
    if len(rows.parts) == 1 and rows.parts[0].places and names is not None:
        return rows.select(graph, [str(name) for name in names]).matrix(graph)
    if all(own is None for own in model.levels_):
        return rows.matrix(graph)
    columns = []
    for at, own in enumerate(model.levels_):
        cells = rows.column(graph, at if names is None else str(names[at]))
        if own is None:
            columns.append(Rows((cells,)).matrix(graph))
            continue
        book = np.array([*range(len(own)), float(UNSEEN), np.nan])[:, None]
        columns.append(from_book(graph, book, table_places(graph, cells, own)))
    return columns[0] if len(columns) == 1 else graph("Concat", *columns, axis=1)

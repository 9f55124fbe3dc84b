"""scikit-learn's pipelines, column transformers and unions, step by step.

Notes: Concept 247
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.converters import features_of, outputs_of
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Rows, features

NOTHING = (None, "passthrough", "drop")


def pipeline(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Each step reads what the one before it hands on; the last one answers.

    Notes: Concept 247
    """
    steps = [step for _, step in model.steps if not is_nothing(step)]
    for step in steps[:-1]:
        rows = features_of(graph, rows, step)
    if steps:
        return outputs_of(graph, rows, steps[-1])
    return features(graph, [rows.matrix(graph)], len(rows.names))


def is_nothing(step: Any) -> bool:
    """Whether a step hands rows on as they are."""
    return step is None or (isinstance(step, str) and step in NOTHING)


def best_found(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The best estimator of a search.

    Notes: Concept 87
    """
    return outputs_of(graph, rows, model.best_estimator_)


def column_transformer(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Each transformer on its columns, side by side.

    Notes: Concept 192
    """
    blocks, width = [], 0
    names = [str(name) for name in getattr(model, "feature_names_in_", ())]
    by_name = set(rows.names) <= set(names)  # inputs that no transformer reads may be left out
    for transformer, places in fitted_parts(model):
        if not len(places):
            continue
        own = rows.select(graph, [names[at] for at in places] if by_name else places)
        if not is_nothing(transformer):
            own = features_of(graph, own, transformer)
        blocks.append(own.matrix(graph))
        width += len(own.names)
    return features(graph, blocks, width)


def fitted_parts(model: Any) -> list[tuple[Any, list[int]]]:
    """Transformers of a fitted `ColumnTransformer` with the places of their columns."""
    names = [str(name) for name in getattr(model, "feature_names_in_", ())]
    count = int(model.n_features_in_)
    return [
        (transformer, _places(columns, names, count))
        for _, transformer, columns in model.transformers_
        if not (isinstance(transformer, str) and transformer == "drop")
    ]


def _places(columns: Any, names: list[str], count: int) -> list[int]:
    if isinstance(columns, slice):
        start, stop = (
            names.index(end) if isinstance(end, str) else end
            for end in (columns.start, columns.stop)
        )
        if isinstance(columns.stop, str):
            stop = names.index(columns.stop) + 1  # a slice of names holds its end
        return list(range(count))[slice(start, stop, columns.step)]
    listed = [columns] if isinstance(columns, str | int) else list(columns)
    if listed and all(isinstance(each, bool | np.bool_) for each in listed):
        return [at for at, chosen in enumerate(listed) if chosen]
    places = [names.index(each) if isinstance(each, str) else int(each) for each in listed]
    return [at % count for at in places]


def feature_union(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Each transformer on all columns, side by side, times its weight.

    Notes: Concept 192
    """
    weights = model.transformer_weights or {}
    blocks, width = [], 0
    for name, transformer in model.transformer_list:
        if isinstance(transformer, str) and transformer == "drop":
            continue
        own = rows if is_nothing(transformer) else features_of(graph, rows, transformer)
        block = own.matrix(graph)
        if name in weights:
            block = graph("Mul", block, graph.constant(float(weights[name])))
        blocks.append(block)
        width += len(own.names)
    return features(graph, blocks, width)

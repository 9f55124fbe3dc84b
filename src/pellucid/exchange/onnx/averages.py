"""Weighted averages: the graph of each part, on the same columns, and the sum of their predictions.

Notes: §2.7, KE 152
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.converters import features_of, outputs_of
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.linear import likeliest
from pellucid.exchange.onnx.row_parts import Outputs, Rows


def of_amounts(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The weighted average of the numbers.

    Notes: §2.7
    """
    return {"prediction": (_sum(graph, rows, model, "prediction"), np.float64, ())}


def of_chances(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The weighted average of the chances, and the class of the largest.

    Notes: §2.7, KE 152
    """
    chances = _sum(graph, rows, model, "probabilities")
    return likeliest(graph, model, chances)


def _sum(graph: OnnxGraph, rows: Rows, model: Any, name: str) -> str:
    total = ""
    for weight, (*before, last) in zip(model.weights_, model.steps_, strict=True):
        own = rows
        for step in before:
            own = features_of(graph, own, step)
        answer = outputs_of(graph, own, last)[name][0]
        term = graph("Mul", answer, graph.constant(float(weight)))
        total = graph("Add", total, term) if total else term
    return total

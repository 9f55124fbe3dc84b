"""Baselines as ONNX operators: the same prediction for every row.

Notes: §2.4, Def 175
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.linear import label_names
from pellucid.exchange.onnx.row_parts import Outputs, Rows


def mean(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The mean of the targets.

    Notes: §2.4
    """
    answer = np.asarray(model.mean_, dtype=np.float64)
    return {
        "prediction": (graph.repeated(answer, rows.matrix(graph)), np.float64, answer.shape),
    }


def majority(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The shares of the classes, and the commonest.

    Notes: Def 175
    """
    x = rows.matrix(graph)
    place = np.asarray(model.shares_.argmax(), dtype=np.int64)
    return {
        "label": label_names(graph, model.classes_, graph.repeated(place, x)),
        "probabilities": (graph.repeated(model.shares_, x), np.float64, model.shares_.shape),
    }

"""Centring and standardising as ONNX operators.

Notes: Def 207, eq 5.30, eq 5.31
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Rows, features


def center(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """x − x̄, a missing value at the mean where the policy says so.

    Notes: eq 5.30
    """
    return _shifted(graph, rows, model, np.ones_like(model.mean_))


def standardize(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """(x − x̄)/σ.

    Notes: Def 207, eq 5.31
    """
    return _shifted(graph, rows, model, model.scale_)


def _shifted(graph: OnnxGraph, rows: Rows, model: Any, scale: Any) -> Outputs:
    z = scaled(graph, rows.matrix(graph), model.mean_, scale)
    z = zero_where_missing(graph, z) if model.missing == "mean" else z
    return features(graph, [z], len(model.mean_))


def scaled(graph: OnnxGraph, x: str, mean: Any, scale: Any) -> str:
    """(x − mean)/scale.

    Notes: Def 207
    """
    return graph("Div", graph("Sub", x, graph.constant(mean)), graph.constant(scale))


def zero_where_missing(graph: OnnxGraph, z: str) -> str:
    """NaN as 0: a missing value stands at the mean.

    Notes: §5.3.3
    """
    return graph("Where", graph("IsNaN", z), graph.constant(0.0), z)

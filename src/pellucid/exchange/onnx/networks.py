"""Networks as ONNX operators, one writer a layer. They compute in float32, as runtimes convolve.

Notes: KE 279, Concept 286
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.layers.series import write_series
from pellucid.exchange.onnx.linear import likeliest, with_the_first
from pellucid.exchange.onnx.row_parts import Outputs, Rows


def network_outputs(graph: OnnxGraph, x: str, network: Any, params: Any, state: Any) -> Outputs:
    """The single output of a bare network.

    Raises
    ------
    FramingError
        Without parameters.

    Notes: KE 279
    """
    if params is None:
        raise FramingError("A bare Network holds no parameters: to_onnx(network, path, params=…).")
    y = write_series(graph, x, network.layers, params, state, network.points[0])
    return {"output": (y, graph.dtype, network.out_shape)}


def network_answers(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """What a fitted network estimator answers for flat rows.

    Notes: KE 279, Concept 286
    """
    network, wide = model.network_, np.float64
    single = graph.computing_in("float32")
    x = standardised(single, rows.matrix(graph), model)
    y = write_series(single, x, network.layers, model.params_, model.state_, network.points[0])
    y = graph.cast(y, wide)
    if hasattr(model, "classes_"):
        return _classes(graph, model, y, network.out_shape[0])
    scaled = graph("Mul", y, graph.constant(model.target_scale_))
    y = graph("Add", scaled, graph.constant(model.target_mean_))
    if model.flat_:
        return {"prediction": (graph.flat(y), wide, ())}
    return {"prediction": (y, wide, network.out_shape)}


def robust_classifier(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The classifier that was trained; its adversary stays at home.

    Notes: Def 373
    """
    return network_answers(graph, rows, model.model_)


def standardised(graph: OnnxGraph, x: str, model: Any) -> str:
    """Flat rows of float64 as the estimator's network takes them.

    Notes: KE 279
    """
    centred = graph("Sub", x, graph.array(np.asarray(model.mean_, np.float64)))
    rows = graph("Div", centred, graph.array(np.asarray(model.scale_, np.float64)))
    shape = graph.whole([-1, *model.network_.points[0]])
    return graph("Reshape", graph.numbers(rows), shape)


def _classes(graph: OnnxGraph, model: Any, p: str, k: int) -> Outputs:
    whole = with_the_first(graph, p) if k == 1 else graph("Div", p, graph.total(p, 1, keepdims=1))
    return likeliest(graph, model, whole)

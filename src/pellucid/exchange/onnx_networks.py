"""Networks as ONNX operators, one writer a layer.

Notes: KE 279, Concept 286
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.exchange.onnx_attention import ATTENTION
from pellucid.exchange.onnx_graph import OnnxGraph
from pellucid.exchange.onnx_linear import Outputs, labelled
from pellucid.exchange.onnx_spatial import SPATIAL, Writer
from pellucid.networks.layers.layer import Layer, Shape, place_name


def network_outputs(graph: OnnxGraph, network: Any, params: Any, state: Any) -> Outputs:
    """The single output of a network.

    Notes: KE 279
    """
    if params is None:
        raise FramingError("A bare Network holds no parameters: to_onnx(network, path, params=…).")
    y = written_series(graph, "x", network.layers, params, state, network.points[0])
    return {"output": (y, graph.dtype, network.out_shape)}


def estimator_outputs(graph: OnnxGraph, model: Any) -> Outputs:
    """What a fitted network estimator answers for flat rows.

    Notes: KE 279, Concept 286
    """
    network, wide = model.network_, np.float64
    x = standardised(graph, model)
    y = written_series(graph, x, network.layers, model.params_, model.state_, network.points[0])
    y = graph.cast(y, wide)
    if hasattr(model, "classes_"):
        return _classes(graph, model, y, network.out_shape[0])
    scaled = graph("Mul", y, graph.array(np.asarray(model.target_scale_, wide)))
    y = graph("Add", scaled, graph.array(np.asarray(model.target_mean_, wide)))
    if model.flat_:
        return {"prediction": (graph("Squeeze", y, graph.whole([-1])), wide, ())}
    return {"prediction": (y, wide, network.out_shape)}


def standardised(graph: OnnxGraph, model: Any) -> str:
    """Flat rows as the estimator's network takes them.

    Notes: KE 279
    """
    centred = graph("Sub", "x", graph.array(np.asarray(model.mean_, np.float64)))
    rows = graph("Div", centred, graph.array(np.asarray(model.scale_, np.float64)))
    shape = graph.whole([-1, *model.network_.points[0]])
    return graph("Reshape", graph.cast(rows, graph.dtype), shape)


def _classes(graph: OnnxGraph, model: Any, p: str, k: int) -> Outputs:
    if k == 1:
        p = graph("Concat", graph("Sub", graph.array(np.ones(1)), p), p, axis=1)
    else:
        p = graph("Div", p, graph("ReduceSum", p, graph.whole([1]), keepdims=1))
    label = labelled(graph, model.classes_, graph("ArgMax", p, axis=1, keepdims=0))
    return {"label": label, "probabilities": (p, np.float64, (len(model.classes_),))}


def written_series(
    graph: OnnxGraph,
    x: str,
    layers: Sequence[Layer],
    params: Sequence[Any],
    state: Sequence[Any] | None,
    in_shape: Shape,
    place: Shape = (),
) -> str:
    """Layers in order.

    Raises
    ------
    FramingError
        For a layer that has no export, by its number.

    Notes: KE 279
    """
    for l, (layer, own) in enumerate(zip(layers, params, strict=True)):
        writer = WRITERS.get(type(layer).__name__)
        if writer is None:
            raise FramingError(
                f"Layer {place_name((*place, l))} ({type(layer).__name__}) has no ONNX export; "
                f"there are exports of {', '.join(sorted(WRITERS))}."
            )
        x = writer(graph, x, layer, own, (state[l] if state else None) or {}, in_shape)
        in_shape = layer.shapes(in_shape)[1]
    return x


def _dense(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    W = np.asarray(params["W"])
    if layer.mask is not None:
        W = W * np.asarray(layer.mask)
    z = graph("MatMul", x, graph.constant(W))
    return graph("Add", z, graph.constant(params["W0"])) if layer.offset else z


def _plain(operator: str, **attributes: Any) -> Writer:
    return lambda graph, x, *_: graph(operator, x, **attributes)


def _step(graph: OnnxGraph, x: str, *_: Any) -> str:
    return graph.cast(graph("GreaterOrEqual", x, graph.constant(0)), graph.dtype)


def _leaky(graph: OnnxGraph, x: str, layer: Any, *_: Any) -> str:
    below = graph("Mul", graph("Min", x, graph.constant(0)), graph.constant(layer.alpha))
    return graph("Add", graph("Relu", x), below)


def _gelu(graph: OnnxGraph, x: str, *_: Any) -> str:
    erf = graph("Erf", graph("Mul", x, graph.constant(2**-0.5)))
    twice = graph("Mul", x, graph("Add", erf, graph.constant(1)))
    return graph("Mul", twice, graph.constant(0.5))


def _flatten(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    if layer.order == "column":
        x = graph("Transpose", x, perm=[0, *range(len(shape), 0, -1)])
    return graph("Reshape", x, graph.whole([-1, int(np.prod(shape))]))


def _unflatten(graph: OnnxGraph, x: str, layer: Any, *_: Any) -> str:
    return graph("Reshape", x, graph.whole([-1, *layer.shape]))


def _enlarge(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    for axis, (old, new) in enumerate(zip(shape[:2], layer.size, strict=True), start=1):
        x = graph("Gather", x, graph.whole(np.arange(new) * old // new), axis=axis)
    return x


def _scaled(graph: OnnxGraph, x: str, layer: Any, *_: Any) -> str:
    kept = 1 - layer.p if not layer.inverted else 1.0
    return x if kept == 1 else graph("Mul", x, graph.constant(kept))


def _mean_code(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    return graph("Gather", x, graph.whole(np.arange(shape[0] // 2)), axis=1)


def _columns(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    chosen = graph.array(np.isin(np.arange(shape[0]), layer.columns))
    return graph(
        "Where", chosen, written_series(graph, x, [layer.activation], [{}], None, shape), x
    )


def _residual(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    f = written_series(graph, x, layer.layers, params["layers"], state, shape)
    return graph("Add", x, f)


def _parallel(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    states = state or [None] * len(layer.branches)
    outs = [
        written_series(graph, x, branch, own, remembered, shape)
        for branch, own, remembered in zip(layer.branches, params["branches"], states, strict=True)
    ]
    if len(outs) == 1:
        return outs[0]
    return graph("Sum", *outs) if layer.join == "sum" else graph("Concat", *outs, axis=-1)


def _graph(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    values, points = {"input": x}, {"input": shape}
    states = state or [None] * len(layer.nodes)
    for (name, inner, reads), remembered in zip(layer.nodes, states, strict=True):
        came = [values[each] for each in reads]
        joined = graph("Concat", *came, axis=-1) if len(came) > 1 else came[0]
        own = (*points[reads[0]][:-1], sum(points[each][-1] for each in reads))
        values[name] = written_series(graph, joined, [inner], [params[name]], [remembered], own)
        points[name] = inner.shapes(own)[1]
    return values[layer.output]


WRITERS: dict[str, Writer] = {
    "CodeSample": _mean_code,
    "ColumnsActivated": _columns,
    "Dense": _dense,
    "Dropout": _scaled,
    "Enlarge": _enlarge,
    "Flatten": _flatten,
    "Graph": _graph,
    "GELU": _gelu,
    "Identity": lambda graph, x, *_: x,
    "InputNoise": lambda graph, x, *_: x,
    "RandomShift": lambda graph, x, *_: x,
    "LeakyReLU": _leaky,
    "Parallel": _parallel,
    "ReLU": _plain("Relu"),
    "Residual": _residual,
    "Sigmoid": _plain("Sigmoid"),
    "Softmax": _plain("Softmax", axis=-1),
    "Step": _step,
    "Tanh": _plain("Tanh"),
    "Unflatten": _unflatten,
    **ATTENTION,
    **SPATIAL,
}

"""Networks as ONNX operators, one writer a layer.

Arrays stay batch first with channels last, as in `networks/`; ONNX wants channels first where it
slides over space, so those layers turn the axes and turn them back.

Notes: KE 279, Def 421, Def 435
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.exchange.onnx_graph import OnnxGraph
from pellucid.exchange.onnx_linear import Outputs
from pellucid.networks.layer import Layer, Shape, place_name

# (graph, x, layer, its parameters, what it remembers, shape of one input point) -> result
Writer = Callable[[OnnxGraph, str, Any, Any, Any, Shape], str]


def network_outputs(graph: OnnxGraph, network: Any, params: Any, state: Any) -> Outputs:
    """The single output of a network.

    Notes: KE 279
    """
    if params is None:
        raise FramingError("A bare Network holds no parameters: to_onnx(network, path, params=…).")
    y = written_series(graph, "x", network.layers, params, state, network.points[0])
    return {"output": (y, graph.dtype, network.out_shape)}


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
        x = writer(graph, x, layer, own, state[l] if state else {}, in_shape)
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
    from onnx import helper

    to = helper.np_dtype_to_tensor_dtype(graph.dtype)
    return graph("Cast", graph("GreaterOrEqual", x, graph.constant(0)), to=to)


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


WRITERS: dict[str, Writer] = {
    "Dense": _dense,
    "Flatten": _flatten,
    "GELU": _gelu,
    "Identity": lambda graph, x, *_: x,
    "LeakyReLU": _leaky,
    "ReLU": _plain("Relu"),
    "Sigmoid": _plain("Sigmoid"),
    "Softmax": _plain("Softmax", axis=-1),
    "Step": _step,
    "Tanh": _plain("Tanh"),
}

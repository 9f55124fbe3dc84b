"""Layers that hold no others as ONNX operators, one writer a layer.

Notes: KE 279
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.layers.spatial import Writer
from pellucid.networks.layers.layer import Shape


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


PLAIN: dict[str, Writer] = {
    "CodeSample": _mean_code,
    "Dense": _dense,
    "Dropout": _scaled,
    "Enlarge": _enlarge,
    "Flatten": _flatten,
    "GELU": _gelu,
    "Identity": lambda graph, x, *_: x,
    "InputNoise": lambda graph, x, *_: x,
    "RandomShift": lambda graph, x, *_: x,
    "LeakyReLU": _leaky,
    "ReLU": _plain("Relu"),
    "Sigmoid": _plain("Sigmoid"),
    "Softmax": _plain("Softmax", axis=-1),
    "Step": _step,
    "Tanh": _plain("Tanh"),
    "Unflatten": _unflatten,
}

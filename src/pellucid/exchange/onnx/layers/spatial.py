"""Layers that slide over space, and normalizations, as ONNX operators.

Arrays stay batch first with channels last, as in `networks/`; ONNX wants channels first where it
slides, so those layers turn the axes and turn them back.

Notes: Def 421, Def 435, Def 341
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.networks.layers.layer import Mode, Shape
from pellucid.networks.layers.max_pool import windows_of_pool

# (graph, x, layer, its parameters, what it remembers, shape of one input point) -> result
Writer = Callable[[OnnxGraph, str, Any, Any, Any, Shape], str]


def _slid(graph: OnnxGraph, x: str, dims: int, slide: Callable[[str], str]) -> str:
    """`slide` between two turns of the axes."""
    turned = graph("Transpose", x, perm=[0, dims + 1, *range(1, dims + 1)])
    return graph("Transpose", slide(turned), perm=[0, *range(2, dims + 2), 1])


def _convolution(
    graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape
) -> str:
    dims = len(shape) - 1
    windows = layer.windows(dims)
    W = np.asarray(params["W"])
    W = W if layer.mask is None else W * np.asarray(layer.mask)
    W = np.flip(W, tuple(range(dims))) if layer.flip else W
    given = [graph.constant(np.moveaxis(W, (-1, -2), (0, 1)))]
    if layer.offset:
        given.append(graph.constant(params["W0"]))
    pads = [*windows.padding, *windows.padding]

    def slide(turned: str) -> str:
        nonlocal pads
        if layer.fill and any(pads):
            around = graph.whole([0, 0, *windows.padding] * 2)
            turned = graph("Pad", turned, around, graph.constant(layer.fill))
            pads = [0] * len(pads)
        return graph(
            "Conv", turned, *given, kernel_shape=list(windows.size), pads=pads,
            strides=list(windows.stride), dilations=list(windows.dilation),
        )  # fmt: skip

    return _slid(graph, x, dims, slide)


def _pool(operator: str, **attributes: Any) -> Writer:
    def write(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
        windows = windows_of_pool(layer, len(shape) - 1)
        settings = {
            "kernel_shape": list(windows.size), "strides": list(windows.stride),
            "pads": [*windows.padding] * 2, **attributes,
        }  # fmt: skip
        return _slid(graph, x, len(shape) - 1, lambda turned: graph(operator, turned, **settings))

    return write


def _max_blur_pool(
    graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape
) -> str:
    windows = windows_of_pool(layer, len(shape) - 1)
    size, stride = list(windows.size), list(windows.stride)

    def slide(turned: str) -> str:
        pads = [*windows.padding] * 2
        high = graph("MaxPool", turned, kernel_shape=size, strides=[1] * len(size), pads=pads)
        return graph("AveragePool", high, kernel_shape=stride, strides=stride)

    return _slid(graph, x, len(shape) - 1, slide)


def _batch_norm(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    # Once trained it is a scale and a shift of each feature: its values at 0 and at 1 tell both.
    at = np.repeat(np.array([[0.0], [1.0]]), shape[-1], axis=1).astype(np.float32)
    zero, one = np.asarray(layer.forward(params, at, Mode(state=state))[0])
    return graph("Add", graph("Mul", x, graph.constant(one - zero)), graph.constant(zero))


def _layer_norm(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    return _scaled(graph, _standardised(graph, x, layer, [-1]), params)


def _group_norm(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    parted = (0, -1, layer.groups, shape[-1] // layer.groups)
    bar = _standardised(graph, graph("Reshape", x, graph.whole(parted)), layer, [1, 3])
    return _scaled(graph, graph("Reshape", bar, graph.whole([0, *shape])), params)


def _standardised(graph: OnnxGraph, x: str, layer: Any, axes: list[int]) -> str:
    epsilon = graph.constant(layer.epsilon)
    centred = graph("Sub", x, graph("ReduceMean", x, axes=axes))
    variance = graph("ReduceMean", graph("Mul", centred, centred), axes=axes)
    if layer.epsilon_place == "inside":
        s = graph("Sqrt", graph("Add", variance, epsilon))
    else:
        s = graph("Add", graph("Sqrt", variance), epsilon)
    return graph("Div", centred, s)


def _scaled(graph: OnnxGraph, bar: str, params: Any) -> str:
    scaled = graph("Mul", bar, graph.constant(params["G"]))
    return graph("Add", scaled, graph.constant(params["B"]))


SPATIAL: dict[str, Writer] = {
    "AveragePool": _pool("AveragePool", count_include_pad=1),
    "BatchNorm": _batch_norm,
    "Convolution": _convolution,
    "GroupNorm": _group_norm,
    "LayerNorm": _layer_norm,
    "MaxBlurPool": _max_blur_pool,
    "MaxPool": _pool("MaxPool"),
}

"""Layers in series, and layers of layers, as ONNX operators.

Notes: KE 279
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.layers.attention import ATTENTION, places
from pellucid.exchange.onnx.layers.simple_layers import PLAIN
from pellucid.exchange.onnx.layers.spatial import SPATIAL, Writer
from pellucid.networks.layers.layer import Layer, Shape, place_name


def write_series(
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


def _each_place(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    out = layer.shapes(shape)[1]
    places = graph("Reshape", x, graph.whole([-1, *shape[1:]]))
    y = _series(graph, places, layer, params, state, shape[1:])
    return graph("Reshape", y, graph.whole([-1, *out]))


def _stretch(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    stop = shape[0] if layer.stop is None else layer.stop
    inside = (stop - layer.start, *shape[1:])
    y = _series(graph, places(graph, x, layer.start, stop), layer, params, state, inside)
    if layer.rest == "drop":
        return y
    parts = [places(graph, x, 0, layer.start)] if layer.start else []
    parts.append(y)
    if stop < shape[0]:
        parts.append(places(graph, x, stop, shape[0]))
    return graph("Concat", *parts, axis=1) if len(parts) > 1 else y


def _series(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    """What any layer that has `layers` inside is."""
    return write_series(graph, x, layer.layers, params["layers"], state, shape)


def _columns(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    chosen = graph.array(np.isin(np.arange(shape[0]), layer.columns))
    return graph("Where", chosen, write_series(graph, x, [layer.activation], [{}], None, shape), x)


def _residual(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    f = write_series(graph, x, layer.layers, params["layers"], state, shape)
    return graph("Add", x, f)


def _parallel(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    states = state or [None] * len(layer.branches)
    outs = [
        write_series(graph, x, branch, own, remembered, shape)
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
        values[name] = write_series(graph, joined, [inner], [params[name]], [remembered], own)
        points[name] = inner.shapes(own)[1]
    return values[layer.output]


WRITERS: dict[str, Writer] = {
    **PLAIN,
    **ATTENTION,
    **SPATIAL,
    "ColumnActivation": _columns,
    "Graph": _graph,
    "Parallel": _parallel,
    "Residual": _residual,
    "EachPlace": _each_place,
    "Stretch": _stretch,
    "TransformerDecoder": _series,
    "TransformerEncoder": _series,
}

"""Layers of sequences as ONNX operators: embedding, attention, transformer blocks.

Notes: Def 379, Def 383
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.layers.spatial import Writer
from pellucid.networks.layers.layer import Shape
from pellucid.networks.layers.sequences.attention import only_before
from pellucid.networks.layers.sequences.positional_code import sinusoids


def _embedding(graph: OnnxGraph, x: str, layer: Any, params: Any, *_: Any) -> str:
    ids = graph.cast(graph("Round", x), np.int64)
    # Row 0 is the empty place: every id that is no token is led there.
    rows = np.vstack([np.zeros((1, layer.width)), np.asarray(params["W"])])
    low, high = graph.whole(0), graph.whole(layer.count)
    above = graph("Add", ids, graph.whole(1))
    token = graph("And", graph("Greater", above, low), graph("LessOrEqual", above, high))
    return graph("Gather", graph.constant(rows), graph("Where", token, above, low), axis=0)


def _code(graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape) -> str:
    return graph("Add", x, graph.constant(sinusoids(shape[0], shape[1], layer.longest)))


def _projected(graph: OnnxGraph, x: str, params: Any) -> str:
    z = graph("MatMul", x, graph.constant(params["W"]))
    return graph("Add", z, graph.constant(params["W0"]))


def _attended(
    graph: OnnxGraph, query_input: str, context: str, params: Any, heads: int, width: int, mask: Any
) -> str:
    split = graph.whole([0, 0, heads, width // heads])

    def share(x: str, part: str, perm: list[int]) -> str:
        z = graph("Reshape", _projected(graph, x, params[part]), split)
        return graph("Transpose", z, perm=perm)

    Q = share(query_input, "query", [0, 2, 1, 3])
    turned = share(context, "key", [0, 2, 3, 1])
    V = share(context, "value", [0, 2, 1, 3])
    root = graph.constant((width // heads) ** -0.5)
    scores = graph("Mul", graph("MatMul", Q, turned), root)
    if mask is not None:
        scores = graph("Where", graph.array(mask), scores, graph.constant(-np.inf))
    mixed = graph("MatMul", graph("Softmax", scores, axis=-1), V)
    joined = graph("Transpose", mixed, perm=[0, 2, 1, 3])
    return _projected(graph, graph("Reshape", joined, graph.whole([0, 0, width])), params["out"])


def _self_attention(
    graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape
) -> str:
    seen = only_before(shape[0]) if layer.causal else None
    return _attended(graph, x, x, params, layer.heads, shape[1], seen)


def _cross_attention(
    graph: OnnxGraph, x: str, layer: Any, params: Any, state: Any, shape: Shape
) -> str:
    told = places(graph, x, 0, layer.read)
    own = places(graph, x, layer.read, shape[0])
    y = _attended(graph, own, told, params, layer.heads, shape[1], None)
    return graph("Concat", graph("Sub", told, told), y, axis=1)


def places(graph: OnnxGraph, x: str, start: int, stop: int) -> str:
    return graph("Slice", x, graph.whole([start]), graph.whole([stop]), graph.whole([1]))


ATTENTION: dict[str, Writer] = {
    "CrossAttention": _cross_attention,
    "Embedding": _embedding,
    "PositionalCode": _code,
    "SelfAttention": _self_attention,
}

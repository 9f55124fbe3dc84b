"""Distances from each row to fixed points, by differences: exact, and small in memory.

Notes: Notation 229, Def 190
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph

AT_ONCE = 256  # numbers of the points; with more, rows go through a loop one by one
ROOTS = ("euclidean",)
METRICS = ("sqeuclidean", "euclidean", "cityblock", "chebyshev")


def distances(graph: OnnxGraph, x: str, points: Any, metric: str = "sqeuclidean") -> str:
    """D(p, x) of each row of x (n×d) to each of m points (m×d): n×m.

    The product form |x|² + |p|² − 2xᵀp would lose the digits that tell near points apart.

    Notes: Notation 229, eq 5.14
    """
    held = np.asarray(points, dtype=np.float64)
    P = graph.constant(held)
    if held.size <= AT_ONCE:
        return _gaps(graph, graph("Unsqueeze", x, graph.whole([1])), P, metric)
    return _row_by_row(graph, x, P, held.shape, metric)


def _gaps(graph: OnnxGraph, x: str, P: str, metric: str) -> str:
    """Along the last axis of x − P, which broadcast."""
    gaps = graph("Sub", x, P)
    if metric in ("sqeuclidean", "euclidean"):
        squares = graph.total(graph("Mul", gaps, gaps), -1)
        return graph("Sqrt", squares) if metric in ROOTS else squares
    sizes = graph("Abs", gaps)
    if metric == "cityblock":
        return graph.total(sizes, -1)
    return graph("ReduceMax", sizes, graph.whole([-1]), keepdims=0, min_opset=18)


def _row_by_row(graph: OnnxGraph, x: str, P: str, shape: tuple[int, ...], metric: str) -> str:
    from onnx import TensorProto, helper

    body = graph.body()
    row = graph.name("row")
    found = _gaps(body, row, P, metric)
    loop = helper.make_graph(
        body.nodes,
        graph.name("loop"),
        [helper.make_tensor_value_info(row, TensorProto.DOUBLE, [shape[1]])],
        [helper.make_tensor_value_info(found, TensorProto.DOUBLE, [shape[0]])],
    )
    return graph("Scan", x, body=loop, num_scan_inputs=1)

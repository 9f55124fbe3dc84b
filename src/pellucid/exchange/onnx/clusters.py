"""Clusters as ONNX operators: the nearest mean, a walk down a tree, a model for each group.

Notes: KE 220, Def 235, Def 241
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.clusters.kernels.k_means_loss import means_and_counts
from pellucid.clusters.solvers.cluster_tree import groups_of_leaves
from pellucid.exchange.onnx.converters import outputs_of
from pellucid.exchange.onnx.distances import distances
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Rows


def nearest_mean(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The nearest mean of each row, the first of equals, and the distance to every mean.

    Notes: KE 220
    """
    means = np.asarray(model.cluster_centers_)
    squares = distances(graph, rows.matrix(graph), means)
    return {
        "label": (graph("ArgMin", squares, axis=1, keepdims=0), np.int64, ()),
        "distances": (graph("Sqrt", squares), np.float64, (len(means),)),
    }


def group_of_tree(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The group of each row at the level of the fit.

    Notes: Def 235
    """
    x, k = rows.matrix(graph), len(model.cluster_centers_)
    groups = groups_of_leaves(model.linkage_, k)
    if model.algorithm == "merge":
        means = means_and_counts(model.leaf_means_, groups, k, model.leaf_counts_)[0]
        label = graph("ArgMin", distances(graph, x, means), axis=1, keepdims=0)
        return {"label": (label, np.int64, ())}
    at = graph.repeated(np.asarray(0, dtype=np.int64), x)
    for t, node in enumerate(model.split_nodes_):
        pair = distances(graph, x, model.split_means_[t])
        side = graph("ArgMin", pair, axis=1, keepdims=0)
        below = graph("Add", side, graph.whole(2 * t + 1))
        at = graph("Where", graph("Equal", at, graph.whole(node)), below, at)
    of_node = np.asarray(groups)[np.maximum(model.leaf_of_node_, 0)]
    return {"label": (graph("Gather", graph.whole(of_node), at), np.int64, ())}


def model_of_each(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The prediction of each row's own cluster: all models answer, and the right one is kept.

    Notes: Def 241
    """
    cluster = graph.cast(outputs_of(graph, rows, model.clusters_)["label"][0], np.int64)
    found: dict[int, Outputs] = {}
    for own in model.models_:
        if id(own) not in found:
            found[id(own)] = _answers(graph, outputs_of(graph, rows, own), own, model)
    whole = found[id(model.models_[0])]
    kept = {name: result for name, (result, _, _) in whole.items()}
    for j, own in enumerate(model.models_[1:], start=1):
        here = graph("Equal", cluster, graph.whole(j))
        for name, (result, _, shape) in found[id(own)].items():
            chosen = graph.upright(here) if shape else here
            kept[name] = graph("Where", chosen, result, kept[name])
    return {name: (kept[name], dtype, shape) for name, (_, dtype, shape) in whole.items()}


def _answers(graph: OnnxGraph, found: Outputs, submodel: Any, model: Any) -> Outputs:
    """The predictions of one model, its probabilities in the columns of all classes."""
    if "label" not in found:
        return {"prediction": found["prediction"]}
    labels = np.asarray(model.classes_)
    places = np.searchsorted(labels, submodel.classes_)
    kept: Outputs = {"label": found["label"]}
    if "probabilities" in found:
        spread = np.eye(len(labels))[places]
        chances = graph("MatMul", found["probabilities"][0], graph.constant(spread))
        kept["probabilities"] = (chances, np.float64, (len(labels),))
    return kept

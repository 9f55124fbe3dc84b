"""Boosted trees as one ONNX operator; a split on categories tests membership in a set.

Notes: §1.4
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.exchange.onnx.column_values import values_of_columns
from pellucid.exchange.onnx.curves import likeliest
from pellucid.exchange.onnx.graph import OnnxGraph, tensor
from pellucid.exchange.onnx.rows import Outputs, Rows

AT_MOST, MEMBER = 0, 6  # ways in which a node decides, as ONNX numbers them
NOBODY = -1.0  # a rank that no category has


def tree_sums(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The sum of the trees.

    Notes: §1.4
    """
    return {"prediction": (graph.flat(_sums(graph, rows, model)), np.float64, ())}


def tree_classes(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Chances of the classes, and the likeliest.

    Notes: §1.4
    """
    return likeliest(graph, _sums(graph, rows, model), model)


def _sums(graph: OnnxGraph, rows: Rows, model: Any) -> str:
    x = _ranked(graph, values_of_columns(graph, rows, model), model.ranks_)
    k = len(model.baseline_)
    grown = graph("TreeEnsemble", x, **_ensemble(model.trees_, k))
    return graph("Add", grown, graph.constant(model.baseline_))


def _ranked(graph: OnnxGraph, x: str, ranks: list[Any]) -> str:
    """Categories as ranks, in front of the amounts; NaN where missing or not met in training."""
    coded = np.array([each is not None for each in ranks], dtype=bool)
    if not coded.any():
        return x
    columns = []
    for j in np.flatnonzero(coded):
        place = graph.columns(x, [j])
        unknown = graph("Or", graph("IsNaN", place), graph("Less", place, graph.constant(0.0)))
        last = graph.constant(float(len(ranks[j])))
        at = graph.cast(graph("Where", unknown, last, place), np.int64)
        book = graph.constant(np.append(ranks[j], np.nan)[:, None])
        columns.append(graph("Gather", book, graph.flat(at), axis=0))
    if not coded.all():
        columns.append(graph.columns(x, np.flatnonzero(~coded)))
    return graph("Concat", *columns, axis=1)


def _ensemble(trees: dict[str, NDArray[Any]], outputs: int) -> dict[str, Any]:
    """The nodes of all trees as attributes: inner nodes and leaves are numbered apart."""
    leaf, starts = trees["leaf"], trees["starts"]
    tree_of = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    roots = starts[:-1]
    # ONNX has no tree of one leaf: such a root gets a node before it, both of whose ways end there.
    single = roots[leaf[roots]]
    inner = np.flatnonzero(~leaf)
    number = np.where(leaf, np.cumsum(leaf) - 1, np.cumsum(~leaf) - 1)
    root_of = number[roots]
    root_of[leaf[roots]] = len(inner) + np.arange(len(single))
    first = roots[tree_of[inner]]
    left = np.append(first + trees["left"][inner], single)
    right = np.append(first + trees["right"][inner], single)
    nodes = np.append(inner, single)
    sets = np.append(trees["categorical"][inner], np.full(len(single), -1))
    members = [np.flatnonzero(trees["categories"][row]) for row in sets if row >= 0]
    found = {
        "n_targets": outputs,
        "aggregate_function": 1,  # the sum
        "post_transform": 0,
        "tree_roots": root_of.tolist(),
        "nodes_featureids": trees["feature"][nodes].tolist(),
        "nodes_modes": tensor(np.where(sets >= 0, MEMBER, AT_MOST).astype(np.uint8)),
        "nodes_splits": tensor(np.where(sets >= 0, 0.0, trees["threshold"][nodes])),
        "nodes_missing_value_tracks_true": trees["missing_left"][nodes].astype(int).tolist(),
        "nodes_truenodeids": number[left].tolist(),
        "nodes_trueleafs": leaf[left].astype(int).tolist(),
        "nodes_falsenodeids": number[right].tolist(),
        "nodes_falseleafs": leaf[right].astype(int).tolist(),
        "leaf_targetids": (tree_of[leaf] % outputs).tolist(),
        "leaf_weights": tensor(trees["value"][leaf]),
    }
    if members:  # the sets one after another, NaN behind each
        ends = [np.append(each if len(each) else [NOBODY], np.nan) for each in members]
        found["membership_values"] = tensor(np.concatenate(ends))
    return found

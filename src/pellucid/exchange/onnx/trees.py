"""Trees as one ONNX operator; a split on categories tests membership in a set.

Notes: §1.4
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.exchange.onnx.column_values import values_of_columns
from pellucid.exchange.onnx.curves import likeliest_by_scores
from pellucid.exchange.onnx.graph import ML, OnnxGraph, tensor
from pellucid.exchange.onnx.linear import likeliest, with_the_first
from pellucid.exchange.onnx.row_parts import Outputs, Rows
from pellucid.trees.tree_arrays import one_value_a_leaf

AT_MOST, MEMBER = 0, 6  # ways in which a node decides, as ONNX numbers them
NEWEST = 5  # version of the operator that knows sets and sums in float64
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
    return likeliest_by_scores(graph, _sums(graph, rows, model), model)


def tree_chances(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Chances of the classes, which the trees of a forest add up to, and the likeliest.

    Notes: §1.4
    """
    chances = _sums(graph, rows, model)
    if len(model.baseline_) == 1:
        chances = with_the_first(graph, chances)
    return likeliest(graph, model, chances)


def _sums(graph: OnnxGraph, rows: Rows, model: Any) -> str:
    x = _ranked(graph, values_of_columns(graph, rows, model), model.ranks_)
    k, baseline = len(model.baseline_), graph.constant(model.baseline_)
    trees = one_value_a_leaf(model.trees_)
    if graph.limits.get(ML, NEWEST) >= NEWEST:
        return graph("Add", graph("TreeEnsemble", x, **_ensemble(trees, k)), baseline)
    x, trees = _without_sets(graph, x, trees, len(model.levels_))
    grown = graph("TreeEnsembleRegressor", x, **_older_ensemble(trees, k))
    return graph("Add", graph.cast(grown, np.float64), baseline)


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


def _without_sets(
    graph: OnnxGraph, x: str, trees: dict[str, NDArray[Any]], d: int
) -> tuple[str, dict[str, NDArray[Any]]]:
    """The same trees without sets: a column for each set, 0 inside and 1 outside.

    A missing category is inside where the node sends it left.
    """
    nodes = np.flatnonzero(trees["categorical"] >= 0)
    if not len(nodes):
        return x, trees
    columns = [x]
    for node in nodes:
        outside = ~trees["categories"][trees["categorical"][node]]
        book = graph.constant(np.append(outside, not trees["missing_left"][node])[:, None])
        place = graph.flat(graph.columns(x, [trees["feature"][node]]))
        gone = graph.constant(float(len(outside)))
        place = graph.cast(graph("Where", graph("IsNaN", place), gone, place), np.int64)
        columns.append(graph("Gather", book, place, axis=0))
    changed = {name: values.copy() for name, values in trees.items()}
    changed["feature"][nodes] = d + np.arange(len(nodes))
    changed["threshold"][nodes] = 0.5
    changed["categorical"][nodes] = -1
    return graph("Concat", *columns, axis=1), changed


def _older_ensemble(trees: dict[str, NDArray[Any]], outputs: int) -> dict[str, Any]:
    """The nodes of all trees as attributes of the operator that older runtimes know."""
    leaf, starts = trees["leaf"], trees["starts"]
    sizes = np.diff(starts)
    tree_of = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(leaf)) - starts[:-1][tree_of]
    below = {side: np.where(leaf, 0, trees[side]) for side in ("left", "right")}
    return {
        "n_targets": outputs,
        "nodes_treeids": tree_of.tolist(),
        "nodes_nodeids": place.tolist(),
        "nodes_featureids": np.where(leaf, 0, trees["feature"]).tolist(),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_values_as_tensor": tensor(np.where(leaf, 0.0, trees["threshold"])),
        "nodes_truenodeids": below["left"].tolist(),
        "nodes_falsenodeids": below["right"].tolist(),
        "nodes_missing_value_tracks_true": trees["missing_left"].astype(int).tolist(),
        "target_treeids": tree_of[leaf].tolist(),
        "target_nodeids": place[leaf].tolist(),
        "target_ids": (tree_of[leaf] % outputs).tolist(),
        "target_weights_as_tensor": tensor(trees["value"][leaf]),
    }

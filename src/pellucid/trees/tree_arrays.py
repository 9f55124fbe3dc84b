"""Fitted trees as plain arrays, and their answers: a model file holds these, and no pickle.

Notes: §1.4
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Trees = dict[str, NDArray[Any]]
BLOCK = 512  # rows that meet a tree together
CATEGORY_WORDS = 8  # words of 32 bits that mark which of 256 categories go to the left


def tree_arrays(rounds: Sequence[Sequence[Any]]) -> Trees:
    """The trees of scikit-learn's `_predictors` (rounds × outputs), laid end to end.

    Returns
    -------
    dict of ndarray
        `starts` (number of trees + 1,): the first node of each tree; `categories` (m, 256): which
        categories go left at a split on a category; and one entry a node: `feature`, `threshold`,
        `left`, `right` (places within the tree), `value`, `leaf`, `missing_left`, `categorical`
        (row of `categories`, or −1).
    """
    trees = [tree for each in rounds for tree in each]
    sizes = [len(tree.nodes) for tree in trees]
    nodes = np.concatenate([tree.nodes for tree in trees])
    bits = [np.asarray(tree.raw_left_cat_bitsets).reshape(-1, CATEGORY_WORDS) for tree in trees]
    before = np.repeat(np.cumsum([0, *(len(b) for b in bits)])[:-1], sizes)
    words = np.concatenate(bits) if bits else np.empty((0, CATEGORY_WORDS), dtype=np.uint32)
    categorical = nodes["is_categorical"].astype(bool)
    return {
        "starts": np.cumsum([0, *sizes]).astype(np.int64),
        "feature": nodes["feature_idx"].astype(np.int64),
        "threshold": nodes["num_threshold"].astype(np.float64),
        "left": nodes["left"].astype(np.int64),
        "right": nodes["right"].astype(np.int64),
        "value": nodes["value"].astype(np.float64),
        "leaf": nodes["is_leaf"].astype(bool),
        "missing_left": nodes["missing_go_to_left"].astype(bool),
        "categorical": np.where(categorical, nodes["bitset_idx"] + before, -1).astype(np.int64),
        "categories": (words[:, :, None] >> np.arange(32, dtype=np.uint32) & 1)
        .astype(bool)
        .reshape(len(words), 256),
    }


@dataclass(frozen=True)
class Grown:
    """Columns that trees are grown on, in place of the rows' own: what each was made of.

    Parameters
    ----------
    source : ndarray of int, shape (m,)
        The row's column that each is made of.
    category : ndarray of int, shape (m,)
        It tells this category from all others; −1 where it holds places among the distinct values.
    distinct : sequence of ndarray
        The distinct values of each column of the rows, sorted.
    coded : int
        So many columns of the rows, the first, hold categories.
    """

    source: NDArray[np.intp]
    category: NDArray[np.intp]
    distinct: Sequence[Array]
    coded: int


def forest_arrays(trees: Sequence[Any], grown: Grown, outputs: int, share: float) -> Trees:
    """The trees of a forest, as `tree_arrays`: about the rows' own columns.

    A split on a category sends a set of categories left.

    Parameters
    ----------
    trees : sequence of scikit-learn's `tree_`
    grown : Grown
        The columns that they were grown on.
    outputs : int
        The last so many values of each leaf are kept: `value` has as many columns, if not one.
    share : float
        What the values are multiplied by.
    """
    sizes = [tree.node_count for tree in trees]
    left = np.concatenate([tree.children_left for tree in trees]).astype(np.int64)
    leaf = left < 0
    column = np.where(leaf, 0, np.concatenate([tree.feature for tree in trees]))
    feature = grown.source[column]
    thresholds = np.concatenate([tree.threshold for tree in trees])
    # A threshold without end parts what is missing from all values.
    bound = np.full(len(leaf), np.finfo(np.float64).max)
    parts_values = ~leaf & np.isfinite(thresholds)
    alone = np.where(parts_values, grown.category[column], -1)
    for j, values in enumerate(grown.distinct):
        mine = parts_values & (feature == j) & (alone < 0)
        at = thresholds[mine].astype(np.int64)
        below, above = values[at], values[at + 1]
        middle = below / 2 + above / 2
        bound[mine] = np.where(middle < above, middle, below)  # neighbours have no middle
    sets = ~leaf & (feature < grown.coded)
    every, alone = np.arange(256), alone[sets][:, None]
    values = np.concatenate([tree.value[:, 0, -outputs:] for tree in trees]) * share
    return {
        "starts": np.cumsum([0, *sizes]).astype(np.int64),
        "feature": np.where(leaf, 0, feature),
        "threshold": bound,
        "left": left,
        "right": np.concatenate([tree.children_right for tree in trees]).astype(np.int64),
        "value": values[:, 0] if outputs == 1 else values,
        "leaf": leaf,
        "missing_left": np.concatenate([tree.missing_go_to_left for tree in trees]).astype(bool),
        "categorical": np.where(sets, np.cumsum(sets) - 1, -1).astype(np.int64),
        "categories": np.where(alone < 0, every <= bound[sets][:, None], every != alone),
    }


def one_value_a_leaf(trees: Trees) -> Trees:
    """The same sums by trees of one value a leaf: a tree of k outputs as k trees, one an output."""
    if trees["value"].ndim == 1:
        return trees
    starts, outputs = trees["starts"], trees["value"].shape[1]
    sizes = np.diff(starts)
    tree_of = np.repeat(np.arange(len(sizes)), sizes)
    # Stable: the nodes of a tree stay in order, and the tree stands once for each output.
    order = np.argsort(np.tile(tree_of, outputs), kind="stable")
    output, node = np.divmod(order, len(tree_of))
    nodes = {k: v[node] for k, v in trees.items() if k not in ("starts", "categories", "value")}
    return {
        "starts": np.cumsum([0, *np.repeat(sizes, outputs)]).astype(np.int64),
        **nodes,
        "value": trees["value"][node, output],
        "categories": trees["categories"],
    }


def first_trees(trees: Trees, count: int) -> Trees:
    """The first so many trees."""
    stop = int(trees["starts"][count])
    return {
        name: values[: count + 1]
        if name == "starts"
        else (values if name == "categories" else values[:stop])
        for name, values in trees.items()
    }


@numba.njit(nogil=True, cache=True)
def _walk(  # type: ignore[no-untyped-def]  # pragma: no cover
    X,
    starts,
    feature,
    threshold,
    left,
    right,
    value,
    leaf,
    missing_left,
    categorical,
    categories,
    outputs,
    start,
    stop,
    out,
):
    for t in range(len(starts) - 1):  # a tree stays in the cache for all these rows
        first, output = starts[t], t % outputs
        for i in range(start, stop):
            node = first
            while not leaf[node]:
                x = X[i, feature[node]]
                if np.isnan(x):
                    goes_left = missing_left[node]
                elif categorical[node] >= 0:
                    goes_left = categories[categorical[node], int(x)]
                else:
                    goes_left = x <= threshold[node]
                node = first + (left[node] if goes_left else right[node])
            if value.shape[1] == 1:
                out[i, output] += value[node, 0]
            else:
                out[i] += value[node]


def tree_scores(trees: Trees, X: Array, baseline: Array) -> Array:
    """Sum of the trees' values for each row, n×k, on top of the baseline (k,).

    Tree t adds to output t mod k, or, where a leaf has a value for each output, to all of them.
    `X` holds categories as numbers from 0 to 255, NaN where missing or not met in training.
    """
    out = np.tile(np.asarray(baseline, dtype=np.float64), (len(X), 1))
    before = (trees[name] for name in ("starts", "feature", "threshold", "left", "right"))
    after = (trees[name] for name in ("leaf", "missing_left", "categorical", "categories"))
    parts = (*before, trees["value"].reshape(len(trees["leaf"]), -1), *after)
    X = np.ascontiguousarray(X)
    for start in range(0, len(X), BLOCK):
        _walk(X, *parts, len(baseline), start, min(start + BLOCK, len(X)), out)
    return out

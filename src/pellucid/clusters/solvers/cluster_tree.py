"""A tree of groups, coarse above fine, and the ways to cut it: pure functions on a linkage.

A linkage has a row for each joining, lowest first: the two nodes joined, the height, and the number
of leaves below. Nodes 0 … m − 1 are the m leaves; row t makes node m + t. This is SciPy's form.

Notes: Def 235
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.intp]


def groups_of_leaves(linkage: Array, k: int) -> Labels:
    """Which of k groups each leaf falls in when the last k − 1 joinings are undone.

    Groups are numbered by their first leaf. Cutting finer only ever splits a group.

    Parameters
    ----------
    linkage : ndarray, shape (m − 1, 4)
    k : int
        From 1 to m.

    Returns
    -------
    ndarray, shape (m,)

    Examples
    --------
    >>> tree = np.array([[0, 1, 1.0, 2], [2, 3, 5.0, 3]])
    >>> groups_of_leaves(tree, 2).tolist()
    [0, 0, 1]

    Notes: Def 235
    """
    leaves = len(linkage) + 1
    above = np.arange(2 * leaves - 1)
    for t in range(leaves - k):
        above[linkage[t, :2].astype(np.intp)] = leaves + t
    for node in range(2 * leaves - 2, -1, -1):  # a parent has a larger number than its children
        above[node] = above[above[node]]
    tops = above[:leaves]
    _, first, codes = np.unique(tops, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[codes], dtype=np.intp)


def groups_below(linkage: Array, height: float) -> int:
    """How many groups a cut at a height leaves: one more than there are joinings above it."""
    return int((linkage[:, 2] > height).sum()) + 1


def members_of_nodes(linkage: Array) -> list[Labels]:
    """The leaves below each node, leaves first."""
    leaves = len(linkage) + 1
    members = [np.array([leaf], dtype=np.intp) for leaf in range(leaves)]
    for left, right in linkage[:, :2].astype(np.intp):
        members.append(np.concatenate([members[left], members[right]]))
    return members


def linkage_of_splits(splits: list[tuple[int, float]]) -> tuple[Array, Labels]:
    """The linkage of a tree that was grown from its root by splitting.

    Parameters
    ----------
    splits : list of (node, height)
        In the order made. The root is node 0; split t makes nodes 2t + 1 and 2t + 2.

    Returns
    -------
    linkage : ndarray, shape (number of splits, 4)
        Heights never fall towards the root: a split is drawn at least as high as all later ones.
    leaf_of_node : ndarray
        Number of the leaf that a node is, from left to right; −1 for nodes that were split.

    Notes: Def 235
    """
    made_by = {node: t for t, (node, _) in enumerate(splits)}
    nodes = 2 * len(splits) + 1
    leaf_of_node = np.full(nodes, -1, dtype=np.intp)
    waiting, leaves = [0], 0
    while waiting:
        node = waiting.pop()
        if node in made_by:
            waiting += [2 * made_by[node] + 2, 2 * made_by[node] + 1]
        else:
            leaf_of_node[node], leaves = leaves, leaves + 1
    heights = np.maximum.accumulate([height for _, height in reversed(splits)])
    name, below, linkage = leaf_of_node.copy(), np.ones(nodes), np.empty((len(splits), 4))
    for t, (node, _) in enumerate(reversed(splits)):
        left = 2 * (len(splits) - 1 - t) + 1
        below[node] = below[left] + below[left + 1]
        linkage[t] = name[left], name[left + 1], heights[t], below[node]
        name[node] = leaves + t
    return linkage, leaf_of_node

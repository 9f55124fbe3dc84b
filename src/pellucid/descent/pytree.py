"""Parameters as nested dicts, lists and tuples of arrays: one function over all their leaves.

Plain Python on purpose: the same code runs on NumPy arrays, on JAX arrays, and while `jit` traces.

Notes: Concept 92, §3.0.3
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Tree = Any


def tree_map(f: Callable[..., Any], tree: Tree, *others: Tree) -> Tree:
    """f of each leaf, and of the leaves at the same place in the other trees.

    Examples
    --------
    >>> tree_map(lambda a, b: a + b, {"w": 1, "b": [2]}, {"w": 10, "b": [20]})
    {'w': 11, 'b': [22]}

    Notes: §3.0.3
    """
    if isinstance(tree, dict):
        return {key: tree_map(f, tree[key], *(other[key] for other in others)) for key in tree}
    if isinstance(tree, list | tuple):
        parts = [tree_map(f, *leaves) for leaves in zip(tree, *others, strict=True)]
        return parts if isinstance(tree, list) else tuple(parts)
    return f(tree, *others)


def leaves(tree: Tree, place: str = "") -> Iterator[tuple[str, Any]]:
    """Each leaf with its place, such as "['w']" or "[0]"."""
    if isinstance(tree, dict):
        for key, part in tree.items():
            yield from leaves(part, f"{place}[{key!r}]")
    elif isinstance(tree, list | tuple):
        for at, part in enumerate(tree):
            yield from leaves(part, f"{place}[{at}]")
    else:
        yield place, tree


def norm(tree: Tree) -> float:
    """‖·‖ of all numbers of all leaves together."""
    with np.errstate(over="ignore"):
        squares = [float((abs(leaf) ** 2).sum()) for _, leaf in leaves(tree)]
        return float(np.sqrt(sum(squares)))


def dot(one: Tree, other: Tree) -> float:
    """Sum of the products of the numbers at the same places."""
    pairs = zip(leaves(one), leaves(other), strict=True)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(sum(float((a * b).sum()) for (_, a), (_, b) in pairs))


def arrays(tree: Tree) -> Tree:
    """Numbers, lists of numbers and NumPy values as 64-bit arrays; JAX arrays as they are."""
    if isinstance(tree, list | tuple) and tree and all(_plain(leaf) for _, leaf in leaves(tree)):
        return np.array(tree, dtype=np.float64)

    if isinstance(tree, dict):
        return {key: arrays(part) for key, part in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(arrays(part) for part in tree)
    here = _plain(tree) or isinstance(tree, np.ndarray)
    return np.array(tree, dtype=np.float64) if here else tree


def _plain(leaf: Any) -> bool:
    return isinstance(leaf, bool | int | float | np.generic)

"""Trees as formulas: nested conditions, added up.

Notes: §1.4
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.exchange.formulas.expressions import (
    Condition,
    Constant,
    Expression,
    If,
    IsOneOf,
    LessOrEqual,
    Sum,
)
from pellucid.exchange.formulas.unencoded_columns import WholeColumn
from pellucid.trees.sum_of_trees import SumOfTrees
from pellucid.trees.tree_arrays import Trees, one_value_a_leaf


def tree_scores(model: SumOfTrees, columns: Sequence[WholeColumn]) -> list[Expression]:
    """A score an output: the baseline and the values of its trees.

    Notes: §1.4
    """
    trees, outputs = one_value_a_leaf(model.trees_), len(model.baseline_)
    coded = np.array([ranks is not None for ranks in model.ranks_])
    order = np.argsort(~coded, kind="stable").tolist()  # columns of categories come first
    starts = trees["starts"].tolist()

    def grown(first: int, node: int) -> Expression:
        at = first + node
        if trees["leaf"][at]:
            return Constant(float(trees["value"][at]))
        left, right = (grown(first, int(trees[side][at])) for side in ("left", "right"))
        return If(_condition(model, trees, at, order, columns), left, right)

    scores: list[list[Expression]] = [[Constant(float(b))] for b in model.baseline_]
    for number, first in enumerate(starts[:-1]):
        scores[number % outputs].append(grown(first, 0))
    return [Sum(tuple(terms)) for terms in scores]


def _condition(
    model: SumOfTrees, trees: Trees, node: int, order: Sequence[int], columns: Sequence[WholeColumn]
) -> Condition:
    """Whether a row goes to the left of a node."""
    j = order[int(trees["feature"][node])]
    column, missing = columns[j], bool(trees["missing_left"][node])
    bound = float(trees["threshold"][node])
    if column.levels is None or column.numbers is None:
        return LessOrEqual(column.of, bound, missing)
    values, ranks = column.numbers, model.ranks_[j]
    if ranks is not None:
        places = np.where(np.isnan(values) | (values < 0), len(ranks), values).astype(np.intp)
        values = np.append(ranks, np.nan)[places]
    split = int(trees["categorical"][node])

    def left(value: float) -> bool:
        if np.isnan(value):
            return missing
        return bool(trees["categories"][split, int(value)]) if split >= 0 else value <= bound

    sides = [left(value) for value in values.tolist()]
    chosen = tuple(v for v, side in zip(column.levels, sides[:-2], strict=True) if side)
    return IsOneOf(column.of, chosen, sides[-2], sides[-1])

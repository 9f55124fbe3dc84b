"""Additive models as formulas: a curve or a table of categories a column, products for pairs.

Each term is asked what it adds at its knots, and of a missing value: the sum of a column's terms is
then one curve, straight between the knots.

Notes: §5.1, §5.2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.additive.additive_curves import AdditiveCurves
from pellucid.additive.terms import Term, term_features
from pellucid.exchange.formulas.expressions import (
    Curve,
    Expression,
    Line,
    Lookup,
    Product,
    dot,
    numbers,
)
from pellucid.exchange.formulas.program import Program
from pellucid.exchange.formulas.unencoded_columns import WholeColumn


def curve_scores(
    program: Program, model: AdditiveCurves, columns: Sequence[WholeColumn]
) -> list[Expression]:
    """A score an output of fitted curves.

    Notes: §5.1
    """
    features: list[Expression] = []
    centres: list[float] = []
    for term in model.terms_:
        if term["kind"] == "pair":
            features += _pair(program, term, columns)
            centres += numbers(term["centre"])
        else:
            own = _single(term, columns)
            features += own
            centres += [0.0] * len(own)
    theta = np.asarray(model.theta_, dtype=np.float64)
    offsets = np.asarray(model.theta_0_) - np.asarray(centres) @ theta
    return [
        dot(weights, features, float(offset))
        for weights, offset in zip(theta.T.tolist(), offsets.tolist(), strict=True)
    ]


def _single(term: Term, columns: Sequence[WholeColumn]) -> list[Expression]:
    """The features of a term of one column, each a function of this column."""
    j = int(term["columns"][0])
    column = columns[j]
    if column.levels is not None and column.numbers is not None:
        levels, book = column.levels, _at(term, column.numbers, len(columns))
        return [
            Lookup(column.of, levels, numbers(b[:-2]), float(b[-2]), float(b[-1])) for b in book.T
        ]
    if term["kind"] == "missing":
        there, missing = _at(term, np.array([0.0, np.nan]), len(columns))[:, 0].tolist()
        return [Line(column.of, 0.0, offset=there, missing=missing)]
    knots = np.asarray(term["knots"], dtype=np.float64)
    book = _at(term, np.append(knots, np.nan), len(columns))
    return [Curve(column.of, numbers(knots), numbers(b[:-1]), float(b[-1])) for b in book.T]


def _at(term: Term, values: Any, width: int) -> Any:
    """What the term's features are where its column holds these values."""
    rows = np.zeros((len(values), width))
    rows[:, int(term["columns"][0])] = values
    return term_features(term, rows)


def _pair(program: Program, term: Term, columns: Sequence[WholeColumn]) -> list[Expression]:
    """Products of the features of two columns, before they are centred."""
    parts: list[list[Expression]] = []
    for part, keep in zip(term["parts"], term["keep"], strict=True):
        own = _single(part, columns)
        name = f"a part of column {int(part['columns'][0]) + 1}, for its pairs"
        parts.append([program.bind("f", own[int(at)], name) for at in keep])
    return [Product((a, b)) for a in parts[0] for b in parts[1]]

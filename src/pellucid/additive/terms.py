"""The terms of an additive model: lines, waves, categories, missing values, and pairs of these.

A learned term is a dictionary of plain values; `model_features` makes its columns for any rows.

Notes: §5.1, §5.2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.additive.curve_basis import (
    category_entries,
    interpolate_at_knots,
    learn_category_basis,
    learn_numeric_basis,
)
from pellucid.data.column_values import Values

Array = NDArray[np.float64]
Term = dict[str, Any]
FEATURES = 400  # features of all single columns together, about
WAVES = (3, 16)  # fewest and most waves of a column
PAIR_FEATURES = 24  # features of a pair, at most


def learn_terms(values: Values, columns: Sequence[int], weights: Array, scores: int) -> list[Term]:
    """The terms of single columns.

    Parameters
    ----------
    values : Values, n rows
    columns : sequence of int
        Columns that get a curve.
    weights : ndarray, shape (n,)
    scores : int
        Outputs to be fitted: with many, each column gets fewer waves.
    """
    amounts = [j for j in columns if values.levels[j] is None]
    room = FEATURES / np.sqrt(scores) / max(len(amounts), 1)
    waves = int(np.clip(room, *WAVES))
    terms: list[Term] = []
    for j in columns:
        x = values.X[:, j]
        if values.levels[j] is not None:
            term = {"kind": "category", "columns": [j]} | learn_category_basis(x, weights)
            if len(term["places"]) > 1:
                terms.append(_centred(term, x, weights))
            continue
        learned = learn_numeric_basis(x, weights, waves)
        if len(learned["knots"]) > 1:
            terms.append(_centred({"kind": "line", "columns": [j]} | learned, x, weights))
        if learned["waves"].shape[1] > 1:
            terms.append(_centred({"kind": "waves", "columns": [j]} | learned, x, weights))
        if not np.isfinite(x).all() and np.isfinite(x).any():
            terms.append(_centred({"kind": "missing", "columns": [j]}, x, weights))
    return terms


def _centred(term: Term, x: Array, weights: Array) -> Term:
    columns = _columns(term, x)
    return term | {"centre": weights @ columns / weights.sum()}


def _columns(term: Term, x: Array) -> Array:
    """The features of a single column, not yet centred."""
    if term["kind"] == "category":
        return category_entries(term, x)
    if term["kind"] == "missing":
        return (~np.isfinite(x)).astype(np.float64)[:, None]
    if term["kind"] == "waves":
        return interpolate_at_knots(term["knots"], term["waves"], x)
    inside = np.clip(x, term["knots"][0], term["knots"][-1])
    line = (inside - term["mean"]) / term["deviation"]
    return np.where(np.isfinite(x), line, 0.0)[:, None]


def learn_pair(
    terms: Sequence[Term], i: int, j: int, values: Values, weights: Array
) -> Term | None:
    """The term of two columns: products of their slowest features."""
    parts = [_part(terms, i), _part(terms, j)]
    if parts[0] is None or parts[1] is None:
        return None
    widths = [len(part["centre"]) for part in parts if part is not None]
    small = min(widths)
    least = min(small, int(np.sqrt(PAIR_FEATURES)))
    sizes = [
        least if width == small else min(width, PAIR_FEATURES // max(least, 1)) for width in widths
    ]
    if widths[0] == widths[1]:
        sizes = [least, min(widths[1], PAIR_FEATURES // max(least, 1))]
    keep = [
        _slowest(part, size, values.X[:, c], weights)
        for part, size, c in zip(parts, sizes, (i, j), strict=True)
        if part is not None
    ]
    term = {"kind": "pair", "columns": [i, j], "parts": list(parts), "keep": keep}
    columns = _products(term, values.X)
    return term | {"centre": weights @ columns / weights.sum()}


def _part(terms: Sequence[Term], j: int) -> Term | None:
    """The features of column j that a pair is made of: its categories, waves, or else its line."""
    for kind in ("category", "waves", "line"):
        for term in terms:
            if term["kind"] == kind and term["columns"] == [j]:
                return term
    return None


def _slowest(part: Term, size: int, x: Array, weights: Array) -> NDArray[np.intp]:
    """The slowest waves, or the commonest categories (of two, one says all)."""
    if part["kind"] != "category":
        return np.arange(min(size, len(part["centre"])), dtype=np.intp)
    count = len(part["centre"])
    if count == 2:
        return np.array([1], dtype=np.intp)
    return np.sort(np.argsort(-np.asarray(part["centre"]), kind="stable")[:size]).astype(np.intp)


def _products(term: Term, X: Array) -> Array:
    first, second = (
        (_columns(part, X[:, c]) - part["centre"])[:, keep]
        for part, c, keep in zip(term["parts"], term["columns"], term["keep"], strict=True)
    )
    return np.asarray((first[:, :, None] * second[:, None, :]).reshape(len(X), -1))


def model_features(terms: Sequence[Term], X: Array) -> Array:
    """The features of all terms side by side: n×p, each of mean 0 in training."""
    if not terms:
        return np.empty((len(X), 0))
    return np.hstack([term_features(term, X) for term in terms])


def term_features(term: Term, X: Array) -> Array:
    """The features of one term, n×m."""
    if term["kind"] == "pair":
        return np.asarray(_products(term, X) - term["centre"])
    return np.asarray(_columns(term, X[:, term["columns"][0]]) - term["centre"])


def term_of_each_feature(terms: Sequence[Term]) -> NDArray[np.intp]:
    """Which term each feature belongs to: (p,)."""
    widths = [len(term["centre"]) for term in terms]
    return np.repeat(np.arange(len(terms), dtype=np.intp), widths)

"""Additive curves as ONNX operators: the features of each term, times its weights.

Notes: §5.1, §5.2, KE 160
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.column_values import values_of_columns
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.linear import likeliest, two_chances
from pellucid.exchange.onnx.row_parts import Outputs, Rows

Term = dict[str, Any]


def curve_sums(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The sum of the curves.

    Notes: §5.1
    """
    return {"prediction": (graph.flat(_scores(graph, rows, model)), np.float64, ())}


def curve_classes(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Chances of the classes, and the likeliest.

    Notes: KE 160
    """
    return likeliest_by_scores(graph, _scores(graph, rows, model), model)


def likeliest_by_scores(graph: OnnxGraph, u: str, model: Any) -> Outputs:
    """Chances from scores, one a class or one for two classes; the label of the greatest.

    Notes: KE 160
    """
    two = len(model.classes_) == 2
    return likeliest(graph, model, two_chances(graph, u) if two else graph("Softmax", u, axis=1))


def _scores(graph: OnnxGraph, rows: Rows, model: Any) -> str:
    x = values_of_columns(graph, rows, model)
    scores, at = graph.repeated(np.asarray(model.theta_0_, dtype=np.float64), x), 0
    for term in model.terms_:
        width = len(term["centre"])
        adds = _features(graph, term, x)
        own = graph.constant(np.asarray(model.theta_)[at : at + width])
        scores = graph("Add", scores, graph("MatMul", adds, own))
        at += width
    return scores


def _features(graph: OnnxGraph, term: Term, x: str) -> str:
    """The features of one term, n×m, centred."""
    if term["kind"] == "pair":
        found = _products(graph, term, x)
    else:
        found = KINDS[term["kind"]](graph, term, graph.columns(x, [term["columns"][0]]))
    return graph("Sub", found, graph.constant(term["centre"]))


def _category(graph: OnnxGraph, term: Term, x: str) -> str:
    """One column a category; a missing one is the category −1."""
    place = graph("Where", graph("IsNaN", x), graph.constant(-1.0), x)
    return graph.numbers(graph("Equal", place, graph.constant(term["places"])))


def _missing(graph: OnnxGraph, term: Term, x: str) -> str:
    return graph.numbers(graph("IsNaN", x))


def _line(graph: OnnxGraph, term: Term, x: str) -> str:
    inside = _inside(graph, x, term["knots"])
    centred = graph("Sub", inside, graph.constant(term["mean"]))
    line = graph("Div", centred, graph.constant(term["deviation"]))
    return graph("Where", graph("IsNaN", x), graph.constant(0.0), line)


def _waves(graph: OnnxGraph, term: Term, x: str) -> str:
    """Functions of a table between knots by straight lines; 0 where missing."""
    knots, table = np.asarray(term["knots"]), np.asarray(term["waves"])
    there = graph("Where", graph("IsNaN", x), graph.constant(knots[0]), x)
    inside = _inside(graph, there, knots)
    # The last knot is left out: what lies on it belongs to the stretch before it.
    passed = graph("GreaterOrEqual", inside, graph.constant(knots[1:-1]))
    left = graph.total(graph.cast(passed, np.int64), 1)
    start = graph("Gather", graph.constant(knots[:-1, None]), left, axis=0)
    length = graph("Gather", graph.constant(np.diff(knots)[:, None]), left, axis=0)
    part = graph("Div", graph("Sub", inside, start), length)
    low = graph("Gather", graph.constant(table[:-1]), left, axis=0)
    high = graph("Gather", graph.constant(table[1:]), left, axis=0)
    rest = graph("Sub", graph.constant(1.0), part)
    found = graph("Add", graph("Mul", low, rest), graph("Mul", high, part))
    return graph("Where", graph("IsNaN", x), graph.constant(0.0), found)


def _inside(graph: OnnxGraph, x: str, knots: Any) -> str:
    low, high = graph.constant(knots[0]), graph.constant(knots[-1])
    return graph("Min", graph("Max", x, low), high)


def _products(graph: OnnxGraph, term: Term, x: str) -> str:
    """Products of the slowest features of two columns."""
    sides = [
        graph.columns(_features(graph, part, x), keep)
        for part, keep in zip(term["parts"], term["keep"], strict=True)
    ]
    first = graph("Unsqueeze", sides[0], graph.whole([2]))
    second = graph("Unsqueeze", sides[1], graph.whole([1]))
    return graph("Reshape", graph("Mul", first, second), graph.whole([-1, len(term["centre"])]))


KINDS = {"category": _category, "line": _line, "missing": _missing, "waves": _waves}

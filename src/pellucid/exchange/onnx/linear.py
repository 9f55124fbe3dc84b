"""Linear models as ONNX operators: u = Xθ + θ₀, then chances, then the label.

Notes: KE 45, KE 152, Def 170, Clar 174
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.converters import outputs_of
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Rows
from pellucid.linear.transformed_target import FURTHEST


def regression(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The score itself.

    Notes: KE 45
    """
    shape = np.shape(model.coef_)[:-1]
    return {"prediction": (_scores(graph, rows, model), np.float64, shape)}


def two_classes(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The second label above the threshold; its chance, or (of a linear classifier) the score.

    Notes: KE 152
    """
    u = _scores(graph, rows, model)
    cut = np.log(model.threshold / (1 - model.threshold))
    positive = graph.flat(graph.cast(graph("Greater", u, graph.constant(cut)), np.int64))
    label = label_names(graph, model.classes_, positive)
    if not hasattr(model, "predict_proba"):
        return {"label": label, "score": (graph.flat(u), np.float64, ())}
    return {"label": label, "probabilities": (two_chances(graph, u), np.float64, (2,))}


def decision(graph: OnnxGraph, rows: Rows, model: Any) -> str:
    """Scores before chances, n×k; of two classes that of the second, and minus it for the first.

    Notes: KE 152
    """
    u = _scores(graph, rows, model)
    count = len(np.atleast_2d(model.coef_))
    if hasattr(model, "threshold"):
        u = graph("Sub", u, graph.constant(np.log(model.threshold / (1 - model.threshold))))
    elif count == 2:  # the second less the first
        u, count = graph("MatMul", u, graph.constant([[-1.0], [1.0]])), 1
    return graph("Concat", graph("Neg", u), u, axis=1) if count == 1 else u


def several_classes(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The label of the greatest score; chances by softmax.

    Notes: Def 170
    """
    u = _scores(graph, rows, model)
    return likeliest(graph, model, graph("Softmax", u, axis=1), by=u)


def with_the_first(graph: OnnxGraph, second: str) -> str:
    """The chances of two classes from that of the second, n×1: n×2.

    Notes: KE 152
    """
    first = graph("Sub", graph.constant(np.ones(1)), second)
    return graph("Concat", first, second, axis=1)


def likeliest(graph: OnnxGraph, model: Any, chances: str, by: str = "") -> Outputs:
    """The label of the greatest chance, or of the greatest of other scores, and the chances, n×k.

    Notes: KE 160
    """
    greatest = graph("ArgMax", by or chances, axis=1, keepdims=0)
    label = label_names(graph, model.classes_, greatest)
    return {"label": label, "probabilities": (chances, np.float64, (len(model.classes_),))}


def sigmoids(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """A chance a class: as many labels as pass the threshold, or the likeliest alone.

    Notes: Clar 174
    """
    if not model.multilabel_ and len(model.coef_) == 1:
        return two_classes(graph, rows, model)
    u = _scores(graph, rows, model)
    k = (len(model.coef_),)
    g = graph("Sigmoid", u)
    if model.multilabel_:
        cut = np.log(model.threshold / (1 - model.threshold))
        present = graph.cast(graph("Greater", u, graph.constant(cut)), np.int64)
        return {"label": (present, np.int64, k), "probabilities": (g, np.float64, k)}
    g = graph("Max", g, graph.constant(np.finfo(np.float64).tiny))
    shares = graph("Div", g, graph.total(g, 1, keepdims=1))
    return likeliest(graph, model, shares, by=u)


def transformed_target(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The regression's prediction on its own scale, taken back to the mean in the target's units.

    Notes: §2.4, KE 53
    """
    u, _, shape = outputs_of(graph, rows, model.estimator_)["prediction"]
    if model.scale == "log":
        within = graph("Max", graph("Min", u, graph.constant(FURTHEST)), graph.constant(-FURTHEST))
        grown = graph("Mul", graph("Exp", within), graph.constant(model.smearing_))
        found = graph("Sub", grown, graph.constant(model.shift_))
    else:
        root = graph("Max", u, graph.constant(0.0))
        found = graph("Add", graph("Mul", root, root), graph.constant(model.smearing_))
    return {"prediction": (graph("Max", found, graph.constant(0.0)), np.float64, shape)}


def _scores(graph: OnnxGraph, rows: Rows, model: Any) -> str:
    product = graph("MatMul", rows.matrix(graph), graph.constant(np.asarray(model.coef_).T))
    return graph("Add", product, graph.constant(model.intercept_))


def two_chances(graph: OnnxGraph, u: str) -> str:
    """1 − σ(u) and σ(u) of scores n×1.

    Notes: KE 152
    """
    return graph("Sigmoid", graph("Concat", graph("Neg", u), u, axis=1))


def label_names(graph: OnnxGraph, classes: Any, places: str) -> tuple[str, Any, tuple[int, ...]]:
    """The labels at the given places among the classes.

    Notes: Concept 286
    """
    labels = np.asarray(classes)
    if labels.dtype == object and all(isinstance(label, str) for label in labels):
        labels = labels.astype(str)
    return graph("Gather", graph.array(labels), places), labels.dtype, ()

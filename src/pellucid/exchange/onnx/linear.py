"""Linear models as ONNX operators: u = Xθ + θ₀, then chances, then the label.

Notes: KE 45, KE 152, Def 170, Clar 174
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.linear.linear_classifier import LinearClassifier
from pellucid.linear.logistic_classifier import TwoClasses
from pellucid.linear.random_regression import RandomRegression
from pellucid.linear.sigmoids_classifier import SigmoidsClassifier
from pellucid.linear.softmax_classifier import SeveralClasses
from pellucid.linear.square_loss import SquareLossRegressor

# Name of an output -> its result in the graph, its kind of entry, shape of one point.
Outputs = dict[str, tuple[str, Any, tuple[int, ...]]]


def linear_outputs(graph: OnnxGraph, model: Any) -> Outputs | None:
    """What a fitted linear model answers; None for a model of another family.

    Notes: KE 45, KE 152, Def 170
    """
    if isinstance(model, SquareLossRegressor | RandomRegression):
        return _regression(graph, model)
    if isinstance(model, TwoClasses):
        return _two_classes(graph, model)
    if isinstance(model, SigmoidsClassifier):
        return _sigmoids(graph, model)
    if isinstance(model, SeveralClasses):
        return _several_classes(graph, model)
    return None


def _scores(graph: OnnxGraph, model: Any) -> str:
    product = graph("MatMul", "x", graph.constant(np.asarray(model.coef_).T))
    return graph("Add", product, graph.constant(model.intercept_))


def _regression(graph: OnnxGraph, model: Any) -> Outputs:
    return {"prediction": (_scores(graph, model), graph.dtype, np.shape(model.coef_)[:-1])}


def _two_classes(graph: OnnxGraph, model: Any) -> Outputs:
    u = _scores(graph, model)
    cut = np.log(model.threshold / (1 - model.threshold))
    positive = graph("Greater", u, graph.constant(cut))
    label = labelled(
        graph, model.classes_, graph("Squeeze", graph.cast(positive, np.int64), _last(graph))
    )
    if isinstance(model, LinearClassifier):
        flat = graph("Squeeze", u, _last(graph))
        return {"label": label, "score": (flat, graph.dtype, ())}
    both = graph("Concat", graph("Neg", u), u, axis=1)
    return {"label": label, "probabilities": (graph("Sigmoid", both), graph.dtype, (2,))}


def _several_classes(graph: OnnxGraph, model: Any) -> Outputs:
    u = _scores(graph, model)
    label = labelled(graph, model.classes_, graph("ArgMax", u, axis=1, keepdims=0))
    chances = graph("Softmax", u, axis=1)
    return {"label": label, "probabilities": (chances, graph.dtype, (len(model.classes_),))}


def _sigmoids(graph: OnnxGraph, model: Any) -> Outputs:
    if not model.multilabel_ and len(model.coef_) == 1:
        return _two_classes(graph, model)
    u = _scores(graph, model)
    k = (len(model.coef_),)
    g = graph("Sigmoid", u)
    if model.multilabel_:
        cut = np.log(model.threshold / (1 - model.threshold))
        present = graph.cast(graph("Greater", u, graph.constant(cut)), np.int64)
        return {"label": (present, np.int64, k), "probabilities": (g, graph.dtype, k)}
    g = graph("Max", g, graph.constant(np.finfo(graph.dtype).tiny))
    shares = graph("Div", g, graph("ReduceSum", g, graph.whole([1]), keepdims=1))
    label = labelled(graph, model.classes_, graph("ArgMax", u, axis=1, keepdims=0))
    return {"label": label, "probabilities": (shares, graph.dtype, k)}


def labelled(graph: OnnxGraph, classes: Any, places: str) -> tuple[str, Any, tuple[int, ...]]:
    """The labels at the given places among the classes.

    Notes: Concept 286
    """
    labels = np.asarray(classes)
    if labels.dtype == object and all(isinstance(label, str) for label in labels):
        labels = labels.astype(str)
    return graph("Gather", graph.array(labels), places), labels.dtype, ()


def _last(graph: OnnxGraph) -> str:
    return graph.whole([-1])

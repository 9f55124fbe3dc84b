"""Nearest neighbours as ONNX operators: the stored rows, the k nearest, their vote or mean.

Notes: §1.4.1
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.converters import outputs_of
from pellucid.exchange.onnx.distances import distances
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.linear import likeliest
from pellucid.exchange.onnx.row_parts import Outputs, Rows
from pellucid.linear.nearest_neighbor import DECIMALS


def average(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The mean target of the nearest rows.

    Notes: §1.4.1
    """
    index, votes = _votes(graph, rows, model)
    answers = graph("Gather", graph.constant(model.answers_), index, axis=0)
    total = graph.total(graph("Mul", graph("Unsqueeze", votes, graph.whole([2])), answers), 1)
    found = graph("Div", total, graph.total(votes, 1, keepdims=1))
    if model.flat_:
        return {"prediction": (graph.flat(found), np.float64, ())}
    return {"prediction": (found, np.float64, model.answers_.shape[1:])}


def vote(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The label with most votes, and smoothed shares.

    Notes: §1.4.1
    """
    k = len(model.classes_)
    index, votes = _votes(graph, rows, model)
    ballots = graph("Gather", graph.constant(np.eye(k)[model.codes_]), index, axis=0)
    counts = graph.total(graph("Mul", graph("Unsqueeze", votes, graph.whole([2])), ballots), 1)
    smoothed = graph("Add", counts, graph.constant(1.0))
    chances = graph("Div", smoothed, graph.total(smoothed, 1, keepdims=1))
    return likeliest(graph, model, chances, by=counts)


def chosen_machine(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The one of both that answers.

    Notes: §1.4.1
    """
    return outputs_of(graph, rows, model.machine_)


def _votes(graph: OnnxGraph, rows: Rows, model: Any) -> tuple[str, str]:
    """Places of the rows that answer, n×k, and how often each counts."""
    k = min(int(model.n_neighbors), len(model.rows_))
    apart = distances(graph, rows.matrix(graph), model.rows_, "euclidean")
    # Distances that agree to so many decimals are a tie: the row stored first wins.
    rounded = graph("Round", graph("Mul", apart, graph.constant(10.0**DECIMALS)))
    _, index = graph.several("TopK", 2, rounded, graph.whole([k]), largest=0, sorted=1, axis=1)
    weights = graph("Gather", graph.constant(model.weights_), index, axis=0)
    before = graph("CumSum", weights, graph.array(np.asarray(1, np.int64)), exclusive=1)
    left = graph("Sub", graph.constant(float(model.n_neighbors)), before)
    return index, graph("Max", graph("Min", left, weights), graph.constant(0.0))

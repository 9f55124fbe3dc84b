"""Bases as ONNX operators: monomials, products, radial features, the radius.

Notes: Def 187, Def 190, Concept 236
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.onnx.converters import refused_setting
from pellucid.exchange.onnx.distances import METRICS, distances
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Rows, features
from pellucid.exchange.onnx.scalers import scaled


def polynomial(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Every monomial, each made of a lower one, as the estimator makes them.

    Notes: Def 187, Def 188
    """
    z = rows.matrix(graph)
    if model.domain == "scaled":
        z = scaled(graph, z, model.centre_, model.half_)
    runs: list[tuple[int, int, str]] = []  # first and last feature of each run, and its result
    for start, stop, v, source in model.recipe_.tolist():
        if v < 0:
            made = graph.repeated(np.ones(1), z)
        elif source < 0:
            made = graph.columns(z, [v])
        else:
            lower = _stretch(graph, runs, source, source + stop - start)
            made = graph("Mul", lower, graph.columns(z, [v]))
        runs.append((start, stop, made))
    blocks = [made for _, _, made in sorted(runs)]
    return features(graph, blocks, len(model.exponents_))


def _stretch(graph: OnnxGraph, runs: list[tuple[int, int, str]], start: int, stop: int) -> str:
    """Features start … stop − 1, which may lie in several runs."""
    parts = []
    for first, last, made in sorted(runs):
        low, high = max(first, start), min(last, stop)
        if low < high:
            whole = (low, high) == (first, last)
            parts.append(made if whole else graph.columns(made, np.arange(low, high) - first))
    return parts[0] if len(parts) == 1 else graph("Concat", *parts, axis=1)


def strongest_monomials(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The inputs, then the chosen products.

    Notes: Def 187
    """
    x, pairs = rows.matrix(graph), np.asarray(model.pairs_)
    width = int(model.n_features_in_) + len(pairs)
    if not len(pairs):
        return features(graph, [x], width)
    first, second = (graph.columns(x, pairs[:, side]) for side in (0, 1))
    return features(graph, [x, graph("Mul", first, second)], width)


def radial(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """exp(−β D(p, x)) for each centre p.

    Raises
    ------
    FramingError
        For a distance that ONNX graphs lack.

    Notes: Def 190, Def 191
    """
    if model.metric not in METRICS:
        raise refused_setting("RadialBasis(metric=…)")
    apart = distances(graph, rows.matrix(graph), model.centers_, model.metric)
    near = graph("Exp", graph("Mul", apart, graph.constant(-model.beta_)))
    return features(graph, [near], len(model.centers_))


def radius(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The distance to the centre, after the inputs where these are kept.

    Notes: Concept 236
    """
    x = rows.matrix(graph)
    far = distances(graph, x, model.centre_[None], "sqeuclidean" if model.squared else "euclidean")
    blocks = [x, far] if model.keep_inputs else [far]
    return features(graph, blocks, len(model.centre_) * model.keep_inputs + 1)

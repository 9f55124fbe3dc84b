"""Autoencoders as ONNX operators: the code of a row, and the row that the code stands for.

Notes: Def 353, eq 8.3, eq 8.4, Clar 355
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.exchange.onnx.converters import features_of
from pellucid.exchange.onnx.distances import distances
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.layers.series import write_series
from pellucid.exchange.onnx.linear import label_names
from pellucid.exchange.onnx.networks import standardised
from pellucid.exchange.onnx.row_parts import Outputs, Rows

if TYPE_CHECKING:
    from pellucid.autoencoders.reconstruction_loss import ReconstructionLoss


def linear_code(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Code and reconstruction of a linear autoencoder.

    Notes: Def 353, Concept 358
    """
    return _both(model, *_linear_halves(graph, rows.matrix(graph), model))


def trained_code(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """Code and reconstruction of a trained autoencoder; of a variational one at the mean code.

    Notes: Def 353, Def 370, Clar 355
    """
    code, scores = _trained_halves(graph, rows.matrix(graph), model)
    back = _answers(graph, model.loss_, scores)
    back = graph("Mul", back, graph.constant(model.scale_))
    back = graph("Add", back, graph.constant(model.mean_))
    return _both(model, code, back)


def code_and_loss(graph: OnnxGraph, rows: Rows, model: Any) -> tuple[str, str]:
    """The code of each row, n×k, and what its reconstruction loses, (n,).

    Notes: Def 353, Concept 357
    """
    x = rows.matrix(graph)
    if isinstance(model, LinearAutoencoder):
        code, back = _linear_halves(graph, x, model)
        return code, graph.total(_squared(graph, x, back), 1)
    code, scores = _trained_halves(graph, x, model)
    centred = graph("Sub", x, graph.constant(model.mean_))
    scaled = graph("Div", centred, graph.constant(model.scale_))
    return code, graph.total(_by_column(graph, model.loss_, scores, scaled), 1)


def _linear_halves(graph: OnnxGraph, x: str, model: Any) -> tuple[str, str]:
    """Code and reconstruction."""
    centred = graph("Sub", x, graph.constant(model.mean_))
    code = graph("MatMul", centred, graph.constant(model.encoder_weights_))
    back = graph("MatMul", code, graph.constant(model.decoder_weights_))
    return code, graph("Add", back, graph.constant(model.decoder_offsets_))


def _trained_halves(graph: OnnxGraph, x: str, model: Any) -> tuple[str, str]:
    """Code, and the decoder's scores."""
    wide, k = np.float64, int(model.code_length)
    single = graph.computing_in("float32")
    encoder, encoding = model._half(decoding=False)
    decoder, decoding = model._half(decoding=True)
    x = standardised(single, x, model)
    code = write_series(single, x, encoder.layers, encoding, None, encoder.points[0])
    if encoder.out_shape != (k,):  # log-variances stand behind the means
        code = graph.columns(code, np.arange(k))
    scores = write_series(single, code, decoder.layers, decoding, None, decoder.points[0])
    return graph.cast(code, wide), graph.cast(scores, wide)


def _squared(graph: OnnxGraph, x: str, back: str) -> str:
    gap = graph("Sub", x, back)
    return graph("Mul", gap, gap)


def _by_column(graph: OnnxGraph, loss: ReconstructionLoss, scores: str, x: str) -> str:
    """What each column adds to the loss, in an order of its own.

    Notes: Concept 357
    """
    parts = []
    if len(loss.squares):
        z, y = (graph.columns(each, loss.squares) for each in (scores, x))
        parts.append(_squared(graph, y, z))
    if len(loss.binary):
        u, t = (graph.columns(each, loss.binary) for each in (scores, x))
        # max(u, 0) − t·u + log(1 + e^−|u|)
        tail = graph("Exp", graph("Neg", graph("Abs", u)))
        tail = graph("Log", graph("Add", tail, graph.constant(1.0)))
        hinge = graph("Sub", graph("Relu", u), graph("Mul", t, u))
        parts.append(graph("Add", hinge, tail))
    for group in loss.categories:
        u, t = (graph.columns(each, group) for each in (scores, x))
        parts.append(graph("Neg", graph("Mul", t, graph("LogSoftmax", u, axis=-1))))
    return graph("Concat", *parts, axis=1)


def nearest_label(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The label of the nearest labelled code.

    Notes: Def 366
    """
    if model.encoder_ is not None:
        rows = features_of(graph, rows, model.encoder_)
    gaps = distances(graph, rows.matrix(graph), model.codes_)
    nearest = graph("ArgMin", gaps, axis=1, keepdims=0)
    return {"label": label_names(graph, model.classes_[model.labels_], nearest)}


def chance_of_real(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """What the discriminator says of rows; what the generator makes needs random draws.

    Notes: Def 375
    """
    single = graph.computing_in("float32")
    centred = graph("Sub", rows.matrix(graph), graph.constant(model.mean_))
    x = single.numbers(graph("Div", centred, graph.constant(model.scale_)))
    network, params = model.discriminator_, model.discriminator_params_
    y = write_series(single, x, network.layers, params, None, network.points[0])
    return {"chance_of_real": (graph.flat(graph.cast(y, np.float64)), np.float64, ())}


def _both(model: Any, code: str, back: str) -> Outputs:
    shapes = (int(model.code_length),), (int(model.n_features_in_),)
    return {
        "code": (code, np.float64, shapes[0]),
        "reconstruction": (back, np.float64, shapes[1]),
    }


def _answers(graph: OnnxGraph, loss: ReconstructionLoss, scores: str) -> str:
    """Scores as numbers and chances: each group of columns by itself, then put back in order."""
    groups = [(loss.squares, "Identity"), (loss.binary, "Sigmoid")]
    groups += [(group, "Softmax") for group in loss.categories]
    parts, order = [], []
    for columns, operator in groups:
        if len(columns):
            parts.append(graph(operator, graph.columns(scores, columns)))
            order += list(columns)
    return graph.columns(graph("Concat", *parts, axis=1), np.argsort(order))

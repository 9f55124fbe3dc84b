"""Autoencoders as ONNX operators: the code of a row, and the row that the code stands for.

Notes: Def 353, eq 8.3, eq 8.4, Clar 355
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.layers.series import written_series
from pellucid.exchange.onnx.linear import Outputs
from pellucid.exchange.onnx.networks import standardised

if TYPE_CHECKING:
    from pellucid.autoencoders.code_estimator import CodeEstimator
    from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
    from pellucid.autoencoders.reconstruction_loss import ReconstructionLoss


def linear_code_outputs(graph: OnnxGraph, model: LinearAutoencoder) -> Outputs:
    """Code and reconstruction of a linear autoencoder.

    Notes: Def 353, Concept 358
    """
    centred = graph("Sub", "x", graph.constant(model.mean_))
    code = graph("MatMul", centred, graph.constant(model.encoder_weights_))
    back = graph("MatMul", code, graph.constant(model.decoder_weights_))
    back = graph("Add", back, graph.constant(model.decoder_offsets_))
    return _both(model, code, back)


def coded_outputs(graph: OnnxGraph, model: CodeEstimator) -> Outputs:
    """Code and reconstruction of a trained autoencoder; of a variational one at the mean code.

    Notes: Def 353, Def 370, Clar 355
    """
    wide, k = np.float64, int(model.code_length)
    encoder, encoding = model._half(decoding=False)
    decoder, decoding = model._half(decoding=True)
    x = standardised(graph, model)
    code = written_series(graph, x, encoder.layers, encoding, None, encoder.points[0])
    if encoder.out_shape != (k,):  # log-variances stand behind the means
        code = graph("Gather", code, graph.whole(np.arange(k)), axis=1)
    scores = written_series(graph, code, decoder.layers, decoding, None, decoder.points[0])
    back = _answers(graph, model.loss_, graph.cast(scores, wide))
    back = graph("Mul", back, graph.array(np.asarray(model.scale_, wide)))
    back = graph("Add", back, graph.array(np.asarray(model.mean_, wide)))
    return _both(model, graph.cast(code, wide), back)


def _both(model: CodeEstimator | LinearAutoencoder, code: str, back: str) -> Outputs:
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
            own = graph("Gather", scores, graph.whole(columns), axis=1)
            parts.append(graph(operator, own))
            order += list(columns)
    together = graph("Concat", *parts, axis=1)
    return graph("Gather", together, graph.whole(np.argsort(order)), axis=1)

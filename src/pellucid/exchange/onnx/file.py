"""`to_onnx`: a fitted model as an ONNX file, which runs without Python.

Notes: Concept 247
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

from pellucid.errors import FramingError, MissingExtraError
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.storage.atomic import write_whole


def to_onnx(
    model: Any,
    path: str | os.PathLike[str],
    *,
    params: Any = None,
    state: Any = None,
) -> None:
    """Write a fitted model as an ONNX file; its predictions are those of `predict`.

    A linear model computes in float64; a network in float32, for ONNX runtimes convolve in nothing
    else.
    The input is called "x", n×(shape of one point); an estimator's images come as flat rows. A
    regression answers "prediction"; a classifier "label" and "probabilities" (`LinearClassifier`
    "label" and "score"); an autoencoder "code" and "reconstruction"; a bare `Network` "output".

    Parameters
    ----------
    model : fitted linear model, network estimator or autoencoder, or Network
    path : path
        The file; it appears whole or not at all.
    params, state : list of dict, optional
        Of a bare `Network`: what was trained, and what its layers remember.

    Raises
    ------
    MissingExtraError
        Without the package onnx: `pip install "pellucid[onnx]"`.
    FramingError
        For a model, or a layer, that has no export.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import os, tempfile, numpy as np, onnxruntime
    >>> from pellucid import Ridge, to_onnx
    >>> X, y = np.arange(6.0).reshape(3, 2), np.arange(3.0)
    >>> model = Ridge(lam=0.1).fit(X, y)
    >>> file = os.path.join(tempfile.mkdtemp(), "ridge.onnx")
    >>> to_onnx(model, file)
    >>> found = onnxruntime.InferenceSession(file).run(["prediction"], {"x": X})[0]
    >>> bool(np.allclose(found, model.predict(X)))
    True

    Notes: Concept 247
    """
    if find_spec("onnx") is None:
        raise MissingExtraError(
            'Writing ONNX needs the package onnx: pip install "pellucid[onnx]".'
        )
    write_whole(path, packed_onnx(model, params, state))


def packed_onnx(model: Any, params: Any = None, state: Any = None) -> bytes:
    """What an ONNX file holds; errors as in `to_onnx`.

    Notes: Concept 247
    """
    from sklearn.utils.validation import check_is_fitted

    from pellucid.autoencoders.code_estimator import CodeEstimator
    from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
    from pellucid.exchange.onnx.autoencoders import coded_outputs, linear_code_outputs
    from pellucid.exchange.onnx.linear import linear_outputs
    from pellucid.exchange.onnx.networks import estimator_outputs, network_outputs
    from pellucid.networks.adversarial.robust_classifier import RobustClassifier
    from pellucid.networks.estimators.network_estimator import NetworkEstimator
    from pellucid.networks.network import Network

    if isinstance(model, Network):
        graph = OnnxGraph("float32")
        return graph.packed(model.points[0], network_outputs(graph, model, params, state))
    if hasattr(model, "fit"):
        check_is_fitted(model)
    if isinstance(model, RobustClassifier):  # the adversary stays at home
        model = model.model_
    if isinstance(model, NetworkEstimator):
        graph = OnnxGraph("float32", input_dtype="float64")
        written = coded_outputs if isinstance(model, CodeEstimator) else estimator_outputs
        return graph.packed((model.n_features_in_,), written(graph, model))
    graph = OnnxGraph("float64")
    if isinstance(model, LinearAutoencoder):
        return graph.packed((model.n_features_in_,), linear_code_outputs(graph, model))
    outputs = linear_outputs(graph, model)
    if outputs is None:
        raise FramingError(
            f"{type(model).__name__} has no ONNX export: there is one of linear models (Ridge, "
            "LogisticClassifier, SoftmaxClassifier, …), of networks and of autoencoders."
        )
    return graph.packed((model.n_features_in_,), outputs)

"""`to_onnx`: a fitted model as an ONNX file, which runs without Python.

Notes: Concept 247
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

from pellucid.errors import MissingExtraError
from pellucid.storage.atomic_files import write_whole


def to_onnx(
    model: Any,
    path: str | os.PathLike[str],
    *,
    params: Any = None,
    state: Any = None,
    example: Any = None,
) -> None:
    """Write a fitted model as an ONNX file; its predictions are those of `predict`.

    Every estimator and transformer can be written, scikit-learn's pipelines and column
    transformers of them, and the machine that `pellucid fit` leaves behind. It computes in
    float64, networks in float32, for ONNX runtimes convolve in nothing else. Graphs of numbers are
    of opset 17; text needs 20, and trees the operators of `ai.onnx.ml` 5.

    Rows come as one input "x", n×(shape of one point), when all columns are of one type, and
    else as one n×1 input a column, by its name; a machine has one input for each of its columns.
    Amounts are float64, NaN where missing; categories and dates (ISO 8601) are text, "" where
    missing. A regression answers "prediction"; a classifier "label" and "probabilities"
    (`LinearClassifier` "label" and "score"); clusters "label" and "distances"; a transformer
    "features"; an autoencoder "code" and "reconstruction"; a bare `Network` "output"; a machine
    "prediction" and "probability_CLASS" for each class. A value that the estimator refuses is
    refused by the runtime, or gives NaN.

    Parameters
    ----------
    model : fitted estimator, transformer, pipeline or machine; or Network
    path : path
        The file; it appears whole or not at all.
    params, state : list of dict, optional
        Of a bare `Network`: what was trained, and what its layers remember.
    example : data frame, array or list, optional
        A few rows: they say which columns are text, where the model does not know (`Dates`).

    Raises
    ------
    MissingExtraError
        Without the package onnx: `pip install "pellucid[onnx]"`.
    FramingError
        For a model, a layer or a setting that has no export, with the reason.
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
    write_whole(path, packed_onnx(model, params, state, example))


def packed_onnx(model: Any, params: Any = None, state: Any = None, example: Any = None) -> bytes:
    """What an ONNX file holds; errors as in `to_onnx`.

    Notes: Concept 247
    """
    if find_spec("onnx") is None:
        raise MissingExtraError(
            'Writing ONNX needs the package onnx: pip install "pellucid[onnx]".'
        )
    from sklearn.utils.validation import check_is_fitted

    from pellucid.exchange.onnx.converters import converter_of, outputs_of
    from pellucid.exchange.onnx.graph import Input, OnnxGraph
    from pellucid.exchange.onnx.inputs import inputs_of, names_of, rows_of

    if hasattr(model, "answers"):
        from pellucid.exchange.onnx.machine import machine_to_onnx

        return machine_to_onnx(model)
    if hasattr(model, "points"):
        from pellucid.exchange.onnx.networks import network_outputs

        graph = OnnxGraph("float32")
        outputs = network_outputs(graph, "x", model, params, state)
        return graph.packed([Input("x", "float32", model.points[0])], outputs)
    converter_of(model)  # what cannot be written raises an error before anything else
    if hasattr(model, "fit"):
        check_is_fitted(model)
    inputs = inputs_of(model, example)
    graph = OnnxGraph(reserved_names=[each.name for each in inputs])
    rows = rows_of(graph, inputs, names_of(model, inputs))
    return graph.packed(inputs, outputs_of(graph, rows, model))

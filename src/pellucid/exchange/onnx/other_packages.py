"""Estimators of other packages inside ours, by skl2onnx's converters.

Notes: Concept 247
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from pellucid.errors import FramingError, MissingExtraError
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import Outputs, Rows

OPSETS = {"": 17, "ai.onnx.ml": 3}


def of_another_package(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """The graph that skl2onnx makes of a model, put into ours.

    Raises
    ------
    MissingExtraError
        Without the package skl2onnx.
    FramingError
        When it has no converter for the model.
    """
    name = type(model).__name__
    if find_spec("skl2onnx") is None:
        raise MissingExtraError(
            f"{name} is no estimator of Pellucid; its converter is in the package skl2onnx: "
            'pip install "pellucid[onnx]".'
        )
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
    from skl2onnx.common.exceptions import (
        MissingConverter,
        MissingShapeCalculator,
    )

    from pellucid.exchange.onnx.registration import register_onnx_converters

    register_onnx_converters()
    given = {
        f"input_{i}": (StringTensorType if part.text else DoubleTensorType)([None, len(part.names)])
        for i, part in enumerate(rows.parts)
    }
    options = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
    try:
        made = convert_sklearn(
            model, initial_types=list(given.items()), target_opset=OPSETS, options=options
        )
    except (MissingConverter, MissingShapeCalculator, NotImplementedError, RuntimeError) as error:
        raise FramingError(
            f"{name} has no ONNX export: neither Pellucid nor skl2onnx can write it "
            f"({str(error).splitlines()[0][:160]})."
        ) from error
    return _inlined(graph, rows, model, made.graph, made.opset_import)


def _inlined(graph: OnnxGraph, rows: Rows, model: Any, foreign_graph: Any, opsets: Any) -> Outputs:
    """Nodes and constants under names of ours; what they give, named as we name it."""
    own = {f"input_{i}": part.result for i, part in enumerate(rows.parts)}

    def renamed(name: str) -> str:
        if name and name not in own:
            own[name] = graph.name("foreign")
        return own.get(name, "")

    for constant in foreign_graph.initializer:
        constant.name = renamed(constant.name)
        graph.constants.append(constant)
    for node in foreign_graph.node:
        node.input[:] = [renamed(name) for name in node.input]
        node.output[:] = [renamed(name) for name in node.output]
        node.name = node.output[0]
        graph.nodes.append(node)
    for each in opsets:
        graph.opsets[each.domain] = max(graph.opsets.get(each.domain, 0), each.version)
    results = [renamed(each.name) for each in foreign_graph.output]
    return _named_outputs(graph, model, results)


def _named_outputs(graph: OnnxGraph, model: Any, results: list[str]) -> Outputs:
    from sklearn.base import is_classifier, is_regressor

    if is_regressor(model):
        return {"prediction": (graph.flat(graph.cast(results[0], np.float64)), np.float64, ())}
    if is_classifier(model):
        labels = np.asarray(model.classes_)
        dtype = np.int64 if labels.dtype.kind in "iu" else labels.dtype
        found: Outputs = {"label": (graph.flat(results[0]), dtype, ())}
        if len(results) > 1 and hasattr(model, "predict_proba"):
            chances = graph.cast(results[1], np.float64)
            found["probabilities"] = (chances, np.float64, (len(labels),))
        return found
    width = len(model.get_feature_names_out())
    return {"features": (graph.cast(results[0], np.float64), np.float64, (width,))}

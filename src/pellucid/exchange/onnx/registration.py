"""Our converters made known to skl2onnx, so that its pipelines with ours inside convert.

Notes: Concept 247
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from pellucid.errors import MissingExtraError
from pellucid.exchange.onnx.converters import CONVERTERS, REFUSALS, outputs_of
from pellucid.exchange.onnx.graph import ML, Input, OnnxGraph
from pellucid.exchange.onnx.inputs import names_of, rows_of
from pellucid.exchange.onnx.linear import decision
from pellucid.exchange.onnx.row_parts import FEATURES, Outputs
from pellucid.storage.registry import REGISTRY

NEWEST_ML = 3  # version of ai.onnx.ml beyond which skl2onnx writes no file
OPTIONS = {
    "zipmap": [True, False, "columns"],
    "nocl": [True, False],
    "output_class_labels": [True, False],
}


def register_onnx_converters() -> None:
    """Make every estimator of ours known to skl2onnx.

    After it, `skl2onnx.to_onnx(pipeline, X)` converts scikit-learn's pipelines, searches, votes and
    stacks that hold ours. A column of text that ours reads needs opset 20. As scikit-learn's own
    regressions do there, ours give "prediction" as n×1.

    Raises
    ------
    MissingExtraError
        Without the package skl2onnx: `pip install "pellucid[onnx]"`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import MinMaxScaler
    >>> from pellucid import Ridge
    >>> from pellucid.exchange import register_onnx_converters
    >>> register_onnx_converters()
    >>> import skl2onnx
    >>> X, y = np.arange(6.0).reshape(3, 2), np.arange(3.0)
    >>> pipeline = make_pipeline(MinMaxScaler(), Ridge(lam=0.1)).fit(X, y)
    >>> model = skl2onnx.to_onnx(pipeline, X)
    >>> [output.name for output in model.graph.output]
    ['prediction']

    Notes: Concept 247
    """
    if find_spec("skl2onnx") is None:
        raise MissingExtraError(
            'Converters are made known to the package skl2onnx: pip install "pellucid[onnx]".'
        )
    from skl2onnx import update_registered_converter

    for name in (*CONVERTERS, *REFUSALS):
        if name in REGISTRY:
            module, _, attribute = REGISTRY[name].partition(":")
            cls = getattr(import_module(module), attribute)
            scores = {"raw_scores": [True, False]} if hasattr(cls, "decision_function") else {}
            update_registered_converter(
                cls,
                f"Pellucid{name}",
                _shapes,
                _converted,
                parser=_declared,
                options=OPTIONS | scores,
            )


def _found(graph: OnnxGraph, variables: Any, model: Any, scores: bool = False) -> Outputs:
    """The outputs as skl2onnx passes them on: of a transformer the features alone.

    `scores` puts those of the decision function in the place of the chances, as the calibration
    of a classifier asks for them.
    """
    from skl2onnx.common.data_types import StringTensorType

    inputs = []
    widths = [each.type.shape[1] if len(each.type.shape) > 1 else 1 for each in variables]
    if widths.count(None) == 1:
        rest = int(model.n_features_in_) - sum(width or 0 for width in widths)
        widths = [width or rest for width in widths]
    for each, width in zip(variables, widths, strict=True):
        dtype = str if isinstance(each.type, StringTensorType) else np.float32
        inputs.append(Input(each.full_name, dtype, (width,)))
    rows = rows_of(graph, inputs, names_of(model, inputs))
    outputs = outputs_of(graph, rows, model)
    if hasattr(model, "transform") and not hasattr(model, "predict"):
        kept = next(name for name in FEATURES if name in outputs)
        return {kept: outputs[kept]}
    if "prediction" in outputs and not outputs["prediction"][2]:
        return {"prediction": (graph.upright(outputs["prediction"][0]), np.float64, (1,))}
    if scores:
        u, k = decision(graph, rows, model), len(model.classes_)
        return {"label": outputs["label"], "scores": (u, np.float64, (k,))}
    return outputs


def _declared(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> Any:
    """The operator of a model with a variable for each of its outputs."""
    from skl2onnx._supported_operators import _get_sklearn_operator_name

    operator = scope.declare_local_operator(_get_sklearn_operator_name(type(model)), model)
    operator.inputs = inputs
    for name, (_, dtype, shape) in _found(OnnxGraph(), inputs, model).items():
        operator.outputs.append(scope.declare_local_variable(name, _type(dtype, shape)))
    return operator.outputs


def _type(dtype: Any, shape: tuple[int, ...]) -> Any:
    from skl2onnx.common import data_types

    kind = np.dtype(dtype)
    held = {
        "b": data_types.BooleanTensorType,
        "f": data_types.DoubleTensorType,
        "i": data_types.Int64TensorType,
        "u": data_types.Int64TensorType,
    }
    return held.get(kind.kind, data_types.StringTensorType)([None, *shape])


def _shapes(operator: Any) -> None:
    found = _found(OnnxGraph(), operator.inputs, operator.raw_operator)
    for variable, (_, dtype, shape) in zip(operator.outputs, found.values(), strict=False):
        variable.type = _type(dtype, shape)


def _converted(scope: Any, operator: Any, container: Any) -> None:
    """Our nodes and constants, under names that nothing else has."""
    from onnx import helper

    model = operator.raw_operator
    limits = {"": container.target_opset_any_domain(""), ML: NEWEST_ML}
    prefix = f"{scope.get_unique_operator_name('pellucid')}_"
    graph = OnnxGraph(prefix=prefix, limits=limits)
    asked = scope.get_options(model, {"raw_scores": False}, fail=False) or {}
    found = _found(graph, operator.inputs, model, bool(asked.get("raw_scores")))
    for variable, (result, _, _) in zip(operator.outputs, found.values(), strict=False):
        graph.nodes.append(helper.make_node("Identity", [result], [variable.full_name]))
    for constant in graph.constants:
        container.initializers.append(constant)
    for node in graph.nodes:
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        container.add_node(
            node.op_type,
            list(node.input),
            list(node.output),
            op_domain=node.domain,
            op_version=graph.opsets[node.domain],
            name=scope.get_unique_operator_name(node.op_type),
            **attributes,
        )

"""The whole machine as one graph: a typed input a column, the prediction and its probabilities.

Notes: §1.0.7, Def 19
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from pellucid.data.table import Kind
from pellucid.errors import FramingError, MissingExtraError
from pellucid.exchange.onnx.converters import features_of, outputs_of
from pellucid.exchange.onnx.graph import Input, OnnxGraph
from pellucid.exchange.onnx.inputs import rows_of
from pellucid.exchange.onnx.rows import Outputs, Rows
from pellucid.jobs.fit.machine import MISSING, Machine

PREDICTION = "prediction"


def machine_to_onnx(machine: Any) -> bytes:
    """What `pellucid fit` left behind as the bytes of an ONNX file.

    One input a column of training, n×1, by its name: amounts float64, NaN where missing; all else
    text, "" where missing, dates as ISO 8601. Outputs are "prediction", (n,), and for classes
    "probability_CLASS" each, (n,).

    Parameters
    ----------
    machine : Machine
        As `load_model` reads it from model.pellucid.

    Returns
    -------
    bytes
        The same for the same machine.

    Raises
    ------
    MissingExtraError
        Without the package onnx.
    FramingError
        When the machine, its model or a column of it cannot be written, with the reason.

    Notes: §1.0.7
    """
    if find_spec("onnx") is None:
        raise MissingExtraError(
            'Writing ONNX needs the package onnx: pip install "pellucid[onnx]".'
        )
    if not isinstance(machine, Machine):
        raise FramingError(
            f"A {type(machine).__name__} has no ONNX export as a whole: the machines that "
            "`pellucid fit` makes of tables have one. Its model alone converts: "
            "to_onnx(machine.model, path)."
        )
    inputs = [
        Input(entry["name"], np.float64 if _is_amount(entry) else str, (1,))
        for entry in machine.wanted
    ]
    named = [PREDICTION, *(f"probability_{name}" for name in _classes(machine))]
    graph = OnnxGraph(taken=[*(each.name for each in inputs), *named])
    clash = next((each.name for each in inputs if each.name in named), None)
    if clash is not None:
        raise FramingError(
            f"The column {clash!r} has the name of an output; an ONNX graph has each name once. "
            "Rename the column and fit again."
        )
    return graph.packed(inputs, _answers(graph, rows_of(graph, inputs), machine))


def _is_amount(entry: dict[str, Any]) -> bool:
    return Kind(entry["kind"]) is Kind.NUMERIC


def _classes(machine: Machine) -> Sequence[str]:
    """Names of the classes, in the order of the probabilities."""
    if machine.framing.problem == "regression":
        return ()
    if machine.framing.problem == "overlapping classes":  # the model knows the places alone
        return machine.framing.classes
    return [str(label) for label in machine.model.classes_]


def _answers(graph: OnnxGraph, rows: Rows, machine: Machine) -> Outputs:
    for step in machine.steps:
        rows = features_of(graph, rows, step)
    found = outputs_of(graph, rows, machine.model)
    if machine.framing.problem == "regression":
        amount = found["prediction"][0]
        if machine.lowest is not None:
            amount = graph("Max", amount, graph.constant(machine.lowest))
        return {PREDICTION: (amount, np.float64, ())}
    chances, names = found["probabilities"][0], _classes(machine)
    if machine.framing.problem == "overlapping classes":
        label = _together(graph, found["label"][0], machine.framing.classes)
    else:
        label = graph("Gather", graph.text(list(names)), _decided(graph, chances, machine))
    outputs: Outputs = {PREDICTION: (label, str, ())}
    for at, name in enumerate(names):
        own = graph("Gather", chances, graph.whole(at), axis=1)
        outputs[f"probability_{name}"] = (own, np.float64, ())
    return outputs


def _decided(graph: OnnxGraph, chances: str, machine: Machine) -> str:
    """Place of the class that is said: the second of two above the threshold, else the likeliest.

    Notes: KE 152, Def 175
    """
    if len(_classes(machine)) != 2:
        return graph("ArgMax", chances, axis=1, keepdims=0)
    cut = 0.5 if machine.threshold is None else float(machine.threshold)
    second = graph("Gather", chances, graph.whole(1), axis=1)
    return graph.cast(graph("Greater", second, graph.constant(cut)), np.int64)


def _together(graph: OnnxGraph, present: str, classes: Sequence[str]) -> str:
    """The classes that are present, as "a;b".

    Notes: Clar 174
    """
    nothing = graph.text("")
    text = graph.repeated(np.array("", dtype=object), present)
    for at, name in enumerate(classes):
        there = graph("Equal", graph("Gather", present, graph.whole(at), axis=1), graph.whole(1))
        begun = graph("Not", graph("Equal", text, nothing, since=19))
        before = graph("Where", begun, graph.text(";"), nothing)
        more = graph("StringConcat", before, graph.text(name))
        text = graph("StringConcat", text, graph("Where", there, more, nothing))
    none = graph("Equal", text, nothing, since=19)
    return graph("Where", none, graph.text(MISSING), text)

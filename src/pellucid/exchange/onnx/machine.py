"""The whole machine as one graph: a typed input a column, the prediction and its probabilities.

Notes: §1.0.7, Def 19
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from pellucid.data.passthrough import Passthrough
from pellucid.data.table import Kind
from pellucid.errors import FramingError, MissingExtraError
from pellucid.exchange.onnx.converters import features_of, outputs_of
from pellucid.exchange.onnx.graph import Input, OnnxGraph
from pellucid.exchange.onnx.inputs import rows_of
from pellucid.exchange.onnx.row_parts import Outputs, Rows
from pellucid.jobs.cluster.cluster_machine import ClusterMachine
from pellucid.jobs.encode.encoding_machine import EncodingMachine
from pellucid.jobs.fit.image_machine import ImageMachine
from pellucid.jobs.fit.machine import MISSING, Machine

PREDICTION, DISTANCE, IMAGES = "prediction", "distance", "images"
LOSS = "reconstruction_loss"


def machine_to_onnx(machine: Any) -> bytes:
    """What `pellucid fit`, `cluster` or `encode` left behind as the bytes of an ONNX file.

    One input a column of training, n×1, by its name: amounts float64, NaN where missing; all else
    text, "" where missing, dates as ISO 8601. Images are one input "images", n×h×w×c. Outputs are
    "prediction", (n,), and for classes "probability_CLASS" each, (n,); of groups "distance", (n,).
    Codes are "a1", "a2", …, (n,), and "reconstruction_loss", (n,).

    Parameters
    ----------
    machine : Machine, ImageMachine, ClusterMachine or EncodingMachine
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

    Examples
    --------
    >>> import numpy as np, onnxruntime
    >>> from pellucid import Settings, fit_table
    >>> x = np.sin(np.arange(30.0))
    >>> result = fit_table(np.column_stack([x, 3 * x + 1]), Settings("x1", model="least-squares"))
    >>> session = onnxruntime.InferenceSession(machine_to_onnx(result.machine))
    >>> session.run(["prediction"], {"x0": np.array([[2.0]])})[0].round(6)
    array([7.])

    Notes: §1.0.7
    """
    if find_spec("onnx") is None:
        raise MissingExtraError(
            'Writing ONNX needs the package onnx: pip install "pellucid[onnx]".'
        )
    write = next((write for kind, write in WRITERS.items() if isinstance(machine, kind)), None)
    if write is None:
        raise FramingError(
            f"A {type(machine).__name__} has no ONNX export as a whole: the machines that "
            "`pellucid fit`, `cluster` and `encode` make have one. An estimator alone converts: "
            "to_onnx(estimator, path)."
        )
    return write(machine)


def _of_table(machine: Machine) -> bytes:
    named = [PREDICTION, *(f"probability_{name}" for name in _classes(machine))]
    graph, inputs, rows = _empty_graph(machine.input_schema, named)
    return graph.packed(inputs, _answers(graph, rows, machine))


def _empty_graph(
    schema: list[dict[str, Any]], named: Sequence[str]
) -> tuple[OnnxGraph, list[Input], Rows]:
    """An empty graph with an input a column, whose outputs will have these names."""
    inputs = [
        Input(entry["name"], np.float64 if _is_amount(entry) else str, (1,)) for entry in schema
    ]
    clash = next((each.name for each in inputs if each.name in named), None)
    if clash is not None:
        raise FramingError(
            f"The column {clash!r} has the name of an output; an ONNX graph has each name once. "
            "Rename the column and fit again."
        )
    names = [each.name for each in inputs]
    graph = OnnxGraph(reserved_names=[*names, *named])
    return graph, inputs, rows_of(graph, inputs, names)


def _of_images(machine: ImageMachine) -> bytes:
    """Images n×h×w×c under the name "images"."""
    names = [str(label) for label in machine.model.classes_]
    named = [PREDICTION, *(f"probability_{name}" for name in names)]
    graph, given, rows = _empty_graph_of_images(machine.shape, named)
    chances = outputs_of(graph, rows, machine.model)["probabilities"][0]
    place = graph("ArgMax", chances, axis=1, keepdims=0)
    return graph.packed([given], _of_classes(graph, chances, names, place))


def _empty_graph_of_images(
    size: Sequence[int], named: Sequence[str]
) -> tuple[OnnxGraph, Input, Rows]:
    """A graph with one input of images, and these as flat rows."""
    graph = OnnxGraph(reserved_names=[IMAGES, *named])
    width = int(np.prod(size))
    flat = graph("Reshape", IMAGES, graph.whole([-1, width]))
    return graph, Input(IMAGES, np.float64, tuple(size)), Rows.of(flat, width)


def _of_codes(machine: EncodingMachine) -> bytes:
    """The numbers of the code, and what its reconstruction loses."""
    from pellucid.exchange.onnx.autoencoders import code_and_loss

    named = [*map(str, machine.model.get_feature_names_out()), LOSS]
    if machine.reads_images:
        graph, given, rows = _empty_graph_of_images(machine.size, named)
        inputs = [given]
    else:
        graph, inputs, columns = _empty_graph(machine.input_schema, named)
        rows = features_of(graph, columns, machine.encoder)
    code, loss = code_and_loss(graph, rows, machine.model)
    outputs: Outputs = {
        name: (graph("Gather", code, graph.whole(at), axis=1), np.float64, ())
        for at, name in enumerate(named[:-1])
    }
    return graph.packed(inputs, outputs | {LOSS: (loss, np.float64, ())})


def _of_groups(machine: ClusterMachine) -> bytes:
    """The number of the group, from 1, and the distance to its mean."""
    graph, inputs, columns = _empty_graph(machine.input_schema, (PREDICTION, DISTANCE))
    x = features_of(graph, columns, machine.encoder).matrix(graph)
    x = graph("Mul", graph.columns(x, machine.used_columns), graph.constant(machine.scale))
    x = x if machine.view is None else graph("MatMul", x, graph.constant(machine.view))
    width = len(machine.model.cluster_centers_[0])
    found = outputs_of(graph, Rows.of(x, width), machine.model)
    group = graph("Gather", graph.whole(machine.numbers), found["label"][0], axis=0)
    near = graph.several("TopK", 2, found["distances"][0], graph.whole([1]), largest=0, axis=1)[0]
    outputs: Outputs = {PREDICTION: (group, np.int64, ())}
    return graph.packed(inputs, outputs | {DISTANCE: (graph.flat(near), np.float64, ())})


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
        if not isinstance(step, Passthrough):  # the columns as they are: each part encodes them
            rows = features_of(graph, rows, step)
    found = outputs_of(graph, rows, machine.model)
    if machine.framing.problem == "regression":
        amount = found["prediction"][0]
        if machine.lower_bound is not None:
            amount = graph("Max", amount, graph.constant(machine.lower_bound))
        return {PREDICTION: (amount, np.float64, ())}
    chances, names = found["probabilities"][0], _classes(machine)
    if machine.framing.problem != "overlapping classes":
        return _of_classes(graph, chances, names, _predicted_class(graph, chances, machine))
    label = _together(graph, found["label"][0], names)
    return {PREDICTION: (label, str, ())} | _each(graph, chances, names)


def _of_classes(graph: OnnxGraph, probabilities: str, names: Sequence[str], place: str) -> Outputs:
    """The name of the class at a place, (n,), and the chance of each class."""
    label = graph("Gather", graph.text(list(names)), place)
    return {PREDICTION: (label, str, ())} | _each(graph, probabilities, names)


def _each(graph: OnnxGraph, probabilities: str, names: Sequence[str]) -> Outputs:
    outputs: Outputs = {}
    for at, name in enumerate(names):
        own = graph("Gather", probabilities, graph.whole(at), axis=1)
        outputs[f"probability_{name}"] = (own, np.float64, ())
    return outputs


def _predicted_class(graph: OnnxGraph, probabilities: str, machine: Machine) -> str:
    """Place of the class that is said: the second of two above the threshold, else the likeliest.

    Notes: KE 152, Def 175
    """
    if len(_classes(machine)) != 2:
        if machine.class_weights is not None:
            probabilities = graph(
                "Mul", probabilities, graph.constant(np.array(machine.class_weights))
            )
        return graph("ArgMax", probabilities, axis=1, keepdims=0)
    cut = 0.5 if machine.threshold is None else float(machine.threshold)
    second = graph("Gather", probabilities, graph.whole(1), axis=1)
    return graph.cast(graph("Greater", second, graph.constant(cut)), np.int64)


def _together(graph: OnnxGraph, present: str, classes: Sequence[str]) -> str:
    """The classes that are present, as "a;b".

    Notes: Clar 174
    """
    nothing = graph.text("")
    text = graph.repeated(np.array("", dtype=object), present)
    for at, name in enumerate(classes):
        there = graph("Equal", graph("Gather", present, graph.whole(at), axis=1), graph.whole(1))
        begun = graph("Not", graph("Equal", text, nothing, min_opset=19))
        before = graph("Where", begun, graph.text(";"), nothing)
        more = graph("StringConcat", before, graph.text(name))
        text = graph("StringConcat", text, graph("Where", there, more, nothing))
    none = graph("Equal", text, nothing, min_opset=19)
    return graph("Where", none, graph.text(MISSING), text)


WRITERS: dict[type, Callable[[Any], bytes]] = {
    ClusterMachine: _of_groups,
    EncodingMachine: _of_codes,
    ImageMachine: _of_images,
    Machine: _of_table,
}

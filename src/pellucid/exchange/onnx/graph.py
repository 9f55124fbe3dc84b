"""An ONNX graph as it grows: each call adds one operator and returns the name of its result.

Notes: Concept 247
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError

OPSET = 17  # of a graph of numbers: old runtimes read it too
# Operators that came later raise the version of a graph that holds them.
SINCE = {"RegexFullMatch": 20, "StringConcat": 20, "StringSplit": 20}
ML, MICROSOFT = "ai.onnx.ml", "com.microsoft"
# Domain and version of the operators that are not in the first domain.
ELSEWHERE = {
    "LabelEncoder": (ML, 2),
    "Tokenizer": (MICROSOFT, 1),
    "TreeEnsemble": (ML, 5),
    "TreeEnsembleRegressor": (ML, 3),
}


@dataclass(frozen=True)
class Input:
    """One input of a graph: n×`shape`, numbers of `dtype`, or text where that is `str`."""

    name: str
    dtype: Any
    shape: tuple[int, ...]


class OnnxGraph:
    """Operators and constants, in order.

    Parameters
    ----------
    dtype : {"float32", "float64"}
        What it computes in.
    reserved_names : sequence of str
        Names that results must not have: those of inputs and outputs.
    prefix : str
        What the names of results begin with.
    limits : mapping of domain to int
        The newest version of the operators of a domain that may be used.

    Notes: Concept 247
    """

    def __init__(
        self,
        dtype: str = "float64",
        reserved_names: Sequence[str] = (),
        prefix: str = "",
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.dtype = np.dtype(dtype)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.opsets: dict[str, int] = {"": OPSET}
        self._taken = set(reserved_names)
        self._count = [0]
        self.prefix, self.limits = prefix, dict(limits or {})

    def computing_in(self, dtype: str) -> Self:
        """The same graph, whose `constant` makes numbers of another type."""
        other = copy.copy(self)
        other.dtype = np.dtype(dtype)
        return other

    def body(self) -> Self:
        """Room for the nodes of a loop's body; constants and names are shared with the graph."""
        other = copy.copy(self)
        other.nodes = []
        return other

    def name(self, kind: str) -> str:
        """A name that nothing in the graph has."""
        while True:
            self._count[0] += 1
            name = f"{self.prefix}{kind}_{self._count[0]}"
            if name not in self._taken:
                return name

    def __call__(self, operator: str, *inputs: str, min_opset: int = 0, **attributes: Any) -> str:
        """Add an operator with one result."""
        return self.several(operator, 1, *inputs, min_opset=min_opset, **attributes)[0]

    def several(
        self, operator: str, count: int, *inputs: str, min_opset: int = 0, **attributes: Any
    ) -> list[str]:
        """Add an operator with so many results; `min_opset` is the version that it needs."""
        from onnx import helper

        domain, version = ELSEWHERE.get(operator, ("", SINCE.get(operator, OPSET)))
        version = max(version, min_opset)
        if version > max(self.limits.get(domain, version), OPSET if not domain else 0):
            raise FramingError(
                f"The operator {operator} needs version {version} of {domain or 'ai.onnx'}; "
                f"at most {self.limits[domain]} was asked for. Ask for "
                f"target_opset={{'': 20, 'ai.onnx.ml': 3}}, or write with pellucid.to_onnx."
            )
        self.opsets[domain] = max(self.opsets.get(domain, 0), version)
        names = [self.name(operator.lower()) for _ in range(count)]
        node = helper.make_node(
            operator, list(inputs), names, names[0], domain=domain, **attributes
        )
        self.nodes.append(node)
        return names

    def constant(self, values: Any) -> str:
        """Numbers of the type that the graph computes in: weights, offsets, scales."""
        return self.array(np.asarray(values, self.dtype))

    def numbers(self, x: str) -> str:
        """The same numbers in the type that the graph computes in."""
        return self.cast(x, self.dtype)

    def cast(self, x: str, dtype: Any) -> str:
        """The same entries as another type."""
        return self("Cast", x, to=_code_of(dtype))

    def whole(self, values: Any) -> str:
        """Whole numbers: shapes and places."""
        return self.array(np.asarray(values, np.int64))

    def text(self, values: Any) -> str:
        """A constant text, or an array of texts."""
        return self.array(np.asarray(values, dtype=object))

    def array(self, values: NDArray[Any]) -> str:
        """An array of any type, labels too."""
        name = self.name("constant")
        self.constants.append(tensor(values, name))
        return name

    def total(self, x: str, axis: int, keepdims: int = 0) -> str:
        """The sum along an axis."""
        return self("ReduceSum", x, self.whole([axis]), keepdims=keepdims)

    def columns(self, x: str, places: Any) -> str:
        """Columns of an n×d result, in the order of `places`."""
        return self("Gather", x, self.whole(places), axis=1)

    def flat(self, x: str) -> str:
        """n×1 as n."""
        return self("Reshape", x, self.whole([-1]))

    def upright(self, x: str) -> str:
        """n as n×1."""
        return self("Reshape", x, self.whole([-1, 1]))

    def repeated(self, row: NDArray[Any], like: str) -> str:
        """A constant row, once for each row of another result."""
        count = self("Gather", self("Shape", like), self.whole([0]), axis=0)
        shape = self("Concat", count, self.whole(row.shape), axis=0)
        return self("Expand", self.array(row[None]), shape)

    def packed(self, inputs: Sequence[Input], outputs: Mapping[str, tuple[str, Any, Any]]) -> bytes:
        """The finished model as the bytes of a file, checked.

        Parameters
        ----------
        inputs : sequence of Input
            The number of rows stays open.
        outputs : mapping of name -> (result, dtype, shape of one point)
        """
        from onnx import checker, helper

        from pellucid import __version__

        for name, (result, _, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [result], [name], name))
        graph = helper.make_graph(
            self.nodes,
            "pellucid",
            [value_of(each.name, each.dtype, each.shape) for each in inputs],
            [value_of(name, dtype, shape) for name, (_, dtype, shape) in outputs.items()],
            self.constants,
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in self.opsets.items()]
        model = helper.make_model(
            graph,
            producer_name="pellucid",
            producer_version=__version__,
            opset_imports=opsets,
            ir_version=_ir_version(self.opsets),
        )
        checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


def _ir_version(opsets: Mapping[str, int]) -> int:
    """The oldest form of a file that holds operators of these versions."""
    if opsets.get(ML, 0) >= 5:
        return 10
    return 8 if opsets[""] < 19 else 9


def tensor(values: NDArray[Any], name: str = "") -> Any:
    """An array as ONNX holds it."""
    from onnx import numpy_helper

    held = values.astype(object) if values.dtype.kind in "UO" else np.ascontiguousarray(values)
    return numpy_helper.from_array(held.reshape(values.shape), name)


def value_of(name: str, dtype: Any, shape: Sequence[int]) -> Any:
    """The description of an input or output with an open number of rows."""
    from onnx import helper

    return helper.make_tensor_value_info(name, _code_of(dtype), ["n", *shape])


def _code_of(dtype: Any) -> int:
    """The number that ONNX has for a type of entries."""
    from onnx import TensorProto, helper

    kind = np.dtype(dtype)
    text = kind.kind in "UO"
    return int(TensorProto.STRING if text else helper.np_dtype_to_tensor_dtype(kind))

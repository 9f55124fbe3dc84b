"""An ONNX graph as it grows: each call adds one operator and answers the name of its result.

Notes: Concept 247
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET = 17  # every operator written here exists since then, so old runtimes read the file too
IR_VERSION = 8


class OnnxGraph:
    """Operators and constants, in order.

    Parameters
    ----------
    dtype : {"float32", "float64"}
        What it computes in.
    input_dtype : {"float32", "float64"}, optional
        What it is given; the same by default.

    Notes: Concept 247
    """

    def __init__(self, dtype: str, input_dtype: str = "") -> None:
        self.dtype = np.dtype(dtype)
        self.input_dtype = np.dtype(input_dtype or dtype)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def __call__(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add an operator with one result."""
        from onnx import helper

        name = f"{operator.lower()}_{len(self.nodes) + 1}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def constant(self, values: Any) -> str:
        """Numbers of the graph's own kind: weights, offsets, scales."""
        return self.array(np.asarray(values, self.dtype))

    def cast(self, x: str, dtype: Any) -> str:
        """The same numbers as another kind."""
        from onnx import helper

        return self("Cast", x, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def whole(self, values: Any) -> str:
        """Whole numbers: shapes and places."""
        return self.array(np.asarray(values, np.int64))

    def array(self, values: NDArray[Any]) -> str:
        """An array of any kind, labels too."""
        from onnx import numpy_helper

        name = f"constant_{len(self.constants) + 1}"
        held = values.astype(object) if values.dtype.kind in "UO" else np.ascontiguousarray(values)
        self.constants.append(numpy_helper.from_array(held.reshape(values.shape), name))
        return name

    def packed(self, in_shape: tuple[int, ...], outputs: dict[str, tuple[str, Any, Any]]) -> bytes:
        """The finished model as the bytes of a file, checked.

        Parameters
        ----------
        in_shape : tuple of int
            Shape of one point; the number of points stays open.
        outputs : dict of name -> (result, dtype, shape of one point)
        """
        from onnx import checker, helper

        from pellucid import __version__

        for name, (result, _, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [result], [name], name))
        graph = helper.make_graph(
            self.nodes,
            "pellucid",
            [_value("x", self.input_dtype, in_shape)],
            [_value(name, dtype, shape) for name, (_, dtype, shape) in outputs.items()],
            self.constants,
        )
        model = helper.make_model(
            graph,
            producer_name="pellucid",
            producer_version=__version__,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
        )
        checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


def _value(name: str, dtype: Any, shape: tuple[int, ...]) -> Any:
    from onnx import TensorProto, helper

    kind = np.dtype(dtype)
    code = TensorProto.STRING if kind.kind in "UO" else helper.np_dtype_to_tensor_dtype(kind)
    return helper.make_tensor_value_info(name, code, ["n", *shape])

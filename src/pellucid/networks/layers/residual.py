"""`Residual`: layers in series beside a straight link.

Notes: Def 246, §7.0.4
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.errors import ShapeError
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, shape_text
from pellucid.networks.layers.series import (
    forward_series,
    init_series,
    init_state_series,
    shapes_of_series,
)


@dataclass(frozen=True)
class Residual(Layer):
    """A = X + F(X): what comes in is added to what the layers inside make of it.

    So the loss reaches X past the layers too, and does not vanish on the way.

    Parameters
    ----------
    layers : sequence of Layer
        F, in series; its output has the shape of its input.

    Examples
    --------
    >>> from pellucid.networks import Dense, ReLU
    >>> Residual([Dense(8), ReLU(), Dense(3)]).shapes((3,))[1]
    (3,)

    Notes: Def 246
    """

    layers: Sequence[Layer]

    symbol: ClassVar[str] = "R"
    notes: ClassVar[str] = "Def 246"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {x} + {F[0]}",
        "∂L/∂{x} = ∂L/∂{y} + ∂L/∂{X[0]}",
        inside=(("{X[0]} = {x}", "∂L/∂{F[0]} = ∂L/∂{y}"),),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))

    @property
    def stateful(self) -> bool:
        return any(layer.stateful for layer in self.layers)

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        of_params, points = shapes_of_series(self.layers, in_shape)
        if points[-1] != in_shape:
            raise ShapeError(
                f"The layers inside give {shape_text(points[-1])}, which cannot be added to the "
                f"input of {shape_text(in_shape)}: a residual keeps the shape."
            )
        return {"layers": of_params}, in_shape

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        return {"layers": init_series(self.layers, key, in_shape, dtype)[0]}, in_shape

    def init_state(self, in_shape: Shape, dtype: Any = "float32") -> Any:
        return init_state_series(self.layers, in_shape, dtype)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        f, through, _ = forward_series(self.layers, params["layers"], x, mode)

        def backward(dy: Any) -> tuple[Any, Any]:
            dx, own = through(dy)
            return dy + dx, {"layers": own}

        return x + f, backward

    def remember(self, params: Any, x: Any, mode: Mode) -> Any:
        return forward_series(self.layers, params["layers"], x, mode)[2]

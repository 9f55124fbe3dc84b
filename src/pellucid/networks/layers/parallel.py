"""`Parallel`: several series of layers that read the same input.

Notes: Def 246, §7.0.4, Concept 413
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.errors import FramingError, HyperparameterError, ShapeError
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, shape_text
from pellucid.networks.layers.series import (
    forward_series,
    init_series,
    init_state_series,
    shapes_of_series,
)

JOINS = ("concatenate", "sum")


@dataclass(frozen=True)
class Parallel(Layer):
    """A = the outputs of all branches, joined.

    Parameters
    ----------
    branches : sequence of sequences of Layer
        An empty branch passes the input on.
    join : {"concatenate", "sum"}
        Side by side along the last axis, or added. `Residual` is `Parallel([[], F], "sum")`.

    Examples
    --------
    >>> from pellucid.networks import Dense
    >>> Parallel([[Dense(2)], [Dense(3)]]).shapes((4,))[1]
    (5,)

    Notes: Def 246
    """

    branches: Sequence[Sequence[Layer]]
    join: str = "concatenate"

    symbol: ClassVar[str] = "R"
    notes: ClassVar[str] = "Def 246"

    def __post_init__(self) -> None:
        object.__setattr__(self, "branches", tuple(tuple(branch) for branch in self.branches))
        if not self.branches:
            raise FramingError("Parallel needs at least one branch.")
        if self.join not in JOINS:
            raise HyperparameterError(
                f'Parallel: join is "concatenate" or "sum"; got {self.join!r}.'
            )

    @property
    def stateful(self) -> bool:
        return any(layer.stateful for branch in self.branches for layer in branch)

    def in_symbols(self) -> Formulas:
        each = range(len(self.branches))
        ends, added = [f"{{F[{b}]}}" for b in each], self.join == "sum"
        return Formulas(
            "{y} = " + (" + ".join(ends) if added else f"[{'; '.join(ends)}]"),
            "∂L/∂{x} = " + " + ".join(f"∂L/∂{{X[{b}]}}" for b in each),
            inside=tuple(
                (
                    f"{{X[{b}]}} = {{x}}",
                    f"∂L/∂{end} = " + ("∂L/∂{y}" if added else f"the part of ∂L/∂{{y}} for {end}"),
                )
                for b, end in enumerate(ends)
            ),
        )

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        found = [shapes_of_series(branch, in_shape) for branch in self.branches]
        outs = [points[-1] for _, points in found]
        keep = slice(None) if self.join == "sum" else slice(-1)
        if len({out[keep] for out in outs}) > 1:
            raise ShapeError(
                f"The branches give {', '.join(map(shape_text, outs))}, which cannot be "
                f"{'added' if self.join == 'sum' else 'joined along the last axis'}."
            )
        joined = outs[0]
        if self.join == "concatenate":
            joined = (*joined[:-1], sum(out[-1] for out in outs))
        return {"branches": [of_params for of_params, _ in found]}, joined

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        keys = jax.random.split(key, len(self.branches))
        each = zip(self.branches, keys, strict=True)
        params = [init_series(branch, k, in_shape, dtype)[0] for branch, k in each]
        return {"branches": params}, self.shapes(in_shape)[1]

    def init_state(self, in_shape: Shape, dtype: Any = "float32") -> Any:
        return [init_state_series(branch, in_shape, dtype) for branch in self.branches]

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        runs = self._runs(params, x, mode)
        outs = [run[0] for run in runs]

        def backward(dy: Any) -> tuple[Any, Any]:
            back = [run[1](d) for run, d in zip(runs, self._apart(dy, outs), strict=True)]
            dx = sum((d for d, _ in back[1:]), back[0][0])
            return dx, {"branches": [own for _, own in back]}

        if self.join == "sum":
            return sum(outs[1:], outs[0]), backward
        return jnp.concatenate(outs, axis=-1), backward

    def _apart(self, dy: Any, outs: Sequence[Any]) -> Sequence[Any]:
        if self.join == "sum":
            return [dy] * len(outs)
        ends = np.cumsum([out.shape[-1] for out in outs])[:-1].tolist()
        return jnp.split(dy, ends, axis=-1)

    def _runs(self, params: Any, x: Any, mode: Mode) -> list[tuple[Any, Backward, list[Any]]]:
        each = zip(self.branches, params["branches"], strict=True)
        return [forward_series(b, own, x, mode.at(l)) for l, (b, own) in enumerate(each)]

    def remember(self, params: Any, x: Any, mode: Mode) -> Any:
        return [states for _, _, states in self._runs(params, x, mode)]

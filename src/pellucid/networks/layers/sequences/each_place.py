"""`EachPlace` and `Stretch`: layers for every place of a sequence, or for a stretch of it.

Notes: Def 383, Def 246
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import jax.numpy as jnp

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, shape_text
from pellucid.networks.layers.series import (
    forward_series,
    init_series,
    init_state_series,
    shapes_of_series,
)

RESTS = ("keep", "drop")


@dataclass(frozen=True)
class EachPlace(Layer):
    """The same layers, with the same weights, for each of T places: T×d in, T×d′ out.

    Parameters
    ----------
    layers : sequence of Layer
        In series; they take one place as a point.

    Examples
    --------
    >>> from pellucid.networks import Dense, ReLU
    >>> EachPlace([Dense(8), ReLU(), Dense(3)]).shapes((5, 4))[1]
    (5, 3)

    Notes: Def 383
    """

    layers: Sequence[Layer]

    notes: ClassVar[str] = "Def 383"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {F[0]}, the places back in their sequences",
        "∂L/∂{x} = ∂L/∂{X[0]}, the places back in their sequences",
        inside=(
            (
                "{X[0]} = the places of {x}, each as a point",
                "∂L/∂{F[0]} = the places of ∂L/∂{y}, each as a point",
            ),
        ),
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))

    @property
    def stateful(self) -> bool:
        return any(layer.stateful for layer in self.layers)

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        if len(in_shape) < 2:
            raise ShapeError(f"It takes sequences, T×d; these points are {shape_text(in_shape)}.")
        of_params, points = shapes_of_series(self.layers, in_shape[1:])
        return {"layers": of_params}, (in_shape[0], *points[-1])

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        own, out = init_series(self.layers, key, in_shape[1:], dtype)
        return {"layers": own}, (in_shape[0], *out)

    def init_state(self, in_shape: Shape, dtype: Any = "float32") -> Any:
        return init_state_series(self.layers, in_shape[1:], dtype)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        y, through, _ = self._run(params, x, mode)

        def backward(dy: Any) -> tuple[Any, Any]:
            dx, own = through(dy.reshape(-1, *dy.shape[2:]))
            return dx.reshape(x.shape), {"layers": own}

        return y.reshape(*x.shape[:2], *y.shape[1:]), backward

    def remember(self, params: Any, x: Any, mode: Mode) -> Any:
        return self._run(params, x, mode)[2]

    def _run(self, params: Any, x: Any, mode: Mode) -> Any:
        if mode.weights is not None:
            mode = replace(mode, weights=jnp.repeat(mode.weights, x.shape[1]))
        places = x.reshape(-1, *x.shape[2:])
        return forward_series(self.layers, params["layers"], places, mode)


@dataclass(frozen=True)
class Stretch(Layer):
    """Layers for the places from `start` to `stop`, counted from 0; the rest stays, or goes.

    Parameters
    ----------
    layers : sequence of Layer
        In series; where the rest is kept they keep the shape of a place.
    start : int
    stop : int, optional
        The first place after the stretch; None reaches to the end.
    rest : {"keep", "drop"}

    Examples
    --------
    >>> from pellucid.networks import LayerNorm
    >>> Stretch([LayerNorm()], 2).shapes((5, 4))[1], Stretch([], 2, rest="drop").shapes((5, 4))[1]
    ((5, 4), (3, 4))

    Notes: Def 246, Def 383
    """

    layers: Sequence[Layer]
    start: int = 0
    stop: int | None = None
    rest: str = "keep"

    symbol: ClassVar[str] = "R"
    notes: ClassVar[str] = "Def 246"

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        backwards = self.stop is not None and self.stop <= self.start
        if self.start < 0 or backwards or self.rest not in RESTS:
            raise HyperparameterError(
                'Stretch: 0 ≤ start < stop, and rest is "keep" or "drop"; '
                f"got {self.start}, {self.stop}, {self.rest!r}."
            )

    @property
    def stateful(self) -> bool:
        return any(layer.stateful for layer in self.layers)

    def in_symbols(self) -> Formulas:
        places = f"places [{self.start}:{'' if self.stop is None else self.stop}]"
        into = f"{{X[0]}} = {places} of {{x}}"
        if self.rest == "drop":
            return Formulas(
                "{y} = {F[0]}",
                f"∂L/∂{{x}} = ∂L/∂{{X[0]}} at {places}, else 0",
                inside=((into, "∂L/∂{F[0]} = ∂L/∂{y}"),),
            )
        return Formulas(
            f"{{y}} = {{x}} with {{F[0]}} for {places}",
            f"∂L/∂{{x}} = ∂L/∂{{y}} with ∂L/∂{{X[0]}} for {places}",
            inside=((into, "∂L/∂{F[0]} = the part of ∂L/∂{y} for {F[0]}"),),
        )

    def _inside(self, in_shape: Shape) -> Shape:
        stop = in_shape[0] if self.stop is None else self.stop
        if not self.start < stop <= in_shape[0]:
            raise ShapeError(
                f"The stretch goes from place {self.start} to {stop}; a point has {in_shape[0]}."
            )
        return (stop - self.start, *in_shape[1:])

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        inside = self._inside(in_shape)
        of_params, points = shapes_of_series(self.layers, inside)
        out = points[-1]
        if self.rest == "keep":
            if out[1:] != in_shape[1:]:
                raise ShapeError(
                    f"The layers inside make places of {shape_text(out[1:])}, and those beside "
                    f'them are {shape_text(in_shape[1:])}: keep the shape, or rest="drop".'
                )
            out = (in_shape[0] - inside[0] + out[0], *in_shape[1:])
        return {"layers": of_params}, out

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        own, _ = init_series(self.layers, key, self._inside(in_shape), dtype)
        return {"layers": own}, self.shapes(in_shape)[1]

    def init_state(self, in_shape: Shape, dtype: Any = "float32") -> Any:
        return init_state_series(self.layers, self._inside(in_shape), dtype)

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        stop = x.shape[1] if self.stop is None else self.stop
        before, after = x[:, : self.start], x[:, stop:]
        y, through, _ = self._run(params, x, mode)
        kept = self.rest == "keep"

        def backward(dy: Any) -> tuple[Any, Any]:
            inside = dy[:, self.start : self.start + y.shape[1]] if kept else dy
            dx, own = through(inside)
            first, last = jnp.zeros_like(before), jnp.zeros_like(after)
            if kept:
                first, last = dy[:, : self.start], dy[:, self.start + y.shape[1] :]
            return jnp.concatenate([first, dx, last], axis=1), {"layers": own}

        return (jnp.concatenate([before, y, after], axis=1) if kept else y), backward

    def remember(self, params: Any, x: Any, mode: Mode) -> Any:
        return self._run(params, x, mode)[2]

    def _run(self, params: Any, x: Any, mode: Mode) -> Any:
        return forward_series(self.layers, params["layers"], x[:, self.start : self.stop], mode)

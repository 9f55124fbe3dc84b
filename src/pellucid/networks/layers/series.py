"""Layers in series: the chain rule in a loop.

Notes: Def 266, KE 279, Concept 294, Notation 304
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jax

from pellucid.errors import FramingError, ShapeError
from pellucid.networks.layers.layer import Backward, Layer, Mode, Shape, place_name, shape_text
from pellucid.networks.layers.watch import NOBODY

Layers = Sequence[Layer]


def forward_series(
    layers: Layers, params: Sequence[Any], x: Any, mode: Mode
) -> tuple[Any, Backward, list[Any]]:
    """All layers in order.

    Returns
    -------
    y : array, n×(shape)
    backward : callable dy -> (dx, [dparams of each layer])
        Last layer first, each with its own backward rule.
    states : list
        What each layer remembers after this batch; as given when not training.

    Notes: KE 279, Concept 294
    """
    way_back: list[Backward] = []
    states: list[Any] = []
    mode.watch.enter(x, (*mode.place, -1))
    for l, (layer, own) in enumerate(zip(layers, params, strict=True)):
        x, back, state = forward_layer(layer, own, x, mode.at(l))
        way_back.append(back)
        states.append(state)

    def backward(dy: Any) -> tuple[Any, list[Any]]:
        gradients: list[Any] = []
        for back in reversed(way_back):
            dy, of_params = back(dy)
            gradients.append(of_params)
        return dy, gradients[::-1]

    return x, mode.watch.leave(backward), states


def forward_layer(layer: Layer, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward, Any]:
    """One layer inside another: y, the way back, and what it remembers after this batch."""
    state = mode.state
    if mode.training and layer.stateful:  # what it computes for that is not part of the pass
        state = layer.remember(params, x, replace(mode, watch=NOBODY))
    return (*mode.watch.layer(layer, params, x, mode), state)


def shapes_of_series(
    layers: Layers, in_shape: Shape, place: Shape = ()
) -> tuple[list[dict[str, Any]], list[Shape]]:
    """Shapes of the parameters of each layer, and of the points before each and after the last.

    Raises
    ------
    FramingError
        For something that is no layer.
    ShapeError
        Names the layer that does not fit, and the one before it.

    Notes: Concept 278
    """
    refuse_no_layers(layers, place)
    of_params, of_points = [], [tuple(in_shape)]
    for l, layer in enumerate(layers):
        try:
            own, out = layer.shapes(of_points[-1])
        except ShapeError as error:
            before = f"layer {place_name((*place, l - 1))} gives" if l else "the input has"
            raise ShapeError(
                f"Layer {place_name((*place, l))} ({type(layer).__name__}) does not fit: {before} "
                f"points of shape {shape_text(of_points[-1])}. {error}"
            ) from None
        of_params.append(own)
        of_points.append(out)
    return of_params, of_points


def refuse_no_layers(layers: Sequence[Any], place: Shape = ()) -> None:
    """Whatever stands among layers and is none, such as a class that nobody called.

    Raises
    ------
    FramingError

    Notes: Def 265
    """
    for l, layer in enumerate(layers):
        if isinstance(layer, Layer):
            continue
        name = f"Layer {place_name((*place, l))} is no Layer"
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise FramingError(
                f"{name}: {layer.__name__} is a class. Call it, with its settings if it has any: "
                f"{layer.__name__}(…)."
            )
        raise FramingError(f"{name}: it is {layer!r}. Give layers, such as Dense(10) and ReLU().")


def init_series(
    layers: Layers, key: Any, in_shape: Shape, dtype: Any = "float32"
) -> tuple[list[Any], Shape]:
    """Parameters of each layer, each drawn with a key of its own."""
    params = []
    for l, layer in enumerate(layers):
        own, in_shape = layer.init(jax.random.fold_in(key, l), in_shape, dtype)
        params.append(own)
    return params, in_shape


def init_state_series(layers: Layers, in_shape: Shape, dtype: Any = "float32") -> list[Any]:
    """What each layer remembers before training."""
    _, points = shapes_of_series(layers, in_shape)
    return [
        layer.init_state(shape, dtype) for layer, shape in zip(layers, points[:-1], strict=True)
    ]

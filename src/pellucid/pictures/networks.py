"""Diagrams of networks at the notes' levels of detail: network, layer, neuron, arithmetic.

Notes: Def 263, Notation 253, Notation 258, Def 272, KE 279
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pellucid.errors import FramingError
from pellucid.formatting import number
from pellucid.networks import Dense, Network
from pellucid.networks.layers.activations import Elementwise
from pellucid.networks.layers.layer import shape_text
from pellucid.networks.layers.softmax import Softmax
from pellucid.networks.passes.naming import names_of, superscript
from pellucid.networks.passes.readable_pass import Pass, backward_pass
from pellucid.pictures.diagram import (
    RADIUS,
    Block,
    arrow,
    between,
    box,
    canvas,
    chain,
    circle,
    column,
    label,
)
from pellucid.pictures.network_links import drawn_neurons, links, subscript
from pellucid.pictures.style import BLUE, GREEN, GREY, ORANGE

REST = ("⋮", "")  # inputs that are left out, so that a wide layer fits a page
LEVELS = ("network", "layer", "neuron", "arithmetic")
SYMBOLS = {"Identity": "z", "Sigmoid": "σ", "Step": "step", "Softmax": "softmax"}


def zoom(
    network: Network, level: str, params: Any = None, x: Any = None, layer: int = 1, neuron: int = 1
) -> Figure:
    """One network at one of the notes' levels of detail.

    Parameters
    ----------
    network : Network
        Of dense layers.
    level : {"network", "layer", "neuron", "arithmetic"}
        All layers with their links; one layer; one neuron; one neuron with its numbers.
    params : list of dict
        Needed for the arithmetic; line width and colour show the weights where they are given.
    x : array, shape (m,)
        A point, for the arithmetic.
    layer, neuron : int
        Which one, counted from 1.

    Raises
    ------
    FramingError
        For another level, a layer or neuron that is not there, or numbers that the arithmetic
        lacks.

    Notes: Def 263, KE 279
    """
    dense = [l for l, each in enumerate(network.layers) if isinstance(each, Dense)]
    if level not in LEVELS or layer not in range(1, len(dense) + 1):
        raise FramingError(
            f"level is one of {', '.join(LEVELS)} and layer from 1 to {len(dense)}; "
            f"got {level!r} and {layer!r}."
        )
    l = dense[layer - 1]
    n = network.points[l + 1][0]
    if neuron not in range(1, n + 1):
        raise FramingError(f"neuron is a number from 1 to {n} in layer {layer}; got {neuron!r}.")
    if level != "network":
        return _opened(network, l, level, params, x, layer, neuron)
    sizes = [network.points[dense[0]][0], *(network.points[each + 1][0] for each in dense)]
    weights = None if params is None else [np.asarray(params[each]["W"]) for each in dense]
    titles = ["A⁰ = x", *(f"layer {i + 1}" for i in range(len(dense)))]
    below = [
        "",
        *(f"W{superscript(i + 1)}: {_size(network, each)}" for i, each in enumerate(dense)),
    ]
    return links(sizes, weights=weights, titles=titles, below=below)


def _opened(
    network: Network, l: int, level: str, params: Any, x: Any, layer: int, neuron: int
) -> Figure:
    m, n = network.points[l][0], network.points[l + 1][0]
    f = symbol_of(network, l)
    if level == "layer":
        return one_layer(m, n, f, layer)
    if level == "neuron":
        return one_neuron(m, f)
    if params is None or x is None:
        raise FramingError("The arithmetic of a neuron needs params and a point x.")
    passed = _before(network, params, x, l)
    w = np.asarray(params[l]["W"])[:, neuron - 1]
    offset = float(params[l]["W0"][neuron - 1]) if network.layers[l].offset else 0.0
    return arithmetic(passed, w, offset, f, _activated(network, params, x, l)[neuron - 1])


def symbol_of(network: Network, l: int) -> str:
    """The activation after layer l, as it is written in a box."""
    after = network.layers[l + 1] if l + 1 < len(network.layers) else None
    if not isinstance(after, Elementwise | Softmax):
        return "z"
    return SYMBOLS.get(type(after).__name__, type(after).__name__)


def _before(network: Network, params: Any, x: Any, l: int) -> Any:
    from pellucid.networks.layers.layer import PREDICTING
    from pellucid.networks.layers.series import forward_series

    point = np.asarray(x, np.float32)[None]
    return np.asarray(forward_series(network.layers[:l], params[:l], point, PREDICTING)[0])[0]


def _activated(network: Network, params: Any, x: Any, l: int) -> Any:
    return _before(network, params, x, l + 1 + (symbol_of(network, l) != "z"))


def _size(network: Network, l: int) -> str:
    return shape_text(network.param_shapes[l]["W"])


def one_layer(m: int, n: int, f: str = "f", l: int = 1) -> Figure:
    """A layer opened: inputs, one Σ and one f a neuron, outputs.

    Notes: Notation 269, Notation 270, Def 265
    """
    up, before = superscript(l), superscript(l - 1)
    ins, outs = drawn_neurons(m), drawn_neurons(n)
    rows, step = max(len(ins), len(outs)), 0.78
    middle = 0.55 + step * rows / 2
    with canvas(5.9, 1.1 + step * rows) as (figure, axes):
        xs = dict(zip(ins, column(0.6, middle, len(ins), step), strict=True))
        for i, place in xs.items():
            circle(axes, place, f"x{subscript(i + 1)}", GREY) if i >= 0 else label(axes, place, "⋮")
        for j, (x, y) in zip(outs, column(2.5, middle, len(outs), step), strict=True):
            if j < 0:
                label(axes, (x, y), "⋮")
                continue
            for i, place in xs.items():
                if i >= 0:
                    between(axes, place, (x, y))
            k = subscript(j + 1)
            circle(axes, (x, y), "Σ")
            arrow(axes, (x + 0.29, y), (x + 1.12, y))
            label(axes, (x + 0.7, y + 0.05), f"z{k}", va="bottom")
            box(axes, (x + 1.12 + 0.4, y), f, (0.8, 0.48), GREEN)
            arrow(axes, (x + 1.94, y), (x + 2.6, y))
            label(axes, (x + 2.8, y), f"a{k}", ha="left")
        top = middle + step * rows / 2 + 0.22
        for x, text in (
            (0.6, f"A{before}: {m}×1"), (2.5, f"W{up}: {m}×{n}"), (3.9, f"f{up}"),
            (5.2, f"A{up}: {n}×1"),
        ):  # fmt: skip
            label(axes, (x, top), text, size=10)
        return figure


def one_neuron(m: int, f: str = "f", loss: bool = False) -> Figure:
    """A neuron: weighted inputs and the offset into Σ, then f; the loss behind it if wanted.

    Notes: Notation 253, Notation 258, Def 257, Concept 259
    """
    inputs = [
        (f"x{subscript(i + 1)}", f"w{subscript(i + 1)}") if i >= 0 else REST
        for i in drawn_neurons(m)
    ]
    return _neuron([*inputs, ("1", "w₀")], f, "z", "a", loss)


def arithmetic(x: Any, w: Any, w_0: float, f: str, a: float) -> Figure:
    """A neuron with its numbers: each x, each weight, z and a.

    Parameters
    ----------
    x, w : arrays of shape (m,)
    w_0 : float
    f : str
    a : float
        f(z).

    Notes: Def 252, Def 254, Notation 258
    """
    z = float(np.dot(x, w) + w_0)
    inputs = [
        (number(float(x[i])), f"× {number(float(w[i]))}") if i >= 0 else REST
        for i in drawn_neurons(len(x))
    ]
    last = ("1", f"× {number(w_0)}")
    return _neuron([*inputs, last], f, f"z = {number(z)}", f"a = {number(float(a))}", False)


def _neuron(inputs: list[tuple[str, str]], f: str, z: str, a: str, loss: bool) -> Figure:
    """Inputs with their weights, the constant 1 with its offset last."""
    rows, step = len(inputs), 0.72
    middle = 0.2 + step * rows / 2
    to_f = 0.65 + 0.1 * len(z)
    far = 2.75 + 0.29 + to_f
    with canvas(far + 1.7 + 0.1 * len(a) + 1.75 * loss, 0.4 + step * rows) as (figure, axes):
        centre = (2.75, middle)
        places = column(0.55, middle, rows, step)
        for place, (text, weight) in zip(places, inputs, strict=True):
            if (text, weight) == REST:
                label(axes, place, text, size=15)
                continue
            circle(axes, place, text, GREY, 0.26 if len(text) < 4 else 0.32)
            colour = ORANGE if place is places[-1] else BLUE
            between(axes, place, centre, colour, radius=0.33)
            spot = tuple(p + 0.42 * (c - p) for p, c in zip(place, centre, strict=True))
            label(axes, (spot[0], spot[1] + 0.05), weight, colour, 10, va="bottom")
        circle(axes, centre, "Σ")
        arrow(axes, (centre[0] + 0.29, middle), (far, middle))
        label(axes, (centre[0] + 0.29 + to_f / 2, middle + 0.05), z, va="bottom")
        box(axes, (far + 0.4, middle), f, (0.8, 0.5), GREEN)
        end = far + 0.8
        arrow(axes, (end + 0.03, middle), (end + 0.6, middle))
        if loss:
            label(axes, (end + 0.3, middle + 0.05), a, va="bottom")
            box(axes, (end + 1.0, middle), "loss", (0.75, 0.5), ORANGE)
            arrow(axes, (end + 1.0, middle + 0.85), (end + 1.0, middle + 0.28), ORANGE)
            label(axes, (end + 1.0, middle + 1.0), "y")
            arrow(axes, (end + 1.4, middle), (end + 1.95, middle))
            label(axes, (end + 2.1, middle), "L", ha="left")
        else:
            label(axes, (end + 0.7, middle), a, ha="left")
        return figure


def compact_layer(l: int = 1) -> Figure:
    """A layer as one chain: X → (W, W₀) → Z → f → A.

    Notes: Notation 271, Def 272
    """
    up, before = superscript(l), superscript(l - 1)
    linear = Block("Σ", f"Z{up}", above=f"W{up}, W₀{up}")
    return chain(
        [Block(f"A{before}", boxed=False), linear, Block(f"f{up}", f"A{up}", colour=GREEN)]
    )


def backward_messages(network: Network, x: Any, y: Any, params: Any, weight: int = 0) -> Figure:
    """The forward pass of one point above, the messages that travel back below.

    Short values are written out, long ones by their shape.

    Parameters
    ----------
    network : Network
    x : array, in_shape
    y : array, out_shape
    params : list of dict
    weight : int
        The dense layer or convolution whose weights are chosen, from 1: what is no link of their
        chain turns grey, and the loss's box says what the chain multiplies. 0 chooses none.

    Raises
    ------
    FramingError
        When no layer with weights has that number.

    Notes: Def 292, Def 293, Notation 303, Notation 448, Concept 296, Concept 297
    """
    found = backward_pass(network, x, np.reshape(y, (1, -1)), params)
    chosen = _layer_of_weight(network, weight) if weight else -1
    blocks = [Block(_written(found, "A⁰"), boxed=False)]
    for at, (names, layer, own) in enumerate(
        zip(names_of(network.layers), network.layers, params, strict=True)
    ):
        plain = [p for p in own if not isinstance(own[p], dict | list)]  # others are further in
        blocks.append(
            Block(
                SYMBOLS.get(type(layer).__name__, type(layer).__name__),
                _written(found, names.output),
                _written(found, f"∂L/∂{names.output}") if at >= chosen else "",
                above=", ".join(names.parameter(p) for p in plain),
                under="\n".join(_written(found, f"∂L/∂{names.parameter(p)}") for p in plain)
                if chosen in (-1, at)
                else "",
                colour=GREY if at < chosen else BLUE if own else GREEN,
            )
        )
    product = _chain_of(network, found, chosen, params) if weight else ""
    loss = Block("loss", _written(found, "L"), above="y", under=product, colour=ORANGE)
    return chain([*blocks, loss])


def _layer_of_weight(network: Network, weight: int) -> int:
    """The place among all layers of the weight-th that has weights."""
    places = [at for at, shapes in enumerate(network.param_shapes) if "W" in shapes]
    if not 1 <= weight <= len(places):
        raise FramingError(f"Weights go from 1 to {len(places)} here; there is no W of {weight}.")
    return places[weight - 1]


def _chain_of(network: Network, recorded: Pass, chosen: int, params: Any) -> str:
    """The factors that meet in the chosen weight's gradient, from the loss back; their product.

    Links between layers are extended through W or f′ (Concept 297), and end in what the weight
    multiplies. Numbers are written where each layer has one neuron.
    """
    names = names_of(network.layers)
    outputs = [each.output for each in names[chosen:]][::-1]
    reached = next(at for at, name in enumerate(outputs) if f"∂L/∂{name}" in recorded.names)
    wholly = outputs[reached:]  # ∂L/∂Z may be taken at once, without ∂L/∂A
    last = f"∂L/∂{names[chosen].parameter('W')}"
    scalar = all(np.size(recorded[name].value) == 1 for name in (*wholly, last))
    links = [f"∂L/∂{wholly[0]}"]
    links += [f"∂{later}/∂{earlier}" for later, earlier in pairwise(wholly)]
    links.append(f"∂{wholly[-1]}/∂{names[chosen].parameter('W')}")
    text = f"{last} = {' · '.join(links)}"
    if not scalar:
        return text
    back = [float(np.ravel(recorded[f"∂L/∂{name}"].value)[0]) for name in wholly]
    total = float(np.ravel(recorded[last].value)[0])
    if not all(back):  # a factor that is 0 hides those behind it
        return f"{text} = {number(total + 0.0)}"
    numbers = [back[0], *(later / earlier for earlier, later in pairwise([*back, total]))]
    return f"{text}\n= {' · '.join(number(v + 0.0) for v in numbers)} = {number(total + 0.0)}"


def _written(recorded: Pass, name: str) -> str:
    if name not in recorded.names:
        return ""
    quantity = recorded[name]
    values = np.ravel(quantity.value)
    if len(values) > 4:
        return f"{name}: {quantity.shape}"
    text = ", ".join(number(float(v) + 0.0) for v in values)  # −0 is 0
    return f"{name} = {text if len(values) == 1 else f'({text})'}"


def series_and_parallel() -> Figure:
    """Units in series and in parallel: how each adds links.

    Notes: Def 246, Concept 245
    """
    ways = [("one unit", (1,)), ("in series", (1, 1)), ("in parallel", (2, 1)), ("both", (2, 2))]
    with canvas(10.6, 2.3) as (figure, axes):
        left = 0.0
        for title, columns in ways:
            xs = [left + 1.15 + 0.85 * c for c in range(len(columns))]
            label(axes, (xs[0] - 0.9, 2.1), title, ha="left")
            at = [column(x, 1.0, k, 0.85) for x, k in zip(xs, columns, strict=True)]
            label(axes, (xs[0] - 0.85, 1.0), "x")
            for end in at[0]:
                arrow(axes, (xs[0] - 0.73, 1.0), (end[0] - 0.28, end[1]))
            for before, after in pairwise(at):
                for start in before:
                    for end in after:
                        between(axes, start, end, radius=0.3)
            for place in (place for each in at for place in each):
                box(axes, place, "f", (2 * RADIUS - 0.06, 2 * RADIUS - 0.06))
            for x, y in at[-1]:
                arrow(axes, (x + 0.28, y), (x + 0.62, y))
            left = xs[-1] + 0.85
        return figure

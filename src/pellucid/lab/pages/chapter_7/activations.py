"""Activations: how they bend, how steep they are, and what is left of depth without them.

Notes: Concept 282, Concept 283, Concept 284, Notation 301
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import grid_of, handle, line, plane, regions, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

ACTIVATIONS = {
    "identity": "Identity", "ReLU": "ReLU", "leaky ReLU": "LeakyReLU", "sigmoid": "Sigmoid",
    "tanh": "Tanh", "GELU": "GELU", "step": "Step",
}  # fmt: skip
WIDTH, SIDE, REACH = 6, 41, 3.0
CONTROLS = (
    setting("depth", 3, "Hidden layers", symbol="L−1", term="depth", low=1, shown=(1, 6)),
    setting("f", "identity", "Activation of the hidden layers", choices=tuple(ACTIVATIONS)),
    setting("z", 0.8, "A score", symbol="z", term="z", shown=(-5.0, 5.0)),
    setting("seed", 3, "Random weights", low=0, shown=(0, 20)),
)


@lru_cache(maxsize=64)
def _built(f: str, depth: int, seed: int) -> tuple[Any, Any]:
    """A network of random weights: an activation after each hidden layer."""
    import pellucid.networks as nn

    layers: list[Any] = []
    for _ in range(depth):
        layers += [nn.Dense(WIDTH), getattr(nn, ACTIVATIONS[f])()]
    net = nn.Network([*layers, nn.Dense(1)], in_shape=2)
    return net, net.init(seed, dtype="float64")


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The activation, its slope, and the boundary of a random network with it."""
    import pellucid.networks as nn

    net, params = _built(state["f"], state["depth"], state["seed"])
    f = getattr(nn, ACTIVATIONS[state["f"]])()
    at = np.append(np.linspace(-5, 5, 121), state["z"])
    unit = [{"W": np.ones((1, 1)), "W0": np.zeros(1)}, {}]
    alone = nn.Network([nn.Dense(1, inputs=1), f])
    heights = nn.forward_pass(alone, at[:, None], unit)["A¹"].value[:, 0]
    slopes = nn.by_pre_activation(f, at).diagonal()
    a, slope = float(heights[-1]), float(slopes[-1])
    box = (-REACH, REACH, -REACH, REACH)
    grid, *_ = grid_of(box, SIDE)
    score = nn.forward_pass(net, grid, params).quantities[-1].value[:, 0]
    one, own = nn.collapse_linear(net, params)
    left = sum(isinstance(layer, nn.Dense) for layer in one.layers)
    collapsed = nn.forward_pass(one, grid, own).quantities[-1].value[:, 0]
    gap = float(np.abs(collapsed - score).max())
    weights = sum(int(np.size(v)) for layer in params for v in layer.values())
    yield Scene(
        terms={
            "f": Now(a, text="{0} at z"),
            "slope": Now(slope, text="{0} at z"),
            "z": Now(state["z"]),
            "depth": Now(f"{state['depth']} + output"),
            "left": Now(f"{left} of {state['depth'] + 1}"),
        },
        pictures={
            "boundary": _boundary(score, box, left),
            "activation": _curve(at, heights, state, a, "f", "f(z)"),
            "derivative": _curve(at, slopes, state, slope, "slope", "f′(z)"),
        },
        facts=(
            ("dense layers", str(state["depth"] + 1)),
            ("left after all that is linear is made one", str(left)),
            ("largest difference of the two networks’ scores", number(gap)),
            ("numbers to learn", str(weights)),
            ("f′ at z", number(slope)),
        ),
        numbers={"a": a, "slope": slope, "left": left, "weights": weights},
        summary=f"{left} of {state['depth'] + 1} dense layers are left",
    )


def _boundary(score: Any, box: Any, left: int) -> dict[str, Any]:
    level = score - np.median(score)
    return plane(
        "Where a network of random weights scores above and below the middle of its scores; "
        f"{left} dense layers do not collapse.",
        [regions(level.reshape(SIDE, SIDE))],
        box=box,
        equal=True,
        height=0.9,
        x="x₁",
        y="x₂",
    )


def _curve(at: Any, heights: Any, state: State, value: float, term: str, y: str) -> dict[str, Any]:
    low, high = min(float(heights.min()), -0.1), max(float(heights.max()), 1.05)
    room = 0.08 * (high - low)
    order = np.argsort(at)
    return plane(
        f"{y} over z; it is {number(value)} at z = {{z}}.",
        [
            rule(x=0.0),
            line(at[order], heights[order], term=term),
            spot(state["z"], value, number(value), shape="ring", term=term),
            handle(state["z"], value, ("z", ""), "score z", term="z"),
        ],
        box=(-5, 5, low - room, high + room),
        x="z",
        y=y,
        height=0.55,
    )


def code(state: State, data: Data) -> str:
    """The program that builds and collapses the same network."""
    kind = ACTIVATIONS[state["f"]]
    return f"""import numpy as np
from pellucid.networks import Dense, {kind}, Network
from pellucid.networks import by_pre_activation, collapse_linear, forward_pass

z = np.array([{state["z"]!r}])
unit = [{{"W": np.ones((1, 1)), "W0": np.zeros(1)}}, {{}}]
a = forward_pass(Network([Dense(1, inputs=1), {kind}()]), z, unit)["A1"].value.item()
slope = by_pre_activation({kind}(), z).item()

layers = [Dense({WIDTH}), {kind}()] * {state["depth"]} + [Dense(1)]
net = Network(layers, in_shape=2)
params = net.init({state["seed"]}, dtype="float64")
weights = sum(value.size for layer in params for value in layer.values())

smaller, own = collapse_linear(net, params)
left = sum(isinstance(layer, Dense) for layer in smaller.layers)
print(f"{{left}} of {state["depth"] + 1} dense layers are left")"""


ANSWERS = ("All of them", "One", "None")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    left = scene.numbers["left"]
    if left == 1:
        return "One", (
            "W¹W²… is one matrix: with nothing bent in between, the deep network is a linear model."
        )
    return "All of them", (
        f"A bend stands between any two of them, so no product replaces them: {left} are left."
    )


PAGE = Page(
    name="activations",
    lead="An activation bends what passes. Between dense layers it is all that keeps them from "
    "becoming one. Add layers without it, then choose a bend. What do deep linear layers add?",
    notes="Concept 282, Concept 283, Concept 284, Notation 301",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{f}{a} = f(\term{z}{z}), \qquad \term{slope}{\frac{\partial a}{\partial z}} = "
            r"f'(z)",
            "a is f of z, and its derivative f prime of z",
        ),
        Formula(
            r"f(z) = z: \quad {W^2}^{\top} \left({W^1}^{\top} x\right) = "
            r"\term{left}{\left(W^1 W^2\right)}^{\top} x",
            "if f is the identity, W two transposed W one transposed x is the product's transpose "
            "times x",
        ),
    ),
    terms=(
        Term("f", "f", "activation", "orange"),
        Term("slope", "f′", "its slope", "blue"),
        Term("z", "z", "score", "violet"),
        Term("depth", "layers", "dense layers", "grey"),
        Term("left", "left", "after collapsing", "green"),
    ),
    pictures=(
        Picture("boundary", "What a random network of this depth separates", "main"),
        Picture("activation", "The activation: drag z"),
        Picture("derivative", "Its slope"),
    ),
    questions=(Question("How many of these dense layers are really needed?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)

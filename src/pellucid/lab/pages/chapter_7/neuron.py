"""One neuron: its score, its activation, its loss, and how the loss leans on each weight.

Notes: Def 246, Def 254, Def 257, Concept 259, Concept 286
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import handle, line, network, plane, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

# Words -> activation, loss.
KINDS = {
    "sigmoid, NLL": ("Sigmoid", "nll"),
    "sigmoid, square": ("Sigmoid", "square"),
    "tanh, square": ("Tanh", "square"),
    "ReLU, square": ("ReLU", "square"),
    "identity, square": ("Identity", "square"),
    "identity, absolute": ("Identity", "absolute"),
}
WIDE = (-4.0, 4.0)
CONTROLS = (
    setting("w_1", 0.8, "Weight of x₁", symbol="w₁", term="w", shown=WIDE),
    setting("w_2", -0.5, "Weight of x₂", symbol="w₂", term="w", shown=WIDE),
    setting("w_0", 0.2, "Offset", symbol="w₀", term="w", shown=WIDE),
    setting("x_1", 1.5, "Input", symbol="x₁", term="x", shown=WIDE),
    setting("x_2", -1.0, "Input", symbol="x₂", term="x", shown=WIDE),
    setting("y", 0.0, "Answer", symbol="y", term="loss", shown=(0.0, 1.0)),
    setting("kind", "sigmoid, NLL", "Activation and loss", choices=tuple(KINDS)),
)


def _neuron(state: State) -> tuple[Any, list[Any], Any]:
    """The neuron, its parameters, its input."""
    import pellucid.networks as nn

    f, loss = KINDS[state["kind"]]
    net = nn.Network([nn.Dense(1, inputs=2), getattr(nn, f)()], loss)
    W = np.array([[state["w_1"]], [state["w_2"]]])
    return (
        net,
        [{"W": W, "W0": np.array([state["w_0"]])}, {}],
        np.array([state["x_1"], state["x_2"]]),
    )


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The pass forward, and the derivatives that come back."""
    from pellucid.networks import backward_pass

    net, params, x = _neuron(state)
    found = backward_pass(net, x, np.array([state["y"]]), params)
    z, a = float(found["Z¹"].value[0, 0]), float(found["A¹"].value[0, 0])
    loss = float(found["L"].value)
    by_w, by_w0 = found["∂L/∂W¹"].value.ravel(), float(np.ravel(found["∂L/∂W₀¹"].value)[0])
    yield Scene(
        terms={
            "x": Now(x, "2×1"),
            "w": Now([state["w_1"], state["w_2"], state["w_0"]], "2×1, 1×1"),
            "z": Now(z),
            "a": Now(a),
            "loss": Now(loss, digits=4),
            "slope": Now(by_w, "2×1"),
        },
        pictures={
            "graph": _graph(state, params, x, z, a),
            "activation": _activation(net, z, a),
            "loss": _loss(net, params, x, state, loss, by_w[0]),
        },
        facts=(
            ("z = w₁x₁ + w₂x₂ + w₀", number(z, 4)),
            ("a = f(z)", number(a, 4)),
            ("loss", number(loss, 4)),
            ("∂L/∂z", number(by_w0, 4)),
            ("∂L/∂w₁, ∂L/∂w₂, ∂L/∂w₀", ", ".join(number(v) for v in (*by_w, by_w0))),
        ),
        numbers={"z": z, "a": a, "loss": loss, "by_w": by_w, "by_w0": by_w0},
        summary=f"z is {number(z)}, a is {number(a)}, the loss {number(loss)}",
    )


def _graph(state: State, params: Any, x: Any, z: float, a: float) -> dict[str, Any]:
    W = np.vstack([params[0]["W"], [[state["w_0"]]]])
    return network(
        "A neuron: two inputs and a 1 for the offset, weighted and added to z, then a = f(z).",
        [["x₁", "x₂", "1"], ["z"], ["a"]],
        [W, np.array([[1.0]])],
        values=[np.array([*x, 1.0]), np.array([z]), np.array([a])],
        titles=("input", "score", state["kind"].split(",")[0]),
        height=0.8,
        numbers=True,
    )


def _activation(net: Any, z: float, a: float) -> dict[str, Any]:
    """f, drawn by the library's own layer over a row of scores."""
    from pellucid.networks import forward_pass

    reach = max(6.0, abs(z) * 1.1)
    at = np.linspace(-reach, reach, 121)
    rows = np.column_stack([at, np.zeros_like(at)])
    own = [{"W": np.array([[1.0], [0.0]]), "W0": np.zeros(1)}, {}]
    heights = forward_pass(net, rows, own)["A¹"].value[:, 0]
    low, high = float(heights.min()), float(heights.max())
    room = 0.12 * (high - low)
    return plane(
        "The activation over the score: at z = {z} it is {a}.",
        [
            rule(x=0.0),
            line(at, heights, term="a"),
            spot(z, a, f"a = {number(a)}", shape="dot", term="z"),
        ],
        box=(-reach, reach, low - room, high + room),
        x="score z",
        y="a = f(z)",
        height=0.6,
    )


def _loss(net: Any, params: Any, x: Any, state: State, loss: float, lean: float) -> dict[str, Any]:
    """The loss over w₁ alone: wᵀx is xᵀw, so weights may be tried as a batch of inputs."""
    at = np.linspace(*WIDE, 121)
    rows = np.column_stack([at, np.full_like(at, state["w_2"])])
    swapped = [{"W": x[:, None], "W0": params[0]["W0"]}, {}]
    heights = np.asarray(net.losses(swapped, rows, np.full((len(at), 1), state["y"])))
    top = max(float(np.quantile(heights, 0.9)), loss) * 1.15 or 1.0
    reach = np.array([-1.0, 1.0])
    return plane(
        "The loss over the first weight with its tangent: it is {loss} here.",
        [
            line(at, heights, term="loss"),
            line(state["w_1"] + reach, loss + lean * reach, term="slope", width=2.0),
            handle(state["w_1"], loss, ("w_1", ""), "weight of x₁", term="w"),
        ],
        box=(*WIDE, min(-0.06 * top, float(heights.min())), top),
        x="w₁, the rest held",
        y="loss L",
        height=0.6,
    )


def code(state: State, data: Data) -> str:
    """The program that makes the same pass."""
    f, loss = KINDS[state["kind"]]
    return f"""import numpy as np
from pellucid.networks import Dense, {f}, Network, backward_pass

net = Network([Dense(1, inputs=2), {f}()], {loss!r})
w = np.array([[{state["w_1"]!r}], [{state["w_2"]!r}]])
params = [{{"W": w, "W0": np.array([{state["w_0"]!r}])}}, {{}}]
x, y = np.array([{state["x_1"]!r}, {state["x_2"]!r}]), np.array([{state["y"]!r}])
found = backward_pass(net, x, y, params)
print(found)

z, a = found["Z1"].value.item(), found["A1"].value.item()
loss = float(found["L"].value)
by_w, by_w0 = found["dL/dW1"].value.ravel(), np.ravel(found["∂L/∂W₀¹"].value)[0]"""


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    lean = float(scene.numbers["by_w"][0])
    right = "It changes nothing" if lean == 0 else ("It rises" if lean > 0 else "It falls")
    back = scene.numbers["by_w0"]
    return right, (
        f"∂L/∂w₁ = x₁ · ∂L/∂z = {number(state['x_1'])} · {number(back)} = {number(lean)}."
    )


PAGE = Page(
    name="neuron",
    lead="A neuron weighs its inputs, adds them and an offset to a score, and bends it by an "
    "activation. A loss compares that with the answer. What does one neuron compute, and how does "
    "its loss lean?",
    notes="Def 246, Def 254, Def 257, Concept 259",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{z}{z} = \term{w}{w}^{\top} \term{x}{x} + w_0, \qquad \term{a}{a} = f(z)",
            "z is w transposed x and the offset; a is f of z",
        ),
        Formula(
            r"\term{slope}{\frac{\partial L}{\partial w}} = \term{x}{x} \, f'(z) \, "
            r"\frac{\partial \term{loss}{L}}{\partial a}",
            "the derivative of L by w is x times f prime of z times the derivative of L by a",
        ),
    ),
    terms=(
        Term("x", "x", "input", "grey"),
        Term("w", "w, w₀", "weights and offset", "green"),
        Term("z", "z", "score", "violet"),
        Term("a", "a", "activation", "orange"),
        Term("loss", "L", "loss", "rose"),
        Term("slope", "∂L/∂w", "how it leans", "blue"),
    ),
    pictures=(
        Picture("graph", "The neuron", "main"),
        Picture("activation", "Its activation"),
        Picture("loss", "Its loss over one weight: drag it"),
    ),
    questions=(
        Question(
            "w₁ grows a little. What does the loss do?",
            ("It rises", "It falls", "It changes nothing"),
            _judge,
        ),
    ),
    scenes=scenes,
    code=code,
)

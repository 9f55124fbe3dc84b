"""Back-propagation, one value after the other: forward, the loss, and back along the chain.

Notes: Def 292, Def 293, Concept 294, Concept 298, Notation 304
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import matrices, matrix, network, tree
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

ACTIVATIONS = {"tanh": "Tanh", "sigmoid": "Sigmoid", "ReLU": "ReLU", "none": "Identity"}
VIEWS = ("messages", "factors")
CONTROLS = (
    setting("view", "messages", "What goes back", choices=VIEWS),
    setting("weight", "0,0,0", "The weight that is asked about: layer, row, column", form="hidden"),
    setting("f", "tanh", "Activation of the hidden layer", symbol="f", choices=tuple(ACTIVATIONS)),
    setting("x", [[1.0], [-0.5]], "Input x"),
    setting("y", [[0.8]], "Answer y"),
    setting("W1", [[0.6, -0.4, 0.9], [0.3, 0.8, -0.5]], "Weights W¹, a row an input"),
    setting("W2", [[0.7], [-0.6], [0.5]], "Weights W², a row a hidden neuron"),
)


def _column(rows: Any, most: int) -> Any:
    """Typed numbers as one column, whichever way they were typed."""
    found = np.concatenate([np.ravel(row) for row in rows]) if rows else np.zeros(1)
    return found[:most]


def _fitted(rows: Any, m: int, n: int) -> Any:
    """A typed matrix as m×n: cut, or filled with zeros, where it was typed otherwise."""
    W = np.zeros((m, n))
    for i, row in enumerate(rows[:m]):
        cut = np.ravel(row)[:n]
        W[i, : len(cut)] = cut
    return W


def _parts(state: State) -> tuple[Any, Any, Any, Any]:
    """x, y, W¹, W²: the sizes follow from x, the columns of W¹, and y."""
    x, y = _column(state["x"], 5), _column(state["y"], 4)
    hidden = min(max((np.size(row) for row in state["W1"]), default=1), 5) or 1
    return x, y, _fitted(state["W1"], len(x), hidden), _fitted(state["W2"], hidden, len(y))


def _chosen(state: State, W: tuple[Any, Any]) -> tuple[int, int, int]:
    """Layer, row and column of the weight that is asked about."""
    try:
        l, r, c = (int(part) for part in state["weight"].split(","))
    except ValueError:
        return 0, 0, 0
    l = min(max(l, 0), 1)
    rows, columns = W[l].shape
    return l, min(max(r, 0), rows - 1), min(max(c, 0), columns - 1)


def _network(state: State) -> tuple[Any, Any]:
    """The network and its parameters; no offsets, so that every number can be followed."""
    import pellucid.networks as nn

    x, y, W1, W2 = _parts(state)
    f = getattr(nn, ACTIVATIONS[state["f"]])()
    net = nn.Network([nn.Dense(W1.shape[1], inputs=len(x)), f, nn.Dense(len(y))])
    params = [{"W": W1, "W0": np.zeros(W1.shape[1])}, {}, {"W": W2, "W0": np.zeros(len(y))}]
    return net, params


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The whole pass, a value a step."""
    from pellucid.networks import backward_pass

    x, y, W1, W2 = _parts(state)
    net, params = _network(state)
    found = backward_pass(net, x, y, params)
    at = _chosen(state, (W1, W2))
    by_weight = (found["∂L/∂W¹"].value, found["∂L/∂W²"].value)
    slope, loss = float(by_weight[at[0]][at[1:]]), float(found["L"].value)
    weight = f"{('W¹', 'W²')[at[0]]}, row {at[1] + 1}, column {at[2] + 1}"
    factors = _factors(found, net, (W1, W2))
    yield Scene(
        terms={
            "x": Now(x, f"{len(x)}×1"),
            "z": _from_step(found, "Z¹"),
            "a": _from_step(found, "A¹"),
            "L": _from_step(found, "L"),
            "back": _from_step(found, "∂L/∂Z²"),
            "slope": _from_step(found, "∂L/∂W¹"),
        },
        pictures={
            "network": _graph(found, (W1, W2), at),
            "values": _factor_row(factors, at)
            if state["view"] == "factors"
            else _values(found, (W1, W2), at),
            "steps": _steps(found),
        },
        facts=(
            ("loss", number(loss, 4)),
            (f"∂L/∂w of {weight}", number(slope, 4)),
            ("factors of this weight’s chain", _way(at)),
            ("check", _check(state, by_weight)),
        ),
        numbers={
            "loss": loss,
            "by_W1": by_weight[0],
            "by_W2": by_weight[1],
            "slope": slope,
            "layer": at[0],
        },
        steps=len(found) - 1,
        count="value",
        summary=f"The loss is {number(loss)}; its derivative by {weight} is {number(slope)}",
    )


def _check(state: State, by_weight: tuple[Any, Any]) -> str:
    """What difference quotients say to all the derivatives by weights."""
    from pellucid.descent import check_gradient
    from pellucid.networks import forward_pass

    x, y, W1, W2 = _parts(state)
    net, params = _network(state)

    def loss(theta: Any) -> float:
        moved = [params[0] | {"W": theta["W1"]}, {}, params[2] | {"W": theta["W2"]}]
        guess = forward_pass(net, x, moved)["Z²"].value[0]
        return float(((guess - y) ** 2).sum())

    given = dict(zip(("W1", "W2"), by_weight, strict=True))
    return str(check_gradient(loss, lambda _: given, {"W1": W1, "W2": W2}))


def _from_step(found: Any, name: str) -> Now:
    """A value from the step on at which it is computed; nothing before."""
    at, value = found.names.index(name), found[name]
    said = ", ".join(number(float(v)) for v in np.ravel(value.columns)[:3])
    said += ", …" if value.columns.size > 3 else ""
    return Now(Moving(["not yet"] * at + [said] * (len(found) - at)), value.shape)


def _graph(found: Any, W: tuple[Any, Any], at: tuple[int, int, int]) -> dict[str, Any]:
    """The network with the values that are there, and the chosen weight's chain."""
    T, forward = len(found), found.forward_steps
    layers = [
        [f"{letter}{'₁₂₃₄₅'[i]}" for i in range(count)]
        for letter, count in (("x", W[0].shape[0]), ("a", W[0].shape[1]), ("g", W[1].shape[1]))
    ]
    shown = []
    for name in ("A⁰", "A¹", "Z²"):
        begin, value = found.names.index(name), found[name].value[0]
        grid = np.full((T, len(value)), np.nan)
        grid[begin:] = value
        shown.append(Moving(grid))
    l, row, column = at
    on_way = [[0, row, column], [0, row], [1, column]] + [
        [1, column, k] for k in range(W[1].shape[1])
    ]
    on_way += [[2, k] for k in range(W[1].shape[1])]
    chain = on_way if l == 0 else [[1, row, column], [1, row], [2, column]]
    lit = [chain if t >= forward else chain[:1] for t in range(T)]
    return network(
        "A network of three layers; the chosen weight and its chain to the loss stand out. Value "
        "{t} of {steps}.",
        layers,
        [Moving(np.broadcast_to(w, (T, *w.shape)).copy()) for w in W],
        values=shown,
        titles=("input", "hidden", "output"),
        weight_names=("W¹", "W²"),
        highlighted=Moving(lit),
        chooses="weight",
        height=0.42,
        numbers=True,
    )


def _values(found: Any, W: tuple[Any, Any], at: tuple[int, int, int]) -> dict[str, Any]:
    """All values of the pass as matrices; those yet to come are empty."""
    T = len(found)
    kept = [q for q in found if "W₀" not in q.name and q.name != "∂L/∂A⁰"]
    items = []
    for q in kept:
        begin, value = found.names.index(q.name), np.atleast_2d(np.asarray(q.columns, float))
        moving = np.full((T, *value.shape), np.nan)
        moving[begin:] = value
        own = q.name == ("∂L/∂W¹", "∂L/∂W²")[at[0]]
        items.append(
            matrix(
                Moving(moving),
                q.name,
                term=TERM_OF.get(q.name, ""),
                marked=[list(at[1:])] if own else (),
                top=float(np.abs(value).max()) or 1.0,
                chooses="",
            )
        )
    return matrices(
        "Every value of the pass with its shape; those after value {t} are still empty.",
        items,
        note=Moving([f"{q.formula}   ({q.shape})" for q in found]),
    )


TERM_OF = {
    "A⁰": "x",
    "Z¹": "z",
    "A¹": "a",
    "L": "L",
    "∂L/∂Z²": "back",
    "∂L/∂W¹": "slope",
    "∂L/∂W²": "slope",
}


def _factors(found: Any, net: Any, W: tuple[Any, Any]) -> list[tuple[str, Any]]:
    """The factors of the chain as matrices, the one nearest to the input first (Notation 304)."""
    from pellucid.networks import by_pre_activation

    return [
        ("∂Z¹/∂W¹ = A⁰", found["A⁰"].columns),
        ("∂A¹/∂Z¹", by_pre_activation(net.layers[1], found["Z¹"].value[0])),
        ("∂Z²/∂A¹ = W²", W[1]),
        ("∂L/∂Z²", found["∂L/∂Z²"].columns),
    ]


def _factor_row(factors: list[tuple[str, Any]], at: tuple[int, int, int]) -> dict[str, Any]:
    """The product A⁰ (∂A¹/∂Z¹ · W² · ∂L/∂Z²)ᵀ, factor by factor, and what it gives."""
    (one, a), *rest = factors
    inner = np.linalg.multi_dot([m for _, m in rest])
    items = [matrix(a, one, term="x"), matrix(rest[0][1], rest[0][0], term="z", before="· (")]
    items += [
        matrix(m, name, term="back" if "L" in name else "a", before="·") for name, m in rest[1:]
    ]
    result = matrix(
        a @ inner.T,
        "∂L/∂W¹",
        term="slope",
        before=")ᵀ =",
        marked=[list(at[1:])] if at[0] == 0 else (),
    )
    return matrices(
        "The factors of the derivative by W¹ with their shapes, and their product.",
        [*items, result],
        note="Each factor is a local derivative in denominator layout; the brackets are turned, "
        "so that shapes meet.",
    )


def _steps(found: Any) -> dict[str, Any]:
    return tree(
        "The formulas of the pass, up to value {t}.",
        [
            {
                "text": f"{q.formula}   ({q.shape})",
                "note": q.notes,
                "at": i,
                "term": TERM_OF.get(q.name, ""),
            }
            for i, q in enumerate(found)
        ],
    )


def _way(at: tuple[int, int, int]) -> str:
    return "∂Z¹/∂W¹, ∂A¹/∂Z¹, ∂Z²/∂A¹, ∂L/∂Z²" if at[0] == 0 else "∂Z²/∂W², ∂L/∂Z²"


def code(state: State, data: Data) -> str:
    """The program that makes the same passes."""
    x, y, W1, W2 = _parts(state)
    l, r, c = _chosen(state, (W1, W2))
    kind = ACTIVATIONS[state["f"]]
    return f"""import numpy as np
from pellucid.networks import Dense, {kind}, Network, backward_pass

x, y = np.array({x.tolist()!r}), np.array({y.tolist()!r})
W1 = np.array({W1.tolist()!r})
W2 = np.array({W2.tolist()!r})
net = Network([Dense({W1.shape[1]}, inputs={len(x)}), {kind}(), Dense({len(y)})])
params = [{{"W": W1, "W0": np.zeros({W1.shape[1]})}}, {{}}, {{"W": W2, "W0": np.zeros({len(y)})}}]
found = backward_pass(net, x, y, params)
print(found)

loss = float(found["L"].value)
by_W1, by_W2 = found["dL/dW1"].value, found["dL/dW2"].value
layer = {l}  # of the weight that is asked about
slope = by_W{l + 1}[{r}, {c}]"""


def _how_many(state: State, scene: Scene) -> tuple[str, str]:
    layer = scene.numbers["layer"]
    right = ("Four", "Two")[layer]
    return right, (
        f"It stands in layer {layer + 1} of 2: {_way((layer, 0, 0))}. Every layer between a "
        f"weight and the "
        "loss puts in its own."
    )


def _sign(state: State, scene: Scene) -> tuple[str, str]:
    slope = scene.numbers["slope"]
    right = (
        "It changes nothing"
        if slope == 0
        else ("The loss rises" if slope > 0 else "The loss falls")
    )
    return (
        right,
        f"∂L/∂w = {number(slope)}: to first order the loss changes by that much times the step.",
    )


PAGE = Page(
    name="back-propagation",
    lead="Values go forward, derivatives come back. Click a weight: its chain to the loss lights "
    "up. "
    "Which factors does one weight’s derivative have?",
    notes="Def 292, Def 293, Concept 294, Notation 304",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{z}{Z^1} = {W^1}^{\top} \term{x}{x}, \quad \term{a}{A^1} = f(Z^1)",
            "Z one is W one transposed x, A one is f of Z one",
        ),
        Formula(r"g = Z^2 = {W^2}^{\top} A^1", "g is Z two, W two transposed A one"),
        Formula(
            r"\term{L}{L} = \sum_j \left(g_j - y_j\right)^2",
            "L is the sum over j of the squared difference of g j and y j",
        ),
        Formula(
            r"\term{slope}{\frac{\partial L}{\partial W^1}} = x \left( \frac{\partial "
            r"A^1}{\partial Z^1} W^2 "
            r"\term{back}{\frac{\partial L}{\partial Z^2}} \right)^{\top}",
            "the derivative of L by W one is x times, transposed, the derivative of A one by Z "
            "one times "
            "W two times the derivative of L by Z two",
        ),
    ),
    terms=(
        Term("x", "x", "input", "grey"),
        Term("z", "Z¹", "before the activation", "violet"),
        Term("a", "A¹", "after it", "green"),
        Term("L", "L", "loss", "rose"),
        Term("back", "∂L/∂Z²", "what comes back", "orange"),
        Term("slope", "∂L/∂W¹", "derivative by the weights", "blue"),
    ),
    pictures=(
        Picture("network", "The network: click a weight", "wide"),
        Picture("values", "Values and derivatives, with their shapes", "wide"),
        Picture("steps", "The formulas, as far as they are computed", "wide"),
    ),
    questions=(
        Question(
            "How many factors does the chosen weight’s derivative have?",
            ("Two", "Three", "Four"),
            _how_many,
        ),
        Question(
            "The chosen weight grows a little. What does the loss do?",
            ("The loss rises", "The loss falls", "It changes nothing"),
            _sign,
        ),
    ),
    scenes=scenes,
    code=code,
)

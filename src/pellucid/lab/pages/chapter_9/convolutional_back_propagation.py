"""Back-propagation through a filter: each factor of the chain as a matrix, and who shares a weight.

Notes: KE 450, KE 451, KE 452, KE 453, KE 454, Notation 304
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, matrices, matrix, plane, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

MOST = 4  # weights of the filter
CONTROLS = (
    setting("weight", 1, "The weight that is asked about", term="slope", low=1, shown=(1, MOST)),
    setting("pooling", True, "Max-pooling over pairs"),
    setting("x", [[1.0, -1.0, 2.0, 0.5, 1.0, -1.5, 1.5, 1.0]], "Input x", term="x"),
    setting("W1", [[0.6, -0.4, 0.8]], "Filter W¹", term="slope"),
    setting("W2", [[0.5, -0.3, 0.9, 0.3, -0.2, 0.4]], "Weights W² of the output", term="back"),
    setting("y", 1.0, "Answer y", shown=(-3.0, 3.0)),
)


def _flat(rows: Any, most: int) -> Any:
    found = np.concatenate([np.ravel(row) for row in rows]) if rows else np.zeros(1)
    return found[:most]


def _parts(state: State) -> tuple[Any, Any, Any, int]:
    """x, W¹, W² and the size of the pool: cut, or filled, so that they fit together."""
    W1 = _flat(state["W1"], MOST)
    x = _flat(state["x"], 10)
    x = np.pad(x, (0, max(0, len(W1) + 1 - len(x))))
    size = 2 if state["pooling"] else 1
    m = (len(x) - len(W1) + 1) // size
    W2 = _flat(state["W2"], m)
    return x, W1, np.pad(W2, (0, m - len(W2))), size


def _network(state: State) -> tuple[Any, Any]:
    """A filter, ReLU, perhaps a pool, one output; offsets are 0, so that numbers are few."""
    import pellucid.networks as nn

    x, W1, W2, size = _parts(state)
    pool = [nn.MaxPool(2)] if size == 2 else []
    layers = [nn.Convolution(1, len(W1)), nn.ReLU(), *pool, nn.Flatten("row"), nn.Dense(1)]
    net = nn.Network(layers, in_shape=(len(x), 1))
    first = {"W": W1[:, None, None], "W0": np.zeros(1)}
    last = {"W": W2[:, None], "W0": np.zeros(1)}
    return net, [first, *({} for _ in layers[1:-1]), last]


def _factors(state: State, found: Any) -> list[tuple[str, Any]]:
    """∂Z/∂W, ∂A/∂Z, ∂P/∂A, W² and ∂L/∂Z², the earliest first (Notation 304)."""
    from pellucid.networks import ReLU, by_pre_activation
    from pellucid.networks.passes.local_derivatives import by_weights_of_filter, of_maximum

    x, W1, W2, size = _parts(state)
    z, a = np.ravel(found["Z¹"].value), np.ravel(found["A¹"].value)
    pooled = np.zeros((len(a), len(W2)))
    for i in range(len(W2)):
        pooled[i * size : (i + 1) * size, i] = of_maximum(a[i * size : (i + 1) * size]).ravel()
    return [
        ("∂Z¹/∂W¹", by_weights_of_filter(x, len(W1))),
        ("∂A¹/∂Z¹", by_pre_activation(ReLU(), z)),
        *([("∂P¹/∂A¹", pooled)] if size == 2 else []),
        ("W²", W2[:, None]),
        ("∂L/∂Z²", np.asarray(found["∂L/∂Z²"].value).reshape(1, 1)),
    ]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The chain of factors, and the derivative that the layers compute."""
    from pellucid.networks import backward_pass

    x, W1, _, _ = _parts(state)
    net, params = _network(state)
    found = backward_pass(net, x[:, None], [state["y"]], params)
    factors = _factors(state, found)
    product = np.linalg.multi_dot([m for _, m in factors])
    slope = np.ravel(found["∂L/∂W¹"].value)
    back = np.ravel(found["∂L/∂Z¹"].value)
    loss = float(found["L"].value)
    u = min(state["weight"], len(W1)) - 1
    shares = factors[0][1][u] * back
    live = int((back != 0).sum())
    yield Scene(
        terms={
            "x": Now(f"{len(x)} entries", f"{len(x)}×1"),
            "z": Now(f"{int((factors[1][1].diagonal() > 0).sum())} of {len(back)} above 0",
                     f"{len(back)}×1"),
            "L": Now(loss, digits=4),
            "back": Now(f"{live} of {len(back)} are not 0", f"{len(back)}×1"),
            "slope": Now(slope, f"{len(W1)}×1"),
        },
        pictures={
            "chain": _chain(factors, product, u),
            "values": _values(found, x, u, state),
            "shares": _shares(shares, slope[u], u),
        },
        facts=(
            ("loss", number(loss, 4)),
            (f"∂L/∂w{u + 1}", number(float(slope[u]), 4)),
            ("windows that share it", f"{len(back)}"),
            ("windows through which something comes back", f"{live}"),
            ("product of the factors less the layers’ derivative",
             number(float(np.abs(product.ravel() - slope).max()))),
            ("check by differences", _check(state, net, params, slope)),
        ),
        numbers={"loss": loss, "slope": slope, "back": back, "product": product.ravel()},
        summary=f"The derivative by weight {u + 1} is {number(float(slope[u]))}",
    )  # fmt: skip


def _check(state: State, net: Any, params: Any, slope: Any) -> str:
    from pellucid.descent import check_gradient
    from pellucid.networks import forward_pass

    x, W1, _, _ = _parts(state)

    def loss(theta: Any) -> float:
        moved = [params[0] | {"W": theta["W1"][:, None, None]}, *params[1:]]
        guess = float(np.ravel(forward_pass(net, x[:, None], moved)["Z²"].value)[0])
        return float((guess - state["y"]) ** 2)

    return str(check_gradient(loss, lambda _: {"W1": slope}, {"W1": W1}))


def _chain(factors: list[tuple[str, Any]], product: Any, u: int) -> dict[str, Any]:
    terms = {"∂Z¹/∂W¹": "x", "∂A¹/∂Z¹": "z", "∂L/∂Z²": "back"}
    (name, first), *rest = factors
    row = [[u, c] for c in range(first.shape[1])]
    return matrices(
        "The factors of the chain with their shapes, the earliest layer first, and their product.",
        [
            matrix(first, name, term="x", marked=row, digits=2),
            *(matrix(m, n, term=terms.get(n, ""), before="·", digits=2) for n, m in rest),
            matrix(product, "∂L/∂W¹", term="slope", before="=", marked=[[u, 0]]),
        ],
        note=f"Framed: the inputs that weight {u + 1} is multiplied by, one a window.",
    )


def _values(found: Any, x: Any, u: int, state: State) -> dict[str, Any]:
    names = ("Z¹", "A¹", "P¹", "Z²") if state["pooling"] else ("Z¹", "A¹", "Z²")
    n = len(np.ravel(found["Z¹"].value))
    return matrices(
        "The values of the forward pass, and what comes back to the scores of the windows.",
        [
            matrix(x, "x", term="x", marked=[[u + i, 0] for i in range(n)]),
            *(
                matrix(np.ravel(found[name].value), name, term="z" if name == "Z¹" else "",
                       before="→")
                for name in names
            ),
            matrix(np.ravel(found["∂L/∂Z¹"].value), "∂L/∂Z¹", term="back", before="←"),
        ],
    )  # fmt: skip


def _shares(shares: Any, total: float, u: int) -> dict[str, Any]:
    low, high = min(0.0, float(shares.min())), max(0.0, float(shares.max()))
    room = 0.25 * ((high - low) or 1.0)
    return plane(
        f"What each window adds to the derivative by weight {u + 1}; the sum is {number(total)}.",
        [
            bars(
                np.arange(len(shares)),
                shares,
                term="slope",
                label=[number(float(v), 2) if v else "" for v in shares],
            ),
            rule(y=0.0, colour="grey"),
        ],
        box=(-0.7, len(shares) - 0.3, low - room, high + room),
        names=[str(i + 1) for i in range(len(shares))],
        x="window",
        y=f"part of ∂L/∂w{u + 1}",
        height=0.5,
    )


def code(state: State, data: Data) -> str:
    """The program that makes the same passes and factors."""
    x, W1, W2, size = _parts(state)
    pool = "MaxPool(2), " if size == 2 else ""
    dp = (
        """
dP = np.zeros((len(a), len(W2)))  # ∂P¹/∂A¹
for i in range(len(W2)):
    dP[2 * i : 2 * i + 2, i] = of_maximum(a[2 * i : 2 * i + 2]).ravel()"""
        if size == 2
        else ""
    )
    return f"""import numpy as np
from pellucid.networks import (
    Convolution, Dense, Flatten, MaxPool, Network, ReLU, backward_pass, by_pre_activation
)
from pellucid.networks.passes.local_derivatives import by_weights_of_filter, of_maximum

x = np.array({x.tolist()!r})
W1 = np.array({W1.tolist()!r})
W2 = np.array({W2.tolist()!r})
layers = [Convolution(1, len(W1)), ReLU(), {pool}Flatten("row"), Dense(1)]
net = Network(layers, in_shape=(len(x), 1))
first = {{"W": W1[:, None, None], "W0": np.zeros(1)}}
last = {{"W": W2[:, None], "W0": np.zeros(1)}}
params = [first, {"{}, " * (3 if size == 2 else 2)}last]
found = backward_pass(net, x[:, None], [{state["y"]!r}], params)
print(found)

loss = float(found["L"].value)
slope, back = np.ravel(found["∂L/∂W¹"].value), np.ravel(found["∂L/∂Z¹"].value)
z, a = np.ravel(found["Z¹"].value), np.ravel(found["A¹"].value){dp}
product = np.ravel(
    by_weights_of_filter(x, len(W1)) @ by_pre_activation(ReLU(), z)
    {"@ dP " if size == 2 else ""}@ W2[:, None] @ np.reshape(found["∂L/∂Z²"].value, (1, 1))
)"""


def _entries(state: State, scene: Scene) -> tuple[str, str]:
    n = len(scene.numbers["back"])
    return "One in each window", (
        f"The filter stands on {n} windows, and in each the weight meets one entry of x; the "
        f"derivative sums {n} products."
    )


def _zeros(state: State, scene: Scene) -> tuple[str, str]:
    back = np.asarray(scene.numbers["back"])
    live = int((back != 0).sum())
    right = "All" if live == len(back) else ("None" if not live else "Some")
    why = "ReLU lets nothing back below 0" + (
        ", and the pool only to the largest of each pair" if state["pooling"] else ""
    )
    return right, f"{live} of {len(back)}: {why}."


PAGE = Page(
    name="convolutional-back-propagation",
    lead="A filter uses the same few weights in every window, so the derivative of one weight "
    "gathers what comes back to all of them. Which entries share one weight’s derivative?",
    notes="KE 450, KE 451, KE 452, KE 453, Notation 304",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{z}{z_i} = \sum_{u=1}^{k} w_u\, \term{x}{x_{i+u-1}}",
            "z i is the sum over u of w u times x at i plus u minus one",
        ),
        Formula(
            r"\term{slope}{\frac{\partial L}{\partial w_u}} = \sum_i \term{x}{x_{i+u-1}}\, "
            r"\term{back}{\frac{\partial L}{\partial z_i}}",
            "the derivative of L by w u is the sum over windows i of x at i plus u minus one "
            "times the derivative of L by z i",
        ),
        Formula(
            r"\term{L}{L} = (Z^2 - y)^2",
            "L is the squared difference of Z two and y",
        ),
    ),
    terms=(
        Term("x", "x", "input", "grey"),
        Term("z", "Z¹", "scores of the windows", "violet"),
        Term("L", "L", "loss", "rose"),
        Term("back", "∂L/∂Z¹", "what comes back", "orange"),
        Term("slope", "∂L/∂W¹", "derivative by the filter", "blue"),
    ),
    pictures=(
        Picture("chain", "Each factor of the chain", "wide"),
        Picture("values", "Forward, and back to the windows", "wide"),
        Picture("shares", "What each window adds", "main"),
    ),
    questions=(
        Question(
            "Which entries of x share the derivative of one weight?",
            ("One entry", "One in each window", "All entries of x"),
            _entries,
        ),
        Question("Through how many windows does something come back?", ("None", "Some", "All"),
                 _zeros),
    ),
    scenes=scenes,
    code=code,
)  # fmt: skip

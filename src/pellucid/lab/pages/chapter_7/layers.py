"""A network taken apart: its layers, a layer, a neuron, the arithmetic; inputs one by one.

Notes: Def 266, Def 272, Notation 276, Notation 277, Concept 278, KE 279
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

ZOOMS = ("network", "layer", "neuron")
MOST = 4
LOW = "₁₂₃₄"
CONTROLS = (
    setting("zoom", "neuron", "How near", choices=ZOOMS),
    setting("layer", 1, "Layer", low=1, shown=(1, 2), when=(("zoom", ZOOMS[1:]),)),
    setting("neuron", 1, "Neuron", low=1, shown=(1, MOST), when=(("zoom", ZOOMS[2:]),)),
    setting("x", [[1.0], [-0.5], [2.0]], "Input x, m×1"),
    setting("W1", [[0.5, -1.0], [1.0, 0.5], [-0.5, 1.0]], "Weights W¹, m×n"),
    setting("W01", [[0.1], [-0.2]], "Offsets W₀¹, n×1"),
    setting("W2", [[1.0], [-1.5]], "Weights W²"),
    setting("W02", [[0.3]], "Offsets W₀²"),
)


def _fitted(rows: Any, m: int, n: int) -> Any:
    """Typed rows as m×n: cut, or filled with zeros."""
    W = np.zeros((m, n))
    for i, row in enumerate(rows[:m]):
        cut = np.ravel(row)[:n]
        W[i, : len(cut)] = cut
    return W


def _parts(state: State) -> tuple[Any, list[Any], list[Any]]:
    """x, the weights and the offsets: sizes follow from x, W¹ and W²."""
    x = np.concatenate([np.ravel(row) for row in state["x"]])[:MOST] if state["x"] else np.ones(1)
    sizes = [max((np.size(row) for row in state[w]), default=1) or 1 for w in ("W1", "W2")]
    n, q = (min(size, MOST) for size in sizes)
    W = [_fitted(state["W1"], len(x), n), _fitted(state["W2"], n, q)]
    return x, W, [_fitted(state["W01"], n, 1)[:, 0], _fitted(state["W02"], q, 1)[:, 0]]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The pass, and one neuron's sum as its inputs come in."""
    from pellucid.networks import Dense, Network, ReLU, forward_pass

    x, W, W0 = _parts(state)
    net = Network([Dense(W[0].shape[1], inputs=len(x)), ReLU(), Dense(W[1].shape[1])])
    params: list[Any] = [{"W": W[0], "W0": W0[0]}, {}, {"W": W[1], "W0": W0[1]}]
    found = forward_pass(net, x, params)
    l = state["layer"] - 1
    j = min(state["neuron"], W[l].shape[1]) - 1
    into = x if l == 0 else found["A¹"].value[0]
    # The library's own layer over the input with what is not revealed yet set to 0.
    shown = np.tril(np.ones((len(into) + 1, len(into))), -1) * into
    alone = Network([Dense(W[l].shape[1], inputs=len(into))])
    partial = forward_pass(alone, shown, [{"W": W[l], "W0": W0[l]}])["Z¹"].value
    z, a, g = (found[name].value[0] for name in ("Z¹", "A¹", "Z²"))
    m, n = W[l].shape
    weights = sum(w.size + o.size for w, o in zip(W, W0, strict=True))
    yield Scene(
        terms={
            "A": Now(into, f"{m}×1"),
            "W": Now(f"{m * n} weights", f"{m}×{n}"),
            "W0": Now(W0[l], f"{n}×1"),
            "Z": Now(Moving(partial), f"{n}×1"),
            "g": Now(g, f"{len(g)}×1"),
        },
        pictures={
            "graph": _graph(x, W, (z, a, g), state, l, j, len(into)),
            "matrices": _matrices(into, W[l], W0[l], partial, state, l, j),
            "arithmetic": _arithmetic(into, W[l], W0[l], partial, l, j),
        },
        facts=(
            ("Z¹", ", ".join(map(number, z))),
            ("A¹ = ReLU(Z¹)", ", ".join(map(number, a))),
            ("g = Z²", ", ".join(map(number, g))),
            ("numbers to learn", str(weights)),
        ),
        numbers={
            "z": z,
            "a": a,
            "g": g,
            "partial": partial,
            "weights": weights,
            "shape": np.array(net.param_shapes[2 * l]["W"]),
        },
        steps=len(into),
        count="input",
        summary=f"the output is {', '.join(map(number, g))}",
    )


def _graph(
    x: Any, W: list[Any], values: Any, state: State, l: int, j: int, m: int
) -> dict[str, Any]:
    _, a, g = values
    n = W[l].shape[1]
    every = [[k, r, c] for k in (0, 1) for r, c in np.ndindex(W[k].shape)]
    layer = [[l, r, c] for r in range(m) for c in range(n)] + [[l + 1, c] for c in range(n)]
    lit = []
    for t in range(m + 1):
        own = [[l, r, j] for r in range(t)] + [[l + 1, j]]
        lit.append({"network": every, "layer": layer, "neuron": own}[state["zoom"]])
    return network(
        "The network; what is looked at stands out: with {t} of {steps} inputs of its layer.",
        [
            [f"{name}{LOW[i]}" for i in range(count)]
            for name, count in (("x", len(x)), ("a", len(a)), ("g", len(g)))
        ],
        W,
        values=[x, a, g],
        titles=("input", "hidden layer", "output layer"),
        weight_names=("W¹", "W²"),
        highlighted=Moving(lit),
        height=0.42,
        numbers=True,
    )


def _matrices(
    into: Any, W: Any, W0: Any, partial: Any, state: State, l: int, j: int
) -> dict[str, Any]:
    up = "¹²"[l]
    m, n = W.shape
    row = [[j, i] for i in range(m)] if state["zoom"] == "neuron" else []
    own = [[j, 0]] if state["zoom"] == "neuron" else []
    return matrices(
        f"The layer as matrices: W{up} transposed times its input, and its offsets, is Z{up}.",
        [
            matrix(W.T, f"W{up}ᵀ", term="W", marked=row),
            matrix(
                into[:, None],
                "x" if l == 0 else "A¹",
                term="A",
                before="·",
                faint=Moving([[[i, 0] for i in range(t, m)] for t in range(m + 1)]),
            ),
            matrix(W0[:, None], f"W₀{up}", term="W0", before="+", marked=own),
            matrix(Moving(partial[:, :, None]), f"Z{up}", term="Z", before="=", marked=own),
        ],
        note=f"shapes: ({n}×{m})({m}×1) + ({n}×1) = ({n}×1); inputs not revealed yet count as 0",
    )


def _arithmetic(into: Any, W: Any, W0: Any, partial: Any, l: int, j: int) -> dict[str, Any]:
    name = "x" if l == 0 else "a"
    lines = [{"text": f"the offset: {number(W0[j])}", "at": 0}]
    for i, value in enumerate(into):
        lines.append(
            {
                "text": f"+ w{LOW[i]}{LOW[j]} · {name}{LOW[i]} = {number(W[i, j])} · "
                f"{number(float(value))} → {number(float(partial[i + 1, j]))}",
                "at": i + 1,
            }
        )
    lines.append({"text": f"z{LOW[j]} = {number(float(partial[-1, j]))}", "at": len(into)})
    return tree(f"Neuron {j + 1} of layer {l + 1}, term by term, up to input {{t}}.", lines)


def code(state: State, data: Data) -> str:
    """The program that makes the same pass."""
    x, W, W0 = _parts(state)
    l = state["layer"] - 1
    into = "x" if l == 0 else "a"
    return f"""import numpy as np
from pellucid.networks import Dense, Network, ReLU, forward_pass

x = np.array({x.tolist()!r})
W = [np.array({W[0].tolist()!r}), np.array({W[1].tolist()!r})]
W0 = [np.array({W0[0].tolist()!r}), np.array({W0[1].tolist()!r})]
net = Network([Dense({W[0].shape[1]}, inputs={len(x)}), ReLU(), Dense({W[1].shape[1]})])
params = [{{"W": W[0], "W0": W0[0]}}, {{}}, {{"W": W[1], "W0": W0[1]}}]
found = forward_pass(net, x, params)
print(found)
z, a, g = (found[name].value[0] for name in ("Z1", "A1", "Z2"))
weights = sum(w.size for w in (*W, *W0))
shape = net.param_shapes[{2 * l}]["W"]  # of the layer asked about

# one layer, with more and more of its inputs
m, n = W[{l}].shape
shown = np.tril(np.ones((m + 1, m)), -1) * {into}
layer = Network([Dense(n, inputs=m)])
partial = forward_pass(layer, shown, [{{"W": W[{l}], "W0": W0[{l}]}}])["Z1"].value"""


SIDES = ("More rows", "More columns", "As many")
SILENT = ("None", "Some", "All")


def _sides(state: State, scene: Scene) -> tuple[str, str]:
    m, n = np.asarray(scene.numbers["shape"]).astype(int).tolist()
    right = SIDES[0] if m > n else SIDES[1] if m < n else SIDES[2]
    return right, (
        f"W is {m}×{n}: a row for each of {m} inputs, a column for each of {n} neurons; Wᵀ turns "
        "them round."
    )


def _silent(state: State, scene: Scene) -> tuple[str, str]:
    a = np.asarray(scene.numbers["a"])
    count = int((a == 0).sum())
    right = SILENT[0] if not count else SILENT[2] if count == len(a) else SILENT[1]
    return right, f"ReLU gives 0 for {count} of {len(a)}: A¹ is {', '.join(map(number, a))}."


PAGE = Page(
    name="layers",
    lead="A network is layers, a layer is neurons, a neuron is a sum of products and an offset. "
    "Come nearer, and play the inputs in one by one. What shape has each part, and why?",
    notes="Def 266, Def 272, Notation 276, Concept 278, KE 279",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{Z}{Z^l} = {\term{W}{W^l}}^{\top} \term{A}{A^{l-1}} + \term{W0}{W_0^l}, \qquad "
            r"A^l = f(\term{Z}{Z^l})",
            "Z l is W l transposed A l minus one, and the offsets; A l is f of Z l",
        ),
        Formula(
            r"z_j = w_{0j} + \sum_{i=1}^{m} w_{ij}\, a_i",
            "z j is the offset and the sum over i of w i j a i",
        ),
    ),
    terms=(
        Term("A", "Aˡ⁻¹", "what the layer reads", "grey"),
        Term("W", "Wˡ", "its weights", "green"),
        Term("W0", "W₀ˡ", "its offsets", "orange"),
        Term("Z", "Zˡ", "its scores so far", "violet"),
        Term("g", "g", "output of the network", "blue"),
    ),
    pictures=(
        Picture("graph", "The network", "wide"),
        Picture("matrices", "The layer in matrices", "wide"),
        Picture("arithmetic", "One neuron, term by term", "wide"),
    ),
    questions=(
        Question("Has W of this layer more rows or more columns?", SIDES, _sides),
        Question("With all inputs in, how many hidden neurons say 0?", SILENT, _silent),
    ),
    scenes=scenes,
    code=code,
)

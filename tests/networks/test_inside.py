"""Passes that go inside layers of layers: against automatic derivatives, and by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.networks import (
    BatchNorm,
    CrossAttention,
    Dense,
    Dropout,
    EachPlace,
    Embedding,
    Flatten,
    Graph,
    LayerNorm,
    Mode,
    Network,
    Parallel,
    PositionalCode,
    ReLU,
    SelfAttention,
    Sigmoid,
    Softmax,
    Stretch,
    Tanh,
    TransformerDecoder,
    TransformerEncoder,
    attention_weights,
    backward_pass,
    computing_in,
    forward_pass,
    play,
)
from pellucid.networks.engine import equal_blocks
from pellucid.networks.layers.residual import Residual
from pellucid.networks.layers.watch import Watch
from pellucid.networks.passes.pass_values import Pass

NESTED = [Dense(3), Residual([Dense(4), Tanh(), Residual([Dense(4), Sigmoid()]), Dense(3)])]
GRAPH = Graph(
    {
        "a": (Dense(3), ["input"]),
        "b": (Residual([Tanh()]), ["a"]),
        "c": (Dense(2), ["a", "b", "input"]),
        "unheard": (Tanh(), ["a"]),
        "d{}": (Dense(1), ["c", "c"]),
    },
    output="d{}",
)
NETWORKS: dict[str, Network] = {
    "residuals": Network([*NESTED, Dense(2)], in_shape=2),
    "nothing inside": Network([Dense(2), Residual([]), Dense(1)], in_shape=2),
    "side by side": Network([Parallel([[], [Dense(3), Tanh()], [Dense(1)]]), Dense(1)],
                            in_shape=2),
    "added": Network([Parallel([[], [Dense(2), Tanh()]], "sum"), Dense(1)], in_shape=2),
    "graph": Network([Dense(2), GRAPH], in_shape=2),
    "remembers": Network(
        [Dense(3), Residual([Dense(3), BatchNorm(), Parallel([[BatchNorm()], [Dropout(0.4)]]),
                             Dense(3)])],
        in_shape=2, reduction="mean",
    ),
    "encoder": Network([Dense(3), Residual([Dense(3)]), Dense(2), Softmax()], "nllm", in_shape=2),
    "each place": Network(
        [Residual([EachPlace([Dense(2), Tanh()])]), Stretch([EachPlace([Dense(2)])], 1, 3),
         Stretch([LayerNorm()], 2, rest="drop"), Flatten(), Dense(1)],
        in_shape=(4, 2),
    ),
    "after": Network([TransformerEncoder(4, 5, 2, causal=True), Flatten(), Dense(1)],
                     in_shape=(3, 4)),
    "before": Network([TransformerEncoder(4, 5, 2, dropout=0.2, norm="before"), Flatten(),
                       Dense(1)], in_shape=(3, 4)),
    "decoder": Network([TransformerDecoder(4, 2, 5, 2), CrossAttention(1, 2), Flatten(), Dense(1)],
                       in_shape=(4, 4)),
}  # fmt: skip


class Nudged(Watch):
    """Adds to what layers read, hold or give: jax.grad by that is the derivative by it.

    `by` has the nudges by place and kind, "x", "params" or "y"; what they meet is kept likewise.
    """

    def __init__(self, by: Any = ()) -> None:
        self.by = dict(by)
        self.met: dict[Any, Any] = {}

    def layer(self, layer: Any, params: Any, x: Any, mode: Mode) -> Any:
        x, params = self.nudged(mode, "x", x), self.nudged(mode, "params", params)
        y, back = layer.forward(params, x, mode)
        return self.nudged(mode, "y", y), back

    def nudged(self, mode: Mode, kind: str, value: Any) -> Any:
        self.met[mode.place, kind] = value
        nudge = self.by.get((mode.place, kind))
        return value if nudge is None else jax.tree.map(jnp.add, value, nudge)


def batch_for(network: Network, n: int = 3) -> tuple[Any, Any, Any, Mode]:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, *network.points[0])), rng.normal(size=(n, *network.out_shape))
    if network.loss == "nllm":
        y = np.eye(y.shape[1])[y.argmax(axis=1)]
    mode = Mode(True, jax.random.key(1), network.init_state("float64"))
    return jax.tree.map(np.asarray, network.init(0, "float64")), x, y, mode


def slopes_by(network: Network, params: Any, x: Any, y: Any, mode: Mode) -> Any:
    """∂L by all that, with no backward rule of ours: the values met, and the derivatives."""
    places: list[Any] = []

    def losses(nudges: Any) -> Any:
        watching = Nudged(zip(places, nudges, strict=True))
        out = network.losses(params, x, y, replace(mode, watch=watching))
        return network.shared(out).sum()

    def look() -> Any:
        watching = Nudged()
        network.forward(params, x, replace(mode, watch=watching))
        places.extend(watching.met)
        return list(watching.met.values())

    met = jax.jit(look)()
    slopes = jax.jit(jax.grad(losses))(jax.tree.map(np.zeros_like, met))
    return dict(zip(places, met, strict=True)), dict(zip(places, slopes, strict=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_derivative_inside_is_the_one_of_jax(name: str) -> None:
    """Notation 304: by what each layer reads, holds and gives, wherever it stands."""
    network = NETWORKS[name]
    params, x, y, mode = batch_for(network)
    with computing_in("float64"):
        found = backward_pass(network, x, y, params, mode)
        met, slopes = slopes_by(network, params, x, y, mode)
    assert len(set(found.names)) == len(found)
    for place in {place for place, _ in met}:
        here = [q for q in found if q.place == place and q.kind]
        output = next(q for q in here[::-1] if "∂" not in q.name)
        close(output.value, met[place, "y"])
        if place[0] >= network.head[1]:  # taken in by the loss
            continue
        close(found[f"∂L/∂{output.name}"].value, slopes[place, "y"])
        close(here[-1].value, slopes[place, "x"], place)
        own = {re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹·′]", "", q.name): q.value for q in here if not q.of_points}
        if own:
            leaves = jax.tree_util.tree_leaves_with_path(slopes[place, "params"])
            assert len(own) == len(leaves)
            for (*part, letter), leaf in leaves:
                end = [letter.key.replace("0", "₀"), *(key.key for key in part)]
                close(own["∂L/∂" + "_".join(end)], leaf)


def close(found: Any, wanted: Any, said: Any = "") -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12, err_msg=str(said))


def test_a_residual_in_a_residual_by_hand() -> None:
    """Every value and derivative, forward and back, against NumPy: Notation 304, Def 246."""
    network = NETWORKS["residuals"]
    params, x, y, _ = batch_for(network)
    with computing_in("float64"):
        found = backward_pass(network, x, y, params)
    inner = params[1]["layers"]
    (w1, w21), (w231, w24, w2) = (params[0], inner[0]), (inner[2]["layers"][0], inner[3], params[2])
    z1 = x @ w1["W"] + w1["W0"]
    a22 = np.tanh(z1 @ w21["W"] + w21["W0"])
    a232 = 1 / (1 + np.exp(-(a22 @ w231["W"] + w231["W0"])))
    r23 = a22 + a232
    r1 = z1 + r23 @ w24["W"] + w24["W0"]
    d_r1 = 2 * (r1 @ w2["W"] + w2["W0"] - y) @ w2["W"].T
    d_r23 = d_r1 @ w24["W"].T
    d_z231 = a232 * (1 - a232) * d_r23
    d_a230 = d_z231 @ w231["W"].T
    d_z21 = (1 - a22**2) * (d_r23 + d_a230)
    wanted = {
        "A2.0": z1, "A2.2": a22, "A2.3.0": a22, "A2.3.2": a232, "R2.3": r23, "R1": r1,
        "dL/dR1": d_r1, "dL/dZ2.4": d_r1, "dL/dW2.4": r23.T @ d_r1, "dL/dR2.3": d_r23,
        "dL/dA2.3.2": d_r23, "dL/dZ2.3.1": d_z231, "dL/dW2.3.1": a22.T @ d_z231,
        "dL/dW02.3.1": d_z231.sum(0), "dL/dA2.3.0": d_a230, "dL/dA2.2": d_r23 + d_a230,
        "dL/dA2.0": d_z21 @ w21["W"].T, "dL/dZ1": d_r1 + d_z21 @ w21["W"].T,
    }  # fmt: skip
    for name, value in wanted.items():
        close(found[name].value, value, name)
    assert found["Z2.3.1"].formula == "Z²·³·¹ = W²·³·¹ᵀ A²·³·⁰ + W₀²·³·¹"
    assert found["R2.3"].formula == "R²·³ = A²·² + A²·³·²"
    assert found["dL/dA2.2"].formula == "∂L/∂A²·² = ∂L/∂R²·³ + ∂L/∂A²·³·⁰"
    inside = found["Z2.3.1"]
    assert (inside.shape, inside.layer, inside.depth, inside.where) == ("4×3", 1, 2, "2.3.1 Dense")


def said(name: str) -> Pass:
    network = NETWORKS[name]
    params, x, y, _ = batch_for(network)
    found: Pass = backward_pass(network, x, y, params)
    return found


def test_branches_are_told_apart() -> None:
    """An empty branch passes its input on; joined side by side each gets its part back."""
    found = said("side by side")
    assert found["A1.1.0"].formula == "A¹·¹·⁰ = A⁰"
    assert found["R0"].formula == "R⁰ = [A¹·¹·⁰; A¹·²·²; Z¹·³·¹]"
    assert found["dL/dA0"].formula == "∂L/∂A⁰ = ∂L/∂A¹·¹·⁰ + ∂L/∂A¹·²·⁰ + ∂L/∂A¹·³·⁰"
    whole = found["dL/dR0"].value
    np.testing.assert_array_equal(found["dL/dA1.1.0"].value, whole[:, :2])
    np.testing.assert_array_equal(found["dL/dA1.2.2"].value, whole[:, 2:5])
    close(
        found["dL/dA0"].value,
        found["dL/dA1.1.0"].value + found["dL/dA1.2.0"].value + found["dL/dA1.3.0"].value,
    )
    added = said("added")
    assert added["R0"].formula == "R⁰ = A¹·¹·⁰ + A¹·²·²"
    np.testing.assert_array_equal(added["dL/dA1.1.0"].value, added["dL/dR0"].value)


def test_what_several_nodes_of_a_graph_read_collects_from_all() -> None:
    """Concept 264: the sum over the links that leave a node, each with its part."""
    found = said("graph")
    order = [name for name, _, _ in GRAPH.nodes]
    a, b, c, d = (f"2.{order.index(name) + 1}" for name in ("a", "b", "c", "d{}"))
    by = found[f"dL/dZ{a}"]
    of_c, of_b = found[f"dL/dX{c}"].value, found[f"dL/dX{b}"].value
    np.testing.assert_allclose(by.value, of_b + of_c[:, :3], rtol=1e-6)
    assert by.formula.count("X") == 3  # b, c, and the one that the output does not hear
    assert not found[f"dL/dA2.{order.index('unheard') + 1}"].value.any()
    twice = found[f"dL/dX{d}"].value
    np.testing.assert_allclose(found[f"dL/dZ{c}"].value, twice[:, :2] + twice[:, 2:], rtol=1e-6)
    assert found[f"X{d}"].formula.endswith("] for d{}")
    assert f"X{b.replace('.', '·')}".translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")) in str(
        found
    )


def test_attention_shows_what_each_head_looks_at() -> None:
    """Def 379, Clar 380: Q, K, V and the weights P of each head by name, and the way back."""
    network = NETWORKS["after"]
    params, x, y, _ = batch_for(network)
    with computing_in("float64"):
        found = backward_pass(network, x, y, params)
        [P] = attention_weights(network, params, x)
    own = params[0]["layers"][0]["layers"][0]
    Q, K, V = (x @ own[part]["W"] + own[part]["W0"] for part in ("query", "key", "value"))
    for name, value in (("Q", Q), ("K", K), ("V", V)):
        close(found[f"{name}1.1.1"].value, value)
    heads = []
    for h, share in enumerate((slice(2), slice(2, 4))):
        scores = np.exp(Q[..., share] @ K[..., share].swapaxes(1, 2) / np.sqrt(2)) * np.tri(3)
        weights = scores / scores.sum(-1, keepdims=True)
        close(found[f"P1.1.1_{h + 1}"].value, weights)
        np.testing.assert_array_equal(found[f"P1.1.1_{h + 1}"].value, P[:, h])
        heads.append(weights @ V[..., share])
        close(found["dL/dV1.1.1"].value[..., share],
              weights.swapaxes(1, 2) @ found["dL/dO1.1.1"].value[..., share])  # fmt: skip
    close(found["O1.1.1"].value, np.concatenate(heads, axis=-1))
    dQ, dK, dV = (found[f"dL/d{letter}1.1.1"].value for letter in "QKV")
    close(found["dL/dW1.1.1_key"].value, np.einsum("nti,ntj->ij", x, dK))
    close(found["dL/dA1.1.0"].value,
          dQ @ own["query"]["W"].T + dK @ own["key"]["W"].T + dV @ own["value"]["W"].T)  # fmt: skip
    assert found["P1.1.1_2"].shape == "3×3 a point, 3 points"
    assert "j ≤ i" in found["P1.1.1_2"].formula


def test_attention_is_found_wherever_it_stands() -> None:
    """Clar 380: in a branch, in a graph and at the network's own level, with names of its own."""
    looks = SelfAttention(2)
    network = Network(
        [Embedding(3, 4), looks, PositionalCode(), looks, Parallel([[looks], []], "sum"),
         Graph({"a": (looks, ["input"])}), Flatten(), Dense(1)],
        in_shape=3,
    )  # fmt: skip
    params, x = network.init(0), np.array([0.0, 2.0, 1.0])
    found = forward_pass(network, x, params)
    names = ("P1_1", "P1''_1", "P5.1.1_1", "P6.1_1")
    each = attention_weights(network, params, x)
    assert len(each) == len(names)
    for name, P in zip(names, each, strict=True):
        np.testing.assert_allclose(found[name].value, P[:, 0], rtol=1e-6)
    assert len(set(found.names)) == len(found)  # V is a value of attention, and what is flat
    assert found.names[-2] == "V¹′′′"


def test_a_nested_pass_reads_well() -> None:
    """Inner lines stand further in; the table names each layer as messages do."""
    found = said("residuals")
    lines = [line.rsplit("  ", 1) for line in str(found).splitlines()]
    assert [formula.rstrip() for formula, _ in lines[2:7]] == [
        "  A²·⁰ = Z¹",
        "  Z²·¹ = W²·¹ᵀ A²·⁰ + W₀²·¹",
        "  A²·² = tanh Z²·¹",
        "    A²·³·⁰ = A²·²",
        "    Z²·³·¹ = W²·³·¹ᵀ A²·³·⁰ + W₀²·³·¹",
    ]
    assert len({len(formula) for formula, _ in lines[:7]}) == 1  # shapes in one column
    page = found._repr_html_()
    assert page.count("<tbody>") == 2
    assert page.count("2.3.1 Dense") == 4  # Z, and the derivatives by W, W0 and what goes in
    assert page.count("<tr>") == len(found) + 1
    network = NETWORKS["residuals"]
    params, x, y, _ = batch_for(network)
    player = play(network, x, y, params)
    assert [player.step().name for _ in range(7)][-1] == "Z²·³·¹"
    assert str(player).startswith("step 7 of 35, forward, inside layer 2.3\nZ²·³·¹ = ")


def test_one_point_and_a_layer_of_ones_own() -> None:
    """A layer that runs others by `forward_series` is opened, though it says nothing of them."""

    class Twice(Residual):
        def in_symbols(self) -> Any:
            return replace(super().in_symbols(), inside=())

    network = Network([Twice([Dense(2), ReLU()]), Dense(1)], in_shape=2)
    found = backward_pass(network, [1.0, 2.0], [1.0], network.init(0))
    assert found["A1.0"].formula == "A¹·⁰"
    assert found["Z1.1"].shape == "2×1"
    close(found["dL/dA1.2"].value, found["dL/dR0"].value)


def test_equal_layers_are_compiled_once_whatever_the_depth() -> None:
    """A deeper pass of like layers needs no new program, and its derivatives are those of JAX."""
    x, y = np.array([[0.3, -1.0], [0.5, 2.0]]), np.ones((2, 1))

    def judge(depth: int) -> int:
        inner = [Residual([Dense(4), Dropout(0.2), Tanh()]) for _ in range(depth)]
        net = Network([Dense(4), *inner, Dense(1)], in_shape=2)
        params = net.init(1, dtype="float64")
        found = backward_pass(net, x, y, params)
        with computing_in("float64"):
            slopes = jax.jit(jax.grad(lambda p: net.losses(p, x, y).sum()))(params)
        np.testing.assert_allclose(found["dL/dW1"].value, slopes[0]["W"], rtol=1e-9)
        np.testing.assert_allclose(found["dL/dW2"].value, slopes[-1]["W"], rtol=1e-9)
        return len(equal_blocks._kinds)

    begun = len(equal_blocks._kinds)
    assert begun < judge(6) == judge(9)

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
    Residual,
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
from pellucid.networks.quantities import Pass
from pellucid.networks.watch import Watch

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
    """Adds to what one layer reads, holds or gives: jax.grad by that is the derivative by it."""

    def __init__(self, place: Any = None, **by: Any) -> None:
        self.place, self.by, self.params = place, by, {}
        self.x: dict[Any, Any] = {}
        self.y: dict[Any, Any] = {}

    def layer(self, layer: Any, params: Any, x: Any, mode: Mode) -> Any:
        if mode.place == self.place:
            x = x + self.by.get("x", 0)
            if "params" in self.by:
                params = jax.tree.map(jnp.add, params, self.by["params"])
        y, back = layer.forward(params, x, mode)
        self.params[mode.place], self.x[mode.place], self.y[mode.place] = params, x, y
        return y + self.by.get("y", 0) if mode.place == self.place else y, back


def batch_for(network: Network, n: int = 3) -> tuple[Any, Any, Any, Mode]:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, *network.points[0])), rng.normal(size=(n, *network.out_shape))
    if network.loss == "nllm":
        y = np.eye(y.shape[1])[y.argmax(axis=1)]
    mode = Mode(True, jax.random.key(1), network.init_state("float64"))
    return network.init(0, "float64"), x, y, mode


def by_hand(network: Network, at: Any, kind: str, like: Any) -> Any:
    """∂L by what is at that place, with no backward rule of ours."""
    params, x, y, mode = batch_for(network)

    def loss(nudge: Any) -> Any:
        watching = replace(mode, watch=Nudged(at, **{kind: nudge}))
        return network.shared(network.losses(params, jnp.asarray(x), y, watching)).sum()

    return jax.grad(loss)(jax.tree.map(jnp.zeros_like, like))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_derivative_inside_is_the_one_of_jax(name: str) -> None:
    """Notation 304: by what each layer reads, holds and gives, wherever it stands."""
    network = NETWORKS[name]
    params, x, y, mode = batch_for(network)
    with computing_in("float64"):
        found, plain = backward_pass(network, x, y, params, mode), Nudged()
        out, _ = network.forward(params, jnp.asarray(x), replace(mode, watch=plain))
        assert len(set(found.names)) == len(found)
        outer = [q for q in found.quantities[: found.forward_steps] if q.depth == 0][-2]
        np.testing.assert_array_equal(outer.value, out)
        depth = network.head[1]
        for place in plain.y:
            here = [q for q in found if q.place == place and q.kind]
            output = next(q for q in here[::-1] if "∂" not in q.name)
            np.testing.assert_array_equal(output.value, plain.y[place])
            if place[0] >= depth:  # taken in by the loss
                continue
            slope = found[f"∂L/∂{output.name}"].value
            close(slope, by_hand(network, place, "y", plain.y[place]))
            close(here[-1].value, by_hand(network, place, "x", plain.x[place]), place)
            own = {re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹·′]", "", q.name): q.value for q in here if not q.of_points}
            if own:
                wanted = by_hand(network, place, "params", plain.params[place])
                leaves = jax.tree_util.tree_leaves_with_path(wanted)
                assert len(own) == len(leaves)
                for (*part, letter), leaf in leaves:
                    end = [letter.key.replace("0", "₀"), *(key.key for key in part)]
                    close(own["∂L/∂" + "_".join(end)], leaf)


def close(found: Any, wanted: Any, said: Any = "") -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12, err_msg=str(said))


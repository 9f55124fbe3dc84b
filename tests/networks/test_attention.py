"""Attention and transformers: against the plain sums, against PyTorch, and what one may not ask."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.networks import (
    CrossAttention,
    Dense,
    EachPlace,
    Embedding,
    Mode,
    Network,
    PositionalCode,
    SelfAttention,
    Softmax,
    Stretch,
    TransformerDecoder,
    TransformerEncoder,
    attention_weights,
    computing_in,
    train,
)
from pellucid.networks.layers.sequences.attention import attention
from pellucid.networks.passes.readable_pass import backward_pass


@jax.jit  # sooner compiled for each shape than its operations one by one
def read(Q: Any, K: Any, V: Any) -> Any:
    """The sums over the words, and their weights."""
    return attention(Q, K, V)[:2]


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.integers(0, 99))
def test_a_new_vector_is_the_weighted_sum_over_the_words(S: int, T: int, e: int, seed: int) -> None:
    """8.5.5-attention: weights for ordered pairs, in a sum written out pair by pair."""
    random = np.random.default_rng(seed)
    Q, K, V = (random.normal(size=(n, e)) for n in (S, T, T))
    with computing_in("float64"):
        O, P = jax.device_get(read(Q, K, V))
    for i in range(S):
        importance = np.exp([Q[i] @ K[j] / np.sqrt(e) for j in range(T)])
        importance /= importance.sum()
        np.testing.assert_allclose(P[i], importance, rtol=1e-9)
        np.testing.assert_allclose(O[i], sum(importance[j] * V[j] for j in range(T)), atol=1e-12)


def test_heads_are_attentions_in_parallel() -> None:
    """8.5.5-attention: two heads are two attentions over halves of the numbers, side by side."""
    layer, x = SelfAttention(2), np.random.default_rng(0).normal(size=(1, 3, 4))
    with computing_in("float64"):
        params, _ = layer.init(jax.random.key(0), (3, 4), "float64")
        y, _ = layer.forward(params, x, Mode())
        params = jax.device_get(params)
        Q, K, V = (
            x[0] @ params[part]["W"] + params[part]["W0"] for part in ("query", "key", "value")
        )
        halves = [read(Q[:, h], K[:, h], V[:, h])[0] for h in (slice(0, 2), slice(2, 4))]
        joined = np.concatenate(halves, axis=1) @ params["out"]["W"] + params["out"]["W0"]
    np.testing.assert_allclose(y[0], joined, rtol=1e-10)


def test_weights_are_not_symmetric() -> None:
    """8.5.5-asymmetric"""
    layer, x = SelfAttention(1), np.random.default_rng(0).normal(size=(1, 4, 4))
    params, _ = layer.init(jax.random.key(0), (4, 4))
    P = np.asarray(layer.weights(params, x))[0, 0]
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-6)
    assert np.abs(P - P.T).max() > 0.05


@pytest.mark.parametrize("layer", [SelfAttention(2, True), TransformerEncoder(4, 8, 2, True)])
def test_causal_places_do_not_see_what_comes(layer: Any) -> None:
    """8.5.6-next-token: what stands at a place cannot change what is said before it."""
    x = np.random.default_rng(0).normal(size=(1, 5, 4)).astype(np.float32)
    params, _ = layer.init(jax.random.key(0), (5, 4))
    other = x.copy()
    other[:, 3:] += 1
    y, z = (np.asarray(layer.forward(params, each, Mode())[0]) for each in (x, other))
    np.testing.assert_allclose(y[:, :3], z[:, :3], rtol=1e-6)
    assert np.abs(y[:, 3:] - z[:, 3:]).max() > 1e-3


def test_a_decoder_passes_the_representation_on() -> None:
    """8.5.6-transformer: it reads the representation, leaves it, and sees only past output."""
    layer = TransformerDecoder(4, 2, 8, 2)
    x = np.random.default_rng(0).normal(size=(1, 5, 4)).astype(np.float32)
    params, _ = layer.init(jax.random.key(0), (5, 4))
    later, earlier = x.copy(), x.copy()
    later[:, 4] += 1
    earlier[:, 0] += 1
    y, after_later, after_earlier = (
        np.asarray(layer.forward(params, each, Mode())[0]) for each in (x, later, earlier)
    )
    np.testing.assert_array_equal(y[:, :2], x[:, :2])
    np.testing.assert_allclose(after_later[:, :4], y[:, :4], rtol=1e-5)
    assert np.abs(after_earlier[:, 2:] - y[:, 2:]).max() > 1e-3


@pytest.mark.parametrize("norm", ["after", "before"])
@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_blocks_equal_pytorchs(kind: str, norm: str) -> None:
    """8.5.6-transformer: same weights, same output, of the encoder and of the decoder."""
    torch = pytest.importorskip("torch")
    d, S, T, random = 4, 3, 5, np.random.default_rng(0)
    made: Any = {
        "encoder": TransformerEncoder(d, 6, 2, norm=norm),
        "decoder": TransformerDecoder(d, S, 6, 2, norm=norm),
    }[kind]
    places = T if kind == "encoder" else S + T
    x = random.normal(size=(2, places, d))
    with computing_in("float64"):
        params = jax.tree.map(
            lambda leaf: leaf + 0.3 * random.normal(size=leaf.shape),
            made.init(jax.random.key(0), (places, d), "float64")[0],
        )
        y = np.asarray(made.forward(params, jnp.asarray(x), Mode())[0])
    peer_class = torch.nn.TransformerEncoderLayer
    if kind == "decoder":
        peer_class = torch.nn.TransformerDecoderLayer
    peer = peer_class(
        d, 2, 6, dropout=0.0, batch_first=True, norm_first=norm == "before", dtype=torch.float64
    ).eval()
    _fill(peer, _leaves_by_kind(made, params))
    if kind == "encoder":
        expected = peer(torch.tensor(x))
    else:
        mask = torch.nn.Transformer.generate_square_subsequent_mask(T, dtype=torch.float64)
        expected = peer(torch.tensor(x[:, S:]), torch.tensor(x[:, :S]), tgt_mask=mask)
        y = y[:, S:]
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-9, atol=1e-10)


def _leaves_by_kind(layer: Any, params: Any) -> dict[str, list[Any]]:
    """The parameters of attentions, norms and dense layers, in the order of the layers."""
    found: dict[str, list[Any]] = {"attention": [], "norm": [], "dense": []}

    def walk(own: Any) -> None:
        if "query" in own:
            found["attention"].append(own)
        elif "G" in own:
            found["norm"].append(own)
        elif "W" in own:
            found["dense"].append(own)
        else:
            for each in own.get("layers", ()):
                walk(each)

    walk(params)
    return found


def _fill(peer: Any, own: dict[str, list[Any]]) -> None:
    import torch

    attentions = [peer.self_attn] + ([peer.multihead_attn] if len(own["attention"]) > 1 else [])
    norms = [getattr(peer, f"norm{i + 1}") for i in range(len(own["norm"]))]
    with torch.no_grad():
        for theirs, ours in zip(attentions, own["attention"], strict=True):
            parts = [ours[part] for part in ("query", "key", "value")]
            theirs.in_proj_weight.copy_(_tensor(np.vstack([np.asarray(p["W"]).T for p in parts])))
            theirs.in_proj_bias.copy_(_tensor(np.concatenate([p["W0"] for p in parts])))
            theirs.out_proj.weight.copy_(_tensor(np.asarray(ours["out"]["W"]).T))
            theirs.out_proj.bias.copy_(_tensor(ours["out"]["W0"]))
        for theirs, ours in zip(norms, own["norm"], strict=True):
            theirs.weight.copy_(_tensor(ours["G"]))
            theirs.bias.copy_(_tensor(ours["B"]))
        for theirs, ours in zip([peer.linear1, peer.linear2], own["dense"], strict=True):
            theirs.weight.copy_(_tensor(np.asarray(ours["W"]).T))
            theirs.bias.copy_(_tensor(ours["W0"]))


def _tensor(values: Any) -> Any:
    import torch

    return torch.tensor(np.ascontiguousarray(np.asarray(values)))


def test_an_embedding_is_a_one_hot_code_times_a_matrix() -> None:
    layer, ids = Embedding(4, 3), np.array([[2.0, 0.0, 3.0, -1.0, 4.0]])
    W = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    y, backward = layer.forward({"W": W}, ids, Mode())
    np.testing.assert_allclose(y[0, :3], W[[2, 0, 3]])
    assert not np.asarray(y)[0, 3:].any()  # ids that are no token are empty places
    dx, own = backward(np.ones_like(y))
    assert not np.asarray(dx).any()
    np.testing.assert_allclose(own["W"], [[1] * 3, [0] * 3, [1] * 3, [1] * 3])


def test_sequences_train_whole_and_can_be_read() -> None:
    """Layers that hold layers go through `train`, and through a pass that one can read."""
    network = Network(
        [
            Embedding(3, 4), PositionalCode(), TransformerEncoder(4, 8, 2),
            Stretch([EachPlace([Dense(3)])], 3, rest="drop"), Softmax(),
        ],
        "nllm", in_shape=4, reduction="mean",
    )  # fmt: skip
    X = np.random.default_rng(0).integers(0, 3, (200, 4)).astype(np.float32)
    y = np.eye(3)[X[:, 0].astype(int)][:, None]  # repeat what stood first
    run = train(network, X, y, step_size=0.01, epochs=40)
    assert run.history["loss"][-1] < 0.3 * run.history["loss"][0]
    found = backward_pass(network, X[:2], y[:2], run.params)
    assert "softmax" in str(found)
    assert [P.shape for P in attention_weights(network, run.params, X[:2])] == [(2, 2, 4, 4)]
    assert "TransformerEncoder" in str(network.summary())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: SelfAttention(0), "heads is a whole number ≥ 1"),
        (lambda: SelfAttention(1.5), "heads is a whole number ≥ 1"),  # type: ignore[arg-type]
        (lambda: CrossAttention(0), "read is a whole number of places"),
        (lambda: TransformerEncoder(6, 8, 4), "width a multiple of heads"),
        (lambda: TransformerDecoder(4, 0), "read is a whole number of places"),
        (lambda: TransformerEncoder(4, 8, 2, norm="both"), 'norm "after" or "before"'),
        (lambda: Embedding(0, 3), "count and width"),
        (lambda: PositionalCode(1.0), "longest is a number > 1"),
        (lambda: Stretch([], 2, 2), "0 ≤ start < stop"),
    ],
)
def test_settings_out_of_range_are_refused(make: Any, said: str) -> None:
    with pytest.raises(HyperparameterError, match=said):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (SelfAttention(), (6,), "takes sequences"),
        (SelfAttention(4), (3, 6), "4 heads cannot share 6 numbers"),
        (CrossAttention(3, 2), (3, 4), "reads the first 3 places and needs more"),
        (TransformerEncoder(4, 8, 2), (3, 6), "takes 4 numbers a place"),
        (Embedding(3, 2), (3, 4), "points of T token ids"),
        (PositionalCode(), (3,), "takes sequences"),
        (Stretch([], 2, 5), (4, 2), "from place 2 to 5"),
        (Stretch([EachPlace([Dense(3)])], 1), (4, 2), 'keep the shape, or rest="drop"'),
        (EachPlace([Dense(3)]), (4,), "takes sequences"),
    ],
)
def test_points_that_do_not_fit_are_refused(layer: Any, shape: Any, said: str) -> None:
    with pytest.raises(ShapeError, match=said):
        layer.shapes(shape)

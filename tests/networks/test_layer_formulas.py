"""What convolutions, pools, norms and attention print in a pass, read literally, gives the number
that stands beside it: for one point and several, sums and means.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from pellucid.networks import (
    AveragePool,
    BatchNorm,
    Convolution,
    Dense,
    Flatten,
    Layer,
    LayerNorm,
    MaxPool,
    Mode,
    Network,
    ReLU,
    SelfAttention,
    backward_pass,
)
from pellucid.networks.passes.naming import names_of

HEADS, BATCH, FEATURES = 2, 0, 1


def windows(x: Any, k: int) -> Any:
    """n×h×w×c as n×h'×w'×c×k×k."""
    return sliding_window_view(x, (k, k), axis=(1, 2))


def fields(x: Any) -> Any:
    """Fields of 2×2 without overlap: n×h'×w'×c×4."""
    return windows(x, 2)[:, ::2, ::2].reshape(*np.array(x.shape) // [1, 2, 2, 1], 4)


def spread(shares: Any, like: Any) -> Any:
    """Shares of each field's four entries, n×h'×w'×c×4, back at their places."""
    found = np.zeros(like.shape)
    for at in range(4):
        found[:, at // 2 :: 2, at % 2 :: 2][:, : shares.shape[1], : shares.shape[2]] += shares[
            ..., at
        ]
    return found


def at_their_places(W: Any, dz: Any) -> Any:
    k = len(W)
    found = np.zeros((len(dz), dz.shape[1] + k - 1, dz.shape[2] + k - 1, W.shape[2]))
    for r, c in np.ndindex(dz.shape[1:3]):
        found[:, r : r + k, c : c + k] += np.einsum("ijcm,nm->nijc", W, dz[:, r, c])
    return found


def largest(p: Any, a: Any) -> Any:
    first = np.eye(4)[fields(a).argmax(axis=-1)]
    return spread(p[..., None] * first, a)


def normed(z: Any, epsilon: float, axis: int) -> tuple[Any, Any, Any]:
    """Z − μ, what divides it, and σ."""
    if axis == BATCH and len(z) == 1:  # predicting, with the μ = 0 and σ = 1 of the start
        return z, 1 + epsilon, 1.0
    apart, sigma = z - z.mean(axis, keepdims=True), z.std(axis, keepdims=True)
    return apart, (sigma + epsilon if axis == BATCH else np.sqrt(sigma**2 + epsilon)), sigma


def batch_slope(g: Any, dy: Any, z: Any, epsilon: float) -> Any:
    if len(z) == 1:  # predicting: what is remembered stays
        return g * dy / (1 + epsilon)
    (apart, by, sigma), D = normed(z, epsilon, BATCH), g * dy
    shared = D.mean(0) + apart * (D * apart).mean(0) / (sigma * (sigma + epsilon))
    return (D - shared) / by


def layer_slope(g: Any, dy: Any, z: Any, epsilon: float) -> Any:
    (apart, by, _), D = normed(z, epsilon, FEATURES), g * dy
    bar = apart / by
    return (D - D.mean(1, keepdims=True) - bar * (D * bar).mean(1, keepdims=True)) / by


def heads(x: Any) -> list[Any]:
    return np.split(x, HEADS, axis=-1)


def softmax(s: Any) -> Any:
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def importance(q: Any, k: Any) -> list[Any]:
    return [
        softmax(a @ b.swapaxes(1, 2) / a.shape[-1] ** 0.5)
        for a, b in zip(heads(q), heads(k), strict=True)
    ]


def score_slopes(v: dict[str, Any], q: Any, k: Any, own: str) -> list[Any]:
    found = []
    for P, dO, V, a in zip(
        importance(q, k), heads(v[f"∂L/∂O{own}"]), heads(v[f"V{own}"]), heads(q), strict=True
    ):
        D = dO @ V.swapaxes(1, 2)
        found.append(P * (D - (P * D).sum(axis=-1, keepdims=True)) / a.shape[-1] ** 0.5)
    return found


def joined(parts: Any) -> Any:
    return np.concatenate(list(parts), axis=-1)


def query_slope(v: dict[str, Any], own: str) -> Any:
    q, k = v[f"Q{own}"], v[f"K{own}"]
    return joined(S @ b for S, b in zip(score_slopes(v, q, k, own), heads(k), strict=True))


def key_slope(v: dict[str, Any], own: str) -> Any:
    q, k = v[f"Q{own}"], v[f"K{own}"]
    pairs = zip(score_slopes(v, q, k, own), heads(q), strict=True)
    return joined(S.swapaxes(1, 2) @ a for S, a in pairs)


N = r"((?:∂L/∂)?[A-ZẐ]₀?[⁰¹²′]+(?:_(?:query|key|value|out))?)"  # a name
# What is printed, `N` for a name, and the same in NumPy; named arrays come first, then all.
READ: list[tuple[str, Callable[..., Any]]] = [
    ("N ∗ N + N", lambda v, W, x, W0: np.einsum("nhwcij,ijcm->nhwm", windows(x, len(W)), W) + W0),
    ("N_i = max of N over field i", lambda v, _, a: fields(a).max(axis=-1)),
    ("N_i = mean of N over field i", lambda v, _, a: fields(a).mean(axis=-1)),
    ("N_j = Σᵢ N_i over fields i whose largest entry is j",
     lambda v, own, p: largest(p, v[own.removeprefix("∂L/∂")])),
    ("N_j = Σᵢ N_i / (entries of a field) over fields i that hold j",
     lambda v, own, p: spread(np.repeat(p[..., None] / 4, 4, -1), v[own.removeprefix("∂L/∂")])),
    ("N_u = Σᵢ N_{i+u} (N_i)ᵀ over windows i",
     lambda v, _, x, dz: np.einsum(
         "nhwcij,nhwm->ijcm", windows(x, x.shape[1] - dz.shape[1] + 1), dz)),
    ("Σᵢ N_i over windows i", lambda v, dz: dz.sum(axis=(0, 1, 2))),
    ("Σ over windows of N N, each at its place", lambda v, W, dz: at_their_places(W, dz)),
    ("N ∘ (N − μ)/(σ + ε) + N, Z̄ = (N − μ)/(σ + ε)",
     lambda v, G, z, B, _: G * np.divide(*normed(z, v["ε"], BATCH)[:2]) + B),
    ("N ∘ (N − μ)/√(σ² + ε) + N, Z̄ = (N − μ)/√(σ² + ε)",
     lambda v, G, z, B, _: G * np.divide(*normed(z, v["ε"], FEATURES)[:2]) + B),
    ("Σₖ N_k ∘ Z̄_k",
     lambda v, dy: (dy * np.divide(*normed(v["Z¹"], v["ε"], BATCH)[:2])).sum(0)),
    ("Σᵢ N ∘ Z̄",
     lambda v, dy: (dy * np.divide(*normed(v["Z¹"], v["ε"], FEATURES)[:2])).sum(0)),
    ("N ∘ Z̄", lambda v, dy: (dy * np.divide(*normed(v["Z¹"], v["ε"], FEATURES)[:2])).sum(0)),
    ("Σₖ N_k", lambda v, dy: dy.sum(0)),
    ("D/(σ + ε) with μ and σ remembered; in training "
        "[D − ⟨D⟩ − (N − μ)⟨D ∘ (N − μ)⟩/(σ(σ + ε))]/(σ + ε); D = N ∘ N",
     lambda v, z, _, G, dy: batch_slope(G, dy, z, v["ε"])),
    ("[D − ⟨D⟩ − Z̄⟨D ∘ Z̄⟩]/√(σ² + ε), D = N ∘ N, means over features",
     lambda v, G, dy: layer_slope(G, dy, v["Z¹"], v["ε"])),
    ("softmax(N_1 N_1ᵀ/√e)", lambda v, q, k: importance(q, k)[0]),
    ("softmax(N_2 N_2ᵀ/√e)", lambda v, q, k: importance(q, k)[1]),
    ("[N_h N_h, over heads h]",
     lambda v, _, V: joined(
         P @ part for P, part in zip(importance(v["Q⁰′"], v["K⁰′"]), heads(V), strict=True))),
    ("[N_hᵀ N_h, over heads h]",
     lambda v, _, dO: joined(
         P.swapaxes(1, 2) @ part
         for P, part in zip(importance(v["Q⁰′"], v["K⁰′"]), heads(dO), strict=True))),
    ("[∂L/∂S_h N_h, over heads h], ∂L/∂S_h = P_h ∘ (D_h − ⟨P_h, D_h⟩)/√e, D_h = ∂L/∂O_h V_hᵀ",
     lambda v, _: query_slope(v, "⁰′")),
    ("[(∂L/∂S_h)ᵀ N_h, over heads h]", lambda v, _: key_slope(v, "⁰′")),
    ("Nᵀ N, summed over points", lambda v, x, dy: np.einsum("nti,ntj->ij", x, dy)),
    ("N, summed over points and places", lambda v, dy: dy.sum(axis=(0, 1))),
    ("N Nᵀ + N Nᵀ + N Nᵀ",
     lambda v, *p: sum(a @ W.T for a, W in zip(p[::2], p[1::2], strict=True))),
    ("N Nᵀ", lambda v, dy, W: dy @ W.T),
    ("N N + N", lambda v, x, W, W0: x @ W + W0),
]  # fmt: skip
# Dense layers, activations and losses: `test_pass_formulas` evaluates these.
PLAIN = re.compile(r"x|vec.*|max\(0.*|.* where .* > 0, else 0|Nᵀ N \+ N|.*y.*|N \(N\)ᵀ|Σᵢ N|N N|N")
IMAGES = (6, 6, 2)
NETWORKS: dict[str, tuple[list[Layer], tuple[int, ...]]] = {
    "convolution, max": ([Convolution(2, 3), ReLU(), MaxPool(2), Flatten(), Dense(1)], IMAGES),
    "convolution, mean": ([Convolution(3, 3), ReLU(), AveragePool(2), Flatten(), Dense(1)], IMAGES),
    "batch norm": ([Dense(3), BatchNorm(), ReLU(), Dense(1)], (2,)),
    "layer norm": ([Dense(3), LayerNorm(), ReLU(), Dense(1)], (2,)),
    "attention": ([SelfAttention(HEADS), Flatten(), Dense(1)], (3, 4)),
}


def pattern_of(printed: str) -> re.Pattern[str]:
    return re.compile(N.join(re.escape(part) for part in printed.split("N")))


PATTERNS = [(pattern_of(printed), work) for printed, work in READ]


@pytest.mark.parametrize(("n", "reduction"), [(1, "sum"), (3, "mean")])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_layers_formulas_give_what_stands_beside_them(name: str, n: int, reduction: str) -> None:
    """Notation 304, eq 9.20: W ∗ A, fields, μ and σ, weights of attention, and their slopes."""
    layers, shape = NETWORKS[name]
    net = Network(layers, in_shape=shape, reduction=reduction)
    random = np.random.default_rng(n)
    x, y = random.normal(size=(n, *shape)), random.normal(size=(n, 1))
    params = net.init(1, "float64")
    # One point is predicted, several are a training batch: norms have formulas for both.
    mode = Mode(training=n > 1, key=jax.random.key(0), state=net.init_state())
    found = backward_pass(net, x, y, params, mode)
    values: dict[str, Any] = {q.name: np.asarray(q.value) for q in found.quantities}
    for names, layer, own in zip(names_of(net.layers), net.layers, params, strict=True):
        for part, array in own.items():
            inside = array if isinstance(array, dict) else {"": array}
            for letter, value in inside.items():
                key = f"{part}.{letter}" if letter else part
                values[names.parameter(key)] = np.asarray(value)
        values |= {"ε": layer.epsilon} if hasattr(layer, "epsilon") else {}
    read = 0
    for quantity in found.quantities:
        left, _, right = quantity.formula.partition(" = ")
        right = right.removesuffix(" of all points")
        texts = (right, f"{left} = {right}")
        work = next(((w, m) for p, w in PATTERNS for t in texts if (m := p.fullmatch(t))), None)
        if work is None:
            assert PLAIN.fullmatch(re.sub(N, "N", right)), quantity.formula
            continue
        given = [
            name if "_j = " in quantity.formula and at == 0 else values.get(name)
            for at, name in enumerate(work[1].groups())
        ]
        np.testing.assert_allclose(
            work[0](values, *given), quantity.value, atol=1e-10, err_msg=quantity.formula
        )
        read += 1
    assert read >= 3

"""Chapter 7.8.3-7.8.4: batch normalization, claim by claim, each with its picture.

python examples/chapter_7/batch_normalization.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
from matplotlib.figure import Figure

from pellucid.networks import BatchNorm, Dense, Mode, Network, ReLU
from pellucid.networks.layers.normalization import standardised
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.diagram import Block, chain
from pellucid.pictures.images import images
from pellucid.pictures.training import agreement, bars, histograms

TRAINING = Mode(training=True)


def batch(K: int = 200, n: int = 4, seed: int = 0) -> Any:
    """Points of different means and spreads by feature."""
    random = np.random.default_rng(seed)
    return random.normal(size=(K, n)) * [1.0, 3.0, 0.5, 2.0][:n] + [0.0, 5.0, -2.0, 1.0][:n]


def normalized(z: Any, G: Any, B: Any) -> Any:
    with jax.enable_x64(True):
        y, backward = BatchNorm().forward({"G": np.asarray(G), "B": np.asarray(B)}, z, TRAINING)
        return np.asarray(y), backward


def updates_shift_the_next_layer() -> Figure:
    """A step of layer 1 shifts what layer 2 is given; normalization takes the shift out.

    7.8.3.1-covariate-shift
    """
    X = np.random.default_rng(0).normal(size=(400, 6)).astype(np.float32)
    y = (X.sum(axis=1, keepdims=True) + 8).astype(np.float32)
    shown, moved, most = {}, {}, 0
    for name, norm in (("plain", []), ("normalized", [BatchNorm()])):
        network = Network(
            [Dense(8), *norm, ReLU(), Dense(1)], "square", in_shape=6, reduction="mean"
        )
        depth = 1 + len(norm)
        params, state = network.init(0), network.init_state()
        mode = Mode(training=True, state=state)
        _, gradient, _ = network.loss_and_gradient(params, X, y, mode)
        after = [
            {k: own[k] - 0.1 * g[k] for k in own} for own, g in zip(params, gradient, strict=True)
        ]
        given = []
        for weights in (params, [after[0], *params[1:]]):  # layer 1 alone takes its step
            z = X
            for layer, own in zip(network.layers[:depth], weights[:depth], strict=True):
                z, _ = layer.forward(own, z, mode)
            given.append(np.asarray(z))
        shift = np.abs(given[1].mean(axis=0) - given[0].mean(axis=0))
        most = most or int(shift.argmax())
        moved[name] = float(shift.max())
        shown[name] = {"before the step": given[0][:, most], "after it": given[1][:, most]}
    assert moved["plain"] > 0.5
    assert moved["normalized"] < 1e-4
    return histograms(shown, f"what reaches f of neuron {most + 1}")


def outliers_stay_visible() -> Figure:
    """Standardising moves and scales, so an outlier still stands out.

    7.8.3.2-outlier-visible
    """
    z = np.array([[1.0], [2.0], [100.0], [3.0], [4.0], [5.0]])
    bar, _ = normalized(z, [1.0], [0.0])
    others = np.delete(bar[:, 0], 2)
    assert bar.argmax() == 2
    gap, spread = bar[2, 0] - others.max(), np.ptp(others)
    before = (100 - 5) / (5 - 1)
    np.testing.assert_allclose(gap / spread, before, rtol=1e-9)  # as far out as it ever was
    return bars(
        {
            f"{value:g}": {"standardised": float(b)}
            for value, b in zip(z[:, 0], bar[:, 0], strict=True)
        },
        "Z̄",
    )


def the_output_has_mean_b_and_deviation_g() -> Figure:
    """After scaling and shifting each feature has mean B and standard deviation about |G|.

    7.8.3.3-mean-and-deviation
    """
    G, B = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.0, 1.0, -1.0, 4.0])
    z = batch()
    y, _ = normalized(z, G, B)
    sigma = z.std(axis=0)
    np.testing.assert_allclose(y.mean(axis=0), B, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=0), np.abs(G) * sigma / (sigma + 1e-3), rtol=1e-9)
    names = [f"G = {g:g}, B = {b:g}" for g, b in zip(G, B, strict=True)]
    return histograms(
        {"Z": dict(zip(names, z.T, strict=True)), "Ẑ": dict(zip(names, y.T, strict=True))},
        "value of a feature",
    )


def batches_perturb_a_point() -> Figure:
    """A point is moved differently in different batches, which acts like noise.

    7.8.3.5-perturbs
    """
    random = np.random.default_rng(0)
    point, rest = np.array([[1.0, 6.0]]), batch(400, 2)
    spread = {}
    for K in (8, 32, 128):
        places = []
        for _ in range(200):
            others = rest[random.choice(len(rest), K - 1, replace=False)]
            bar, _ = standardised(np.vstack([point, others]), (0,), 1e-3, "outside")
            places.append(np.asarray(bar)[0, 0])
        spread[f"K = {K}"] = np.array(places)
    deviations = [float(each.std()) for each in spread.values()]
    assert deviations[0] > deviations[1] > deviations[2] > 0.01  # smaller batches, more noise
    return histograms({"one point in 200 batches": spread}, "Z̄ of that point")


def derivatives_stay_within_a_feature() -> Figure:
    """Scale and shift act entry by entry; normalising ties the points of one feature alone.

    7.8.4.2-index-structure
    """
    K, n = 4, 3
    z = batch(K, n)
    with jax.enable_x64(True):
        whole = jax.jacobian(lambda v: standardised(v, (0,), 1e-3, "outside")[0])(z)
        scaled = jax.jacobian(lambda v: np.array([2.0, 3.0, 4.0]) * v + 1)(z)
    by_feature = np.asarray(whole).transpose(1, 0, 3, 2)  # feature, point, feature, point
    for c in range(n):
        for e in range(n):
            assert (np.abs(by_feature[c, :, e]).max() > 0.01) == (c == e)
    assert (np.count_nonzero(scaled, axis=(2, 3)) == 1).all()
    flat = (
        np.asarray(each).transpose(1, 0, 3, 2).reshape(n * K, n * K) for each in (whole, scaled)
    )
    return images(
        list(flat), ["∂Z̄ / ∂Z", "∂Ẑ / ∂Z̄"], numbers=False, signed=True, size=2.6
    )  # fmt: skip


def its_derivatives_equal_differences() -> Figure:
    """The backward pass of batch normalization equals small differences.

    7.8.4.6-differences-agree
    """
    random = np.random.default_rng(1)
    z, G, B, dy = (
        batch(6, 3),
        random.normal(size=3),
        random.normal(size=3),
        random.normal(size=(6, 3)),
    )
    _, backward = normalized(z, G, B)
    with jax.enable_x64(True):
        found, own = backward(dy)
    h = 1e-6

    def loss(z: Any, G: Any, B: Any) -> float:
        return float((normalized(z, G, B)[0] * dy).sum())

    differences = np.zeros_like(z)
    for at in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[at] = h
        differences[at] = (loss(z + step, G, B) - loss(z - step, G, B)) / (2 * h)
    np.testing.assert_allclose(found, differences, atol=1e-7)
    for name, moved in (("G", lambda s: (z, G + s, B)), ("B", lambda s: (z, G, B + s))):
        slopes = [(loss(*moved(s)) - loss(*moved(-s))) / (2 * h) for s in h * np.eye(3)]
        np.testing.assert_allclose(own[name], slopes, atol=1e-7)
    return agreement(found, differences, "central differences", "∂L/∂Z by the backward pass")


def an_offset_before_it_is_lost() -> Figure:
    """An offset before normalization has no effect: the mean takes it away again.

    7.8.3.4-offset-has-no-effect
    """
    z = batch()
    plain, _ = normalized(z, np.ones(4), np.zeros(4))
    shifted, _ = normalized(z + [5.0, -3.0, 100.0, 0.1], np.ones(4), np.zeros(4))
    np.testing.assert_allclose(plain, shifted, atol=1e-9)
    return chain([
        Block("A", boxed=False),
        Block("Wᵀ A", "Z", above="W"),
        Block("(Z − μ)/(σ + ε)", "Z̄"),
        Block("G ∘ Z̄ + B", "Ẑ", above="G, B"),
        Block("f", "A"),
    ])  # fmt: skip


CLAIMS = (
    updates_shift_the_next_layer,
    outliers_stay_visible,
    the_output_has_mean_b_and_deviation_g,
    batches_perturb_a_point,
    derivatives_stay_within_a_feature,
    its_derivatives_equal_differences,
    an_offset_before_it_is_lost,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

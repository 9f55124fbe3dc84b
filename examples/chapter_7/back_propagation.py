"""Chapter 7.5-7.7: back-propagation, starts, deep chains, claim by claim, each with its picture.

python examples/chapter_7/back_propagation.py [FOLDER]
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.flatten_util import ravel_pytree
from matplotlib.figure import Figure

from pellucid.errors import NetworkWarning
from pellucid.networks import (
    GELU,
    Dense,
    Identity,
    LeakyReLU,
    Mode,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from pellucid.networks.training.train_network import train
from pellucid.pictures.activations import activation_curves
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.diagram import Block, chain
from pellucid.pictures.training import agreement, bars, fits, gradient_norm_by_depth, losses

TRAINING = Mode(training=True)


def crossed(n: int = 160, seed: int = 0) -> tuple[Any, Any]:
    """Two classes in opposite corners of a square (exclusive or)."""
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n, 2)).astype(np.float32)
    return X, (X[:, 0] * X[:, 1] > 0).astype(np.float32)


def deep(
    f: Any, depth: int, width: int = 10, scale: float = 1.0, initial: str = "xavier"
) -> Network:
    layers = [
        layer for _ in range(depth) for layer in (Dense(width, initial=initial, scale=scale), f)
    ]
    with warnings.catch_warnings(action="ignore", category=NetworkWarning):  # f may be linear
        return Network([*layers, Dense(1), Sigmoid()], "nll", in_shape=2, reduction="mean")


def zeros_answer_zero() -> Figure:
    """With zero weights the output is 0 for every input, so the start is random.

    7.5-random-start
    """
    x = np.linspace(-2, 2, 41, dtype=np.float32)
    answers = {}
    for initial in ("zeros", "gaussian"):
        network = Network(
            [Dense(8, initial=initial), Tanh(), Dense(1, initial=initial)], in_shape=1
        )
        params = network.init(0)
        answers[initial] = lambda t, n=network, p=params: np.asarray(n.predict(p, t[:, None]))[:, 0]
    assert (answers["zeros"](x) == 0).all()
    assert np.ptp(answers["gaussian"](x)) > 1
    return fits(x, np.sin(x), answers)


def gradients_equal_differences() -> Figure:
    """Back-propagated gradients equal those of small differences of the loss.

    7.5.10-differences-agree
    """
    network = Network([Dense(3), ReLU(), Dense(4), GELU(), Dense(2), Softmax()], "nllm", in_shape=3)
    random = np.random.default_rng(0)
    X, y = random.normal(size=(5, 3)), np.eye(2)[random.integers(0, 2, 5)]
    with jax.enable_x64(True):
        params = network.init(1, "float64")
        _, gradient, _ = network.loss_and_gradient(params, X, y, TRAINING)
        flat, rebuilt = ravel_pytree(params)
        value = jax.jit(lambda theta: network.losses(rebuilt(theta), X, y).sum())
        steps = 1e-6 * np.eye(len(flat))
        differences = [float(value(flat + h) - value(flat - h)) / 2e-6 for h in steps]
        found = np.asarray(ravel_pytree(gradient)[0])
    np.testing.assert_allclose(found, differences, rtol=1e-5, atol=1e-8)
    return agreement(found, differences, "central differences", "back-propagation")


class _Counted(Dense):
    """A dense layer that counts how often its backward rule runs."""

    calls = 0

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Any]:
        y, backward = super().forward(params, x, mode)

        def counted(dy: Any) -> Any:
            _Counted.calls += 1
            return backward(dy)

        return y, counted


def one_sweep_is_enough() -> Figure:
    """Later factors are shared, so one backward sweep finds the gradients of all layers.

    7.5.10-one-sweep
    """
    shown = {}
    for depth in (2, 4, 8):
        layers = [layer for _ in range(depth) for layer in (_Counted(3), Tanh())]
        network = Network(layers, in_shape=3)
        params = network.init(0)
        _Counted.calls = 0
        _, gradient, _ = network.loss_and_gradient(
            params, np.ones((1, 3)), np.ones((1, 3)), TRAINING
        )
        assert all(np.abs(own["W"]).max() > 0 for own in gradient if own)
        sweep, _Counted.calls = _Counted.calls, 0
        for l in range(depth):  # each layer by itself: from the loss back to it, anew
            tail = Network(network.layers[2 * l :], in_shape=3)
            tail.loss_and_gradient(params[2 * l :], np.ones((1, 3)), np.ones((1, 3)), TRAINING)
        assert sweep == depth
        assert _Counted.calls == depth * (depth + 1) // 2
        shown[f"{depth} layers"] = {"one sweep": sweep, "layer by layer": _Counted.calls}
    return bars(shown, "backward rules applied")


def slopes_are_the_derivatives() -> Figure:
    """The slope of each activation, measured, is the derivative written beside it.

    7.5.12-slopes-match
    """
    shown = [Identity(), ReLU(), LeakyReLU(0.1), Sigmoid(), Tanh(), GELU()]
    z = np.linspace(-4, 4, 80)  # 0, where ReLU has a corner, is not among them
    with jax.enable_x64(True):
        for f in shown:
            measured = (np.asarray(f.f(z + 1e-6)) - np.asarray(f.f(z - 1e-6))) / 2e-6
            np.testing.assert_allclose(f.slope(z, f.f(z)), measured, atol=1e-7)
    return activation_curves(shown)


def gradients_have_the_shapes_of_parameters() -> Figure:
    """Each gradient has its parameter's shape; with one neuron a layer the scalar form is left.

    7.5.16-shapes-agree
    """
    network = Network([Dense(4), Tanh(), Dense(3), Tanh(), Dense(2)], in_shape=5)
    params = network.init(0)
    _, gradient, _ = network.loss_and_gradient(params, np.ones((1, 5)), np.ones((1, 2)), TRAINING)
    shapes = [jax.tree.map(np.shape, tree) for tree in (params, gradient)]
    assert shapes[0] == shapes[1]

    line = Network([Dense(1), Tanh(), Dense(1), Tanh(), Dense(1)], in_shape=1)
    params = line.init(2)
    w1, w2, w3 = (float(own["W"][0, 0]) for own in params if own)
    _, gradient, _ = line.loss_and_gradient(params, np.array([[0.7]]), np.ones((1, 1)), TRAINING)
    a1 = np.tanh(0.7 * w1)
    a2 = np.tanh(a1 * w2)
    by_hand = 2 * (a2 * w3 - 1) * w3 * (1 - a2**2) * w2 * (1 - a1**2) * 0.7
    np.testing.assert_allclose(gradient[0]["W"][0, 0], by_hand, rtol=1e-5)
    return chain([
        Block("X", boxed=False),
        Block("Σ¹", "Z¹: 4×1", "∂L/∂Z¹: 4×1", above="W¹: 5×4", under="∂L/∂W¹: 5×4"),
        Block("f¹", "A¹: 4×1", "∂L/∂A¹: 4×1"),
        Block("Σ²", "Z²: 3×1", "∂L/∂Z²: 3×1", above="W²: 4×3", under="∂L/∂W²: 4×3"),
        Block("f²", "A²: 3×1", "∂L/∂A²: 3×1"),
        Block("loss", "L: 1×1", above="y"),
    ])  # fmt: skip


def equal_neurons_stay_equal() -> Figure:
    """Neurons that start equal stay equal, zeros stay stuck; random weights break the symmetry.

    7.6.1-symmetry
    """
    X, y = crossed()
    network = Network([Dense(6), Tanh(), Dense(1), Sigmoid()], "nll", in_shape=2, reduction="mean")
    starts: dict[str, Any] = {"random": network.init(0)}
    for name, value in (("zeros", 0.0), ("all 0.5", 0.5)):
        starts[name] = jax.tree.map(
            lambda leaf, v=value: np.full(leaf.shape, v, np.float32), starts["random"]
        )
    runs = {
        name: train(network, X, y, start=start, step_size=0.02, epochs=150)
        for name, start in starts.items()
    }
    for name in ("zeros", "all 0.5"):
        W = runs[name].params[0]["W"]
        assert np.ptp(W, axis=1).max() < 1e-5  # every neuron like the first
    assert np.abs(runs["zeros"].params[0]["W"]).max() == 0  # nothing reaches layer 1 at all
    ends = {name: run.history["loss"][-1] for name, run in runs.items()}
    assert ends["random"] < 0.3 < 0.5 < min(ends["zeros"], ends["all 0.5"])
    return losses({name: run.history["loss"] for name, run in runs.items()})


def seeds_end_in_different_minima() -> Figure:
    """Different random starts can end in different local minima.

    7.6.1-seeds
    """
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array([0.0, 1.0, 1.0, 0.0])
    network = Network(
        [Dense(3, initial="gaussian"), ReLU(), Dense(1, initial="gaussian"), Sigmoid()], "nll",
        in_shape=2, reduction="mean",
    )  # fmt: skip
    runs = [
        train(network, X, y, seed=seed, step_size=0.05, epochs=600, batch_size=4)
        for seed in range(8)
    ]
    ends = np.array([run.history["loss"][-1] for run in runs])
    still = np.array([abs(run.history["loss"][-50] - run.history["loss"][-1]) for run in runs])
    assert ends.min() < 0.02
    assert ((ends > 0.3) & (still < 0.01)).any()  # settled, yet far above the best
    return losses({f"seed {seed}": run.history["loss"] for seed, run in enumerate(runs)})


def deep_chains_vanish_or_explode() -> Figure:
    """In deep chains the early gradients shrink or blow up by a factor a layer.

    7.7.3-deep-chain
    """
    X, y = crossed()
    nets = {
        "sigmoid": deep(Sigmoid(), 9),
        "ReLU, He's start": deep(ReLU(), 9, initial="he"),
        "identity, weights × 3": deep(Identity(), 9, scale=3.0),
    }
    lengths = {}
    for name, network in nets.items():
        _, gradient, _ = network.loss_and_gradient(network.init(0), X, y, TRAINING)
        lengths[name] = [float(np.linalg.norm(own["W0"])) for own in gradient if own]
    ratio = {name: each[1] / each[-2] for name, each in lengths.items()}
    assert ratio["sigmoid"] < 1e-3
    assert ratio["identity, weights × 3"] > 1e2
    assert 0.05 < ratio["ReLU, He's start"] < 20
    return gradient_norm_by_depth(lengths, y="length of ∂L/∂W₀ = ∂L/∂Z")


def a_step_for_each_weight_helps() -> Figure:
    """A step size for each weight carries a deep chain where one step size for all is stuck.

    7.7.3-step-per-weight
    """
    X, y = crossed()
    network = deep(Sigmoid(), 6, scale=2.0)
    runs = {
        "one step size, 0.1": train(
            network, X, y, rule="gradient descent", step_size=0.1, epochs=300
        ),
        "one step size, 1": train(
            network, X, y, rule="gradient descent", step_size=1.0, epochs=300
        ),
        "one a weight (Adadelta)": train(
            network, X, y, rule="adadelta", step_size=0.04, epochs=300
        ),
    }
    *stuck, moving = (run.history["loss"][-1] for run in runs.values())
    assert moving < 0.5 < 0.65 < min(stuck)
    return losses({name: run.history["loss"] for name, run in runs.items()})


CLAIMS = (
    zeros_answer_zero,
    gradients_equal_differences,
    one_sweep_is_enough,
    slopes_are_the_derivatives,
    gradients_have_the_shapes_of_parameters,
    equal_neurons_stay_equal,
    seeds_end_in_different_minima,
    deep_chains_vanish_or_explode,
    a_step_for_each_weight_helps,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())

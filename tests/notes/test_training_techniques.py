"""Training techniques of chapters 7.5 to 7.8 and 9: examples, rules and pitfalls, by number."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import numpy as np
import pytest

from pellucid.calculus import declare, read
from pellucid.errors import NetworkWarning, ShapeError, VanishingGradientWarning
from pellucid.networks import (
    BatchNorm,
    ConvNetClassifier,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    InputNoise,
    LeakyReLU,
    MaxPool,
    Mode,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
    as_matrix,
    computing_in,
    train,
)
from pellucid.networks.layers.activations import Elementwise
from pellucid.networks.layers.normalization import moments, standardised

TRAINING = Mode(training=True)
RANDOM = np.random.default_rng(0)


@dataclass(frozen=True)
class Square(Elementwise):
    range: ClassVar[tuple[float, float]] = (0.0, float("inf"))

    def f(self, z: Any) -> Any:
        return z * z

    def slope(self, z: Any, a: Any) -> Any:
        return 2 * z


def test_level_sets_of_functions_that_cannot_be_inverted() -> None:
    """7.2.13-not-invertible: z² has two lines a level, step and ReLU whole half-spaces."""
    w, w_0 = np.array([1.0, -2.0]), 0.5
    along, normal = np.array([2.0, 1.0]), w / (w @ w)

    def on_line(z: float) -> Any:
        return ((z - w_0) * normal + np.linspace(-3, 3, 7)[:, None] * along) @ w + w_0

    np.testing.assert_allclose(Square().f(on_line(2.0)), Square().f(on_line(-2.0)))
    for f in (Step(), ReLU()):
        levels = {float(v) for z in (-0.1, -1.0, -9.0) for v in np.asarray(f.f(on_line(z)))}
        assert levels == {0.0}
    assert not np.isclose(LeakyReLU().f(np.float64(-1.0)), LeakyReLU().f(np.float64(-9.0)))


def test_what_goes_back_depends_on_weights_and_not_on_their_slopes() -> None:
    """7.5.8-not-through-weights, 7.5.11-within-and-between: ∂L/∂X = W ∂L/∂Z, whatever X was."""
    params = {"W": RANDOM.normal(size=(3, 2)), "W0": np.zeros(2)}
    dz = RANDOM.normal(size=(4, 2))
    with computing_in("float64"):
        ways = [Dense(2).forward(params, RANDOM.normal(size=(4, 3)), Mode())[1](dz) for _ in "ab"]
    np.testing.assert_allclose(ways[0][0], ways[1][0])
    np.testing.assert_allclose(ways[0][0], dz @ params["W"].T)  # between layers: the weights
    assert not np.allclose(ways[0][1]["W"], ways[1][1]["W"])
    with computing_in("float64"):
        a, within = Tanh().forward({}, RANDOM.normal(size=(4, 2)), Mode())
        np.testing.assert_allclose(within(dz)[0], (1 - np.asarray(a) ** 2) * dz)  # within: f′


def test_the_weight_gradient_needs_its_transpose() -> None:
    """7.5.16-missing-transpose: A (∂L/∂Z)ᵀ is m×n; without the transpose there is no product."""
    net = Network([Dense(2), Softmax()], "nllm", in_shape=3)
    params = net.init(0, "float64")
    x, y = RANDOM.normal(size=(1, 3)), np.array([[0.0, 1.0]])
    with computing_in("float64"):
        _, gradient, _ = net.loss_and_gradient(params, x, y, TRAINING)
        dZ = (np.asarray(net.predict(params, x)) - y).T
    np.testing.assert_allclose(gradient[0]["W"], x.T @ dZ.T, rtol=1e-12)
    shapes = declare("A: 3x1, D: 2x1")  # A⁰ and ∂L/∂Z as the notes write them
    assert read("A*D'", shapes).shape == (3, 2)
    with pytest.raises(ShapeError, match=r"3×1.*2×1"):
        read("A*D", shapes)
    turned = [{"W": np.asarray(params[0]["W"]).T, "W0": params[0]["W0"]}, {}]
    with pytest.raises(ShapeError, match="looks transposed"):
        train(net, x, y, start=turned)


def test_the_diagonal_form_is_wrong_for_softmax() -> None:
    """7.5.17-softmax-not-diagonal: each output depends on each input."""
    with computing_in("float64"):
        z, da = RANDOM.normal(size=(1, 3)), RANDOM.normal(size=(1, 3))
        a, backward = Softmax().forward({}, z, Mode())
        J = np.asarray(Softmax.jacobian(a[0]))
        np.testing.assert_allclose(backward(da)[0][0], J @ da[0], rtol=1e-12)
        assert np.abs(backward(da)[0][0] - np.diag(J) * da[0]).max() > 0.05


def test_one_step_size_on_a_deep_network_is_warned_of() -> None:
    """7.7.3-fixed-step-on-deep: the first layers hardly move, and the remedy is named."""
    chain = [layer for _ in range(8) for layer in (Dense(4), Sigmoid())]
    net = Network([*chain, Dense(1)], in_shape=2, reduction="mean")
    X = RANDOM.normal(size=(64, 2))
    with pytest.warns(VanishingGradientWarning, match="a step size for each weight"):
        train(net, X, X[:, 0], rule="gradient descent", epochs=2, gradient_norms=True)


def test_a_forward_and_a_backward_pass_make_a_step() -> None:
    """7.5.1-update, 7.5.6-training-outline, 7.1.8-complete-neuron: θ − η ∂L/∂θ, all at once."""
    net = Network([Dense(3), Tanh(), Dense(1), Sigmoid()], "nll", in_shape=2)
    X, y = RANDOM.normal(size=(5, 2)), np.array([0.0, 1, 1, 0, 1])
    start = net.init(1, "float64")
    with computing_in("float64"):
        slope = jax.jit(lambda params: net.loss_and_gradient(params, X, y, TRAINING)[1])
        gradient = slope(start)
    run = train(
        net, X, y, rule="gradient descent", step_size=0.1, epochs=1, batch_size=5, start=start,
        dtype="float64",
    )  # fmt: skip
    wanted = jax.tree.map(lambda w, g: np.asarray(w) - 0.1 * np.asarray(g), start, gradient)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-10), run.params, wanted)


def test_one_neuron_with_weights_activation_and_loss_is_trainable() -> None:
    """7.1.8-complete-neuron (eq 7.7): J = Σ L(f(wᵀx + w₀), y), a step by the chain rule."""
    net = Network([Dense(1), Tanh()], "square", in_shape=2)
    X, y = np.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 0.3]]), np.array([0.5, -0.2, 0.1])
    start = net.init(3, "float64")
    W, W0 = (np.asarray(start[0][name]) for name in ("W", "W0"))
    w, w_0 = W.ravel(), float(W0.item())
    settings: Any = {"rule": "gradient descent", "step_size": 0.05, "batch_size": 3, "start": start}
    run = train(net, X, y, epochs=1, dtype="float64", **settings)
    a = np.tanh(X @ w + w_0)
    by_z = 2 * (a - y) * (1 - a**2)  # ∂L/∂a · f'(z)
    np.testing.assert_allclose(run.params[0]["W"].ravel(), w - 0.05 * X.T @ by_z, rtol=1e-12)
    np.testing.assert_allclose(run.params[0]["W0"].item(), w_0 - 0.05 * by_z.sum(), rtol=1e-12)
    again = train(net, X, y, epochs=1, dtype="float64", **settings | {"start": run.params})
    assert again.history["loss"][-1] < run.history["loss"][-1]


def test_noise_is_drawn_anew_and_in_training_only() -> None:
    """7.8.1.3-input-noise: zero mean, the deviation asked for, other draws by key."""
    x = np.zeros((20_000, 2), np.float32)
    drawn = [
        np.asarray(InputNoise(0.3).forward({}, x, Mode(training=True, key=jax.random.key(k)))[0])
        for k in (0, 1)
    ]
    for each in drawn:
        np.testing.assert_allclose(each.mean(axis=0), 0, atol=0.01)
        np.testing.assert_allclose(each.std(axis=0), 0.3, rtol=0.03)
    assert np.abs(np.corrcoef(drawn[0][:, 0], drawn[1][:, 0])[0, 1]) < 0.03
    assert (np.asarray(InputNoise(0.3).forward({}, x, Mode())[0]) == 0).all()


def test_what_is_dropped_gets_no_gradient() -> None:
    """7.8.2-dropout: off with probability p, and then out of the backward pass too."""
    x = np.ones((4000, 3), np.float32)
    y, backward = Dropout(0.3).forward({}, x, Mode(training=True, key=jax.random.key(0)))
    off = np.asarray(y) == 0
    assert off.mean() == pytest.approx(0.3, abs=0.02)
    assert (np.asarray(backward(x)[0]) == np.where(off, 0, 1)).all()
    np.testing.assert_allclose(Dropout(0.3).forward({}, x, Mode())[0], 0.7, rtol=1e-6)


def test_an_outlier_among_six() -> None:
    """7.8.3.2-outlier, 7.8.3.2-standardise-batch: by n, as defined; by n − 1, as printed."""
    z = np.array([1.0, 2, 100, 3, 4, 5])
    with computing_in("float64"):
        bar = np.asarray(standardised(z[:, None], (0,), 1e-12, "outside")[0])[:, 0]
    np.testing.assert_allclose(
        bar, [-0.5022, -0.4746, 2.2346, -0.4469, -0.4193, -0.3916], atol=5e-5
    )
    printed = bar * z.std() / z.std(ddof=1)
    np.testing.assert_allclose(printed, [-0.458, -0.433, 2.04, -0.408, -0.383, -0.358], atol=5e-4)


def test_a_batch_of_one_and_a_constant_feature() -> None:
    """7.8.3.2-one-point-batch: the one is said, the other is safe, forward and backward."""
    params = {"G": np.ones(2, np.float32), "B": np.full(2, 7, np.float32)}
    with pytest.warns(NetworkWarning, match="was given one point"):
        y, _ = BatchNorm().forward(params, np.ones((1, 2), np.float32), TRAINING)
    assert np.asarray(y).tolist() == [[7, 7]]
    constant = np.column_stack([np.full(5, 3.0), np.arange(5.0)]).astype(np.float32)
    y, backward = BatchNorm().forward(params, constant, TRAINING)
    dx, own = backward(np.ones_like(constant))
    assert all(np.isfinite(each).all() for each in (y, dx, own["G"], own["B"]))
    assert (np.asarray(y)[:, 0] == 7).all()


def test_scale_shift_and_running_statistics() -> None:
    """7.8.3.3-scale-and-shift, 7.8.3.4-batch-normalization: before or after f."""
    layer, past = BatchNorm(gamma=0.8), 0.8
    params = {"G": np.array([2.0, -1.0]), "B": np.array([0.5, 3.0])}
    batches = [RANDOM.normal(3, 2, (16, 2)) for _ in range(4)]
    mean = variance = np.zeros(2)
    with computing_in("float64"):
        state = layer.init_state((2,), "float64")
        for z in batches:
            state = layer.remember(params, z, Mode(training=True, state=state))
            mean = past * mean + (1 - past) * z.mean(axis=0)
            variance = past * variance + (1 - past) * z.var(axis=0)
        known = 1 - past ** len(batches)
        wanted = params["G"] * (batches[0] - mean / known) / (np.sqrt(variance / known) + 1e-3)
        found, _ = layer.forward(params, batches[0], Mode(state=state))
    np.testing.assert_allclose(found, wanted + params["B"], rtol=1e-10)
    for order in ([Dense(3), BatchNorm(), ReLU()], [Dense(3), ReLU(), BatchNorm()]):
        net = Network([*order, Dense(1)], in_shape=2)
        assert train(net, batches[0], batches[0][:, 0], epochs=3).params[3]["W"].shape == (3, 1)


def test_small_derivatives_of_standardising() -> None:
    """7.8.4.5-mini-derivatives, 7.8.4.6-backward: 1/K for μ, (Z − μ)/(Kσ) for σ."""
    K, h = 5, 1e-6
    z = RANDOM.normal(size=K)
    mean, sigma = z.mean(), z.std()
    steps = h * np.eye(K)

    def slope(of: Any) -> Any:
        return np.array([(of(z + s) - of(z - s)) / (2 * h) for s in steps])

    def found(which: int) -> Any:
        return lambda v: float(np.asarray(moments(v[:, None], (0,))[which])[0, 0])

    with computing_in("float64"):
        np.testing.assert_allclose(slope(found(0)), 1 / K, atol=1e-8)
        deviation = slope(lambda v: found(1)(v) ** 0.5)
        np.testing.assert_allclose(deviation, (z - mean) / (K * sigma), atol=1e-8)
        eps = 1e-3
        centred = z - mean
        formula = (K * np.eye(K) - 1 - np.outer(centred, centred) / (sigma * (sigma + eps))) / (
            K * (sigma + eps)
        )
        _, backward = standardised(z[:, None], (0,), eps, "outside")
        columns = [np.asarray(backward(e[:, None]))[:, 0] for e in np.eye(K)]
    np.testing.assert_allclose(columns, formula, atol=1e-10)


def test_flattening_ends_what_slides() -> None:
    """9.0.3-flattening-loses-neighbours: a vector has no neighbours for a filter to slide along."""
    with pytest.raises(ShapeError, match=r"Layer 2 \(Convolution\) does not fit"):
        Network([Flatten(), Convolution(2)], in_shape=(6, 6, 1))
    with pytest.raises(ShapeError, match=r"put Flatten\(\) before it"):
        Network([Convolution(2), Dense(3)], in_shape=(6, 6, 1))


def test_a_convolution_is_no_dense_layer() -> None:
    """9.1.14-not-a-linear-layer: linear, but a few shared weights; a dense layer has one a pair."""
    layer = Convolution(1, 3, offset=False)
    params, _ = layer.init(jax.random.key(0), (8, 1))
    M = np.asarray(as_matrix(layer, params, (8, 1)))
    assert M.size == 8 * 6
    assert len(np.unique(np.round(M[M != 0], 6))) == 3  # three weights, 48 pairs


def test_filters_and_dense_weights_learn_together() -> None:
    """9.1.17-training, 9.3-end-to-end, 9.2.5-relu-block, 9.2.3-stride: all of it by one descent."""
    X = RANDOM.normal(size=(60, 8, 8, 1)).astype(np.float32)
    X[::2, 2:5, 2:5] += np.array([[-1.0, 2, -1]] * 3)[..., None]
    y = np.arange(60) % 2
    layers = [Convolution(3, 3), ReLU(), MaxPool(2), Flatten(), Dense(1), Sigmoid()]
    net = Network(layers, "nll", in_shape=(8, 8, 1), reduction="mean")
    assert net.points[:4] == ((8, 8, 1), (6, 6, 3), (6, 6, 3), (3, 3, 3))
    assert net.param_shapes[1] == net.param_shapes[2] == {}
    start = net.init(0)
    run = train(net, X, y, step_size=0.02, epochs=20)
    assert run.history["loss"][-1] < 0.5 * run.history["loss"][0]
    for l in (0, 4):
        assert np.abs(run.params[l]["W"] - np.asarray(start[l]["W"])).max() > 0.01


def test_the_builder_of_convolutional_networks() -> None:
    """9.3-architecture: (convolution → ReLU) → max-pool, repeated, then dense layers and a head."""
    X, y = RANDOM.normal(size=(20, 64)), np.arange(20) % 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ConvNetClassifier(image_shape=(8, 8), filters=(2, 3), hidden=(5,), epochs=1)
        model.fit(X, y)
    kinds = [type(layer).__name__ for layer in model.network_.layers]
    block = ["Convolution", "ReLU", "MaxPool"]
    assert kinds == [*block, *block, "Flatten", "Dense", "ReLU", "Dropout", "Dense", "Softmax"]

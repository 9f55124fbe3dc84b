"""`Network` as a whole: states through a compiled loop, precision, normalization, its table."""

from __future__ import annotations

import io
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rich.console import Console

from pellucid.errors import HyperparameterError, NetworkWarning, ShapeError
from pellucid.networks import (
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    InputNoise,
    Mode,
    Network,
    ReLU,
    Residual,
    Sigmoid,
    Softmax,
    Tanh,
    backward_pass,
    computing_in,
    input_gradient,
    saliency,
)
from pellucid.networks.layers.normalization import standardised


def normalised() -> Network:
    inside = Residual([Dense(3, offset=False), BatchNorm(gamma=0.5)])
    layers = [Dense(3, offset=False), BatchNorm(gamma=0.5), ReLU(), inside, Dropout(0.2), Dense(1)]
    return Network(layers, in_shape=2, reduction="mean")


def test_states_and_keys_go_through_a_compiled_loop() -> None:
    """As step by step outside: 7.8.3.4-batch-normalization, with dropout and a layer of layers."""
    net = normalised()
    params, state = net.init(0), net.init_state()
    rng = np.random.default_rng(0)
    X, Y = (rng.normal(size=s).astype(np.float32) for s in ((3, 8, 2), (3, 8, 1)))
    keys = jax.random.split(jax.random.key(1), 3)

    def step(state: Any, batch: Any) -> Any:
        x, y, key = batch
        value, gradient, state = net.loss_and_gradient(params, x, y, Mode(True, key, state))
        return state, (value, gradient)

    looped, (values, gradients) = jax.device_get(
        jax.jit(lambda s: jax.lax.scan(step, s, (X, Y, keys)))(state)
    )
    alone = jax.jit(step)  # its operations one by one are compiled for longer
    for t in range(3):
        state, (value, gradient) = alone(state, (X[t], Y[t], keys[t]))
        assert float(values[t]) == pytest.approx(float(value), rel=1e-5)
        each = jax.tree.map(lambda leaf, t=t: leaf[t], gradients)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5), each,
                     gradient)  # fmt: skip
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), looped, state)
    assert float(state[1]["missing"]) == pytest.approx(0.5**3)
    assert float(state[3][1]["missing"]) == pytest.approx(0.5**3)


def test_the_gradient_of_a_whole_network_is_the_derivative_of_its_loss() -> None:
    """7.5.10-differences-agree, through normalization, dropout and weights of points."""
    net = normalised()
    with computing_in("float64"):
        params, state = net.init(0, "float64"), net.init_state("float64")
        rng = np.random.default_rng(0)
        x, y, w = rng.normal(size=(6, 2)), rng.normal(size=(6, 1)), rng.random(6)
        mode = Mode(True, jax.random.key(0), state)

        def loss(params: Any) -> Any:
            return net.loss_and_gradient(params, x, y, mode, w)[0]

        oracle = jax.jit(jax.grad(loss))(params)
        _, ours, _ = net.loss_and_gradient(params, x, y, mode, w)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-11), ours, oracle)


def test_a_layer_draws_with_its_own_key_and_asks_for_one() -> None:
    """7.8.1.3-input-noise: redrawn each time, in training only; 7.8.2-dropout."""
    net = Network([InputNoise(0.5), Dropout(0.5), Dense(1)], in_shape=4)
    params = net.init(0)
    x = np.ones((2, 4), np.float32)
    one, other = (net.forward(params, x, Mode(True, jax.random.key(k)))[0] for k in (0, 1))
    assert (np.asarray(one) != np.asarray(other)).all()
    np.testing.assert_array_equal(net.predict(params, x), net.predict(params, x))
    calm = np.zeros((50, 400), np.float32)
    noisy, _ = InputNoise(0.5).forward({}, calm, Mode(True, jax.random.key(0)))
    assert float(noisy.std()) == pytest.approx(0.5, rel=0.02)
    assert abs(float(noisy.mean())) < 0.01
    with pytest.raises(HyperparameterError, match="Layer 1 draws at random"):
        net.forward(params, x, Mode(True))


def test_precision_is_asked_for_and_nothing_outside_changes() -> None:
    net = Network([Dense(2), Sigmoid()], "nll", in_shape=3)
    before = jax.config.jax_enable_x64
    params = net.init(0, "float64")
    assert params[0]["W"].dtype == np.float64
    assert net.predict(params, np.ones((1, 3))).dtype == np.float64
    assert backward_pass(net, np.ones(3), [1.0, 0], params)["dL/dW1"].value.dtype == np.float64
    assert net.predict(net.init(0), np.ones((1, 3))).dtype == np.float32
    assert jax.config.jax_enable_x64 == before
    assert jnp.ones(1).dtype == jnp.float32
    with pytest.raises(HyperparameterError, match="float32, float64"), computing_in("float16"):
        pass


def test_one_point_and_constant_features_are_safe_and_said() -> None:
    """7.8.3.2-one-point-batch: B comes out, no derivative passes, and nothing is NaN."""
    layer, rng = BatchNorm(), np.random.default_rng(0)
    params = {"G": np.full(2, 3.0, np.float32), "B": np.array([1.0, -1], np.float32)}
    with pytest.warns(NetworkWarning, match="given one point"):
        y, backward = layer.forward(params, np.ones((1, 2), np.float32), Mode(True))
    assert y.tolist() == [[1, -1]]
    assert not np.asarray(backward(np.ones((1, 2), np.float32))[0]).any()
    for dtype in ("float32", "float64"):
        with computing_in(dtype):
            z = np.stack([np.full(6, 7.0), rng.normal(size=6)], axis=1).astype(dtype)
            y, backward = layer.forward(params, z, Mode(True))
            np.testing.assert_allclose(y[:, 0], 1, atol=1e-5)
            assert np.isfinite(backward(rng.normal(size=(6, 2)).astype(dtype))[0]).all()


def test_outlier_by_either_divisor() -> None:
    """7.8.3.2-outlier (eq 7.52): by n −0.5022 …, by n − 1 −0.458 …; the outlier stays visible."""
    z = np.array([1.0, 2, 100, 3, 4, 5])[:, None]
    with computing_in("float64"):
        bar, _ = standardised(z, (0,), 1e-15, "outside")
        by_n = [-0.5022, -0.4746, 2.2346, -0.4469, -0.4193, -0.3916]
        np.testing.assert_allclose(np.ravel(bar), by_n, atol=5e-5)
        printed = [-0.458, -0.433, 2.04, -0.408, -0.383, -0.358]
        np.testing.assert_allclose(np.ravel(bar) * np.sqrt(5 / 6), printed, atol=6e-4)


def test_output_of_normalization_has_mean_b_and_deviation_g() -> None:
    """7.8.3.3-mean-and-deviation, 7.8.3.3-scale-and-shift: exactly |G|σ/(σ + ε)."""
    with computing_in("float64"):
        z = np.random.default_rng(0).normal(3, 2, size=(40, 2))
        params = {"G": np.array([2.0, -0.5]), "B": np.array([1.0, 7])}
        y = np.asarray(BatchNorm().forward(params, z, Mode(True))[0])
        np.testing.assert_allclose(y.mean(axis=0), params["B"], atol=1e-12)
        sigma = z.std(axis=0)
        expected = np.abs(params["G"]) * sigma / (sigma + 1e-3)
        np.testing.assert_allclose(y.std(axis=0), expected, rtol=1e-12)


def test_small_derivatives_of_normalization() -> None:
    """7.8.4.5-mini-derivatives (eq 7.63–7.70), 7.8.4.2-index-structure: the notes' matrix
    ∂Z̄_k/∂Z_j = [Kδ − 1 − (Z_k−μ)(Z_j−μ)/(σ(σ+ε))]/(K(σ+ε)) is what backward applies.
    """
    rng, K, epsilon = np.random.default_rng(0), 5, 0.1
    Z = rng.normal(size=(K, 2))
    with computing_in("float64"):
        _, through = standardised(Z, (0,), epsilon, "outside")
        d = rng.normal(size=(K, 2))
        found = np.asarray(through(d))
        for i in range(2):  # each feature by itself
            c, sigma = Z[:, i] - Z[:, i].mean(), Z[:, i].std()
            s = sigma + epsilon
            by_z, by_mean, by_sigma = np.eye(K) / s, -np.ones(K) / s, -c / s**2
            mean_by_z, sigma_by_z = np.ones(K) / K, c / (K * sigma)
            J = by_z + np.outer(mean_by_z, by_mean) + np.outer(sigma_by_z, by_sigma)
            closed = (K * np.eye(K) - 1 - np.outer(c, c) / (sigma * s)) / (K * s)
            np.testing.assert_allclose(J, closed, atol=1e-13)
            np.testing.assert_allclose(found[:, i], J @ d[:, i], atol=1e-12)


def test_running_statistics_are_corrected_for_their_start() -> None:
    """After one batch the corrected averages are that batch's own (Concept 331); before any, the
    layer passes its input on.
    """
    layer, z = BatchNorm(gamma=0.9), np.random.default_rng(0).normal(5, 3, size=(30, 2))
    with computing_in("float64"):
        params, state = {"G": np.ones(2), "B": np.zeros(2)}, layer.init_state((2,), "float64")
        untrained = layer.forward(params, z, Mode(state=state))[0]
        np.testing.assert_allclose(untrained, z / 1.001, rtol=1e-12)
        np.testing.assert_allclose(layer.forward(params, z, Mode())[0], untrained, rtol=1e-12)
        state = layer.remember(params, z, Mode(True, None, state))
        trained = layer.forward(params, z, Mode(True, None, state))[0]
        after = layer.forward(params, z, Mode(state=state))[0]
        np.testing.assert_allclose(after, trained, rtol=1e-9)


def test_saliency_tells_which_entries_an_output_hears() -> None:
    """The derivative by the input, Notation 304; images keep their places."""
    layers = [Convolution(1, 3, offset=False), Tanh(), Flatten(), Dense(2, offset=False), Softmax()]
    net = Network(layers, "nllm", in_shape=(5, 5, 1))
    params = net.init(0)
    W = np.zeros((9, 2), np.float32)
    W[4, 0] = 1.0  # class 0 hears the middle window only
    params[3] = {"W": W}
    found = saliency(net, np.ones((5, 5, 1)), params, output=0)
    assert found.shape == (1, 5, 5)
    assert (found[0] > 0).sum() == 9
    assert (found[0, 1:4, 1:4] > 0).all()
    gradient = input_gradient(net, np.ones((5, 5, 1)), [1.0, 0.0], params)
    assert gradient.shape == (1, 5, 5, 1)
    with pytest.raises(HyperparameterError, match="output is from 0 to 1; got 5"):
        saliency(net, np.ones((5, 5, 1)), params, output=5)
    with pytest.raises(ShapeError, match="takes points of shape 5×5×1; this is 5×5"):
        saliency(net, np.ones((5, 5)), params)


def test_a_pass_reads_as_the_notes_write() -> None:
    """Names, formulas without offsets that are not there, several points at once."""
    net = normalised()
    params = net.init(0)
    found = backward_pass(net, np.ones((3, 2)), np.ones((3, 1)), params)
    outer = [q.name for q in found if q.depth == 0]
    assert outer[:8] == ["A⁰", "Z¹", "Ẑ¹", "A¹", "R¹", "Ã¹", "Z²", "L"]
    assert found["Z1"].formula == "Z¹ = W¹ᵀ A⁰"
    assert found["Z1"].shape == "3×3"
    assert found["Z1"].columns.shape == (3, 3)
    assert found["dL/dG1"].shape == "3×1"
    assert found["dL/dW4.1"].formula == "∂L/∂W⁴·¹ = A⁴·⁰ (∂L/∂Z⁴·¹)ᵀ"
    assert "<table" in found._repr_html_()
    assert "Z² = W²ᵀ Ã¹ + W₀²" in str(found)
    # Each point's derivatives carry its share of the mean.
    _, gradient, _ = net.loss_and_gradient(
        params, np.ones((3, 2), np.float32), np.ones((3, 1), np.float32), Mode()
    )
    np.testing.assert_allclose(found["dL/dW2"].value, gradient[-1]["W"], rtol=1e-6)


def test_the_table_prints_in_a_console() -> None:
    """9.3-shape-table."""
    net = Network([Convolution(8, 3), ReLU(), Flatten(), Dense(10), Softmax()], "nllm",
                  in_shape=(28, 28, 1))  # fmt: skip
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(net.summary())
    text = console.export_text()
    for said in ("Convolution", "26×26×8", "W 3×3×1×8, W0 8", "54,170 parameters", "1 hidden"):
        assert said in text
    assert str(net.summary()).splitlines()[1].split() == ["input", "A⁰", "28×28×1"]

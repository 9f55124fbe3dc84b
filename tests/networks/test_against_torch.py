"""Layers whose definition is PyTorch's too give PyTorch's numbers, forward and backward.

Torch is no dependency of the tests: where it is missing, `jax.grad` in `test_layers` stands alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.networks import (
    GELU,
    AveragePool,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Layer,
    LayerNorm,
    LeakyReLU,
    MaxPool,
    Mode,
    ReLU,
    Sigmoid,
    Tanh,
    computing_in,
)

torch = pytest.importorskip("torch")
F = torch.nn.functional


def channels_first(x: Any) -> Any:
    """n×(spatial)×c to n×c×(spatial)."""
    return np.moveaxis(x, -1, 1)


def bank(W: Any) -> Any:
    """(size)×c×m to m×c×(size)."""
    return np.moveaxis(W, (-1, -2), (0, 1))


def tensor(x: Any) -> Any:
    return torch.tensor(np.ascontiguousarray(x), requires_grad=True)


def same(layer: Layer, params: Any, x: Any, theirs: Any, mode: Mode = Mode()) -> None:  # noqa: B008
    """y, ∂L/∂x and ∂L/∂(parameters) for L = Σ y ∘ R."""
    with computing_in("float64"):
        y, backward = layer.forward(params, x, mode)
        R = np.random.default_rng(9).normal(size=y.shape)
        dx, own = backward(R)
    spatial = x.ndim > 2
    inputs = tensor(channels_first(x) if spatial else x)
    turned = {k: tensor(bank(v) if k == "W" and spatial else v) for k, v in params.items()}
    out = theirs(inputs, turned)
    (out * torch.tensor(np.ascontiguousarray(channels_first(R) if spatial else R))).sum().backward()
    ours = channels_first(np.asarray(y)) if spatial else np.asarray(y)
    np.testing.assert_allclose(ours, out.detach().numpy(), rtol=1e-9, atol=1e-10)
    found = channels_first(np.asarray(dx)) if spatial else np.asarray(dx)
    np.testing.assert_allclose(found, inputs.grad.numpy(), rtol=1e-8, atol=1e-9)
    for name, derivative in own.items():
        mine = bank(np.asarray(derivative)) if name == "W" and spatial else np.asarray(derivative)
        np.testing.assert_allclose(mine, turned[name].grad.numpy(), rtol=1e-8, atol=1e-9)


def drawn(layer: Layer, in_shape: tuple[int, ...], n: int = 4) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    params = {name: rng.normal(size=shape) for name, shape in layer.shapes(in_shape)[0].items()}
    return params, rng.normal(size=(n, *in_shape))


@pytest.mark.parametrize(
    ("how", "in_shape"),
    [
        ({"size": 3}, (9, 2)),
        ({"size": 3, "padding": "same"}, (6, 7, 3)),
        ({"size": (3, 2), "stride": (2, 1), "padding": (2, 1), "dilation": (1, 2)}, (7, 8, 2)),
        ({"size": 2, "stride": 2}, (4, 5, 4, 2)),
    ],
)
def test_convolution(how: Any, in_shape: tuple[int, ...]) -> None:
    """Theirs is cross-correlation too."""
    layer, dims = Convolution(4, **how), len(in_shape) - 1
    windows = layer.windows(dims)
    theirs = (F.conv1d, F.conv2d, F.conv3d)[dims - 1]

    def run(x: Any, p: Any) -> Any:
        return theirs(x, p["W"], p["W0"], windows.stride, windows.padding, windows.dilation)

    same(layer, *drawn(layer, in_shape), run)


@pytest.mark.parametrize("how", [{"size": 2}, {"size": 3, "stride": 2, "padding": 1}])
@pytest.mark.parametrize(("kind", "theirs"), [(MaxPool, F.max_pool2d), (AveragePool, F.avg_pool2d)])
def test_pooling(how: Any, kind: Any, theirs: Any) -> None:
    layer = kind(**how)
    settings = (how["size"], how.get("stride"), how.get("padding", 0))
    same(layer, *drawn(layer, (7, 6, 3)), lambda x, p: theirs(x, *settings))


@pytest.mark.parametrize("in_shape", [(5,), (4, 3, 5)])
def test_batch_norm_with_epsilon_inside(in_shape: tuple[int, ...]) -> None:
    """Forward, backward, and what is used for prediction after some batches."""
    layer = BatchNorm(epsilon=1e-5, epsilon_place="inside", gamma=0.9)
    params, x = drawn(layer, in_shape)

    def run(z: Any, p: Any) -> Any:
        return F.batch_norm(z, None, None, p["G"], p["B"], training=True, eps=1e-5)

    with computing_in("float64"):
        state = layer.init_state(in_shape, "float64")
    same(layer, params, x, run, Mode(True, None, state))

    mean, variance = torch.zeros(in_shape[-1]).double(), torch.ones(in_shape[-1]).double()
    with computing_in("float64"):
        for batch in np.random.default_rng(1).normal(size=(60, 8, *in_shape)):
            state = layer.remember(params, batch, Mode(True, None, state))
            seen = torch.tensor(np.ascontiguousarray(channels_first(batch)))
            F.batch_norm(seen, mean, variance, training=True, momentum=0.1)
    # Theirs begins at 0 and 1 and divides by K − 1; 60 batches on, only the divisor is left.
    K = 8 * int(np.prod(in_shape[:-1]))
    np.testing.assert_allclose(state["mean"], mean, atol=3e-3)
    np.testing.assert_allclose(np.asarray(state["variance"]) * K / (K - 1), variance, rtol=5e-3)


def test_layer_norm() -> None:
    layer = LayerNorm()
    same(
        layer, *drawn(layer, (6,)), lambda x, p: F.layer_norm(x, (6,), p["G"], p["B"], eps=1e-5)
    )  # fmt: skip


def test_dense() -> None:
    """Theirs keeps Wᵀ."""
    layer = Dense(3)
    same(layer, *drawn(layer, (5,)), lambda x, p: F.linear(x, p["W"].T, p["W0"]))


@pytest.mark.parametrize(
    ("layer", "theirs"),
    [
        (ReLU(), F.relu), (LeakyReLU(0.2), lambda x: F.leaky_relu(x, 0.2)),
        (Sigmoid(), torch.sigmoid), (Tanh(), torch.tanh), (GELU(), F.gelu),
    ],
)  # fmt: skip
def test_activations(layer: Layer, theirs: Any) -> None:
    x = np.append(np.random.default_rng(0).normal(size=(3, 4)), np.zeros((1, 4)), axis=0)
    same(layer, {}, x, lambda z, p: theirs(z))


def test_dropout_scales_as_theirs_when_inverted() -> None:
    """The same values: 0 or a/(1 − p) while training, a itself afterwards."""
    import jax

    a = np.full((50, 40), 3.0, np.float32)
    ours, _ = Dropout(0.25, inverted=True).forward({}, a, Mode(True, jax.random.key(0)))
    torch.manual_seed(0)
    theirs = F.dropout(torch.tensor(a), 0.25, training=True).numpy()
    assert set(np.unique(ours)) == set(np.unique(theirs)) == {0.0, 4.0}
    after, _ = Dropout(0.25, inverted=True).forward({}, a, Mode())
    np.testing.assert_array_equal(after, F.dropout(torch.tensor(a), 0.25, training=False))

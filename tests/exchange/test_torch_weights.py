"""Weights from PyTorch: our predictions are those of its formulas, written out in NumPy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from safetensors.numpy import save_file

from pellucid import load_torch_weights
from pellucid.errors import ModelFileError, ShapeError
from pellucid.networks import (
    BatchNorm,
    Convolution,
    Dense,
    Flatten,
    LayerNorm,
    MaxPool,
    Network,
    ReLU,
    Softmax,
)

RANDOM = np.random.default_rng(0)


def drawn(*shape: int) -> Any:
    return RANDOM.normal(size=shape).astype(np.float32)


def linear(outputs: int, inputs: int, name: str) -> dict[str, Any]:
    return {f"{name}.weight": drawn(outputs, inputs), f"{name}.bias": drawn(outputs)}


def norm(n: int, name: str) -> dict[str, Any]:
    return {
        f"{name}.weight": drawn(n), f"{name}.bias": drawn(n), f"{name}.running_mean": drawn(n),
        f"{name}.running_var": drawn(n) ** 2 + 0.1, f"{name}.num_batches_tracked": np.array(7),
    }  # fmt: skip


def normalized(x: Any, held: dict[str, Any], name: str) -> Any:
    """PyTorch's batch normalization after training; features on axis 1."""
    shape = (1, -1, *[1] * (x.ndim - 2))
    G, B, mean, variance = (
        held[f"{name}.{part}"].reshape(shape)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    return (x - mean) / np.sqrt(variance + 1e-5) * G + B


def correlated(x: Any, W: Any, b: Any) -> Any:
    """PyTorch's convolution: x n×c×h×w, W m×c×k×k, no padding."""
    views = np.lib.stride_tricks.sliding_window_view(x, W.shape[2:], axis=(2, 3))
    return np.einsum("nchwuv,mcuv->nmhw", views, W) + b.reshape(1, -1, 1, 1)


def test_dense_layers_in_the_order_of_their_names(tmp_path: Path) -> None:
    held = linear(5, 3, "net.2") | linear(2, 5, "net.10") | norm(5, "net.3")
    save_file(held, tmp_path / "dense.safetensors")
    network = Network([Dense(5), BatchNorm(), ReLU(), Dense(2)], in_shape=3)
    params, state = load_torch_weights(network, tmp_path / "dense.safetensors")
    X = drawn(6, 3)
    z = normalized(X @ held["net.2.weight"].T + held["net.2.bias"], held, "net.3")
    expected = np.maximum(z, 0) @ held["net.10.weight"].T + held["net.10.bias"]
    np.testing.assert_allclose(network.predict(params, X, state), expected, atol=2e-5)


@pytest.mark.parametrize(("order", "flip"), [("row", True), ("column", False)])
def test_convolutions_turn_their_axes(tmp_path: Path, order: str, flip: bool) -> None:
    held: dict[str, Any] = {"conv.weight": drawn(4, 2, 3, 3), "conv.bias": drawn(4)}
    held |= norm(4, "bn") | linear(3, 4 * 2 * 3, "fc")
    save_file(held, tmp_path / "conv.safetensors")
    layers = [Convolution(4, 3, flip=flip), BatchNorm(), ReLU(), MaxPool(2), Flatten(order)]
    network = Network([*layers, Dense(3), Softmax()], "nllm", in_shape=(6, 8, 2))
    params, state = load_torch_weights(network, tmp_path / "conv.safetensors")
    X = drawn(5, 6, 8, 2)
    z = correlated(np.moveaxis(X, -1, 1), held["conv.weight"], held["conv.bias"])
    a = np.maximum(normalized(z, held, "bn"), 0)
    a = a.reshape(5, 4, 2, 2, 3, 2).max(axis=(3, 5)).reshape(5, -1)
    scores = a @ held["fc.weight"].T + held["fc.bias"]
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    predict = jax.jit(network.predict)  # sooner compiled than its operations one by one
    np.testing.assert_allclose(predict(params, X, state), chances, atol=2e-5)


def test_a_norm_after_flattening_moves_with_it(tmp_path: Path) -> None:
    held = norm(12, "bn") | linear(2, 12, "fc")
    save_file(held, tmp_path / "flat.safetensors")
    network = Network([Flatten(), BatchNorm(), Dense(2)], in_shape=(2, 3, 2))
    params, state = load_torch_weights(network, tmp_path / "flat.safetensors")
    X = drawn(4, 2, 3, 2)
    flat = normalized(np.moveaxis(X, -1, 1).reshape(4, -1), held, "bn")
    expected = flat @ held["fc.weight"].T + held["fc.bias"]
    np.testing.assert_allclose(network.predict(params, X, state), expected, rtol=1e-4, atol=1e-4)


def test_what_does_not_fit_is_named(tmp_path: Path) -> None:
    file = tmp_path / "torch.safetensors"
    save_file(linear(5, 3, "a") | linear(2, 5, "b"), file)

    def network(*layers: Any) -> Network:
        return Network(layers, in_shape=3)

    with pytest.raises(ShapeError, match="a: as our W it is 3×5, but the layer's is 3×4"):
        load_torch_weights(network(Dense(4), ReLU(), Dense(2)), file)
    with pytest.raises(ModelFileError, match="modules that the network lacks: b"):
        load_torch_weights(network(Dense(5)), file)
    with pytest.raises(ModelFileError, match=r"Layer 5 \(Dense\) has no weights"):
        load_torch_weights(network(Dense(5), ReLU(), Dense(2), ReLU(), Dense(2)), file)
    with pytest.raises(ModelFileError, match=r"Layer 1 \(LayerNorm\) takes no PyTorch weights"):
        load_torch_weights(network(LayerNorm(), Dense(5)), file)
    with pytest.raises(ModelFileError, match="set `offset` as PyTorch's `bias` was"):
        load_torch_weights(network(Dense(5, offset=False), ReLU(), Dense(2)), file)
    save_file({"lstm.weight_ih_l0": drawn(4, 4)}, file)
    with pytest.raises(ModelFileError, match="'lstm' holds weight_ih_l0"):
        load_torch_weights(network(Dense(5)), file)
    file.write_bytes(b"pickle")
    with pytest.raises(ModelFileError, match="is not a safetensors file"):
        load_torch_weights(network(Dense(5)), file)
    for kind, name in (("BF16", "bfloat16"), ("F8_E5M2", "float8_e5m2")):
        file.write_bytes(safetensors_of(kind))
        with pytest.raises(ModelFileError, match=f"numbers of type {name}, .* as float32"):
            load_torch_weights(network(Dense(5)), file)
    with pytest.raises(ModelFileError, match="Cannot read"):
        load_torch_weights(network(Dense(5)), tmp_path / "nowhere")


def safetensors_of(kind: str) -> bytes:
    """A sound file of one tensor of 1×4 bytes, called numbers of that kind."""
    count = {"BF16": 2, "F8_E5M2": 4}[kind]
    tensor = {"dtype": kind, "shape": [1, count], "data_offsets": [0, 4]}
    head = json.dumps({"0.weight": tensor}).encode()
    return len(head).to_bytes(8, "little") + head + bytes(4)


def test_a_model_of_pytorch_itself(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as save_torch

    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(4 * 4 * 4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3),
    )  # fmt: skip
    X = torch.randn(32, 1, 8, 8)
    model.train()
    model(X)  # running statistics
    model.eval()
    save_torch(model.state_dict(), tmp_path / "model.safetensors")
    network = Network(
        [
            Convolution(4, 3, padding=1), BatchNorm(), ReLU(), MaxPool(2), Flatten("row"),
            Dense(8), BatchNorm(), ReLU(), Dense(3),
        ],
        in_shape=(8, 8, 1),
    )  # fmt: skip
    params, state = load_torch_weights(network, tmp_path / "model.safetensors")
    found = network.predict(params, np.moveaxis(X.numpy(), 1, -1), state)
    np.testing.assert_allclose(found, model(X).detach().numpy(), atol=1e-5)

"""Networks as ONNX files: every layer with its options, and the estimators, answer alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import numpy as np
import pytest
from onnx_answers import answers

from pellucid import networks
from pellucid.autoencoders.code_sample import CodeSample
from pellucid.autoencoders.column_activation import ColumnActivation
from pellucid.errors import FramingError
from pellucid.exchange.onnx.layers.series import WRITERS
from pellucid.exchange.onnx.onnx_file import packed_onnx
from pellucid.networks import (
    GELU,
    AveragePool,
    BatchNorm,
    Convolution,
    CrossAttention,
    Dense,
    Dropout,
    EachPlace,
    Embedding,
    Enlarge,
    Flatten,
    Graph,
    GroupNorm,
    Identity,
    InputNoise,
    Layer,
    LayerNorm,
    LeakyReLU,
    MaxBlurPool,
    MaxPool,
    Mode,
    Network,
    Parallel,
    PositionalCode,
    RandomShift,
    ReLU,
    Residual,
    SelfAttention,
    Sigmoid,
    Softmax,
    Step,
    Stretch,
    Tanh,
    TransformerDecoder,
    TransformerEncoder,
    Unflatten,
)
from pellucid.networks.layers.series import forward_series

RANDOM = np.random.default_rng(0)
FILTERS = RANDOM.random((2, 2, 2, 3)) > 0.4
LINKED = {
    "a": (Dense(3), ["input"]),
    "b": (BatchNorm(), ["a", "input"]),
    "c": (Dense(2), ["b", "a"]),
}
IMAGE, SIGNAL, VOLUME = (7, 6, 2), (9, 2), (5, 4, 5, 2)
SEQUENCE = (6, 4)

LAYERS: dict[str, tuple[tuple[int, ...], list[Any]]] = {
    "dense, masked": ((4,), [Dense(3, mask=RANDOM.random((4, 3)) > 0.4), Dense(2, offset=False)]),
    **{
        type(f).__name__: ((4,), [Dense(5), f])
        for f in (Identity(), ReLU(), LeakyReLU(0.1), Sigmoid(), Tanh(), GELU(), Step(), Softmax())
    },
    "moved image": ((4, 4, 1), [RandomShift(1), Flatten(), Dense(2)]),
    "dropout and noise": ((4,), [InputNoise(0.3), Dropout(0.4), Dropout(0.2, True), Dense(2)]),
    "group norm": ((2, 3, 4), [GroupNorm(groups=2), Flatten(), Dense(2)]),
    "layer norm": ((4,), [LayerNorm(), LayerNorm(0.1, "outside")]),
    "batch norm": ((4,), [Dense(3), BatchNorm(), ReLU(), BatchNorm(0.1, "inside")]),
    "batch norm of images": (IMAGE, [Convolution(3), BatchNorm()]),
    "a code at its mean": ((4,), [Dense(6), CodeSample(), Dense(3)]),
    "some columns activated": ((4,), [Dense(3), ColumnActivation(Tanh(), (0, 2))]),
    "residual": ((4,), [Residual([Dense(5), BatchNorm(), ReLU(), Dense(4)])]),
    "side by side": (IMAGE, [Parallel([[Convolution(2, padding=1), BatchNorm()], []])]),
    "added": ((4,), [Parallel([[Dense(3)], [Dense(3), Tanh()], [Dense(3)]], "sum")]),
    "graph": ((4,), [Graph(LINKED)]),
    "flattened by column": (IMAGE, [Flatten("column"), Dense(3)]),
    "flattened by row": (IMAGE, [Flatten("row"), Dense(3)]),
    "back to an image": ((4,), [Dense(6), Unflatten((2, 3, 1)), Enlarge((5, 4))]),
    "signal": (SIGNAL, [Convolution(3, 3, stride=2, padding=2, dilation=2), MaxPool(2)]),
    "image": (IMAGE, [Convolution(3, (3, 2), stride=(2, 1), padding=(1, 0)), AveragePool(2)]),
    "volume": (VOLUME, [Convolution(2, 2, padding=1), MaxPool((2, 2, 1), stride=1)]),
    "flipped, filled": (IMAGE, [Convolution(3, 3, flip=True, padding=2, fill=-1.5)]),
    "masked filters": (IMAGE, [Convolution(3, 2, offset=False, mask=FILTERS)]),
    "padded pools": (IMAGE, [MaxPool(3, 2, 1), AveragePool(2, 1, 1)]),
    "blur pool": (IMAGE, [MaxBlurPool(3, 2, 1)]),
    "blur pool of a signal": (SIGNAL, [MaxBlurPool(2)]),
    "tokens": ((5,), [Embedding(3, 4), PositionalCode(), SelfAttention(2, causal=True)]),
    "encoder": (SEQUENCE, [TransformerEncoder(4, 6, 2, dropout=0.1), SelfAttention()]),
    "decoder": (SEQUENCE, [TransformerDecoder(4, 2, 6, 2), CrossAttention(3)]),
    "places": (SEQUENCE, [EachPlace([Dense(3), BatchNorm()]), Stretch([], 1, 4, "drop")]),
    "stretch": (SEQUENCE, [Stretch([LayerNorm()], 1, 5), Stretch([SelfAttention()])]),
}  # fmt: skip


def remembering(network: Network, params: Any, shape: tuple[int, ...]) -> Any:
    """What the layers remember after a few batches."""
    state = network.init_state()

    @jax.jit  # sooner compiled than its operations one by one
    def after(x: Any, key: Any, state: Any) -> Any:
        mode = Mode(training=True, key=key, state=state)
        return forward_series(network.layers, params, x, mode)[2]

    for seed in range(3 if any(layer.stateful for layer in network.layers) else 0):
        x = np.random.default_rng(seed).normal(1, 2, (8, *shape)).astype(np.float32)
        state = after(x, jax.random.key(seed), state)
    return state


@pytest.mark.filterwarnings("ignore::pellucid.errors.NetworkWarning")  # odd networks, on purpose
@pytest.mark.parametrize("name", LAYERS)
def test_layers_answer_alike(name: str) -> None:
    shape, layers = LAYERS[name]
    network = Network(layers, "square", in_shape=shape)
    params = network.init(1)
    params = jax.tree.map(lambda leaf: leaf + 0.1, params)  # offsets that are not 0
    state = remembering(network, params, shape)
    random = np.random.default_rng(9)
    ids = isinstance(layers[0], Embedding)
    X = random.integers(-1, 3, (5, *shape)) if ids else random.normal(size=(5, *shape))
    X = X.astype(np.float32)
    found = answers(packed_onnx(network, params, state), X)["output"]
    mode = Mode(state=state or {})
    whole = jax.jit(lambda X: network.forward(params, X, mode)[0])  # sooner than its operations
    expected = np.asarray(whole(X))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_every_layer_is_written_and_tried() -> None:
    everything = {
        name
        for name in networks.__all__
        if isinstance(thing := getattr(networks, name), type)
        and issubclass(thing, Layer)
        and not getattr(thing, "__abstractmethods__", None)
    }
    tried = {type(layer).__name__ for _, layers in LAYERS.values() for layer in layers}
    assert everything <= set(WRITERS)
    assert set(WRITERS) <= tried | {"Convolution"}


@dataclass(frozen=True)
class Own(Identity):
    notes: ClassVar[str] = ""


def test_a_layer_of_ones_own_is_refused_by_its_number() -> None:
    network = Network([Dense(2), Residual([Dense(2), Own()])], in_shape=2)
    with pytest.raises(FramingError, match=r"Layer .*\(Own\) has no ONNX export"):
        packed_onnx(network, network.init(0))
    with pytest.raises(FramingError, match="holds no parameters"):
        packed_onnx(network)


@pytest.mark.parametrize("labels", [("a", "b"), ("a", "b", "c"), (3, 5), (False, True)])
def test_a_network_classifier_answers_alike(labels: tuple[Any, ...]) -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 3)) * [1, 1e3, 1] + [0, 1e4, 0]
    y = np.array(labels)[random.integers(0, len(labels), 60)]
    model = networks.NetworkClassifier(hidden=(5,), epochs=3).fit(X, y)
    found = answers(packed_onnx(model), X)
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), atol=1e-5)
    assert (found["label"] == model.predict(X)).all()


def test_a_robust_classifier_leaves_without_its_adversary() -> None:
    X = np.random.default_rng(0).normal(size=(40, 3))
    plain = networks.NetworkClassifier(hidden=(5,), epochs=2)
    model = networks.RobustClassifier(plain).fit(X, X[:, 0] > 0)
    assert packed_onnx(model) == packed_onnx(model.model_)


def test_regressors_and_image_networks_answer_alike() -> None:
    random = np.random.default_rng(0)
    X, Y = random.normal(size=(40, 16)), random.normal(size=(40, 2)) * 100 + 500
    for y in (Y, Y[:, 0]):
        model = networks.NetworkRegressor(hidden=(5,), epochs=3).fit(X, y)
        found = answers(packed_onnx(model), X)["prediction"]
        np.testing.assert_allclose(found, model.predict(X), rtol=1e-5)
    # Filters over two channels, standardised pixel by pixel of each: the rows stay flat.
    image = networks.ConvNetClassifier(image_shape=(2, 4, 2), filters=(2,), hidden=(), epochs=1)
    model = image.fit(X, Y[:, 0] > 500)
    found = answers(packed_onnx(model), X)
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), atol=1e-5)

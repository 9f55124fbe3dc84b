"""The one table of layers and their options: a line here, and every property test sees it."""

from __future__ import annotations

import jax
import numpy as np

from pellucid.autoencoders import CodeSample, ColumnActivation
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

rng = np.random.default_rng(7)
LINKS = rng.random((4, 3)) < 0.6
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)[:, :, None, None] & np.ones((2, 3), bool)
PAIR = (5, 2)  # a signal of two channels
IMAGE = (5, 6, 2)
SEQUENCE = (4, 6)  # places of a sequence × numbers a place

# Name -> the layer and the shape of a point it takes.
LAYERS: dict[str, tuple[Layer, tuple[int, ...]]] = {
    "dense": (Dense(3), (4,)),
    "dense without offset": (Dense(3, offset=False), (4,)),
    "dense with links removed": (Dense(3, mask=LINKS), (4,)),
    "identity": (Identity(), (4,)),
    "step": (Step(), (4,)),
    "relu": (ReLU(), (4,)),
    "relu with slope 1 at 0": (ReLU(at_zero=1.0), (4,)),
    "leaky relu": (LeakyReLU(0.1), (4,)),
    "sigmoid": (Sigmoid(), (4,)),
    "tanh": (Tanh(), (4,)),
    "gelu": (GELU(), (4,)),
    "softmax": (Softmax(), (4,)),
    "softmax of places": (Softmax(), (2, 3)),
    "flatten by column": (Flatten(), (2, 3, 2)),
    "flatten by row": (Flatten("row"), (2, 3, 2)),
    "unflatten": (Unflatten((2, 3, 1)), (6,)),
    "enlarge": (Enlarge((7, 13)), IMAGE),
    "enlarge, one way": (Enlarge((5, 9)), IMAGE),
    "code sample": (CodeSample(), (6,)),
    "columns activated": (ColumnActivation(Sigmoid(), (0, 2)), (4,)),
    "dropout": (Dropout(0.4), (6,)),
    "inverted dropout": (Dropout(0.4, inverted=True), (6,)),
    "random shift": (RandomShift(1), IMAGE),
    "input noise": (InputNoise(0.5), (4,)),
    "batch norm": (BatchNorm(), (3,)),
    "batch norm, ε inside": (BatchNorm(epsilon_place="inside"), (3,)),
    "batch norm of an image": (BatchNorm(), (2, 3, 2)),
    "group norm": (GroupNorm(groups=2), (2, 3, 4)),
    "layer norm": (LayerNorm(), (4,)),
    "layer norm, ε outside": (LayerNorm(epsilon_place="outside"), (2, 4)),
    "convolution 1-D": (Convolution(3, 3), PAIR),
    "convolution, same": (Convolution(2, 3, padding="same"), IMAGE),
    "convolution, stride": (Convolution(2, 3, stride=(2, 3), padding=(1, 0)), IMAGE),
    "convolution, filled": (Convolution(2, 2, padding=1, fill=-1.5), IMAGE),
    "convolution, dilated": (Convolution(2, (2, 3), dilation=2, padding=1), IMAGE),
    "convolution, flipped": (Convolution(2, 3, flip=True, offset=False), IMAGE),
    "convolution, masked": (Convolution(3, 3, mask=CROSS), IMAGE),
    "convolution, masked and flipped": (Convolution(3, 3, mask=CROSS, flip=True), IMAGE),
    "convolution, all": (Convolution(2, 3, (2, 1), (2, 1), 0.5, (1, 2), flip=True), IMAGE),
    "convolution 3-D": (Convolution(2, 2, stride=(1, 2, 1)), (3, 4, 3, 2)),
    "max pool": (MaxPool(2), IMAGE),
    "max pool, overlapping": (MaxPool(3, 2), IMAGE),
    "max pool, padded": (MaxPool(3, 1, padding=1), IMAGE),
    "max pool 1-D": (MaxPool(2, 3), PAIR),
    "average pool": (AveragePool(2), IMAGE),
    "average pool, padded": (AveragePool((3, 2), (2, 1), padding=1), IMAGE),
    "max blur pool": (MaxBlurPool(2), IMAGE),
    "max blur pool, padded": (MaxBlurPool(3, 2, padding=1), IMAGE),
    "residual": (Residual([Dense(5), Tanh(), Dense(4)]), (4,)),
    "residual with state": (Residual([BatchNorm(), Dropout(0.3)]), (4,)),
    "parallel": (Parallel([[Dense(2), ReLU()], [], [Dense(3)]]), (4,)),
    "parallel, added": (Parallel([[Dense(4), BatchNorm()], [Tanh()]], "sum"), (4,)),
    "graph": (
        Graph(
            {
                "left": (Dense(3), ["input"]),
                "right": (Tanh(), ["left"]),
                "both": (Dense(2), ["left", "right", "input"]),
            }
        ),
        (4,),
    ),
    "embedding": (Embedding(3, 2), (4,)),
    "positional code": (PositionalCode(), SEQUENCE),
    "self-attention": (SelfAttention(3), SEQUENCE),
    "self-attention, causal": (SelfAttention(1, causal=True), SEQUENCE),
    "cross-attention": (CrossAttention(1, 2), SEQUENCE),
    "each place": (EachPlace([Dense(3), Tanh(), BatchNorm(), Dropout(0.3)]), SEQUENCE),
    "stretch": (Stretch([EachPlace([Dense(6), BatchNorm()])], 1, 3), SEQUENCE),
    "stretch, the rest dropped": (Stretch([SelfAttention(2)], 1, 3, "drop"), SEQUENCE),
    "transformer encoder": (TransformerEncoder(6, 5, 2, activation="gelu"), SEQUENCE),
    "transformer encoder, normalised before": (
        TransformerEncoder(6, 5, 3, True, dropout=0.3, norm="before"),
        SEQUENCE,
    ),
    "transformer decoder": (TransformerDecoder(6, 2, 5, 2, dropout=0.3), SEQUENCE),
    "transformer decoder, normalised before": (
        TransformerDecoder(6, 1, 5, 1, "gelu", norm="before"),
        SEQUENCE,
    ),
}


def training(layer: Layer, in_shape: tuple[int, ...], dtype: str) -> Mode:
    """A training mode with a key, and the state a layer begins with."""
    return Mode(True, jax.random.key(3), layer.init_state(in_shape, dtype))

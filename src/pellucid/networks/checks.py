"""What is an error in a network, and what is a warning, before anything runs.

Notes: Concept 283, Concept 284, Concept 287, Def 336, Def 341, KE 438
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import jax

from pellucid.errors import FramingError, NetworkWarning, ShapeError
from pellucid.networks.layers.activations import Elementwise, Identity, ReLU, Step
from pellucid.networks.layers.average_pool import AveragePool
from pellucid.networks.layers.batch_norm import BatchNorm
from pellucid.networks.layers.convolution import Convolution
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.dropout import Dropout
from pellucid.networks.layers.enlarge import Enlarge
from pellucid.networks.layers.flatten import Flatten
from pellucid.networks.layers.input_noise import InputNoise
from pellucid.networks.layers.layer import Layer, Shape, shape_text
from pellucid.networks.layers.max_pool import MaxPool, windows_of_pool
from pellucid.networks.layers.parallel import Parallel
from pellucid.networks.layers.random_shift import RandomShift
from pellucid.networks.layers.sequences.each_place import Stretch
from pellucid.networks.layers.sequences.embedding import Embedding
from pellucid.networks.layers.softmax import Softmax
from pellucid.networks.layers.unflatten import Unflatten
from pellucid.networks.output_losses import OutputLoss

LINEAR = (Dense, Convolution)
# Linear at prediction, without neurons of their own: two linear layers collapse across them.
PASSES_THROUGH = (
    Identity, Dropout, InputNoise, RandomShift, Flatten, Unflatten, Enlarge, AveragePool, BatchNorm,
)  # fmt: skip


def check_outputs(layers: Sequence[Layer], loss: OutputLoss) -> None:
    """Outputs that the loss cannot take.

    Raises
    ------
    FramingError
        A loss of probabilities on outputs that are none; an output that is dropped.

    Notes: Concept 287, Def 336
    """
    last = layers[-1]
    if isinstance(last, Dropout) and last.p > 0:
        raise FramingError(
            f"Layer {len(layers)} (Dropout) is the output: a guess would be dropped. Put dropout "
            "after hidden layers."
        )
    if not loss.probabilities:
        return
    low, high = _range(last)
    if low < 0 or high > 1:
        reach = f"from {low:g} to {high:g}".replace("-inf", "−∞").replace("inf", "∞")
        right = "Softmax()" if loss.name == "nllm" else "Sigmoid()"
        raise FramingError(
            f"The loss {loss.name!r} takes probabilities, but the output, layer {len(layers)} "
            f"({type(last).__name__}), goes {reach}. End with {right}, or take the loss 'square'."
        )


def refuse_points(expected: Shape, shape: Shape) -> None:
    """A batch whose points the network does not take.

    Parameters
    ----------
    expected : tuple of int
        Shape of one point of the network.
    shape : tuple of int
        Of the batch, n×in_shape.

    Raises
    ------
    ShapeError

    Notes: Concept 278
    """
    if len(shape) and shape[1:] == expected:
        return
    alone = " Write one point as a batch of one: X[None]." if shape == expected else ""
    raise ShapeError(
        f"The network takes batches of shape n×{shape_text(expected)}, one row a point; this one "
        f"is {shape_text(shape)}.{alone}"
    )


def refuse_ids(layers: Sequence[Layer], x: Any, start: int = 0) -> None:
    """Token ids that an `Embedding`, first to read the batch x, does not have.

    Where x is traced for compiling nothing can be looked at, and nothing raises an error.

    Parameters
    ----------
    layers : sequence of Layer
    x : array, n×in_shape
    start : int
        Number of the first place, for the message.

    Raises
    ------
    FramingError

    Notes: Def 383
    """
    if not layers or isinstance(x, jax.core.Tracer):
        return
    first = layers[0]
    if isinstance(first, Embedding):
        first.refuse_ids(x, start)
    elif isinstance(first, Stretch):
        refuse_ids(first.layers, x[:, first.start : first.stop], start + first.start)
    elif isinstance(first, Parallel):
        for branch in first.branches:
            refuse_ids(branch, x, start)


def refuse_targets(last: Layer, loss: OutputLoss, y: Any) -> None:
    """Truths that the loss cannot take; a warning of those that the output cannot reach.

    Raises
    ------
    FramingError
        For probabilities outside 0 to 1, or classes whose chances do not sum to 1.

    Notes: Concept 286, Concept 287, Clar 285
    """
    if not y.size:
        return
    least, most = float(y.min()), float(y.max())
    if loss.probabilities and not (least >= 0 and most <= 1):
        raise FramingError(
            f"The loss {loss.name!r} takes truths from 0 to 1; these go from {least:g} to {most:g}."
            " Write labels as 0 and 1, and classes one-hot."
        )
    if loss.name == "nllm" and y.ndim > 1 and abs(y.sum(axis=-1) - 1).max() > 1e-3:
        raise FramingError(
            "The loss 'nllm' is for points of exactly one class: each row of truths sums to 1. For "
            "classes that overlap end with Sigmoid() and take the loss 'nll'."
        )
    low, high = _range(last)
    if least < low or most > high:
        warnings.warn(
            f"The truths go from {least:g} to {most:g}, but the output {type(last).__name__} only "
            f"reaches from {low:g} to {high:g}. End with Identity(), or scale the truths.",
            NetworkWarning,
            stacklevel=3,
        )


def _range(layer: Layer) -> tuple[float, float]:
    if isinstance(layer, Elementwise | Softmax):
        return layer.range
    return (-float("inf"), float("inf"))


def layer_cautions(
    layers: Sequence[Layer], loss: OutputLoss, points: Sequence[Shape]
) -> Iterator[tuple[str, bool]]:
    """What one should know of these layers: a sentence, and whether to warn of it aloud.

    `points` are the shapes of a point before each layer.

    Notes: Concept 283, Concept 284, Concept 287, Def 341, KE 438
    """
    last = len(layers) - 1
    for l, layer in enumerate(layers):
        name = f"Layer {l + 1} ({type(layer).__name__})"
        if isinstance(layer, Step):
            yield f"{name} has slope 0 everywhere: nothing before it can be trained.", True
        if isinstance(layer, LINEAR) and (after := _next_linear(layers, l)) is not None:
            yield _linear(layers, l, after, points)
        if skipped := _skipped(layer):
            yield f"{name}: {skipped}", True
        if isinstance(layer, BatchNorm) and l and getattr(layers[l - 1], "offset", False):
            yield (
                f"The offset of layer {l} has no effect: layer {l + 1} (BatchNorm) subtracts the "
                f"mean right after it. Write {type(layers[l - 1]).__name__}(…, offset=False).",
                False,
            )
        if l == last and isinstance(layer, ReLU) and not loss.probabilities:
            yield f"{name} is the output: guesses below 0 cannot be made, nor learnt from.", True
    yield from _of_classes(layers[-1], loss, points[-1])


def _of_classes(last: Layer, loss: OutputLoss, out: Shape) -> Iterator[tuple[str, bool]]:
    """Softmax and the loss of classes that exclude one another belong together."""
    if isinstance(last, Softmax) and out[-1] == 1:
        yield (
            "Softmax of a single output is always 1, so nothing can be learnt. For two classes "
            "take two outputs, or end with Sigmoid() and take the loss 'nll'.",
            True,
        )
    elif isinstance(last, Softmax) and loss.name == "nll":
        yield (
            "The loss 'nll' is for classes that may overlap, each with its own yes or no; the "
            "output Softmax shares one chance among them. Take the loss 'nllm', or end with "
            "Sigmoid().",
            True,
        )
    elif isinstance(last, Softmax) and loss.name in ("square", "absolute"):
        yield (
            f"The loss {loss.name!r} is for numbers, but the output Softmax gives the chances of "
            "classes: where it is surely wrong, it hardly learns. Take the loss 'nllm'.",
            True,
        )
    elif loss.name == "nllm" and not isinstance(last, Softmax):
        yield (
            "The loss 'nllm' is for classes that exclude one another, whose chances sum to 1; the "
            f"output {type(last).__name__} does not see to that. End with Softmax().",
            True,
        )


def _skipped(layer: Any) -> str:
    """Told where inputs lie between windows. `MaxBlurPool` takes every window, then averages."""
    if isinstance(layer, Convolution):
        fields = layer.windows(1)
    elif isinstance(layer, MaxPool | AveragePool):
        fields = windows_of_pool(layer, 1)
    else:
        return ""
    if all(s <= k for s, k in zip(fields.stride, fields.size, strict=True)):
        return ""
    return (
        f"stride {layer.stride} is larger than size {layer.size}, so some inputs are never looked "
        "at. Take a stride of at most the size."
    )


def _next_linear(layers: Sequence[Layer], l: int) -> int | None:
    """The next linear layer, when nothing nonlinear stands between."""
    for at in range(l + 1, len(layers)):
        if isinstance(layers[at], LINEAR):
            return at
        if not isinstance(layers[at], PASSES_THROUGH):
            return None
    return None


def _linear(layers: Sequence[Any], l: int, after: int, points: Sequence[Shape]) -> tuple[str, bool]:
    """Redundant, unless it is a bottleneck: that one is a choice, and only told."""
    kinds = ", ".join(dict.fromkeys(type(layers[at]).__name__ for at in (l, after)))
    pair = f"Layers {l + 1} and {after + 1} ({kinds}) have nothing nonlinear between them"
    before, between, behind = (prod(points[at]) for at in (l, l + 1, after + 1))
    if between < min(before, behind):
        return f"{pair}: together they are one linear layer of rank {between}.", False
    return (
        f"{pair}: together they are one linear layer, never richer. Put an activation between, or "
        "leave one out.",
        True,
    )

"""The layers of an encoder and of the decoder that mirrors it.

Notes: Def 353, Concept 356, §8.1.3
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from pellucid.autoencoders.linear_path import add_linear_path
from pellucid.errors import HyperparameterError
from pellucid.networks.estimators.network_estimator import ACTIVATION
from pellucid.networks.layers.convolution import Convolution
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.dropout import Dropout
from pellucid.networks.layers.enlarge import Enlarge
from pellucid.networks.layers.flatten import Flatten
from pellucid.networks.layers.layer import Layer, Shape
from pellucid.networks.layers.max_pool import MaxPool
from pellucid.networks.layers.unflatten import Unflatten

RECTIFIED = ("relu", "leaky relu", "gelu")


@dataclass(frozen=True)
class LayerPlan:
    """What the layers of both halves follow from.

    Parameters
    ----------
    filters, hidden : sequence of int
        Of the encoder, first to last.
    filter_size : int
    activations : sequence of str
        One for each of filters and hidden.
    dropout : float
    code : int
        Numbers that the encoder puts out.
    code_activation : str
    linear_path : bool
        Whether a dense layer stands beside the hidden ones, on either side of the code.

    Notes: Def 353
    """

    filters: Sequence[int]
    hidden: Sequence[int]
    filter_size: int
    activations: Sequence[str]
    dropout: float
    code: int
    code_activation: str
    linear_path: bool = False


def activation_names(given: str | Sequence[str], count: int) -> tuple[str, ...]:
    """One name for each layer.

    Raises
    ------
    HyperparameterError
        When there are not as many as layers.

    Notes: Def 353
    """
    names = (given,) * count if isinstance(given, str) else tuple(given)
    if len(names) != count:
        raise HyperparameterError(
            f"activation names {len(names)} layer(s), but the encoder has {count} hidden one(s): "
            "give one name for all, or one for each of filters and hidden."
        )
    return names


def encoder_layers(plan: LayerPlan, in_shape: Shape) -> list[Layer]:
    """x → a: convolutions and pooling where there are filters, then dense layers.

    Notes: Def 353, eq 8.3
    """
    layers: list[Layer] = []
    sizes = _image_sizes(plan, in_shape)
    for at, count in enumerate(plan.filters):
        layers += [
            Convolution(int(count), plan.filter_size, padding="same"),
            ACTIVATION[plan.activations[at]],
        ]
        pool = tuple(old // new for old, new in zip(sizes[at], sizes[at + 1], strict=True))
        if max(pool) > 1:
            layers.append(MaxPool(pool))
    if plan.filters:
        layers.append(Flatten("row"))
    hidden = _dense(plan, plan.hidden, plan.activations[len(plan.filters) :])
    if plan.linear_path:
        return [*add_linear_path(hidden, plan.code), *_activation_layer(plan.code_activation)]
    layers += [*hidden, Dense(plan.code, initial="xavier")]
    return layers + _activation_layer(plan.code_activation)


def decoder_layers(plan: LayerPlan, in_shape: Shape) -> list[Layer]:
    """a → x̃, the encoder's layers in the opposite order; what is put out is a flat row.

    Notes: Def 353, eq 8.4
    """
    dense = plan.activations[len(plan.filters) :]
    layers = _dense(plan, plan.hidden[::-1], dense[::-1])
    if plan.linear_path:
        return add_linear_path(layers, prod(in_shape))
    if not plan.filters:
        return [*layers, Dense(prod(in_shape), initial="xavier")]
    sizes = _image_sizes(plan, in_shape)
    last = plan.activations[len(plan.filters) - 1]
    small = (*sizes[-1], int(plan.filters[-1]))
    layers += [Dense(prod(small), initial=_initializer(last)), ACTIVATION[last], Unflatten(small)]
    for at in reversed(range(len(plan.filters))):
        if sizes[at] != sizes[at + 1]:
            layers.append(Enlarge(sizes[at]))
        if at:
            layers += [
                Convolution(int(plan.filters[at - 1]), plan.filter_size, padding="same"),
                ACTIVATION[plan.activations[at - 1]],
            ]
    last_one = Convolution(in_shape[-1], plan.filter_size, padding="same", initial="xavier")
    return [*layers, last_one, Flatten("row")]


def _image_sizes(plan: LayerPlan, in_shape: Shape) -> list[tuple[int, ...]]:
    """Height and width before the first convolution and after each pooling."""
    sizes = [tuple(in_shape[:2])]
    for _ in plan.filters:
        sizes.append(tuple(side // min(2, side) for side in sizes[-1]))
    return sizes


def _dense(plan: LayerPlan, sizes: Sequence[int], activations: Sequence[str]) -> list[Layer]:
    layers: list[Layer] = []
    for size, name in zip(sizes, activations, strict=True):
        layers += [Dense(int(size), initial=_initializer(name)), *_activation_layer(name)]
        if plan.dropout:
            layers.append(Dropout(float(plan.dropout)))
    return layers


def _activation_layer(name: str) -> list[Layer]:
    return [] if name == "identity" else [ACTIVATION[name]]


def _initializer(name: str) -> str:
    return "he" if name in RECTIFIED else "xavier"

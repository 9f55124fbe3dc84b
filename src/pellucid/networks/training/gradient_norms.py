"""Whether gradients vanish or explode on their way to the first layers.

Notes: Def 314, Def 315, Concept 316
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.errors import ExplodingGradientWarning, VanishingGradientWarning
from pellucid.networks.layers.activations import Sigmoid, Tanh
from pellucid.networks.layers.batch_norm import BatchNorm
from pellucid.networks.layers.layer import Layer
from pellucid.networks.layers.residual import Residual
from pellucid.networks.network import Network

FAR_APART = 1e4
ADAPTIVE = ("adadelta", "adagrad", "adam", "adamw", "rmsprop")  # rules with a step for each weight
# Weights as drawn are seldom longer than 100, so a usual step of a thousandth along a gradient this
# long throws them a thousand times as far. A sum over a batch adds up to a thousand such gradients.
LONG = {"mean": 1e8, "sum": 1e11}


def layers_with_parameters(network: Network) -> list[int]:
    """Numbers, from 1, of the layers that have a gradient norm."""
    return [l + 1 for l, own in enumerate(network.param_shapes) if own]


def gradient_norm_verdict(network: Network, history: list[Any], rule: str = "") -> tuple[str, ...]:
    """What the recorded norms tell, warned of once: from the last quarter of the epochs.

    Parameters
    ----------
    network : Network
    history : list of lists
        For each epoch the mean gradient norm of each layer with parameters.
    rule : str
        Name of the update rule in use: what is there already is not recommended.

    Returns
    -------
    tuple of str
        Sentences, empty when all is well.

    Notes: Def 314, Def 315, Concept 316
    """
    if not history or len(history[0]) < 2:
        return ()
    recent = np.array(history[-max(len(history) // 4, 1) :])
    norms = np.nan_to_num(recent, nan=np.inf).mean(axis=0)
    first, last = norms[0], norms[-1]
    names = layers_with_parameters(network)
    told = f"layer {names[0]}: {first:.2g}, layer {names[-1]}: {last:.2g}"
    if first * FAR_APART < last:
        return _said(
            f"The gradient vanishes on its way back ({told}), so the first layers hardly learn. "
            f"{_remedies(network, rule)}",
            VanishingGradientWarning,
        )
    long = norms.max() > LONG[network.reduction]
    if first > last * FAR_APART or long or not np.isfinite(norms).all():
        where = "in every layer" if norms.min() > LONG[network.reduction] else "on its way back"
        return _said(
            f"The gradient explodes {where} ({told}). Smaller initial weights, clip, or batch "
            "normalization help.",
            ExplodingGradientWarning,
        )
    return ()


def _remedies(network: Network, rule: str) -> str:
    """What helps against vanishing gradients, and is not there already."""
    layers = list(_all_layers(network.layers))
    flat = [type(layer).__name__ for layer in layers if isinstance(layer, Sigmoid | Tanh)]
    hidden = flat[:-1] if flat and isinstance(network.layers[-1], Sigmoid | Tanh) else flat
    drawn = {getattr(layer, "initial", "he") for layer in layers}
    scales = {getattr(layer, "scale", 1.0) for layer in layers}
    found = []
    if hidden:
        found.append(f"ReLU instead of {' and '.join(dict.fromkeys(hidden))}")
    if drawn - {"he", "xavier"} or scales - {1.0}:
        found.append("he or xavier initial weights of scale 1")
    if not any(isinstance(layer, BatchNorm) for layer in layers):
        found.append("batch normalization")
    if not any(isinstance(layer, Residual) for layer in layers):
        found.append("residual connections")
    if rule and rule not in ADAPTIVE:
        found.append("a rule with a step size for each weight (adam)")
    if not found:
        return "Fewer layers help."
    *most, last = found
    text = f"{', '.join(most)} or {last}" if most else last
    return f"{text[0].upper()}{text[1:]} helps."


def _all_layers(layers: Sequence[Layer]) -> Iterator[Layer]:
    """The layers, and those inside them."""
    for layer in layers:
        yield layer
        inner = getattr(layer, "layers", ()) or ()
        yield from _all_layers([part for part in inner if isinstance(part, Layer)])
        for branch in getattr(layer, "branches", ()):
            yield from _all_layers(branch)


def _said(message: str, category: type[Any]) -> tuple[str, ...]:
    warnings.warn(message, category, stacklevel=4)
    return (message,)

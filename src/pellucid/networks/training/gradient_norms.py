"""Whether gradients vanish or explode on their way to the first layers.

Notes: Def 314, Def 315, Concept 316
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from pellucid.errors import ExplodingGradientWarning, VanishingGradientWarning
from pellucid.networks.network import Network

FAR_APART = 1e4
# Weights as drawn are seldom longer than 100, so a usual step of a thousandth along a gradient this
# long throws them a thousand times as far. A sum over a batch adds up to a thousand such gradients.
LONG = {"mean": 1e8, "sum": 1e11}


def layers_with_parameters(network: Network) -> list[int]:
    """Numbers, from 1, of the layers that have a gradient norm."""
    return [l + 1 for l, own in enumerate(network.param_shapes) if own]


def judged_norms(network: Network, history: list[Any]) -> tuple[str, ...]:
    """What the recorded norms tell, warned of once: from the last quarter of the epochs.

    Parameters
    ----------
    network : Network
    history : list of lists
        For each epoch the mean gradient norm of each layer with parameters.

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
            "ReLU instead of sigmoid or tanh, he or xavier initial weights, batch normalization, "
            "or a rule with a step size for each weight (adam) help.",
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


def _said(message: str, category: type[Any]) -> tuple[str, ...]:
    warnings.warn(message, category, stacklevel=4)
    return (message,)

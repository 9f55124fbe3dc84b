"""Answers as a network's loss takes them.

Notes: Concept 286
"""

from __future__ import annotations

from typing import Any

from pellucid.networks.checks import refuse_targets
from pellucid.networks.network import Network
from pellucid.networks.output_losses import class_rows, number_truths


def targets_for(network: Network, y: Any) -> Any:
    """Class codes (n,) as one-hot rows where the loss is "nllm"; other targets as they are.

    Raises
    ------
    FramingError
        For targets that the loss cannot take, such as labels −1 and +1 where it wants 0 and 1.
    ShapeError
        For a class that the network has no output for.
    """
    y, outputs = number_truths(y), network.out_shape
    if network.head[0].name == "nllm" and y.ndim == 1 and outputs != (1,):
        return class_rows(y, outputs[0])
    refuse_targets(network.layers[-1], network.head[0], y)
    return y

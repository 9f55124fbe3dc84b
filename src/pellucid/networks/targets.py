"""Answers as a network's loss takes them.

Notes: Concept 286
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.networks.checks import refuse_targets
from pellucid.networks.network import Network


def targets_for(network: Network, y: Any) -> Any:
    """Class codes (n,) as one-hot rows where the loss is "nllm"; other answers as they are.

    Raises
    ------
    FramingError
        For answers that the loss cannot take, such as labels −1 and +1 where it wants 0 and 1.
    ShapeError
        For a class that the network has no output for.
    """
    outputs = network.out_shape
    if network.head[0].name == "nllm" and y.ndim == 1 and outputs != (1,):
        if not (y == np.floor(y)).all():
            raise ShapeError(
                f"Class codes are whole numbers from 0; {y[y != np.floor(y)][0]} is none."
            )
        codes = y.astype(np.intp)
        if codes.min(initial=0) < 0 or codes.max(initial=0) >= outputs[0]:
            raise ShapeError(
                f"Class codes must lie from 0 to {outputs[0] - 1}, for the network has "
                f"{outputs[0]} outputs; they go from {codes.min()} to {codes.max()}."
            )
        return np.eye(outputs[0], dtype=np.float32)[codes]
    refuse_targets(network.layers[-1], network.head[0], y)
    return y

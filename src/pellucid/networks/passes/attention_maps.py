"""The attention weights of a network's layers, for points as they are predicted.

Notes: Def 379, Clar 380
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.networks.engine.compiled import compiled
from pellucid.networks.engine.precision import computing_in, dtype_of
from pellucid.networks.layers.layer import Mode
from pellucid.networks.layers.watch import Watch
from pellucid.networks.network import Network
from pellucid.networks.parameters import as_numbers
from pellucid.networks.passes.readable_pass import batch_of_points


def attention_weights(network: Network, params: Any, x: Any) -> list[NDArray[Any]]:
    """P of each attention in the network, in order: how important each place is to each place.

    Parameters
    ----------
    network : Network
    params : list of dict
    x : array, in_shape or n×in_shape

    Returns
    -------
    list of array, n×heads×(places that look)×(places looked at)
        Rows sum to 1.

    Examples
    --------
    >>> from pellucid.networks import TransformerEncoder
    >>> net = Network([TransformerEncoder(4, 8, heads=2)] * 3, in_shape=(5, 4))
    >>> [P.shape for P in attention_weights(net, net.init(0), np.ones((5, 4)))]
    [(1, 2, 5, 5), (1, 2, 5, 5), (1, 2, 5, 5)]

    Notes: Def 379, Clar 380
    """
    params = network.checked(params)
    with computing_in(dtype_of(params)) as kind:
        params = as_numbers(params, kind)
        points = batch_of_points(network, x, kind)
        return [np.asarray(weights) for weights in _compiled_weights(network)(params, points)]


@lru_cache(maxsize=64)
def _compiled_weights(network: Network) -> Any:
    """(params, points) -> the weights of every attention, by one compiled program."""

    def weights(params: Any, points: Any) -> list[Any]:
        seen = _Weights()
        network.forward(params, points, Mode(watch=seen))
        return seen.found

    return compiled(weights, quickly=True)  # looked at, not trained with


class _Weights(Watch):
    """Keeps the weights of every attention it is shown, wherever that stands."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def show(self, values: Mapping[str, Any]) -> None:
        if "P_h" in values:
            self.found.append(values["P_h"])

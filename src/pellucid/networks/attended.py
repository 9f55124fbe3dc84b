"""The attention weights of a network's layers, for points as they are predicted.

Notes: Def 379, Clar 380
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.networks.cross_attention import CrossAttention
from pellucid.networks.each_place import Stretch
from pellucid.networks.layer import PREDICTING, Layer, Mode
from pellucid.networks.network import Network
from pellucid.networks.numbers import computing_in, dtype_of
from pellucid.networks.passes import points_of
from pellucid.networks.residual import Residual
from pellucid.networks.self_attention import SelfAttention
from pellucid.networks.transformer import Block


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
    with computing_in(dtype_of(params)) as kind:
        points = points_of(network, x, kind)
        return [np.asarray(P) for P in _met(network.layers, params, points, PREDICTING)]


def _met(layers: Sequence[Layer], params: Any, x: Any, mode: Mode) -> Iterator[Any]:
    for layer, own in zip(layers, params, strict=True):
        if isinstance(layer, SelfAttention | CrossAttention):
            yield layer.weights(own, x)
        elif isinstance(layer, Block | Residual):
            yield from _met(layer.layers, own["layers"], x, mode)
        elif isinstance(layer, Stretch):
            yield from _met(layer.layers, own["layers"], x[:, layer.start : layer.stop], mode)
        x, _ = layer.forward(own, x, mode)

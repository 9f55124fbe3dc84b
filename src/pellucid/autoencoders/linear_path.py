"""The linear path of an autoencoder: beside the hidden layers, beginning at the principal axes.

a = Vᵀ(x − μ) + F(x) and x̃ = Va + μ + G(a): before the first step F and G are nothing, and the whole
is principal component analysis. Training bends it from there, wherever that pays.

Notes: Def 246, Concept 358, Concept 368
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.layer import Layer
from pellucid.networks.layers.parallel import Parallel

Array = NDArray[np.float64]
STEEP = 4.0  # σ(4(v − ½)) has the value and the slope of v at ½


def add_linear_path(hidden: Sequence[Layer], units: int) -> list[Layer]:
    """One dense layer, added to what the hidden layers make of the same input.

    The hidden layers end in weights of zero, so that they add nothing before the first step. Where
    there are none, the dense layer stands alone.

    Examples
    --------
    >>> from pellucid.networks import ReLU
    >>> [type(layer).__name__ for layer in add_linear_path([Dense(8), ReLU()], 2)]
    ['Parallel']

    Notes: Def 246
    """
    straight = Dense(units, initial="xavier")
    if not hidden:
        return [straight]
    return [Parallel([[straight], [*hidden, Dense(units, initial="zeros")]], "sum")]


def initialize_at_axes(
    encoder: dict[str, Any], decoder: dict[str, Any], axes: LinearAutoencoder, scores: Sequence[int]
) -> None:
    """Set the weights of both linear paths to the principal axes.

    Parameters
    ----------
    encoder, decoder : dict
        Parameters of the layer that `add_linear_path` gave, on either side of the code.
    axes : LinearAutoencoder
        Fitted to the rows as the network sees them.
    scores : sequence of int
        Columns that the decoder writes as scores of a chance, not as numbers.

    Notes: Concept 358, Concept 368
    """
    way_back, middle = axes.decoder_weights_.copy(), axes.decoder_offsets_.copy()
    columns = list(scores)
    way_back[:, columns] *= STEEP
    middle[columns] = STEEP * (middle[columns] - 0.5)
    _set(encoder, axes.encoder_weights_, axes.encoder_offsets_)
    _set(decoder, way_back, middle)


def _set(params: dict[str, Any], W: Array, W0: Array) -> None:
    own = params["branches"][0][0] if "branches" in params else params
    own["W"], own["W0"] = W.astype(own["W"].dtype), W0.astype(own["W0"].dtype)

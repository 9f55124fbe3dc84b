"""Outputs of a trained network, row by row the same whichever rows stand beside it.

Notes: KE 279
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.networks.engine.precision import computing_in, dtype_of
from pellucid.networks.network import Network
from pellucid.networks.training.devices import threads_for
from pellucid.networks.training.steps import compiled_outputs, with_loss_weight

ROWS_AT_ONCE = 128


def outputs_of(network: Network, params: Any, state: Any, X: Any) -> NDArray[np.float64]:
    """The network's outputs, n×(shape).

    Rows go through in blocks of one size, so a row's output does not depend on how many others
    there are, and one compiled program serves them all.

    Parameters
    ----------
    network : Network
    params : list of dict
    state : list
    X : array, n×in_shape

    Notes: KE 279
    """
    run = compiled_outputs(with_loss_weight(network, 1.0))  # the same for every weight
    found = np.empty((len(X), *network.out_shape))
    with computing_in(dtype_of(params)) as kind, threads_for(network, ROWS_AT_ONCE):
        for first in range(0, len(X), ROWS_AT_ONCE):
            block = np.asarray(X[first : first + ROWS_AT_ONCE], dtype=kind)
            filled = np.zeros((ROWS_AT_ONCE, *block.shape[1:]), kind)
            filled[: len(block)] = block
            found[first : first + len(block)] = np.asarray(run(params, state, filled))[: len(block)]
    return found

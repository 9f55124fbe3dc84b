"""Derivatives by the input: which entries of a point the loss or an output listens to.

Notes: Notation 304, Concept 297
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError
from pellucid.networks.engine.compiled import compiled
from pellucid.networks.engine.precision import computing_in, dtype_of
from pellucid.networks.layers.layer import PREDICTING, Mode
from pellucid.networks.layers.series import forward_series
from pellucid.networks.layers.softmax import Softmax
from pellucid.networks.network import Network
from pellucid.networks.parameters import as_numbers
from pellucid.networks.passes.readable_pass import backward_pass, batch_of_points


def input_gradient(
    network: Network, x: Any, y: Any, params: Any, mode: Mode = PREDICTING
) -> NDArray[Any]:
    """∂L/∂A⁰ of each point, n×in_shape.

    Notes: Notation 304
    """
    return backward_pass(network, x, y, params, mode).quantities[-1].value


def saliency(
    network: Network, x: Any, params: Any, output: int | None = None, mode: Mode = PREDICTING
) -> NDArray[Any]:
    """How strongly an output moves with each entry of a point: `|∂z_j/∂x|`.

    Parameters
    ----------
    network : Network
    x : array, in_shape or n×in_shape
    params : list of dict
    output : int, optional
        j; each point's largest output when nothing is said. Before a softmax, so that one class's
        score is told apart from its rivals'.
    mode : Mode

    Returns
    -------
    array, n×in_shape; for images n×rows×columns, the largest over the channels

    Examples
    --------
    >>> from pellucid.networks import Dense
    >>> net = Network([Dense(2, inputs=3, offset=False)])
    >>> saliency(net, np.ones(3), [{"W": np.array([[1.0, 5], [-2, 5], [0, 5]])}], output=0).tolist()
    [[1.0, 2.0, 0.0]]

    Notes: Notation 304
    """
    depth = len(network.layers) - isinstance(network.layers[-1], Softmax)
    params = network.checked(params)
    with computing_in(dtype_of(params)) as kind:
        params = as_numbers(params, kind)
        points = batch_of_points(network, x, kind)
        outputs = prod(network.points[depth])
        if output is not None and not 0 <= output < outputs:
            raise HyperparameterError(f"saliency: output is from 0 to {outputs - 1}; got {output}.")
        slopes = _compiled_slopes(network, depth, output is None, mode.training)
        found = np.abs(
            np.asarray(slopes(params, points, output, mode.key, mode.state, mode.weights))
        )
    strongest: NDArray[Any] = found.max(axis=-1) if found.ndim > 2 else found
    return strongest


@lru_cache(maxsize=64)
def _compiled_slopes(network: Network, depth: int, largest: bool, training: bool) -> Any:
    """(params, points, j, key, state, weights) -> ∂z_j/∂x of the first layers."""

    def slopes(params: Any, points: Any, output: Any, *rest: Any) -> Any:
        mode = Mode(training, *rest)
        z, backward, _ = forward_series(network.layers[:depth], params[:depth], points, mode)
        flat = z.reshape(len(points), -1)
        chosen = flat.argmax(axis=1)[:, None] if largest else output
        one = (jnp.arange(flat.shape[1]) == chosen).astype(z.dtype)
        return backward(jnp.broadcast_to(one, flat.shape).reshape(z.shape))[0]

    return compiled(slopes, quickly=True)  # looked at, not trained with

"""What linear layers collapse to: one layer, one filter, one matrix.

Notes: Concept 282, Concept 283, Concept 417, Clar 418
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError, ShapeError
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.layers.activations import Identity
from pellucid.networks.layers.convolution import Convolution
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.layer import Layer, Mode, Shape, shape_text
from pellucid.networks.network import Network


def collapse_linear(network: Network, params: Sequence[Any]) -> tuple[Network, list[Any]]:
    """The same function with fewer layers: dense layers with nothing nonlinear between made one.

    W¹² = W¹ W² and W₀¹² = (W²)ᵀ W₀¹ + W₀². Identities between them go too. Where a hidden layer was
    narrower than both its neighbours the product has a lower rank than a layer of its own could.

    Parameters
    ----------
    network : Network
    params : list of dict

    Returns
    -------
    network : Network
    params : list of dict
        NumPy arrays.

    Raises
    ------
    ShapeError
        When params are not one dict a layer.

    Examples
    --------
    >>> net = Network([Dense(1, inputs=2, offset=False), Dense(2, offset=False)])
    >>> one, found = collapse_linear(net, [{"W": [[1], [3]]}, {"W": [[5, 6]]}])
    >>> len(one.layers), found[0]["W"].tolist()
    (1, [[5, 6], [15, 18]])

    Notes: Concept 282, Concept 283
    """
    params = network.checked(params)
    layers: list[Layer] = []
    kept: list[dict[str, Any]] = []
    for at, (layer, own) in enumerate(zip(network.layers, params, strict=True)):
        between = at < len(network.layers) - 1
        if isinstance(layer, Identity) and between and layers and isinstance(layers[-1], Dense):
            continue
        if isinstance(layer, Dense):
            own = _pinned(layer, own)
            if layers and isinstance(layers[-1], Dense):
                own = _product(kept.pop(), own)
                layers.pop()
            layer = Dense(layer.units, offset="W0" in own)
        layers.append(layer)
        kept.append(own)
    return Network(layers, network.loss, network.points[0], network.reduction), kept


def _pinned(layer: Dense, params: Any) -> dict[str, NDArray[Any]]:
    arrays = {name: np.asarray(value) for name, value in params.items()}
    if layer.mask is not None:
        arrays["W"] = arrays["W"] * np.asarray(layer.mask)
    return arrays


def _product(first: Any, second: Any) -> dict[str, NDArray[Any]]:
    own = {"W": first["W"] @ second["W"]}
    if "W0" in first or "W0" in second:
        own["W0"] = second["W"].T @ first.get("W0", np.zeros(len(second["W"])))
        own["W0"] = own["W0"] + second.get("W0", 0)
    return own


def compose_filters(first: Any, second: Any) -> NDArray[np.float64]:
    """The one bank of filters that does what two banks do in series, at stride 1, unpadded.

    It is the true, flipped, convolution of the two, summed over the channels between them; its size
    is k₁ + k₂ − 1. With a ReLU between the two there is no such bank.

    Parameters
    ----------
    first, second : array
        W of shape (size)×channels×filters; a filter of a single channel may leave these two out.

    Returns
    -------
    array, (size)×channels×filters, or (size)

    Raises
    ------
    ShapeError
        When the second does not take as many channels as the first gives.

    Examples
    --------
    >>> compose_filters([1, 2], [3, 4]).tolist()
    [3.0, 10.0, 8.0]

    Notes: Concept 417
    """
    F, S = np.asarray(first, np.float64), np.asarray(second, np.float64)
    bare = F.ndim == S.ndim and F.ndim <= 2
    if bare:
        F, S = F[..., None, None], S[..., None, None]
    if F.shape[-1] != S.shape[-2] or F.ndim != S.ndim:
        raise ShapeError(
            f"The first bank {F.shape} gives {F.shape[-1]} channels, but the second {S.shape} takes"
            f" {S.shape[-2]}: size × channels × filters, and these must match."
        )
    size = tuple(a + b - 1 for a, b in zip(F.shape[:-2], S.shape[:-2], strict=True))
    total = np.zeros((*size, F.shape[-2], S.shape[-1]))
    for at in np.ndindex(S.shape[:-2]):
        here = tuple(slice(a, a + n) for a, n in zip(at, F.shape[:-2], strict=True))
        total[here] += F @ S[at]
    return total[..., 0, 0] if bare else total


def as_matrix(layer: Convolution, params: Any, in_shape: Shape) -> NDArray[np.float64]:
    """The matrix M with vec(Z) = Mᵀ vec(X), the offset left aside.

    M is ∂Z/∂X of the notes: one row an entry of X, one column an entry of Z, both taken row by row.
    It is banded: the same few weights again and again, and zeros.

    Parameters
    ----------
    layer : Convolution
        With filler 0.
    params : dict
    in_shape : tuple of int
        Of a point.

    Returns
    -------
    array, (entries of X)×(entries of Z)

    Raises
    ------
    FramingError
        For a layer that is no `Convolution`.
    ShapeError
        When W does not belong to such points, or the filler adds a constant.

    Examples
    --------
    >>> own = {"W": np.array([1.0, 2]).reshape(2, 1, 1)}
    >>> as_matrix(Convolution(1, 2, offset=False), own, (3, 1)).tolist()
    [[1.0, 0.0], [2.0, 1.0], [0.0, 2.0]]

    Notes: Concept 417, KE 452
    """
    if not isinstance(layer, Convolution):
        raise FramingError(
            f"as_matrix is for a Convolution; this is {type(layer).__name__}. For Dense the matrix "
            "is W itself."
        )
    in_shape = tuple(np.atleast_1d(in_shape).tolist())
    if layer.fill:
        raise ShapeError(
            f"A padding of {layer.fill:g} adds a constant: the layer is no matrix alone."
        )
    own = {"W": np.asarray(params["W"], np.float64)}
    wanted = layer.shapes(in_shape)[0]["W"]
    if own["W"].shape != wanted:
        raise ShapeError(
            f"For points of {shape_text(in_shape)} W is {shape_text(wanted)} (size, channels, "
            f"filters); this one is {shape_text(own['W'].shape)}."
        )
    if layer.offset:
        own["W0"] = np.zeros(layer.filters)
    entries = int(np.prod(in_shape))
    with computing_in("float64"):
        unit = np.eye(entries).reshape(entries, *in_shape)
        z, _ = layer.forward(own, unit, Mode())
        return np.asarray(z, np.float64).reshape(entries, -1)

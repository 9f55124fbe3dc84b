"""Standardising along some axes, with its derivative: the heart of batch and layer normalization.

Notes: Concept 338, Concept 344, KE 345
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from pellucid.errors import HyperparameterError
from pellucid.networks.engine.device_array import device_array
from pellucid.networks.layers.layer import Shape

PLACES = ("outside", "inside")


def moments(z: Any, axes: tuple[int, ...], shares: Any = None) -> tuple[Any, Any]:
    """Mean and variance along the axes, kept as axes of size 1.

    Parameters
    ----------
    z : array
    axes : tuple of int
    shares : array that broadcasts against z, optional
        Weights that sum to 1 along the axes; equal ones, 1/K, otherwise.

    Notes: Concept 338
    """
    if shares is None:
        mean = z.mean(axes, keepdims=True)
        return mean, ((z - mean) ** 2).mean(axes, keepdims=True)
    mean = (shares * z).sum(axes, keepdims=True)
    return mean, (shares * (z - mean) ** 2).sum(axes, keepdims=True)


def divisor(variance: Any, epsilon: float, place: str) -> Any:
    """σ + ε, the notes' form, or √(σ² + ε), that of most packages.

    Notes: Concept 338
    """
    if place == "inside":
        return jnp.sqrt(variance + epsilon)
    return jnp.sqrt(variance) + epsilon


def standardised(
    z: Any, axes: tuple[int, ...], epsilon: float, place: str, shares: Any = None
) -> tuple[Any, Callable[[Any], Any]]:
    """Z̄ = (Z − μ)/(σ + ε), and the way from ∂L/∂Z̄ back to ∂L/∂Z.

    With s the divisor, D = ∂L/∂Z̄ and ⟨·⟩ the mean: ∂L/∂Z = [D − ⟨D⟩ − (Z−μ)⟨D∘(Z−μ)⟩/(σs)]/s, as
    ∂s/∂Z_j is (Z_j − μ)/(Kσ); with ε inside the root it is (Z_j − μ)/(Ks).

    Notes: KE 345
    """
    mean, variance = moments(z, axes, shares)
    s = divisor(variance, epsilon, place)
    # A constant feature has Z − μ = 0 and keeps no slope of σ; the 1 only guards 0/0.
    sigma = s if place == "inside" else jnp.where(variance > 0, jnp.sqrt(variance), 1)
    centred = z - mean

    def backward(d: Any) -> Any:
        def spread(total: Any) -> Any:
            if shares is None:
                return total.mean(axes, keepdims=True)
            return shares * total.sum(axes, keepdims=True)

        return (d - spread(d) - centred * spread(d * centred) / (sigma * s)) / s

    return centred / s, backward


def initial_scale_and_shift(features: Shape, dtype: Any) -> dict[str, Any]:
    """G = 1 and B = 0: what is standardised stays so until training moves them.

    Notes: KE 345
    """
    return {
        "G": device_array(np.ones(features, dtype)),
        "B": device_array(np.zeros(features, dtype)),
    }


def check_normalization(epsilon: float, place: str, owner: str) -> None:
    """ε > 0 and a place for it."""
    if not 0 < epsilon < float("inf") or place not in PLACES:
        raise HyperparameterError(
            f'{owner}: epsilon is a number > 0 and epsilon_place "outside" or "inside" the root; '
            f"got {epsilon!r} and {place!r}."
        )

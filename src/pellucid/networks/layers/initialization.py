"""Weights before training: drawn at random, to break the symmetry between neurons.

Notes: Concept 289, Concept 308
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.errors import HyperparameterError
from pellucid.networks.layers.layer import Shape

# Standard deviation of a weight, of its neuron's number of inputs m and of the outputs n it feeds.
DEVIATIONS: dict[str, Callable[[int, int], float]] = {
    "gaussian": lambda m, n: 1.0,
    "he": lambda m, n: (2.0 / m) ** 0.5,
    "xavier": lambda m, n: (2.0 / (m + n)) ** 0.5,
    "lecun": lambda m, n: (1.0 / m) ** 0.5,
    "zeros": lambda m, n: 0.0,
}


def initial_weights(
    key: Any, shape: Shape, initial: str, scale: float, links: tuple[int, int], dtype: Any
) -> Any:
    """Gaussian weights of standard deviation scale × DEVIATIONS[initial](m, n).

    Parameters
    ----------
    key : JAX random key
    shape : tuple of int
    initial : {"gaussian", "he", "xavier", "lecun", "zeros"}
    scale : float
    links : (int, int)
        m, inputs of one neuron, and n, outputs that one input feeds.
    dtype : dtype

    Returns
    -------
    array of `shape`

    Notes: Concept 308
    """
    deviation = scale * DEVIATIONS[initial](*links)
    if deviation == 0:
        return jnp.zeros(shape, dtype)
    return deviation * jax.random.normal(key, shape, dtype)


def initial_offsets(key: Any, size: int, initial: str, scale: float, dtype: Any) -> Any:
    """Zeros; Gaussian too when the weights are "gaussian", as the notes draw both.

    Notes: Concept 308
    """
    if initial == "gaussian" and scale > 0:
        return scale * jax.random.normal(jax.random.fold_in(key, 1), (size,), dtype)
    return jnp.zeros((size,), dtype)


def check_initial(initial: str, scale: float, owner: str) -> None:
    """A name that is known, and a scale ≥ 0."""
    if initial not in DEVIATIONS or not 0 <= scale < float("inf"):
        raise HyperparameterError(
            f"{owner}: initial is one of {', '.join(DEVIATIONS)} and scale a number ≥ 0; "
            f"got {initial!r} and {scale!r}."
        )

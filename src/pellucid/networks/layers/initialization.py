"""Weights before training: drawn at random, to break the symmetry between neurons.

Notes: Concept 289, Concept 308
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from pellucid.errors import HyperparameterError
from pellucid.networks.engine.device_array import device_array
from pellucid.networks.layers.layer import Shape

# Standard deviation of a weight, of its neuron's number of inputs m and of the outputs n it feeds.
DEVIATIONS: dict[str, Callable[[int, int], float]] = {
    "gaussian": lambda m, n: 1.0,
    "he": lambda m, n: (2.0 / m) ** 0.5,
    "xavier": lambda m, n: (2.0 / (m + n)) ** 0.5,
    "lecun": lambda m, n: (1.0 / m) ** 0.5,
    "zeros": lambda m, n: 0.0,
}

FEWEST = 1024  # numbers drawn at least, however few are needed


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
    return gaussian(key, shape, scale * DEVIATIONS[initial](*links), dtype)


def initial_offsets(key: Any, size: int, initial: str, scale: float, dtype: Any) -> Any:
    """Zeros; Gaussian too when the weights are "gaussian", as the notes draw both.

    Notes: Concept 308
    """
    own = scale if initial == "gaussian" else 0.0
    return gaussian(jax.random.fold_in(key, 1) if own else key, (size,), own, dtype)


def gaussian(key: Any, shape: Shape, deviation: float, dtype: Any) -> Any:
    """The bits of `deviation * jax.random.normal(key, shape, dtype)`; not compiled for each shape.

    A draw's i-th number depends on the key and on i alone, so that the first numbers of a longer
    draw are those of a shorter one: one compiled program serves all shapes up to a power of two.

    Notes: Concept 308
    """
    if deviation == 0:
        return device_array(np.zeros(shape, dtype))
    size = math.prod(shape)
    drawn = jax.random.normal(key, (max(FEWEST, 1 << (size - 1).bit_length()),), dtype)
    if isinstance(drawn, jax.core.Tracer):
        return deviation * drawn[:size].reshape(shape)
    of_key = np.asarray(drawn)[:size].reshape(shape)
    return device_array(np.dtype(dtype).type(deviation) * of_key)


def check_initial(initial: str, scale: float, owner: str) -> None:
    """A name that is known, and a scale ≥ 0."""
    if initial not in DEVIATIONS or not 0 <= scale < float("inf"):
        raise HyperparameterError(
            f"{owner}: initial is one of {', '.join(DEVIATIONS)} and scale a number ≥ 0; "
            f"got {initial!r} and {scale!r}."
        )

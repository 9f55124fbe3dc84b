"""`BatchNorm`: each feature standardised over the batch, then scaled and shifted as training finds.

Notes: Def 337, Concept 338, Clar 339, Concept 340, Def 341, KE 345, KE 346
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from pellucid.errors import HyperparameterError, NetworkWarning
from pellucid.networks.engine.device_array import device_array
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, place_name
from pellucid.networks.layers.normalization import (
    check_normalization,
    divisor,
    initial_scale_and_shift,
    moments,
    standardised,
)


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Ẑ = G ∘ (Z − μ)/(σ + ε) + B, with μ and σ of each feature over the batch.

    Stands before or after the activation, wherever it is put. The features are the last axis; over
    an image the places count as points, so each channel has one μ and one σ. Afterwards, running
    averages of μ and σ², corrected for their start at zero, stand in for the batch's. An offset
    right before it has no effect: `Dense(n, offset=False)`.

    Parameters
    ----------
    epsilon : float
        ε. Added to σ it weighs more than where packages put it: 0.001 here is like 10⁻⁶ there.
    epsilon_place : {"outside", "inside"}
        σ + ε, the notes' form, or √(σ² + ε).
    gamma : float
        Share of the past in the running averages, 0 ≤ γ < 1.

    Examples
    --------
    >>> import numpy as np
    >>> layer = BatchNorm()
    >>> params = {"G": np.ones(1), "B": np.zeros(1)}
    >>> z = np.array([[1.0], [2], [100], [3], [4], [5]])
    >>> np.asarray(layer.forward(params, z, Mode(training=True))[0]).ravel().round(4)
    array([-0.5022, -0.4746,  2.2346, -0.4469, -0.4193, -0.3916], dtype=float32)

    Notes: Concept 338, Concept 340, Def 341, KE 345, KE 346
    """

    epsilon: float = 1e-3
    epsilon_place: str = "outside"
    gamma: float = 0.9

    symbol: ClassVar[str] = "Ẑ"
    notes: ClassVar[str] = "Def 341, KE 345, KE 346"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {G} ∘ ({x} − μ)/(σ + ε) + {B}, Z̄ = ({x} − μ)/(σ + ε)",
        "∂L/∂{x} = D/(σ + ε) with μ and σ remembered; in training "
        "[D − ⟨D⟩ − ({x} − μ)⟨D ∘ ({x} − μ)⟩/(σ(σ + ε))]/(σ + ε); D = {G} ∘ ∂L/∂{y}",
        (("G", "∂L/∂{G} = Σₖ ∂L/∂{y}_k ∘ Z̄_k"), ("B", "∂L/∂{B} = Σₖ ∂L/∂{y}_k")),
    )

    def __post_init__(self) -> None:
        check_normalization(self.epsilon, self.epsilon_place, "BatchNorm")
        if not 0 <= self.gamma < 1:
            raise HyperparameterError(
                f"BatchNorm: gamma, the share of the past, is from 0 up to but not 1; "
                f"got {self.gamma!r}."
            )

    @property
    def stateful(self) -> bool:
        return True

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        return {"G": in_shape[-1:], "B": in_shape[-1:]}, in_shape

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        return initial_scale_and_shift(in_shape[-1:], dtype), in_shape

    def init_state(self, in_shape: Shape, dtype: Any = "float32") -> Any:
        """Averages of μ and σ², and what share of them is still the zero they began with: γᵀ."""
        zeros = device_array(np.zeros(in_shape[-1:], dtype))
        return {"mean": zeros, "variance": zeros, "missing": device_array(np.ones((), dtype))}

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        axes, shares = tuple(range(x.ndim - 1)), _shares(x, mode.weights)
        if mode.training:
            _more_than_one(x, mode)
            bar, through = standardised(x, axes, self.epsilon, self.epsilon_place, shares)
        else:
            mean, variance = self._remembered(mode.state, x)
            s = divisor(variance, self.epsilon, self.epsilon_place)
            bar, through = (x - mean) / s, lambda d: d / s

        def backward(dy: Any) -> tuple[Any, Any]:
            own = {"G": (dy * bar).sum(axes), "B": dy.sum(axes)}
            return through(params["G"] * dy), own

        return params["G"] * bar + params["B"], backward

    def _remembered(self, state: Any, x: Any) -> tuple[Any, Any]:
        """The running averages, each divided by the share that is not the fake zero.

        Notes: Concept 331
        """
        if not state:  # never trained: μ = 0, σ = 1
            return jnp.zeros_like(x[:1]), jnp.ones_like(x[:1])
        known = 1 - state["missing"]
        safe = jnp.where(known > 0, known, 1)
        return state["mean"] / safe, jnp.where(known > 0, state["variance"] / safe, 1)

    def remember(self, params: Any, x: Any, mode: Mode) -> Any:
        found = moments(x, tuple(range(x.ndim - 1)), _shares(x, mode.weights))
        mean, variance = (m.reshape(-1) for m in found)
        past, old = self.gamma, mode.state
        return {
            "mean": past * old["mean"] + (1 - past) * mean,
            "variance": past * old["variance"] + (1 - past) * variance,
            "missing": past * old["missing"],
        }


def _shares(x: Any, weights: Any) -> Any:
    """Each point's weight over the sum of all, spread over its places; None for equal ones."""
    if weights is None:
        return None
    places = x.size // (len(x) * x.shape[-1])
    total = weights.sum()
    counted = jnp.where(total > 0, weights, 1)  # of points that all weigh nothing, any will do
    return (counted / (counted.sum() * places)).reshape(-1, *[1] * (x.ndim - 1))


def _more_than_one(x: Any, mode: Mode) -> None:
    if x.size == x.shape[-1]:
        warnings.warn(
            f"Layer {place_name(mode.place)} (BatchNorm) was given one point: it equals its own "
            "mean, so every feature becomes B and no derivative passes. Use larger batches.",
            NetworkWarning,
            stacklevel=3,
        )

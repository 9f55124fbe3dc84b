"""Activations that act entry by entry: each with its slope right beside it.

Notes: Concept 284, Notation 301, KE 450
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from math import pi
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from pellucid.errors import HyperparameterError
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape


class Elementwise(Functional):
    """Abstract: A = f(Z) entry by entry, so ∂A/∂Z is diagonal.

    Notes: Def 254, Def 272
    """

    formulas: ClassVar[Formulas] = Formulas("{y} = f({x})", "∂L/∂{x} = f′({x}) ∘ ∂L/∂{y}")
    # Lowest and highest value, for the checks of output against loss.
    range: ClassVar[tuple[float, float]]

    @abstractmethod
    def f(self, z: Any) -> Any:
        """f(z)."""

    @abstractmethod
    def slope(self, z: Any, a: Any) -> Any:
        """f′(z), where a = f(z)."""

    def out_shape(self, in_shape: Shape) -> Shape:
        return in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        a = self.f(x)
        return a, lambda da: (da * self.slope(x, a), {})


INFINITE = float("inf")


@dataclass(frozen=True)
class Identity(Elementwise):
    """f(z) = z, with slope 1: the output of regression.

    Notes: Concept 284, Notation 301
    """

    range: ClassVar[tuple[float, float]] = (-INFINITE, INFINITE)
    notes: ClassVar[str] = "Concept 284"
    formulas: ClassVar[Formulas] = Formulas("{y} = {x}", "∂L/∂{x} = ∂L/∂{y}")

    def f(self, z: Any) -> Any:
        return z

    def slope(self, z: Any, a: Any) -> Any:
        return jnp.ones_like(z)


@dataclass(frozen=True)
class Step(Elementwise):
    """f(z) = 1 if z ≥ 0 else 0, with slope 0 everywhere: nothing to descend along.

    Notes: Concept 284, Notation 301
    """

    range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    notes: ClassVar[str] = "Concept 284"
    formulas: ClassVar[Formulas] = Formulas("{y} = step({x})", "∂L/∂{x} = 0")

    def f(self, z: Any) -> Any:
        return (z >= 0).astype(z.dtype)

    def slope(self, z: Any, a: Any) -> Any:
        return jnp.zeros_like(z)


@dataclass(frozen=True)
class ReLU(Elementwise):
    """f(z) = max(0, z), with slope 1 where z > 0 and 0 where z < 0.

    Parameters
    ----------
    at_zero : {0.0, 1.0}
        Slope at z = 0, where there is none: 0 in the notes' chapter 9 and in PyTorch; 1 in their
        chapter 7, where ReLU′ = step.

    Notes: Concept 284, Notation 301, KE 450
    """

    at_zero: float = 0.0

    range: ClassVar[tuple[float, float]] = (0.0, INFINITE)
    notes: ClassVar[str] = "Notation 301, KE 450"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = max(0, {x})", "∂L/∂{x} = ∂L/∂{y} where {x} > 0, else 0"
    )

    def __post_init__(self) -> None:
        if self.at_zero not in (0.0, 1.0):
            raise HyperparameterError(
                f"ReLU: at_zero, the slope at 0, is 0.0 or 1.0; got {self.at_zero!r}."
            )

    def f(self, z: Any) -> Any:
        return jnp.maximum(z, 0)

    def slope(self, z: Any, a: Any) -> Any:
        return ((a > 0) if self.at_zero == 0 else (z >= 0)).astype(z.dtype)


@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    """f(z) = z where z > 0, else αz: a little slope is left on the dead side.

    Parameters
    ----------
    alpha : float
        Slope for z ≤ 0, 0 ≤ α < 1. `ReLU` is this with α = 0.

    Notes: Concept 284
    """

    alpha: float = 0.01

    range: ClassVar[tuple[float, float]] = (-INFINITE, INFINITE)
    notes: ClassVar[str] = "Concept 284"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = max(0, {x}) + α min(0, {x})", "∂L/∂{x} = (1 where {x} > 0, else α) ∘ ∂L/∂{y}"
    )

    def __post_init__(self) -> None:
        if not 0 <= self.alpha < 1:
            raise HyperparameterError(
                f"LeakyReLU: alpha is a number from 0 up to but not 1; got {self.alpha!r}."
            )

    def f(self, z: Any) -> Any:
        return jnp.where(z > 0, z, self.alpha * z)

    def slope(self, z: Any, a: Any) -> Any:
        return jnp.where(z > 0, jnp.ones_like(z), self.alpha)


@dataclass(frozen=True)
class Sigmoid(Elementwise):
    """f(z) = 1/(1+e^−z), with slope a(1−a): the chance of the positive class.

    Notes: Concept 284, Notation 301
    """

    range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    notes: ClassVar[str] = "Notation 301"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = 1/(1 + e^(−{x}))", "∂L/∂{x} = {y} ∘ (1 − {y}) ∘ ∂L/∂{y}"
    )

    def f(self, z: Any) -> Any:
        return jax.lax.logistic(z)

    def slope(self, z: Any, a: Any) -> Any:
        return a * (1 - a)


@dataclass(frozen=True)
class Tanh(Elementwise):
    """f(z) = tanh z, from −1 to 1, with slope 1 − a².

    Notes: Concept 284, Notation 301
    """

    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    notes: ClassVar[str] = "Notation 301"
    formulas: ClassVar[Formulas] = Formulas("{y} = tanh {x}", "∂L/∂{x} = (1 − {y} ∘ {y}) ∘ ∂L/∂{y}")

    def f(self, z: Any) -> Any:
        return jnp.tanh(z)

    def slope(self, z: Any, a: Any) -> Any:
        return 1 - a * a


@dataclass(frozen=True)
class GELU(Elementwise):
    """f(z) = zΦ(z), with slope Φ(z) + zφ(z); Φ and φ are the standard normal's.

    Notes: Concept 284
    """

    range: ClassVar[tuple[float, float]] = (-0.17, INFINITE)
    notes: ClassVar[str] = "Concept 284"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {x} ∘ Φ({x})", "∂L/∂{x} = (Φ({x}) + {x} ∘ φ({x})) ∘ ∂L/∂{y}"
    )

    def f(self, z: Any) -> Any:
        return z * self._below(z)

    def slope(self, z: Any, a: Any) -> Any:
        return self._below(z) + z * jnp.exp(-z * z / 2) / (2 * pi) ** 0.5

    @staticmethod
    def _below(z: Any) -> Any:
        # erfc keeps the digits of the lower tail, where 1 + erf would cancel.
        return jax.lax.erfc(-z / 2**0.5) / 2

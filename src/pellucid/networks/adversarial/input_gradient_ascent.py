"""Gradient ascent on the input: points moved, within a budget, to where a network errs.

Weights stay as they are; the derivative is ∂L/∂A⁰, by back-propagation through every layer.

Notes: Def 373, Clar 374
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.errors import HyperparameterError
from pellucid.networks.engine.compiled import compiled
from pellucid.networks.layers.layer import Mode
from pellucid.networks.layers.series import forward_series
from pellucid.networks.network import Network
from pellucid.networks.output_losses import targets_like

DIRECTIONS = ("sign", "gradient")
UNTIL = ("wrong", "budget")
HOW = ("replaced", "added")


@dataclass(frozen=True)
class Ascent:
    """How the input climbs: x ← x + η sign ∂L/∂x, never further than the budget; a stop is a must.

    Parameters
    ----------
    steps : int
        Most steps; 1 with η = the budget is the "fast gradient sign" of Goodfellow et al. 2014.
    direction : {"sign", "gradient"}
        Each entry by η, the steepest way within the budget; or eq 8.9, x + η ∂L/∂x.
    until : {"wrong", "budget"}
        Stop a point as soon as it is misclassified; or take all steps.

    Notes: Def 373, Clar 374
    """

    steps: int = 20
    direction: str = "sign"
    until: str = "wrong"

    def __post_init__(self) -> None:
        if self.steps < 1 or self.direction not in DIRECTIONS or self.until not in UNTIL:
            raise HyperparameterError(
                'Gradient ascent on a point needs an end: steps ≥ 1, direction "sign" or '
                '"gradient", until "wrong" or "budget"; '
                f"got {self.steps}, {self.direction!r}, {self.until!r}."
            )


def loss_by_input(network: Network, params: Any, x: Any, y: Any, mode: Mode) -> tuple[Any, Any]:
    """∂L/∂x of each point, n×in_shape, and whether it is misclassified, (n,).

    Notes: Notation 304, Def 373
    """
    loss, depth = network.head
    scores, backward, _ = forward_series(network.layers[:depth], params[:depth], x, mode)
    y = targets_like(scores, y)
    if scores.shape[1] == 1:
        limit = 0.0 if depth < len(network.layers) else 0.5
        wrong = (scores[:, 0] > limit) != (y[:, 0] > 0.5)
    else:
        wrong = scores.argmax(axis=1) != y.argmax(axis=1)
    return backward(loss.slope(scores, y))[0], wrong


def ascend(
    network: Network, ascent: Ascent, params: Any, x: Any, y: Any, low: Any, high: Any, eta: Any,
    mode: Mode,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Points after the ascent, within low ≤ x ≤ high entry by entry.

    Returns
    -------
    x : array, n×in_shape
    wrong : array of bool, (n,)
        Which are misclassified.
    taken : array of int, (n,)
        Steps of each.

    Notes: Def 373, Clar 374
    """

    def step(_: Any, carry: Any) -> Any:
        x, taken = carry
        slope, wrong = loss_by_input(network, params, x, y, mode)
        moves = jnp.sign(slope) if ascent.direction == "sign" else slope
        moved = jnp.clip(x + eta * moves, low, high)
        going = ~wrong if ascent.until == "wrong" else jnp.ones_like(wrong)
        along = going.reshape(-1, *[1] * (x.ndim - 1))
        return jnp.where(along, moved, x), taken + going

    begun = (x, jnp.zeros(len(x), jnp.int32))
    x, taken = jax.lax.fori_loop(0, ascent.steps, step, begun)
    return x, loss_by_input(network, params, x, y, mode)[1], taken


@lru_cache(maxsize=32)
def compiled_ascent(network: Network, ascent: Ascent) -> Any:
    """`ascend` under `jit`: (params, states, x, y, low, high, η) -> x, wrong, taken."""

    def run(params: Any, states: Any, x: Any, y: Any, low: Any, high: Any, eta: Any) -> Any:
        return ascend(network, ascent, params, x, y, low, high, eta, Mode(state=states))

    return compiled(run)


@dataclass(frozen=True)
class AdversariallyTrainedNetwork(Network):
    """A network that meets, at each training step, its batch as an adversary has moved it.

    The adversary knows the weights of that step; the labels are the true ones.

    Parameters
    ----------
    radius : tuple of float
        Budget of each entry of a point.
    bounds : (tuple, tuple) or None
        Least and largest value of each entry.
    attack : int
        Steps of the adversary; one step begins at a random place within the budget.
    how : {"replaced", "added"}
        Whether the moved points stand instead of the batch's, or beside them.

    Notes: Def 373
    """

    radius: tuple[float, ...] = ()
    bounds: Any = None
    attack: int = 1
    how: str = "replaced"

    def loss_and_gradient(
        self, params: Any, x: Any, y: Any, mode: Mode, weights: Any = None
    ) -> tuple[Any, list[Any], list[Any]]:
        """Of the moved batch, or of both.

        Notes: Def 373
        """
        radius = jnp.asarray(self.radius, x.dtype).reshape(self.points[0])
        low, high = x - radius, x + radius
        if self.bounds is not None:
            least, largest = (
                jnp.asarray(each, x.dtype).reshape(self.points[0]) for each in self.bounds
            )
            low, high = jnp.maximum(low, least), jnp.minimum(high, largest)
        key = jax.random.fold_in(mode.key, len(self.layers))
        begun = x + radius * jax.random.uniform(key, x.shape, x.dtype, -1, 1)
        eta = radius * (1.25 if self.attack == 1 else 2.5 / self.attack)
        ascent = Ascent(self.attack, "sign", "budget")
        moved, _, _ = ascend(
            self, ascent, params, jnp.clip(begun, low, high), y, low, high, eta,
            Mode(state=mode.state),
        )  # fmt: skip
        if self.how == "replaced":
            return super().loss_and_gradient(params, moved, y, mode, weights)
        weights = None if weights is None else jnp.concatenate([weights, weights])
        both, truths = jnp.concatenate([x, moved]), jnp.concatenate([y, y])
        return super().loss_and_gradient(params, both, truths, mode, weights)

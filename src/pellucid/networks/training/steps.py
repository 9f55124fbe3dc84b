"""Training steps as one compiled loop: forward, backward, update, over a block of batches.

All parameters travel as one vector θ, so a step of the update rule is one pass over memory.

Notes: Concept 294, Def 312, Concept 334, Def 314, Def 315
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.descent.pytree import tree_map
from pellucid.descent.rules import Rule
from pellucid.networks.engine.compiled import compiled, computed_once
from pellucid.networks.engine.device_array import device_array
from pellucid.networks.layers.layer import Mode
from pellucid.networks.network import Network

Tree = Any
DECAYS = ("loss", "step")


@dataclass(frozen=True)
class StepKind:
    """What a step consists of; a compiled loop is kept for each kind.

    Parameters
    ----------
    decay : {"", "loss", "step"}
        No weight decay; λ‖W‖² as a part of the loss, so that the rule sees 2λW; or W multiplied by
        1 − 2λη beside the rule's step.
    decay_offsets : bool
        Whether offsets, scales and shifts are decayed too.
    clip : bool
        Whether the gradient is shortened to a length.
    norms : bool
        Whether the length of each layer's gradient is kept.

    Notes: Concept 334, Def 314
    """

    decay: str = ""
    decay_offsets: bool = False
    clip: bool = False
    norms: bool = False


@lru_cache(maxsize=256)
def blueprint(network: Network) -> tuple[Any, tuple[tuple[int, ...], ...], tuple[bool, ...]]:
    """The tree of parameters, the shape of each leaf, and which leaves are weights `W`."""
    tree = jax.eval_shape(network.init)
    placed, structure = jax.tree_util.tree_flatten_with_path(tree)
    shapes = tuple(tuple(leaf.shape) for _, leaf in placed)
    weights = tuple(getattr(path[-1], "key", "") == "W" for path, _ in placed)
    return structure, shapes, weights


def vector_of(params: Tree) -> Any:
    """θ: all parameters one after another, (P,)."""
    leaves = jax.tree.leaves(params)
    if all(isinstance(leaf, np.ndarray) for leaf in leaves):  # nothing to compile
        return device_array(np.concatenate([leaf.ravel() for leaf in leaves] or [np.zeros(0)]))
    return jnp.concatenate([leaf.ravel() for leaf in leaves])


def params_of(network: Network, theta: Any) -> Tree:
    """The parameters that θ holds, layer by layer; views where θ is a NumPy array."""
    structure, shapes, _ = blueprint(network)
    leaves, at = [], 0
    for shape in shapes:
        leaves.append(theta[at : at + prod(shape)].reshape(shape))
        at += prod(shape)
    return jax.tree.unflatten(structure, leaves)


def decayed_entries(network: Network, offsets: bool, dtype: Any) -> Any:
    """1 for each entry of θ that weight decay concerns, else 0."""
    _, shapes, weights = blueprint(network)
    parts = [
        np.full(prod(shape), float(weight or offsets), dtype)
        for shape, weight in zip(shapes, weights, strict=True)
    ]
    return np.concatenate(parts)


def layer_norms(gradient: Tree) -> Any:
    """‖∂L/∂W^ℓ‖ of each layer that has parameters.

    Notes: Def 314, Def 315
    """
    lengths = []
    for own in gradient:
        leaves = jax.tree.leaves(own)
        if leaves:
            lengths.append(jnp.sqrt(sum((leaf * leaf).sum() for leaf in leaves)))
    return jnp.stack(lengths)


def clip_gradient(g: Any, longest: Any) -> Any:
    """The gradient, shortened to the length `longest` where it is longer.

    Notes: Def 315
    """
    length = jnp.sqrt((g * g).sum())
    return g * jnp.minimum(1.0, longest / jnp.maximum(length, np.finfo(g.dtype).tiny))


def loss_weight(network: Network) -> float | None:
    """The weight of a penalty inside the loss; None where the loss has none."""
    weight: float | None = getattr(network.loss, "weight", None)
    return weight


def with_loss_weight(network: Network, weight: Any) -> Network:
    """The same network, its loss with another weight, which may be a traced number.

    A compiled program belongs to the network with weight 1 and is given the weight as data: so it
    serves every weight.
    """
    if loss_weight(network) is None:
        return network
    other = copy(network)
    object.__setattr__(other, "loss", replace(network.loss, weight=weight))  # type: ignore[type-var]
    return other


def step_of(network: Network, rule: Rule, kind: StepKind) -> Callable[..., Any]:
    """One step: (θ, state of the rule, states of the layers), batch -> the same, and what was seen.

    Notes: Concept 294, Concept 334
    """

    def step(carry: Any, x: Any, y: Any, share: Any, eta: Any, key: Any, fixed: Any) -> Any:
        theta, memory, states = carry
        mode = Mode(training=True, key=key, state=states)
        params = params_of(network, theta)
        judged = with_loss_weight(network, fixed["weight"]) if "weight" in fixed else network
        value, gradient, states = judged.loss_and_gradient(params, x, y, mode, share)
        g = vector_of(gradient)
        if kind.clip:
            g = clip_gradient(g, fixed["clip"])
        if kind.decay == "loss":
            g = g + 2 * fixed["decay"] * fixed["decayed"] * theta
        moved, memory = rule.step(g, memory, theta, eta)
        if kind.decay == "step":
            moved = moved - 2 * fixed["decay"] * eta * fixed["decayed"] * theta
        seen = (value, layer_norms(gradient)) if kind.norms else (value,)
        return (moved, memory, states), seen

    return step


def block_of(
    network: Network, rule: Rule, kind: StepKind, snapshots: int = 0
) -> Callable[..., Any]:
    """`run(carry, blocks, count, first, fixed)`: the first `count` steps of a block of batches.

    blocks = (x, y, shares, step sizes), each with one entry a step, or (places, shares, step sizes)
    where `fixed` holds the "rows" x and y of which each step picks its own; `first` is the number
    of steps before this block, from which the random key of each step follows; `fixed` holds "key",
    "decay", "decayed", "clip" where the kind needs them, and "weight" where the loss has one. Gives
    the carry, and for each step the loss, and the layers' gradient norms where these are kept.

    With `snapshots`, blocks end in the number of each step's epoch within the block, and what a
    step sees is followed by θ and the layers' states after each epoch, one row each.
    """
    step = step_of(network, rule, kind)

    def run(carry: Any, blocks: Any, count: Any, first: Any, fixed: Any) -> Any:
        *blocks, epoch_of = blocks if snapshots else (*blocks, None)

        def one(i: Any, carried: Any) -> Any:
            carry, seen, after = carried
            *given, share, eta = (part[i] for part in blocks)
            x, y = _picked(fixed["rows"], *given) if "rows" in fixed else given
            key = jax.random.fold_in(fixed["key"], first + i)
            carry, new = step(carry, x, y, share, eta, key, fixed)
            if snapshots:
                carry = computed_once(carry)
                after = jax.tree.map(
                    lambda old, now: old.at[epoch_of[i]].set(now), after, (carry[0], carry[2])
                )
            seen = tuple(old.at[i].set(n) for old, n in zip(seen, new, strict=True))
            return carry, seen, after

        steps, dtype = blocks[-1].shape[0], carry[0].dtype
        seen = [jnp.zeros(steps, dtype)]
        if kind.norms:
            layers = sum(bool(jax.tree.leaves(own)) for own in params_of(network, carry[0]))
            seen.append(jnp.zeros((steps, layers), dtype))
        kept = (carry[0], carry[2]) if snapshots else ()
        after = jax.tree.map(lambda leaf: jnp.zeros((snapshots, *leaf.shape), leaf.dtype), kept)
        carry, seen, after = jax.lax.fori_loop(0, count, one, (carry, tuple(seen), after))
        return carry, (*seen, after) if snapshots else seen

    return run


def _picked(rows: Any, indices: Any) -> Any:
    def of(part: Any) -> Any:  # flat rows are copied whole
        flat = part.reshape(len(part), -1).at[indices].get(mode="promise_in_bounds")
        return flat.reshape(*indices.shape, *part.shape[1:])

    return computed_once(tuple(map(of, rows)))


@lru_cache(maxsize=64)
def compiled_block(network: Network, rule: Rule, kind: StepKind, snapshots: int = 0) -> Any:
    """`block_of` under `jit`; the carry's memory is used again for the result."""
    return compiled(block_of(network, rule, kind, snapshots), donate_argnums=0)


def initial_rule_state(rule: Rule, theta: Any) -> Any:
    """The rule's state before the first step, as arrays."""
    return tree_map(device_array, rule.init(np.asarray(theta)))


@lru_cache(maxsize=64)
def compiled_losses(network: Network) -> Any:
    """(θ, states, x in blocks, y in blocks, weight, count) -> losses of points, as in prediction.

    θ and states have a row for each snapshot, of which the first `count` are real.
    """

    def losses(thetas: Any, states: Any, x: Any, y: Any, weight: Any, count: Any) -> Any:
        judged = with_loss_weight(network, weight)

        def one(k: Any, found: Any) -> Any:
            params = params_of(network, thetas[k])
            mode = Mode(state=jax.tree.map(lambda leaf: leaf[k], states))
            own = jax.lax.map(lambda pair: judged.losses(params, pair[0], pair[1], mode), (x, y))
            return found.at[k].set(own.ravel())

        size = x.shape[0] * x.shape[1]
        return jax.lax.fori_loop(0, count, one, jnp.zeros((len(thetas), size), thetas.dtype))

    return compiled(losses)


@lru_cache(maxsize=64)
def compiled_outputs(network: Network) -> Any:
    """(params, states, x) -> outputs, under `jit`."""

    def outputs(params: Any, states: Any, x: Any) -> Any:
        return network.forward(params, x, Mode(state=states))[0]

    return compiled(outputs)

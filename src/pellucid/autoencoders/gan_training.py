"""Generator and discriminator in alternation: the mathematics of an adversarial pair.

The losses, which the notes leave out, are those of Goodfellow et al., "Generative adversarial
nets", 2014: the discriminator's −log D(x) − log(1 − D(G(z))), the generator's −log D(G(z)).

Notes: Def 375, Clar 376
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.descent.rules import adam
from pellucid.networks.adversarial.input_gradient_ascent import loss_by_input
from pellucid.networks.engine.compiled import compiled
from pellucid.networks.layers.layer import Mode
from pellucid.networks.network import Network
from pellucid.networks.training.steps import params_of, vector_of

RULE = adam(beta_1=0.5)  # a long memory of an opponent that has moved on does harm
BOTH = "DG"  # who learns, in the order of their steps
Carry = tuple[Any, Any, Any, Any]


def generator_gradient(
    generator: Network, discriminator: Network, params: Any, judge: Any, z: Any
) -> tuple[Any, Any]:
    """The loss −(1/K) Σ log D(G(z)) and its derivative by the generator's parameters.

    Back-propagation goes through the discriminator to its input, which is the generator's output.

    Parameters
    ----------
    params, judge : list of dict
        Of the generator and of the discriminator.
    z : array, K×k

    Notes: Def 375, Notation 304
    """
    made, backward = generator.forward(params, z, Mode())
    real = jnp.ones((len(z), 1), z.dtype)
    slope, _ = loss_by_input(discriminator, judge, made, real, Mode())
    value = discriminator.losses(judge, made, real, Mode()).mean()
    return value, backward(slope / len(z))[1]


def discriminator_gradient(
    discriminator: Network, judge: Any, real: Any, generated: Any
) -> tuple[Any, Any]:
    """The mean log-likelihood loss of telling K real rows, 1, from K made ones, 0; its gradient.

    Notes: Def 375
    """
    x = jnp.concatenate([real, generated])
    y = jnp.concatenate([jnp.ones((len(real), 1)), jnp.zeros((len(generated), 1))]).astype(x.dtype)
    value, gradient, _ = discriminator.loss_and_gradient(judge, x, y, Mode(training=True))
    return value, gradient


def discriminator_accuracy(discriminator: Network, judge: Any, real: Any, generated: Any) -> Any:
    """Share of rows that the discriminator names rightly; half of them are real.

    Notes: Def 375, Clar 376
    """
    hits = discriminator.forward(judge, real, Mode())[0] > 0.5
    refusals = discriminator.forward(judge, generated, Mode())[0] <= 0.5
    return (hits.mean() + refusals.mean()) / 2


def alternate(
    generator: Network, discriminator: Network, carry: Carry, real: Any, key: Any, eta: Any,
    learners: str = BOTH,
) -> tuple[Carry, Any]:  # fmt: skip
    """A step of the discriminator, "D", then one of the generator, "G"; of the learners alone.

    Gives the carry (θ_G, memory, θ_D, memory), and the generator's loss, the discriminator's, and
    its accuracy before the step.

    Notes: Def 375
    """
    theta_g, memory_g, theta_d, memory_d = carry
    length = generator.points[0][0]
    first, second = jax.random.split(key)
    params, judge = params_of(generator, theta_g), params_of(discriminator, theta_d)
    made = generator.forward(params, _noise(first, real, length), Mode())[0]
    share = discriminator_accuracy(discriminator, judge, real, made)
    loss_d, g = discriminator_gradient(discriminator, judge, real, made)
    if "D" in learners:
        theta_d, memory_d = RULE.step(vector_of(g), memory_d, theta_d, eta)
    judge = params_of(discriminator, theta_d)
    z = _noise(second, real, length)
    loss_g, g = generator_gradient(generator, discriminator, params, judge, z)
    if "G" in learners:
        theta_g, memory_g = RULE.step(vector_of(g), memory_g, theta_g, eta)
    return (theta_g, memory_g, theta_d, memory_d), (loss_g, loss_d, share)


@lru_cache(maxsize=16)
def compiled_turn(
    generator: Network, discriminator: Network, K: int, steps: int, learners: str
) -> Any:
    """`run(carry, X, key, η)`: some steps in which only `learners`, of "DG", learn; the carry.

    Notes: Def 375
    """

    def run(carry: Carry, X: Any, key: Any, eta: Any) -> Any:
        def one(carry: Carry, i: Any) -> tuple[Carry, Any]:
            rows, own = jax.random.split(jax.random.fold_in(key, i))
            real = X[jax.random.permutation(rows, len(X))[:K]]
            return alternate(generator, discriminator, carry, real, own, eta, learners)

        return jax.lax.scan(one, carry, jnp.arange(steps))[0]

    return compiled(run)


@lru_cache(maxsize=16)
def compiled_epoch(generator: Network, discriminator: Network, K: int) -> Any:
    """`run(carry, X, key, η, epoch, epochs)`: one step of either network a batch, through all rows.

    carry = (θ_G, memory, θ_D, memory). Over all epochs η falls linearly to 0, so that the pair
    settles instead of circling. How many they are is data: one program serves any number. Gives
    the carry, and the epoch's two losses and the discriminator's accuracy.

    Notes: Def 375
    """

    def run(carry: Carry, X: Any, key: Any, eta: Any, epoch: Any, epochs: Any) -> Any:
        batches = len(X) // K
        own = jax.random.fold_in(key, epoch)
        order = jax.random.permutation(own, len(X))[: batches * K].reshape(batches, K)

        def one(carry: Carry, i: Any) -> tuple[Carry, Any]:
            done = (epoch * batches + i) / (epochs * batches)
            own_key, now = jax.random.fold_in(own, i), eta * (1 - done)
            return alternate(generator, discriminator, carry, X[order[i]], own_key, now)

        carry, seen = jax.lax.scan(one, carry, jnp.arange(batches))
        return carry, jnp.stack([part.mean() for part in seen])

    return compiled(run)


def _noise(key: Any, like: Any, length: int) -> Any:
    return jax.random.normal(key, (len(like), length), like.dtype)

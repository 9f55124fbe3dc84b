"""Stochastic descent on a linear model: whole epochs compiled as one loop, derivatives by hand.

Notes: Def 121, Def 312, KE 60, KE 163, KE 171
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.batches import Batches
from pellucid.descent.pytree import tree_map
from pellucid.descent.rules import rule_named
from pellucid.descent.step_sizes import Power, step_size_of
from pellucid.linear.solvers.newton import Evidence

Array = NDArray[np.float64]
CURVATURE = {"square": 2.0, "logistic": 0.25, "softmax": 0.5}
LOOKED_AT = 2000  # rows from which the largest curvature is estimated
PATIENCE, LEAST_FALL = 5, 1e-4
STEPS_AT_ONCE = 512


@dataclass(frozen=True)
class StochasticState:
    """Where a stochastic descent stands, plain arrays, so that it can be gone on with.

    Parameters
    ----------
    C : array of shape (width, k)
        The coefficients as the steps see them: B divided by `balancing_scales`.
    state : nested lists and tuples of arrays
        Of the update rule.
    epochs : int
        Passes over the rows so far.
    """

    C: Array
    state: Any
    epochs: int


def slope_of(kind: str) -> Callable[[Any, Any], Any]:
    """∂L/∂u of each row, with u the scores: 2(u − y), σ(u) − y, or softmax(u) − y.

    Notes: KE 60, KE 163, KE 171
    """
    import jax
    import jax.numpy as jnp

    if kind == "square":
        return lambda u, y: 2 * (u - y)
    if kind == "logistic":
        return lambda u, y: 1 / (1 + jnp.exp(-u)) - y

    def softmax_slope(u: Any, y: Any) -> Any:
        r = jnp.exp(u - jax.lax.stop_gradient(u.max(axis=1, keepdims=True)))
        return r / r.sum(axis=1, keepdims=True) - y

    return softmax_slope


@lru_cache(maxsize=32)
def compiled_steps(kind: str, rule_name: str, offset: bool) -> Any:
    """(C, state, blocks of rows, …) -> (C, state) after all their steps, as one compiled loop."""
    import jax
    import jax.numpy as jnp

    rule, slope = rule_named(rule_name), slope_of(kind)

    def run(C: Any, state: Any, fixed: Any, blocks: Any) -> Any:
        mean, scale, ridge = fixed

        def step(carry: Any, at: Any) -> Any:
            C, state = carry
            x, y, share, eta, real = at
            # Standardised rows are never made: Z C = X θ − m·θ, and likewise for Zᵀ e.
            theta = C[offset:] / scale
            u = x @ theta - mean @ theta
            e = slope(u + C[0] if offset else u, y) * share[:, None]
            total = e.sum(axis=0)
            g = (x.T @ e - jnp.outer(mean, total)) / scale
            g = jnp.concatenate([total[None], g]) if offset else g
            moved = rule.step(g + 2 * ridge * C, state, C, eta)
            return tree_map(lambda new, old: jnp.where(real, new, old), moved, (C, state)), None

        return jax.lax.scan(step, (C, state), blocks)[0]

    return jax.jit(run)


def train_epochs(
    loss: Any,
    kind: str,
    start: StochasticState,
    *,
    rule: str,
    step_size: Any,
    batch_size: int,
    seed: int,
    max_iter: int,
    tol: float,
    watch: Callable[[Array], bool] | None = None,
) -> tuple[Array, str, Evidence, StochasticState]:
    """Epochs until J stops falling.

    Parameters
    ----------
    loss : MeanLoss or MeanSquare
        Over a dense design.
    kind : {"square", "logistic", "softmax"}
    start : StochasticState
    rule : str
        Name of an update rule.
    step_size : as `descent.minimize` takes it, or None
    batch_size, seed, max_iter : int
    tol : float
        Share of J that five epochs must win to go on.
    watch : callable, optional
        Called with B after each epoch; True stops.

    Returns
    -------
    B : array of shape (width, k)
    verdict : {"converged", "max_iter", "stopped"}
    evidence : Evidence
    standing : StochasticState
        To go on from.

    Notes: Def 121, Def 312, Def 333
    """
    import jax

    design = loss.design
    batches = Batches(min(batch_size, design.n), seed=seed)
    eta = (
        step_size_of(step_size)
        if step_size is not None
        else automatic_step_size(loss, kind, batches)
    )
    run = compiled_steps(kind, rule, bool(design.offset))
    evidence, verdict = Evidence(), "max_iter"
    even = balancing_scales(loss, kind)
    C, state, epochs = start.C, start.state, start.epochs
    least, waited = np.inf, 0
    with jax.enable_x64(True):
        fixed = (design.held, (design.scale / even[design.offset :, 0])[:, None])
        while evidence.iterations < max_iter:
            for blocks in _blocks(loss, batches, epochs, eta):
                C, state = run(C, state, (*fixed, loss.ridge * even**2), blocks)
            B = even * np.asarray(C)
            epochs += 1
            evidence.iterations += 1
            J, G, _ = loss.at(B)
            evidence.objective.append(J)
            evidence.gradient_norm.append(float(np.linalg.norm(G)))
            if not np.isfinite(J):
                verdict = "diverged"
                break
            fell = least - max(tol, LEAST_FALL) * abs(least) > J if np.isfinite(least) else True
            least, waited = (J, 0) if fell else (least, waited + 1)
            if waited >= PATIENCE:
                verdict = "converged"
                break
            if watch is not None and watch(B):
                verdict = "stopped"
                break
    evidence.decrement = evidence.gradient_norm[-1]
    found = np.asarray(C, dtype=np.float64)
    return even * found, verdict, evidence, StochasticState(found, _plain(state), epochs)


def initial_state(rule: str, C: Array) -> StochasticState:
    """Before the first epoch."""
    return StochasticState(C, rule_named(rule).init(C), 0)


def balancing_scales(loss: Any, kind: str) -> Array:
    """Scales, (width, 1), under which every coefficient bends J about alike.

    A penalty in the units of the columns as they came bends those of small columns by far more
    than the loss does; steps of one size would crawl along the others.

    Notes: §3.1.7
    """
    return np.asarray(1 / np.sqrt(1 + 2 * loss.ridge / CURVATURE[kind]))


def automatic_step_size(loss: Any, kind: str, batches: Batches) -> Power:
    """A step size from the largest curvature of a batch's loss, shrinking as t^(−3/4).

    Meets both conditions of Theorem 123.

    Notes: Theorem 123
    """
    design = loss.design
    rows = np.unique(np.linspace(0, design.n - 1, min(design.n, LOOKED_AT)).astype(np.intp))
    even = balancing_scales(loss, kind)
    Z = (design.X[rows] - design.held) / design.scale * even[design.offset :, 0]
    squares = float((Z**2).sum(axis=1).mean()) + design.offset
    largest = float(np.linalg.norm(Z, 2)) ** 2 / len(rows)
    top = CURVATURE[kind] * (largest + squares / batches.size) + 2 * float(
        (loss.ridge * even**2).max()
    )
    t0 = max(batches.a_pass(design.n) / 2, 10.0)
    return Power(t0**0.75 / top, 0.75, shift=t0)


def _blocks(loss: Any, batches: Batches, epoch: int, eta: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of one epoch, gathered a few hundred steps at a time.

    While the compiled loop works on one block the next is gathered; the table is never copied.
    The last batch may be short: rows that are not there have share 0. The number of steps of a
    block is a power of 2, so that a few compiled loops serve tables of any length.
    """
    design, n = loss.design, loss.design.n
    steps, size = batches.a_pass(n), batches.size
    at_once = min(STEPS_AT_ONCE, 1 << (steps - 1).bit_length())
    padded = -(-steps // at_once) * at_once
    order = np.zeros(padded * size, dtype=np.intp)
    order[:n] = batches.epoch(epoch, n)
    weights = np.zeros(padded * size)
    weights[:n] = (design.weights * n)[order[:n]]
    chosen, shares = order.reshape(padded, size), weights.reshape(padded, size)
    shares[: steps - 1] /= size
    shares[steps - 1] /= n - (steps - 1) * size
    etas = np.array([eta(epoch * steps + t) for t in range(1, padded + 1)])
    real = np.arange(padded) < steps
    for first in range(0, padded, at_once):
        part = slice(first, first + at_once)
        rows = chosen[part]
        yield design.X[rows], loss.Y[rows], shares[part], etas[part], real[part]


def _plain(state: Any) -> Any:
    return tree_map(lambda leaf: np.asarray(leaf), state)

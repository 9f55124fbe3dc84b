"""Stochastic descent on a linear model: whole epochs compiled as one loop, derivatives by hand.

Notes: Def 121, Def 312, KE 60, KE 163, KE 171
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.batches import Batches
from pellucid.descent.rules import rule_named
from pellucid.descent.step_sizes import Power, step_size_of
from pellucid.linear.newton import Evidence

Array = NDArray[np.float64]
CURVATURE = {"square": 2.0, "logistic": 0.25, "softmax": 0.5}
LOOKED_AT = 2000  # rows from which the largest curvature is estimated
PATIENCE, LEAST_FALL = 5, 1e-4


@dataclass(frozen=True)
class Standing:
    """Where a stochastic descent stands, plain arrays, so that it can be gone on with.

    Parameters
    ----------
    C : array of shape (width, k)
        The coefficients as the steps see them: B divided by `evened`.
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
def compiled_epoch(kind: str, rule_name: str, offset: bool) -> Any:
    """(B, state, rows…, order, etas) -> (B, state) after one pass, as one compiled loop."""
    import jax
    import jax.numpy as jnp

    rule, slope = rule_named(rule_name), slope_of(kind)

    def epoch(B: Any, state: Any, X: Any, Y: Any, rows: Any, order: Any, etas: Any) -> Any:
        mean, scale, ridge, weights = rows

        def step(carry: Any, at: Any) -> Any:
            B, state = carry
            chosen, there, eta = at
            Z = (X[chosen] - mean) / scale
            u = Z @ B[1:] + B[0] if offset else Z @ B
            e = slope(u, Y[chosen]) * (weights[chosen] * there / there.sum())[:, None]
            g = Z.T @ e
            g = jnp.concatenate([e.sum(axis=0)[None], g]) if offset else g
            B, state = rule.step(g + 2 * ridge * B, state, B, eta)
            return (B, state), None

        return jax.lax.scan(step, (B, state), (*order, etas))[0]

    return jax.jit(epoch)


def train(
    loss: Any,
    kind: str,
    start: Standing,
    *,
    rule: str,
    step_size: Any,
    batch_size: int,
    seed: int,
    max_iter: int,
    tol: float,
    watch: Callable[[Array], bool] | None = None,
) -> tuple[Array, str, Evidence, Standing]:
    """Epochs until J stops falling.

    Parameters
    ----------
    loss : MeanLoss or MeanSquare
        Over a dense design.
    kind : {"square", "logistic", "softmax"}
    start : Standing
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
    standing : Standing
        To go on from.

    Notes: Def 121, Def 312, Def 333
    """
    import jax

    design = loss.design
    batches = Batches(min(batch_size, design.n), seed=seed)
    eta = step_size_of(step_size) if step_size is not None else automatic(loss, kind, batches)
    run = compiled_epoch(kind, rule, bool(design.offset))
    evidence, verdict = Evidence(), "max_iter"
    even = evened(loss, kind)
    C, state, epochs = start.C, start.state, start.epochs
    least, waited = np.inf, 0
    with jax.enable_x64(True):
        data = _on_device(loss, even)
        while evidence.iterations < max_iter:
            order, etas = _plan(batches, epochs, design.n, eta)
            C, state = run(C, state, *data, order, etas)
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
    return even * found, verdict, evidence, Standing(found, _plain(state), epochs)


def begun(rule: str, C: Array) -> Standing:
    """Before the first epoch."""
    return Standing(C, rule_named(rule).init(C), 0)


def evened(loss: Any, kind: str) -> Array:
    """Scales, (width, 1), under which every coefficient bends J about alike.

    A penalty in the units of the columns as they came bends those of small columns by far more
    than the loss does; steps of one size would crawl along the others.

    Notes: §3.1.7
    """
    return np.asarray(1 / np.sqrt(1 + 2 * loss.ridge / CURVATURE[kind]))


def automatic(loss: Any, kind: str, batches: Batches) -> Power:
    """A step size from the largest curvature of a batch's loss, shrinking as t^(−3/4).

    Meets both conditions of Theorem 123.

    Notes: Theorem 123
    """
    design = loss.design
    rows = np.unique(np.linspace(0, design.n - 1, min(design.n, LOOKED_AT)).astype(np.intp))
    even = evened(loss, kind)
    Z = (design.X[rows] - design.held) / design.scale * even[design.offset :, 0]
    squares = float((Z**2).sum(axis=1).mean()) + design.offset
    largest = float(np.linalg.norm(Z, 2)) ** 2 / len(rows)
    top = CURVATURE[kind] * (largest + squares / batches.size) + 2 * float(
        (loss.ridge * even**2).max()
    )
    t0 = max(batches.a_pass(design.n) / 2, 10.0)
    return Power(t0**0.75 / top, 0.75, shift=t0)


def _on_device(loss: Any, even: Array) -> tuple[Any, Any, tuple[Any, ...]]:
    import jax.numpy as jnp

    design = loss.design
    rows = (
        jnp.asarray(design.held),
        jnp.asarray(design.scale / even[design.offset :, 0]),
        jnp.asarray(loss.ridge * even**2),
        jnp.asarray(design.weights * design.n),
    )
    return jnp.asarray(design.X), jnp.asarray(loss.Y), rows


def _plan(batches: Batches, epoch: int, n: int, eta: Any) -> tuple[tuple[Any, Any], Any]:
    """Rows of each step, which of them count (the last batch may be short), and step sizes."""
    steps = batches.a_pass(n)
    order = batches.epoch(epoch, n)
    padded = np.zeros(steps * batches.size, dtype=np.int32)
    padded[:n] = order
    there = (np.arange(len(padded)) < n).astype(np.float64)
    shape = (steps, batches.size)
    etas = np.array([eta(epoch * steps + t) for t in range(1, steps + 1)])
    return (padded.reshape(shape), there.reshape(shape)), etas


def _plain(state: Any) -> Any:
    from pellucid.descent.pytree import mapped

    return mapped(lambda leaf: np.asarray(leaf), state)

"""Newton steps whose Hessian is renewed only when it pays; L-BFGS pairs mend a stale one.

With a fresh Hessian each step is Newton's. While the Hessian still serves, its factor is the first
guess of L-BFGS: near the minimum a step then costs one pass over the data.

Notes: KE 159, §3.2.7
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.linear.solvers.likelihood import MeanLoss, Solve

Array = NDArray[np.float64]
Watch = Callable[[Array], bool]
Request = tuple[str, tuple[Any, ...]]  # a method of the loss, and what it takes
SLOW = 0.3
MEMORY = 40
SURE = 1e-6


@dataclass
class Evidence:
    """What happened: per iteration the objective and gradient norm; how many Hessians."""

    objective: list[float] = field(default_factory=list)
    gradient_norm: list[float] = field(default_factory=list)
    decrement: float = np.inf
    hessians: int = 0
    iterations: int = 0
    solve: Solve | None = None
    condition: float = float("nan")
    guesses: Any = field(default_factory=lambda: np.zeros((0, 1)))


Steps = Generator[Request, Any, tuple[Array, str, Evidence]]


def minimize(
    loss: MeanLoss,
    B: Array,
    *,
    tol: float,
    max_iter: int,
    solve: Solve | None = None,
    watch: Watch | None = None,
) -> tuple[Array, str, Evidence]:
    """Minimise J from B.

    Parameters
    ----------
    loss : MeanLoss
    B : array of shape (width, k)
        Start.
    tol : float
        Stop when the Newton decrement √(Gᵀ H⁻¹ G) is at most `tol`.
    max_iter : int
        Most iterations.
    solve : callable, optional
        A Hessian's solver from a neighbouring problem, used while it serves.
    watch : callable, optional
        Called with B after each iteration; True stops.

    Returns
    -------
    B : array of shape (width, k)
    verdict : {"converged", "separated", "precision", "stopped", "max_iter"}
    evidence : Evidence
    """
    steps = minimizing(loss, B, tol=tol, max_iter=max_iter, solve=solve, watch=watch)
    answer: Any = None
    while True:
        try:
            method, asked = steps.send(answer)
        except StopIteration as end:
            found: tuple[Array, str, Evidence] = end.value
            return found
        answer = getattr(loss, method)(*asked)


def minimizing(
    loss: MeanLoss,
    B: Array,
    *,
    tol: float,
    max_iter: int,
    solve: Solve | None = None,
    watch: Watch | None = None,
) -> Steps:
    """`minimize` as a generator: it yields a method of `loss` and arguments, and is sent what these
    give.

    So several minimisations can go side by side, each pass over the rows answering them all.

    Parameters
    ----------
    loss, B, tol, max_iter, solve, watch
        As `minimize` takes them.

    Returns
    -------
    generator
        Its value is what `minimize` returns.

    Notes: KE 159, §3.2.7
    """
    evidence = Evidence()
    J, G, g = yield "at", (B,)
    pairs: list[tuple[Array, Array]] = []
    age, slow = 0, solve is None
    precise, patience = loss.hessian_schedule
    verdict, last = "max_iter", np.inf
    while True:
        evidence.objective.append(J)
        evidence.gradient_norm.append(float(np.linalg.norm(G)))
        if solve is None or (slow and age >= patience):
            precise = precise or (age <= 1 and evidence.hessians > 6)
            solve, pairs, age = (yield "newton", (g, precise)), [], 0
            evidence.hessians += 1
        step = -_two_loop(G, pairs, solve)
        evidence.decrement = float(np.sqrt(max(-(G * step).sum(), 0.0)))
        if evidence.decrement <= tol:
            B, verdict = B + step, "converged"  # the last step is known, and costs no pass
            break
        if evidence.iterations >= max_iter:
            break
        if loss.lam == 0 and J < SURE and (yield "margins", (B,)).min() > 0:
            verdict = "separated"
            break
        moved = yield from _search(B, step, J, G)
        if moved is None:
            if age == 0 and precise:
                verdict = "precision"
                break
            solve, precise = None, True
            continue
        new, J, new_G, g = moved
        pairs = [*pairs, (new - B, new_G - G)][-MEMORY:]
        B, G = new, new_G
        evidence.iterations += 1
        age += 1
        norm = evidence.decrement
        slow, last = loss.hessian_every_step or norm > SLOW * last, norm
        if watch is not None and watch(B):
            verdict = "stopped"
            break
    evidence.solve, evidence.guesses = None if loss.truncated else solve, g
    evidence.condition = solve.condition
    return B, verdict, evidence


def _two_loop(G: Array, pairs: list[tuple[Array, Array]], solve: Solve) -> Array:
    """H⁻¹G by the L-BFGS recursion around the factored Hessian."""
    q, alphas = G, []
    kept = [(s, t, float((s * t).sum())) for s, t in pairs]
    kept = [(s, t, st) for s, t, st in kept if st > 0]
    for s, t, st in reversed(kept):
        alpha = float((s * q).sum()) / st
        alphas.append(alpha)
        q = q - alpha * t
    q = solve(q)
    for (s, t, st), alpha in zip(kept, reversed(alphas), strict=True):
        q = q + s * (alpha - float((t * q).sum()) / st)
    return q


def _search(
    B: Array, step: Array, J: float, G: Array
) -> Generator[Request, Any, tuple[Array, float, Array, Any] | None]:
    """Halve the step until J falls enough; near rounding, until the slope along it does."""
    slope = float((G * step).sum())
    t = 1.0
    rounding = 1e-13 * max(abs(J), 1e-300)
    for _ in range(30):
        new = B + t * step
        new_J, new_G, g = yield "at", (new,)
        if new_J <= J + 1e-4 * t * slope:
            return new, new_J, new_G, g
        if new_J <= J + rounding and abs(float((new_G * step).sum())) < 0.5 * abs(slope):
            return new, new_J, new_G, g
        t *= 0.5
    return None

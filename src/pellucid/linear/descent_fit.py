"""Fitting a linear model step by step: by all rows, or by a few at a time.

Notes: §3.3, KE 113, Def 121
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.minimizer import minimize, resumable_descent
from pellucid.descent.objective import Objective
from pellucid.descent.stopping import Progress, SmallGradient, Steps, Stop
from pellucid.errors import ConvergenceWarning, HyperparameterError
from pellucid.linear.solvers.newton import Evidence
from pellucid.linear.solvers.stochastic_epochs import (
    StochasticState,
    balancing_scales,
    initial_state,
    train_epochs,
)

Array = NDArray[np.float64]
Watch = Callable[[Array], bool]
DEFAULT_STEP = 0.1


@dataclass(frozen=True)
class _Watched(Stop):
    """When a callback asks for it."""

    watch: Watch

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        return memory, "a callback asked to stop" if self.watch(progress.theta) else ""


def fit_by_descent(
    loss: Any, kind: str, B: Array, model: Any, watch: Watch | None = None
) -> tuple[Array, str, Evidence]:
    """Descent over all rows from B, with the rule, step size and bounds of the model.

    `model.walk_` is where it ended; a warm start goes on from there.

    Returns
    -------
    B, verdict, evidence
        As `newton.minimize` returns them.

    Notes: KE 113
    """
    shared: dict[str, Any] = {}

    def both(at: Array) -> tuple[float, Array]:
        if shared.get("at") is None or not np.array_equal(shared["at"], at):
            J, G, _ = loss.at(at)
            shared.update(at=np.array(at), both=(J, G))
        found: tuple[float, Array] = shared["both"]
        return found

    even = balancing_scales(loss, kind)
    objective = Objective(lambda C: both(even * C)[0], lambda C: even * both(even * C)[1])
    plain = model.rule == "gradient descent"
    eta = model.step_size
    if eta is None:
        eta = "line search" if plain else DEFAULT_STEP
    at_zero = float(np.linalg.norm(even * loss.at(np.zeros_like(B))[1]))
    kept = _kept(model, even, B)
    before = kept["steps"] if kept else 0
    stop: Stop = SmallGradient(model.tol * at_zero) | Steps(before + model.max_iter)
    if watch is not None:
        stop = stop | _Watched(lambda C: watch(even * C))
    start: Any = B / even
    if kept:
        start = resumable_descent(
            objective, kept["C"], kept["state"], before, kept["searched"], stop
        )
    found = minimize(objective, start, rule=model.rule, step_size=eta, stop=stop)
    state, steps, *_, searched = found.memory
    model.walk_ = {
        "rule": model.rule, "C": found.last, "state": state, "steps": steps, "searched": searched,
    }  # fmt: skip
    evidence = Evidence(
        found.values.tolist(), found.gradient_norms.tolist(), found.gradient_norm,
        iterations=found.steps - before,
    )  # fmt: skip
    verdict = "converged" if "‖∇J‖" in found.reason else "max_iter"
    if "callback" in found.reason:
        verdict = "stopped"
    if found.verdict == "diverging":
        verdict = "diverged"
    return np.asarray(even * found.last), verdict, evidence


def _kept(model: Any, even: Array, B: Array) -> dict[str, Any]:
    """What a warm start goes on with, bit for bit; nothing where rule, rows or θ have changed."""
    kept: dict[str, Any] = getattr(model, "walk_", {}) if model.warm_start else {}
    same = kept and kept["rule"] == model.rule and np.shape(kept["C"]) == B.shape
    return kept if same and np.allclose(even * kept["C"], B, rtol=1e-8, atol=1e-12) else {}


def fit_by_stochastic_epochs(
    loss: Any, kind: str, B: Array, model: Any, watch: Watch | None = None
) -> tuple[Array, str, Evidence]:
    """Epochs over shuffled rows; `model.standing_` is where they ended.

    Raises
    ------
    HyperparameterError
        For sparse rows.

    Notes: Def 121, Def 312
    """
    if loss.design.sparse:
        raise HyperparameterError(
            f"{type(model).__name__}: algorithm='stochastic' takes dense rows; sparse ones are "
            "fitted by 'newton', 'descent' or in closed form."
        )
    start = initial_state(model.rule, B / balancing_scales(loss, kind))
    kept = getattr(model, "standing_", None)
    if model.warm_start and kept is not None and np.shape(kept["C"]) == B.shape:
        start = StochasticState(kept["C"], kept["state"], kept["epochs"])
    B, verdict, evidence, standing = train_epochs(
        loss, kind, start, rule=model.rule, step_size=model.step_size,
        batch_size=model.batch_size, seed=model.random_state, max_iter=model.max_iter,
        tol=model.tol, watch=watch,
    )  # fmt: skip
    model.standing_ = {"C": standing.C, "state": standing.state, "epochs": standing.epochs}
    return B, verdict, evidence


def warn_unsettled(model: Any, verdict: str, evidence: Evidence) -> None:
    """Warn when the steps did not settle."""
    if verdict == "diverged":
        model.warn(
            f"J rose without end with step_size={model.step_size}: these parameters mean nothing. "
            "Divide the step size by ten, or leave it None.",
            ConvergenceWarning,
        )
    elif verdict == "max_iter":
        what = "epochs" if model.algorithm == "stochastic" else "steps"
        model.warn(
            f"stopped after {evidence.iterations:,} {what} with ‖∇J‖ = {evidence.decrement:.2g}. "
            f"Raise max_iter or tol, or choose another rule or step size.",
            ConvergenceWarning,
        )


def steps_statement(model: Any) -> str:
    """The algorithm of a model that was fitted step by step; nothing for another one."""
    algorithm = getattr(model, "algorithm", "")
    rows = {
        "newton": "One Newton step from zero: J is a quadratic.",
        "descent": "all rows",
        "stochastic": f"{getattr(model, 'batch_size', 0)} rows",
    }
    if model.solver_ == "newton" and algorithm == "newton":
        return rows["newton"]
    if model.solver_ not in ("descent", "stochastic"):
        return ""
    from pellucid.descent.rules import rule_named

    eta = "of its own" if model.step_size is None else f"η = {model.step_size}"
    return (
        f"Descent by {rows[model.solver_]} a step, rule {model.rule!r} "
        f"({rule_named(model.rule).text}), step size {eta}, on columns scaled to like curvature: "
        f"{model.n_iter_:,} {'epochs' if model.solver_ == 'stochastic' else 'steps'}."
    )

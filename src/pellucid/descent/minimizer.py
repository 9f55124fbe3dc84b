"""Descent: from a start, step after step against the gradient, until a rule says stop.

Notes: KE 102, KE 113, Def 106, Def 121, §3.0.3, §3.1.8, §3.2.2
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.descent.batches import Batches
from pellucid.descent.descent_result import Descent
from pellucid.descent.objective import Objective, as_objective
from pellucid.descent.pytree import Tree, arrays, dot, leaves, norm, tree_map
from pellucid.descent.rules import Rule, rule_named
from pellucid.descent.step_sizes import Constant, LineSearch, Shrinking, step_size_of
from pellucid.descent.stopping import Progress, SmallGradient, Steps, Stop
from pellucid.descent.verdict import RecentSteps, judge_descent
from pellucid.errors import FramingError, HyperparameterError, ShapeError

DEFAULT_STOP = Steps(1000) | SmallGradient(1e-6)
ROUNDING = 1e-12


def minimize(
    objective: Any,
    start: Any,
    *,
    rule: str | Rule = "gradient descent",
    step_size: Any = 0.1,
    stop: Stop = DEFAULT_STOP,
    batches: Batches | None = None,
    along: str = "all",
    gradient: Any = None,
    record: int = 1,
) -> Descent:
    """Descend from a start and tell how it went.

    Parameters
    ----------
    objective : Objective or callable θ -> float
        J.
    start : number, array, nested dicts, lists and tuples of these, or a Descent to go on with
        θ⁽⁰⁾. A Descent goes on with the bits of an uninterrupted run; `stop` counts all its steps.
    rule : str or Rule
        "gradient descent", "momentum", "adadelta", "adagrad", "adam", …
    step_size : number, function of t = 1, 2, …, "line search", "shrinking", "1/t", or a step size
        η.
    stop : Stop
        Rules joined by | and &.
    batches : Batches or None
        Points that each step looks at; None is all of them.
    along : {"all", "one axis"}
        All entries of θ move at once, or one after the other.
    gradient : callable, "central", "forward", "jax" or None
        ∇J, when `objective` is a function.
    record : int
        Keep θ, J and ‖∇J‖ every so many steps; 0 keeps the two ends and costs nothing.

    Returns
    -------
    Descent
        With the path, the reason for stopping, and a verdict; `explain()` tells it in words.

    Raises
    ------
    ShapeError
        When the gradient is not shaped as θ.
    HyperparameterError, FramingError
        When the parts do not fit together.

    Examples
    --------
    >>> found = minimize(lambda t: float((t - 1) ** 2), 5.0, step_size=0.25)
    >>> round(found.theta.item(), 5), found.verdict
    (1.0, 'converged')

    Notes: KE 113, §3.1.8
    """
    J, chosen, eta = as_objective(objective, gradient), rule_named(rule), step_size_of(step_size)
    _check_parts(J, chosen, eta, batches, along)
    if isinstance(eta, Shrinking):
        return _minimize_by_shrinking(J, start, chosen, eta, stop, along, record)
    run = _Run(J, chosen, eta, stop, batches, along, int(record))
    run.begin(start)
    reason = ""
    while not reason:
        reason = run.step()
    return run.told(reason)


@dataclass(frozen=True)
class DescentState:
    """Where a descent stands.

    Parameters
    ----------
    step : int
        t; 0 is the start.
    theta : tree
    value : float
        J(θ).
    gradient : tree
        ∇J(θ), of all points.
    reason : str
        Why the descent ends here; empty while it goes on.

    Notes: KE 113
    """

    step: int
    theta: Tree
    value: float
    gradient: Tree
    reason: str = ""


def descent_steps(
    objective: Any,
    start: Any,
    *,
    rule: str | Rule = "gradient descent",
    step_size: Any = 0.1,
    stop: Stop = DEFAULT_STOP,
    batches: Batches | None = None,
    along: str = "all",
    gradient: Any = None,
) -> Generator[DescentState, None, Descent]:
    """The same descent step by step: where it stands at the start and after each step.

    A step costs the same however many came before it. The generator returns the `Descent`.

    Parameters
    ----------
    objective, start, rule, step_size, stop, batches, along, gradient
        As for `minimize`; a shrinking step size tries whole descents, and has no steps to show.

    Yields
    ------
    DescentState
        The last one says why it ends.

    Raises
    ------
    HyperparameterError
        For step_size="shrinking", and as `minimize`.

    Examples
    --------
    >>> for here in descent_steps(lambda t: float(t**2), 4.0, step_size=0.25, stop=Steps(2)):
    ...     print(here.step, round(here.theta.item(), 6), round(here.value, 6), here.reason)
    0 4.0 16.0
    1 2.0 4.0
    2 1.0 1.0 2 steps were taken

    Notes: KE 113, §3.1.8
    """
    J, chosen, eta = as_objective(objective, gradient), rule_named(rule), step_size_of(step_size)
    _check_parts(J, chosen, eta, batches, along)
    if isinstance(eta, Shrinking):
        raise HyperparameterError(
            "A shrinking step size runs whole descents until one never lets J rise: call minimize."
        )
    run = _Run(J, chosen, eta, stop, batches, along, record=1)
    run.begin(start)
    reason = ""
    yield DescentState(run.t, run.theta, run.values[-1], run.gradients[-1])
    while not reason:
        reason = run.step()
        yield DescentState(run.t, run.theta, run.values[-1], run.gradients[-1], reason)
    return run.told(reason)


def resumable_descent(
    objective: Objective, theta: Tree, state: Any, steps: int, searched: float | None, stop: Stop
) -> Descent:
    """A descent as it stood, made of what was kept of it, to be gone on with by `minimize`.

    Parameters
    ----------
    objective : Objective
    theta : tree
        The last parameters.
    state : tree
        Of the update rule.
    steps : int
        Taken so far.
    searched : float or None
        The last step size of a line search.
    stop : Stop
        The rule that the further descent is given.

    Notes: §3.0.2
    """
    gradient = objective.gradient_at(theta)
    value, slope = float(objective.value(theta)), norm(gradient)
    memory = (state, steps, stop.start(), theta, RecentSteps(), searched)
    return Descent(
        theta, value, "", "under way", steps, slope, np.array([steps], dtype=np.intp), [theta],
        np.array([value]), np.array([slope]), "", "", last=theta, memory=memory,
        gradients=[gradient],
    )  # fmt: skip


def _check_parts(J: Objective, rule: Rule, eta: Any, batches: Batches | None, along: str) -> None:
    searched = isinstance(eta, LineSearch | Shrinking)
    if searched and (not rule.plain or batches is not None or along != "all"):
        raise HyperparameterError(
            f"A {eta} follows −∇J of all points: it goes with rule 'gradient descent', without "
            "batches, along all axes."
        )
    if batches is not None and (J.part is None or not J.points):
        raise FramingError(
            "Batches need an objective that is a mean over points: give it `points` and `part`, or "
            "build it with `model_objective`."
        )
    if batches is not None and batches.order != "replaced" and batches.size > J.points:
        raise HyperparameterError(
            f"Batches: {batches.size} different points a step, of {J.points} in all; K lies in "
            f"1…{J.points}."
        )
    if along not in ("all", "one axis"):
        raise HyperparameterError(f"along is 'all' or 'one axis'; got {along!r}.")


@dataclass
class _Run:
    """The moving parts of one descent."""

    J: Objective
    rule: Rule
    eta: Any
    stop: Stop
    batches: Batches | None
    along: str
    record: int
    before: Tree = None
    tail: RecentSteps = field(default_factory=RecentSteps)
    times: list[int] = field(default_factory=list)
    path: list[Tree] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    gradient_norms: list[float] = field(default_factory=list)
    gradients: list[Tree] = field(default_factory=list)

    def begin(self, start: Any) -> None:
        self.began = time.perf_counter()
        if isinstance(start, Descent):
            self.theta = start.last
            state, self.t, self.held, self.origin, self.tail, self.searched = start.memory
            self.state = state
            self.first_value = float(start.values[0])
            self.times, self.path = start.times.tolist(), list(start.path)
            self.values, self.gradient_norms = start.values.tolist(), start.gradient_norms.tolist()
            self.gradients = list(start.gradients)
        else:
            self.theta = arrays(start)
            self.state, self.t, self.held = self.rule.init(self.theta), 0, self.stop.start()
            self.origin, self.searched = self.theta, None
            self._fit(self._whole(self.theta))
            self.first_value = self._value(self.theta)
            self._keep(self.theta, self.first_value)

    def _value(self, theta: Tree) -> float:
        with np.errstate(all="ignore"):
            return float(self.J.value(theta))

    def _whole(self, theta: Tree) -> Tree:
        with np.errstate(all="ignore"):
            return self.J.gradient_at(theta)

    def _fit(self, g: Tree) -> None:
        found = {place: np.shape(leaf) for place, leaf in leaves(g)}
        for place, leaf in leaves(self.theta):
            if found.get(place) != np.shape(leaf):
                raise ShapeError(
                    f"The gradient at θ{place} has shape {found.get(place)}; θ{place} has "
                    f"{np.shape(leaf)}. A gradient is shaped as what it differentiates by."
                )

    def _slope(self) -> Tree:
        if self.batches is None:
            g = self._whole(self.theta)
        else:
            rows = self.batches.rows(self.t, self.J.points)
            with np.errstate(all="ignore"):
                g = self.J.batch_gradient_at(self.theta, rows)
            if self.batches.reduction == "sum":
                g = tree_map(lambda leaf: len(rows) * leaf, g)
        return _one_axis(g, self.t) if self.along == "one axis" else g

    def step(self) -> str:
        """One step; why to stop, or nothing."""
        self.t += 1
        old = self.theta
        g = self._slope()
        eta = self._line_search(g) if isinstance(self.eta, LineSearch) else self.eta(self.t)
        with np.errstate(all="ignore"):
            self.theta, self.state = self.rule.step(g, self.state, old, eta)
        looked = self.record or _is_power_of_two(self.t) or _is_power_of_two(self.t - 1)
        if looked and not self._look(old, g):
            return "θ or J overflowed"
        return self._asked(old, g)

    def _look(self, old: Tree, g: Tree) -> bool:
        """Take in the step; whether all is finite."""
        move = tree_map(lambda a, b: a - b, self.theta, old)
        turn, length = float("nan"), norm(move)
        if self.before is not None and self.batches is None and self.along == "all":
            sizes = length * norm(self.before)
            turn = dot(move, self.before) / sizes if 0 < sizes < np.inf else float("nan")
        self.before = move
        sampled = self.batches is not None and _is_power_of_two(self.t)
        slope = norm(self._whole(old) if sampled else g)
        away = norm(tree_map(lambda a, b: a - b, self.theta, self.origin))
        self.tail.update(self.t, slope, away, turn, lambda: self._value(self.theta))
        if self.record and self.t % self.record == 0:
            self._keep(self.theta, self._value(self.theta))
            if self.values[-1] == -np.inf or np.isnan(self.values[-1]):
                return False
        return bool(np.isfinite(away) and np.isfinite(slope))

    def _keep(self, theta: Tree, value: float) -> None:
        self.times.append(self.t)
        self.path.append(theta)
        self.values.append(value)
        self.gradients.append(self._whole(theta))
        self.gradient_norms.append(norm(self.gradients[-1]))

    def _asked(self, old: Tree, g: Tree) -> str:
        progress = Progress(
            self.t,
            self.theta,
            time.perf_counter() - self.began,
            lambda: self._value(self.theta),
            lambda: self._value(old),
            lambda: norm(g),
            lambda: norm(tree_map(lambda a, b: a - b, self.theta, old)),
        )
        self.held, reason = self.stop.check(self.held, progress)
        return reason

    def _line_search(self, g: Tree) -> float:
        search = self.eta
        eta = search.first if self.searched is None else 2 * self.searched
        here, promised = self._value(self.theta), dot(g, g)
        noise = 4 * np.finfo(np.float64).eps * abs(here)  # below it a fall cannot be seen
        for _ in range(search.halvings):
            moved = tree_map(lambda w, d, eta=eta: w - eta * d, self.theta, g)
            there = self._value(moved)
            if there <= here - search.share * eta * promised:
                break
            # Where rounding hides the fall, the gradient shows that the step does not overshoot.
            if there <= here + noise and dot(self._whole(moved), g) >= 0:
                break
            eta /= 2
        self.searched = eta
        return float(eta)

    def told(self, reason: str) -> Descent:
        best = self.stop.best(self.held)
        theta = self.theta if best is None else best
        end, slope = self._value(theta), norm(self._whole(theta))
        if not self.times or self.times[-1] != self.t:
            self._keep(self.theta, self._value(self.theta))
        memory = (self.state, self.t, self.held, self.origin, self.tail, self.searched)
        return Descent(
            theta, end, reason, self._verdict(theta, end, slope), self.t, slope,
            np.array(self.times, dtype=np.intp), self.path, np.array(self.values),
            np.array(self.gradient_norms), f"{self.rule.name}: {self.rule.text}", str(self.eta),
            self.J.text, self.J.latex, (), time.perf_counter() - self.began, self.theta, memory,
            self.gradients,
        )  # fmt: skip

    def _verdict(self, theta: Tree, end: float, slope: float) -> str:
        first = self.gradient_norms[0]
        still = self.t > 0 and slope <= 1e-2 * first and self._small_now(theta)
        settled = still or slope <= 1e-7 * (1 + abs(end)) or slope <= 1e-9 * first
        nearby = settled and _lower_or_flat(self._value, theta, end, slope)
        sampled = self.batches is not None
        return judge_descent(self.tail, self.first_value, end, settled, nearby, sampled)

    def _small_now(self, theta: Tree) -> bool:
        """Whether one more plain step would hardly change J."""
        if len(self.values) < 2:
            return False
        return abs(self.values[-1] - self.values[-2]) <= 1e-9 * (1 + abs(self.values[-1]))


def _is_power_of_two(t: int) -> bool:
    return t > 0 and t & (t - 1) == 0


def _one_axis(g: Tree, t: int) -> Tree:
    """The gradient with all entries zero but one, the next in turn."""
    sizes = [int(np.size(leaf)) for _, leaf in leaves(g)]
    at = (t - 1) % sum(sizes)
    begins = iter(np.cumsum([0, *sizes[:-1]]).tolist())

    def kept(leaf: Any) -> Any:
        begin = next(begins)
        out = np.zeros_like(np.asarray(leaf, dtype=np.float64))
        if begin <= at < begin + out.size:
            out.flat[at - begin] = np.asarray(leaf).flat[at - begin]
        return out

    return tree_map(kept, g)


def _lower_or_flat(
    value: Callable[[Tree], float], theta: Tree, current: float, slope: float, directions: int = 24
) -> bool:
    """Whether J is lower somewhere around θ, or the same all around."""
    rng = np.random.default_rng(0)
    length = 1e-3 * (1 + norm(theta))
    moved = False
    for _ in range(directions):
        d = tree_map(lambda leaf: rng.normal(size=np.shape(leaf)), theta)
        size = norm(d)
        for sign in (length / size, -length / size):
            there = value(tree_map(lambda w, e, s=sign: w + s * e, theta, d))
            if there < current - 3 * length * slope - ROUNDING * (1 + abs(current)):
                return True
            moved = moved or abs(there - current) > ROUNDING * (1 + abs(current))
    return not moved


@dataclass(frozen=True)
class _Rise(Stop):
    """When J rises."""

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        now, then = progress.value(), progress.previous_value()
        fell = now <= then + ROUNDING * (1 + abs(then))
        return memory, "" if fell else "J rose"


def _minimize_by_shrinking(
    J: Objective, start: Any, rule: Rule, search: Shrinking, stop: Stop, along: str, record: int
) -> Descent:
    """Constant step sizes, each half of the last, until one never lets J rise."""
    from dataclasses import replace

    eta, tried = search.first, []
    for _ in range(search.tries):
        found = minimize(
            J, start, rule=rule, step_size=Constant(eta), stop=_Rise() | stop, along=along,
            record=record,
        )  # fmt: skip
        if found.reason != "J rose" and found.verdict != "diverging":
            break
        tried.append(eta)
        eta /= 2
    return replace(found, step_sizes_tried=tuple(tried), step_size=f"{eta:g}, found by halving")

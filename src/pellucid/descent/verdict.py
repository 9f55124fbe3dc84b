"""How a descent went, judged from the tail of its path.

Notes: §3.1.5, §3.1.6, Theorem 103, Concept 104, Concept 107
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

VERDICTS = {
    "converged": "It settled at a minimum, or so near that the gradient tells no difference.",
    "oscillating": "Steps undo one another: the step size is too large to settle. Halve it.",
    "crawling": "It moves the same way at nearly the same pace: the step size is far too small, or "
    "the valley too long. Raise it, or take a rule with momentum.",
    "diverging": "J rises, and goes on rising: the step size is too large. Divide it by ten.",
    "unbounded below": "J falls without end: this is not a problem that has a minimum.",
    "saddle or flat": "The slope is zero, yet J is lower nearby or the same all around: a saddle, "
    "a peak or a plain. Start elsewhere.",
    "no finite minimiser": "J falls ever more slowly while θ grows without end: the least value is "
    "only reached at infinity. A regularizer gives a finite minimiser.",
    "under way": "It was stopped while still making progress.",
}


@dataclass
class RecentSteps:
    """What the last steps were like; kept whether or not a path is recorded.

    Parameters
    ----------
    first_gradient, last_gradient : float
        ‖∇J‖ at the start and at the end.
    turns : list of float
        Cosines between a step and the one before it.
    marks : dict of int to (float, float, float)
        (‖θ − start‖, ‖∇J‖, J) after 1, 2, 4, 8, … steps.
    """

    first_gradient: float = float("nan")
    last_gradient: float = float("nan")
    turns: list[float] = field(default_factory=list)
    marks: dict[int, tuple[float, float, float]] = field(default_factory=dict)

    def update(
        self, t: int, gradient: float, away: float, turn: float, value: Callable[[], float]
    ) -> None:
        """Take in step t; the value is only asked for after 1, 2, 4, 8, … steps."""
        if t == 1:
            self.first_gradient = gradient
        self.last_gradient = gradient
        if np.isfinite(turn):
            self.turns = [*self.turns[-19:], turn]
        if t & (t - 1) == 0:
            self.marks[t] = (away, gradient, value())


def judge_descent(
    tail: RecentSteps,
    start: float,
    end: float,
    settled: bool,
    lower_nearby: bool,
    sampled: bool = False,
) -> str:
    """One of `VERDICTS`.

    Parameters
    ----------
    tail : Tail
    start, end : float
        J at the start and at the end.
    settled : bool
        Whether a rule about the step, the gradient or the change of J stopped the descent, or the
        slope is as good as zero.
    lower_nearby : bool
        Whether J is lower, or no higher, at points around the end.
    sampled : bool
        Whether each step looked at a few points only, so that J also rises by chance.
    """
    scale = 1.0 + abs(start)
    if np.isnan(end):  # beyond the largest number: which way was it going?
        end = next((v for _, _, v in reversed(tail.marks.values()) if np.isfinite(v)), np.inf)
    if end > start + 1e-9 * scale and _rises(tail, start, end, sampled):
        return "diverging"
    if end < start - 1e9 * scale or _falls_faster(tail, start, end):
        return "unbounded below"
    growth = _by_growth(tail)
    if growth in ("no finite minimiser", "unbounded below"):
        return growth
    if settled:
        return "saddle or flat" if lower_nearby else "converged"
    if len(tail.turns) >= 4 and np.mean(tail.turns) < -0.5:
        return "oscillating" if sampled or not _swings_wider(tail, end) else "diverging"
    return growth


def _rises(tail: RecentSteps, start: float, end: float, sampled: bool) -> bool:
    """Whether J is still rising; a path that came down from a peak is not."""
    values = [tail.marks[t][2] for t in sorted(tail.marks)]
    if not np.isfinite([*values, end]).all():
        return True
    peak = max([*values, end])
    if end - start < 0.5 * (peak - start):
        return False  # it has come down from there
    if not sampled:
        return True
    last = [*values, end][-4:]
    return len(last) == 4 and bool(np.all(np.diff(last) >= 0)) and last[-1] > 2 * abs(last[0])


def _swings_wider(tail: RecentSteps, end: float) -> bool:
    """Whether J, perhaps after it fell at first, has risen over the last doublings of t."""
    last = [*(tail.marks[t][2] for t in sorted(tail.marks)[-3:]), end]
    return len(last) == 4 and bool(np.all(np.diff(last) > 1e-6 * abs(last[0])))


def _falls_faster(tail: RecentSteps, start: float, end: float) -> bool:
    """J falls and the gradient grows, all the way: a hill without a foot."""
    gradients = [g for _, g, _ in tail.marks.values() if np.isfinite(g)]
    grew = len(gradients) >= 5 and bool(np.all(np.diff(gradients) > 0))
    return grew and end < start and gradients[-1] > 10 * gradients[0]


def _by_growth(tail: RecentSteps) -> str:
    """From how far θ went in each doubling of the steps."""
    times = sorted(tail.marks)
    if len(times) < 5:
        return "under way"
    away = np.array([tail.marks[t][0] for t in times])
    slopes = np.array([tail.marks[t][1] for t in times])
    gone = np.diff(away)[-3:]
    steeper = slopes[-3:] / np.maximum(slopes[-4:-1], 1e-300)
    if (gone <= 0).any():
        return "under way"
    ratio = gone[1:] / gone[:-1]
    if np.allclose(steeper, 1.0, rtol=0, atol=1e-12) and (ratio > 1.6).all():
        return "unbounded below"  # a slope that never changes has no foot
    if (ratio > 1.6).all() and (steeper > 0.95).all():
        return "crawling"
    # Growth as log t: each doubling goes as far as the last, and halves the gradient.
    if ((ratio > 0.7) & (ratio < 1.4)).all() and ((steeper > 0.35) & (steeper < 0.7)).all():
        return "no finite minimiser"
    return "under way"

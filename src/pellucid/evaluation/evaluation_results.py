"""What evaluation finds out, as plain data: scores, candidates, learning curves, a diagnosis.

Notes: §2.7.13
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.picture_mixin import PictureMixin


@dataclass(frozen=True)
class Score:
    """Mean held-out loss over the chunks, with its standard error."""

    mean: float
    error: float
    chunks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """One model type tried: its cross-validated score at its best λ, and its whole λ path.

    `path` holds (λ, held-out score, mean training error) from small to large λ; empty where there
    is no λ. `rank` orders candidates from simple (0) upwards: within one standard error of the best
    the lowest rank wins. `readable` tells whether a person can follow its predictions. `value` is
    what was tuned instead of λ, such as the rounds of boosting. `parts` are those of a weighted
    average, each with its weight; empty for a model by itself. `parameters` is None where how many
    numbers are learned depends on the rows, as of curves and trees.
    """

    name: str
    model: str
    score: Score
    rank: int
    training: float
    parameters: int | None
    lam: float | None = None
    path: tuple[tuple[float, Score, float], ...] = ()
    seconds: float = 0.0
    rows: int = 0
    note: str = ""
    readable: bool = True
    value: float | None = None
    parts: tuple[tuple[Candidate, float], ...] = ()


@dataclass(frozen=True)
class LearningCurve(PictureMixin):
    """Training and held-out loss against the number of training rows (each: one Score a size)."""

    sizes: tuple[int, ...]
    training: tuple[Score, ...]
    held_out: tuple[Score, ...]


@dataclass(frozen=True)
class Diagnosis:
    """Structural against estimation error, in words and numbers (units of the loss).

    `structural` is what a larger sample would not cure (above `floor`, when a floor is known);
    `estimation` is what it would. `verdict` is one of "structural", "estimation", "balanced",
    "unclear".
    """

    verdict: str
    structural: float
    estimation: float
    words: str
    advice: tuple[str, ...] = ()

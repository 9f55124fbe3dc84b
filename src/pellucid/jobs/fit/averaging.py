"""Averages of the candidates: their weights from held-out answers, their loss from other chunks.

Notes: Def 85, Concept 87, §2.7
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from pellucid.evaluation.cross_validation import Folds, score_of
from pellucid.evaluation.evidence import Candidate
from pellucid.evaluation.training_and_test import COST_OF_UNKNOWN
from pellucid.jobs.fit.candidates import Recipe, named
from pellucid.wording import number

Array = NDArray[Any]
Held = tuple[Candidate, Array]  # a candidate, and its answers to the held-out rows
TENTHS = 10  # in which weights are given: few enough that chance has little to choose from
MOST_PARTS = 3
LOSSES_AVERAGED = ("square", "absolute", "nll", "nllm")
READABLE_RANK, BLACK_RANK = 5, 8


@dataclass(frozen=True)
class AverageRecipe(Recipe):
    """A weighted average as a recipe: each part with its λ and its weight."""

    parts: tuple[tuple[Recipe, float | None, float], ...] = ()
    amounts: bool = True

    def pipeline(
        self, seed: int, lam: float | None = None, codes: dict[str, str] | None = None
    ) -> Pipeline:
        """The table as it was read, and the parts, each with an encoder of its own."""
        from pellucid.additive import weighted_average as averages
        from pellucid.data.as_read import AsRead

        build = (
            averages.WeightedAverageRegressor
            if self.amounts
            else averages.WeightedAverageClassifier
        )
        model = build(
            [recipe.pipeline(seed, own, codes) for recipe, own, _ in self.parts],
            [weight for _, _, weight in self.parts],
            [recipe.name for recipe, _, _ in self.parts],
        )
        return Pipeline([("encoder", AsRead()), ("model", model)])


def recipe_of(problem: str, chosen: Candidate) -> Recipe:
    """The recipe of a candidate, with what was tuned set as it was chosen."""
    if not chosen.parts:
        recipe = named(problem, chosen.model)
        return replace(recipe, value=chosen.value) if chosen.value is not None else recipe
    return AverageRecipe(
        chosen.name,
        chosen.model,
        chosen.rank,
        lambda seed: None,  # its pipeline makes it, with the codes of the columns
        whole=True,
        readable=chosen.readable,
        parts=tuple((recipe_of(problem, part), part.lam, w) for part, w in chosen.parts),
        amounts=problem == "regression",
    )


def averages_of(held: Sequence[Held], y: Array, chunks: Folds, loss: str) -> list[Candidate]:
    """The average of readable candidates and that of all, where held-out rows are better for it.

    Parameters
    ----------
    held : sequence of (Candidate, ndarray)
        What was compared on these rows, and `answers_at` of each row while its chunk was held out.
    y : ndarray, shape (n,)
        Answers.
    chunks : sequence of (train rows, held-out rows)
        The chunks they were compared on.
    loss : str
        Evaluation criterion.

    Returns
    -------
    list of Candidate
        None, one or two; each has a lower held-out loss than every part of it. Its score in a chunk
        is that of weights found on the other chunks.

    Notes: Def 85, Clar 88
    """
    readable = [each for each in held if each[0].readable]
    found = [_average(some, y, chunks, loss) for some in (readable, held)]
    return list({each.model: each for each in found[::-1] if each is not None}.values())[::-1]


def _average(held: Sequence[Held], y: Array, chunks: Folds, loss: str) -> Candidate | None:
    if len(held) < 2 or loss not in LOSSES_AVERAGED:
        return None
    answers = np.array([each for _, each in held])
    known = np.isfinite(answers).all(axis=0)
    judged = []
    for _, held_out in chunks:
        others = known.copy()
        others[held_out] = False
        if not others.any():
            return None
        weights = tenths(answers[:, others], y[others], loss)
        judged.append(row_losses(weights @ answers[:, held_out], y[held_out], loss).mean())
    weights = tenths(answers[:, known], y[known], loss)
    score = score_of(judged)
    parts = [(c, float(w)) for (c, _), w in zip(held, weights, strict=True) if w > 0]
    if len(parts) < 2 or score.mean >= min(c.score.mean for c, _ in held):
        return None
    parts.sort(key=lambda part: -part[1])
    readable = all(c.readable for c, _ in parts)
    return Candidate(
        "average of " + ", ".join(f"{c.name} ({number(w)})" for c, w in parts),
        "readable-average" if readable else "average",
        score,
        READABLE_RANK if readable else BLACK_RANK,
        sum(w * c.training for c, w in parts),
        sum(c.parameters for c, _ in parts),
        seconds=sum(c.seconds for c, _ in parts),
        rows=parts[0][0].rows,
        note="training loss: the parts' own, averaged; that of the average is no higher",
        readable=readable,
        parts=tuple(parts),
    )


def tenths(answers: Array, y: Array, loss: str) -> NDArray[np.float64]:
    """Weights in tenths, of at most three parts, whose average has a low loss on these rows.

    Ten times the answer is added that lowers the loss of the average so far the most: the first is
    the best single one, and one that helps is added again.

    Parameters
    ----------
    answers : ndarray, shape (m, n)
        Answers of m hypotheses to n rows, as `answers_at` has them.
    y : ndarray, shape (n,)
        Right answers.
    loss : str
        One of `LOSSES_AVERAGED`.

    Returns
    -------
    ndarray, shape (m,)
        None negative, 1 together.

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 3.0])
    >>> tenths(np.array([y + 1, y - 1, y + 9]), y, "square")
    array([0.5, 0.5, 0. ])

    Notes: Def 85
    """
    counts = np.zeros(len(answers), dtype=np.intp)
    total = np.zeros(len(y))
    for round_ in range(TENTHS):
        full = np.count_nonzero(counts) >= MOST_PARTS
        losses = [
            np.inf if full and not counts[j] else _mean((total + mine) / (round_ + 1), y, loss)
            for j, mine in enumerate(answers)
        ]
        best = int(np.argmin(losses))
        counts[best] += 1
        total += answers[best]
    return counts / TENTHS


def _mean(answers: Array, y: Array, loss: str) -> float:
    return float(row_losses(answers, y, loss).mean())


def row_losses(answers: Array, y: Array, loss: str) -> NDArray[np.float64]:
    """Losses of rows from `answers_at`: (n,).

    Notes: KE 33, Def 148
    """
    if loss == "square":
        return np.asarray((answers - y) ** 2)
    if loss == "absolute":
        return np.asarray(np.abs(answers - y))
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(answers > 0, -np.log(answers), COST_OF_UNKNOWN))

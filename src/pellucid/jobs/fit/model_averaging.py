"""Averages of candidates: as judged on their held-out predictions.

Where the choice weighs what can be read, those that cannot be told apart, with equal weights; where
accuracy is preferred, all of them, with weights found on rows held out.

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
from pellucid.evaluation.evaluation_results import Candidate, Score
from pellucid.evaluation.training_and_test_error import row_losses
from pellucid.jobs.fit.candidate_choice import paired_difference
from pellucid.jobs.fit.candidates import recipe_named
from pellucid.jobs.fit.held_out_weights import WEIGHTED, held_out_weights, weights_of_chunks
from pellucid.jobs.fit.recipe import Recipe

Array = NDArray[Any]
MOST_PARTS = 4
LOSSES_AVERAGED = ("square", "absolute", "nll", "nllm")
READABLE_RANK, BLACK_RANK = 5, 8


@dataclass(frozen=True)
class EvaluatedCandidate:
    """A candidate with what its chunks found, so that nobody has to fit them again.

    `predictions` are `answers_at` of each compared row while its chunk was held out, or None;
    `fitted` those of the rows that were fitted on meanwhile, an array a chunk; `training` is the
    loss on these.
    """

    candidate: Candidate
    predictions: Array | None = None
    training: Score | None = None
    fitted: tuple[Array, ...] = ()


@dataclass(frozen=True)
class AverageRecipe(Recipe):
    """An average as a recipe: each part with its λ and its weight."""

    parts: tuple[tuple[Recipe, float | None, float], ...] = ()
    amounts: bool = True

    def pipeline(
        self, seed: int, lam: float | None = None, codes: dict[str, str] | None = None
    ) -> Pipeline:
        """The table as it was read, and the parts, each with an encoder of its own."""
        from pellucid.additive import weighted_average as averages
        from pellucid.data.passthrough import Passthrough

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
        return Pipeline([("encoder", Passthrough()), ("model", model)])


def recipe_of(problem: str, chosen: Candidate) -> Recipe:
    """The recipe of a candidate, with what was tuned set as it was chosen."""
    if not chosen.parts:
        recipe = recipe_named(problem, chosen.model)
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


def averages_of(
    evaluated: Sequence[EvaluatedCandidate], y: Array, chunks: Folds, loss: str
) -> list[EvaluatedCandidate]:
    """The average of readable candidates and that of all, where held-out rows are better for it.

    Averaged, with equal weights, are the best candidate and those within one paired standard error
    of it, at most four.

    Parameters
    ----------
    evaluated : sequence of EvaluatedCandidate
        What was compared on these rows, with its predictions.
    y : ndarray, shape (n,)
        Answers.
    chunks : sequence of (train rows, held-out rows)
        The chunks they were compared on.
    loss : str
        Evaluation criterion.

    Returns
    -------
    list of EvaluatedCandidate
        None, one or two; each has a lower held-out loss than every candidate it was made from.

    Notes: Def 85, Clar 88
    """
    readable = [each for each in evaluated if each.candidate.readable]
    found = [_average(some, y, chunks, loss) for some in (readable, evaluated)]
    return list({each.candidate.model: each for each in found[::-1] if each is not None}.values())[
        ::-1
    ]


def _average(
    evaluated: Sequence[EvaluatedCandidate], y: Array, chunks: Folds, loss: str
) -> EvaluatedCandidate | None:
    if len(evaluated) < 2 or loss not in LOSSES_AVERAGED:
        return None
    near = _near(evaluated)
    if len(near) < 2:
        return None
    equal = np.full(len(near), 1 / len(near))
    name = "average of " + " + ".join(each.candidate.name for each in near)
    readable = all(each.candidate.readable for each in near)
    model = "readable-average" if readable else "average"
    average = _judged(name, model, near, equal, [equal] * len(chunks), y, chunks, loss)
    return average if average.candidate.score.mean < near[0].candidate.score.mean else None


def weighted_average(
    evaluated: Sequence[EvaluatedCandidate], y: Array, chunks: Folds, loss: str
) -> EvaluatedCandidate | None:
    """The average of all candidates with the weights that rows held out call for.

    It is judged with weights found on the other chunks, so that no row has a say in its own loss.

    Parameters
    ----------
    evaluated, y, chunks, loss
        As `averages_of` takes them.

    Returns
    -------
    EvaluatedCandidate or None
        None where there is but one candidate, or but one is left with a weight.

    Notes: Def 85, Clar 88
    """
    if len(evaluated) < 2 or loss not in LOSSES_AVERAGED:
        return None
    answers = np.stack([np.asarray(each.predictions) for each in evaluated])
    judged = np.concatenate([out for _, out in chunks])
    weights = held_out_weights(answers[:, judged], y[judged], loss)
    parts = int((weights > 0).sum())
    if parts < 2:
        return None
    each_chunk = weights_of_chunks(answers, y, chunks, loss)
    name = f"weighted average of {parts} candidates"
    return _judged(name, WEIGHTED, evaluated, weights, each_chunk, y, chunks, loss)


def _judged(
    name: str, model: str, evaluated: Sequence[EvaluatedCandidate], weights: Array,
    each_chunk: Sequence[Array], y: Array, chunks: Folds, loss: str,
) -> EvaluatedCandidate:  # fmt: skip
    """An average, judged chunk by chunk with the weights of each."""
    answers, held_out, training = np.full(len(y), np.nan), [], []
    for at, ((train, out), mine) in enumerate(zip(chunks, each_chunk, strict=True)):
        answers[out] = mine @ np.stack([np.asarray(each.predictions)[out] for each in evaluated])
        fitted = mine @ np.stack([each.fitted[at] for each in evaluated])
        held_out.append(row_losses(answers[out], y[out], loss).mean())
        training.append(row_losses(fitted, y[train], loss).mean())
    by_weight = np.argsort(-weights, kind="stable")[: int((weights > 0).sum())]
    parts = [(evaluated[at].candidate, float(weights[at])) for at in by_weight]
    members = [part for part, _ in parts]
    readable, inside = all(c.readable for c in members), score_of(training)
    average = Candidate(
        name,
        model,
        score_of(held_out),
        READABLE_RANK if readable else BLACK_RANK,
        inside.mean,
        _all_parameters(members),
        seconds=sum(c.seconds for c in members),
        rows=members[0].rows,
        readable=readable,
        parts=tuple(parts),
    )
    return EvaluatedCandidate(average, answers, inside)


def _all_parameters(parts: Sequence[Candidate]) -> int | None:
    counts = [c.parameters for c in parts if c.parameters is not None]
    return sum(counts) if len(counts) == len(parts) else None


def _near(evaluated: Sequence[EvaluatedCandidate]) -> list[EvaluatedCandidate]:
    """The best, and those within one paired standard error of it, the best first."""
    ranked = sorted(evaluated, key=lambda each: each.candidate.score.mean)
    best = ranked[0].candidate
    found = ranked[:1]
    for each in ranked[1:]:
        behind, error = paired_difference(each.candidate, best)
        found += [each] if behind <= error else []
    return found[:MOST_PARTS]

"""Which candidate is taken, and why: the simplest within one paired standard error of the best.

Candidates meet the same chunks, so their losses rise and fall together; what tells two of them
apart is the spread of the *differences*, chunk by chunk.

Notes: Concept 87, Def 24
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.evaluation.evaluation_results import Candidate
from pellucid.formatting import number
from pellucid.jobs.fit.fit_result import require_preference
from pellucid.jobs.fit.held_out_weights import WEIGHTED
from pellucid.losses import LOSSES

# A simpler model may cost so much of the baseline's loss (of chances: twice that of the best's own)
# and no more, however uncertain the difference is.
GIVEN_UP = 0.01
CLEARLY = 2  # standard errors by which one candidate has to lead an average of all


def paired_difference(one: Candidate, other: Candidate) -> tuple[float, float]:
    """Mean of `one` less `other` over the chunks, and its standard error.

    Where the two were not judged on the same rows, the errors of both are put together.

    Examples
    --------
    >>> from pellucid.evaluation.evaluation_results import Score
    >>> a = Candidate("a", "a", Score(2.0, 1.0, (1.0, 3.0)), 1, 0.0, 1, rows=9)
    >>> b = Candidate("b", "b", Score(1.5, 1.0, (0.5, 2.5)), 2, 0.0, 1, rows=9)
    >>> paired_difference(a, b)
    (0.5, 0.0)

    Notes: Concept 87
    """
    mine, its = np.array(one.score.chunks), np.array(other.score.chunks)
    if one.rows != other.rows or len(mine) != len(its) or len(mine) < 2:
        apart = float(np.hypot(one.score.error, other.score.error))
        return one.score.mean - other.score.mean, apart
    difference = mine - its
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(difference)))


def choose(
    candidates: Sequence[Candidate],
    loss: str,
    *,
    prefer: str = "balanced",
    beside: Sequence[Candidate] = (),
    alone: str = "was asked for",
) -> tuple[Candidate, str]:
    """The candidate to take, and why, in a few sentences.

    Parameters
    ----------
    candidates : sequence of Candidate
        What may be taken.
    loss : str
        The loss they were judged by.
    prefer : str
        "balanced": a black box only where it beats the best readable candidate by more than one
        paired standard error; "readable": never; "accurate": the weighted average of all, or what
        has the lowest loss where that is clearly ahead.
    beside : sequence of Candidate
        Candidates that were only measured, as the baseline and the yardstick.
    alone : str
        What is said of a candidate where no other may be taken; see `said_of_one_alone`.

    Returns
    -------
    candidate, why

    Raises
    ------
    FramingError
        For another preference.

    Notes: Concept 87, Def 24
    """
    require_preference(prefer)
    everyone = [*candidates, *(c for c in beside if c not in candidates)]
    if len(candidates) == 1:
        only = candidates[0]
        return only, f"{_start(only.name)} {alone}.{_yardstick(only, everyone, loss)}"
    if prefer == "accurate":
        chosen, why = _most_accurate(candidates, everyone, loss)
        return chosen, (
            f"{why}; you preferred accuracy to being readable.{_yardstick(chosen, everyone, loss)}"
        )
    readable = [c for c in candidates if c.readable] or list(candidates)
    chosen, why = _simplest(readable, everyone, loss)
    black = min((c for c in candidates if not c.readable), key=lambda c: c.score.mean, default=None)
    if black is None or prefer == "readable" or black in readable:
        return chosen, why + _yardstick(chosen, everyone, loss)
    top = min(readable, key=lambda c: c.score.mean)
    gain, error = paired_difference(top, black)
    if gain <= max(error, _untold(loss, black)):
        return chosen, why + _ahead(black, gain, error) + _yardstick(chosen, everyone, loss)
    return black, (
        f"{_lowest(black, everyone, loss)}: better than the best readable candidate, {top.name} "
        f"({number(top.score.mean)}), by {number(gain)} ± {number(error, 2)} on the same chunks. "
        f"Given up for it: no weight and no curve of {_unreadable(black)} can be read. To have the "
        "readable one: --prefer readable."
    )


def _most_accurate(
    candidates: Sequence[Candidate], everyone: Sequence[Candidate], loss: str
) -> tuple[Candidate, str]:
    """The average with weights found on held-out rows, unless another is clearly ahead of it.

    Of many losses the lowest is lower than it should be, by chance; an average's own has no such
    choice behind it.
    """
    best = min(candidates, key=lambda c: c.score.mean)
    average = next((c for c in candidates if c.model == WEIGHTED), best)
    behind, error = paired_difference(average, best)
    lowest = _lowest(best, everyone, loss)
    if average is best:
        return best, lowest
    told = (
        f"{lowest}. {_start(average.name)}, with weights found on held-out rows, came "
        f"{number(behind)} ± {number(error, 2)} behind it on the same chunks"
    )
    if behind <= CLEARLY * error:
        within = "within two standard errors: the lowest of many losses is low by chance, too"
        return average, f"{told}, {within}. The average was taken"
    if behind <= _untold(loss, best):
        return average, f"{told}, {_too_little(best)}. The average was taken"
    return best, f"{told}, more than two standard errors"


def said_of_one_alone(asked: str, requested: int) -> str:
    """Why there is but one candidate to take.

    Parameters
    ----------
    asked : str
        What `--model` named; "auto" where it named nothing.
    requested : int
        How many candidates were compared of those that were asked for.

    Examples
    --------
    >>> said_of_one_alone("forest", 0)
    'was taken, since nothing that --model forest asks for could be compared'
    >>> said_of_one_alone("auto", 3)
    'was taken, since the time allowed left none to fit another'

    Notes: Concept 87
    """
    if requested > 1:
        return "was taken, since the time allowed left none to fit another"
    if asked == "auto":
        return "was taken, since nothing else could be compared"
    if requested == 1:
        return "was asked for"
    return f"was taken, since nothing that --model {asked} asks for could be compared"


def said_of_late_fits(late: Sequence[Candidate]) -> str:
    """A sentence on candidates that are not chosen among, since there is no time to fit them."""
    if not late:
        return ""
    names = ", ".join(each.name for each in late)
    return f"The time allowed left none to fit {names}; the choice was among the others. "


def _unreadable(black: Candidate) -> str:
    """What of a black box cannot be read: of an average, its black parts."""
    return " and ".join(part.name for part, _ in black.parts if not part.readable) or "it"


def _simplest(
    readable: Sequence[Candidate], everyone: Sequence[Candidate], loss: str
) -> tuple[Candidate, str]:
    """The lowest rank within one paired standard error of the best of them."""
    best = min(readable, key=lambda c: c.score.mean)
    base = next((c for c in everyone if c.rank == 0), best)
    amounts = loss in ("square", "absolute")
    most = GIVEN_UP * abs(base.score.mean) if amounts else 2 * GIVEN_UP * abs(best.score.mean)
    untold = _untold(loss, best)
    behind = {c.model: paired_difference(c, best) for c in readable if c is not best}
    near = [
        c
        for c in readable
        if c is best or behind[c.model][0] <= max(min(behind[c.model][1], most), untold)
    ]
    chosen = min(near, key=lambda c: (c.rank, c.score.mean))
    lowest = _lowest(best, everyone, loss)
    if chosen is best:
        simpler = [
            c for c in readable if c.rank < best.rank and behind[c.model][0] <= behind[c.model][1]
        ]
        if not simpler:
            return chosen, (
                f"{lowest}. No simpler candidate came within one standard error of it, chunk by "
                "chunk."
            )
        close = min(simpler, key=lambda c: c.score.mean)
        more, error = behind[close.model]
        return chosen, (
            f"{lowest}. {_start(close.name)} is simpler, but {number(more)} ± {number(error, 2)} "
            f"behind it on the same chunks: more than the {number(most, 2)} that being simpler may "
            "cost."
        )
    more, error = behind[chosen.model]
    within = "within one standard error" if more <= error else _too_little(best)
    return chosen, (
        f"{lowest}. {_start(chosen.name)} is simpler and only {number(max(more, 0.0))} ± "
        f"{number(error, 2)} behind it on the same chunks, {within}, so it is preferred."
    )


def _lowest(best: Candidate, everyone: Sequence[Candidate], loss: str) -> str:
    """That a candidate had the lowest loss, and of which candidates, where others had a lower."""
    lower = [c for c in everyone if c.score.mean < best.score.mean]
    said = f"had the lowest loss, {_figures(best, loss)}"
    if not lower:
        return f"{_start(best.name)} {said}"
    if best.readable and not any(c.readable for c in lower):
        return f"Of the readable candidates, {best.name} {said}"
    return f"Of the candidates asked for, {best.name} {said}"


def _ahead(black: Candidate, gain: float, error: float) -> str:
    """Why a black box that is ahead is not taken; nothing where it is not ahead."""
    if gain <= 0:
        return ""
    why = "no more than one standard error" if gain <= error else _too_little(black)
    hidden = f"of which {_unreadable(black)} cannot" if black.parts else "which cannot"
    return (
        f" {_start(black.name)}, {hidden} be read, came out ahead by {number(gain)} ± "
        f"{number(error, 2)}, {why}."
    )


def _untold(loss: str, judged: Candidate) -> float:
    """What n rows cannot tell of a log loss: who errs once in n rows errs in none of them often.

    By the rule of succession such a chance is 1 / (n + 2) however surely a model denies it.
    """
    return 1 / judged.rows if loss in ("nll", "nllm") and judged.rows else 0.0


def _too_little(judged: Candidate) -> str:
    """Of a difference of log losses below `_untold`."""
    n = judged.rows
    return f"less than {n:,} rows can tell (1 / {n:,} = {number(1 / n, 2)})"


def _yardstick(chosen: Candidate, everyone: Sequence[Candidate], loss: str) -> str:
    """What a black box reaches on the same chunks, beside the chosen model."""
    trees = [c for c in everyone if c.model.startswith(("trees", "small-trees"))]
    if not trees or chosen in trees:
        return ""
    black = min(trees, key=lambda c: c.score.mean)
    told = f" {'A' if chosen.readable else 'Another'} black box ({black.name})"
    base = next((c for c in everyone if c.rank == 0), None)
    if loss == "square" and base is not None and base.score.mean > 0:
        its, mine = (1 - c.score.mean / base.score.mean for c in (black, chosen))
        return f"{told} reaches R² {its:.3f} on the same chunks; this model {mine:.3f}."
    return (
        f"{told} has a loss of {number(black.score.mean)} on the same chunks; "
        f"this model {number(chosen.score.mean)}."
    )


def _figures(candidate: Candidate, loss: str) -> str:
    score = candidate.score
    return (
        f"{number(score.mean)} ± {number(score.error, 2)} ({LOSSES[loss].title} on held-out chunks)"
    )


def _start(name: str) -> str:
    return name[:1].upper() + name[1:]

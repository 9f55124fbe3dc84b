"""Structural against estimation error, from held-out and training losses and the λ path.

Rows never used cost more than rows fitted, by twice the estimation error or so: fitting pulls the
one below the risk of the best hypothesis allowed about as far as it lifts the other above it. So
half of the gap is estimation error, and the middle is structural error and noise.

Notes: Def 73, Def 75, Concept 77, Concept 78, §2.7
"""

from __future__ import annotations

from pellucid.evaluation.evidence import Candidate, Diagnosis, LearningCurve
from pellucid.wording import number

SMALL = 0.02  # of the baseline's loss: below this an error does not stand out
SAY = {
    "estimation": "What is left is mostly estimation error: more rows would help, a richer model "
    "would not.",
    "structural": "What is left is mostly structural error: this class of hypotheses cannot "
    "follow the data closer, and more rows alone would not help.",
    "balanced": "Neither error stands out: training and held-out loss nearly agree, and a richer "
    "class gains little.",
    "unclear": "The two errors cannot be told apart from these rows.",
}
ADVICE = {
    "estimation": ("Gather more rows.", "Drop columns that carry little."),
    "structural": ("Add features that bend (a polynomial basis).", "Ask for other columns."),
    "balanced": ("Look for better columns rather than for a better model.",),
    "unclear": ("Gather more rows, then look again.",),
}


def split_error(held_out: float, training: float) -> tuple[float, float]:
    """Held-out loss as (structural error and noise, estimation error).

    Parameters
    ----------
    held_out, training : float
        Mean losses of one fit, in units of the loss.

    Examples
    --------
    >>> split_error(1.2, 0.8)
    (1.0, 0.19999999999999996)

    Notes: Def 73, Def 75
    """
    estimation = max(held_out - training, 0.0) / 2
    return held_out - estimation, estimation


def diagnose(
    curve: LearningCurve | None, chosen: Candidate, baseline: float, richer: Candidate | None = None
) -> Diagnosis:
    """Say which error is left: structural (the class cannot) or estimation (the data cannot yet).

    Parameters
    ----------
    curve : LearningCurve or None
        Of the chosen candidate.
    chosen : Candidate
        What was chosen, with its λ path.
    baseline : float
        Held-out loss of the baseline: the scale on which "small" is judged.
    richer : Candidate or None
        The best more expressive candidate, if one was tried.

    Returns
    -------
    Diagnosis
        Estimation error is half of the gap between held-out and training loss; structural error
        is how far a richer class lowers the middle of the two. The words tell what the λ path
        and the learning curve add, and how sure this is.

    Notes: Def 73, Def 75, Concept 77, Concept 78
    """
    middle, estimation = split_error(chosen.score.mean, chosen.training)
    structural = 0.0
    if richer is not None:
        structural = max(middle - split_error(richer.score.mean, richer.training)[0], 0.0)
    verdict = _verdict(structural, estimation, max(abs(baseline), 1e-300), chosen.score.error)
    words = [SAY[verdict], _facts(chosen, estimation, structural, richer)]
    words += [_along_the_path(chosen), _with_more_rows(curve), _how_sure(chosen, richer)]
    return Diagnosis(
        verdict, structural, estimation, " ".join(w for w in words if w), _advice(verdict, chosen)
    )


def _verdict(structural: float, estimation: float, scale: float, spread: float) -> str:
    if max(structural, estimation) <= SMALL * scale:
        return "balanced"
    if abs(structural - estimation) < spread / 2:
        return "unclear"
    return "structural" if structural > estimation else "estimation"


def _facts(
    chosen: Candidate, estimation: float, structural: float, richer: Candidate | None
) -> str:
    held, inside = number(chosen.score.mean), number(chosen.training)
    facts = (
        f"Rows held out cost {held}, rows fitted {inside}: about {number(estimation)} of it is "
        "estimation error."
    )
    if richer is None:
        return f"{facts} No richer class was tried, so structural error is not measured."
    gain = f"removes {number(structural)}" if structural > 0 else "removes nothing"
    return f"{facts} The richer class “{richer.name}” {gain} of the rest."


def _along_the_path(chosen: Candidate) -> str:
    """What the penalty buys and what it costs: λ trades one error for the other."""
    if len(chosen.path) < 3 or chosen.lam is None:
        return ""
    least = chosen.path[0]
    saved = least[1].mean - chosen.score.mean
    lost = max(chosen.training - least[2], 0.0)
    if chosen.lam == least[0]:
        return (
            f"Along λ, the smallest tried ({number(chosen.lam)}) is the best: there is little "
            "estimation error for a penalty to hold back."
        )
    if saved > chosen.score.error:
        return (
            f"Along λ, {number(chosen.lam)} saves {number(saved)} on held-out rows against almost "
            f"no penalty, at a price of {number(lost)} on rows fitted: it holds estimation error "
            "back."
        )
    return (
        f"Along λ, held-out loss hardly differs between {number(least[0])} and "
        f"{number(chosen.lam)}: the penalty matters little here."
    )


def _with_more_rows(curve: LearningCurve | None) -> str:
    if curve is None or len(curve.sizes) < 2:
        return ""
    fall = curve.held_out[-2].mean - curve.held_out[-1].mean
    if fall <= curve.held_out[-1].error:
        return "The learning curve is flat by now: as many rows again would change little."
    return (
        f"The learning curve still falls: by {number(fall)} from {curve.sizes[-2]:,} to "
        f"{curve.sizes[-1]:,} rows."
    )


def _how_sure(chosen: Candidate, richer: Candidate | None) -> str:
    judged = [chosen] if richer is None else [chosen, richer]
    spread = max(c.score.error for c in judged)
    return f"These figures are sure to about ± {number(spread, 2)}, the spread over the chunks."


def _advice(verdict: str, chosen: Candidate) -> tuple[str, ...]:
    advice = ADVICE[verdict]
    if chosen.path and chosen.lam in (chosen.path[0][0], chosen.path[-1][0]):
        advice += ("The best λ lies at the end of the grid: widen it with --lams.",)
    return advice

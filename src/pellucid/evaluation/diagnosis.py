"""Structural against estimation error, from held-out and training losses and the λ path.

Rows never used cost more than rows fitted, by twice the estimation error or so: fitting pulls the
one below the risk of the best hypothesis allowed about as far as it lifts the other above it. So
half of the gap is estimation error, and the middle is structural error and noise.

Notes: Def 73, Def 75, Concept 77, Concept 78, §2.7
"""

from __future__ import annotations

from dataclasses import replace

from pellucid.evaluation.diagnosis_statements import DIAGNOSIS, DiagnosisFacts
from pellucid.evaluation.evaluation_results import Candidate, Diagnosis, LearningCurve
from pellucid.evaluation.statements import applicable_statements


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
        is how far a richer class lowers the middle of the two. Where both are small, a learning
        curve that still falls tells of estimation error. The words tell what the λ path and the
        curve add, and how sure this is.

    Notes: Def 73, Def 75, Concept 77, Concept 78
    """
    middle, estimation = split_error(chosen.score.mean, chosen.training)
    structural = 0.0
    if richer is not None:
        structural = max(middle - split_error(richer.score.mean, richer.training)[0], 0.0)
    facts = diagnosis_facts(curve, chosen, baseline, richer, estimation, structural)
    words = [each.text(facts) for each in applicable_statements(DIAGNOSIS, facts, "words")]
    advice = tuple(each.text(facts) for each in applicable_statements(DIAGNOSIS, facts, "advice"))
    return Diagnosis(facts.verdict, structural, estimation, " ".join(words), advice)


def diagnosis_facts(
    curve: LearningCurve | None,
    chosen: Candidate,
    baseline: float,
    richer: Candidate | None,
    estimation: float,
    structural: float,
) -> DiagnosisFacts:
    """The numbers on which every sentence of a diagnosis rests."""
    facts = DiagnosisFacts(
        held_out=chosen.score.mean,
        training=chosen.training,
        spread=max(c.score.error for c in (chosen, richer) if c is not None),
        baseline=baseline,
        estimation=estimation,
        structural=structural,
        chosen_spread=chosen.score.error,
    )
    if richer is not None:
        gain = chosen.score.mean - richer.score.mean
        facts = replace(facts, richer=richer.name, richer_model=richer.model, richer_gain=gain)
    if curve is not None and len(curve.sizes) > 1:
        facts = replace(
            facts,
            fall=curve.held_out[-2].mean - curve.held_out[-1].mean,
            fall_error=curve.held_out[-1].error,
            sizes=(curve.sizes[-2], curve.sizes[-1]),
        )
    if len(chosen.path) < 3 or chosen.lam is None:
        return facts
    first, last = chosen.path[0], chosen.path[-1]
    ends = chosen.path[:2] if chosen.lam == first[0] else chosen.path[:-3:-1]
    return replace(
        facts,
        lam=chosen.lam,
        lams=(first[0], last[0]),
        saved=first[1].mean - chosen.score.mean,
        lost=max(chosen.training - first[2], 0.0),
        end_step=ends[1][1].mean - ends[0][1].mean,
    )

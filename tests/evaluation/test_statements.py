"""No two sentences of a diagnosis contradict each other, whatever the numbers; each can be said."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pellucid.evaluation.diagnosis import diagnose, diagnosis_facts
from pellucid.evaluation.diagnosis_statements import DIAGNOSIS, NOTHING_LEFT, SMALL
from pellucid.evaluation.evaluation_results import Candidate, LearningCurve, Score
from pellucid.evaluation.statements import applicable_statements, contradictions

LAMS = (1e-6, 1e-3, 1.0, 100.0)


def drawn(seed: int) -> tuple[LearningCurve | None, Candidate, float, Candidate | None]:
    """Numbers of a fit, anywhere between useless and perfect."""
    rng = np.random.default_rng(seed)

    def loss() -> float:
        return float(rng.choice([0.0, 1e-4, 0.03, 1.0]) * rng.uniform(0.3, 3))

    def candidate(name: str, rank: int) -> Candidate:
        held = loss()
        spread = float(rng.choice([0.0, 0.01, 0.3]) * max(held, 1e-3))
        inside = held * float(rng.uniform(0, 1.2))
        at = int(rng.integers(4))
        path = tuple(
            (lam, Score(held + (abs(i - at) * loss() if i != at else 0), spread), inside)
            for i, lam in enumerate(LAMS)
        )
        has = rng.random() < 0.7
        lam = LAMS[at] if has else None
        return Candidate(name, name, Score(held, spread), rank, inside, 3, lam, path if has else ())

    chosen, richer = candidate("line", 1), candidate("bend", 2)
    curve = None
    if rng.random() < 0.7:
        ends = [Score(chosen.score.mean * float(rng.uniform(0.9, 2)), loss()) for _ in range(3)]
        curve = LearningCurve((10, 20, 40), tuple(ends), tuple(ends))
    base = max(loss(), 1e-3)
    return curve, chosen, base, richer if rng.random() < 0.6 else None


@given(st.integers(0, 10**9))
def test_no_two_sentences_contradict_each_other(seed: int) -> None:
    curve, chosen, base, richer = drawn(seed)
    found = diagnose(curve, chosen, base, richer)
    facts = diagnosis_facts(curve, chosen, base, richer, found.estimation, found.structural)
    said = applicable_statements(DIAGNOSIS, facts)
    assert not contradictions(said)
    assert sum("error left" in s.claims and s.part == "words" for s in said) == 1
    assert found.words == " ".join(s.text(facts) for s in said if s.part == "words")
    if "Much of what is left" in found.words:
        assert found.estimation > chosen.score.mean / 3
    if "Gather more rows." in found.advice:
        assert "would change little" not in found.words
    if richer is None:
        assert "that was tried gains" not in found.words
    if "the fall of the learning curve shows more" in found.words:
        assert facts.fall is not None
        assert facts.fall > found.estimation
    if "Neither error stands out" in found.words:
        assert max(found.structural, found.estimation) <= SMALL * base
        assert curve is None or curve.held_out[-2].mean - curve.held_out[-1].mean <= max(
            SMALL * base, curve.held_out[-1].error
        )
    if chosen.lam is None:
        assert "penalty" not in found.words


@given(st.integers(0, 10**9))
def test_the_facts_are_those_of_the_curve_the_path_and_the_two_candidates(seed: int) -> None:
    """Concept 77: each number that a sentence rests on, from what was measured."""
    curve, chosen, base, richer = drawn(seed)
    held, inside = chosen.score.mean, chosen.training
    found = diagnose(curve, chosen, base, richer)
    f = diagnosis_facts(curve, chosen, base, richer, found.estimation, found.structural)
    middle = (held + inside) / 2 if inside < held else held
    assert np.isclose(found.estimation, held - middle)
    assert (f.held_out, f.training, f.baseline) == (held, inside, base)
    assert f.spread == max(c.score.error for c in (chosen, richer) if c)
    if richer:
        below = richer.score.mean - diagnose(None, richer, base).estimation
        assert np.isclose(found.structural, max(middle - below, 0))
        assert (f.richer, f.richer_gain) == (richer.name, held - richer.score.mean)
    else:
        assert found.structural == 0 == f.structural_share
    assert f.gains == (richer is not None and found.structural > SMALL * base)
    assert f.structural_share == (found.structural / held if held > 0 else 0)
    assert f.nothing_left == (held <= NOTHING_LEFT * base)
    if curve:
        before, last = curve.held_out[-2:]
        assert (f.fall, f.fall_error, f.sizes) == (before.mean - last.mean, last.error, (20, 40))
    assert f.falls == (curve is not None and before.mean - last.mean > last.error)
    assert f.flat == (curve is not None and not f.falls)
    assert f.at_least_lam == (chosen.lam == LAMS[0])
    assert f.at_most_lam == (chosen.lam == LAMS[-1])
    if chosen.lam is not None:
        means = [score.mean for _, score, _ in chosen.path]
        assert (f.lam, f.lams, f.saved) == (chosen.lam, (LAMS[0], LAMS[-1]), means[0] - held)
        assert f.lost == max(inside - chosen.path[0][2], 0)
        steps = {True: means[1] - means[0], False: means[-2] - means[-1]}
        assert f.end_step == steps[f.at_least_lam]
    errors = found.structural, found.estimation
    if max(errors) <= SMALL * base:
        steep = curve is not None and f.falls and before.mean - last.mean > SMALL * base
        assert f.verdict == ("estimation" if steep else "balanced")
    elif abs(errors[0] - errors[1]) < chosen.score.error / 2:
        assert f.verdict == "unclear"
    else:
        assert f.verdict == ("structural" if errors[0] > errors[1] else "estimation")


def test_every_sentence_can_be_said_and_none_always_but_the_figures() -> None:
    counts: Counter[str] = Counter()
    for seed in range(3_000):
        curve, chosen, base, richer = drawn(seed)
        found = diagnose(curve, chosen, base, richer)
        facts = diagnosis_facts(curve, chosen, base, richer, found.estimation, found.structural)
        counts.update(s.name for s in applicable_statements(DIAGNOSIS, facts))
    assert set(counts) == {s.name for s in DIAGNOSIS}
    always = {name for name, times in counts.items() if times == 3_000}
    assert always == {"the two losses", "how sure"}

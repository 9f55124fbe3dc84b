"""What a fit says of itself: importance, intervals, weights; and that its sentences agree."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import Settings, fit_table, read_table
from pellucid.evaluation.statements import applicable_statements, contradictions
from pellucid.formatting import number
from pellucid.jobs.fit import model_inspection
from pellucid.jobs.fit.fit_result import Weight
from pellucid.jobs.fit.model_weights import opposed
from pellucid.jobs.fit.statements import ADVICE, FAR, RESULT, ResultFacts, result_findings


def table(seed: int = 0, n: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    strong, weak, noise = rng.normal(size=(3, n))
    place = rng.choice(["hill", "vale"], n)
    y = 50 + 10 * strong + 3 * weak + 5 * (place == "hill") + rng.normal(0, 4, n)
    return pd.DataFrame(
        {"noise": noise, "strong": strong * 7, "weak": weak, "place": place}
    ).assign(y=y, kind=np.where(y + rng.normal(0, 4, n) > 50, "yes", "no"))


def test_a_fit_looks_inside_its_model() -> None:
    result = fit_table(
        read_table(table().drop(columns="kind")), Settings("y", model="ridge", keep_test_out=True)
    )
    found = result.insight
    assert found is not None
    assert [i.column for i in found.importance[:1]] == ["strong"]
    assert {i.column for i in found.importance if i.sure} >= {"strong", "weak", "place"}
    assert found.importance[-1].column == "noise"
    line = next(d for d in found.dependence if d.column == "strong")
    slope = np.polyfit(line.values, line.mean[:, 0], 1)[0]
    assert slope == pytest.approx(10 / 7, rel=0.1)
    weight = next(w for w in result.weights if w.name == "strong")
    assert weight.per_unit == pytest.approx(slope)  # a line is its own partial dependence
    assert found.coverage is not None
    assert 0.7 < found.coverage <= 1
    assert found.width == pytest.approx(2 * 1.645 * 4, rel=0.3)
    assert "kind" not in {c for f in result.findings for c in f.columns}


def test_weights_of_two_classes_name_the_class_they_speak_for() -> None:
    result = fit_table(read_table(table().drop(columns="y")), Settings("kind", model="logistic"))
    strong = next(w for w in result.weights if w.name == "strong")
    assert (strong.output, strong.value > 0) == ("yes", True)
    found = result.insight
    assert found is not None
    along = next(d for d in found.dependence if d.column == "strong")
    assert along.mean.shape[1] == 1
    assert along.mean[-1, 0] > 0.8 > 0.2 > along.mean[0, 0]
    assert all(w.truth != w.predicted for w in found.worst[:1])


def test_a_leak_is_an_alarm_and_its_perfect_score_a_caution() -> None:
    leaking = table().assign(late=lambda t: t.y + np.where(t.kind == "yes", 900, 0))
    result = fit_table(read_table(leaking.drop(columns="y")), Settings("kind", model="logistic"))
    names = {f.name: f for f in result.findings}
    assert names["feature is the target"].columns == ("late",)
    assert names["nearly perfect by one column"].columns == ("late",)
    assert "Neither error stands out" not in result.diagnosis.words


def test_columns_that_cancel_are_told() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=200)
    X = np.column_stack([a, a + 0.05 * rng.normal(size=200), rng.normal(size=200)])
    weights = [Weight("a", 9.0, 9.0), Weight("b", -8.0, -8.0), Weight("c", -3.0, -3.0)]
    (finding,) = opposed(weights, ["a", "b", "c"], X)
    assert finding.columns == ("a", "b")
    assert opposed([Weight("a", 9.0, 9.0), Weight("b", 8.0, 8.0)], ["a", "b"], X[:, :2]) == []


def drawn(seed: int) -> ResultFacts:
    rng = np.random.default_rng(seed)
    base = float(rng.uniform(0.1, 10))
    test = base * float(rng.choice([0.0, 0.01, 0.3, 0.9, 1.2]) * rng.uniform(0.5, 1.5))
    held = test * float(rng.choice([1.0, rng.uniform(0, 3)]))
    top = float(rng.choice([np.nan, rng.uniform(0, 1.5)]))
    spread = base * float(rng.choice([0.0, 0.01, 0.2]))
    covered = float(rng.choice([0.5, 0.85, 0.9, 1.0])) if rng.random() < 0.5 else None
    return ResultFacts(
        test, spread, held, spread, base, int(rng.integers(1, 500)), top,
        top * float(rng.uniform(0, 1)), "x", covered, bool(rng.random() < 0.8),
        float(rng.uniform(0, 1)), str(rng.choice(["", "x = 5555 is above"])), spread / 2,
    )  # fmt: skip


@given(st.integers(0, 10**9))
def test_no_two_sentences_of_a_result_contradict_each_other(seed: int) -> None:
    facts = drawn(seed)
    said = applicable_statements(RESULT, facts)
    assert not contradictions(said)
    assert sum("test against cross-validation" in s.claims for s in said) == 1
    if "no better than the baseline" in {s.name for s in said}:
        promised = facts.held_out + facts.held_out_error < facts.baseline
        assert not promised or facts.distance > FAR
    for finding in result_findings(facts):
        assert finding.advice
        assert any(character.isdigit() for character in finding.message)


def test_every_sentence_of_a_result_can_be_said() -> None:
    counts: Counter[str] = Counter()
    for seed in range(3_000):
        counts.update(s.name for s in applicable_statements(RESULT, drawn(seed)))
    assert set(counts) == {s.name for s in RESULT}
    assert max(counts.values()) < 3_000
    assert set(ADVICE) == {s.name for s in RESULT if s.part != "words"}


def test_a_mistyped_cell_among_the_test_rows_is_named_and_not_called_chance() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.integers(18, 80, 300), "b": rng.normal(size=300)})
    frame["y"] = 0.1 * frame["age"] + frame["b"] + rng.normal(size=300)
    at = int(fit_table(read_table(frame), Settings("y", model="ridge")).split.test[0])
    frame.loc[at, "age"] = 5555
    result = fit_table(read_table(frame), Settings("y", model="ridge"))
    (said,) = (f for f in result.findings if f.name == "one row decides the test error")
    assert "age = 5,555 is above all of training" in said.message
    losses = (result.predictions - result.targets) ** 2
    others = np.sort(losses)[:-1].mean()
    assert f"Without it the test error is {number(others)};" in said.message
    assert result.insight is not None
    told = " ".join([*result.insight.sentences, *(f.message for f in result.findings)])
    assert "no further off than chance" not in told
    assert "do not tell the target" not in told


@pytest.mark.parametrize("model", ["least-squares", pytest.param("trees", marks=pytest.mark.slow)])
def test_the_strongest_of_many_columns_is_shuffled_wherever_it_stands(model: str) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(120, 70))
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(70)])
    frame["y"] = 5 * X[:, 69] + rng.normal(size=120)
    insight = fit_table(read_table(frame), Settings("y", model=model)).insight
    assert insight is not None
    assert insight.columns == 60
    assert insight.importance[0].column == "x69"


def test_of_many_columns_of_a_table_those_most_related_to_the_scores_are_shuffled() -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(40, 90))
    table = read_table(pd.DataFrame(X, columns=[f"x{i}" for i in range(90)]))
    strongest = model_inspection._related(table, X[:, [88]] - X[:, [77]], {}, list(table.names))
    assert {*strongest[:2]} == {"x77", "x88"}
    assert len(strongest) == model_inspection.MOST_COLUMNS

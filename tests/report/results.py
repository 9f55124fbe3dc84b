"""Synthetic results of a fit: every shape that a report must be able to show."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from pellucid.data.framing import Framing
from pellucid.data.splits import Split
from pellucid.evaluation.column_importance import Importance
from pellucid.evaluation.evaluation_results import Candidate, Diagnosis, LearningCurve, Score
from pellucid.evaluation.partial_dependence import Dependence
from pellucid.explanation import Explanation, Formula
from pellucid.findings import Finding
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.jobs.fit.fit_result import FitResult, Settings, Weight
from pellucid.jobs.fit.inspection_result import Insight, WorstRow

HOSTILE = "<script>alert(1)</script>"
LONG = "a_very_long_column_name_" * 12
ROWS = 60  # test rows
LOSSES = {"regression": "square", "several classes": "nllm"}


def _answers(problem: str, classes: tuple[str, ...]) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(3)
    if problem == "regression":
        truths = rng.normal(4_000, 500, ROWS)
        return truths, truths + rng.normal(0, 300, ROWS), None
    k = len(classes)
    if problem == "overlapping classes":
        truths = np.where(rng.random((ROWS, k)) < 0.4, 1.0, -1.0)
        chances = rng.random((ROWS, k))
        return truths, np.where(chances > 0.5, 1.0, -1.0), chances
    labels = np.array(classes)
    picked = np.arange(ROWS) % k
    chances = rng.dirichlet(np.ones(k), ROWS)
    chances[np.arange(ROWS), picked] += 0.7
    chances /= chances.sum(axis=1, keepdims=True)
    return labels[picked], labels[chances.argmax(axis=1)], chances


def _candidates() -> tuple[Candidate, ...]:
    path = tuple((lam, Score(0.3 + lam / 9, 0.02), 0.25 + lam / 9) for lam in (0.001, 0.1, 1.0))
    return (
        Candidate("baseline", "baseline", Score(0.9, 0.03), 0, 0.9, 1),
        Candidate("linear", "linear", Score(0.31, 0.02), 1, 0.26, 8, 0.1, path, 0.4, 240),
    )


def insight(problem: str, classes: tuple[str, ...], name: str = "width") -> Insight:
    """What a model does, for each shape of answer: numbers, one probability, several."""
    k = 1 if problem in ("regression", "two classes") else len(classes)
    rise = np.linspace(0, 1, 5)[:, None] * np.linspace(1, 0.2, k)
    kinds: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("numeric", (1.0, 2.0, 3.0, 4.0, 5.0)),
        ("category", (name, "b", "c", "d", "a very long category indeed")),
        ("date", tuple(f"2020-0{m}-01" for m in range(1, 6))),
    )
    return Insight(
        importance=(Importance(name, 0.4, 0.05, 1.3), Importance("depth", 0.01, 0.02, 0.02)),
        rows=ROWS,
        columns=2,
        dependence=tuple(
            Dependence(name, kind, values, rise, rise - 0.1, rise + 0.1, np.arange(5))
            for kind, values in kinds
        ),
        coverage=0.88 if problem == "regression" else None,
        width=900.0 if problem == "regression" else None,
        worst=(WorstRow(7, name, "b", 3.2, ((name, name),), f"{name} was not met in training"),),
        sentences=("Cross-validation had promised 0.31.",),
    )


def result(problem: str = "regression", classes: tuple[str, ...] = (), **changes: Any) -> FitResult:
    """A result of the given problem; `changes` replace its fields."""
    truths, guesses, chances = _answers(problem, classes)
    measures = ("square", "root mean square", "absolute", "R²")
    if problem != "regression":
        measures = ("zero-one", "accuracy", "nll", "nllm")
    tried = _candidates()
    made = FitResult(
        settings=Settings(target="answer"),
        source="table.csv",
        rows=300,
        columns=(ColumnSummary("width", "numeric", 2, True, "numbers"),),
        framing=Framing("answer", problem, LOSSES.get(problem, "nll"), classes, ("width",)),
        split=Split(np.arange(ROWS, 300), np.arange(ROWS), "Drawn at random."),
        findings=(
            Finding("drift", "alarm", "The order foretells the answer.", ("width",), "Look."),
        ),
        candidates=tried,
        chosen=tried[1],
        why="The lowest held-out loss.",
        machine=SimpleNamespace(model=SimpleNamespace(classes_=np.array(classes))),  # type: ignore[arg-type]
        training_error=0.26,
        test_error=0.32,
        interval=(0.25, 0.4),
        errors=dict.fromkeys(measures, 0.8),
        errors_baseline=dict.fromkeys(measures, 0.4),
        targets=truths,
        predictions=guesses,
        probabilities=chances,
        curve=LearningCurve(
            (40, 120, 240),
            (Score(0.1, 0.02), Score(0.2, 0.02), Score(0.26, 0.01)),
            (Score(0.6, 0.1), Score(0.4, 0.04), Score(0.31, 0.02)),
        ),
        diagnosis=Diagnosis("estimation", 0.2, 0.1, "More rows would help.", ("Add rows.",)),
        weights=(Weight("width", 1.5, 0.7, per_unit=0.5), Weight("depth", -0.2, -0.1)),
        insight=insight(problem, classes),
        offset=(0.5,),
        explanation=Explanation(
            "Linear", problem="A score.", hypothesis=Formula("θᵀx", r"\theta^T x")
        ),
    )
    return replace(made, **changes)


def hostile() -> FitResult:
    """Every name that comes from data is markup."""
    plain = result("two classes", (HOSTILE, "b"))
    return replace(
        plain,
        source=HOSTILE,
        settings=Settings(target=HOSTILE),
        framing=replace(plain.framing, target=HOSTILE, reasons=(HOSTILE,)),
        columns=(ColumnSummary(HOSTILE, "text", 0, False, HOSTILE),),
        findings=(Finding(HOSTILE, "caution", HOSTILE, (HOSTILE,), HOSTILE),),
        weights=(Weight(HOSTILE, 1.0, 1.0, HOSTILE),),
        insight=insight("two classes", (HOSTILE, "b"), HOSTILE),
        explanation=Explanation(HOSTILE, problem=HOSTILE, happened=((HOSTILE, HOSTILE),)),
    )


def all_results() -> dict[str, FitResult]:
    """Each result under its name."""
    costs = Settings(target="answer", costs={"no:yes": 1.0, "yes:no": 5.0})
    many = tuple(Weight(f"x{i}", 1 / (i + 1), 1 / (i + 1)) for i in range(3_000))
    tried = _candidates()
    unknown = replace(tried[0], score=Score(float("nan"), float("nan")), training=float("nan"))
    bare = replace(tried[1], path=(), lam=None)
    return {
        "regression": result(),
        "two classes": result("two classes", ("no", "yes"), settings=costs, threshold=1 / 6),
        "three classes": result("several classes", ("a", "b", "c")),
        "thirty classes": result("several classes", tuple(f"class {i:02}" for i in range(30))),
        "overlapping": result("overlapping classes", ("x", "y", "z")),
        "bare": result(
            candidates=(bare,), chosen=bare, curve=None, weights=(), findings=(), insight=None
        ),
        "nan": result(candidates=(unknown, tried[1]), test_error=float("nan")),
        "hostile": hostile(),
        "long": result(
            insight=insight("regression", (), LONG),
            weights=(Weight(LONG, 1.0, 0.5),),
            columns=(ColumnSummary(LONG, "numeric", 0, True),),
        ),
        "many weights": result(weights=many),
    }

"""Averages of candidates: their weights, their honest loss, and the machine that is kept."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import Settings, fit_table, load_model, read_table, save_model
from pellucid.data.splits import folds
from pellucid.evaluation.cross_validation import cross_validate, score_of, tune
from pellucid.evaluation.evaluation_results import Candidate
from pellucid.evaluation.training_and_test_error import row_losses
from pellucid.formatting import number
from pellucid.jobs.fit.fit_result import FitResult
from pellucid.jobs.fit.model_averaging import (
    MOST_PARTS,
    EvaluatedCandidate,
    averages_of,
)
from pellucid.linear.logistic_classifier import LogisticClassifier
from pellucid.linear.ridge import Ridge
from pellucid.linear.softmax_classifier import SoftmaxClassifier
from pellucid.report.common_parts import Drawer
from pellucid.report.weights_section import weights_section

KINDS = ("square", "absolute", "nll")


def answers_of(seed: int, m: int, n: int, loss: str) -> tuple[np.ndarray, np.ndarray]:
    """Answers of m hypotheses to n rows, and the right ones."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n)
    answers = y + rng.normal(size=(m, n)) * rng.uniform(0.1, 2, (m, 1))
    return (1 / (1 + np.exp(-answers)) if loss == "nll" else answers), y


def held_out(seed: int, m: int, loss: str) -> tuple[list[EvaluatedCandidate], np.ndarray]:
    answers, y = answers_of(seed, m, 60, loss)
    found = []
    for j, mine in enumerate(answers):
        chunks = [row_losses(mine[out], y[out], loss).mean() for _, out in folds(60, 5)]
        name = f"candidate {j}"
        score = score_of(chunks)
        of = Candidate(name, name, score, j, 0.0, 1, rows=60, readable=j % 2 == 0)
        fitted = tuple(mine[train] for train, _ in folds(60, 5))
        found.append(EvaluatedCandidate(of, mine, None, fitted))
    return found, y


@given(st.integers(0, 10_000), st.integers(1, 6), st.sampled_from(KINDS))
def test_an_average_is_named_only_where_rows_held_out_are_better_for_it(
    seed: int, m: int, loss: str
) -> None:
    held, y = held_out(seed, m, loss)
    for judged in averages_of(held, y, folds(60, 5), loss):
        found = judged.candidate
        parts = [part for part, _ in found.parts]
        assert found.score.mean < min(part.score.mean for part in parts)
        assert found.readable == all(part.readable for part in parts)
        assert all(part.name in found.name for part in parts)
        assert {weight for _, weight in found.parts} == {1 / len(parts)}
        assert len(parts) <= MOST_PARTS
        mean = np.mean([each.predictions for each in held if each.candidate in parts], axis=0)
        np.testing.assert_allclose(judged.predictions, mean)
        chunks = [row_losses(mean[out], y[out], loss).mean() for _, out in folds(60, 5)]
        np.testing.assert_allclose(found.score.chunks, chunks)
        assert judged.training is not None
        inside = [row_losses(mean[train], y[train], loss).mean() for train, _ in folds(60, 5)]
        np.testing.assert_allclose(judged.training.chunks, inside)
        assert found.training == judged.training.mean


@pytest.mark.parametrize("kind", ["amounts", "two", "three"])
def test_losses_of_held_out_answers_are_those_of_the_comparison(kind: str) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3))
    score = X[:, 0] + 0.5 * rng.normal(size=90)
    place = np.digitize(score, [0.0] if kind == "two" else [-0.5, 0.5])
    y = score if kind == "amounts" else np.array(["a", "b", "c"])[place]
    loss = {"amounts": "square", "two": "nll", "three": "nllm"}[kind]
    make = {"amounts": Ridge, "two": LogisticClassifier, "three": SoftmaxClassifier}[kind]
    chunks = folds(90, 5)
    tuned = tune(make(), X, y, [1e-3, 1.0], folds=chunks, loss=loss, keep=True)
    plain = cross_validate(make(lam=1.0), X, y, folds=chunks, loss=loss, keep=True)
    np.testing.assert_allclose(tuned.held_out[1], plain.held_out, rtol=1e-6)
    for score_, answers in zip(tuned.scores, tuned.held_out, strict=True):
        each = row_losses(answers, y, loss)
        np.testing.assert_allclose([each[out].mean() for _, out in chunks], score_.chunks)
    for score_, fitted in zip(tuned.training, tuned.fitted, strict=True):
        inside = [
            row_losses(mine, y[train], loss).mean()
            for mine, (train, _) in zip(fitted, chunks, strict=True)
        ]
        np.testing.assert_allclose(inside, score_.chunks)
    for mine, its in zip(tuned.fitted[1], plain.fitted, strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-6)


@lru_cache
def averaged() -> FitResult:
    """A bend, a corner and a slope: no kind of candidate has all of it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 5))
    three = np.sign(X[:, 0] * X[:, 1] * X[:, 2]) * (X[:, 4] > -1) * 0.5
    corner = 2 * (X[:, 0] > 0) * (X[:, 1] > 0)
    y = 1.2 * X[:, 3] + three + corner + X[:, 2] ** 2 + 0.5 * rng.normal(size=150)
    frame = pd.DataFrame(X, columns=list("abcde")).assign(y=y)
    return fit_table(read_table(frame), Settings("y"))


def test_an_average_is_explained_reported_and_saved_with_its_parts(tmp_path: Path) -> None:
    result = averaged()
    parts = result.chosen.parts
    assert len(parts) > 1
    assert min(c.score.mean for c in result.candidates) == result.chosen.score.mean
    drawer = Drawer()
    told, page = str(result.explanation), drawer.on(weights_section(result, drawer))
    for part, weight in parts:
        assert f"{number(weight)} · {part.name}" in told
        assert part.name in result.why
        assert part.name in page
    assert result.insight is not None
    assert result.insight.importance
    assert "intervals" in result.machine.training_facts
    save_model(result.machine, tmp_path / "model.pellucid")
    again = load_model(tmp_path / "model.pellucid")
    rows = pd.DataFrame(np.random.default_rng(1).normal(size=(9, 5)), columns=list("abcde"))
    assert (again.predict(rows) == result.machine.predict(rows)).all()

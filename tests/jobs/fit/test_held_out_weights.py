"""Weights found on rows held out: their gradient, their pull, and who has a say in them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import Settings, fit_table, load_model, read_table, save_model
from pellucid.data.splits import folds
from pellucid.evaluation.cross_validation import score_of
from pellucid.evaluation.evaluation_results import Candidate
from pellucid.evaluation.training_and_test_error import row_losses
from pellucid.formatting import number
from pellucid.jobs.fit.fit_result import FitResult
from pellucid.jobs.fit.held_out_weights import (
    LEAST_WEIGHT,
    PULL,
    WEIGHTED,
    average_objective,
    held_out_weights,
    weights_of_chunks,
)
from pellucid.jobs.fit.model_averaging import EvaluatedCandidate, weighted_average
from pellucid.report.common_parts import Drawer
from pellucid.report.weights_section import weights_section

SEEDS = st.integers(0, 10_000)
KINDS = st.sampled_from(["square", "absolute", "nll", "nllm"])
N = 60


def answers_of(seed: int, k: int, loss: str) -> tuple[np.ndarray, np.ndarray]:
    """Answers of k models, some far better than others, and the right ones."""
    rng = np.random.default_rng(seed)
    y = 3 + rng.normal(size=N)
    answers = y + rng.normal(size=(k, N)) * rng.uniform(0.1, 2, (k, 1))
    return (1 / (1 + np.exp(-answers)) if loss.startswith("nll") else answers), y


def in_jax(z: jax.Array, answers: np.ndarray, y: np.ndarray, loss: str) -> jax.Array:
    """The objective as its sentence says it."""
    average = jax.nn.softmax(z) @ answers
    held = {
        "square": lambda: jnp.mean((average - y) ** 2) / np.var(y),
        "absolute": lambda: jnp.mean(jnp.abs(average - y)) / np.mean(np.abs(y - np.median(y))),
    }.get(loss, lambda: -jnp.mean(jnp.log(average)))()
    return held + PULL * jnp.mean((z - jnp.mean(z)) ** 2)


@given(SEEDS, st.integers(2, 6), KINDS)
@settings(max_examples=40)
def test_the_objective_and_its_gradient_are_those_of_jax(seed: int, k: int, loss: str) -> None:
    answers, y = answers_of(seed, k, loss)
    z = np.random.default_rng(seed).normal(size=k)
    with jax.enable_x64():
        expected = jax.value_and_grad(in_jax)(jnp.asarray(z), answers, y, loss)
    value, slope = average_objective(z, answers, y, loss)
    np.testing.assert_allclose(value, expected[0], rtol=1e-9)
    np.testing.assert_allclose(slope, expected[1], rtol=1e-6, atol=1e-10)


@given(SEEDS, st.integers(2, 30), KINDS)
@settings(max_examples=40)
def test_weights_are_a_distribution_that_beats_equal_ones(seed: int, k: int, loss: str) -> None:
    answers, y = answers_of(seed, k, loss)
    weights = held_out_weights(answers, y, loss)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    kept = weights > 0
    dropped = held_out_weights(answers[kept], y, loss)
    z = np.log(weights[kept])
    found, slope = average_objective(z, answers[kept], y, loss)
    assert found <= average_objective(np.zeros(kept.sum()), answers[kept], y, loss)[0] + 1e-9
    if loss != "absolute":  # which has kinks
        np.testing.assert_allclose(slope, 0, atol=1e-4)
    if kept.all():
        np.testing.assert_allclose(dropped, weights, atol=1e-3)


def test_what_is_no_better_than_another_gets_no_more_and_the_useless_gets_nothing() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    good, useless = y + 0.5 * rng.normal(size=(2, 400)), 9 + rng.normal(size=400)
    twice = held_out_weights(np.stack([good[0], good[0], useless]), y, "square")
    np.testing.assert_allclose(twice, [0.5, 0.5, 0], atol=1e-3)
    two = held_out_weights(np.stack([*good, useless]), y, "square")
    assert two[2] == 0
    assert two[:2] == pytest.approx([0.5, 0.5], abs=0.1)
    assert min(two[two > 0]) >= LEAST_WEIGHT


def test_of_many_alike_none_is_left_out() -> None:
    y = np.arange(9.0)
    alike = held_out_weights(np.tile(y + 1, (30, 1)), y, "square")
    np.testing.assert_allclose(alike, 1 / 30)


def test_without_rows_the_weights_are_equal() -> None:
    np.testing.assert_allclose(held_out_weights(np.empty((4, 0)), np.empty(0), "square"), 0.25)


def test_a_row_that_no_model_gave_a_chance_costs_as_much_as_it_does_elsewhere() -> None:
    answers = np.array([[0.0, 0.5], [0.0, 0.9]])
    value, slope = average_objective(np.zeros(2), answers, np.array(["a", "b"]), "nllm")
    assert value == pytest.approx(row_losses(np.array([0.0, 0.7]), np.zeros(2), "nllm").mean())
    assert np.isfinite(slope).all()
    assert slope[0] > 0 > slope[1]
    tiny = np.array([[1e-9, 0.5], [2e-9, 0.5]])  # beyond what a row can cost nothing is gained
    assert (average_objective(np.zeros(2), tiny, np.array(["a", "b"]), "nllm")[1] == 0).all()


def test_where_all_answers_are_alike_their_own_loss_is_the_unit() -> None:
    value = average_objective(np.zeros(2), np.array([[1.0, 1.0], [2.0, 2.0]]), np.ones(2), "square")
    assert value[0] == 0.25


@given(SEEDS, KINDS, st.booleans())
@settings(max_examples=25)
def test_no_chunk_has_a_say_in_the_weights_it_is_judged_with(
    seed: int, loss: str, ordered: bool
) -> None:
    """Where rows have an order, no later chunk has one either."""
    answers, y = answers_of(seed, 3, loss)
    order = np.random.default_rng(seed).permutation(N) if ordered else None
    chunks = folds(N, 4, order=order)
    weights = weights_of_chunks(answers, y, chunks, loss)
    for at, (_, out) in enumerate(chunks):
        later = np.concatenate([rows for _, rows in (chunks[at:] if ordered else [chunks[at]])])
        other, changed = y.copy(), answers.copy()
        other[later] += 100
        if loss.startswith("nll"):
            changed[:, np.setdiff1d(later, out)] = 0.5
        again = weights_of_chunks(changed, other, chunks, loss)
        np.testing.assert_array_equal(again[at], weights[at])
    if ordered:
        np.testing.assert_allclose(weights[0], 1 / 3)


@given(SEEDS, st.integers(1, 6), KINDS, st.booleans())
@settings(max_examples=25)
def test_the_average_of_all_is_judged_by_what_it_said(
    seed: int, k: int, loss: str, ordered: bool
) -> None:
    answers, y = answers_of(seed, k, loss)
    chunks = folds(N, 5, order=np.arange(N) if ordered else None)
    rows = np.sort(np.concatenate([out for _, out in chunks]))
    held = []
    for j, mine in enumerate(answers):
        score = score_of([row_losses(mine[out], y[out], loss).mean() for _, out in chunks])
        of = Candidate(f"c{j}", f"c{j}", score, j, 0.1 * j, 1, rows=N, readable=j % 2 == 0)
        fitted = tuple(mine[train] + 0.1 * (1 - mine[train]) for train, _ in chunks)
        held.append(EvaluatedCandidate(of, mine, None, fitted))
    judged = weighted_average(held, y, chunks, loss)
    weights = held_out_weights(answers[:, rows], y[rows], loss) if k > 1 else np.ones(1)
    if (weights > 0).sum() < 2:
        assert judged is None
        return
    assert judged is not None
    found = judged.candidate
    given_to = {part.name: weight for part, weight in found.parts}
    assert given_to == pytest.approx({f"c{j}": w for j, w in enumerate(weights) if w > 0})
    assert list(given_to.values()) == sorted(given_to.values(), reverse=True)
    assert found.name == f"weighted average of {len(given_to)} candidates"
    assert found.readable == all(part.readable for part, _ in found.parts)
    mine = weights_of_chunks(answers, y, chunks, loss)
    said, training = np.full(N, np.nan), []
    for w, (train, out) in zip(mine, chunks, strict=True):
        said[out] = w @ answers[:, out]
        inside = w @ (answers[:, train] + 0.1 * (1 - answers[:, train]))
        training.append(row_losses(inside, y[train], loss).mean())
    np.testing.assert_allclose(judged.predictions, said)
    expected = [row_losses(said[out], y[out], loss).mean() for _, out in chunks]
    np.testing.assert_allclose(found.score.chunks, expected)
    assert judged.training is not None
    np.testing.assert_allclose(judged.training.chunks, training)
    assert found.training == judged.training.mean


@lru_cache
def fitted(kind: str) -> FitResult:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    score = X[:, 0] + (X[:, 1] > 0) * X[:, 2] + 0.5 * rng.normal(size=120)
    y = score if kind == "numbers" else np.array(["no", "yes"])[(score > 0).astype(int)]
    frame = pd.DataFrame(X, columns=list("abcd")).assign(y=y)
    return fit_table(read_table(frame), Settings("y", prefer="accurate"))


@pytest.mark.parametrize("kind", ["numbers", "classes"])
def test_who_prefers_accuracy_gets_it_explained_and_saved(kind: str, tmp_path: Path) -> None:
    result = fitted(kind)
    assert result.chosen.model == WEIGHTED
    assert "you preferred accuracy to being readable" in result.why
    assert not [c for c in result.candidates if c.parts and c is not result.chosen]
    assert result.curve is not None  # whose last size is that of the comparison
    assert result.curve.held_out[-1] == result.chosen.score
    assert result.curve.training[-1].mean == result.chosen.training
    drawer = Drawer()
    page = drawer.on(weights_section(result, drawer))
    for part, weight in result.chosen.parts:
        assert f"{number(weight)} · {part.name}" in " ".join(str(result.explanation).split())
        assert part.name in page
    np.testing.assert_allclose(result.machine.model.weights_, [w for _, w in result.chosen.parts])
    assert ("intervals" in result.machine.training_facts) is (kind == "numbers")
    save_model(result.machine, tmp_path / "model.pellucid")
    rows = pd.DataFrame(np.random.default_rng(1).normal(size=(9, 4)), columns=list("abcd"))
    again = load_model(tmp_path / "model.pellucid")
    assert list(again.predict(rows)) == list(result.machine.predict(rows))

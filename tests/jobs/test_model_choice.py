"""The choice among candidates: paired differences, preferences, budget, scales, rare classes."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import Settings, fit_table, load_model, read_table, save_model
from pellucid.data.framing import frame
from pellucid.data.splits import folds, without_singles
from pellucid.errors import FramingError, TooFewRowsError
from pellucid.evaluation.cross_validation import score_of
from pellucid.evaluation.deadline import Deadline, TimeLimitReached
from pellucid.evaluation.evaluation_results import Candidate
from pellucid.features.strongest_monomials import StrongestMonomials
from pellucid.formatting import number
from pellucid.jobs.fit.candidate_choice import choose, paired_difference
from pellucid.jobs.fit.candidate_comparison import chunks_of
from pellucid.jobs.fit.framed_rows import split_for
from pellucid.jobs.fit.held_out_weights import WEIGHTED
from pellucid.linear.transformed_target import TransformedTarget


def candidate(name: str, rank: int, chunks: list[float], readable: bool = True) -> Candidate:
    return Candidate(name, name, score_of(chunks), rank, 0.0, 1, rows=100, readable=readable)


BASE = candidate("mean", 0, [10.0] * 5)


def test_losses_that_rise_and_fall_together_are_told_apart() -> None:
    """The winner's own spread hides what the differences show."""
    hard = np.array([1.0, 9.0, 2.0, 8.0, 4.0])
    bent = candidate("bent", 2, list(hard))
    line = candidate("line", 1, list(hard + 0.5 + 0.01 * np.arange(5)))
    assert bent.score.error > 0.5
    assert choose([BASE, line, bent], "square")[0] is bent
    near = candidate("near", 1, list(hard + np.array([0.06, -0.05, 0.05, -0.06, 0.01])))
    assert choose([BASE, near, bent], "square")[0] is near


@given(st.lists(st.floats(0.1, 5.0), min_size=5, max_size=5), st.floats(0.0, 2.0))
def test_a_black_box_has_to_win_by_more_than_its_error(chunks: list[float], gain: float) -> None:
    line = candidate("line", 1, chunks)
    rng = np.random.default_rng(0)
    black = candidate(
        "trees", 7, list(np.array(chunks) - gain + 0.1 * rng.normal(size=5)), readable=False
    )
    behind, error = paired_difference(line, black)
    chosen, why = choose([BASE, line, black], "square")
    assert (chosen is black) == (behind > error and behind > 0)
    assert ("Given up" in why) == (chosen is black)
    assert choose([BASE, line, black], "square", prefer="readable")[0] is not black
    best = choose([BASE, line, black], "square", prefer="accurate")[0]
    assert best.score.mean == min(c.score.mean for c in (BASE, line, black))


def test_the_yardstick_stands_beside_what_was_asked_for() -> None:
    line = candidate("line", 1, [4.0] * 5)
    trees = candidate("trees", 7, [2.0] * 5, readable=False)
    chosen, why = choose([line], "square", beside=[BASE, line, trees])
    assert chosen is line
    assert "R² 0.800" in why
    assert "0.600" in why


def test_beside_a_black_box_the_yardstick_is_another() -> None:
    forest = candidate("forest", 7, [4.0] * 5, readable=False)
    trees = candidate("trees", 7, [2.0] * 5, readable=False)
    why = choose([forest], "square", beside=[BASE, forest, trees])[1]
    assert why.startswith("Forest was asked for. Another black box (trees) reaches R²")


@pytest.mark.parametrize(("loss", "base"), [("square", 0.9), ("square", 0.0), ("nll", 10.0)])
def test_the_yardstick_is_a_share_only_where_there_is_something_to_share(
    loss: str, base: float
) -> None:
    """R² of amounts that vary; of chances, and where the baseline loses nothing, the losses."""
    line = candidate("line", 1, [0.45] * 5)
    others = [candidate("mean", 0, [base] * 5), candidate("trees", 7, [0.09] * 5, readable=False)]
    why = choose([line], loss, beside=others)[1]
    shares = "R² 0.900 on the same chunks; this model 0.500" in why
    losses = "loss of 0.09 on the same chunks; this model 0.45" in why
    assert why.startswith("Line was asked for. A black box (trees)")
    assert (shares, losses) == ((True, False) if base == 0.9 else (False, True))


@given(
    loss=st.sampled_from(["square", "nll"]),
    part=st.sampled_from([-1.0, 0.5, 0.9, 1.1, 2.0]),
    best=st.floats(0.5, 8.0),
    same_rows=st.booleans(),
)
def test_a_simpler_model_costs_little_however_uncertain_the_difference_is(
    loss: str, part: float, best: float, same_rows: bool
) -> None:
    """A hundredth of the baseline's loss at the most; of chances, a fiftieth of the best's own."""
    behind = part * (0.1 if loss == "square" else best / 50)
    spread = np.array([1.0, -1.0, 1.0, -1.0, 0.0])  # an error that any difference is within
    bent = candidate("bent", 2, [best] * 5)
    line = replace(candidate("line", 1, list(best + behind + spread)), rows=100 if same_rows else 9)
    gap, error = paired_difference(line, bent)
    assert gap == pytest.approx(behind)
    assert error == pytest.approx(spread.std(ddof=1) / np.sqrt(5))
    assert choose([BASE, line, bent], loss)[0] is (line if part < 1 else bent)


# Chunks of 1,024ths, four of them: their means and differences are exact.
CHUNKS = st.lists(st.integers(0, 60).map(lambda v: v / 1_024), min_size=4, max_size=4)


@given(
    losses=st.lists(CHUNKS, min_size=2, max_size=5),
    readable=st.lists(st.booleans(), min_size=5, max_size=5),
    rows=st.sampled_from([20, 100, 1_000]),
    loss=st.sampled_from(["square", "nll"]),
    prefer=st.sampled_from(["balanced", "readable", "accurate"]),
)
@settings(max_examples=300)
def test_why_a_candidate_is_taken_holds_for_its_figures(
    losses: list[list[float]], readable: list[bool], rows: int, loss: str, prefer: str
) -> None:
    base = replace(candidate("mean", 0, [0.0625] * 4), rows=rows)
    others = [
        replace(candidate(f"c{i}", 1 + i, each, readable[i]), rows=rows)
        for i, each in enumerate(losses)
    ]
    chosen, why = choose([base, *others], loss, prefer=prefer)
    by_mean = sorted([base, *others], key=lambda c: c.score.mean)
    open_to_all = [c for c in by_mean if c.readable]
    told = 1 / rows if loss == "nll" else 0.0  # rows tell no smaller difference
    if not why.startswith("Of the"):
        least = [c.name for c in by_mean if c.score.mean == by_mean[0].score.mean]
        assert why.lower().startswith(tuple(least))
    if why.startswith("Of the readable candidates"):
        assert f"candidates, {open_to_all[0].name} had" in why
        assert not by_mean[0].readable
    best = open_to_all[0]
    behind, error = paired_difference(chosen, best)
    simpler = [c for c in open_to_all if c.rank < best.rank]
    near = [c for c in simpler if paired_difference(c, best)[0] <= paired_difference(c, best)[1]]
    assert ("No simpler candidate" not in why) or not near
    assert ("is simpler, but" not in why) or near
    assert ("within one standard error, so" not in why) or behind <= error
    assert ("rows can tell (1 / " not in why.split("came out")[0]) or error < behind <= told
    if not chosen.readable and prefer == "balanced":
        gain, error = paired_difference(best, chosen)
        assert gain > max(error, told)
    assert not ("came out ahead" in why and by_mean[0].readable)


@given(st.lists(CHUNKS, min_size=2, max_size=4), CHUNKS, st.sampled_from(["square", "nll"]))
def test_accuracy_is_the_average_of_all_unless_another_is_clearly_ahead(
    losses: list[list[float]], averaged: list[float], loss: str
) -> None:
    others = [candidate(f"c{i}", 1 + i, each) for i, each in enumerate(losses)]
    average = replace(candidate("all", 8, averaged, False), model=WEIGHTED)
    best = min([*others, average], key=lambda c: c.score.mean)
    behind, error = paired_difference(average, best)
    chosen, why = choose([*others, average], loss, prefer="accurate", beside=[BASE])
    told = 1 / best.rows if loss == "nll" else 0.0  # rows tell no smaller difference
    assert chosen is (average if behind <= max(2 * error, told) else best)
    if best is not average:
        assert why.startswith(f"{best.name.capitalize()} had the lowest loss")
        assert f"{number(behind)} ± {number(error, 2)} behind it" in why
    near = best is not average and behind <= 2 * error
    assert ("within two standard errors" in why) == near
    assert ("100 rows can tell" in why) == (2 * error < behind <= told)
    assert ("more than two standard errors" in why) == (chosen is not average)
    assert "you preferred accuracy to being readable" in why


def test_a_sure_lead_that_rows_cannot_tell_leaves_the_average_taken() -> None:
    trees = candidate("trees", 7, [0.001] * 5, readable=False)
    average = replace(candidate("all", 8, [0.004] * 5, False), model=WEIGHTED)
    chosen, why = choose([trees, average], "nll", prefer="accurate")
    assert chosen is average
    assert "All, with weights found on held-out rows, came 0.003 ± 0 behind it" in why
    assert "less than 100 rows can tell" in why
    assert choose([trees, average], "square", prefer="accurate")[0] is trees


def test_a_log_loss_below_what_rows_can_tell_is_no_reason() -> None:
    """One row in 1,000 that a model errs on costs more than it seemed to be ahead."""
    losses = {"line": [5e-4] * 5, "bent": [1e-4] * 5, "trees": [1e-6] * 5}
    line, bent, trees = (
        replace(candidate(name, rank, chunks, name != "trees"), rows=1_000)
        for rank, (name, chunks) in enumerate(losses.items(), start=1)
    )
    chosen, why = choose([BASE, line, bent, trees], "nll")
    assert chosen is line
    assert "less than 1,000 rows can tell (1 / 1,000 = 0.001), so it is preferred" in why
    assert "Trees, which cannot be read, came out ahead by 0.000099" in why
    assert choose([BASE, line, bent, trees], "square")[0] is trees
    average = replace(trees, name="average", model="average", parts=((line, 0.5), (trees, 0.5)))
    why = choose([BASE, line, average], "nll")[1]
    assert "Average, of which trees cannot be read, came out ahead by 0.000499" in why


def test_the_lowest_loss_is_that_of_those_asked_for_where_another_has_a_lower() -> None:
    forest, nearest, trees = (
        candidate(name, 7, [loss] * 5, readable=False)
        for name, loss in (("forest", 2.0), ("nearest", 3.0), ("trees", 1.0))
    )
    why = choose([forest, nearest], "square", beside=[BASE, trees])[1]
    assert why.startswith("Of the candidates asked for, forest had the lowest loss, 2 ± 0")
    assert choose([forest, nearest], "square", beside=[BASE])[1].startswith("Forest had the lowest")


def test_a_deadline_leaves_work_behind() -> None:
    stopped = []

    def work(going: object) -> None:
        for _ in range(200):
            time.sleep(0.01)
            try:
                going()  # type: ignore[operator]
            except TimeLimitReached:
                stopped.append(True)
                raise

    with pytest.raises(TimeLimitReached):
        Deadline(0.05).run(work)
    time.sleep(0.1)
    assert stopped
    with pytest.raises(ZeroDivisionError):
        Deadline(5.0).run(lambda going: 1 // 0)


def skewed(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 3, n)
    counts = rng.poisson(np.exp(x))
    return pd.DataFrame({"x": x, "noise": rng.normal(size=n), "y": counts})


def test_a_budget_ends_in_time_and_names_what_was_not_tried() -> None:
    begin = time.process_time()
    result = fit_table(read_table(skewed()), Settings("y", budget=0.5))
    assert time.process_time() - begin < 20
    found = [f for f in result.findings if f.name == "budget spent"]
    assert len(found) == 1
    assert "boosted" in found[0].message


@pytest.mark.parametrize("scale", ["log", "sqrt"])
def test_another_scale_answers_without_bias(scale: str) -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 2, (4_000, 1))
    u = 1 + x[:, 0] + 0.5 * rng.normal(size=4_000)
    y = np.exp(u) if scale == "log" else np.maximum(u, 0) ** 2
    machine = TransformedTarget(scale=scale).fit(x, y)
    assert machine.predict(x).mean() == pytest.approx(y.mean(), rel=0.02)
    assert (machine.predict(np.array([[-100.0]])) >= 0).all()


def test_counts_are_never_negative(tmp_path: object) -> None:
    result = fit_table(read_table(skewed()), Settings("y", model="ridge"))
    save_model(result.machine, f"{tmp_path}/m.pellucid")
    machine = load_model(f"{tmp_path}/m.pellucid")
    low = pd.DataFrame({"x": [-50.0], "noise": [0.0]})
    assert machine.predict(low)[0] == 0.0
    assert any(c.model.endswith("-log") for c in result.candidates)


def test_the_model_that_is_kept_knows_all_rows() -> None:
    table = read_table(skewed())
    whole = fit_table(table, Settings("y", model="least-squares"))
    left = fit_table(table, Settings("y", model="least-squares", keep_test_out=True))
    assert "all 200 rows" in whole.why
    assert "all 200 rows" not in left.why
    assert whole.test_error == left.test_error
    rows = skewed().head(9)
    assert (whole.machine.predict(rows) != left.machine.predict(rows)).any()


@given(st.integers(0, 1_000), st.integers(1, 4), st.integers(12, 40))
def test_the_only_row_of_a_class_is_always_learned_from(seed: int, singles: int, n: int) -> None:
    labels = np.array(["a"] * n + ["b"] * n + [f"s{i}" for i in range(singles)])
    pairs = without_singles(labels, folds(len(labels), 4, seed=seed, labels=labels))
    for train, held in pairs:
        assert set(labels[train]) == set(labels)
        assert not set(train) & set(held)
        assert len(train) + len(held) == len(labels)


@given(st.lists(st.integers(0, 12), min_size=6, max_size=40), st.integers(0, 100))
def test_rows_are_left_to_learn_from_and_to_judge_by_or_it_is_said(
    codes: list[int], seed: int
) -> None:
    labels = [f"c{code:02d}" for code in codes]
    table = read_table(pd.DataFrame({"x": np.arange(len(codes)) % 3, "y": labels}))
    asked = Settings("y", seed=seed, category=("y",))
    try:
        framing = frame(table, "y", problem="several classes")
        y = np.array(labels, dtype=object)
        split = split_for(y, asked, framing, {})
        chunks = chunks_of(y[split.train], asked, {})
    except (FramingError, TooFewRowsError):
        return
    assert len(split.test) > 0
    assert len(chunks) > 1
    assert all(len(train) and len(held) for train, held in chunks)


def test_a_target_whose_classes_are_single_rows_is_refused() -> None:
    rare = pd.DataFrame({"x": range(9), "y": ["b", *"acdefgh", "a"]}).assign(x=lambda f: f.x % 4)
    with pytest.raises(FramingError, match="7 of its 9 rows are the only ones of their class"):
        frame(read_table(rare, category=["y"]), "y")
    with pytest.raises(TooFewRowsError, match="too few share their class"):
        chunks_of(np.array(list("abcdef"), dtype=object), Settings("y"), {})


def test_classes_of_one_row_are_kept() -> None:
    rng = np.random.default_rng(0)
    rare = pd.DataFrame({"x": rng.normal(size=42), "y": ["a"] * 30 + ["b"] * 10 + ["c", "d"]})
    result = fit_table(read_table(rare), Settings("y", model="softmax"))
    assert [str(c) for c in result.machine.model.classes_] == ["a", "b", "c", "d"]
    assert any("1 row" in f.message for f in result.findings)


def test_the_strongest_products_are_found_where_all_would_be_too_many() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 60))
    y = X[:, 7] * X[:, 31] + X[:, 12] ** 2 + X[:, 0]
    names = StrongestMonomials(max_features=70).fit(X, y).get_feature_names_out().tolist()
    assert len(names) == 70
    assert {"x7·x31", "x12²"} <= set(names)

"""A target of few whole numbers: amounts or names, by the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris, load_wine

from pellucid import LogisticClassifier, Settings, fit_table, read_table
from pellucid.jobs.fit.framed_rows import framed_rows
from pellucid.jobs.fit.target_evidence import (
    FEWEST_ROWS,
    TargetEvidence,
    chances_of_amounts,
    frame_by_evidence,
    target_evidence,
)
from pellucid.jobs.on_blocks.check_any_size import check_any_size

ROWS = 300
CORNERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])


def named(codes: list[int], seed: int = 0) -> pd.DataFrame:
    """Four groups at the corners of a square, called by numbers in some order."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, len(CORNERS), ROWS)
    X = CORNERS[group] + rng.normal(size=(ROWS, 2))
    return pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "kind": np.array(codes)[group]})


def rated(values: int, noise: float, seed: int = 0) -> pd.DataFrame:
    """Whole numbers that rise with two columns."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(ROWS, 3))
    u = X[:, 0] - 0.5 * X[:, 1] + noise * rng.normal(size=ROWS)
    stars = np.searchsorted(np.quantile(u, np.arange(1, values) / values), u) + 1
    return pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "kind": stars})


@settings(max_examples=4)
@given(codes=st.permutations([1, 2, 3, 7]), seed=st.integers(0, 99))
def test_groups_that_lie_on_no_line_are_classes_whatever_their_numbers(
    codes: list[int], seed: int
) -> None:
    framing = frame_by_evidence(read_table(named(codes, seed)), "kind")
    assert framing.problem == "several classes"
    assert framing.classes == ("1", "2", "3", "7")


@settings(max_examples=4)
@given(values=st.integers(3, 9), noise=st.sampled_from([0.05, 0.5, 2.0]), seed=st.integers(0, 99))
def test_numbers_that_rise_with_the_columns_are_amounts(
    values: int, noise: float, seed: int
) -> None:
    assert frame_by_evidence(read_table(rated(values, noise, seed)), "kind").problem == "regression"


def test_a_target_that_no_column_tells_anything_of_stays_an_amount() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(ROWS, 4)), columns=list("abcd"))
    frame["kind"] = rng.integers(0, 5, ROWS)
    assert frame_by_evidence(read_table(frame), "kind").problem == "regression"


def test_real_classes_given_as_numbers() -> None:
    wine = load_wine(as_frame=True).frame
    found = frame_by_evidence(read_table(wine), "target")
    assert found.problem == "several classes"
    assert found.classes == ("0", "1", "2")
    # Iris lies on a line: the three kinds follow one another along every column.
    assert frame_by_evidence(read_table(load_iris(as_frame=True).frame), "target").problem == (
        "regression"
    )


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "several classes"),
        ({"problem": "regression"}, "regression"),
        ({"loss": "absolute"}, "regression"),
        ({"problem": "several classes"}, "several classes"),
        ({"model": "ridge"}, "regression"),
        ({"model": "softmax"}, "several classes"),
    ],
)
def test_what_is_said_decides(said: dict[str, str], problem: str) -> None:
    table = read_table(named([0, 1, 2, 3]))
    _, framing, _ = framed_rows(table, Settings("kind", **said))
    assert framing.problem == problem
    assert ("and they name classes" in framing.reasons[0]) is (not said)


@pytest.mark.parametrize("model", ["trees", "forest", "curves"])
def test_a_model_of_both_kinds_leaves_it_to_the_rows(model: str) -> None:
    for frame, problem in ((named([0, 1, 2, 3]), "several classes"), (rated(5, 0.5), "regression")):
        _, framing, _ = framed_rows(read_table(frame), Settings("kind", model=model))
        assert framing.problem == problem


def test_the_reason_holds_the_figures_and_the_way_out() -> None:
    names = frame_by_evidence(read_table(named([0, 1, 2, 3])), "kind").reasons[0]
    assert "holds only 4 whole numbers, and they name classes" in names
    assert names.endswith("If they are amounts, say so: --problem regression.")
    amounts = frame_by_evidence(read_table(rated(5, 0.5)), "kind").reasons[0]
    assert "holds only 5 whole numbers and is taken as an amount: a score for each" in amounts
    assert amounts.endswith("If they name classes, say so: --category kind.")


def test_the_figures_are_losses_on_held_out_rows() -> None:
    frame = named([0, 1, 2, 3])
    found = target_evidence(read_table(frame[["a", "b"]]), frame["kind"].to_numpy(float))
    assert found is not None
    shares = frame["kind"].value_counts(normalize=True)
    assert found.baseline == pytest.approx(-(shares * np.log(shares)).sum(), rel=0.01)
    assert found.gain == pytest.approx(found.amounts - found.names)
    assert 0 < found.names < found.amounts < found.baseline


def test_chances_of_amounts_are_the_softmax_that_may_rise_by_one_slope() -> None:
    """Two values leave a softmax no other freedom, so that the classifier is an oracle."""
    rng = np.random.default_rng(0)
    u = rng.normal(size=200)
    y = (u + rng.normal(size=200) > 0).astype(float) + 4
    free = LogisticClassifier(1e-9).fit(u[:, None], y.astype(int).astype(str))
    found = chances_of_amounts(u, y)(u)
    assert found == pytest.approx(free.predict_proba(u[:, None]), abs=2e-3)


def test_chances_of_amounts_do_not_depend_on_the_unit_and_mean_what_was_met() -> None:
    frame = rated(5, 0.5)
    u, y = frame["a"].to_numpy(), frame["kind"].to_numpy(float)
    found = chances_of_amounts(u, y)(u)
    assert chances_of_amounts(1e3 * u + 7, y)(1e3 * u + 7) == pytest.approx(found, abs=1e-4)
    assert found.sum(axis=1) == pytest.approx(np.ones(ROWS))
    assert found.mean(axis=0) == pytest.approx(np.full(5, 0.2), abs=2e-3)  # free offsets
    order = np.argsort(u)
    assert (np.diff(found[order] @ np.arange(5)) > -1e-9).all()


@pytest.mark.parametrize(
    ("gain", "error", "are_names"),
    [(0.5, 0.1, True), (0.5, 0.3, False), (0.07, 0.001, False), (-0.5, 0.1, False)],
)
def test_names_need_a_gain_that_is_large_and_beyond_doubt(
    gain: float, error: float, are_names: bool
) -> None:
    assert TargetEvidence(1.0, 0.9, 0.9 - gain, gain, error).are_names is are_names


def test_few_rows_decide_nothing() -> None:
    frame = named([0, 1, 2, 3]).head(FEWEST_ROWS - 1)
    assert target_evidence(read_table(frame[["a", "b"]]), frame["kind"].to_numpy(float)) is None
    framing = frame_by_evidence(read_table(frame), "kind")
    assert framing.problem == "regression"
    assert "is taken as an amount. If they name classes" in framing.reasons[0]


def test_rows_without_a_target_and_values_met_once_do_not_disturb() -> None:
    frame = named([0, 1, 2, 3])
    frame["kind"] = frame["kind"].astype(float)
    frame.loc[[3, 5], "kind"] = np.nan
    frame.loc[7, "kind"] = 8.0
    found = frame_by_evidence(read_table(frame), "kind")
    assert found.problem == "several classes"
    assert found.classes == ("0", "1", "2", "3", "8")


def test_fit_and_check_read_the_target_alike(tmp_path) -> None:
    frame, file = named([5, 1, 3, 2]), tmp_path / "kinds.csv"
    frame.to_csv(file, index=False)
    checked = check_any_size(
        str(file), "kind", {}, lambda stage, done: None, test=0.2, seed=0
    ).framing
    result = fit_table(read_table(frame), Settings("kind", model="curves"))
    assert checked is not None
    assert result.framing.problem == checked.problem == "several classes"
    assert result.framing.reasons == checked.reasons
    guesses = result.machine.predict(frame.drop(columns="kind"))
    assert set(guesses) <= {"1", "2", "3", "5"}
    assert (guesses == frame["kind"].astype(str)).mean() > 0.9


@pytest.mark.parametrize("name", ["rownames", "Unnamed: 0", "id"])
def test_the_place_of_a_row_does_not_decide(name: str) -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=1_000)
    kind = np.minimum(rng.poisson(0.12 * np.exp(a)), 6)  # most are 0
    table = pd.DataFrame({"a": a, "kind": kind}).sort_values("kind", ignore_index=True)
    places = np.sort(rng.choice(2_000, 1_000, replace=False))
    numbered = table.assign(**{name: places})
    for found in (frame_by_evidence(read_table(t), "kind") for t in (table, numbered)):
        assert found.problem == "regression"
        assert any("amount" in reason for reason in found.reasons)
    alone = frame_by_evidence(read_table(numbered[[name, "kind"]]), "kind")
    assert alone.problem == "regression"

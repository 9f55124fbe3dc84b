"""Leaks: planted kinds are named on any table, clean tables raise none; repeats against chance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata
from sklearn import datasets

from pellucid.data import frame, read_table, split_rows
from pellucid.evaluation.assumptions import check_assumptions
from pellucid.evaluation.duplicate_rows import expected_repeats, repeated_rows
from pellucid.evaluation.leaks.leak_findings import find_leaks
from pellucid.evaluation.leaks.relations import (
    correlation,
    intervals_of,
    inversions,
    purity,
    unexplained,
    unexplained_of_each,
)
from pellucid.findings import Finding

PENGUINS = Path(__file__).parents[2] / "examples" / "penguins.csv"


def clean(seed: int, n: int = 300) -> pd.DataFrame:
    """A noisy table of mixed columns: nothing tells the target `amount`, or the class `kind`."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)) * rng.uniform(0.5, 20, 4) + rng.uniform(-5, 50, 4)
    place = rng.choice(["north", "south", "east"], n)
    signal = (X - X.mean(axis=0)) / X.std(axis=0) @ rng.normal(size=4) + (place == "north")
    noisy = signal + rng.normal(size=n) * signal.std() * rng.uniform(0.3, 2)
    kinds = np.where(noisy > np.quantile(noisy, rng.uniform(0.2, 0.8)), "yes", "no")
    swap = rng.random(n) < 0.05
    kinds = np.where(swap, np.where(kinds == "yes", "no", "yes"), kinds)
    return pd.DataFrame(X, columns=list("abcd")).assign(
        place=place, amount=np.round(np.exp(noisy / noisy.std()) * 40, 1), kind=kinds
    )


def found(table: pd.DataFrame, target: str, drop: tuple[str, ...] = ()) -> list[Finding]:
    read = read_table(table.drop(columns=list(drop)))
    return find_leaks(read, frame(read, target))


Plant = Callable[[pd.DataFrame, np.random.Generator], tuple[pd.DataFrame, str, set[str]]]


def log_of_target(t: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, str, set[str]]:
    return t.assign(leak=np.log(t.amount)), "amount", {"leak"}


def positive_where_yes(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    hours = np.where(t.kind == "yes", rng.integers(1, 60, len(t)), 0)
    return t.assign(leak=hours), "kind", {"leak"}


def number_behind_the_class(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    bands = np.digitize(t.amount, np.quantile(t.amount, [0.3, 0.7]))
    return t.assign(grade=np.array(["C", "A", "B"])[bands]), "grade", {"amount"}


def mean_of_two(t: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, str, set[str]]:
    u, v = np.round(rng.normal(60, 12, (2, len(t))))
    return t.assign(u=u, v=v, y=np.round((u + v) / 2)), "y", {"u", "v"}


def sum_of_two(t: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, str, set[str]]:
    u, v = rng.poisson(9, len(t)), rng.poisson(90, len(t))
    return t.assign(u=u, v=v, y=u + v), "y", {"u", "v"}


def value_beside_its_sign(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    today = np.round(rng.normal(0, 1, len(t)), 2)
    return t.assign(leak=today, y=np.where(today >= 0, "Up", "Down")), "y", {"leak"}


def ratio(t: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, str, set[str]]:
    u, v = np.round(np.exp(rng.normal(3, 0.6, (2, len(t)))) + 1)
    return t.assign(u=u, v=v, y=np.round(u / v, 2)), "y", {"u", "v"}


def sign_of_a_difference(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    u, v = rng.poisson(3, (2, len(t)))
    y = np.array(["away", "draw", "home"])[np.sign(u - v) + 1]
    return t.assign(u=u, v=v, y=y), "y", {"u", "v"}


def code_of_the_class(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    code = [f"{'X' if k == 'yes' else 'Q'}{rng.integers(8)}" for k in t.kind]
    return t.assign(leak=code), "kind", {"leak"}


def filled_in_by_the_answer(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    late = np.where(t.kind == "yes", rng.normal(30, 5, len(t)), np.nan)
    late[rng.random(len(t)) < 0.01] = np.nan
    return t.assign(leak=late), "kind", {"leak"}


def noisy_copy(t: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, str, set[str]]:
    return t.assign(leak=t.amount + rng.normal(0, 0.3, len(t))), "amount", {"leak"}


def bands_of_the_target(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    band = np.digitize(t.amount, np.quantile(t.amount, [0.2, 0.4, 0.6, 0.8]))
    return t.assign(leak=np.array(list("tqmzb"))[band]), "amount", {"leak"}


def answer_of_the_next_row(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    return t.assign(leak=t.amount.shift(-1)), "amount", {"leak"}


def one_of_three_flags(
    t: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, str, set[str]]:
    flags = rng.random((len(t), 3)) < 0.2
    shown = {f"f{i}": np.where(flags[:, i], "bad", "good") for i in range(3)}
    return t.assign(**shown, y=np.where(flags.any(axis=1), "fail", "pass")), "y", {"f0", "f1", "f2"}


def larger_of_two(t: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, str, set[str]]:
    u, v = rng.normal(10, 3, (2, len(t)))
    return t.assign(u=u, v=v, y=np.maximum(u, v)), "y", {"u", "v"}


KINDS: tuple[Plant, ...] = (
    log_of_target, positive_where_yes, number_behind_the_class, mean_of_two, sum_of_two,
    value_beside_its_sign, ratio, sign_of_a_difference, code_of_the_class,
    filled_in_by_the_answer, noisy_copy, bands_of_the_target, answer_of_the_next_row,
    one_of_three_flags, larger_of_two,
)  # fmt: skip


@pytest.mark.parametrize("plant", KINDS, ids=lambda p: p.__name__)
@settings(max_examples=3)
@given(seed=st.integers(0, 10**6), n=st.integers(120, 400))
def test_a_planted_leak_is_named_with_its_columns(plant: Plant, seed: int, n: int) -> None:
    table, target, guilty = plant(clean(seed, n), np.random.default_rng(seed))
    drop = tuple({"amount", "kind"} - guilty - {target})
    alarms = found(table, target, drop)
    assert alarms
    assert {c for f in alarms for c in f.columns} == guilty
    for finding in alarms:
        assert finding.severity == "alarm"
        assert "--drop" in finding.advice
        assert any(character.isdigit() for character in finding.message) or "is the" in (
            finding.message
        )


def test_a_few_typing_errors_do_not_hide_a_leak() -> None:
    rng = np.random.default_rng(0)
    table = clean(0, 1_000)
    table["leak"] = np.where(table.kind == "yes", rng.integers(1, 60, 1_000), 0)
    table.loc[[3, 500], "leak"] = [0, 7]
    assert found(table, "kind", ("amount",))[0].columns == ("leak",)


def test_clean_tables_raise_at_most_one_alarm_in_twenty() -> None:
    """Noisy tables of mixed columns, and of pure noise with many columns and few rows."""
    alarmed = 0
    for seed in range(20):
        alarmed += bool(found(clean(seed, 60 + 15 * seed), "amount", ("kind",)))
        alarmed += bool(found(clean(seed, 60 + 15 * seed), "kind", ("amount",)))
        rng = np.random.default_rng(seed)
        wide = pd.DataFrame(rng.normal(size=(40, 120))).add_prefix("x")
        wide["y"] = rng.choice(["p", "q"], 40)
        alarmed += bool(found(wide, "y"))
    assert alarmed <= 3  # of 60


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_real_clean_tables_raise_none(name: str) -> None:
    table = getattr(datasets, f"load_{name}")(as_frame=True).frame
    if name != "diabetes":
        table["target"] = table["target"].map(lambda c: f"c{c}")
    assert not found(table, "target")


@pytest.mark.parametrize("target", ["species", "body_mass_g", "sex", "bill_length_mm", "island"])
def test_penguins_raise_none(target: str) -> None:
    read = read_table(PENGUINS)
    assert not find_leaks(read, frame(read, target))


def test_what_a_relation_measures() -> None:
    x = np.arange(100.0)
    assert inversions(x, np.exp(x / 10))[:2] == (0.0, 1)
    assert inversions(x, -x)[:2] == (0.0, -1)
    assert unexplained(x, np.random.default_rng(0).normal(size=100)) > 0.7
    for codes in (np.abs(x - 50) < 10, np.abs(x - 50) >= 10):  # either class may lie inside
        inside = intervals_of(x - 50, codes.astype(int))
        assert inside.right == 100
        assert len(inside.edges) == 2


@given(st.integers(0, 10**6), st.integers(3, 60), st.integers(2, 400))
def test_columns_at_once_leave_what_each_leaves_alone(seed: int, rows: int, values: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(values, size=(rows, 5)).astype(float)
    ranks = rankdata(X[:, 0] + rng.normal(size=rows))
    for x, left in zip(X.T, unexplained_of_each(X, ranks), strict=True):
        if len(np.unique(x)) < rows:
            assert np.isnan(left)
        else:
            assert left == pytest.approx(unexplained(x, ranks))


def test_a_leak_among_many_columns_is_found_and_no_other() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 500))
    table = pd.DataFrame(X, columns=[f"x{j}" for j in range(500)])
    table["y"] = rng.exponential(size=60)
    assert not found(table, "y")
    table["copy"], table["line"] = table["y"], 3 - 2 * table["y"]
    table["log"], table["gaps"] = np.log(table["y"]), np.log(table["y"])
    table.loc[5, "gaps"] = np.nan
    assert {name for each in found(table, "y") for name in each.columns} >= {
        "copy", "line", "log", "gaps"
    }  # fmt: skip


MADE: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "the sum of 'a', 'c', 'b'": lambda t: t.a + t.b + t.c,
    "the mean of 'a', 'c', 'b'": lambda t: (t.a + t.b + t.c) / 3,
    "the mean of 'a', 'b'": lambda t: (t.a + t.b) / 2,
    "'b' minus 'a'": lambda t: t.b - t.a,
    "3 × 'c' + 2 × 'a'": lambda t: 2 * t.a + 3 * t.c,
    "2 × 'a' − 3 × 'c'": lambda t: 2 * t.a - 3 * t.c,
    "'c' divided by 'a', up to a factor": lambda t: 5 * t.c / t.a,
    "the product 'a' × 'b', up to a factor": lambda t: 5 * t.a * t.b,
    "the larger of 'a' and 'b'": lambda t: np.maximum(t.a, t.b),
}


@pytest.mark.parametrize("made", MADE)
def test_what_columns_make_up_is_said_as_a_formula(made: str) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.uniform(1, 9, size=(80, 3)), columns=list("abc"))
    table["target"] = MADE[made](table)
    (finding,) = found(table, "target")
    assert f"'target' is {made}, in " in finding.message


@given(st.integers(0, 10**6), st.integers(2, 5))
@settings(max_examples=10)
def test_intervals_are_as_good_as_every_threshold_tried(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(levels * 3, size=60).astype(float)
    codes = (x + rng.normal(0, 2, 60) > x.mean()).astype(int)
    if len(np.unique(codes)) < 2:
        return
    plain = max(
        max(np.sum((x > edge) == codes), np.sum((x <= edge) == codes)) for edge in np.unique(x)
    )
    assert intervals_of(x, codes).right >= plain


def test_repeats_of_few_valued_columns_are_chance_and_copies_are_not() -> None:
    """Hanging columns too: chance is judged along the strongest dependences."""
    rng = np.random.default_rng(0)
    hidden = rng.integers(3, size=600)
    few = pd.DataFrame({f"q{i}": (hidden + (rng.random(600) < 0.2)) % 3 for i in range(6)})
    few = few.astype(str).assign(y=np.where(rng.random(600) < 0.3 + 0.2 * hidden, "yes", "no"))
    for table, name in (
        (few, "rows repeat by chance"),
        (pd.concat([clean(0), clean(0).iloc[:100]]), "duplicate rows across the split"),
    ):
        target = "y" if "y" in table else "kind"
        read = read_table(table)
        framing, split = frame(read, target), split_rows(len(table), seed=0)
        assert [f.name for f in repeated_rows(read, framing, split)] == [name]


def test_chance_of_repeats_agrees_with_drawing() -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(4, size=(400, 4))
    drawn = np.mean([
        sum(tuple(r) in train for r in fresh[:80])
        for fresh in (rng.integers(4, size=(400, 4)) for _ in range(30))
        for train in [set(map(tuple, fresh[80:]))]
    ])  # fmt: skip
    assert expected_repeats(rows[:80], rows, 320) == pytest.approx(drawn, rel=0.15)


def in_step(t: pd.DataFrame, sign: int) -> pd.Series:
    """Steps of random lengths, so that no well-known function is met."""
    steps = np.cumsum(np.random.default_rng(0).exponential(size=len(t)) ** 3)
    return sign * pd.Series(steps)[t.amount.rank(method="dense").astype(int) - 1].set_axis(t.index)


@pytest.mark.parametrize(
    ("leak", "said"),
    [
        (lambda t: t.b.where(t.amount > t.amount.median()), "filled in where 'amount' is above "),
        (lambda t: t.b.where(t.amount <= t.amount.median()), "filled in where 'amount' is up to "),
        (lambda t: np.where(t.amount > t.amount.median(), "hi", "lo"),
         "is a threshold of 'amount': 'hi' above 42.5, 'lo' below, in 300 of 300 rows"),
        (lambda t: np.where(t.amount > t.amount.median(), "a", "b"), "'a' above 42.5, 'b' below"),
        (lambda t: in_step(t, 1), "'leak' rises with 'amount' in step: of 265 values in order"),
        (lambda t: in_step(t, -1), "'leak' falls with 'amount' in step: of 265 values in order"),
    ],
)  # fmt: skip
def test_a_leak_is_told_with_its_direction(
    leak: Callable[[pd.DataFrame], object], said: str
) -> None:
    table = clean(3)
    told = found(table.assign(leak=leak(table)), "amount", ("kind",))
    assert any(said in f.message for f in told)


@pytest.mark.parametrize(("count", "more"), [(12, 0), (24, 12), (25, 13)])
def test_many_leaks_are_told_in_one_sentence(count: int, more: int) -> None:
    table = clean(3)
    leaks = {f"leak{i}": table.amount * (i + 2) for i in range(count)}
    told = found(table.assign(**leaks), "amount", ("kind",))
    assert len(told) == 12 + (more > 0)
    if more:
        assert told[-1].message.startswith(f"{more} further columns tell the target: 'leak12', ")
        assert told[-1].message.count("leak") == 12
        assert (" …" in told[-1].message) == (more > 12)


@given(st.integers(0, 99), st.integers(-900, 900), st.integers(-900, 900))
def test_correlation_is_numpys_at_any_scale(seed: int, one: int, other: int) -> None:
    x, y = np.random.default_rng(seed).normal(size=(2, 9))
    told = correlation(np.ldexp(x, one), np.ldexp(y, other))
    assert told == correlation(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert correlation(np.full(9, 3.0), y) == 0


def test_a_column_without_a_step_or_a_pair_tells_nothing() -> None:
    assert inversions(np.ones(4), np.arange(4.0)) == (1.0, 1, 1)
    assert inversions(np.arange(4.0), np.arange(4.0)) == (0.0, 1, 4)
    assert purity(np.arange(4), np.array([0, 1, 0, 1])) == (0.0, 0)
    assert purity(np.array([0, 0, 1]), np.array([0, 0, 1])) == (1.0, 2)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["id"], "'id' names each row and says nothing about the next one; not used."),
        (["id", "key"], "'id', 'key' name each row and say nothing about the next one; not used."),
    ],
)
def test_names_of_rows_are_told(names: list[str], said: str) -> None:
    ids = {name: [f"{name}{i * 7919 % 997}" for i in range(300)] for name in names}
    table = read_table(clean(3).assign(**ids))
    told = check_assumptions(table, frame(table, "amount"))
    assert [f.message for f in told if f.name == "identifier"] == [said]

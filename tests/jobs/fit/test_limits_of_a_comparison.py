"""What the comparison leaves out for its cost, and how far it follows λ."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.table import Column, Kind, Table
from pellucid.errors import FramingError
from pellucid.evaluation.cross_validation import tune
from pellucid.jobs.fit.candidate_comparison import NO_BETTER, compare, sample
from pellucid.jobs.fit.candidates import MANY_ROWS, automatic, compared_recipes, recipes
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.linear.ridge import Ridge
from pellucid.linear.solvers.lam_grid import extended_lams


def _table(X: np.ndarray) -> Table:
    return Table(tuple(Column(f"x{j}", Kind.NUMERIC, v) for j, v in enumerate(X.T)))


def test_what_costs_too_much_is_left_out_and_named() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 120))
    y = np.array(list("abcd"))[np.arange(40) % 4]
    asked = [r for r in automatic("several classes") if r.is_for(40, "auto")]
    found, findings = compare(asked, _table(X), y, Settings("y"), "nllm", {})
    skipped = [r for r in asked if r.too_much(40, 120, 4, 5)]
    assert {r.model for r in skipped} == {"curves", "pairs", "small-trees"}
    messages = " ".join(f.message for f in findings if f.name == "candidate left out").lower()
    tried = {each.candidate.model for each in found}
    for recipe in asked:
        assert (recipe.model in tried) != (recipe.name.lower() in messages)
    assert "--model pairs" in messages


@pytest.mark.parametrize("problem", ["regression", "two classes"])
@pytest.mark.parametrize(("n", "d"), [(100, 5), (2_000, 15), (40_000, 30)])
def test_ordinary_tables_lose_no_candidate(problem: str, n: int, d: int) -> None:
    assert not any(r.too_much(n, d, 1, 5) for r in recipes(problem).values())


@pytest.mark.parametrize(
    ("n", "model", "tried"), [(40, "auto", True), (41, "auto", False), (41, "forest", True)]
)
@pytest.mark.parametrize(("problem", "loss"), [("regression", "square"), ("two classes", "nll")])
def test_a_candidate_for_few_rows_is_tried_with_more_when_asked_for(
    n: int, model: str, tried: bool, problem: str, loss: str
) -> None:
    X = np.random.default_rng(0).normal(size=(n, 2))
    y = X[:, 0] if problem == "regression" else np.where(X[:, 0] > 0, "up", "down")
    forest = replace(recipes(problem)["forest"], few_rows=40)
    wanted = [recipes(problem)["mean"], forest]
    found, _ = compare(wanted, _table(X), y, Settings("y", model=model), loss, {})
    assert ("forest" in {each.candidate.model for each in found}) is tried


@pytest.mark.parametrize("problem", ["regression", "two classes", "several classes"])
def test_large_trees_are_left_out_where_rows_are_few_unless_asked_for(problem: str) -> None:
    linear = {"regression": "ridge", "two classes": "logistic"}.get(problem, "softmax")

    def tried(n: int, model: str) -> set[str]:
        return {r.model for r in compared_recipes(problem, model) if r.is_for(n, model)}

    most = MANY_ROWS["Regressor" if problem == "regression" else "Classifier"]
    assert {"trees", "small-trees"} <= tried(most, "auto")
    assert {"trees", "small-trees"} & tried(most - 1, "auto") == {"small-trees"}
    assert {"trees", "small-trees"} <= tried(100, "trees")
    assert {linear, "trees"} <= tried(100, linear)  # the yardstick of what was asked for


@pytest.mark.parametrize(("grid", "noise"), [((1.0, 10.0), 0.0), ((1e-9, 1e-8), 10.0)])
def test_a_grid_is_left_where_its_end_is_best(grid: tuple[float, ...], noise: float) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 8))
    y = X @ np.ones(8) * (noise == 0) + noise * rng.normal(size=60)
    fixed = tune(Ridge(), X, y, grid)
    free = tune(Ridge(), X, y, grid, beyond=extended_lams)
    assert fixed.values == grid
    assert set(grid) < set(free.values)
    assert list(free.values) == sorted(free.values)
    assert free.scores[free.best].mean < fixed.scores[fixed.best].mean


def test_values_of_lambda_that_were_asked_for_are_the_only_ones() -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(60, 3))
    y = X @ np.ones(3)
    for lams in ((1.0, 10.0), None):
        settings = Settings("y", lams=lams)
        wanted = [recipes("regression")[name] for name in ("mean", "ridge")]
        found, _ = compare(wanted, _table(X), y, settings, "square", {})
        path = [lam for lam, _, _ in found[1].candidate.path]
        assert path == list(lams) if lams else path[0] < 1e-6
        assert np.allclose(np.diff(np.log10(path)), 1.0 if lams else 0.5)  # goes on as it began


def test_a_class_of_one_row_does_not_stop_the_job() -> None:
    x = np.random.default_rng(0).normal(size=60)
    y = np.array(["a"] * 59 + ["b"], dtype=object)
    levels = ("a", "b")
    codes = np.array([levels.index(v) for v in y])
    table = Table(
        (
            Column("x", Kind.NUMERIC, x),
            Column("y", Kind.BINARY, codes, levels=levels),
        )
    )
    result = fit_table(table, Settings("y", model="logistic"))
    assert result.framing.classes == levels
    assert any("'b' has only 1 row" in f.message for f in result.findings)


def test_more_rounds_are_tried_one_by_one_while_the_last_are_the_best() -> None:
    trees, tried = recipes("regression")["trees"], [15, 30, 60]
    while len(more := trees.further_rounds(400, 1, 2, np.array(tried), -np.array(tried))):
        tried += more.tolist()
    assert tried == [15, 30, 60, 102, 198, 337]
    worse = np.array([3.0, 2.0, 1.0, 1.5])
    assert not len(trees.further_rounds(400, 1, 2, np.array(tried[:4]), worse))


@given(
    st.lists(st.sampled_from("abc"), min_size=20, max_size=200), st.integers(12, 60), st.booleans()
)
def test_a_sample_keeps_the_shares_of_the_classes(
    labels: list[str], most: int, of_numbers: bool
) -> None:
    """And of a rare class as many rows as there are chunks, or all."""
    y: np.ndarray = np.arange(float(len(labels))) if of_numbers else np.array(labels)
    settings = Settings("y", cv=4)
    rows = sample(y, most, settings, {})
    assert (np.diff(rows) > 0).all()
    assert np.array_equal(rows, sample(y, most, settings, {}))
    if len(y) <= most:
        assert len(rows) == len(y)
    elif of_numbers:
        assert len(rows) == most
    else:
        for label, count in zip(*np.unique(y, return_counts=True), strict=True):
            share = round(most * count / len(y))
            assert (y[rows] == label).sum() == min(count, max(share, settings.cv))


def test_a_sample_in_order_is_the_newest_and_one_of_groups_is_whole() -> None:
    when = np.random.default_rng(0).permutation(50)
    newest = sample(np.zeros(50), 20, Settings("y"), {"order": when})
    assert sorted(when[newest]) == list(range(30, 50))
    assert (np.diff(newest) > 0).all()
    assert len(sample(np.zeros(50), 20, Settings("y"), {"groups": when % 5})) == 50


def refusing(seed: int) -> Ridge:
    raise FramingError("no such rows")


@pytest.mark.parametrize("model", ["mean", "ridge"])
def test_what_a_candidate_does_not_allow_leaves_it_out_but_never_the_baseline(model: str) -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    wanted = [
        replace(recipes("regression")[name], **({"make": refusing} if name == model else {}))
        for name in ("mean", "ridge")
    ]
    if model == "mean":
        with pytest.raises(FramingError, match="no such rows"):
            compare(wanted, _table(X), X[:, 0], Settings("y"), "square", {})
        return
    found, findings = compare(wanted, _table(X), X[:, 0], Settings("y"), "square", {})
    assert [each.candidate.model for each in found] == ["mean"]
    assert "no such rows" in findings[0].message


@pytest.mark.parametrize(("classes", "too_long"), [("ab", False), ("abc", True)])
def test_two_classes_cost_one_score_and_several_one_each(classes: str, too_long: bool) -> None:
    """With one more score, curves of so many columns would take too long for two classes too."""
    X = np.random.default_rng(0).normal(size=(200, 201))
    problem = "two classes" if len(classes) == 2 else "several classes"
    curves = replace(recipes(problem)["curves"], make=refusing)
    assert bool(curves.too_much(200, 201, 2, 5))
    y = np.array(list(classes))[np.arange(200) % len(classes)]
    wanted = [recipes(problem)["mean"], curves]
    _, (left_out,) = compare(wanted, _table(X), y, Settings("y"), "nll", {})
    assert ("too long" in left_out.message) is too_long
    assert ("no such rows" in left_out.message) is not too_long


def test_of_classes_far_apart_the_largest_lambda_that_does_as_well_is_taken() -> None:
    """The smaller λ, the lower the loss, by less and less: and the grid goes on as it began."""
    x = np.linspace(-1, 1, 40)
    X, y = np.column_stack([x, x**2]), np.where(x > 0, "up", "down")
    wanted = [recipes("two classes")[name] for name in ("mean", "logistic")]
    (mean, logistic), _ = compare(wanted, _table(X), y, Settings("y", cv=2), "nll", {})
    found = logistic.candidate
    lams = np.array([lam for lam, _, _ in found.path])
    losses = np.array([score.mean for _, score, _ in found.path])
    assert np.allclose(np.diff(np.log10(lams)), 1.0)
    assert losses.argmin() == 0
    near = losses <= losses[0] + NO_BETTER * mean.candidate.score.mean
    assert found.lam == lams[near].max() > lams[0]
    assert (mean.candidate.parameters, found.parameters) == (1, 3)

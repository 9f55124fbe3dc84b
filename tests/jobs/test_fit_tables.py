"""The whole job on tables: every problem class, the penguins, and what cannot be fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid import Settings, fit_table, load_model, read_table, save_model
from pellucid.errors import ColumnError, FramingError, TooFewRowsError
from pellucid.jobs.fit.fit_tables import MANY, interval_of
from pellucid.processes import helpers_memory

PENGUINS = Path(__file__).parents[2] / "examples" / "penguins.csv"


def test_the_species_of_a_penguin(tmp_path: Path) -> None:
    result = fit_table(read_table(PENGUINS), Settings("species"))
    assert result.framing.problem == "several classes"
    assert result.errors["accuracy"] > 0.9 > result.errors_baseline["accuracy"]
    assert len(result.split.test) == 69
    assert result.chosen.rank == min(
        c.rank
        for c in result.candidates
        if c.score.mean <= min((d.score.mean + d.score.error) for d in result.candidates)
    )
    save_model(result.machine, tmp_path / "m.pellucid")
    machine = load_model(tmp_path / "m.pellucid")
    said = machine.predict(PENGUINS)
    assert np.mean(said == read_table(PENGUINS)["species"].texts()) > 0.95
    assert "softmax" in str(machine.explain()).lower()


def test_the_mass_of_a_penguin_and_the_same_bits_by_two_processes(helper: Any) -> None:
    table = read_table(PENGUINS)
    helper("pellucid.jobs.fit.fit_tables")
    once = fit_table(table, Settings("body_mass_g", model="ridge"))
    again = fit_table(table, Settings("body_mass_g", model="ridge", jobs=2))
    assert helpers_memory() > 0, "the helper took part"
    assert once.curve == again.curve
    assert [c.score for c in once.candidates] == [c.score for c in again.candidates]
    assert once.framing.problem == "regression"
    assert once.rows == 342
    assert once.errors["R²"] > 0.75
    assert once.test_error == again.test_error
    assert once.why == again.why
    assert once.interval[0] < once.test_error < once.interval[1]


def test_weights_of_the_mass_of_a_penguin() -> None:
    once = fit_table(PENGUINS, Settings("body_mass_g", model="ridge"))
    names = {w.name for w in once.weights}
    assert {"species=Gentoo", "sex=male"} <= names


def two_class_table(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=n)
    sick = rng.uniform(size=n) < 1 / (1 + np.exp(-2 * x))
    return pd.DataFrame(
        {"x": x, "noise": rng.normal(size=n), "state": np.where(sick, "sick", "well")}
    )


def test_costs_move_the_threshold() -> None:
    table = read_table(two_class_table())
    plain = fit_table(table, Settings("state", model="logistic"))
    costly = fit_table(
        table, Settings("state", model="logistic", costs={"sick:well": 10.0, "well:sick": 1.0})
    )
    assert plain.threshold is None
    assert costly.threshold == pytest.approx(10 / 11)  # classes in order: sick, well
    assert (costly.predictions == "sick").mean() > (plain.predictions == "sick").mean()


def test_overlapping_classes() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 2))
    tags = [";".join(t for t, on in zip("ab", row > 0, strict=True) if on) or "c" for row in X]
    frame = pd.DataFrame({"u": X[:, 0], "v": X[:, 1], "tags": tags})
    result = fit_table(read_table(frame), Settings("tags"))
    assert result.framing.problem == "overlapping classes"
    assert result.framing.classes == ("a", "b", "c")
    assert result.errors["accuracy"] > 0.9
    assert result.machine.predict(frame)[0] in {"a", "b", "c", "a;b"}


def test_time_and_groups_are_respected() -> None:
    frame = two_class_table()
    frame["when"] = pd.date_range("2020-01-01", periods=len(frame))
    result = fit_table(read_table(frame), Settings("state", order_by="when", model="logistic"))
    assert result.split.test.min() > result.split.train.max()
    assert "when" not in result.framing.features
    frame["who"] = np.arange(len(frame)) // 10
    table = read_table(frame, category=["who"])
    grouped = fit_table(table, Settings("state", group="who", model="logistic"))
    who = frame["who"].to_numpy()
    assert set(who[grouped.split.test]).isdisjoint(who[grouped.split.train])


def test_findings_name_leaks_and_duplicates() -> None:
    frame = two_class_table()
    frame["copy"] = frame["state"].map({"sick": "S", "well": "W"})
    doubled = pd.concat([frame, frame])
    result = fit_table(read_table(doubled), Settings("state", model="logistic"))
    names = {f.name for f in result.findings}
    assert {"feature is the target", "duplicate rows across the split"} <= names


def test_a_shifted_test_distribution_is_found() -> None:
    frame = two_class_table()
    frame["when"] = np.arange(len(frame)) * 1.5
    frame["drift"] = np.where(np.arange(len(frame)) < 240, 0.0, 5.0) + frame["noise"]
    result = fit_table(read_table(frame), Settings("state", order_by="when", model="logistic"))
    shifted = [f for f in result.findings if f.name == "shifted test distribution"]
    assert shifted[0].columns == ("drift",)


def test_what_cannot_be_fitted_says_why() -> None:
    table = read_table(PENGUINS)
    with pytest.raises(ColumnError, match="Did you mean 'species'"):
        fit_table(table, Settings("specis"))
    with pytest.raises(FramingError, match="There is no model 'ridge'"):
        fit_table(table, Settings("species", model="ridge"))
    few = table.take(np.array([0, 1, 200]))
    with pytest.raises(TooFewRowsError, match="at least"):
        fit_table(few, Settings("species"))


def test_a_code_reads_the_cells_as_written_whether_a_file_or_its_table_is_given(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(0)
    version = rng.choice(["1.10", "1.1", "1.2", "2.0"], 200)
    y = 3.0 * (version == "1.10") + rng.normal(size=200)
    path = tmp_path / "versions.csv"
    pd.DataFrame({"v": version, "z": rng.normal(size=200), "y": y}).to_csv(path, index=False)
    settings = Settings("y", model="ridge", code={"v": "one-hot"})
    of_file, of_table = (fit_table(source, settings) for source in (path, read_table(path)))
    assert of_table.errors["R²"] == pytest.approx(of_file.errors["R²"])
    assert of_table.errors["R²"] > 0.5
    weights = [{w.name: w.value for w in fit.weights} for fit in (of_file, of_table)]
    assert weights[0] == pytest.approx(weights[1])


def test_the_interval_of_many_losses_is_that_of_resampling() -> None:
    """Where rows are many the mean is as good as normal, and no row is drawn again."""
    losses = np.random.default_rng(0).exponential(size=MANY + 1)
    low, high = interval_of(losses, 0)
    mean = losses.mean()
    assert interval_of(losses, 1) == (low, high)  # no draws
    assert high - mean == pytest.approx(mean - low)
    drawn = interval_of(losses[:-1], 0)
    assert drawn != interval_of(losses[:-1], 1)
    assert (low, high) == pytest.approx(drawn, abs=0.1 * (high - low))

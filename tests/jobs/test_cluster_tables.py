"""`cluster_table`: from a table to groups that a person can read, and a model for new rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pellucid import cluster_table, load_model, read_table, save_model
from pellucid.clusters.axes import Axis
from pellucid.data.column_units import named_with_unit
from pellucid.data.table import Column, Kind, Table
from pellucid.errors import ColumnError, TableError, TooFewRowsError
from pellucid.jobs.cluster.cluster_job import _choice_along_axis
from pellucid.jobs.cluster.cluster_result import ClusterResult, ClusterSettings
from pellucid.jobs.cluster.cluster_statements import agreement_statement, unused_columns
from pellucid.jobs.cluster.group_profiles import profiles, share, spread_between_groups

PENGUINS = Path(__file__).parents[2] / "examples" / "penguins.csv"
Frame = dict[str, Any]


@pytest.fixture(scope="module")
def penguins() -> ClusterResult:
    return cluster_table(read_table(PENGUINS), ClusterSettings())


def heaps(n: int = 120, seed: int = 0) -> Frame:
    """Two groups: tall reds and short blues; a column without bearing; names of the rows."""
    random = np.random.default_rng(seed)
    tall = np.arange(n) % 3 == 0
    return {
        "who": [f"row-{i}" for i in range(n)],
        "height_cm": np.where(tall, 190.0, 160.0) + 3 * random.normal(size=n),
        "colour": np.where(tall, "red", "blue"),
        "luck": random.normal(size=n),
        "always": ["same"] * n,
    }


def test_penguins_are_three_groups(penguins: ClusterResult) -> None:
    """6.3.9-summaries, 6.0.1-clustering: how many, how sure, what they mean."""
    assert penguins.k == 3
    assert penguins.choice.confidence == "sure"
    assert penguins.headline == "There are 3 groups (sure)."
    species = read_table(PENGUINS)["species"].texts()
    for group, name in ((1, "Adelie"), (2, "Gentoo"), (3, "Chinstrap")):
        assert set(species[penguins.groups == group]) == {name}
        words = [t.words for t in penguins.profiles[group - 1].traits]
        assert f"species is always {name} (0% elsewhere)" in words
    assert [p.rows for p in penguins.profiles] == [152, 124, 68]
    assert min(penguins.stability) > 0.9
    assert penguins.explained_shares["species"] == 1.0
    assert penguins.explained_shares["sex"] < 0.05
    named = ["missing among words", "missing values", "groups repeat a column"]
    assert [f.name for f in penguins.findings] == named


def test_a_column_kept_aside_judges_the_groups() -> None:
    """6.3.8-ground-truth: the species take no part, and are compared with afterwards."""
    table = read_table(PENGUINS)
    found = cluster_table(table, ClusterSettings(ks=(3,), truth="species"))
    assert "species" not in found.features
    assert found.agreement is not None
    assert found.agreement.index > 0.8
    assert found.agreement.matched > 0.9
    assert "Against species" in agreement_statement(found)
    assert unused_columns(found) == ["Not used: species (kept aside, to compare with)."]
    assert found.headline.startswith("3 groups, as you asked")


def test_what_sets_groups_apart_is_told_in_the_columns_own_units() -> None:
    """6.3.9-summaries"""
    found = cluster_table(read_table(pa.table(heaps())), ClusterSettings(ks=(2, 3, 4)))
    assert found.k == 2
    small = found.profiles[1]
    assert small.rows == 40
    assert small.name() in ("red, high height", "high height, red")
    height = next(t for t in small.traits if t.column == "height_cm")
    assert height.inside == pytest.approx(190, abs=2)
    assert height.effect > 5
    assert height.words.startswith("height far higher: 190 cm on average against 161 cm")
    assert found.explained_shares["luck"] < 0.05
    assert [c.name for c in found.columns if not c.used] == ["who", "always"]
    assert set(found.identifiers) == {"who"}


def test_a_small_group_is_a_caution_beside_one_other_too() -> None:
    frame = {
        "a": [*np.linspace(0, 1, 57), 40.0, 40.5, 41.0],
        "b": [*np.linspace(1, 0, 57), 9, 9, 9],
    }
    found = cluster_table(read_table(pa.table(frame)), ClusterSettings(ks=(2,)))
    (told,) = [f for f in found.findings if f.name == "small groups"]
    assert "(3 rows)" in told.message


def test_a_model_file_sorts_new_rows_as_in_training(tmp_path: Path) -> None:
    table = read_table(pa.table(heaps()))
    found = cluster_table(table, ClusterSettings(ks=(2, 3)))
    save_model(found.machine, tmp_path / "m.pellucid")
    again = load_model(tmp_path / "m.pellucid")
    assert (again.predict(table) == found.groups).all()
    np.testing.assert_allclose(again.answers(table)["distance"], found.distances)
    told = str(again.explain())
    assert "group 2" in told
    assert "red" in told
    with pytest.raises(ColumnError, match="colour"):
        again.predict(pa.table({"height_cm": [160.0], "luck": [0.0]}))


def test_no_clusters_is_an_answer() -> None:
    """6.1.1-no-correct-answer: a table without groups gets one group, and the reason."""
    random = np.random.default_rng(0)
    plain = Table(tuple(Column(f"x{i}", Kind.NUMERIC, random.normal(size=90)) for i in range(3)))
    found = cluster_table(plain, ClusterSettings(ks=(2, 3, 4)))
    assert found.k == 1
    assert (found.groups == 1).all()
    assert found.headline == "There are no clusters here (sure)."
    assert found.silhouettes is None
    asked = cluster_table(plain, ClusterSettings(ks=(3,)))
    assert asked.k == 3
    assert "cannot be defended" in asked.headline


def test_answers_on_a_scale_are_not_groups_by_their_steps() -> None:
    random = np.random.default_rng(1)
    mood = np.clip(np.round(3 + random.normal(size=(200, 3))), 1, 5)
    table = Table(tuple(Column(f"q{i}", Kind.NUMERIC, mood[:, i]) for i in range(3)))
    assert cluster_table(table, ClusterSettings(ks=(2, 3, 4, 5))).k == 1


def test_independent_categories_are_no_groups() -> None:
    random = np.random.default_rng(0)
    columns = [
        Column(name, Kind.CATEGORY, random.integers(3, size=200).astype(np.int32), tuple("abc"))
        for name in ("one", "two", "three")
    ]
    found = cluster_table(Table(tuple(columns)), ClusterSettings(ks=(2, 3, 4)))
    assert found.k == 1
    assert found.choice.p_value > 0.05


def test_stripes_are_found_along_the_axis_that_shows_them() -> None:
    random = np.random.default_rng(0)
    lane = np.arange(240) % 3
    frame = {"x": 30 * random.normal(size=240), "y": 3.0 * lane + 0.3 * random.normal(size=240)}
    table = read_table(pa.table(frame))
    found = cluster_table(table, ClusterSettings(ks=(2, 3, 4, 5, 6)))
    assert (found.k, found.axis_name) == (3, "y")
    assert "along y" in found.headline
    assert found.why.startswith("Taken together, the columns show no groups")
    middle = next(p for p in found.profiles if p.name() == "middling y")
    assert middle.traits[0].words.startswith("y mostly from 2.6")
    assert middle.traits[0].words.endswith("where 0% of the other rows are")
    assert (found.machine.predict(table) == found.groups).all()


def test_missing_values_draw_a_row_to_no_group() -> None:
    frame = heaps()
    frame["height_cm"][3] = np.nan
    frame["luck"][[3, 5]] = np.nan
    colour = list(frame["colour"])
    colour[3] = None
    frame["colour"] = colour
    found = cluster_table(read_table(pa.table(frame)), ClusterSettings(ks=(2,)))
    note = next(f for f in found.findings if f.name == "missing values")
    assert note.severity == "caution"
    assert "1 row(s) have no value in any column used" in note.message
    assert "luck (2)" in note.message


def test_what_cannot_be_clustered_is_refused() -> None:
    with pytest.raises(TableError, match="No column is left to cluster by"):
        cluster_table(read_table(pa.table({"a": ["x"] * 20, "b": ["y"] * 20})))
    with pytest.raises(TooFewRowsError, match="4 rows at least"):
        cluster_table(read_table(pa.table({"a": [1.0, 2.5, 9.0, 7.5]})))
    with pytest.raises(ColumnError, match="Did you mean 'colour'"):
        cluster_table(read_table(pa.table(heaps())), ClusterSettings(truth="color"))


def test_the_same_seed_gives_the_same_bits() -> None:
    table = read_table(pa.table(heaps()))
    one, other = (cluster_table(table, ClusterSettings(ks=(2, 3), seed=5)) for _ in range(2))
    assert (one.groups == other.groups).all()
    assert repr(one.choice) == repr(other.choice)


def test_told_is_the_share_of_the_spread_between_groups() -> None:
    """6.2.7-variance: what lies between groups and within them makes the whole."""
    values = np.array([1.0, 2.0, 9.0, 10.0, np.nan])
    codes = np.array([0, 0, 1, 1, 0], dtype=np.int32)
    table = Table(
        (Column("v", Kind.NUMERIC, values), Column("c", Kind.CATEGORY, codes, ("a", "b")))
    )
    told = spread_between_groups(table, ["v", "c"], np.array([1, 1, 2, 2, 1]))
    assert told["c"] == 1.0
    assert told["v"] == pytest.approx(64 / 65)
    found = profiles(table, ["v", "c"], np.array([1, 1, 2, 2, 1]))
    assert [p.rows for p in found] == [3, 2]
    dates = np.array(["2026-01-01", "2026-01-03", "2026-06-01", "2026-06-03"], "datetime64[us]")
    days = Table((Column("day", Kind.DATE, dates),))
    words = profiles(days, ["day"], np.array([1, 1, 2, 2]))[1].traits[0].words
    assert words == "day far later: 2026-06-02 on average against 2026-01-02"


@pytest.mark.parametrize(
    ("column", "name", "unit"),
    [
        ("bill_length_mm", "bill length", "mm"),
        ("Weight (kg)", "Weight", "kg"),
        ("speed [m/s]", "speed", "m/s"),
        ("program", "program", ""),
        ("item_s", "item", "s"),
        ("_g", "g", ""),
        ("a_b_c", "a b c", ""),
    ],
)
def test_units_are_read_from_names(column: str, name: str, unit: str) -> None:
    assert named_with_unit(column) == (name, unit)


def test_shares_are_not_rounded_to_all_or_none() -> None:
    shown = [share(v) for v in (0.0, 0.001, 0.5, 0.999, 1.0)]
    assert shown == ["0%", "< 1%", "50%", "> 99%", "100%"]


def test_a_group_between_the_others_is_told_by_its_range() -> None:
    """Its effect: the angle between the two shares within, where from none to all is 4."""
    own, rest = np.linspace(4, 6, 21), np.r_[np.linspace(0, 3, 9), 4.5, 5.5, np.linspace(7, 10, 9)]
    column = Column("width_cm", Kind.NUMERIC, np.r_[own, rest])
    groups = np.repeat([1, 2], [len(own), len(rest)])
    (trait,) = profiles(Table((column,)), ["width_cm"], groups)[0].traits
    assert trait.between
    assert trait.words == "width mostly from 4.1 cm to 5.9 cm, where 10% of the other rows are"
    inside, outside = np.arccos(1 - 2 * np.array([19 / 21, 2 / 20]))
    assert trait.effect == pytest.approx((inside - outside) * 4 / np.pi)


def test_an_axis_is_named_by_its_column_or_by_its_heaviest_weights() -> None:
    weights = np.array([0.05, -0.7, 0.1, 0.2, 0.6, -0.3, 0.15])
    names = list("abcdefg")
    assert _choice_along_axis(Axis(weights, 2, 2), names) == "c"
    told = "the axis −0.7 × b + 0.6 × e − 0.3 × f + 0.2 × d (standardised)"
    assert _choice_along_axis(Axis(weights, 2, None), names) == told
    few = _choice_along_axis(Axis(np.array([0.1, 0.9]), 2, None), names)
    assert few == "the axis 0.9 × b (standardised)"

"""Problems without a target: named, framed, and every column accounted for."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.table import Column, Kind, Table
from pellucid.data.unsupervised_framing import GOALS, MEANT, frame_without_target
from pellucid.errors import ColumnError, FramingError, TableError

PATIENTS = Table(
    (
        Column("name", Kind.IDENTIFIER, np.array(["a", "b", "c"], dtype=object), note="a name"),
        Column("height_cm", Kind.NUMERIC, np.array([160.0, 181.0, 175.0])),
        Column("pressure", Kind.NUMERIC, np.array([120.0, 150.0, 118.0])),
    )
)


def test_the_three_classes_of_unsupervised_problems_are_named() -> None:
    """1.1.4-unsupervised-classes"""
    assert set(GOALS.values()) == {
        "clustering", "density estimation", "dimensionality reduction",
    } == set(MEANT)  # fmt: skip
    for wanted, problem in GOALS.items():
        assert str(frame_without_target(PATIENTS, wanted)).lower().startswith(problem)
    with pytest.raises(FramingError, match="'groups', 'density', 'fewer columns'"):
        frame_without_target(PATIENTS, "labels")


def test_patients_into_groups_is_clustering_and_dropping_height_reduction() -> None:
    """1.1.4-unsupervised-examples"""
    groups = frame_without_target(PATIENTS, "groups")
    assert groups.problem == "clustering"
    assert groups.features == ("height_cm", "pressure")
    assert groups.dropped == (("name", "a name"),)
    assert "No column is predicted" in str(groups)
    fewer = frame_without_target(PATIENTS, "fewer columns")
    assert fewer.problem == "dimensionality reduction"
    assert frame_without_target(PATIENTS.drop(["height_cm"])).features == ("pressure",)


@pytest.mark.parametrize(
    ("wanted", "kind", "apart"),
    [
        ("actions", "reinforcement learning", "nobody gives the right action.*reward is given"),
        ("a sequence", "sequence learning", "outputs are given, but not the state"),
    ],
)
def test_other_kinds_of_learning_are_named_with_what_sets_them_apart(
    wanted: str, kind: str, apart: str
) -> None:
    """1.1.5-other-learning"""
    with pytest.raises(FramingError, match=f"{kind}.*{apart}"):
        frame_without_target(PATIENTS, wanted)


def test_what_learns_sequences_is_there() -> None:
    """1.1.5-other-learning: the message sends to an object that exists."""
    from pellucid.data.unsupervised_framing import OTHER
    from pellucid.networks import NextToken

    assert f"pellucid.networks.{NextToken.__name__}" in OTHER["a sequence"]


def test_columns_kept_aside_are_said_and_must_be_there() -> None:
    found = frame_without_target(PATIENTS, aside=("pressure",))
    assert found.features == ("height_cm",)
    assert ("pressure", "kept aside, to compare with") in found.dropped
    with pytest.raises(ColumnError, match="Did you mean 'pressure'"):
        frame_without_target(PATIENTS, aside=("presure",))
    with pytest.raises(TableError, match="No column is left"):
        frame_without_target(PATIENTS, aside=("pressure", "height_cm"))

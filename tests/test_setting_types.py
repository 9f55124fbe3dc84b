"""Settings hold what they declare, whoever wrote them: else the setting is named."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import FramingError, HyperparameterTypeError
from pellucid.jobs.cluster.cluster_result import ClusterSettings
from pellucid.jobs.encode.encoding_result import EncodeSettings
from pellucid.jobs.fit.fit_result import Settings

KINDS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (Settings, {"target": "y"}),
    (ClusterSettings, {}),
    (EncodeSettings, {}),
)
VALUES = {
    "text": "network",
    "whole": 3,
    "number": 0.5,
    "flag": True,
    "texts": ("a", "b"),
    "wholes": (2, 3),
    "numbers": (0.5, 2.0),
    "by number": {"a": 0.5},
    "by text": {"a": "b"},
    "nothing": None,
    "mixed": ("a", 1),
    "of bytes": b"a",
}
# What may stand where a type is declared.
FITTING = {
    "str": {"text"},
    "bool": {"flag"},
    "int": {"whole"},
    "float": {"whole", "number"},
    "tuple[str, ...]": {"text", "texts"},
    "tuple[int, ...]": {"wholes"},
    "tuple[float, ...]": {"wholes", "numbers"},
    "dict[str, float]": {"by number"},
    "dict[str, str]": {"by text"},
}
OUT_OF_RANGE = {("test", "whole"), ("prefer", "text")}  # of the right type


@pytest.mark.parametrize(("kind", "needed"), KINDS)
def test_each_setting_holds_what_it_declares_or_is_named(kind: Any, needed: dict[str, Any]) -> None:
    for field in fields(kind):
        declared, _, optional = str(field.type).partition(" | ")
        fitting = FITTING[declared] | ({"nothing"} if optional else set())
        for name, value in VALUES.items():
            given_ = needed | {field.name: value}
            if name not in fitting:
                with pytest.raises(HyperparameterTypeError, match=rf"^{field.name} is "):
                    kind(**given_)
            elif (field.name, name) in OUT_OF_RANGE:
                with pytest.raises(FramingError, match=f"--{field.name} is "):
                    kind(**given_)
            else:
                alone = declared == "tuple[str, ...]" and name == "text"
                held = getattr(kind(**given_), field.name)
                assert held == ((value,) if alone else value)


@given(seed=st.integers())
def test_a_seed_is_one_that_every_algorithm_takes(seed: int) -> None:
    for kind, needed in KINDS:
        if 0 <= seed < 2**32:
            assert kind(**needed, seed=seed).seed == seed
        else:
            with pytest.raises(FramingError, match="--seed is a whole number from 0"):
                kind(**needed, seed=seed)


@pytest.mark.parametrize("budget", [0.0, -3.0, float("nan"), float("inf"), 1e20])
def test_a_budget_is_a_time_that_a_clock_can_wait(budget: float) -> None:
    with pytest.raises(FramingError, match="--budget is a number of seconds above 0"):
        Settings("y", budget=budget)
    assert Settings("y", budget=1e9).budget == 1e9


def test_lists_are_kept_as_tuples() -> None:
    assert Settings("y", lams=[0.5], drop=["a"]).lams == (0.5,)  # type: ignore[arg-type]
    assert Settings("y", drop="home town").drop == ("home town",)  # type: ignore[arg-type]

"""Machines whose columns enter as they are, curves and trees: answered, served, and explained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fitted_machines import CASES, features, machine_of

from pellucid.serve.served_model import Options, ServedModel
from pellucid.storage import save_model


@pytest.mark.parametrize(("target", "model"), CASES)
def test_the_answers_beside_a_table_are_the_predictions(target: str, model: str) -> None:
    machine = machine_of(target, model)
    answers = machine.answers(features())
    assert list(answers["prediction"]) == list(machine.predict(features()))
    if machine.framing.problem != "regression":
        chances = [f"probability_{name}" for name in machine.framing.classes]
        assert list(answers)[1:] == chances


def test_counts_are_never_answered_below_their_least() -> None:
    machine = replace(machine_of("y", "ridge"), lower_bound=5.0)
    low = machine.model.predict(machine.features_of(features()))
    assert low.min() < 5
    assert min(machine.answers(features())["prediction"]) == 5


@pytest.mark.parametrize(
    ("target", "model"), [("y", "pairs"), ("third", "trees"), ("y", "average")]
)
def test_one_row_and_a_table_are_served_alike_with_what_moved_them(
    target: str, model: str, tmp_path: Path
) -> None:
    machine = machine_of(target, model)
    save_model(machine, tmp_path / "model.pellucid")
    served = ServedModel(tmp_path / "model.pellucid", "model")
    rows = features().slice(0, 5).to_pylist()
    wanted = machine.answers(features().slice(0, 5))
    for at, row in enumerate(rows):
        one = served.answer_one(row)
        for name, values in wanted.items():
            label = isinstance(values[at], str)
            assert one[name] == (values[at] if label else pytest.approx(values[at], rel=1e-12))
    found = served.answer_table(served.table_of(rows), Options(effects=True))
    assert set(found["effects"][0]) == {entry["name"] for entry in served.input_schema}
    # A column that is missing already moves nothing.
    holes = [at for at, row in enumerate(rows) if row["x"] is None]
    assert all(found["effects"][at]["x"] == pytest.approx(0, abs=1e-12) for at in holes)
    assert np.abs([list(each.values()) for each in found["effects"]]).max() > 0

"""Model files of earlier versions load, and answer as they did when they were written.

`files_of_0_1_0` was written by version 0.1.0 before its modules moved; a later version adds a
folder of its own and changes none. Each holds `answers.json`: what every fortieth penguin got.

Notes: Def 19, §1.0.7
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.table_reader import read_table
from pellucid.errors import PellucidWarning
from pellucid.storage import load_model

HERE = Path(__file__).parent
PENGUINS = HERE.parents[1] / "examples" / "penguins.csv"
FILES = sorted(HERE.glob("files_of_*/*.pellucid"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_file_of_an_earlier_version_answers_as_it_did(file: Path) -> None:
    then = json.loads((file.parent / "answers.json").read_text("utf-8"))[file.stem]
    machine = load_model(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        now = machine.answers(read_table(PENGUINS).take(np.arange(0, 344, 40)))
    assert list(now) == list(then)
    for name, values in then.items():
        if isinstance(values[0], str):
            assert list(now[name]) == values
        else:  # networks answer in 32-bit floats, which another engine may round otherwise
            assert np.allclose(now[name], values, rtol=1e-5, atol=1e-6)
    assert str(machine.explain())


def test_each_kind_of_model_file_is_among_them() -> None:
    assert {type(load_model(file)).__name__ for file in FILES} == {
        "Machine",
        "ClusterMachine",
        "EncodingMachine",
    }

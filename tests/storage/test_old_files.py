"""Model files of earlier versions load, and answer as they did when they were written.

`files_of_0_1_0` was written by version 0.1.0 before its modules moved; a later version adds a
folder of its own and changes none. Each holds `answers.json`: what every fortieth penguin got.

Notes: Def 19, §1.0.7
"""

from __future__ import annotations

import inspect
import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.table_reader import read_table
from pellucid.errors import PellucidWarning
from pellucid.features.strongest_monomials import StrongestMonomials
from pellucid.storage import load_model
from pellucid.storage.object_packing import pack, unpack
from pellucid.storage.registry import FORMER_CLASSES, FORMER_FIELDS, REGISTRY, class_named

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


def test_settings_and_fields_of_before_are_read_under_their_names_of_today() -> None:
    arrays: dict[str, np.ndarray] = {}
    written = json.dumps(pack(StrongestMonomials(7), arrays))
    back = unpack(json.loads(written.replace('"max_features"', '"most"')), arrays)
    assert back.get_params() == {"max_features": 7}
    for name, former in FORMER_FIELDS.items():
        assert set(former.values()) <= set(inspect.signature(class_named(name)).parameters)
    assert all(name in REGISTRY for name in FORMER_CLASSES.values())

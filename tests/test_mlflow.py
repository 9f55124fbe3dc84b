"""The MLflow flavour: what is logged loads equal, and scores as `pellucid predict` does."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pellucid.data.table_reader import read_table
from pellucid.errors import MissingExtraError
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.jobs.fit.machine import Machine

PENGUINS = Path(__file__).parents[1] / "examples" / "penguins.csv"


@pytest.fixture(scope="module")
def machine() -> Machine:
    chosen = Settings(target="species", model="softmax", lams=(0.01,), cv=2)
    return fit_table(PENGUINS, chosen).machine


@pytest.mark.filterwarnings("ignore")  # of MLflow's own making
def test_what_is_logged_loads_equal_and_scores_the_same(machine: Machine, tmp_path: Path) -> None:
    mlflow = pytest.importorskip("mlflow")
    import pandas as pd

    import pellucid.mlflow

    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'runs.db'}")
    mlflow.set_experiment(
        experiment_id=mlflow.create_experiment("penguins", (tmp_path / "runs").as_uri())
    )
    frame = pd.read_csv(PENGUINS)
    with mlflow.start_run():
        logged = pellucid.mlflow.log_model(machine, "penguins", input_example=frame.head(2))
    back = pellucid.mlflow.load_model(logged.model_uri)
    table = read_table(PENGUINS)
    assert (back.predict(table) == machine.predict(table)).all()
    scorer = mlflow.pyfunc.load_model(logged.model_uri)
    assert scorer.metadata.signature.inputs.input_names() == [
        e["name"] for e in machine.input_schema
    ]
    scored = scorer.predict(frame.drop(columns="species"))
    for name, values in machine.answers(table).items():
        assert (np.asarray(scored[name]) == np.asarray(values)).all()


class Described:
    """What MLflow's description of a model keeps, and how it writes itself."""

    def __init__(self) -> None:
        self.signature: Any = None
        self.metadata: Any = None
        self.flavors: dict[str, Any] = {}

    def add_flavor(self, name: str, **told: Any) -> None:
        self.flavors[name] = told

    def save(self, path: str) -> None:
        Path(path).write_text(repr(sorted(self.flavors)), "utf-8")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """MLflow's part of the conversation, where MLflow itself need not be installed."""
    examples: list[Any] = []

    def add_to_model(model: Described, **told: Any) -> None:
        model.add_flavor("python_function", **told)

    utils = SimpleNamespace(_save_example=lambda model, example, path: examples.append(example))
    types = SimpleNamespace(
        ColSpec=lambda kind, name, required: (kind, name, required), Schema=tuple
    )
    module = SimpleNamespace(
        examples=examples,
        models=SimpleNamespace(
            Model=Described, utils=utils, ModelSignature=lambda inputs: list(inputs)
        ),
        pyfunc=SimpleNamespace(add_to_model=add_to_model),
        types=types,
        artifacts=SimpleNamespace(download_artifacts=lambda artifact_uri: artifact_uri),
    )
    parts = {"mlflow.pyfunc": module.pyfunc, "mlflow.types": types, "mlflow.models.utils": utils}
    for name, part in {"mlflow": module, "mlflow.models": module.models, **parts}.items():
        monkeypatch.setitem(sys.modules, name, part)
    return module


def test_a_folder_describes_the_machine_and_what_it_needs(
    machine: Machine, tmp_path: Path, stand_in: SimpleNamespace
) -> None:
    """The columns of training with their types, this version, this Python; what is given comes
    before what is found, and nothing is overwritten."""
    import pellucid.mlflow

    place, given = str(tmp_path / "deep" / "folder"), Described()
    pellucid.mlflow.save_model(machine, place, mlflow_model=given)
    kinds = {"numeric": "double", "date": "datetime"}
    columns = [(kinds.get(e["kind"], "string"), e["name"], True) for e in machine.input_schema]
    assert given.signature == columns
    assert {kind for kind, _, _ in columns} == {"double", "string"}
    assert given.metadata is None
    assert stand_in.examples == []
    assert sorted(given.flavors) == ["pellucid", "python_function"]
    needs = Path(place, "requirements.txt").read_text("utf-8")
    assert needs == f"pellucid=={pellucid.__version__}\n"
    assert platform.python_version() in Path(place, "python_env.yaml").read_text("utf-8")
    back = pellucid.mlflow.load_model(place)
    table = read_table(PENGUINS)
    assert (back.predict(table) == machine.predict(table)).all()
    scored = pellucid.mlflow._load_pyfunc(str(Path(place, given.flavors["pellucid"]["data"])))
    answers = scored.predict(table)
    assert {n: list(answers[n]) for n in answers} == {
        n: list(values) for n, values in machine.answers(table).items()
    }
    with pytest.raises(FileExistsError):
        pellucid.mlflow.save_model(machine, place)
    told, other = Described(), str(tmp_path / "other")
    pellucid.mlflow.save_model(
        machine, other, told, "mine", "rows", ["a==1", "b"], {"by": "a person"}
    )
    assert (told.signature, told.metadata) == ("mine", {"by": "a person"})
    assert stand_in.examples == ["rows"]
    assert Path(other, "requirements.txt").read_text("utf-8") == "a==1\nb\n"


@pytest.mark.parametrize("reads_images", [None, False, True])
def test_only_what_reads_a_table_has_a_signature_of_columns(
    tmp_path: Path, stand_in: SimpleNamespace, reads_images: bool | None
) -> None:
    """An estimator has no named columns, a machine of images none of its own; both predict."""
    from pellucid.mlflow import Scorer, _signature

    wanted = {} if reads_images is None else {"input_schema": [{"kind": "numeric", "name": "x"}]}
    model = SimpleNamespace(reads_images=reads_images, predict=lambda rows: rows, **wanted)
    if reads_images is None:
        del model.reads_images
    expected = None if reads_images is not False else [("double", "x", True)]
    assert _signature(stand_in, model) == expected
    assert Scorer(model).predict([1, 2]) == [1, 2]


def test_without_mlflow_the_error_says_what_to_install(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pellucid.mlflow

    monkeypatch.setitem(__import__("sys").modules, "mlflow", None)
    with pytest.raises(MissingExtraError, match="pellucid\\[mlflow\\]"):
        pellucid.mlflow.save_model(machine, str(tmp_path / "folder"))
    assert not (tmp_path / "folder").exists()

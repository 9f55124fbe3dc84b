"""The MLflow flavour: what is logged loads equal, and scores as `pellucid predict` does."""

from __future__ import annotations

from pathlib import Path

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


def test_without_mlflow_the_error_says_what_to_install(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pellucid.mlflow

    monkeypatch.setitem(__import__("sys").modules, "mlflow", None)
    with pytest.raises(MissingExtraError, match="pellucid\\[mlflow\\]"):
        pellucid.mlflow.save_model(machine, str(tmp_path / "folder"))
    assert not (tmp_path / "folder").exists()

"""Pellucid's models in MLflow: log them, load them, serve them by MLflow's own means.

`pip install pellucid[mlflow]`. What is logged is a model file that runs no code when loaded.

Notes: §1.0.7
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from pellucid import __version__
from pellucid.errors import MissingExtraError
from pellucid.storage import load_model as load_file
from pellucid.storage import save_model as save_file

FLAVOR = "pellucid"
FILE = "model.pellucid"
TYPES = {"numeric": "double", "date": "datetime"}  # of a column's kind; all others are strings


def save_model(
    model: Any,
    path: str,
    mlflow_model: Any = None,
    signature: Any = None,
    input_example: Any = None,
    pip_requirements: Any = None,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Save a machine or an estimator as a folder that MLflow loads.

    Parameters
    ----------
    model : Machine or any model that `pellucid.save_model` takes
    path : str
        A folder that does not exist yet.
    mlflow_model : mlflow.models.Model or None
        The description to add to; MLflow gives it when a model is logged.
    signature : mlflow.models.ModelSignature or None
        Made from the columns of training when not given.
    input_example, metadata
        As MLflow has them.
    pip_requirements : list of str or None
        This version of Pellucid when not given.

    Raises
    ------
    MissingExtraError
        When MLflow is not installed.
    ModelFileError
        When a model file cannot hold the model.

    Notes: Def 19
    """
    mlflow = _mlflow()
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=False)
    save_file(model, folder / FILE)
    described = mlflow.models.Model() if mlflow_model is None else mlflow_model
    described.signature = signature or _signature(mlflow, model) or described.signature
    if metadata is not None:
        described.metadata = metadata
    if input_example is not None:
        from mlflow.models.utils import _save_example  # what MLflow's own flavours call

        _save_example(described, input_example, path)
    described.add_flavor(FLAVOR, pellucid_version=__version__, data=FILE)
    wanted = list(pip_requirements or [f"pellucid=={__version__}"])
    environment = {"python_env": "python_env.yaml"}
    mlflow.pyfunc.add_to_model(
        described, loader_module="pellucid.mlflow", data=FILE, python_env=environment
    )
    described.save(str(folder / "MLmodel"))
    (folder / "requirements.txt").write_text("\n".join(wanted) + "\n", encoding="utf-8")
    python = f"python: {platform.python_version()}\ndependencies:\n- -r requirements.txt\n"
    (folder / "python_env.yaml").write_text(python, encoding="utf-8")


def log_model(model: Any, name: str = "model", **settings: Any) -> Any:
    """Log a model to the run that is active, or to a new one.

    Parameters
    ----------
    model : Machine or any model that `pellucid.save_model` takes
    name : str
        Under which the run holds it.
    **settings
        As `save_model` and `mlflow.models.Model.log` take them, such as `registered_model_name`.

    Returns
    -------
    mlflow.models.model.ModelInfo

    Raises
    ------
    MissingExtraError
        When MLflow is not installed.

    Notes: §1.0.7
    """
    import pellucid.mlflow

    return _mlflow().models.Model.log(
        artifact_path=None, flavor=pellucid.mlflow, name=name, model=model, **settings
    )


def load_model(model_uri: str) -> Any:
    """Load what `log_model` or `save_model` wrote.

    Parameters
    ----------
    model_uri : str
        As MLflow has it: a folder, `runs:/…`, `models:/…`.

    Returns
    -------
    object
        The model, equal to the one logged.

    Raises
    ------
    MissingExtraError
        When MLflow is not installed.

    Notes: §1.0.7
    """
    folder = _mlflow().artifacts.download_artifacts(artifact_uri=model_uri)
    return load_file(Path(folder) / FILE)


class Scorer:
    """What MLflow's `pyfunc` and its scoring server ask.

    Parameters
    ----------
    model : Machine or estimator
        What `pellucid.load_model` read.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, rows: Any, params: dict[str, Any] | None = None) -> Any:
        """What `pellucid predict` adds, as a data frame; of an estimator, its predictions."""
        if not hasattr(self._model, "answers"):
            return self._model.predict(rows)
        from importlib import import_module

        return import_module("pandas").DataFrame(self._model.answers(rows))


def _load_pyfunc(path: str) -> Scorer:
    """MLflow's door: it calls this with the path of the model file."""
    return Scorer(load_file(path))


def _signature(mlflow: Any, model: Any) -> Any:
    """Columns and their types; None for what reads no table."""
    if not hasattr(model, "input_schema") or getattr(model, "reads_images", False):
        return None
    columns = [
        mlflow.types.ColSpec(TYPES.get(str(e["kind"]), "string"), e["name"], required=True)
        for e in model.input_schema
    ]
    return mlflow.models.ModelSignature(inputs=mlflow.types.Schema(columns))


def _mlflow() -> Any:
    try:
        import mlflow
        import mlflow.pyfunc
        import mlflow.types
    except ImportError as error:
        raise MissingExtraError(
            "MLflow is not installed: pip install 'pellucid[mlflow]'."
        ) from error
    return mlflow

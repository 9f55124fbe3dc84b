"""Runs side by side: their figures, what differs in their settings, and the difference, paired.

Notes: KE 35, Def 14
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ModelFileError
from pellucid.formatting import number

MODEL, SETTINGS = "model.pellucid", "run.toml"
MOST_LOSSES = 10_000  # test rows whose losses a model file keeps
CLEAR = 2.0  # standard errors from which a difference is no chance


def tested_rows(losses: NDArray[np.float64], rows: Any, targets: Any, loss: str) -> dict[str, Any]:
    """The loss of each test row, and a mark of which rows these were: for a model file.

    Returns
    -------
    dict
        Empty when there are too many rows to keep.
    """
    if len(losses) > MOST_LOSSES:
        return {}
    told = "|".join(map(str, np.ravel(targets).tolist()))
    mark = crc32(f"{np.asarray(rows).tolist()}{told}".encode())
    return {"losses": np.asarray(losses, dtype=np.float64), "mark": mark, "loss": loss}


@dataclass(frozen=True)
class Run:
    """A finished run: its name, figures (text by label), settings, and its tested rows."""

    name: str
    figures: dict[str, str]
    settings: dict[str, Any]
    test_rows: Mapping[str, Any]


def read_run(path: Path) -> Run:
    """A run from its folder, or from its model file alone.

    Raises
    ------
    ModelFileError
        When there is no model there, or it keeps no figures.
    """
    from pellucid.storage import load_model

    file = path / MODEL if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise ModelFileError(f"{path} holds no {MODEL}; name a folder that `pellucid fit` wrote.")
    machine: Any = load_model(file)
    if not isinstance(getattr(machine, "evidence", None), dict) or not machine.evidence:
        raise ModelFileError(f"{file} holds a {type(machine).__name__} without figures of a fit.")
    figures = {str(k): _written(v) for k, v in machine.evidence.items()}
    framing = getattr(machine, "framing", None)
    if framing is not None:
        figures = {"target": framing.target, "problem": framing.problem} | figures
    tested = getattr(machine, "training_facts", {}).get("tested", {})
    return Run(str(path), figures, _settings(file.parent / SETTINGS), tested)


def _written(value: Any) -> str:
    try:
        return number(float(value), 4)
    except (TypeError, ValueError):
        return str(value)


def _settings(file: Path) -> dict[str, Any]:
    """Settings of the run file; none where there is no such file."""
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
    settings = read.get("settings", {})
    return {"data": read.get("data")} | (settings if isinstance(settings, dict) else {})


def side_by_side(runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    """Lines of a table: a label, and a figure a run; then the settings that differ."""
    labels = dict.fromkeys(label for run in runs for label in run.figures)
    lines = [(label, [run.figures.get(label, "—") for run in runs]) for label in labels]
    for name in dict.fromkeys(name for run in runs for name in run.settings):
        values = [run.settings.get(name) for run in runs]
        if any(value != values[0] for value in values):
            lines.append((f"setting {name}", ["—" if v is None else str(v) for v in values]))
    return lines


def verdicts(runs: Sequence[Run]) -> list[str]:
    """Sentences: each run against the first, row by row where they tested the same rows."""
    first, *others = runs
    return [_verdict(first, other) for other in others]


def _verdict(first: Run, other: Run) -> str:
    names = f"{other.name} against {first.name}"
    a, b = first.test_rows, other.test_rows
    if first.figures.get("target") != other.figures.get("target"):
        return f"{names}: they predict different targets, so their errors cannot be compared."
    if a.get("loss") != b.get("loss"):
        return f"{names}: judged by different losses, so their errors cannot be compared."
    if not a or not b or a["mark"] != b["mark"]:
        return (
            f"{names}: not tested on the same rows, so part of the difference is which rows these "
            "are. Fit both on the same table with the same --test, --seed, --group and --order-by."
        )
    apart = np.asarray(b["losses"]) - np.asarray(a["losses"])
    mean = float(apart.mean())
    error = float(apart.std(ddof=1) / np.sqrt(len(apart))) if len(apart) > 1 else 0.0
    figures = f"{number(abs(mean))} ± {number(error, 2)} a row, over the same {len(apart):,} rows"
    if mean == 0 and error == 0:
        return f"{names}: the same loss on every test row."
    if abs(mean) <= CLEAR * error:
        return f"{names}: no clear difference ({figures})."
    return f"{names}: {'better' if mean < 0 else 'worse'} by {figures}."

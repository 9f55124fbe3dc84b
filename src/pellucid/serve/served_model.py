"""One model file as it is served: read once, compiled for rows, and asked.

Notes: §1.0.7, Def 6
"""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.data.table_encoder import TableEncoder
from pellucid.data.table_reader import read_table
from pellucid.errors import ModelFileError, PellucidWarning
from pellucid.evaluation.conformal_intervals import interval
from pellucid.evaluation.training_ranges import warnings_by_row
from pellucid.jobs.fit.code_findings import codes_of
from pellucid.serve.column_effects import effects_of, example_of
from pellucid.serve.json_cells import Entry, table_of_rows, wanted_of
from pellucid.serve.request_error import RequestError
from pellucid.serve.row_encoder import RowEncoder
from pellucid.storage import load_model

LEVEL = 0.9  # share of answers that an interval holds
MOST_EFFECTS = 1_000  # rows of which one request may ask what moved the answers


@dataclass(frozen=True)
class Options:
    """What a request asks for beside the answers."""

    intervals: bool = False
    cautions: bool = False
    effects: bool = False

    @property
    def any(self) -> bool:
        """Whether it asks for anything."""
        return self.intervals or self.cautions or self.effects


PLAIN = Options()


class ServedModel:
    """A machine of tables, ready to answer.

    Parameters
    ----------
    path : Path
        The model file.
    name : str
        What it is called in addresses.
    missing : tuple of str
        Spellings of "missing" beside the usual ones.

    Raises
    ------
    ModelFileError
        When the file is no model, or no model of tables.

    Notes: §1.0.7
    """

    def __init__(self, path: Path, name: str, missing: tuple[str, ...] = ()) -> None:
        machine = load_model(path)
        if not hasattr(machine, "answers_of") or getattr(machine, "reads_images", False):
            what = "reads images" if hasattr(machine, "answers") else "was saved in Python"
            raise ModelFileError(
                f"{path} holds a {type(machine).__name__} that {what}; served are the models that "
                "`pellucid fit`, `cluster` and `encode` make of tables."
            )
        self.path, self.name, self.machine = path, name, machine
        self.input_schema: list[Entry] = machine.input_schema
        self._missing = missing
        coded = isinstance(machine.encoder, TableEncoder)
        self._rows = (
            RowEncoder(self.input_schema, machine.encoder.codes_, missing) if coded else None
        )
        # The encoder keeps each warning; many requests may meet new categories at once.
        self._alone = threading.Lock()
        self._recorded = len(machine.encoder.warnings_)
        codes = {code["column"]: code for code in codes_of(machine)}
        self.example = {
            e["name"]: example_of(e, codes.get(e["name"]), _middle(machine, e["name"]))
            for e in self.input_schema
        }
        self.answers_named = list(self.answer_one(self.example))  # compiles what is compiled

    def answer_one(self, row: Any) -> dict[str, Any]:
        """The answers to one JSON row: those of the table of this row alone, bit for bit.

        Raises
        ------
        RequestError
            For a row that the machine cannot read.
        """
        if self._rows is None:  # whole columns enter the model, without a code of their own
            return {
                name: values[0] for name, values in self.answer_table(self.table_of([row])).items()
            }
        return {
            name: _plain(values[0])
            for name, values in self.machine.answers_of(self._rows.encode(row)).items()
        }

    def table_of(self, rows: list[Any]) -> Table:
        """JSON rows as the machine reads them; errors as in `table_of_rows`."""
        return table_of_rows(rows, self.input_schema, self._missing)

    def read(self, source: Any) -> Table:
        """A file or an Arrow table as the machine reads it; errors as in `read_table`."""
        return read_table(source, schema=self.input_schema, missing=self._missing)

    def answer_table(self, table: Table, options: Options = PLAIN) -> dict[str, list[Any]]:
        """Answers by name, each a list of n values.

        Raises
        ------
        RequestError
            When an option does not suit the model.
        """
        if not len(table):
            raise RequestError(422, "There are no rows: send at least one.")
        encoded = self._encoded(table)
        found = {name: _listed(v) for name, v in self._answers_of(encoded).items()}
        if options.intervals:
            found["interval"] = self._intervals(found["prediction"])
        if options.cautions:
            found["cautions"] = self._cautions(table)
        if options.effects:
            self._refuse_effects(len(table))
            found["effects"] = effects_of(self.machine, encoded, self.input_schema)
        return found

    def _answers_of(self, encoded: Any) -> Any:
        if not hasattr(self.machine.model, "steps_"):
            return self.machine.answers_of(encoded)
        with self._alone, warnings.catch_warnings():  # the parts of an average encode here
            warnings.simplefilter("ignore", PellucidWarning)
            return self.machine.answers_of(encoded)

    def _encoded(self, table: Table) -> Any:
        encoder = self.machine.encoder
        with self._alone, warnings.catch_warnings():
            warnings.simplefilter("ignore", PellucidWarning)
            encoded = encoder.transform(table)
            del encoder.warnings_[self._recorded :]
        return encoded

    def _intervals(self, predictions: list[Any]) -> list[list[float]]:
        known = getattr(self.machine, "training_facts", {})
        framing = getattr(self.machine, "framing", None)
        if framing is None or framing.problem != "regression":
            raise RequestError(
                422,
                "Intervals belong to predicted numbers; this model answers otherwise. Of classes "
                "the probabilities say how sure it is.",
            )
        if "intervals" not in known:
            raise RequestError(422, "This model was fitted without intervals; fit it again.")
        low, high = interval(known["intervals"], np.asarray(predictions, dtype=float), LEVEL)
        return [[float(a), float(b)] for a, b in zip(low, high, strict=True)]

    def _cautions(self, table: Table) -> list[list[str]]:
        known = getattr(self.machine, "training_facts", {})
        if "ranges" not in known:
            return [[] for _ in range(len(table))]
        return warnings_by_row(known["ranges"], table)

    def _refuse_effects(self, rows: int) -> None:
        if not hasattr(self.machine, "framing"):
            raise RequestError(
                422, "This model predicts nothing; only of predictions is shown what moved them."
            )
        if rows > MOST_EFFECTS:
            raise RequestError(
                422, f"What moved the answers is shown for at most {MOST_EFFECTS:,} rows at once."
            )

    def schema(self) -> dict[str, Any]:
        """Columns, answers and an example, as plain values."""
        framing = getattr(self.machine, "framing", None)
        return {
            "model": self.name,
            "problem": framing.problem if framing else str(self.machine.problem),
            "target": framing.target if framing else None,
            "columns": [
                {
                    "name": entry["name"],
                    "kind": entry["kind"],
                    "levels": entry["levels"],
                    "wanted": wanted_of(entry),
                    "example": self.example[entry["name"]],
                }
                for entry in self.input_schema
            ],
            "answers": self.answers_named,
            "intervals": "intervals" in getattr(self.machine, "training_facts", {}),
            "effects": framing is not None,
            "example": self.example,
        }

    def report(self) -> str:
        """The report that stands beside the model file, or else what the model says of itself."""
        beside = self.path.with_name("report.html")
        if self.path.name == "model.pellucid" and beside.is_file():
            return beside.read_text(encoding="utf-8")
        body = self.machine.explain().to_html(heading=1)
        return f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{body}</body></html>'


def _middle(machine: Any, name: str) -> float | None:
    """Between the ends of a column in training, where the machine knows them."""
    ranges = getattr(machine, "training_facts", {}).get("ranges", {"low": {}, "high": {}})
    if name not in ranges["low"]:
        return None
    return (float(ranges["low"][name]) + float(ranges["high"][name])) / 2


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _listed(values: Any) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)

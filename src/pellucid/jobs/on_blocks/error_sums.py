"""Training and test error over all rows: sums of losses, one pass.

Notes: KE 33, KE 35, Clar 79
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.errors import TooFewRowsError
from pellucid.evaluation.cross_validation import take_rows
from pellucid.evaluation.error_metrics import classification_metrics, multilabel_metrics
from pellucid.evaluation.training_and_test_error import losses_at
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.on_blocks.training_rows import JobRows, RowReader

Array = NDArray[Any]


@dataclass(frozen=True)
class Sums:
    """Sums over rows: how many, their losses, these squared, and other measures of each row.

    Notes: KE 33
    """

    rows: int
    loss: float
    squares: float
    measures: dict[str, float]

    @property
    def mean(self) -> float:
        """The mean loss."""
        return self.loss / self.rows

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean loss: with so many rows it is as good as normal."""
        variance = max(self.squares / self.rows - self.mean**2, 0.0)
        half = 1.96 * float(np.sqrt(variance / self.rows))
        return self.mean - half, self.mean + half

    def added(self, other: Sums) -> Sums:
        """Those of both runs of rows."""
        names = {*self.measures, *other.measures}
        measures = {n: self.measures.get(n, 0.0) + other.measures.get(n, 0.0) for n in names}
        return Sums(
            self.rows + other.rows,
            self.loss + other.loss,
            self.squares + other.squares,
            dict(sorted(measures.items())),
        )

    def errors(self, variance: float = float("nan")) -> dict[str, float]:
        """Measures by name; `variance` is that of the answers of a regression."""
        found = {name: value / self.rows for name, value in self.measures.items()}
        if "square" not in found:
            order = ("zero-one", "accuracy", "nll", "every class right")
            return {name: found[name] for name in order if name in found}
        return {
            "square": found["square"],
            "root mean square": float(np.sqrt(found["square"])),
            "absolute": found["absolute"],
            "R²": 1.0 - found["square"] / variance if variance > 0 else float("nan"),
        }


NOTHING = Sums(0, 0.0, 0.0, {})


@dataclass(frozen=True)
class ErrorSums:
    """Sums over the training rows and the test rows, and those of the baseline on the latter."""

    train: Sums
    test: Sums
    baseline: Sums

    @property
    def variance(self) -> float:
        """Of the test rows' answers, in a regression: what is left of the baseline's square loss
        without the distance of its one answer from their mean."""
        found = {name: value / self.baseline.rows for name, value in self.baseline.measures.items()}
        return found.get("square", float("nan")) - found.get("off", 0.0) ** 2

    def added(self, other: ErrorSums) -> ErrorSums:
        """Those of both runs of rows."""
        return ErrorSums(
            self.train.added(other.train),
            self.test.added(other.test),
            self.baseline.added(other.baseline),
        )


def sum_errors(
    machine: Machine, base: Any, source: RowBlocks, passes: Passes, reader: RowReader
) -> ErrorSums:
    """One pass: errors of the machine, and of the baseline's model.

    Raises
    ------
    TooFewRowsError
        When no row is for the test.

    Notes: KE 35, Clar 79
    """

    def partial(tile: Tile) -> ErrorSums:
        rows = reader.rows(tile)
        X = encoded(machine, rows)
        whole = ErrorSums(NOTHING, NOTHING, NOTHING)
        if not len(rows.answers):
            return whole
        inside, outside = np.flatnonzero(~rows.test), np.flatnonzero(rows.test)
        y_train, y_test = rows.answers[inside], rows.answers[outside]
        return ErrorSums(
            sums(machine, machine.model, take_rows(X, inside), y_train),
            sums(machine, machine.model, take_rows(X, outside), y_test),
            sums(machine, base, np.zeros((len(y_test), 1)), y_test),
        )

    found = passes.reduce(source, partial, ErrorSums.added, reader.columns)
    if not found.test.rows or not found.train.rows:
        raise TooFewRowsError(
            f"Of the rows with an answer {found.train.rows:,} are for training and "
            f"{found.test.rows:,} for the test: gather more rows, or choose another --test."
        )
    return found


def encoded(machine: Machine, rows: JobRows) -> Any:
    """Rows as they reach the model."""
    X: Any = rows.table.select(machine.framing.features)
    for step in machine.steps:
        X = step.transform(X)
    return X


def sums(machine: Machine, model: Any, X: Any, y: Array) -> Sums:
    """Sums over some rows, of the machine's own model or of another."""
    n = len(y)
    if not n:
        return NOTHING
    framing = machine.framing
    if framing.problem == "regression":
        g = np.asarray(model.predict(X), dtype=np.float64)
        g = g if machine.lowest is None else np.maximum(g, machine.lowest)
        each = losses_at(lambda _: g, X, y, framing.loss)
        off = g - y
        measures = {
            "square": float(off @ off),
            "absolute": float(np.abs(off).sum()),
            "off": float(off.sum()),
        }
        return Sums(n, float(each.sum()), float((each**2).sum()), measures)
    each = losses_at(model, X, y, framing.loss)
    p = np.asarray(model.predict_proba(X))
    if framing.problem == "overlapping classes":
        means = multilabel_metrics(p, y)
    else:
        labels = np.asarray(model.classes_)
        means = classification_metrics(labels[_decided(machine, p)], p, y, labels)
    kept = {name: value * n for name, value in means.items() if name != "area under ROC"}
    return Sums(n, float(each.sum()), float((each**2).sum()), kept)


def _decided(machine: Machine, p: Array) -> NDArray[np.intp]:
    if p.shape[1] == 2:
        cut = 0.5 if machine.threshold is None else machine.threshold
        return np.asarray((p[:, 1] > cut).astype(np.intp))
    return np.asarray(p.argmax(axis=1))

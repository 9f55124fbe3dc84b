"""Training and test error over all rows: sums of losses, one pass.

Notes: KE 33, KE 35, Clar 79
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.errors import TooFewRowsError
from pellucid.evaluation.error_metrics import classification_metrics, multilabel_metrics
from pellucid.evaluation.ranked_scores import area_under_roc, score_counts
from pellucid.evaluation.training_and_test_error import losses_at
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.on_blocks.training_rows import JobRows, RowReader

Array = NDArray[Any]


@dataclass(frozen=True)
class Sums:
    """Sums over rows: how many, their losses, these squared, and other measures of each row.

    Squares are NaN, and there are no measures, where the losses follow from moments.

    Of two classes also `scores`, the counts that the area under ROC follows from.

    Notes: KE 33
    """

    rows: int
    loss: float
    squares: float
    measures: dict[str, float]
    scores: Array | None = None

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
            _both(self.scores, other.scores),
        )

    def errors(self, variance: float = float("nan")) -> dict[str, float]:
        """Measures by name; `variance` is that of the targets of a regression."""
        found = {name: value / self.rows for name, value in self.measures.items()}
        if "square" not in found:
            order = ("zero-one", "accuracy", "nll", "every class right")
            return {name: found[name] for name in order if name in found} | self._area()
        return {
            "square": found["square"],
            "root mean square": float(np.sqrt(found["square"])),
            "absolute": found["absolute"],
            "R²": 1.0 - found["square"] / variance if variance > 0 else float("nan"),
        }

    @property
    def area_error(self) -> float | None:
        """How far the area under ROC is off at most; None where there is none."""
        return area_under_roc(self.scores)[1] if self._area() and self.scores is not None else None

    def _area(self) -> dict[str, float]:
        if self.scores is None or not self.scores.sum(axis=1).all():
            return {}
        return {"area under ROC": area_under_roc(self.scores)[0]}


def _both(a: Array | None, b: Array | None) -> Array | None:
    return a + b if a is not None and b is not None else b if a is None else a


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
        without the distance of its one target from their mean."""
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
        if not len(rows.targets):
            return whole
        train, test = sums(machine, machine.model, X, rows.targets, (~rows.test, rows.test))
        zeros = np.zeros((len(rows.targets), 1))
        (baseline,) = sums(machine, base, zeros, rows.targets, (rows.test,))
        return ErrorSums(train, test, baseline)

    return refuse_no_rows(passes.reduce(source, partial, ErrorSums.added, reader.columns))


def refuse_no_rows(found: ErrorSums) -> ErrorSums:
    """The sums, unless no row is for training or none for the test.

    Raises
    ------
    TooFewRowsError
    """
    if not found.test.rows or not found.train.rows:
        raise TooFewRowsError(
            f"Of the rows with a target {found.train.rows:,} are for training and "
            f"{found.test.rows:,} for the test: gather more rows, or choose another --test."
        )
    return found


def encoded(machine: Machine, rows: JobRows) -> Any:
    """Rows as they reach the model."""
    X: Any = rows.table.select(machine.framing.features)
    for step in machine.steps:
        X = step.transform(X)
    return X


def sums(
    machine: Machine, model: Any, X: Any, y: Array, parts: Sequence[NDArray[np.bool_]]
) -> list[Sums]:
    """Sums over parts of some rows, of the machine's own model or of another.

    Parameters
    ----------
    machine : Machine
    model : fitted model
    X, y : rows as they reach the model, and their targets
    parts : sequence of ndarray of bool
        Which rows are of each part.

    Notes: KE 33
    """
    framing = machine.framing
    if framing.problem == "regression":
        g = np.asarray(model.predict(X), dtype=np.float64)
        g = g if machine.lower_bound is None else np.maximum(g, machine.lower_bound)
        return [sums_of_numbers(g[part], y[part], framing.loss) for part in parts]
    p = np.asarray(model.predict_proba(X))
    labels = np.asarray(getattr(model, "classes_", []))
    each = losses_at(KnownProbabilities(p, labels), X, y, framing.loss)
    return [_of_classes(machine, labels, each[part], p[part], y[part]) for part in parts]


def sums_of_numbers(g: Array, y: Array, loss: str) -> Sums:
    """Sums over predictions of numbers and their answers.

    Notes: KE 33
    """
    if not len(y):
        return NOTHING
    losses, off = losses_at(lambda _: g, g, y, loss), g - y
    measures = {
        "square": float(off @ off),
        "absolute": float(np.abs(off).sum()),
        "off": float(off.sum()),
    }
    return Sums(len(off), float(losses.sum()), float(losses @ losses), measures)


def _of_classes(machine: Machine, labels: Array, losses: Array, p: Array, y: Array) -> Sums:
    if not len(y):
        return NOTHING
    scores = None
    if machine.framing.problem == "overlapping classes":
        means = multilabel_metrics(p, y)
    else:
        means = classification_metrics(labels[_decided(machine, p)], p, y, labels, ranked=False)
        scores = score_counts(p[:, 1], y == labels[1]) if len(labels) == 2 else None
    kept = {name: value * len(y) for name, value in means.items()}
    return Sums(len(y), float(losses.sum()), float(losses @ losses), kept, scores)


@dataclass(frozen=True)
class KnownProbabilities:
    """A hypothesis whose probabilities of these rows are known.

    Parameters
    ----------
    p : ndarray, shape (n, k)
    classes_ : ndarray, shape (k,)
    """

    p: Array
    classes_: Array

    def predict_proba(self, X: Any) -> Array:
        """Those that are known."""
        return self.p

    def predict(self, X: Any) -> Array:
        """The most probable class."""
        return np.asarray(self.classes_[self.p.argmax(axis=1)])


def _decided(machine: Machine, p: Array) -> NDArray[np.intp]:
    if p.shape[1] == 2:
        cut = 0.5 if machine.threshold is None else machine.threshold
        return np.asarray((p[:, 1] > cut).astype(np.intp))
    return np.asarray(p.argmax(axis=1))

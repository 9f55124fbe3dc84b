"""Framing: what kind of problem a target poses, judged how, from which columns.

Notes: §1.0.5, §1.1, §1.3, Def 31, Def 125, Clar 174
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns.spellings import number_spelling
from pellucid.data.scaling import refuse_huge
from pellucid.data.table import CODED, Column, Kind, Table
from pellucid.errors import FramingError
from pellucid.findings import option
from pellucid.losses import LOSSES

PROBLEMS = ("regression", "two classes", "several classes", "overlapping classes")
LOSSES_OF = {
    "regression": ("square", *(n for n, loss in LOSSES.items() if loss.guesses == "number")),
    "two classes": ("nll", "zero-one"),
    "several classes": ("nllm", "zero-one"),
    "overlapping classes": ("nll",),
}
DELIMITERS = (";", "|", ",")
MOST_CLASSES = 100
FEW_VALUES = 10  # a whole-number target with no more values than this might mean classes
USED = (Kind.NUMERIC, Kind.BINARY, Kind.CATEGORY, Kind.DATE)
PREDICTORS = (*USED, Kind.TEXT)  # texts have a code where there is a target

ASSUMPTIONS = (
    "Past rows predict future rows: both come from one distribution.",
    "Rows are independent: one does not foretell the next.",
    "Every column used will be known when a prediction is wanted.",
)


@dataclass(frozen=True)
class Framing:
    """A problem: its class, what judges an answer, and what is assumed.

    Parameters
    ----------
    target : str
        The column predicted.
    problem : str
        "regression", "two classes", "several classes" or "overlapping classes".
    loss : str
        Name of the evaluation criterion.
    classes : tuple of str
        Classes in order; empty for a regression.
    features : tuple of str
        Columns used.
    dropped : tuple of (str, str)
        Columns not used, and why.
    assumptions, reasons : tuple of str
        What is taken for granted; why it was framed so, and how to say otherwise.
    costs : dict or None
        Cost of each mistake, "actual:predicted" -> cost.
    delimiter : str
        What separates labels of an overlapping target.

    Notes: §1.0.5, §1.1, §1.2, §1.3
    """

    target: str
    problem: str
    loss: str
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    assumptions: tuple[str, ...] = ASSUMPTIONS
    reasons: tuple[str, ...] = ()
    costs: dict[str, float] | None = field(default=None)
    delimiter: str = ""

    def __str__(self) -> str:
        shown = ", ".join(self.classes[:8]) + (" …" if len(self.classes) > 8 else "")
        lines = [
            f"Predict {self.target!r} from {len(self.features)} columns: {self.problem}"
            + (f" ({shown})" if shown else "")
            + f", judged by {LOSSES[self.loss].title if self.loss in LOSSES else self.loss}.",
            *self.reasons,
            *(f"{name!r} is not used: {why}." for name, why in self.dropped),
            "Assumed: " + " ".join(self.assumptions),
        ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)

    def answers(self, table: Table) -> NDArray[Any]:
        """The targets of a table's rows; rows without one must be left out before.

        Returns
        -------
        ndarray
            Regression: float64 (n,). Two or several classes: text (n,). Overlapping: 0/1 (n, k).

        Raises
        ------
        FramingError
            When a row has no target.

        Notes: Notation 21, Def 164
        """
        column = table[self.target]
        if self.problem == "regression":
            return _numbers(column)
        if column.missing.any():
            raise FramingError(f"Some rows have no {self.target!r}; leave them out first.")
        if self.problem != "overlapping classes":
            return _labels_of(column)
        texts = column.texts()
        place = {name: i for i, name in enumerate(self.classes)}
        answers = np.zeros((len(texts), len(self.classes)))
        for row, text in enumerate(texts):
            for label in _labels(text, self.delimiter):
                if label in place:
                    answers[row, place[label]] = 1.0
        return answers


def frame(
    table: Table,
    target: str,
    *,
    problem: str | None = None,
    loss: str | None = None,
    costs: Mapping[str, float] | None = None,
    delimiter: str | None = None,
) -> Framing:
    """Frame the problem that a target poses; everything inferred can be said instead.

    Parameters
    ----------
    table : Table
        Rows with the target among the columns.
    target : str
        The column to predict.
    problem, loss, delimiter : str or None
        Say them, or have them inferred.
    costs : mapping or None
        Cost of each mistake, "actual:predicted" -> cost; for two classes.

    Returns
    -------
    Framing

    Raises
    ------
    ColumnError
        When the target is not there (the nearest name is suggested).
    FramingError
        When the target is constant, empty, or does not fit the problem or loss.

    Examples
    --------
    >>> import numpy as np
    >>> from pellucid.data import Column, Kind, Table
    >>> t = Table((Column("x", Kind.NUMERIC, np.arange(3.0)),
    ...            Column("y", Kind.NUMERIC, np.array([0.5, 2.5, 1.0]))))
    >>> frame(t, "y").problem
    'regression'

    Notes: §1.1, Def 31, Def 125, Def 128
    """
    column = table[target]
    _refuse_useless(column)
    for each in table.columns:
        if each.kind is Kind.NUMERIC:
            refuse_huge(each.name, each.values)
    if problem is not None and problem not in PROBLEMS:
        raise FramingError(
            f"There is no problem class {problem!r}; there are {', '.join(PROBLEMS)}."
        )
    split_by = delimiter or _delimiter_of(column, problem)
    found, why = (problem, "You said the problem class.") if problem else _infer(column, split_by)
    classes = _classes(column, found, split_by)
    found = _two_or_several(found, classes, problem)
    reasons = [why]
    missing = int(column.missing.sum())
    if missing:
        reasons.append(f"{missing} row(s) without {target!r} are left out.")
    dropped = tuple(
        (c.name, c.note) for c in table.columns if c.kind not in PREDICTORS and c is not column
    )
    features = tuple(c.name for c in table.columns if c.kind in PREDICTORS and c is not column)
    if not features:
        raise FramingError(f"No column is left to predict {target!r} from.")
    _refuse_costs(costs, found)
    return Framing(
        target=target,
        problem=found,
        loss=_loss(loss, found),
        classes=classes,
        features=features,
        dropped=dropped,
        reasons=tuple(reasons),
        costs=None if costs is None else dict(costs),
        delimiter=split_by if found == "overlapping classes" else "",
    )


def _refuse_useless(column: Column) -> None:
    missing = column.missing
    if missing.all():
        raise FramingError(f"The target {column.name!r} has no value in any row.")
    if len(column.values) == 1:
        raise FramingError("The table has one row: there is nothing to learn from.")
    if column.kind is Kind.CONSTANT:
        value = next(v for v, absent in zip(column.values, missing, strict=True) if not absent)
        shown = f"{value:g}" if isinstance(value, float) else repr(value)
        raise FramingError(
            f"The target {column.name!r} is always {shown}: there is nothing to learn."
        )
    if column.kind is Kind.DATE:
        raise FramingError(
            f"The target {column.name!r} holds dates; turn it into a number of days or a class."
        )


def few_whole_numbers(column: Column) -> int:
    """How many whole numbers a target holds, so few that they might name classes; else 0.

    Notes: Def 128
    """
    if column.values.dtype.kind != "f":
        return 0
    distinct = np.unique(column.values[~column.missing])
    few = len(distinct) <= FEW_VALUES and bool(np.all(distinct == np.round(distinct)))
    return len(distinct) if few else 0


def _infer(column: Column, delimiter: str) -> tuple[str, str]:
    name = column.name
    if delimiter:
        return (
            "overlapping classes",
            f"{name!r} lists several labels separated by {delimiter!r}, so a row can be of several "
            "classes at once.",
        )
    if column.kind is Kind.BINARY:
        return "two classes", f"{name!r} has two values."
    if column.kind is Kind.NUMERIC or column.kind is Kind.IDENTIFIER:
        if column.values.dtype.kind != "f":
            raise FramingError(
                f"The target {name!r} differs in every row: it names rows and cannot be learned."
            )
        if count := few_whole_numbers(column):
            return (
                "regression",
                f"{name!r} holds only {count} whole numbers and is taken as an amount. If they "
                f"name classes, say so: {option('category', name)}.",
            )
        return "regression", f"{name!r} holds numbers, so its values are predicted as amounts."
    if column.kind is Kind.TEXT:
        raise FramingError(
            f"The target {name!r} holds too many different texts to be classes ({column.note}). "
            f"If they are classes, say so: {option('category', name)}."
        )
    return "several classes", f"{name!r} names classes."


def _two_or_several(problem: str, classes: tuple[str, ...], requested: str | None) -> str:
    """Two or several, by how many there are; a contradiction is an error."""
    if problem in ("regression", "overlapping classes"):
        return problem
    fits = "two classes" if len(classes) == 2 else "several classes"
    if requested == "two classes" and fits != requested:
        raise FramingError(f"The target has {len(classes)} classes, not two.")
    return fits


def _classes(column: Column, problem: str, delimiter: str) -> tuple[str, ...]:
    if problem == "regression":
        _numbers(column)
        return ()
    texts = [t for t in _spelled(column) if t is not None]
    if problem == "overlapping classes":
        counts = Counter(label for text in texts for label in _labels(text, delimiter))
        return tuple(sorted(counts))
    present = set(texts)
    levels = column.levels if column.levels is not None else tuple(sorted(present))
    classes = tuple(level for level in levels if level in present)
    if len(classes) < 2:
        raise FramingError(f"The target {column.name!r} has one class only: nothing to tell apart.")
    if len(classes) > MOST_CLASSES:
        raise FramingError(
            f"The target {column.name!r} has {len(classes):,} classes; at most {MOST_CLASSES} are "
            "fitted. Merge rare ones, or choose another target."
        )
    singles = [text for text, count in Counter(texts).items() if count == 1]
    if len(singles) > max(len(texts) / 2, 2):
        raise FramingError(
            f"The target {column.name!r} names rows rather than classes: {len(singles):,} of its "
            f"{len(texts):,} rows are the only ones of their class, as {singles[0]!r} is. Merge "
            "rare classes, or choose another target."
        )
    return classes


def _labels(text: str, delimiter: str) -> list[str]:
    return sorted({part.strip() for part in text.split(delimiter)} - {""})


def _delimiter_of(column: Column, problem: str | None) -> str:
    """A separator that shows parts which recur: "red;blue", "blue", "red"."""
    if problem not in (None, "overlapping classes") or column.kind not in (
        Kind.CATEGORY,
        Kind.TEXT,
    ):
        return ";" if problem == "overlapping classes" else ""
    texts = [t for t in column.texts() if t is not None]
    for mark in DELIMITERS:
        parts = [_labels(t, mark) for t in texts]
        several = sum(len(p) > 1 for p in parts)
        whole, pieces = len(set(texts)), len({label for p in parts for label in p})
        if several >= max(2, 0.05 * len(texts)) and pieces < whole:
            return mark
    return ";" if problem == "overlapping classes" else ""


def _spelled(column: Column) -> NDArray[Any]:
    """The cells as text, None where missing; a number as the name of a class, 2 and not 2.0."""
    if column.values.dtype.kind != "f":
        return column.texts()
    numbers, places = np.unique(column.values, return_inverse=True)
    names = [None if np.isnan(v) else number_spelling(v) for v in numbers]
    return np.array(names, dtype=object)[places]


def _labels_of(column: Column) -> NDArray[Any]:
    """The cells as text; of categories each name is spelled once, not once a row."""
    if column.levels is None or not len(column.values):
        return _spelled(column).astype(str)
    codes = column.values - column.values.min()
    present = np.flatnonzero(np.bincount(codes))
    few = replace(column, values=present + column.values.min(), written=None)
    spelled = few.texts().astype(str)
    by_code = np.empty(present[-1] + 1, dtype=spelled.dtype)
    by_code[present] = spelled
    return np.asarray(by_code[codes])


def _numbers(column: Column) -> NDArray[np.float64]:
    if column.values.dtype.kind == "f":
        return np.asarray(column.values, dtype=np.float64)
    if column.kind in CODED:
        try:
            return np.array([np.nan if t is None else float(t) for t in column.texts()])
        except ValueError:
            pass
    raise FramingError(
        f"A regression needs numbers, and {column.name!r} is {column.kind}. Choose another target, "
        "or a problem with classes."
    )


def _loss(loss: str | None, problem: str) -> str:
    fitting = LOSSES_OF[problem]
    if loss is None:
        return fitting[0]
    if loss not in fitting:
        raise FramingError(
            f"The loss {loss!r} does not fit {problem}; choose {' or '.join(fitting)}."
        )
    return loss


def _refuse_costs(costs: Mapping[str, float] | None, problem: str) -> None:
    if costs and problem != "two classes":
        raise FramingError(f"Costs choose the threshold between two classes; this is {problem}.")

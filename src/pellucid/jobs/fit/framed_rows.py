"""The rows of a fit: those that have a target, the problem they pose, and how they are split.

Notes: §1.0.3, §2.7
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.framing import Framing
from pellucid.data.splits import Split, split_rows, without_singles
from pellucid.data.table import Table
from pellucid.errors import ColumnError, FramingError, TooFewRowsError
from pellucid.findings import Finding
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.row_marks import group_of_rows, marking_columns, place_in_order
from pellucid.jobs.fit.target_evidence import frame_by_evidence

Array = NDArray[Any]


def framed_rows(table: Table, settings: Settings) -> tuple[Table, Framing, dict[str, Array]]:
    """The rows that have a target, the problem, and what orders or groups the rows.

    Raises
    ------
    ColumnError, FramingError
        When the settings do not fit the table.

    Notes: §1.0.3
    """
    if settings.target in (settings.code or {}):
        raise ColumnError(f"{settings.target!r} is given a code, but it is the target.")
    marking = marking_columns(table, settings)
    table = table.drop([column.name for column in marking.values()])
    framing = framing_for(table, settings)
    _refuse_unused_codes(settings, framing)
    _refuse_balance(settings, framing)
    known = has_target(table, settings.target)
    marks: dict[str, Array] = {}
    told: list[Finding] = []
    for use, column in marking.items():
        values, noticed = (place_in_order if use == "order" else group_of_rows)(column, known)
        marks[use] = values[known]
        told += noticed
    if not known.all():
        table = table.take(np.flatnonzero(known))
    return replace(table, findings=(*table.findings, *told)), framing, marks


def framing_for(table: Table, settings: Settings) -> Framing:
    """The problem that the target poses, as the settings say or the rows show.

    Raises
    ------
    ColumnError, FramingError
        As `frame`.

    Notes: §1.0.3
    """
    return frame_by_evidence(
        table,
        settings.target,
        seed=settings.seed,
        model=settings.model,
        problem=settings.problem,
        loss=settings.loss,
        costs=settings.costs,
        delimiter=settings.delimiter,
    )


def _refuse_unused_codes(settings: Settings, framing: Framing) -> None:
    why = dict(framing.dropped) | {
        settings.order_by: "it orders the rows",
        settings.group: "it groups the rows",
    }
    for name in settings.code or {}:
        if name not in framing.features:
            raise ColumnError(f"{name!r} is given a code, but {why.get(name, 'it is not used')}.")


def _refuse_balance(settings: Settings, framing: Framing) -> None:
    if not settings.balance:
        return
    if framing.problem not in ("two classes", "several classes"):
        raise FramingError(f"--balance needs one class a row; this is {framing.problem}.")
    if settings.costs:
        raise FramingError("--costs and --balance both decide which class is said; give one.")


def has_target(table: Table, target: str) -> NDArray[np.bool_]:
    """Which rows have a target: (n,)."""
    return ~table[target].missing


def split_for(y: Array, settings: Settings, framing: Framing, marks: dict[str, Array]) -> Split:
    """Training and test rows; every class of the test rows has training rows where it can.

    Raises
    ------
    FramingError, TooFewRowsError
        When the training rows hold one class, or are fewer than the chunks.

    Notes: §2.7, Clar 79
    """
    one_label = y.ndim == 1 and framing.problem != "regression"
    labels = y if one_label and not marks else None
    split = split_rows(len(y), test=settings.test, seed=settings.seed, labels=labels, **marks)
    if labels is not None:
        left = without_singles(labels, [(split.train, split.test)])
        if not left:
            raise TooFewRowsError(
                f"All {len(split.test):,} test rows are the only ones of their class: nothing is "
                "left to test on. Merge rare classes, or test on more rows (--test)."
            )
        split = Split(*left[0], split.how, split.kept)
    _refuse_one_class(y, split, framing)
    if len(split.train) < settings.cv:
        raise TooFewRowsError(
            f"{len(split.train)} training rows do not make {settings.cv} chunks; "
            f"at least {settings.cv} are needed. Lower --cv or --test, or gather more rows."
        )
    return split


def _refuse_one_class(y: Array, split: Split, framing: Framing) -> None:
    """A class that only test rows hold cannot be learned: said with the table's own counts."""
    if framing.problem not in ("two classes", "several classes"):
        return
    if len(np.unique(y[split.train])) > 1:
        return
    labels, counts = np.unique(y, return_counts=True)
    told = ", ".join(f"{str(a)!r} has {n:,}" for a, n in zip(labels, counts, strict=True))
    raise FramingError(
        f"All training rows are {str(y[split.train][0])!r} (rows: {told}): there is nothing to "
        "tell apart. Gather rows of the other classes, or split otherwise (--order-by, --group)."
    )

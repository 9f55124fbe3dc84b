"""What a fit found out about its own model, as plain data for the report and the command line.

Notes: §1.0.5, KE 35
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.evaluation.column_importance import Importance
from pellucid.evaluation.partial_dependence import Dependence


@dataclass(frozen=True)
class WorstRow:
    """A test row that was predicted badly: its place in the table, truth, prediction, why.

    `row` counts the rows that have a target, from 1. `values` are those of the strongest columns.
    """

    row: int
    truth: str
    predicted: str
    loss: float
    values: tuple[tuple[str, str], ...] = ()
    caution: str = ""


@dataclass(frozen=True)
class Insight:
    """Importance, dependence, intervals and the worst rows of a fit.

    `rows` test rows were shuffled, and `columns` of all columns were looked at. `coverage` and
    `width` are those of the 90 % intervals on the test rows; None where there are none.
    """

    importance: tuple[Importance, ...] = ()
    rows: int = 0
    columns: int = 0
    dependence: tuple[Dependence, ...] = ()
    coverage: float | None = None
    width: float | None = None
    worst: tuple[WorstRow, ...] = ()
    sentences: tuple[str, ...] = ()

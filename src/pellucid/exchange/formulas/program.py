"""A program: the columns a machine reads, the values it computes from them in order, its answers.

Notes: §1.0.7
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pellucid.exchange.formulas.expressions import Expression, Ref, numbers_in


@dataclass(frozen=True)
class Reading:
    """How a column of the table is read.

    Parameters
    ----------
    name : str
        What formulas call it: its value, or missing.
    column : str
        Its name in the table.
    kind : str
        "number"; "level", a category; or "date", in days since 1970.
    levels : tuple of str
        Categories in the order of training.
    notation : Notation
        How its cells were written in training.
    """

    name: str
    column: str
    kind: str
    levels: tuple[str, ...] = ()
    notation: Any = None


@dataclass(frozen=True)
class Step:
    """A value computed from those before it: its name, its formula, and what it is in words."""

    name: str
    formula: Expression
    words: str = ""


@dataclass
class Program:
    """Columns read, values computed from them in order, and the answers.

    Parameters
    ----------
    about : list of str
        What the machine is, a sentence a line.
    readings : list of Reading
    steps : list of Step
    answers : list of Step
        Each becomes a column of its name.
    months : set of str
        Names of dates whose month is needed too; it is called NAME_month, January 0.
    """

    about: list[str] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    answers: list[Step] = field(default_factory=list)
    months: set[str] = field(default_factory=set)

    def read(self, column: str, kind: str, levels: Any = (), notation: Any = None) -> Ref:
        """The value of a column, read once however often it is asked for."""
        levels = tuple(levels)
        for reading in self.readings:
            if (reading.column, reading.kind, reading.levels) == (column, kind, levels):
                return Ref(reading.name)
        letter = {"number": "x", "level": "c", "date": "d"}[kind]
        count = sum(r.kind == kind for r in self.readings)
        found = Reading(f"{letter}{count + 1}", column, kind, levels, notation)
        self.readings.append(found)
        return Ref(found.name)

    def month_of(self, date: Ref) -> Ref:
        """The month of a date, January 0."""
        self.months.add(date.name)
        return Ref(f"{date.name}_month")

    def bind(self, letter: str, formula: Expression, words: str = "") -> Ref:
        """A name for a formula; the same one for the same formula."""
        if isinstance(formula, Ref):
            return formula
        for step in self.steps:
            if step.formula == formula:
                return Ref(step.name)
        count = sum(step.name.rstrip("0123456789") == letter for step in self.steps)
        self.steps.append(Step(f"{letter}{count + 1}", formula, words))
        return Ref(self.steps[-1].name)

    def size(self) -> int:
        """Numbers and categories spelled out."""
        return sum(numbers_in(step.formula) for step in (*self.steps, *self.answers))

"""A machine whose answers carry an interval beside each prediction.

Notes: KE 35, §1.0.7
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.errors import FramingError
from pellucid.jobs.fit.machine import Machine


@dataclass(frozen=True)
class WithIntervals:
    """Answers as the machine gives them, with `low` and `high` behind `prediction`.

    Parameters
    ----------
    machine : Machine
        Of a regression.
    level : float
        Share of targets that lie inside.
    """

    machine: Machine
    level: float

    @property
    def input_schema(self) -> list[dict[str, Any]]:
        """Columns that a table must have."""
        return self.machine.input_schema

    def answers(self, table: Any) -> dict[str, Any]:
        """Columns of `pellucid predict --intervals`."""
        low, high = self.machine.intervals(table, self.level)
        found = self.machine.answers(table)
        first = {"prediction": found.pop("prediction"), "low": low, "high": high}
        return first | found


def with_intervals(machine: Any, level: float | None) -> Any:
    """The machine itself, or with intervals where a level is asked for.

    Raises
    ------
    FramingError
        When the model gives no numbers to put an interval about.
    """
    if level is None:
        return machine
    if not isinstance(machine, Machine):
        raise FramingError(
            f"--intervals needs a model that `pellucid fit` made of a table; this is a "
            f"{type(machine).__name__}."
        )
    return WithIntervals(machine, level)

"""Framing a problem that has no target: what is wanted of the rows, and from which columns.

Notes: §1.1.4, §1.1.5, Concept 210, Concept 211
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pellucid.data.framing import USED
from pellucid.data.table import Column, Kind, Table
from pellucid.errors import FramingError, TableError
from pellucid.former_names import renamed_arguments

# What is wanted of rows without right answers, and the problem class that asks for it.
GOALS = {
    "groups": "clustering",
    "density": "density estimation",
    "fewer columns": "dimensionality reduction",
}
FOR = {"groups": "cluster by", "density": "judge by", "fewer columns": "encode"}
MEANT = {
    "clustering": "rows that are alike are put together, and each gets the label of its group",
    "density estimation": "each row is given how probable such a row is",
    "dimensionality reduction": "rows are described by fewer columns, and little is lost",
}
# What is neither supervised nor unsupervised, by what is wanted.
OTHER = {
    "actions": "Choosing actions that earn rewards is reinforcement learning. It is not "
    "supervised, as nobody gives the right action, nor wholly unsupervised, as the reward is "
    "given; and each action changes the state that the next one meets. Pellucid does not learn it.",
    "a sequence": "Turning a sequence into a sequence is sequence learning. Its outputs are given, "
    "but not the state in which all inputs so far are remembered. pellucid.networks.NextToken "
    "learns to predict the next character from all so far, and pellucid.networks.EncoderDecoder "
    "to turn a sentence into another.",
}
ASSUMPTIONS = (
    "Rows to come are drawn as these were.",
    "Rows are alike when they are near in the columns used, each counting as one.",
)


@dataclass(frozen=True)
class WithoutTarget:
    """An unsupervised problem: its class, the columns that count, those left out and why.

    Notes: §1.1.4, Concept 211
    """

    problem: str
    features: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...]
    assumptions: tuple[str, ...] = ASSUMPTIONS

    def __str__(self) -> str:
        lines = [
            f"{self.problem.capitalize()}: {MEANT[self.problem]}. No column is predicted; "
            f"{len(self.features)} are used.",
            *(f"{name!r} is not used: {why}." for name, why in self.dropped),
            "Assumed: " + " ".join(self.assumptions),
        ]
        return "\n".join(lines)


@renamed_arguments(wanted="goal")
def frame_without_target(
    table: Table, goal: str = "groups", aside: Collection[str] = ()
) -> WithoutTarget:
    """Frame the problem that rows without a target pose.

    Parameters
    ----------
    table : Table
    goal : {"groups", "density", "fewer columns"}
        What the rows shall tell.
    aside : collection of str
        Columns kept out of it, to compare with afterwards.

    Raises
    ------
    FramingError
        When something else is wanted; for "actions" and "a sequence" it names the kind of learning.
    TableError
        When no column is left.

    Examples
    --------
    >>> import numpy as np
    >>> from pellucid.data import Column, Kind
    >>> patients = Table((Column("height_cm", Kind.NUMERIC, np.array([160.0, 181.0, 175.0])),))
    >>> frame_without_target(patients, "groups").problem
    'clustering'

    Notes: §1.1.4, §1.1.5, Concept 211
    """
    if goal in OTHER:
        raise FramingError(OTHER[goal])
    if goal not in GOALS:
        raise FramingError(f"goal may be {', '.join(map(repr, GOALS))}; got {goal!r}.")
    for name in aside:
        _ = table[name]
    features = tuple(c.name for c in table.columns if c.kind in USED and c.name not in aside)
    if not features:
        raise TableError(
            f"No column is left to {FOR[goal]}: all are constant, text or identifiers. Say what "
            "a column is (--numeric, --category) if it was read wrongly."
        )
    dropped = tuple(
        (c.name, "kept aside, to compare with" if c.name in aside else _why(c))
        for c in table.columns
        if c.name not in features
    )
    return WithoutTarget(GOALS[goal], features, dropped)


def _why(column: Column) -> str:
    """Why a column is left out; a text has a code only where a target is predicted."""
    return f"{column.note}, of use to a target only" if column.kind is Kind.TEXT else column.note

"""The table behind a page: the user's own, one dropped on the page, or a sample of known truth.

Notes: §1.0.3, Notation 7
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pellucid.data import Table
from pellucid.errors import ColumnError

MOST_ROWS = 5_000  # a page answers while a slider is dragged


@dataclass(frozen=True, eq=False)
class Data:
    """A table with a name and the program that reads it.

    Parameters
    ----------
    name : str
        As shown, such as "penguins.csv".
    table : Table
    program : str
        Lines of Python that make `table`.
    target : str
        The column to predict, where it was named.
    truth : str
        Of a sample: what is known of it, in one sentence.
    """

    name: str
    table: Table = field(repr=False)
    program: str = field(repr=False)
    target: str = ""
    truth: str = ""

    def offered(self, kinds: Sequence[str]) -> list[str]:
        """Names of the columns of some kinds."""
        return [c.name for c in self.table.columns if str(c.kind) in kinds]

    def suggested(
        self, kinds: Sequence[str], *, answer: bool, used: Collection[str], owner: str
    ) -> str:
        """The column that a control shows before somebody chooses: the target for the answer, else
        the last (answer) or the first (input) that is free.

        Raises
        ------
        ColumnError
            When no column is of these kinds.
        """
        offered = self.offered(kinds)
        if answer and self.target in offered:
            return self.target
        free = [n for n in offered if n not in used and n != self.target] or offered
        if not free:
            raise ColumnError(
                f"{owner} needs a column that is {' or '.join(kinds)}; {self.name} has none."
            )
        return free[-1] if answer else free[0]

"""What of a fit is done within `--budget`, and what was left out for it.

Notes: §1.0.5, Concept 87
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pellucid.evaluation.deadline import Deadline, TimeLimitReached
from pellucid.findings import Finding
from pellucid.formatting import number

Result = TypeVar("Result")

# What starting took (the engines, the table) tells how fast the machine is; writing the report
# loads engines of its own and draws.
WRITING, SHARED_WRITING = 1.5, 1.3  # by one process, or by several
LEAST_WRITING = 1.0  # seconds


@dataclass(frozen=True)
class TimeBudget:
    """A job's deadline, and the names of what it did not leave time for.

    Parameters
    ----------
    deadline : Deadline
        The end of all work but the writing.
    left_out : list of str
        What was given up, in order.

    Examples
    --------
    >>> time_left = TimeBudget(Deadline(0.0))
    >>> time_left.run("the learning curve", lambda going: 1), time_left.left_out
    (None, ['the learning curve'])

    Notes: Concept 87
    """

    deadline: Deadline
    left_out: list[str] = field(default_factory=list)

    def run(
        self, task: str, work: Callable[[Callable[[], None]], Result], share: float = 1.0
    ) -> Result | None:
        """The result of `work`, or None where it does not end within that share of what is left."""
        try:
            return self.deadline.within(share).run(work)
        except TimeLimitReached:
            self.left_out.append(task)
            return None

    def findings(self, budget: float | None) -> list[Finding]:
        """Nothing, or the one finding that names what was left out."""
        if not self.left_out:
            return []
        return [
            Finding(
                "left out in the time allowed",
                "caution",
                f"The {number(budget or 0.0, 3)} s allowed left no time for: "
                f"{', '.join(dict.fromkeys(self.left_out))}.",
                (),
                "Allow more with --budget.",
            )
        ]


def time_for_work(budget: float | None, started_at: float | None, processes: int = 1) -> Deadline:
    """The deadline of the work, which leaves time to write the report where one is to be written.

    Parameters
    ----------
    budget : float or None
        Seconds for the whole job.
    started_at : float or None
        `time.perf_counter()` when the job began; None where nothing is written afterwards.
    processes : int
        How many will draw.

    Notes: Concept 87
    """
    if budget is None or started_at is None:
        return Deadline(budget)
    begun = time.perf_counter() - started_at
    writing = WRITING if processes == 1 else SHARED_WRITING
    return Deadline(budget, started_at).keeping(max(writing * begun, LEAST_WRITING))

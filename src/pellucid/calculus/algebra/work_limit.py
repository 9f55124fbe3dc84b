"""A limit on symbolic work, so that a formula that explodes ends with a sentence, and soon.

Work is counted, not timed: the same formula is accepted or refused on every machine.

Notes: Concept 458
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pellucid.errors import FormulaError

MOST_WORK = 15_000  # factors put in order in one derivative
_LEFT: ContextVar[list[int] | None] = ContextVar("work left", default=None)


@contextmanager
def limited_work(max_work: int = MOST_WORK) -> Iterator[None]:
    """Count the work done inside; within another limit, that one holds.

    Examples
    --------
    >>> with limited_work(10):
    ...     count_work(3)

    Notes: Concept 458
    """
    if _LEFT.get() is not None:
        yield
        return
    token = _LEFT.set([max_work])
    try:
        yield
    finally:
        _LEFT.reset(token)


def count_work(amount: int) -> None:
    """Take note of work done.

    Raises
    ------
    FormulaError
        When it is more than the limit.
    """
    left = _LEFT.get()
    if left is None:
        return
    left[0] -= amount
    if left[0] < 0:
        raise FormulaError(
            "Written out, this derivative grows beyond what anyone would read; split the formula "
            "into named parts and take the chain rule along them (pellucid.calculus.chain)."
        )

"""A deadline: work that does not end in time is left, and what is there by then is used.

Notes: Concept 87
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class TimeLimitReached(Exception):
    """The time allowed is over; the work asked for has no result."""


class Deadline:
    """So many seconds from now, or from when the job began; None never ends.

    Parameters
    ----------
    seconds : float or None
        Time allowed.
    started_at : float or None
        `time.perf_counter()` at the beginning, where that lies back.

    Examples
    --------
    >>> Deadline(None).passed, Deadline(0.0).passed
    (False, True)
    >>> Deadline(5.0).run(lambda going: 3)
    3

    Notes: Concept 87
    """

    def __init__(self, seconds: float | None, started_at: float | None = None) -> None:
        self.seconds = seconds
        begin = time.perf_counter() if started_at is None else started_at
        self._end = None if seconds is None else begin + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without a limit."""
        return float("inf") if self._end is None else self._end - time.perf_counter()

    @property
    def passed(self) -> bool:
        """Whether the time is over."""
        return self.left <= 0

    def within(self, share: float) -> Deadline:
        """A deadline after so large a share of the time that is left."""
        return Deadline(None if self._end is None else max(self.left, 0.0) * share)

    def keeping(self, seconds: float) -> Deadline:
        """A deadline so many seconds earlier: they are kept for what comes after."""
        return Deadline(None if self._end is None else max(self.left - seconds, 0.0))

    def run(self, work: Callable[[Callable[[], None]], Result]) -> Result:
        """The result of `work`, or `TimeLimitReached` as soon as the time is over.

        Parameters
        ----------
        work : callable
            Gets a function to call now and then, which raises `TimeLimitReached` in work already
            left, so that it does not go on behind one's back.

        Raises
        ------
        TimeLimitReached
            When the time is over first.
        """
        if self._end is None:
            return work(lambda: None)
        if self.passed:
            raise TimeLimitReached
        left_behind = threading.Event()
        found: dict[str, Any] = {}

        def going() -> None:
            if left_behind.is_set():
                raise TimeLimitReached

        def job() -> None:
            try:
                found["result"] = work(going)
            except BaseException as error:  # handed to the caller, who waits for it
                found["error"] = error

        worker = threading.Thread(target=job, daemon=True)
        worker.start()
        worker.join(max(self.left, 0.0))
        if "error" in found:
            raise found["error"]
        if "result" not in found:
            left_behind.set()
            raise TimeLimitReached
        result: Result = found["result"]
        return result

"""Work shared with further processes: Python itself computes on one core of each.

Notes: Concept 87
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from typing import Any, TypeVar, cast

from pellucid.errors import HyperparameterError
from pellucid.helper_process import Answer, HelperProcess, Setting, is_helper
from pellucid.memory import free_memory
from pellucid.threads import one_blas_thread, threads

Result = TypeVar("Result")

MOST = 8  # processes; a job has about as many large pieces
ENGINES = 300e6  # bytes that a process takes before it has any work
COPIES = 6  # of the rows, that a process may hold while it works on them
SLICE = 1.0  # seconds of waiting at a time: the keyboard can stop it in between


def processes_for(jobs: int | None, rows_in_bytes: float = 0.0) -> int:
    """How many processes to work in: as many as asked for, where cores and memory allow.

    Parameters
    ----------
    jobs : int or None
        Processes asked for; -1 is one a core, -2 one fewer, None this one alone.
    rows_in_bytes : float
        Size of what each of them works on.

    Raises
    ------
    HyperparameterError
        When 0 are asked for.

    Examples
    --------
    >>> processes_for(1), processes_for(4, rows_in_bytes=1e15)
    (1, 1)
    """
    if jobs == 0:
        raise HyperparameterError("0 processes do no work: ask for 1 or more, or -1 for all cores.")
    if jobs in (None, 1) or not sys.executable or is_helper() or getattr(sys, "frozen", False):
        return 1
    most = jobs if jobs > 0 else min(MOST, threads() + 1 + jobs)
    held = int(free_memory() / 2 / (ENGINES + COPIES * rows_in_bytes))
    return max(1, min(most, 1 + held))


def start_processes(count: int, modules: Sequence[str] = ()) -> None:
    """Let the helpers of this process begin to load what they will need; nothing is waited for.

    Where the system starts no further process, there are fewer.

    Parameters
    ----------
    count : int
        Processes in all, this one included.
    modules : sequence of str
        What to import.
    """
    with _lock:
        for helper in [h for h in _helpers if h.has_ended]:
            _helpers.remove(helper)
            helper.stop()
        with suppress(OSError):
            while len(_helpers) < count - 1:
                _helpers.append(HelperProcess(modules))


@atexit.register
def stop_processes() -> None:
    """End the helpers, whatever they do."""
    with _lock:
        while _helpers:
            _helpers.pop().stop()


def run_tasks(
    tasks: Sequence[Callable[[], Result]],
    count: int = 1,
    before: Callable[[int], None] = lambda index: None,
) -> list[Result]:
    """The results of all tasks, in their order; this process works on them beside its helpers.

    A helper takes its first task once it is there, so that nothing waits for one that starts. What
    it was given and cannot do, because it was killed or the task cannot be sent, is done here.
    Filters of warnings and scikit-learn's settings hold there too, and what was warned arrives.

    Parameters
    ----------
    tasks : sequence of callable
        Each is called without arguments, here or elsewhere.
    count : int
        Processes, this one included.
    before : callable (index)
        Called before a task is done in this process, which takes them from the last to the first
        where there are helpers.

    Raises
    ------
    Exception
        What a task raised.

    Examples
    --------
    >>> from functools import partial
    >>> run_tasks([partial(pow, 2, 3), partial(pow, 2, 4)])
    [8, 16]

    Notes: Concept 87
    """
    found = run_tasks_within(float("inf"), tasks, count, before)
    return [found[index] for index in range(len(tasks))]


def run_tasks_within(
    seconds: float,
    tasks: Sequence[Callable[[], Result]],
    count: int = 1,
    before: Callable[[int], None] = lambda index: None,
) -> dict[int, Result]:
    """As `run_tasks`, but a late helper is not waited for: results by the places of their tasks.

    Parameters
    ----------
    seconds : float
        Time for helpers, from now on. Tasks that none of them has begun are done here, however long
        that takes; a helper that is late is free again when it has done its task.
    tasks, count, before
        As in `run_tasks`.

    Notes: Concept 87
    """
    end = time.monotonic() + seconds
    count = count if len(tasks) > 1 else 1
    start_processes(count)
    with _lock:
        helpers = _helpers[: count - 1]
    shared = _SharedTasks(tasks, helpers)
    try:
        # As in the helpers: who does a task must not show in its last digits.
        with one_blas_thread(0) if helpers else nullcontext():
            shared.work(before)
            return shared.results(end, before)
    except Exception:
        shared.give_up()
        raise
    except BaseException:
        stop_processes()
        raise


def run_in_fresh_process(task: Callable[[], Result]) -> Result:
    """The result of a task done in a process that has loaded nothing yet, and then ends.

    Raises
    ------
    pickle.PicklingError
        When the task or its result cannot be sent.
    EOFError
        When the process ended without an answer; says how.
    Exception
        What the task raised.

    Examples
    --------
    >>> import os
    >>> run_in_fresh_process(os.getpid) == os.getpid()
    False

    Notes: §7.8
    """
    packed = Setting().packed(task)
    helper = HelperProcess(())
    try:
        with helper.free:
            helper.wait()
            answer = helper.do(packed)
    except (EOFError, OSError):
        raise EOFError(f"status {helper.status()}") from None
    finally:
        helper.stop()
    return cast(Result, answer.result())


def helpers_memory() -> int:
    """Highest resident memory of the helpers so far, summed, in bytes."""
    return sum(helper.peak for helper in _helpers)


_lock = threading.RLock()  # held by who changes the helpers
_helpers: list[HelperProcess] = []


def _forget_helpers() -> None:
    """A fork has no part in its parent's helpers."""
    global _lock
    _lock = threading.RLock()
    _helpers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_helpers)


class _SharedTasks:
    """Tasks that this process takes from the end, and its helpers from the beginning."""

    def __init__(
        self, tasks: Sequence[Callable[[], Any]], helpers: Sequence[HelperProcess]
    ) -> None:
        self._tasks, self._alone = tasks, not helpers
        self._setting = Setting()
        self._waiting = deque(range(len(tasks)))
        self._given: set[int] = set()
        self._found: dict[int, Any] = {}
        self._answers: dict[int, Answer] = {}
        self._changed = threading.Condition()
        for helper in helpers:
            threading.Thread(target=self._hand_out, args=(helper,), daemon=True).start()

    def _hand_out(self, helper: HelperProcess) -> None:
        """Give one helper a task after the other, as long as there are any."""
        goes_on = True
        while goes_on:
            with helper.free:
                goes_on = self._hand_one(helper)

    def _hand_one(self, helper: HelperProcess) -> bool:
        """Whether the helper has done a task and can be given another."""
        index = None
        try:
            helper.wait()
            index = self._take()
            if index is None:
                return False
            answer = helper.do(self._setting.packed(self._tasks[index]))
        except Exception:  # not the task's own: it is done here, where it can be seen to fail
            with self._changed:
                if index in self._given:
                    self._given.remove(index)
                    self._waiting.append(index)
                self._changed.notify_all()
            return False
        with self._changed:
            self._given.discard(index)
            self._answers[index] = answer
            if answer.failed:
                self._waiting.clear()
            self._changed.notify_all()
        return not answer.failed

    def _take(self) -> int | None:
        with self._changed:
            if not self._waiting:
                return None
            index = self._waiting.popleft()
            self._given.add(index)
            return index

    def work(self, before: Callable[[int], None]) -> None:
        """Do here what no helper has taken."""
        while True:
            with self._changed:
                if not self._waiting:
                    return
                index = self._waiting.popleft() if self._alone else self._waiting.pop()
            before(index)
            self._found[index] = self._tasks[index]()

    def give_up(self) -> None:
        """Hand out nothing more; a helper that is busy ends its task for nobody."""
        with self._changed:
            self._waiting.clear()
            self._given.clear()

    def results(self, end: float, before: Callable[[int], None]) -> dict[int, Any]:
        """What was found by the end, a time of the monotonic clock."""
        while True:
            with self._changed:
                failed = any(answer.failed for answer in self._answers.values())
                left = end - time.monotonic()
                if self._given and not self._waiting and not failed and left > 0:
                    self._changed.wait(min(left, SLICE))
                    continue
                answers, open_ = dict(sorted(self._answers.items())), bool(self._waiting)
            if failed or not open_:
                return self._found | {at: answer.result() for at, answer in answers.items()}
            self.work(before)

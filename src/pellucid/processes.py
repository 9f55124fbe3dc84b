"""Work shared with further processes: Python itself computes on one core of each.

A helper is a process that reads tasks from its standard input and writes what came out; it ends
with its input, so none outlives this process.

Notes: Concept 87
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO, TypeVar, cast

from pellucid.memory import free_memory, peak_memory
from pellucid.threads import threads

Result = TypeVar("Result")

MOST = 8  # processes; a job has about as many large pieces
ENGINES = 300e6  # bytes that a process takes before it has any work
IDLE = 60  # seconds without a task, after which a helper ends
COPIES = 6  # of the rows, that a process may hold while it works on them
SERVE = "import sys; from pellucid.processes import serve; serve(sys.argv[1:])"


def processes_for(jobs: int | None, rows_in_bytes: float = 0.0) -> int:
    """How many processes to work in: as many as asked for, where cores and memory allow.

    Parameters
    ----------
    jobs : int or None
        Processes asked for; -1 is one a core, None this one alone.
    rows_in_bytes : float
        Size of what each of them works on.

    Examples
    --------
    >>> processes_for(1), processes_for(4, rows_in_bytes=1e15)
    (1, 1)
    """
    if jobs in (None, 1) or not sys.executable or _is_helper:
        return 1
    most = min(MOST, threads()) if jobs == -1 else jobs
    held = int(free_memory() / 2 / (ENGINES + COPIES * rows_in_bytes))
    return max(1, min(most, 1 + held))


def start_processes(count: int, modules: Sequence[str] = ()) -> None:
    """Let the helpers of this process begin to load what they will need; nothing is waited for.

    Parameters
    ----------
    count : int
        Processes in all, this one included.
    modules : sequence of str
        What to import.
    """
    for helper in [h for h in _helpers if h.is_there and not h.alive]:
        _helpers.remove(helper)
        helper.stop()
    # One that could not even start keeps its place: no further one could.
    while len(_helpers) < count - 1:
        _helpers.append(_Helper(max(1, threads() // count), modules))


@atexit.register
def stop_processes() -> None:
    """End the helpers, whatever they do."""
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

    Parameters
    ----------
    tasks : sequence of callable
        Each is called without arguments, here or elsewhere.
    count : int
        Processes, this one included.
    before : callable (index)
        Called before a task is done in this process.

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
    """As `run_tasks`, but nothing is waited for longer: results by the places of their tasks.

    Parameters
    ----------
    seconds : float
        Time from now on. What this process has begun by itself it ends, however long that takes;
        a helper that is late is free again when it has done its task.
    tasks, count, before
        As in `run_tasks`.

    Notes: Concept 87
    """
    end = time.monotonic() + seconds
    count = count if len(tasks) > 1 else 1
    start_processes(count)
    shared = _SharedTasks(tasks, _helpers[: count - 1])
    try:
        shared.work(before)
        return shared.results(end, before)
    except BaseException:
        stop_processes()
        raise


def run_in_fresh_process(task: Callable[[], Result]) -> Result:
    """The result of a task done in a process that has loaded nothing yet, and then ends.

    Raises
    ------
    pickle.PicklingError, TypeError
        When the task cannot be sent.
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
    packed = _packed(task)
    helper = _Helper(threads(), ())
    try:
        with helper.free:
            helper.wait()
            done, found = helper.do(packed)
    except (EOFError, OSError):
        raise EOFError(f"status {helper.status()}") from None
    finally:
        helper.stop()
    if not done:
        raise found
    return cast(Result, found)


def helpers_memory() -> int:
    """Highest resident memory of the helpers so far, summed, in bytes."""
    return sum(helper.peak for helper in _helpers)


class _Helper:
    """A process that does tasks, one at a time."""

    def __init__(self, cores: int, modules: Sequence[str]) -> None:
        # Its share of the cores: threads that wait for one another cost more than they do.
        limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", SERVE, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | dict.fromkeys(limits, str(cores)) | {"PYTHONPATH": paths},
        )
        self._process = process
        self._tasks, self._results = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        self.peak = 0
        self.is_there = False
        self.free = threading.Lock()  # held by who gives it a task

    @property
    def alive(self) -> bool:
        """Whether it can still be given something."""
        return self._process.poll() is None

    def wait(self) -> None:
        """Until it has loaded its engines.

        Raises
        ------
        EOFError, OSError
            When it has ended.
        """
        self.is_there = self.is_there or bool(pickle.load(self._results))

    def do(self, packed: bytes) -> tuple[bool, Any]:
        """Whether a task could be done, and its result, or what it raised.

        Raises
        ------
        EOFError, OSError
            When the process has ended.
        """
        self._tasks.write(packed)
        self._tasks.flush()
        done, found, self.peak = pickle.load(self._results)
        return done, found

    def status(self) -> int:
        """The exit status of a process that has closed its ends of the pipes."""
        return self._process.wait()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        with self.free:  # whoever reads from it has met the end by now
            self._results.close()
            with suppress(OSError):  # what it had not read yet
                self._tasks.close()


_helpers: list[_Helper] = []
_is_helper = False
if hasattr(os, "register_at_fork"):  # a fork has no part in its parent's helpers
    os.register_at_fork(after_in_child=_helpers.clear)


class _SharedTasks:
    """Tasks that this process takes from the end, and its helpers from the beginning."""

    def __init__(self, tasks: Sequence[Callable[[], Any]], helpers: Sequence[_Helper]) -> None:
        self._tasks, self._alone = tasks, not helpers
        self._waiting = deque(range(len(tasks)))
        self._given: set[int] = set()
        self._found: dict[int, Any] = {}
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        for helper in helpers:
            threading.Thread(target=self._hand_out, args=(helper,), daemon=True).start()

    def _hand_out(self, helper: _Helper) -> None:
        """Give one helper a task after the other, as long as there are any."""
        goes_on = True
        while goes_on:
            with helper.free:
                goes_on = self._hand_one(helper)

    def _hand_one(self, helper: _Helper) -> bool:
        """Whether the helper has done a task and can be given another."""
        index = None
        try:
            helper.wait()
            index = self._take()
            if index is None:
                return False
            done, found = helper.do(_packed(self._tasks[index]))
        except Exception:  # not the task's own: it is done here, where it can be seen to fail
            with self._changed:
                if index is not None:
                    self._given.discard(index)
                    self._waiting.append(index)
                self._changed.notify_all()
            return False
        with self._changed:
            self._given.remove(index)
            if done:
                self._found[index] = found
            else:
                self._waiting.clear()
                self._error = found
            self._changed.notify_all()
        return done

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

    def results(self, end: float, before: Callable[[int], None]) -> dict[int, Any]:
        """What was found by the end, a time of the monotonic clock."""
        while True:
            with self._changed:
                left = end - time.monotonic()
                in_time = self._changed.wait_for(
                    lambda: self._waiting or self._error or not self._given,
                    None if left == float("inf") else max(left, 0.0),
                )
            if self._error is not None:
                raise self._error
            if not in_time or not self._waiting:
                return dict(self._found)
            self.work(before)


def _packed(task: Callable[[], Any]) -> bytes:
    import cloudpickle  # functions without a name of their own too

    return bytes(cloudpickle.dumps(task, protocol=pickle.HIGHEST_PROTOCOL))


def serve(modules: Sequence[str]) -> None:
    """Do the tasks that come in by standard input, until it ends: what a helper's process runs."""
    global _is_helper
    _is_helper = True  # and has none of its own
    gc.set_threshold(100_000, 50, 100)  # it keeps its engines, and little else for long
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that is helped ends this one
    incoming = sys.stdin.buffer
    # What a task prints is not mistaken for what came out of it.
    outgoing = io.BufferedWriter(io.FileIO(os.dup(sys.stdout.fileno()), "w"))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for module in modules:
        import_module(module)
    _send(outgoing, True)
    while True:
        idle = threading.Timer(IDLE, os._exit, (0,))
        idle.start()
        try:
            task = pickle.load(incoming)
        except EOFError:
            os._exit(0)
        idle.cancel()
        _send(outgoing, _done(task))


def _done(task: Callable[[], Any]) -> tuple[bool, Any, int]:
    try:
        return True, task(), peak_memory()
    except Exception as error:
        return False, error, peak_memory()


def _send(outgoing: BinaryIO, result: Any) -> None:
    import cloudpickle

    outgoing.write(cloudpickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL))
    outgoing.flush()

"""A process that does tasks of another: it reads them from a pipe and writes what came out.

It ends with the pipe, busy or not, so none outlives the process that it helps; and when it has had
nothing to do for a while.

Notes: Concept 87
"""

from __future__ import annotations

import io
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO, cast

from pellucid.memory import collect_rarely, peak_memory

IDLE = 60  # seconds without a task, after which a helper ends
SERVE = "import sys; from pellucid.helper_process import serve; serve(sys.argv[1:])"
LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LENGTH = struct.Struct("!Q")  # stands before each message
_helping: list[bool] = []  # one entry in a process that helps another


def is_helper() -> bool:
    """Whether this process helps another; it has no helpers of its own.

    Examples
    --------
    >>> is_helper()
    False
    """
    return bool(_helping)


class Answer:
    """What came of a task: its result, or what it raised; what was warned; the memory it took."""

    def __init__(self, task: Callable[[], Any], filters: Sequence[Any]) -> None:
        self._result: Any = None
        self._error: Exception | None = None
        self._heard: list[tuple[Warning | str, type[Warning], str, int]] = []
        with warnings.catch_warnings(record=True) as heard:
            warnings.filters[:] = filters  # type: ignore[index]
            try:
                self._result = task()
            except Exception as error:
                error.add_note(f"In a further process:\n{traceback.format_exc()}")
                self._error = error
        self._heard = [(w.message, w.category, w.filename, w.lineno) for w in heard]
        self.peak = peak_memory()

    @property
    def failed(self) -> bool:
        """Whether the task raised."""
        return self._error is not None

    def result(self) -> Any:
        """The result, or the error, after the warnings, as if all had come about here."""
        for message, category, file, line in self._heard:
            warnings.warn_explicit(message, category, file, line)
        if self._error is not None:
            raise self._error
        return self._result


class HelperProcess:
    """A process that does tasks, one at a time."""

    def __init__(self, modules: Sequence[str]) -> None:
        paths = [path or os.getcwd() for path in sys.path if isinstance(path, str)]
        one_thread = dict.fromkeys(LIMITS, "1")  # threads that wait for one another cost more
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", SERVE, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | one_thread | {"PYTHONPATH": os.pathsep.join(paths)},
        )
        self._process = process
        self._tasks, self._answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        self._ready = False
        self.peak = 0
        self.free = threading.Lock()  # held by who gives it a task

    @property
    def has_ended(self) -> bool:
        """Whether it has ended and another may take its place: not where none could start."""
        status = self._process.poll()
        return status is not None and (self._ready or status == 0)

    def wait(self) -> None:
        """Until it has loaded its engines.

        Raises
        ------
        EOFError, OSError
            When it has ended.
        """
        if not self._ready:
            _receive(self._answers)
            self._ready = True

    def do(self, packed: bytes) -> Answer:
        """What came of a task.

        Raises
        ------
        EOFError, OSError
            When the process has ended.
        pickle.PicklingError
            When task or result cannot be sent.
        Exception
            When the answer means nothing here.
        """
        _send(self._tasks, packed)
        message = _receive(self._answers)
        if not message:
            raise pickle.PicklingError("the task or its result")
        answer: Answer = pickle.loads(message)
        self.peak = answer.peak
        return answer

    def status(self) -> int:
        """The exit status of a process that has closed its ends of the pipes."""
        return self._process.wait()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        with self.free:  # whoever reads from it has met the end by now
            self._answers.close()
            with suppress(OSError):  # what it had not read yet
                self._tasks.close()


class Setting:
    """What holds where tasks are handed out, and shall hold where they are done."""

    def __init__(self) -> None:
        sklearn = sys.modules.get("sklearn")
        self._sklearn = None if sklearn is None else sklearn.get_config()
        self._filters = list(warnings.filters)

    def packed(self, task: Callable[[], Any]) -> bytes:
        """A task as it is sent.

        Raises
        ------
        pickle.PicklingError
            When it cannot be.
        """
        import cloudpickle  # functions without a name of their own too

        whole = task, self._sklearn, self._filters
        try:
            return bytes(cloudpickle.dumps(whole, pickle.HIGHEST_PROTOCOL))
        except (AttributeError, TypeError) as error:
            raise pickle.PicklingError(str(error)) from error


def serve(modules: Sequence[str]) -> None:
    """Do the tasks that come in by standard input, until it ends: what a helper's process runs."""
    _helping.append(True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that is helped ends this one
    collect_rarely()
    incoming, outgoing = _pipes()
    for module in modules:
        import_module(module)
    _send(outgoing, b"there")
    tasks: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_read_tasks, args=(incoming, tasks), daemon=True).start()
    while True:
        try:
            packed = tasks.get(timeout=IDLE)
        except queue.Empty:
            os._exit(0)
        _send(outgoing, _answer(packed))


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Where tasks come from and answers go; a task of its own reads nothing and prints aside."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = io.BufferedWriter(io.FileIO(os.dup(1), "w"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    return incoming, outgoing


def _read_tasks(incoming: BinaryIO, tasks: queue.Queue[bytes]) -> None:
    """Take in what comes, while tasks are done; the process ends with the pipe."""
    while True:
        try:
            tasks.put(_receive(incoming))
        except (EOFError, OSError):
            os._exit(0)


def _answer(packed: bytes) -> bytes:
    """The answer to a task as it is sent; nothing where task or answer cannot be."""
    import cloudpickle

    try:
        task, settings, filters = pickle.loads(packed)
        if settings is not None:
            from sklearn import set_config

            set_config(**settings)
        return bytes(cloudpickle.dumps(Answer(task, filters), pickle.HIGHEST_PROTOCOL))
    except Exception:  # it is found again where the task is done instead
        return b""


def _send(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: BinaryIO) -> bytes:
    (length,) = LENGTH.unpack(_read(pipe, LENGTH.size))
    return _read(pipe, length)


def _read(pipe: BinaryIO, length: int) -> bytes:
    found = pipe.read(length)
    if len(found) < length:
        raise EOFError("the pipe has ended")
    return found

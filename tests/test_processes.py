"""Work shared with further processes: the same results, whatever becomes of the helpers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sklearn

from pellucid import processes
from pellucid.errors import HyperparameterError
from pellucid.processes import processes_for, run_tasks, run_tasks_within


def pid_after(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def test_results_come_in_order_and_two_processes_share_them(helper: Any) -> None:
    its = helper()._process.pid
    assert run_tasks([partial(divmod, n, 7) for n in range(40)], 2) == [
        divmod(n, 7) for n in range(40)
    ]
    assert set(run_tasks([partial(pid_after, 0.05)] * 40, 2)) == {os.getpid(), its}
    assert processes.helpers_memory() > 1e7


def test_what_is_printed_is_not_taken_for_a_result(helper: Any) -> None:
    helper()
    said = [partial(subprocess.call, ["echo", "aside"]), partial(print, "aside")] * 3
    assert run_tasks(said, 2) == [0, None] * 3


def test_functions_without_a_name_and_their_results_travel(helper: Any) -> None:
    helper()
    tasks = [partial(lambda n: lambda: (n, os.getpid(), time.sleep(0.05)), n) for n in range(4)]
    found = [result() for result in run_tasks(tasks, 2)]
    assert [n for n, _, _ in found] == [0, 1, 2, 3]


def fail(where: int) -> None:
    time.sleep(0.05)
    if (os.getpid() == where) or not where:
        raise ValueError("the task's own")


@pytest.mark.parametrize("here", [True, False])
def test_the_error_of_a_task_is_raised(helper: Any, here: bool) -> None:
    where = os.getpid() if here else helper()._process.pid
    helper()
    with pytest.raises(ValueError, match="the task's own"):
        run_tasks([partial(fail, where)] * 40, 2)


def test_what_a_killed_helper_had_is_done_here(helper: Any) -> None:
    killed = helper()._process
    threading.Timer(0.15, killed.kill).start()
    assert set(run_tasks([partial(pid_after, 0.1)] * 8, 2)) <= {os.getpid(), killed.pid}
    assert killed.poll() is not None
    assert helper()._process.pid != killed.pid  # and the next time there is another


def test_what_cannot_be_sent_is_done_here(helper: Any) -> None:
    helper()
    lock = threading.Lock()
    assert (
        run_tasks([partial(lock.acquire, False), partial(lock.acquire, False)], 2).count(True) == 1
    )


def test_a_late_helper_is_not_waited_for(helper: Any) -> None:
    its = helper()
    began = time.monotonic()
    found = run_tasks_within(0.5, [partial(pid_after, 3), *[partial(pid_after, 0.05)] * 20], 2)
    assert sorted(found) == list(range(1, 21))
    assert time.monotonic() - began < 2.5
    assert run_tasks([os.getpid] * 4, 2) == [os.getpid()] * 4  # busy, so it takes no part
    with its.free:
        assert its._process.poll() is None
    assert its._process.pid in run_tasks([partial(pid_after, 0.05)] * 40, 2)


def test_a_helper_shares_nothing_further(helper: Any) -> None:
    its = helper()._process.pid
    task = partial(
        lambda: (
            os.getpid(),
            time.sleep(0.1),
            __import__("pellucid.processes").processes.processes_for(8),
        )
    )
    assert {pid: count for pid, _, count in run_tasks([task] * 20, 2)}[its] == 1


def test_chunks_within_a_task_are_shared_too(helper: Any) -> None:
    its = helper()._process.pid
    inner = partial(run_tasks, [partial(pid_after, 0.05)] * 40, 2)
    found = run_tasks([partial(pid_after, 0.01), inner], 2)
    assert its in found[1]


def test_memory_and_cores_limit_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "threads", lambda: 4)
    monkeypatch.setattr(processes, "free_memory", lambda: 8e9)
    assert processes_for(None) == processes_for(1) == 1
    assert processes_for(-1) == 4
    assert processes_for(6) == 6
    assert processes_for(6, rows_in_bytes=2e8) == 3
    assert processes_for(6, rows_in_bytes=1e9) == 1
    monkeypatch.setattr(processes, "threads", lambda: 64)
    assert processes_for(-1) == processes.MOST


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_no_helper_outlives_its_process() -> None:
    code = (
        "import time; from pellucid import processes as p; p.start_processes(2);"
        "h = p._helpers[0]; h.wait(); print(h._process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    assert ends(pid)


def ends(pid: int) -> bool:
    """Whether a process ends within five seconds."""
    for _ in range(100):
        if not _runs(pid):
            return True
        time.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_busy_helper_ends_with_its_process_too() -> None:
    code = (
        "import time; from functools import partial; from pellucid import processes as p;"
        "p.start_processes(2); h = p._helpers[0]; h.wait(); print(h._process.pid, flush=True);"
        "p.run_tasks([partial(time.sleep, 60), partial(time.sleep, 60)], 2)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(0.3)
        parent.kill()
    assert ends(pid)


def warn(number: int) -> int:
    time.sleep(0.02)
    warnings.warn(f"number {number}", UserWarning, stacklevel=1)
    warnings.warn(f"another {number}", DeprecationWarning, stacklevel=1)
    return os.getpid()


def test_warnings_and_their_filters_hold_wherever_a_task_is_done(helper: Any) -> None:
    helper()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", DeprecationWarning)
        where = run_tasks([partial(warn, n) for n in range(40)], 2)
    assert len(set(where)) == 2
    assert sorted(str(w.message) for w in heard) == sorted(f"number {n}" for n in range(40))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="number"):
            run_tasks([partial(warn, n) for n in range(40)], 2)


def test_settings_of_scikit_learn_travel(helper: Any) -> None:
    helper()

    def seen() -> tuple[int, Any]:
        time.sleep(0.02)
        return os.getpid(), sklearn.get_config()["transform_output"]

    with sklearn.config_context(transform_output="pandas"):
        found = run_tasks([seen] * 40, 2)
    assert len({pid for pid, _ in found}) == 2
    assert {output for _, output in found} == {"pandas"}


class TwoArguments(Exception):
    """It cannot be unpickled: it is made with one argument then."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one)


def test_what_cannot_come_back_is_found_here_and_the_helper_goes_on(helper: Any) -> None:
    its = helper()

    def odd() -> Any:
        time.sleep(0.02)
        return TwoArguments("a", "b"), bytes(1_000_000), threading.Lock

    found = run_tasks([odd] * 10, 2)
    assert all(isinstance(each[0], TwoArguments) for each in found)
    large = [partial(bytes, 1_000_000)] * 10
    assert [len(each) for each in run_tasks(large, 2)] == [1_000_000] * 10
    assert its._process.poll() is None


def test_an_error_leaves_the_helper_its_other_work(helper: Any) -> None:
    its = helper()

    def failing() -> Any:
        return run_tasks([partial(fail, 0)] * 4, 2)

    with pytest.raises(ValueError, match="the task's own"):
        failing()
    with its.free:
        assert its._process.poll() is None
    assert its._process.pid in run_tasks([partial(pid_after, 0.05)] * 40, 2)


def test_a_task_reads_nothing(helper: Any) -> None:
    helper()
    assert run_tasks([partial(subprocess.check_output, ["head", "-c", "1"])] * 6, 2)[0] == b""


def test_where_no_process_starts_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    processes.stop_processes()

    def refused(*_: Any, **__: Any) -> Any:
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refused)
    assert run_tasks([os.getpid] * 3, 2) == [os.getpid()] * 3
    monkeypatch.setattr(sys, "path", [Path("."), *sys.path])
    assert run_tasks([os.getpid] * 3, 2) == [os.getpid()] * 3


def test_a_number_of_processes_is_counted_as_joblib_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "threads", lambda: 4)
    monkeypatch.setattr(processes, "free_memory", lambda: 8e9)
    assert [processes_for(jobs) for jobs in (-1, -2, -4, -9)] == [4, 3, 1, 1]
    with pytest.raises(HyperparameterError, match="0 processes"):
        processes_for(0)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert processes_for(4) == 1

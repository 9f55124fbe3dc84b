"""Work shared with further processes: the same results, whatever becomes of the helpers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pellucid import processes
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
    found = run_tasks_within(0.5, [partial(pid_after, 5), *[partial(pid_after, 0.05)] * 40], 2)
    assert sorted(found) == list(range(1, 41))
    assert time.monotonic() - began < 4.5
    assert run_tasks([os.getpid] * 4, 2) == [os.getpid()] * 4  # busy, so it takes no part
    with its.free:
        assert its.alive
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
    for _ in range(100):
        if not _runs(pid):
            return
        time.sleep(0.05)
    raise AssertionError("the helper runs on")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"

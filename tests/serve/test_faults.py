"""What may befall a running service: a worker killed, slow and greedy callers, SIGTERM.

Each test runs the command itself in a process of its own, on a free port of this machine.

Notes: §1.0.3
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

import pellucid
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.storage import save_model

PROCESSES = pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs /proc")
PENGUINS = Path(__file__).parents[2] / "examples" / "penguins.csv"
ROW = {"island": "Dream", "bill_length_mm": 50, "bill_depth_mm": 19, "sex": "male"} | {
    "flipper_length_mm": 195,
    "body_mass_g": 3800,
}
GIGABYTE = 1_000_000_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("faults") / "model.pellucid"
    chosen = Settings(target="species", model="softmax", lams=(0.01,), cv=2)
    save_model(fit_table(PENGUINS, chosen).machine, file)
    return file


@contextmanager
def service(model: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command at work, and its port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    source = str(Path(pellucid.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "pellucid", "serve", str(model), "--port", str(port), *options],
        env=os.environ | {"PYTHONPATH": source},
        stderr=subprocess.PIPE,
    )
    try:
        until(lambda: answers(port))
        yield process, port
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.communicate()


def answers(port: int) -> bool:
    with suppress(httpx.HTTPError):
        found = httpx.post(f"http://127.0.0.1:{port}/predict", json=ROW, timeout=20)
        return bool(found.json()["prediction"] == "Chinstrap")
    return False


def until(holds: Any, seconds: float = 120) -> None:
    """Wait until it holds; fail where it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def head(port: int, length: int) -> bytes:
    return (
        f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def test_slow_and_greedy_callers_truncated_files_and_sigterm_cost_no_answer(
    model: Path, tmp_path: Path
) -> None:
    """One service goes through it all, since starting one takes seconds."""
    own = tmp_path / "model.pellucid"
    own.write_bytes(model.read_bytes())
    with service(own) as (process, port):
        body = json.dumps(ROW).encode()
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(head(port, len(body)) + body[:10])
            # A body that says it is a gigabyte is refused before it comes …
            with socket.create_connection(("127.0.0.1", port)) as greedy:
                greedy.sendall(head(port, GIGABYTE))
                greedy.settimeout(20)
                assert b" 413 " in greedy.recv(4096)
            # … one that does not say so, when it passes the limit.
            assert refused_midway(port)
            own.write_bytes(model.read_bytes()[:1000])
            until(lambda: health(port)["status"] == "degraded")
            assert answers(port)
            own.write_bytes(model.read_bytes())
            until(lambda: health(port)["status"] == "ok")
            if os.name == "posix":
                process.send_signal(signal.SIGTERM)
                time.sleep(0.5)
                assert process.poll() is None  # it waits for the slow caller
            slow.sendall(body[10:])
            slow.settimeout(20)
            assert b" 200 " in slow.recv(4096)
        if os.name == "posix":
            assert process.wait(20) in (0, -signal.SIGTERM)


def health(port: int) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/health", timeout=20).json()
    return found


def refused_midway(port: int) -> bool:
    """Send a gigabyte in chunks until the service has answered or closed; whether it refused."""
    chunk = b" " * 1_000_000
    framed = f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n"
    start = head(port, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    with socket.create_connection(("127.0.0.1", port)) as greedy:
        greedy.settimeout(20)
        greedy.sendall(start)
        sent = 0
        with suppress(ConnectionError):
            while sent < GIGABYTE:
                greedy.sendall(framed)
                sent += len(chunk)
        assert sent < GIGABYTE / 2, "the service read on"
        with suppress(ConnectionError):
            return b" 413 " in greedy.recv(4096)
    return True  # closed before the answer could be read, as TCP has it


@pytest.mark.slow
@PROCESSES
def test_a_worker_that_is_killed_is_replaced(model: Path) -> None:
    with service(model, "--workers", "2") as (process, port):
        workers = children(process.pid)
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        until(lambda: len(set(children(process.pid)) - set(workers)) > 0)
        until(lambda: all(answers(port) for _ in range(10)))


def children(parent: int) -> list[int]:
    """The worker processes that the service has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after_name = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
            if int(after_name[1]) == parent and "spawn_main" in arguments_of(folder):
                found.append(int(folder.name))
    return found


def arguments_of(folder: Path) -> str:
    return (folder / "cmdline").read_bytes().decode("utf-8", "replace")

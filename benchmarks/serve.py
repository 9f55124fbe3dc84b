"""Requests a second and how long the slowest wait: `pellucid serve` beside a service by hand.

Each service is one process, warmed; one client in another process asks them in turns, A B A B.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PENGUINS = HERE.parent / "examples" / "penguins.csv"
ROUNDS = 5
ONE_ROW = 1_000  # requests a round
MANY_ROWS = 5
ROWS = 10_000
STANDING = 200_000  # requests over which memory is to stay flat


class Client:
    """One connection that is kept: sends a request, waits for the whole answer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._port = port

    def request(self, body: bytes, path: str = "/predict") -> bytes:
        """The bytes of a request."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def ask(self, request: bytes) -> bytes:
        """The body of the answer.

        Raises
        ------
        RuntimeError
            Unless its status is 200.
        """
        self._socket.sendall(request)
        held = b""
        while b"\r\n\r\n" not in held:
            held += self._more()
        head, _, body = held.partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"{head!r} {body[:300]!r}")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        parts, size = [body], len(body)
        while size < length:
            parts.append(self._more())
            size += len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bytes:
        found = self._socket.recv(1 << 20)
        if not found:
            raise RuntimeError("the service closed the connection")
        return found


@dataclass(frozen=True)
class Peer:
    """A service: its command, how it wraps rows, how it says its labels."""

    command: list[str]
    path: str = "/predict"
    wrapped: str = ""

    def body(self, rows: list[Any]) -> bytes:
        """The rows as this service takes them."""
        return json.dumps({self.wrapped: rows} if self.wrapped else rows).encode()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A service that answers, until the block ends."""
    environment = os.environ | {"PYTHONPATH": f"{HERE.parent / 'src'}", "JAX_PLATFORMS": "cpu"}
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(1_200):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended at once")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def services(folder: Path) -> dict[str, tuple[Peer, int]]:
    """Ours, and those of the peers that are installed, each with its port."""
    import joblib

    from pellucid.jobs.fit.fit_result import Settings
    from pellucid.jobs.fit.fit_tables import fit_table
    from pellucid.storage import save_model
    from serve_peer import pipeline

    ours, theirs = folder / "model.pellucid", folder / "model.joblib"
    save_model(fit_table(PENGUINS, Settings(target="species", model="softmax")).machine, ours)
    joblib.dump(pipeline(PENGUINS), theirs)
    ports = [free_port() for _ in range(3)]
    python = sys.executable
    serve = [python, "-m", "pellucid", "serve", str(ours), "--port", str(ports[0])]
    by_hand = [python, str(HERE / "serve_peer.py"), str(theirs), str(ports[1])]
    found = {
        "pellucid": (Peer(serve), ports[0]),
        "FastAPI by hand": (Peer(by_hand), ports[1]),
    }
    scoring = _mlflow(folder, theirs, ports[2])
    return found | ({"MLflow": (scoring, ports[2])} if scoring else {})


def _mlflow(folder: Path, model: Path, port: int) -> Peer | None:
    """MLflow's own scoring server of the same pipeline; None where MLflow is not installed."""
    try:
        import mlflow.sklearn
    except ImportError:
        return None
    import joblib

    saved = folder / "mlflow"
    mlflow.sklearn.save_model(joblib.load(model), str(saved), serialization_format="cloudpickle")
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(saved)]
    options = ["--env-manager", "local", "--port", str(port), "--workers", "1"]
    return Peer(command + options, "/invocations", "dataframe_records")


def penguins() -> list[dict[str, Any]]:
    """The rows of the table, without their species."""
    import pyarrow as pa
    from pyarrow import csv

    missing = csv.ConvertOptions(strings_can_be_null=True)
    table: pa.Table = csv.read_csv(PENGUINS, convert_options=missing).drop_columns(["species"])
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def labels_of(answer: bytes) -> list[str]:
    """The labels of an answer in any of the three forms."""
    found = json.loads(answer)
    found = found["predictions"] if isinstance(found, dict) and "predictions" in found else found
    return [each if isinstance(each, str) else each["prediction"] for each in found]


def timed(port: int, requests: list[bytes]) -> list[float]:
    """Seconds of each request, one after another on one connection."""
    client, seconds = Client(port), []
    for request in requests:
        begin = time.perf_counter()
        client.ask(request)
        seconds.append(time.perf_counter() - begin)
    return seconds


def measured(
    asked: Mapping[str, tuple[int, list[bytes]]], rounds: int
) -> dict[str, list[list[float]]]:
    """Seconds of each request of each service, round by round in turns."""
    found: dict[str, list[list[float]]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, (port, requests) in asked.items():
            found[name].append(timed(port, requests))
    return found


def resident(process: int) -> float:
    """MiB of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def flat_memory(client: Client, process: int, requests: list[bytes], count: int) -> list[float]:
    """MiB of the service after each tenth of so many requests."""
    found = [resident(process)]
    for _ in range(10):
        for place in range(count // 10):
            client.ask(requests[place % len(requests)])
        found.append(resident(process))
    return found


def lines(standing: int = STANDING) -> str:
    """The table of RESULTS.md."""
    rows = penguins()
    many = [rows[i % len(rows)] for i in range(ROWS)]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        chosen = services(Path(name))
        processes = {
            each: stack.enter_context(running(peer.command, port))
            for each, (peer, port) in chosen.items()
        }
        single, bulk, labels = {}, {}, {}
        for each, (peer, port) in chosen.items():
            client, bare = Client(port), each == "pellucid"
            bodies = [peer.body([row]) if not bare else json.dumps(row).encode() for row in rows]
            ones = [client.request(body, peer.path) for body in bodies]
            single[each] = port, [ones[i % len(ones)] for i in range(ONE_ROW)]
            request = client.request(peer.body(many), peer.path)
            bulk[each] = port, [request] * MANY_ROWS
            labels[each] = labels_of(client.ask(request))
            timed(port, ones)  # warm
        one, ten_thousand = measured(single, ROUNDS), measured(bulk, ROUNDS)
        memory = flat_memory(
            Client(single["pellucid"][0]),
            processes["pellucid"].pid,
            single["pellucid"][1],
            standing,
        )
    return written(one, ten_thousand, labels, memory, standing)


def written(
    one: dict[str, list[list[float]]],
    many: dict[str, list[list[float]]],
    labels: dict[str, list[str]],
    memory: list[float],
    standing: int,
) -> str:
    """The measurements in Markdown; ratios are those of medians over the rounds."""
    text = [
        "| service | one row: requests a second | median ms | p99 ms "
        f"| {ROWS:,} rows: ms | labels equal to ours |",
        "|---|---|---|---|---|---|",
    ]
    rate, late, bulk = {}, {}, {}
    for name in one:
        rate[name] = statistics.median(len(r) / sum(r) for r in one[name])
        late[name] = statistics.median(statistics.quantiles(r, n=100)[98] for r in one[name]) * 1e3
        middle = statistics.median(s for r in one[name] for s in r) * 1e3
        bulk[name] = statistics.median(s for r in many[name] for s in r) * 1e3
        equal = statistics.mean(
            a == b for a, b in zip(labels[name], labels["pellucid"], strict=True)
        )
        text.append(
            f"| {name} | {rate[name]:,.0f} | {middle:.2f} | {late[name]:.2f} | {bulk[name]:,.0f} "
            f"| {equal:.1%} |"
        )
    for name in one:
        if name != "pellucid":
            times, share = rate["pellucid"] / rate[name], bulk[name] / bulk["pellucid"]
            met = times >= 5 and late["pellucid"] < late[name] and share >= 2
            text.append(
                f"\nAgainst {name}: one row {times:.1f}× (asked ≥ 5×, at a lower p99), "
                f"{ROWS:,} rows {share:.1f}× (asked ≥ 2×): {'met' if met else '**not met**'}."
            )
    text.append(
        f"\nMemory over {standing:,} one-row requests: {memory[0]:.0f} MiB at first, "
        f"{memory[1]:.0f} after a tenth, {memory[-1]:.0f} at the end."
    )
    return "\n".join(text)


if __name__ == "__main__":
    print(lines(int(sys.argv[1]) if len(sys.argv) > 1 else STANDING))

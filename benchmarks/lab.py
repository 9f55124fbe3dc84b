"""The lab: what moving a page's main control costs; one page beside marimo and Streamlit.

`python benchmarks/lab.py pages` measures the pages in this process: processor time of the first
scene, of the scenes after it as the main control goes through its range, programs that XLA compiled
for these, and bytes.

`python benchmarks/lab.py peers [PYTHON]` starts each tool by its own command, opens it in a fresh
Chromium, waits for the first picture, then moves the slider by its arrow key. PYTHON is one in
which marimo and streamlit are installed beside Pellucid; those that it lacks are left out by name.
The computation is the library's own in all three: the same objective, the same 200 steps, the same
grid of heights. The peers draw with Matplotlib, as their documentation does; the lab's page draws a
picture more, and plays the run.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from serve import free_port, running

MOVES = 20
WALK = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from pellucid.descent import SmallGradient, Steps, minimize, model_objective
from pellucid.lab.sample_tables import sample

x, y = sample("a line with noise").table.numbers("x", "y").T
x, y = (x - x.min()) / np.ptp(x), (y - y.mean()) / y.std()
J = model_objective("square", "linear", x[:, None], y)
axis = np.linspace(-6.4, 6.4, 60)
heights = [[J.value({"theta": np.array([a]), "theta_0": b}) for a in axis] for b in axis]

def figure(eta):
    start = {"theta": np.array([-2.0]), "theta_0": np.array(2.0)}
    found = minimize(J, start, step_size=eta, stop=Steps(200) | SmallGradient(1e-6))
    walk = np.array([[p["theta"][0], p["theta_0"]] for p in found.path])
    drawn, (left, right) = plt.subplots(1, 2, figsize=(10, 4.5))
    left.contourf(axis, axis, heights, 14)
    left.plot(*walk.T, "o-", color="black", markersize=2)
    left.set(xlim=(-6.4, 6.4), ylim=(-6.4, 6.4), xlabel="slope", ylabel="offset")
    right.scatter(x, y)
    right.plot(x, walk[-1, 0] * x + walk[-1, 1])
    return drawn
"""
MARIMO = """
import marimo
app = marimo.App()

@app.cell
def _():
    import marimo as mo
    from walk import figure, plt
    eta = mo.ui.slider(0.001, 2.0, 0.001, value=0.75, label="eta")
    eta
    return eta, figure, mo, plt

@app.cell
def _(eta, figure, mo, plt):
    drawn = figure(eta.value)
    plt.close(drawn)
    mo.as_html(drawn)
    return

if __name__ == "__main__":
    app.run()
"""
STREAMLIT = """
import streamlit as st
from walk import figure, plt

drawn = figure(st.slider("eta", 0.001, 2.0, 0.75, 0.001))
st.pyplot(drawn)
plt.close(drawn)
"""
# What is seen in all open shadow roots; the sign of a new picture; a key's time until it is there.
WATCH = """
globalThis.every = (selector, root = document) => {
  const inside = [...root.querySelectorAll("*")].filter(n => n.shadowRoot);
  const deeper = inside.flatMap(n => every(selector, n.shadowRoot));
  return [...root.querySelectorAll(selector), ...deeper];
};
globalThis.sign = () => every(".lab")[0]?.dataset.version
  ?? every("img").filter(n => n.complete && n.naturalWidth > 400).map(n => n.src).join();
globalThis.changes = (before, begun) => new Promise(done => {
  const look = () => {
    const now = sign();
    if (now && now !== before && begun()) requestAnimationFrame(() => done(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
});
globalThis.moved = async () => {
  let key = 0;
  const pressed = () => { key ||= performance.now(); };
  addEventListener("keydown", pressed, { once: true, capture: true });
  return await changes(sign(), () => key) - key;
};
"""


@dataclass(frozen=True)
class Tool:
    """How a tool is started on a port, where it shows the page, and what its slider is."""

    name: str
    command: tuple[str, ...]
    slider: str
    path: str = "/"


@dataclass(frozen=True)
class Measured:
    """What one tool took."""

    tool: str
    first_s: float
    first_cpu_s: float
    move_ms: float
    move_cpu_ms: float
    first_bytes: int
    move_bytes: float
    requests: int


class Traffic:
    """Bytes that a page received, over HTTP and sockets, and how many requests it made."""

    def __init__(self, page: Page) -> None:
        self.bytes = self.requests = 0
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.loadingFinished", self._loaded)
        line.on("Network.webSocketFrameReceived", self._framed)

    def _loaded(self, event: Any) -> None:
        self.bytes += int(event["encodedDataLength"])
        self.requests += 1

    def _framed(self, event: Any) -> None:
        self.bytes += len(event["response"]["payloadData"])


def tools(python: str, port: int, folder: Path) -> Iterator[Tool]:
    """The lab, and the peers that this Python has; the others are named."""
    number = str(port)
    yield Tool(
        "pellucid lab",
        (sys.executable, "-m", "pellucid", "lab", "--no-open", "--port", number),
        ".first input[type=range]",
        "/page/gradient-descent",
    )
    commands = {
        "marimo": ("run", "--headless", "--no-token", "--port", number, f"{folder / 'descent.py'}"),
        "streamlit": (
            "run", "--server.headless=true", "--browser.gatherUsageStats=false",
            f"--server.port={number}", f"{folder / 'app.py'}",
        ),
    }  # fmt: skip
    for name, command in commands.items():
        if subprocess.run([python, "-c", f"import {name}"], capture_output=True).returncode:
            print(f"{name} is left out: {python} has none (pip install {name}).")
            continue
        yield Tool(name, (python, "-m", name, *command), "[role=slider], input[type=range]")


@contextmanager
def started(tool: Tool, port: int) -> Iterator[tuple[psutil.Process, str]]:
    """The tool's process and the address to open."""
    if tool.name != "pellucid lab":
        with running(list(tool.command), port) as process:
            yield psutil.Process(process.pid), f"http://127.0.0.1:{port}{tool.path}"
        return
    with subprocess.Popen(tool.command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        token = process.stdout.readline().split("token=")[-1].strip()
        try:
            yield psutil.Process(process.pid), f"http://127.0.0.1:{port}{tool.path}?token={token}"
        finally:
            process.terminate()


def cpu(process: psutil.Process) -> float:
    """Processor seconds of a process and of all that it started."""
    family = [process, *process.children(recursive=True)]
    return float(sum(p.cpu_times().user + p.cpu_times().system for p in family))


def measured(tool: Tool, port: int, browser: Any) -> Measured:
    """One tool from its command to the last of its moves."""
    begin = time.perf_counter()
    with started(tool, port) as (process, address):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        traffic = Traffic(page)
        page.add_init_script(WATCH)
        page.goto(address)
        page.evaluate("changes(undefined, () => true)")
        first_s, first_cpu = time.perf_counter() - begin, cpu(process)
        page.wait_for_timeout(2_000)  # what is still loading belongs to the first picture
        first_bytes, requests = traffic.bytes, traffic.requests
        slider = page.locator(tool.slider).first
        slider.focus(timeout=120_000)
        moves, before = [], cpu(process)
        for _ in range(MOVES):
            page.evaluate("globalThis.seen = moved(); 0")
            page.keyboard.press("ArrowRight")
            moves.append(float(page.evaluate("seen")))
            page.wait_for_timeout(150)
        spent = cpu(process) - before
        page.context.close()
    return Measured(
        tool.name, first_s, first_cpu, statistics.median(moves), 1_000 * spent / MOVES,
        first_bytes, (traffic.bytes - first_bytes) / MOVES, requests,
    )  # fmt: skip


def rows(python: str) -> Iterator[Measured]:
    """Each tool in turn."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as engine:
        folder = Path(name)
        for file, text in (("walk", WALK), ("descent", MARIMO), ("app", STREAMLIT)):
            (folder / f"{file}.py").write_text(text, encoding="utf-8")
        browser = engine.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        port = free_port()
        for tool in tools(python, port, folder):
            yield measured(tool, port, browser)


def scene_costs() -> Iterator[str]:
    """A line a page: its main control through nine values of its range."""
    import jax

    from pellucid.lab.catalogue import entries, page_named
    from pellucid.lab.export import values_of
    from pellucid.lab.tables import Tables

    compiled: list[str] = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, _, **__: compiled.append(event) if "backend_compile" in event else None
    )
    tables = Tables()
    for row in entries():
        page = page_named(row.name)
        data = tables.of(page, {})
        main = page.controls[0]
        values = values_of(main, page, page.checked_state({}, data), data)
        first, _ = scene_cost(page, {}, data)
        compiled.clear()
        tried = [values[round(k * (len(values) - 1) / 8)] for k in range(9)]
        costs, sizes = zip(*(scene_cost(page, {main.name: v}, data) for v in tried), strict=True)
        yield (
            f"| {row.number} {row.name}, {main.name} | {first:.1f} | "
            f"{1e3 * statistics.median(costs):.0f} | {1e3 * max(costs):.0f} | {len(compiled)} | "
            f"{statistics.median(sizes) / 1e3:.0f} |"
        )


def scene_cost(page: Any, given: dict[str, Any], data: Any) -> tuple[float, int]:
    """Processor seconds and bytes of a scene; of a stream, its first."""
    from pellucid.errors import PellucidError
    from pellucid.lab.frame_encoding import pack_frame
    from pellucid.lab.rendering import scene_heads

    begin, size = time.process_time(), 0
    with contextlib.suppress(PellucidError):  # a value that the table does not admit
        size = len(pack_frame(next(scene_heads(page, given, data))))
    return time.process_time() - begin, size


def main() -> None:
    """Print the table that was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("table", choices=("pages", "peers"))
    options.add_argument("python", nargs="?", default=sys.executable)
    chosen = options.parse_args()
    if chosen.table == "pages":
        print("| page, control | first, CPU s | a move, CPU ms | most | compiled | kB |")
        print("|---|---|---|---|---|---|")
        for line in scene_costs():
            print(line, flush=True)
        return
    print(
        "| | command → picture, s | CPU s | key → picture, ms | CPU ms | first: MB | requests | "
        "a move: kB |\n|---|---|---|---|---|---|---|---|"
    )
    for row in rows(chosen.python):
        print(
            f"| {row.tool} | {row.first_s:.1f} | {row.first_cpu_s:.1f} | {row.move_ms:.0f} | "
            f"{row.move_cpu_ms:.0f} | {row.first_bytes / 1e6:.2f} | {row.requests} | "
            f"{row.move_bytes / 1e3:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

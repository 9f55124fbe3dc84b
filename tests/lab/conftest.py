"""One lab, started by its command, and one browser for all tests of this room (of a worker)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from running_lab import ROOT, Lab

CHROMIUM = shutil.which("chromium")


# Which words written in pictures (those with an edge about them) lie on one another.
WORDS = """{
  const own = CanvasRenderingContext2D.prototype, { clearRect, strokeText } = own;
  own.clearRect = function (...box) { this.canvas.words = []; clearRect.apply(this, box); };
  own.strokeText = function (text, x, y) {
    const right = x + this.measureText(text).width;
    (this.canvas.words ??= []).push({ text, left: x, right, top: y - 9, base: y });
    strokeText.call(this, text, x, y);
  };
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.base && b.top < a.base;
  globalThis.hiddenWords = () => [...document.querySelectorAll("canvas")].flatMap(n =>
    (n.words ?? []).flatMap((a, i) => n.words.slice(i + 1).filter(b => meet(a, b))
      .map(b => `${a.text} / ${b.text}`)));
}"""


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The lab over the penguins."""
    command = [sys.executable, "-m", "pellucid", "lab", "examples/penguins.csv"]
    command += ["--target", "body_mass_g", "--no-open", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().split()[-1])
        assert address.port is not None
        yield Lab(address.port, parse_qs(address.query)["token"][0])
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture(scope="module")  # Playwright's loop would be in the way of other modules' own
def browser() -> Iterator[Any]:
    """Chromium, to which no host but this machine exists."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    away = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", away, "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, lab: Lab) -> Iterator[Callable[..., Any]]:
    """Opens a page of the lab; fails for a request elsewhere and for whatever the console says."""
    wrong: list[str] = []
    contexts: list[Any] = []

    def watched(tab: Any) -> Any:
        def asked(request: Any) -> None:
            if not request.url.startswith(
                (f"http://127.0.0.1:{lab.port}/", "data:", "blob:", "file:")
            ):
                wrong.append(f"asked for {request.url}")

        tab.on("request", asked)
        tab.on(
            "console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None
        )
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        return tab

    def visited(path: str, fragment: str = "", **options: Any) -> Any:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_init_script(WORDS)
        tab = watched(context.new_page())
        tab.goto(path if path.startswith("file:") else lab.address(path, fragment))
        if path != "/":
            tab.locator(".lab[data-version]").wait_for(timeout=60_000)
        return tab

    yield visited
    for context in contexts:
        context.close()
    assert not wrong

"""Every page of the lab in a real Chromium: first picture, control → picture, pictures a second.

`python benchmarks/lab_in_browser.py [PAGE…]` starts one lab by its command and opens the pages one
after the other, each in a fresh context (all sixty when none is named). Of each page:

- *first picture*: from its address to the animation frame in which its pictures are drawn; the
  engines that a page is the first to need are loaded then;
- *control → picture*: its main control is set to ten places of its range (a menu to each of its
  entries, a box once), and the time taken from that event to the frame with the new pictures;
- *dragged*: pictures a second while its slider goes through two hundred places, one an animation
  frame, for two seconds;
- *played*: steps drawn a second, where a run has a hundred steps or more (shorter runs are paced,
  so that they can be followed);
- bytes of the first picture, code and fonts included, and of a move.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import sync_playwright

from lab import Tool, Traffic, started
from serve import free_port

SEEN = """
globalThis.drawn = () => new Promise(done => {
  const look = () => document.querySelector(".lab[data-version]")
    ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
});
const version = () => document.querySelector(".lab").dataset.version;
const control = () => document.querySelector(".first input, .first select");
// Puts the main control to place i of n; nothing where it has no such place, or stands there.
globalThis.put = (i, n) => {
  const c = control(), before = [c?.value, c?.checked].join();
  if (c?.type === "range") c.value = +c.min + (c.max - c.min) * i / (n - 1);
  else if (c?.tagName === "SELECT" && i < c.options.length) c.selectedIndex = i;
  else if (c?.type === "checkbox") { if (i) return false; c.checked = !c.checked; }
  else return false;
  if (before === [c.value, c.checked].join()) return false;
  c.dispatchEvent(new Event(c.type === "range" ? "input" : "change", { bubbles: true }));
  return true;
};
globalThis.moved = (i, n) => new Promise(done => {
  const before = version(), from = performance.now();
  if (!put(i, n)) return done(null);
  const look = () => version() !== before || document.querySelector("[role=alert]").textContent
    ? done(performance.now() - from) : requestAnimationFrame(look);
  requestAnimationFrame(look);
});
globalThis.dragged = milliseconds => new Promise(done => {
  if (control()?.type !== "range") return done(null);
  const from = performance.now(), before = +version();
  let i = 0;
  const go = () => {
    const over = performance.now() - from > milliseconds;
    if (over) return done((version() - before) / milliseconds * 1e3);
    put(i++ % 200, 200); requestAnimationFrame(go);
  };
  go();
});
globalThis.played = milliseconds => new Promise(done => {
  const model = globalThis.labModel;
  if ((model.get("scene").steps ?? 0) < 100) return done(null);
  let count = 0;
  model.set("t", 0); model.on("change:t", () => { count += 1; });
  const from = performance.now();
  document.querySelector(".keys .play").click();
  const look = () => {
    const over = model.get("t") >= model.get("scene").steps, spent = performance.now() - from;
    if (over || spent > milliseconds) done(count / spent * 1e3); else requestAnimationFrame(look);
  };
  look();
});
"""


@dataclass(frozen=True)
class Seen:
    """What one page took; None where it has no such motion."""

    name: str
    first_ms: float
    move_ms: float | None
    most_ms: float | None
    dragged: float | None
    played: float | None
    first_bytes: int
    move_bytes: float | None


def seen(name: str, base: str, browser: Any) -> Seen:
    """One page in a fresh context."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    traffic = Traffic(tab)
    tab.add_init_script(SEEN)
    tab.goto(base.format(name=name), wait_until="commit")
    first_ms = float(tab.evaluate("drawn()"))
    tab.wait_for_timeout(300)
    first_bytes = traffic.bytes
    found = [tab.evaluate("([i, n]) => moved(i, n)", [i, 10]) for i in range(10)]
    moves = [float(ms) for ms in found if ms is not None]
    tab.wait_for_timeout(200)
    move_bytes = (traffic.bytes - first_bytes) / len(moves) if moves else None
    dragged, played = tab.evaluate("dragged(2000)"), tab.evaluate("played(3000)")
    context.close()
    return Seen(
        name, first_ms, statistics.median(moves) if moves else None, max(moves, default=None),
        dragged, played, first_bytes, move_bytes,
    )  # fmt: skip


def rows(names: list[str]) -> Iterator[Seen]:
    """Each page in turn."""
    port = free_port()
    command = (sys.executable, "-m", "pellucid", "lab", "--no-open", "--port", str(port))
    with sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        with started(Tool("pellucid lab", command, ""), port) as (_, address):
            base = address.replace("/?", "/page/{name}?")
            for name in names:
                yield seen(name, base, browser)


def written(value: float | None) -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else f"{value:.0f}"


def main() -> None:
    """Print the table, and the medians over its pages."""
    from pellucid.lab.catalogue import entries

    print(
        "| page | first picture, ms | control → picture, ms | most | dragged: pictures a second | "
        "played | first, kB | a move, kB |\n|---|---|---|---|---|---|---|---|"
    )
    found = []
    for row in rows(sys.argv[1:] or [entry.name for entry in entries()]):
        found.append(row)
        numbers = (
            row.first_ms, row.move_ms, row.most_ms, row.dragged, row.played, row.first_bytes / 1e3,
            None if row.move_bytes is None else row.move_bytes / 1e3,
        )  # fmt: skip
        print(f"| {row.name} | {' | '.join(map(written, numbers))} |", flush=True)
    for words, of in (
        ("first picture, ms", [r.first_ms for r in found]),
        ("control → picture, ms", [r.move_ms for r in found if r.move_ms is not None]),
        ("dragged", [r.dragged for r in found if r.dragged is not None]),
        ("played", [r.played for r in found if r.played is not None]),
    ):
        print(f"{words}: median {written(statistics.median(of)) if of else '–'} of {len(of)} pages")


if __name__ == "__main__":
    main()

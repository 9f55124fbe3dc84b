"""Pages inside a notebook: what a view asks and is answered, live and as a file in a frame."""

from __future__ import annotations

import base64
import html
import importlib.util
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import HyperparameterError, PellucidError
from pellucid.lab import notebook
from pellucid.lab.bundle import bundle, embedded_style
from pellucid.lab.catalogue import page_named
from pellucid.lab.frame_encoding import unpack_frame
from pellucid.lab.notebook import PageSession, page
from pellucid.lab.tables import Tables

NAME = "gradient-descent"
DATA = np.c_[np.arange(40.0), 3 * np.arange(40.0) + 1]


def asked(of: PageSession, **question: Any) -> dict[str, Any]:
    """What a view of the page is answered."""
    return unpack_frame(of.answer({"view": "v", "id": "v-0", **question}))


@pytest.fixture
def streaming() -> PageSession:
    """A page whose work streams: a scene again and again."""
    still = page_named("sigmoid")

    def work(state: Any, data: Any) -> Any:
        (scene,) = still.scenes(state, data)
        while True:
            yield scene

    return PageSession(replace(still, scenes=work, streams=True), Tables(), {})


def test_a_live_page_answers_its_views_and_its_notebook() -> None:
    live = page(NAME, DATA, eta=0.5)
    live.asked = {"view": "v", "id": "v-0", "kind": "scene", "state": live.state}
    frame = unpack_frame(live.answered)
    assert frame["asked"] == "v-0"
    assert frame["found"]["settled"]["eta"] == live.state["eta"] == 0.5
    assert frame["found"]["about"] == "40 rows of data"
    assert "read_table(data)" in live.program
    space: dict[str, Any] = {"data": DATA}
    exec(live.program, space)
    np.testing.assert_allclose(space["values"], live.numbers["values"])
    live.move(eta=0.25)
    assert live.moved == {"eta": 0.25}
    with pytest.raises(HyperparameterError):
        live.move(eta="fast")
    live.close()


def test_without_anywidget_the_page_is_a_file_in_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "find_spec", lambda name: None)
    shown = page("sigmoid")
    assert "pellucid[notebook]" in repr(shown)
    text = shown._repr_html_()
    assert text.startswith("<iframe srcdoc=")
    assert 'sandbox="allow-scripts"' in text
    inside = html.unescape(text.split('srcdoc="')[1].split('" title=')[0])
    assert inside.startswith("<!DOCTYPE html>")
    assert "http" not in inside.split("<script")[0].replace("http-equiv", "")


def test_the_library_needs_no_anywidget_to_be_read() -> None:
    assert importlib.util.find_spec("anywidget") is not None, "the tests' own environment has it"
    with pytest.raises(PellucidError, match="no page"):
        page("gradient-decent")
    with pytest.raises(PellucidError, match="no setting"):
        page(NAME, speed=1)


@given(
    st.dictionaries(
        st.sampled_from(["kind", "view", "id", "state", "index", "name", "content"]),
        st.sampled_from(["scene", "more", "answer", "upload", "leave"])
        | st.none()
        | st.integers()
        | st.text(max_size=5)
        | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    )
)
def test_whatever_is_asked_gets_a_frame(question: dict[str, Any]) -> None:
    found = page_named("sigmoid")
    frame = unpack_frame(PageSession(found, Tables(), {}).answer(question))
    assert ("found" in frame) != ("trouble" in frame)
    assert "cannot be computed" not in frame.get("trouble", "")


def test_a_table_is_dropped_on_the_page() -> None:
    found = page_named(NAME)
    talk = PageSession(found, Tables(), {})
    content = base64.b64encode(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(30)))
    kept = asked(talk, kind="upload", name="own.csv", content=content.decode())["found"]
    scene = asked(talk, kind="scene", state={"data": kept["id"]})["found"]
    assert scene["about"] == "30 rows of own.csv"
    assert talk.state["data"] == kept["id"]
    assert "drop it again" in asked(talk, kind="upload", name="a.csv", content="é")["trouble"]


def test_leaving_ends_the_work(streaming: PageSession) -> None:
    assert "found" in asked(streaming, kind="scene", state={})
    (work,) = streaming._works.values()
    assert "found" in asked(streaming, kind="more")
    asked(streaming, kind="leave")
    assert work.gi_frame is None, "the generator is closed"
    assert "Nothing is at work" in asked(streaming, kind="more")["trouble"]


# --- in a browser -----------------------------------------------------------------------------

HOST = """
class Model {
  constructor(declared) { this.values = { declared }; this.hearers = {}; }
  get(key) { return this.values[key]; }
  set(key, value) { this.values[key] = value; this.dirty = key; }
  on(event, hear) { (this.hearers[event] ??= []).push(hear); }
  off(event, hear) { this.hearers[event] = (this.hearers[event] ?? []).filter(h => h !== hear); }
  tell(event) { for (const hear of this.hearers[event] ?? []) hear(); }
  async save_changes() {
    if (this.dirty !== "asked") return;
    const bytes = Uint8Array.from(atob(await kernel(this.values.asked)), c => c.charCodeAt(0));
    this.values.answered = new DataView(bytes.buffer); this.tell("change:answered");
  }
}
globalThis.begun = (async () => {
  const blob = new Blob([document.getElementById("esm").textContent], { type: "text/javascript" });
  const { default: widget } = await import(URL.createObjectURL(blob));
  const model = globalThis.hostModel = new Model(await declaredPage());
  const places = ["out0", "out1"].map(id => document.getElementById(id));
  globalThis.left = places.map(el => widget.render({ model, el }));
})();
"""


@pytest.mark.browser
def test_two_views_of_one_live_page_in_a_browser(browser: Any) -> None:
    """The module that notebooks load, with a model of their shape and the kernel's answers."""
    found = page_named(NAME)
    talk = PageSession(found, Tables(DATA), found.checked_state({}, Tables(DATA).of(found, {})))
    wrong: list[str] = []
    tab = browser.new_context(viewport={"width": 900, "height": 1200}).new_page()
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.expose_function("kernel", lambda q: base64.b64encode(talk.answer(q)).decode())
    tab.expose_function("declaredPage", talk.declared)
    esm = bundle("notebook")
    tab.set_content(
        f"<html lang=en><title>Notebook</title><style>{embedded_style()}</style><body>"
        f'<div id=out0></div><div id=out1></div><script type="text/plain" id="esm">{esm}</script>'
        f"<script>{HOST}</script>"
    )
    first, second = tab.locator("#out0 .lab[data-version]"), tab.locator("#out1 .lab[data-version]")
    first.wait_for(timeout=60_000)
    second.wait_for(timeout=60_000)
    ids = tab.locator("[id^=set-]").evaluate_all("found => found.map(n => n.id)")
    assert len(set(ids)) == len(ids), "inputs of two views have names of their own"
    tab.evaluate("hostModel.set('moved', { eta: 0.25 }); hostModel.tell('change:moved')")
    tab.locator("#out0 .lab[data-version='2']").wait_for(timeout=60_000)
    assert "0.25" in first.locator("pre").inner_text()
    first.locator(".answers button").first.click()
    tab.wait_for_function("document.querySelector('#out0 .answered').textContent.length > 0")
    assert tab.evaluate("location.hash") == ""
    before = len(talk._works)
    tab.evaluate("left[0](); left[1]()")
    assert before == len(talk._works) == 0
    assert not wrong
    tab.context.close()


STRICT = """
// A host as VS Code's and marimo's: a frame of no origin, or a shadow root, and no more of a model
// than the contract has.
const ALLOWED = ["get", "set", "on", "off", "save_changes", "send", "widget_manager"];
const strict = model => new Proxy(model, {
  get(own, key) {
    if (!ALLOWED.includes(key)) throw new Error(`model.${String(key)} is no part of the contract`);
    const value = own[key];
    return typeof value === "function" ? value.bind(own) : value;
  },
});
const OWN = "h1, p, button, input, table, td, code";
const looks = () => JSON.stringify([...document.querySelectorAll("#own :is(" + OWN + ")")].map(
  n => [...getComputedStyle(n)].map(name => getComputedStyle(n).getPropertyValue(name))));
globalThis.broken = globalThis.added = []; globalThis.begun = 0;
addEventListener("securitypolicyviolation", event => broken.push(event.blockedURI));
addEventListener("error", event => broken.push(event.message));
addEventListener("unhandledrejection", event => broken.push(String(event.reason)));
globalThis.begun = (async () => {
  const before = looks();
  const style = document.createElement("style");
  style.textContent = document.getElementById("css").textContent;
  document.head.append(style);
  const blob = new Blob([document.getElementById("esm").textContent], { type: "text/javascript" });
  const address = URL.createObjectURL(blob), names = Object.getOwnPropertyNames(globalThis);
  const { default: widget, ...others } = await import(address);
  globalThis.added = Object.getOwnPropertyNames(globalThis).filter(n => !names.includes(n));
  globalThis.exported = [Object.keys(widget), Object.keys(others)];
  const root = document.getElementById("closed").attachShadow({ mode: "open" });
  const inner = root.appendChild(document.createElement("div"));
  root.append(style.cloneNode(true));
  const places = [document.getElementById("open"), inner], declared = await declaredPage();
  globalThis.ends = await Promise.all(places.map(async el => {
    const model = strict(new Model(declared));
    return widget.render({ model, el, experimental: {}, signal: new AbortController().signal });
  }));
  globalThis.kept = before === looks();
})();
"""
# No document, no window: where a module that touches the page as it is read fails.
WORKER = """address => new Promise(resolve => {
  const text = `import("${address}").then(m => postMessage(Object.keys(m.default).join()))
    .catch(e => postMessage(String(e)));`;
  const worker = new Worker(URL.createObjectURL(new Blob([text])));
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = () => resolve("the worker failed");
})"""
POLICY = "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'"


@pytest.mark.browser
def test_the_module_keeps_the_contract_of_anywidget(browser: Any) -> None:
    """What VS Code and marimo need of it, and this test has no need of either."""
    found = page_named(NAME)
    talk = PageSession(found, Tables(DATA), found.checked_state({}, Tables(DATA).of(found, {})))
    host = (
        f'<html lang=en><meta http-equiv="Content-Security-Policy" content="{POLICY}"><body>'
        "<div id=own><h1>Own</h1><p>Words <code>x</code><button>Go</button><input type=range>"
        "<table><tr><td>1</table></div><div id=open></div><div id=closed></div>"
        f'<script type="text/plain" id="esm">{bundle("notebook")}</script>'
        f'<script type="text/plain" id="css">{embedded_style()}</script>'
        f"<script>{HOST.split('globalThis.begun')[0]}{STRICT}</script>"
    )
    outer = '<iframe sandbox="allow-scripts" src="frame" width=900 height=2000>'
    tab = browser.new_context(viewport={"width": 960, "height": 2100}).new_page()
    served = {"/module.js": (bundle("notebook"), "text/javascript"), "/frame": (host, "text/html")}

    def serve(route: Any) -> None:
        body, kind = served.get(urlsplit(route.request.url).path, (outer, "text/html"))
        route.fulfill(body=body, content_type=kind)

    tab.route("**/*", serve)
    tab.expose_function("kernel", lambda q: base64.b64encode(talk.answer(q)).decode())
    tab.expose_function("declaredPage", talk.declared)
    tab.goto("http://127.0.0.1/host")
    assert tab.evaluate(WORKER, "http://127.0.0.1/module.js") == "render"
    inside = tab.frames[1]
    assert inside.evaluate("origin") == "null"
    for place in ("#open", "#closed"):  # Playwright looks into shadow roots
        shown = inside.locator(f"{place} .lab[data-version]")
        shown.wait_for(timeout=60_000)
        shown.locator(".keysbox input[type=range]").first.press("ArrowRight")
        inside.locator(f"{place} .lab[data-version='2']").wait_for(timeout=60_000)
        assert shown.evaluate("n => getComputedStyle(n).containerType") == "inline-size"
    assert inside.evaluate("exported") == [["render"], []]
    assert inside.evaluate("[...added, ...broken]") == []
    assert inside.evaluate("kept"), "the style of the page leaves the notebook's own as it was"
    inside.evaluate("ends.forEach(end => end())")
    assert talk._works == {}
    tab.context.close()


@pytest.mark.browser
def test_the_page_in_a_frame_of_a_notebook(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sandboxed frame, where a page has no address and no storage, it is shown and moves."""
    monkeypatch.setattr(notebook, "find_spec", lambda name: None)
    wrong: list[str] = []
    tab = browser.new_context().new_page()
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    tab.set_content(page("sigmoid")._repr_html_())
    inside = tab.frame_locator("iframe")
    inside.locator(".lab[data-version]").wait_for(timeout=60_000)
    before = inside.locator(".first output").inner_text()
    inside.locator(".keysbox input[type=range]").first.press("ArrowRight")
    inside.locator(".lab[data-version='2']").wait_for(timeout=60_000)
    moved = inside.locator(".first output").inner_text()
    assert float(moved) > float(before), "a key goes on to the next value that was laid out"
    assert moved in inside.locator("pre").inner_text()
    assert not wrong
    tab.context.close()

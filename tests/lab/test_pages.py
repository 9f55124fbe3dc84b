"""Every page through the same properties: its program, its declaration, its look in a browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import lab_pages as table
import numpy as np
import pytest

from fingerprints import check
from pellucid.lab.catalogue import ENTRIES, PAGES, entries
from pellucid.lab.export import values_of
from pellucid.lab.frame_encoding import pack_frame, unpack_frame
from pellucid.lab.html_documents import DRAWING
from pellucid.lab.marks.plane import histogram
from pellucid.lab.page_contract import COLOURS, PLACES
from pellucid.lab.page_declaration import page_declaration
from pellucid.lab.pages.chapter_0 import events
from pellucid.lab.pages.chapter_2 import two_errors
from pellucid.lab.rendering import scenes_of
from pellucid.lab.scene import Moving
from pellucid.notes_map.references import find, parse_references

DRAWN = Path(__file__).with_name("drawn.json")  # what was looked at: see `fingerprints.py`
HEAVY = ("jax", "numba", "sklearn", "matplotlib", "scipy")


def tried(quick: Any) -> list[Any]:
    """All pages as parameters: those that are not quick are tried by `./test --slow`."""
    names = table.NAMES
    return [pytest.param(n, marks=() if n in quick else pytest.mark.slow) for n in names]


def agree(page: Any, given: dict[str, Any], data: Any) -> Any:
    """The page's numbers are those of its program."""
    if not given and data is table.tables_of(page)[0]:
        state, _, scene = table.first_look(page.name)
    else:
        state = page.checked_state(given, data)
        scene = table.scene_of(page, state, data)
    space = table.ran(page.code(state, data))
    assert scene.numbers, "a page shows numbers"
    for name, value in scene.numbers.items():
        assert name in space, f"the program has no {name}"
        if isinstance(value, str):
            assert space[name] == value, name
        else:
            found, shown = np.asarray(space[name], float), np.asarray(value, float)
            assert found.shape == shown.shape, name
            np.testing.assert_allclose(found, shown, rtol=1e-6, atol=1e-9, err_msg=name)
    return scene


def whole(page: Any, scene: Any) -> None:
    """A scene fills all that the page declares, and can be sent."""
    assert set(scene.terms) == {t.name for t in page.terms}
    assert set(scene.pictures) == {p.name for p in page.pictures}
    seen = unpack_frame(pack_frame(scene.head()))
    assert seen["steps"] == scene.steps
    for name, picture in scene.pictures.items():
        assert len(picture["said"]) > 20, f"{name} says what is seen"
        for length in lengths(picture):
            assert length == scene.steps + 1, f"{name}: {length} of {scene.steps + 1} steps"
    for now in scene.terms.values():
        assert [n for n in lengths(now.value) if n != scene.steps + 1] == []


def parts_of(page: Any, scene: Any, state: dict[str, Any]) -> dict[str, Any]:
    """All that a page shows: terms, pictures, facts, controls, the answers to its questions."""
    return {
        **{f"term {name}": now for name, now in scene.terms.items()},
        **{
            f"picture {name}, {part} {place}": mark
            for name, picture in scene.pictures.items()
            for part in ("marks", "items")
            for place, mark in enumerate(picture.get(part, ()))
        },
        **{f"picture {name}": picture for name, picture in scene.pictures.items()},
        "facts": [scene.facts, scene.summary, scene.progress, scene.count, scene.steps],
        "labels": scene.labels,
        "controls": [[c.name, c.form, c.when, vars(c.declared)] for c in page.controls],
        "answers": [question.judge(state, scene) for question in page.questions],
    }


def lengths(value: Any) -> list[int]:
    """How many steps the moving values inside have."""
    if isinstance(value, Moving):
        return [len(value.values)]
    if isinstance(value, dict):
        return [n for v in value.values() for n in lengths(v)]
    return [n for v in value for n in lengths(v)] if isinstance(value, list | tuple) else []


def slow(name: str, corner: str) -> Any:
    """What costs more than a second at an end of its controls."""
    return pytest.mark.slow if corner != "default" and name in table.HEAVY_ENDS else ()


@pytest.mark.parametrize(
    ("name", "corner"),
    [
        pytest.param(name, corner, marks=slow(name, corner))
        for corner in ("default", "lowest", "highest")
        for name in table.NAMES
    ],
)
def test_the_program_on_the_page_gives_the_numbers_on_the_page(
    name: str, corner: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)
    page, given = table.page(name), table.corners(table.page(name))[corner]
    for place, data in enumerate(table.tables_of(page)[: 1 if corner != "default" else None]):
        scene = agree(page, given, data)
        whole(page, scene)
        if corner == "default" or name not in table.HEAVY_ENDS:
            shown = parts_of(page, scene, page.checked_state(given, data))
            if given or place:  # mark by mark as the page opens, together elsewhere
                shown = {"all": list(shown.values())}
            check(DRAWN, f"{name}, {corner}, table {place}", shown)


def test_sigmoids_rise_with_all_scores_and_softmax_stays() -> None:
    page = table.page("softmax")
    (data, *_) = table.tables_of(page)
    for kind, rises in (("one softmax", False), ("k sigmoids", True)):
        scene = agree(page, {"kind": kind}, data)
        before, after = scene.numbers["g"].sum(), scene.numbers["raised"].sum()
        assert (after > before + 0.1) == rises


@pytest.mark.slow
@pytest.mark.parametrize("name", table.NAMES)
def test_the_program_agrees_at_each_end_of_each_control(
    name: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)
    page = table.page(name)
    for data in table.tables_of(page):
        for given in table.single_extremes(page):
            whole(page, agree(page, given, data))


@pytest.mark.parametrize("name", table.NAMES)
def test_a_page_is_declared_as_the_house_has_it(
    name: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)
    page = table.page(name)
    said = page_declaration(page)
    marked = {part for f in said["formulas"] for part in _terms_in(f["svg"])}
    assert marked <= {t.name for t in page.terms}, "a marked term has its row"
    assert all(t.colour in COLOURS for t in page.terms)
    assert all(p.place in PLACES for p in page.pictures)
    assert page.lead.endswith("?")
    assert page.controls
    assert page.questions
    assert page.formulas
    references = parse_references(f"Notes: {page.notes}")
    assert references
    assert all(find(reference) for reference in references)
    names = [c.name for c in page.controls]
    assert len(set(names)) == len(names)
    assert "data" not in names
    assert "t" not in names


@pytest.mark.parametrize("name", table.NAMES)
def test_the_answers_of_a_page_can_be_chosen(
    name: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)
    page = table.page(name)
    state, _, scene = table.first_look(name)
    for question in page.questions:
        right, reason = question.judge(state, scene)
        assert right in question.answers, "the right answer can be chosen"
        assert reason.endswith("."), reason


def _terms_in(svg: str) -> set[str]:
    import re

    return set(re.findall(r'data-term="([^"]+)"', svg))


def test_the_catalogue_and_the_folders_agree() -> None:
    assert [row.number for row in ENTRIES] == list(range(1, 61))
    assert len({row.name for row in ENTRIES}) == len(ENTRIES)
    there = {p for p in PAGES.glob("*/*.py") if p.name != "__init__.py"}
    assert there == {row.file for row in entries()}


def test_reading_all_pages_loads_no_engine() -> None:
    code = (
        "from pellucid.lab.catalogue import entries, page_named\n"
        "for row in entries(): page_named(row.name)\n"
        f"import sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# The pages whose main control changes the shape of a network, and so the program that is compiled.
OTHER_SHAPES = {"activations", "depth", "filters", "layers", "pairing"}


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in table.NAMES if n not in OTHER_SHAPES])
def test_moving_the_main_control_compiles_nothing_again(
    name: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    """Its value is data to the compiled programs: so a page that trains follows a slider."""
    import jax

    monkeypatch.chdir(pytestconfig.rootpath)
    page, data = table.page(name), table.tables_of(table.page(name))[0]
    values = values_of(page.controls[0], page, page.checked_state({}, data), data)
    if isinstance(values[0], str):
        pytest.skip("a choice may be of another network")
    compiled: list[str] = []

    def hear(event: str, _: float, **__: Any) -> None:
        if "backend_compile" in event:
            compiled.append(event)

    for at in (0, len(values) // 3):  # what stands at an end of the range, and what between
        next(scenes_of(page, page.checked_state({page.controls[0].name: values[at]}, data), data))
    jax.monitoring.register_event_duration_secs_listener(hear)
    for value in values[1 :: max(1, len(values) // 5)]:
        state = page.checked_state({page.controls[0].name: value}, data)
        next(scenes_of(page, state, data))
    assert compiled == []


# --- in a browser -----------------------------------------------------------------------------

AXE = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(tab: Any) -> list[str]:
    """What axe finds."""
    tab.evaluate(AXE)
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {v['nodes'][0]['target']} {v['nodes'][0]['failureSummary']}"
        for v in found["violations"]
    ]


def tab_stops(tab: Any) -> list[int]:
    """The tabindex of all that can be reached."""
    stops: list[int] = tab.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')]"
        ".filter(n => !n.disabled && n.checkVisibility()).map(n => n.tabIndex)"
    )
    return stops


def test_every_widget_is_seen_in_a_browser(
    monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    """The pages that a browser opens at every change use all of the widgets between them."""
    monkeypatch.chdir(pytestconfig.rootpath)
    for name, widgets in table.SEEN.items():
        _, _, scene = table.first_look(name)
        assert {p["widget"] for p in scene.pictures.values()} >= set(widgets), name
    assert {w for found in table.SEEN.values() for w in found} == set(DRAWING)


@pytest.mark.browser
@pytest.mark.parametrize("name", tried(table.SEEN))
def test_a_page_in_a_browser(name: str, visit: Callable[..., Any]) -> None:
    """Light, dark and on a phone: axe finds nothing, nothing is cut off; a link brings it back."""
    tab = visit(f"/page/{name}")
    assert tab.locator("[role=alert]").inner_text() == ""
    assert violations(tab) == []
    tab.emulate_media(color_scheme="dark")
    redrawn(tab)
    assert violations(tab) == []
    assert max(tab_stops(tab)) <= 0, "no tab stop jumps the queue"
    labels = tab.locator("canvas, .picture [role=img], .picture [role=group]").evaluate_all(
        "found => found.map(n => n.getAttribute('aria-label') ?? '')"
    )
    assert all("{" not in label for label in labels)
    for width in (1200, 960, 390):
        tab.set_viewport_size({"width": width, "height": 844})
        redrawn(tab)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("hiddenWords()") == [], f"words on words, {width} pixels wide"
    permalink(tab)


def redrawn(tab: Any) -> None:
    """Waits until pictures have followed a change: observed in one frame, drawn in the next."""
    tab.evaluate(
        """async () => {
            for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
        }"""
    )


def permalink(tab: Any) -> None:
    """The first control that can be moved is, and the address brings the same program back."""
    before = tab.locator("pre").inner_text()
    moved = tab.evaluate(
        """() => {
          const {controls} = labModel.get("page"), state = labModel.get("state");
          const other = c => c.form === "menu" ? c.choices.find(v => v !== state[c.name])
            : c.form === "slider" ? (state[c.name] === c.low ? c.high : c.low) : undefined;
          const c = controls.find(c => other(c) !== undefined);
          labModel.set("state", {...state, [c.name]: other(c)}); labModel.save_changes();
          return c.name;
        }"""
    )
    tab.locator(".lab[data-version='2']").wait_for(timeout=60_000)
    told = tab.locator("pre").inner_text()
    state = tab.evaluate("labModel.get('state')")
    assert moved + "=" in tab.url
    tab.reload()
    tab.locator(".lab[data-version]").wait_for(timeout=60_000)
    assert tab.locator("pre").inner_text() == told
    assert tab.evaluate("labModel.get('state')") == state
    assert before != told or state


@pytest.mark.browser
def test_a_link_that_is_refused_opens_the_page(browser: Any, lab: Any) -> None:
    """A setting beyond its range, such as one of an older page, leaves no empty page."""
    tab = browser.new_page()
    tab.goto(lab.address("/page/sigmoid", "threshold=7"))
    tab.locator(".lab[data-version]").wait_for(timeout=60_000)
    told = tab.locator("[role=alert]").inner_text()
    assert "threshold lies in" in told
    assert told.endswith("This is the page as it opens.")
    assert "threshold=" not in tab.url
    tab.close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", table.NAMES)
def test_every_control_at_its_ends_in_a_browser(name: str, visit: Callable[..., Any]) -> None:
    """No end of a control breaks the page, and at each one axe finds nothing on a phone."""
    page = table.page(name)
    tab = visit(f"/page/{name}", viewport={"width": 390, "height": 844}, has_touch=True)
    for version, given in enumerate(table.single_extremes(page), start=2):
        tab.evaluate(
            "given => { labModel.set('state', {...labModel.get('state'), ...given});"
            " labModel.save_changes(); }",
            given,
        )
        tab.locator(f".lab[data-version='{version}']").wait_for(timeout=60_000)
        assert tab.locator("[role=alert]").inner_text() == ""
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        assert violations(tab) == []


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", table.NAMES)
def test_a_page_as_a_file_shows_what_the_live_one_shows(
    name: str, visit: Callable[..., Any], tmp_path: Any, monkeypatch: Any, pytestconfig: Any
) -> None:
    """The same facts, terms and program, for the values that were laid out."""
    from pellucid.lab import write_page

    monkeypatch.chdir(pytestconfig.rootpath)
    path = write_page(name, tmp_path / "page.html", "examples/penguins.csv", target="body_mass_g")
    assert path.stat().st_size < 6_000_000
    still, live = visit(path.as_uri()), visit(f"/page/{name}")
    main = table.page(name).controls[0].name
    laid = still.evaluate(
        "Object.keys(JSON.parse(document.getElementById('held').textContent).scenes)"
    )
    for text in (laid[0], laid[len(laid) // 2], laid[-1]):
        for tab in (still, live):
            version = int(tab.locator(".lab").get_attribute("data-version")) + 1
            tab.evaluate(
                "([name, text]) => { const value = JSON.parse(text), state = labModel.get('state');"
                " labModel.set('state', {...state, [name]: value}); labModel.save_changes(); }",
                [main, text],
            )
            tab.locator(f".lab[data-version='{version}']").wait_for(timeout=60_000)
        for part in ("dl", "pre", ".numbers", ".formulas"):
            assert still.locator(part).inner_text() == live.locator(part).inner_text(), text
    assert violations(still) == []


def test_bars_of_a_histogram_stand_in_the_middle_of_their_bins() -> None:
    drawn = histogram([0.0, 1.0, 2.0, 3.0, 3.0, 3.0], bins=3)
    assert drawn["x"].tolist() == [0.5, 1.5, 2.5]
    assert drawn["y"].tolist() == [1.0, 1.0, 4.0]
    assert drawn["width"] == pytest.approx(0.96)


def test_each_bar_of_the_two_errors_is_its_error() -> None:
    drawn = two_errors._errors(1.0, 2.0)["marks"]
    assert [(mark["x"], mark["y"], mark["label"]) for mark in drawn] == [
        ([0], [1.0], ["1"]), ([1], [2.0], ["2"]),
    ]  # fmt: skip


def test_the_first_scene_of_events_has_chances_and_outcomes() -> None:
    defaults = {setting.name: setting.declared.default for setting in events.CONTROLS}
    assert np.sum(defaults["chances"]) == pytest.approx(1.0)
    for name in ("A", "B"):
        assert sorted(np.ravel(defaults[name])) == [0] * 4 + [1] * 4

"""A page as one HTML file, with no server and no network: its main control laid out beforehand.

Notes: §1.0.3
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import FramingError, PellucidError
from pellucid.lab.bundle import STATIC, bundle, fonts, style
from pellucid.lab.catalogue import entries, page_named
from pellucid.lab.controls import Control
from pellucid.lab.data import Data
from pellucid.lab.frame_encoding import pack_frame, unpack_frame
from pellucid.lab.gallery import first_pictures
from pellucid.lab.html_documents import contents_body, embedded
from pellucid.lab.page_contract import Page
from pellucid.lab.page_declaration import page_declaration
from pellucid.lab.rendering import heads_and_scenes
from pellucid.lab.shared_arrays import ArrayPool, without_hover_marks
from pellucid.lab.tables import Tables
from pellucid.storage import write_whole

VALUES, FRAMES = 60, 60  # of the main control; of a stream
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; font-src data:; "
    "img-src data:"
)
FILE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def write_page(
    name: str,
    path: Any,
    source: str | None = None,
    *,
    target: str = "",
    reading: Mapping[str, Any] | None = None,
    home: str = "",
) -> Path:
    """Write one page as one file.

    Parameters
    ----------
    name : str
        Of the page.
    path : path-like
        The HTML file; it appears whole or not at all.
    source, target, reading
        The table, as for `run_lab`.
    home : str
        Where "pellucid lab" leads; nowhere when empty.

    Returns
    -------
    Path

    Raises
    ------
    FramingError
        When there is no such page.
    """
    text = page_file(page_named(name), Tables(source, target, reading), home=home)
    return _write_text(Path(path), text)


def write_all(
    folder: Any,
    source: str | None = None,
    *,
    target: str = "",
    reading: Mapping[str, Any] | None = None,
) -> Iterator[Path]:
    """Write every page and an index into a folder; yields each path as it is written."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    tables = Tables(source, target, reading)
    for row in entries():
        text = page_file(page_named(row.name), tables, home="index.html")
        yield _write_text(into / f"{row.name}.html", text)
    yield _write_text(into / "index.html", _index(tables))


def _write_text(path: Path, text: str) -> Path:
    write_whole(path, text.encode())
    return path


def values_of(control: Control, page: Page, state: Mapping[str, Any], data: Data) -> list[Any]:
    """What is laid out of a page's main control: steps of its shown range, or each choice."""
    d = control.declared
    if d.choices:
        return list(d.choices)
    if control.form == "box":
        return [False, True]
    if control.form == "column":
        return data.offered(control.kinds)
    if control.form != "slider" or d.shown is None:
        return [state[control.name]]
    low, high = d.shown
    if d.kind == "int" and high - low < VALUES:
        return list(range(int(low), int(high) + 1))
    space = np.geomspace(low, high, VALUES) if d.scale == "log" else np.linspace(low, high, VALUES)
    kept = {_short(v, d.kind == "int") for v in space} | {state[control.name]}
    return sorted(v for v in kept if low <= v <= high)


def _short(value: float, is_whole_number: bool) -> Any:
    if is_whole_number:
        return round(value)
    digits = 2 - math.floor(math.log10(abs(value))) if value else 2
    return round(float(value), digits)


def page_file(
    page: Page, tables: Tables, home: str = "", given: Mapping[str, Any] | None = None
) -> str:
    """The HTML of a page with all scenes of its main control inside; `given` are settings."""
    given = dict(given or {})
    data = tables.of(page, given)
    state = page.checked_state(given, data)
    main, pool = page.controls[0], ArrayPool()
    scenes: dict[str, Any] = {}
    laid = values_of(main, page, state, data)
    for value in laid:
        try:
            found = _scenes_as_json(page, given | {main.name: value}, data, pool)
        except PellucidError as trouble:
            found = [{"trouble": str(trouble)}]
        scenes[_key(value)] = found
    shown_page = page_declaration(page)
    first = shown_page["controls"][0]
    shown_page["controls"] = [first | ({"laid": laid} if main.form == "slider" else {})]
    shown_page |= {"samples": [], "home": home, "fixed": True, "state": state}
    held = {"page": shown_page, "scenes": scenes, "arrays": pool.arrays, "main": main.name}
    body = (
        '<div id="lab"></div>'
        f'<script type="application/json" id="held">{embedded(held)}</script>'
        f'<script type="module">{bundle("still")}</script>'
    )
    return FILE.format(
        title=html.escape(shown_page["title"]), policy=POLICY, style=fonts() + style(), body=body
    )


def _key(value: Any) -> str:
    """As JavaScript's JSON writes it."""
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def _scenes_as_json(
    page: Page, given: Mapping[str, Any], data: Data, pool: ArrayPool
) -> list[dict[str, Any]]:
    """Scenes as the browser would get them, each with its answers."""
    state, found = page.checked_state(given, data), []
    for head, scene in heads_and_scenes(page, given, data):
        frame = unpack_frame(pack_frame(head | {"pictures": without_hover_marks(head["pictures"])}))
        frame["answers"] = [
            dict(zip(("right", "reason"), q.judge(state, scene), strict=True))
            for q in page.questions
        ]
        found.append(pool.held(frame))
        if len(found) == FRAMES:
            break
    if not found:
        raise FramingError(f"{page.name} shows nothing for these settings.")
    return found


def _index(tables: Tables) -> str:
    own = tables.offered()
    over = f"over {own[0]['name']}" if own else "over samples of known truth"
    script = (STATIC / "find.js").read_text(encoding="utf-8")
    body = (
        contents_body(over, "{name}.html")
        + f'<script type="module">{script}</script>'
        + first_pictures(tables)
    )
    return FILE.format(title="pellucid lab", policy=POLICY, style=fonts() + style(), body=body)

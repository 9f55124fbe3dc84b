"""The widgets as one ES module, and the style as one text: for files and for notebooks.

Notes: §1.0.3
"""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC, WIDGETS = HERE / "static", HERE / "widgets"
IMPORTED = re.compile(r'^import (\w+) from "(\./[\w/]+)\.js";$', re.MULTILINE)
EXPORTED = re.compile(r"^export (default |)", re.MULTILINE)


def widget_names() -> tuple[str, ...]:
    """Of all widgets, the page included."""
    return tuple(sorted(p.stem for p in WIDGETS.glob("*.js")))


@cache
def bundle(ending: str) -> str:
    """All widgets, each in a scope of its own, and `static/<ending>.js` after them.

    The ending finds them as `modules.page`, `modules.tools`, `modules.plane`, …, and the shell's
    functions by their names.
    """
    scopes: dict[str, str] = {}  # what a file imports comes before it
    for name in widget_names():
        _add_scope(name, scopes)
    parts = ["const modules = {}, parts = {};", *scopes.values()]
    parts.append(EXPORTED.sub("", (STATIC / "shell.js").read_text(encoding="utf-8")))
    parts.append((STATIC / f"{ending}.js").read_text(encoding="utf-8"))
    return "\n".join(parts).replace("</script", "<\\/script")


def _add_scope(name: str, scopes: dict[str, str]) -> None:
    """A file as a function that is called at once: what it imports are other such scopes."""
    if name in scopes:
        return
    path = WIDGETS / f"{name}.js"
    text = path.read_text(encoding="utf-8")
    assert text.count("export default {") == 1, f"{path.name} has one default export"

    def scope_of(found: re.Match[str]) -> str:
        own = (path.parent / found[2]).resolve().relative_to(WIDGETS).as_posix()
        _add_scope(own, scopes)
        return f"const {found[1]} = {_place(own)};"

    text = IMPORTED.sub(scope_of, text).replace("export default {", "const made = {")
    assert "import " not in re.sub(r"//.*", "", text), f"{path.name} imports files beside it alone"
    scopes[name] = f"{_place(name)} = (() => {{\n{text}\nreturn made;\n}})();"


def _place(name: str) -> str:
    """Where a scope is kept: widgets by their names, files of their folders as parts."""
    return f"parts[{name!r}]" if "/" in name else f"modules.{name}"


@cache
def style() -> str:
    """The style sheet without the fonts."""
    text = (STATIC / "lab.css").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("@font-face"))


@cache
def embedded_style() -> str:
    """The style sheet for a document that is not the lab's own: nothing for its body."""
    before, rest = style().split("/* page */")
    return before + rest[rest.index("/* lab */") :]


@cache
def fonts() -> str:
    """The fonts, inside the style."""
    made = []
    for name, where in (("inter-latin", ""), ("inter-greek", ";unicode-range:U+0370-03FF")):
        raw = base64.b64encode((STATIC / f"{name}.woff2").read_bytes()).decode()
        made.append(
            "@font-face{font-family:Inter;font-weight:100 900;"
            f'src:url(data:font/woff2;base64,{raw}) format("woff2"){where}}}'
        )
    return "\n".join(made) + "\n"

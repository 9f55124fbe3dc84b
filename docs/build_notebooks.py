"""Builds examples/notebooks/, one a chapter: the page of its ideas, then its claims with pictures.

Run: .venv/bin/python docs/build_notebooks.py
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "examples" / "notebooks"
FENCE = re.compile(r"^```python\n(.*?)^```\n?", re.M | re.S)
sys.path.insert(0, str(ROOT / "tests" / "examples"))


def chapters() -> list[int]:
    """Those that have claims to show."""
    return sorted(int(p.name.removeprefix("chapter_")) for p in ROOT.glob("examples/chapter_*"))


def built(chapter: int) -> str:
    """The notebook of a chapter, as the text of its file."""
    cells = [*_ideas(chapter), *_claims(chapter)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _ideas(chapter: int) -> list[dict[str, Any]]:
    text = (ROOT / "docs" / "ideas" / f"chapter_{chapter}.md").read_text(encoding="utf-8")
    cells: list[dict[str, Any]] = []
    for place, part in enumerate(FENCE.split(text)):
        if place % 2:
            cells.append(_code(_typed(part)))
        elif part.strip():
            cells.append(_words(part.strip()))
    return cells


def _typed(session: str) -> str:
    """What was typed in a session, without what it answered."""
    lines = [line[4:] for line in session.splitlines() if line.startswith((">>> ", "... "))]
    return "\n".join(lines)


def _claims(chapter: int) -> list[dict[str, Any]]:
    from demonstrations import scripts

    from pellucid.pictures.claims import claim_text

    cells = [
        _words("## The claims of the chapter\n\nEach asserts what it shows, and draws it."),
        _code(f'import sys\n\nsys.path.insert(0, "../chapter_{chapter}")'),
    ]
    for script in scripts(chapter):
        name = script.__name__.removeprefix(f"chapter_{chapter}_")
        cells.append(_code(f"import {name}"))
        for claim in script.CLAIMS:
            cells += [_words(claim_text(claim)), _code(f"{name}.{claim.__name__}()")]
    return cells


def _words(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }


def main() -> None:
    """Write every notebook."""
    NOTEBOOKS.mkdir(exist_ok=True)
    for chapter in chapters():
        path = NOTEBOOKS / f"chapter_{chapter}.ipynb"
        path.write_text(built(chapter), encoding="utf-8")


if __name__ == "__main__":
    main()

"""What each page shows as it opens is what was looked at.

Notes: §1.0.3
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lab_pages as table
import pytest

from fingerprints import check

PLACE = Path(__file__).with_name("drawn.json")


def parts_of(name: str) -> dict[str, Any]:
    """All that a page shows as it opens: terms, marks, facts, its questions."""
    state, _, scene = table.first_look(name)
    shown: dict[str, Any] = {f"term {key}": now for key, now in scene.terms.items()}
    for key, picture in scene.pictures.items():
        rest = {k: v for k, v in picture.items() if k not in ("marks", "items")}
        shown[f"picture {key}"] = rest
        for kind in ("marks", "items"):
            for place, mark in enumerate(picture.get(kind, ())):
                shown[f"picture {key}, {kind} {place}"] = mark
    shown["facts"] = [scene.facts, scene.summary, scene.progress, scene.count, scene.steps]
    shown["labels"] = scene.labels
    shown["controls"] = [
        [c.name, c.form, c.when, vars(c.declared)] for c in table.page(name).controls
    ]
    shown["answers"] = [q.judge(state, scene) for q in table.page(name).questions]
    return shown


@pytest.mark.parametrize("name", table.NAMES)
def test_a_page_draws_what_was_looked_at(
    name: str, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)
    check(PLACE, name, parts_of(name))

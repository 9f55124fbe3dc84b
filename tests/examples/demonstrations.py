"""Where the demonstrations of `examples/` stand, and which items of the notes they show."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pellucid.notes_map.records import items
from pellucid.pictures.claims import claim_text

EXAMPLES = Path(__file__).parents[2] / "examples"


def scripts(chapter: int) -> list[ModuleType]:
    """The scripts of a chapter, loaded."""
    found = []
    for path in sorted((EXAMPLES / f"chapter_{chapter}").glob("*.py")):
        spec = spec_from_file_location(f"chapter_{chapter}_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return found


def claims(chapter: int) -> list[Any]:
    """Every claim of a chapter's scripts."""
    return [claim for script in scripts(chapter) for claim in script.CLAIMS]


def runs(chapter: int) -> list[Any]:
    """The claims of a chapter as parameters of a test."""
    return [pytest.param(claim, id=claim.__name__) for claim in claims(chapter)]


def shown(chapter: int) -> set[str]:
    """The ids that the claims of a chapter name."""
    words = " ".join(claim.__doc__ or "" for claim in claims(chapter))
    return set(re.findall(rf"\b{chapter}\.[\d.]+-[a-z0-9-]+", words))


def claimed(chapter: int) -> set[str]:
    """The ids of a chapter's claims in the map of the notes."""
    return {each.id for each in items() if each.tag == "claim" and each.id[0] == str(chapter)}


def figures(chapter: int) -> set[str]:
    """The ids of a chapter's figures in the map of the notes."""
    return {each.id for each in items() if each.tag == "figure" and each.id[0] == str(chapter)}


def check_claim(claim: Any) -> None:
    """It holds, its picture says what its axes are, and it is said in a sentence."""
    figure = claim()
    plots = [axes for axes in figure.axes if axes.axison or axes.name == "3d"]
    diagrams = [axes for axes in figure.axes if axes not in plots]
    assert plots or diagrams
    assert all(axes.get_xlabel() for axes in plots)
    assert not plots or any(axes.get_ylabel() for axes in plots)
    assert all(axes.texts for axes in diagrams)
    assert claim_text(claim).endswith(".")


def check_script(chapter: int, name: str, folder: Path, told: Callable[[], str]) -> None:
    """It saves one picture a claim into the folder, and tells of each."""
    script = next(each for each in scripts(chapter) if each.__name__.endswith(name))
    script.main(folder)
    saved = sorted(folder.glob("*.png"))
    assert len(saved) == len(script.CLAIMS)
    assert told().count("holds: ") == len(saved)

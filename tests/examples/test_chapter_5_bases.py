"""The demonstrations of chapter 5 outside coding hold and draw."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from demonstrations import claimed, scripts

from pellucid.pictures.claims import claim_text

OWN = {"chapter_5_polynomials", "chapter_5_radial_features", "chapter_5_words"}
SCRIPTS = [script for script in scripts(5) if script.__name__ in OWN]
CLAIMS = [claim for script in SCRIPTS for claim in script.CLAIMS]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_claim(claim: Any) -> None:
    figure = claim()
    assert figure.axes
    assert all(axes.get_xlabel() for axes in figure.axes)
    assert any(axes.get_ylabel() for axes in figure.axes)
    assert claim_text(claim).endswith(".")


def test_a_script_saves_into_its_folder_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = next(each for each in SCRIPTS if each.__name__.endswith("words"))
    script.main(tmp_path / "pictures")
    saved = sorted((tmp_path / "pictures").glob("*.png"))
    assert len(saved) == len(script.CLAIMS)
    assert capsys.readouterr().out.count("holds: ") == len(saved)


def test_every_claim_about_bases_and_text_is_shown() -> None:
    """Claims of §5.3.1 (codes) and §5.3.3 (scales) have scripts of their own."""
    words = " ".join(claim.__doc__ or "" for claim in CLAIMS)
    shown = set(re.findall(r"\b5\.[\d.]+-[a-z0-9-]+", words))
    assert shown == {each for each in claimed(5) if not each.startswith(("5.3.1", "5.3.3"))}

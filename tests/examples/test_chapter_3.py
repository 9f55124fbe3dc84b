"""The demonstrations of chapter 3 hold, draw, and leave nothing out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from demonstrations import claimed, claims, scripts, shown

from pellucid.pictures.claims import claim_text


@pytest.mark.parametrize("claim", claims(3), ids=lambda claim: claim.__name__)
def test_claim(claim: Any) -> None:
    figure = claim()
    axes = [each for each in figure.axes if each.get_label() != "<colorbar>"]
    assert axes
    assert all(each.get_xlabel() for each in axes)
    assert any(each.get_ylabel() for each in axes)
    assert claim_text(claim).endswith(".")


def test_a_script_saves_into_its_folder_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = scripts(3)[0]
    script.main(tmp_path / "pictures")
    saved = sorted((tmp_path / "pictures").glob("*.png"))
    assert len(saved) == len(script.CLAIMS)
    assert capsys.readouterr().out.count("holds: ") == len(saved)


def test_every_claim_of_the_chapter_is_shown() -> None:
    assert shown(3) == claimed(3)

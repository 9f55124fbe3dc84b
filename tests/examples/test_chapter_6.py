"""The demonstrations of chapter 6 hold, draw, and leave nothing out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from demonstrations import claimed, claims, scripts, shown

from pellucid.pictures.claims import claim_text


@pytest.mark.parametrize("claim", claims(6), ids=lambda claim: claim.__name__)
def test_claim(claim: Any) -> None:
    figure = claim()
    assert figure.axes
    assert all(axes.get_xlabel() for axes in figure.axes)
    assert any(axes.get_ylabel() for axes in figure.axes)
    assert claim_text(claim).endswith(".")


def test_a_script_saves_into_its_folder_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = scripts(6)[0]
    script.show_claims(script.CLAIMS[:3], tmp_path / "pictures")
    saved = sorted((tmp_path / "pictures").glob("*.png"))
    assert len(saved) == 3
    assert capsys.readouterr().out.count("holds: ") == 3


def test_every_claim_of_the_chapter_is_shown() -> None:
    assert claimed(6) <= shown(6)

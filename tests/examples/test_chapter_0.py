"""The demonstrations of chapter 0 hold, draw, and leave no figure out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from demonstrations import check_claim, check_script, claims, figures, shown


@pytest.mark.parametrize("claim", claims(0), ids=lambda claim: claim.__name__)
def test_claim(claim: Any) -> None:
    check_claim(claim)


def test_a_script_saves_into_its_folder_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_script(0, "plane", tmp_path / "pictures", lambda: capsys.readouterr().out)


def test_every_figure_of_the_chapter_is_shown() -> None:
    assert shown(0) == figures(0) - {"0.1-tangent-plane-figure"}  # that one is chapter 3's

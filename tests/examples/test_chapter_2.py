"""The demonstrations of chapter 2 hold, draw, and leave no figure out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from demonstrations import claims, figures, scripts, shown

from pellucid.pictures.demonstration import said_by


@pytest.mark.parametrize("claim", claims(2), ids=lambda claim: claim.__name__)
def test_claim(claim: Any) -> None:
    figure = claim()
    plots = [axes for axes in figure.axes if axes.axison or axes.name == "3d"]
    diagrams = [axes for axes in figure.axes if axes not in plots]
    assert plots or diagrams
    assert all(axes.get_xlabel() for axes in plots)
    assert not plots or any(axes.get_ylabel() for axes in plots)
    assert all(axes.texts for axes in diagrams)
    assert said_by(claim).endswith(".")


def test_a_script_saves_into_its_folder_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = next(each for each in scripts(2) if each.__name__.endswith("judging"))
    script.main(tmp_path / "pictures")
    saved = sorted((tmp_path / "pictures").glob("*.png"))
    assert len(saved) == len(script.CLAIMS)
    assert capsys.readouterr().out.count("holds: ") == len(saved)


def test_every_figure_of_the_chapter_is_shown() -> None:
    assert shown(2) == figures(2)

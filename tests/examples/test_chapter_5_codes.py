"""The demonstrations of codes and scales hold, draw, and leave none of their claims out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from demonstrations import EXAMPLES, claimed, scripts, shown

from pellucid.pictures.claims import claim_text

SCRIPT = next(s for s in scripts(5) if Path(str(s.__file__)).stem == "codes_and_scales")


@pytest.mark.parametrize("claim", SCRIPT.CLAIMS, ids=lambda claim: claim.__name__)
def test_claim(claim: Any) -> None:
    figure = claim()
    axes = [each for each in figure.axes if each.get_label() != "<colorbar>"]
    assert axes
    assert all(each.get_xlabel() for each in axes)
    assert any(each.get_ylabel() for each in axes)
    assert claim_text(claim).endswith(".")


def test_every_claim_of_codes_and_scales_is_shown() -> None:
    assert (EXAMPLES / "chapter_5" / "codes_and_scales.py").is_file()
    codes = {each for each in claimed(5) if each.startswith(("5.3.1", "5.3.3"))}
    assert codes <= shown(5)

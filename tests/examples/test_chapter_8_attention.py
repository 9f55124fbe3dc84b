"""The demonstrations of attention, adversaries and the adversarial pair hold and draw."""

from __future__ import annotations

from typing import Any

import pytest
from demonstrations import scripts

from pellucid.pictures.demonstration import said_by

OURS = ("chapter_8_attention", "chapter_8_adversaries")
CLAIMS = [claim for each in scripts(8) if each.__name__ in OURS for claim in each.CLAIMS]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_claim(claim: Any) -> None:
    assert claim().axes or claim.__name__ == "decoder_reads_the_representation"
    assert said_by(claim).endswith(".")


def test_every_claim_of_these_sections_is_shown() -> None:
    words = " ".join(claim.__doc__ or "" for claim in CLAIMS)
    for item in ("8.5.2-flip", "8.5.2-too-long", "8.5.3-tends-to-half", "8.5.5-asymmetric"):
        assert item in words

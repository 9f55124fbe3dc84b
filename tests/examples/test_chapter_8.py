"""The demonstrations of chapter 8 hold, draw, and name the claims they show."""

from __future__ import annotations

from typing import Any

import pytest
from demonstrations import runs, shown

from pellucid.notes_map.records import items
from pellucid.pictures.claims import claim_text

# Claims of attack, opponents and attention have scripts of their own.
OF_CODES = ("8.0", "8.1", "8.3", "8.4", "8.5.1", "8.5.4")


@pytest.mark.parametrize("claim", runs(8))
def test_claim(claim: Any) -> None:
    assert claim().axes
    assert claim_text(claim).endswith(".")


def test_every_claim_about_codes_is_shown() -> None:
    claimed = {each.id for each in items() if each.tag == "claim" and each.id.startswith(OF_CODES)}
    assert claimed <= shown(8)


def test_every_claim_of_attack_opponents_and_attention_is_shown() -> None:
    wanted = {"8.5.2-flip", "8.5.2-too-long", "8.5.3-tends-to-half", "8.5.5-asymmetric"}
    assert wanted <= shown(8)

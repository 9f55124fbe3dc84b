"""The demonstrations of chapter 7 hold, draw, and leave nothing out."""

from __future__ import annotations

from typing import Any

import pytest
from demonstrations import runs, shown

from pellucid.notes_map.records import items
from pellucid.pictures.claims import claim_text


@pytest.mark.parametrize("claim", runs(7))
def test_claim(claim: Any) -> None:
    assert claim().axes
    assert claim_text(claim).endswith(".")


def test_every_claim_about_networks_is_shown() -> None:
    claimed = {each.id for each in items() if each.tag == "claim" and each.issue == 5}
    assert {id_ for id_ in claimed if id_.startswith("7.")} <= shown(7)

"""What holds for all tests of jobs on rows in blocks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def small_tiles() -> Iterator[None]:
    """What tiles of the rows gave is put together, as where rows are many."""
    with pytest.MonkeyPatch.context() as patch:
        for limit in ("MOST", "FEWEST"):
            patch.setattr(f"pellucid.data.blocks.tiles.{limit}", 128)
        yield

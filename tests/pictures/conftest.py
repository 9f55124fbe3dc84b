"""What each test draws is what was looked at.

Every figure that a test makes is compared with the fingerprint that was kept for it, once the test
has passed; but not where it is drawn twice, which is left to the night for the most part. A picture
that is new or meant to look otherwise is looked at, and kept:
`KEEP_PICTURES=1 ./test tests/pictures -n 0`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from fingerprints import check, of_figure

PLACE = Path(__file__).with_name("drawn.json")
MOST = 20  # a test that draws more tries settings, not pictures


@pytest.fixture(autouse=True)
def figures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Collects the figures of a test, and compares them."""
    made: list[Figure] = []
    make = Figure.__init__

    def noted(figure: Figure, *args: Any, **kwargs: Any) -> None:
        make(figure, *args, **kwargs)
        made.append(figure)

    monkeypatch.setattr(Figure, "__init__", noted)
    yield
    test = request.node
    if len(made) > MOST or hasattr(test.function, "hypothesis") or "same_bytes" in test.name:
        return
    shown = {
        f"figure {place}, {part}": drawn
        for place, figure in enumerate(made)
        for part, drawn in of_figure(figure).items()
    }
    if shown:
        check(PLACE, f"{test.path.stem}::{test.name}", shown)

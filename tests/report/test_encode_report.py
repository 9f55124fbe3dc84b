"""The report of an encoding: what is said of its map holds for what is drawn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pellucid.report.encode_report import _map

CODES = np.random.default_rng(0).normal(size=(6, 2))


@pytest.mark.parametrize("labels", [None, np.array(list("aabbcc"))])
def test_colours_are_said_to_be_labels_where_there_are_some(labels: Any) -> None:
    result: Any = SimpleNamespace(
        codes=CODES, labels=labels, rows=6, settings=SimpleNamespace(seed=0),
        code_descriptions=(), identifiers={}, places=None, losses=np.arange(6.0), accuracy=None,
    )  # fmt: skip
    drawn = _map(result, lambda *given, **how: "", None)
    assert ("Colours: none." in drawn) == (labels is None)
    assert ("labels, which took no part" in drawn) == (labels is not None)

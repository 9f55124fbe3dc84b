"""The notebooks say what the pages of the chapters say, and run from first cell to last."""

from __future__ import annotations

import json
import warnings
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from build_notebooks import NOTEBOOKS, built, chapters

every = pytest.mark.parametrize("chapter", chapters())


@every
def test_a_notebook_is_as_its_page_and_its_claims_are(chapter: int) -> None:
    again = "run .venv/bin/python docs/build_notebooks.py"
    found = (NOTEBOOKS / f"chapter_{chapter}.ipynb").read_text(encoding="utf-8")
    assert found == built(chapter), again


@pytest.mark.slow
@every
def test_a_notebook_runs(chapter: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(NOTEBOOKS)
    names: dict[str, Any] = {}
    drawn = 0
    for cell in json.loads(built(chapter))["cells"]:
        if cell["cell_type"] != "code":
            continue
        *most, last = "".join(cell["source"]).split("\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec("\n".join(most), names)
            try:
                answer = eval(last, names)
            except SyntaxError:
                exec(last, names)
                answer = None
        drawn += isinstance(answer, Figure)
        plt.close("all")
    assert drawn

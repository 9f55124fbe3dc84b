"""docs/estimators.html says what the code says; every link of the notebook view finds it."""

from __future__ import annotations

import re

import pytest

from build_estimators import PAGE, built, estimators

AGAIN = "run .venv/bin/python docs/build_estimators.py"


def test_the_page_is_as_the_docstrings_are() -> None:
    shown = re.sub("<section>.*?</section>", "", PAGE.read_text("utf-8"), flags=re.DOTALL)
    assert shown == built(formulas=False), AGAIN


@pytest.mark.slow
def test_its_formulas_are_those_of_fits() -> None:
    assert PAGE.read_text("utf-8") == built(), AGAIN


def test_every_link_of_the_notebook_view_finds_its_place() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for E in estimators():
        file, _, place = E()._get_doc_link().partition("#")
        assert file == f"docs/{PAGE.name}"
        assert f'id="{place}"' in text
